"""Who has which role, and a form to change that: for administrators, and for auditors to look at."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from html import escape

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from answerable.apps.gateway.bodies import read_body
from answerable.apps.operators.limits_form import limits_shown, limits_typed
from answerable.apps.operators.pages import HEADERS, HERE, csrf_input, page, refusal, table, wants_json, when
from answerable.apps.operators.people import People, check_csrf, csrf_token, people_of, require_operator
from answerable.apps.operators.role_changes import Change
from answerable.grants.forms import MOST_BYTES, read_form
from answerable.ports.directory import local_id
from answerable.roles import Assignment, Kept, Role, limits_text
from answerable.values import OperatorId, WorkloadId, rfc3339
from answerable.values.errors import RoleError
from answerable.wire.limits import Limits

_LIMITS = Limits(body_bytes=MOST_BYTES, body_seconds=10.0)
_ROLES = f"{HERE}/roles"
_FIELDS = (
    ("routes", "Queues, with commas between them"),
    ("subjects", "Subjects"),
    ("amount", "At most, as 250.00 EUR"),
    ("regions", "Regions"),
    ("hours", "Hours, as mon-fri 08:00-18:00"),
)


async def list_roles(request: Request) -> Response:
    """Everything that was given and not taken."""
    operator, people = await require_operator(request), people_of(request)
    mine = await people.roles_of(operator)
    ruling = people.duties.may_read(operator, mine, Kept("roles"), people.now())
    if not ruling.allowed:
        return refusal(request, ruling, operator)
    found = await asyncio.to_thread(people.roles.all)
    owned = await asyncio.to_thread(people.roles.owned)
    links = sorted((await asyncio.to_thread(people.changes.store.on_record)).links)
    if wants_json(request):
        rows = [_as_json(one) for one in found]
        owners = [{"workload": workload, "operator": owner} for workload, owner in owned]
        return JSONResponse({"roles": rows, "owners": owners, "linked": links}, headers=HEADERS)
    changes = any(one.role is Role.ADMINISTRATOR for one in mine)
    csrf = csrf_token(request) if changes else None
    names = await asyncio.to_thread(_names, people)
    body = _table(found, names, csrf) + _owners(owned, names) + _links(links, names, csrf)
    if csrf is not None:
        body += _form(csrf, names)
    return page("Roles", body, operator)


async def give_role(request: Request) -> Response:
    """Give a role. Who gives it is who is signed in: the form can't say."""
    operator = await require_operator(request)
    form = await _form_of(request)
    check_csrf(request, form.get("csrf", ""))
    limits = limits_typed(**{name: form.get(name, "") for name, _ in _FIELDS})
    change = Change(
        OperatorId(form.get("operator", "").strip()),
        _role(form),
        limits,
        _until(form),
        form.get("reason", ""),
    )
    ruling = await people_of(request).changes.give(operator, change)
    if not ruling.allowed:
        return refusal(request, ruling, operator, _ROLES)
    return _done(request)


async def take_role(request: Request) -> Response:
    """Take a role, all parts of it."""
    operator = await require_operator(request)
    form = await _form_of(request)
    check_csrf(request, form.get("csrf", ""))
    holder = OperatorId(form.get("operator", "").strip())
    ruling = await people_of(request).changes.take(operator, holder, _role(form), form.get("reason", ""))
    if not ruling.allowed:
        return refusal(request, ruling, operator, _ROLES)
    return _done(request)


async def link_ids(request: Request) -> Response:
    """Say that two ids are one person's."""
    return await _link(request, linked=True)


async def unlink_ids(request: Request) -> Response:
    """Say that they are two people's."""
    return await _link(request, linked=False)


async def _link(request: Request, *, linked: bool) -> Response:
    operator = await require_operator(request)
    form = await _form_of(request)
    check_csrf(request, form.get("csrf", ""))
    one, other = (OperatorId(form.get(name, "").strip()) for name in ("operator", "other"))
    changes = people_of(request).changes
    ruling = await changes.link(operator, one, other, form.get("reason", ""), linked=linked)
    if not ruling.allowed:
        return refusal(request, ruling, operator, _ROLES)
    return _done(request)


async def whoami(request: Request) -> Response:
    """Who is signed in, how surely, and what they have: the id here is the one to give roles to."""
    operator = await require_operator(request)
    found = await people_of(request).roles_of(operator)
    if wants_json(request):
        return JSONResponse(
            {
                "id": operator.id,
                "name": operator.name,
                "level": int(operator.level),
                "authenticated_at": rfc3339(operator.authenticated_at),
                "also": sorted(operator.also),
                "roles": [_as_json(one) for one in found],
                "csrf": csrf_token(request),
            },
            headers=HEADERS,
        )
    rows = "".join(
        f"<li>{escape(one.role.value)}: {escape(limits_shown(one.limits))}{_ends(one)}</li>" for one in found
    )
    also = "".join(f"<dt>Also</dt><dd><code>{escape(one)}</code></dd>" for one in sorted(operator.also))
    body = (
        f"<dl><dt>Id</dt><dd><code>{escape(operator.id)}</code></dd><dt>Name</dt><dd>{escape(operator.name)}</dd>"
        f"<dt>Signed in</dt><dd>AAL{int(operator.level)}, "
        f"{when(rfc3339(operator.authenticated_at))}</dd>{also}</dl>"
        f"<h2>Roles</h2><ul>{rows or '<li>none; an administrator gives them, to the id above</li>'}</ul>"
        f'<form method="post" action="{HERE}/sign-out">{csrf_input(csrf_token(request))}'
        "<button>Sign out</button></form>"
    )
    return page("Who you are here", body, operator)


async def sign_out(request: Request) -> Response:
    """End the session, for good."""
    await require_operator(request)
    form = await _form_of(request)
    check_csrf(request, form.get("csrf", ""))
    response = RedirectResponse(f"{HERE}/sign-in", 303, headers=HEADERS)
    await people_of(request).sessions.end(request, response)
    return response


def _names(people: People) -> dict[OperatorId, str]:
    """What those are called who register here; a login service's people have ids alone."""
    if people.directory is None:
        return {}
    return {local_id(one.handle): one.name for one in people.directory.people()}


async def _form_of(request: Request) -> dict[str, str]:
    return read_form(await read_body(request, _LIMITS))


def _done(request: Request) -> Response:
    if wants_json(request):
        return JSONResponse({"done": True}, headers=HEADERS)
    return RedirectResponse(_ROLES, 303, headers=HEADERS)


def _role(form: dict[str, str]) -> Role:
    try:
        return Role(form.get("role", ""))
    except ValueError:
        raise RoleError(
            f"'{form.get('role', '')[:40]}' is no role; choose one of {', '.join(Role)}"
        ) from None


def _until(form: dict[str, str]) -> datetime | None:
    text = form.get("until", "").strip()
    if not text:
        return None
    try:
        return datetime.combine(date.fromisoformat(text), time(), UTC)
    except ValueError:
        raise RoleError(f"'{text[:40]}' is no day; write it as 2027-01-31") from None


def _as_json(one: Assignment) -> dict[str, str | None]:
    return {
        "operator": one.operator,
        "role": one.role.value,
        "limits": limits_text(one.limits),
        "given_by": one.given_by,
        "since": rfc3339(one.since),
        "until": None if one.until is None else rfc3339(one.until),
    }


def _ends(one: Assignment) -> str:
    return "" if one.until is None else f", until {escape(one.until.isoformat(' ', 'minutes'))}"


def _named(operator: OperatorId, names: Mapping[OperatorId, str]) -> str:
    name = f"{escape(names[operator])}<br>" if operator in names else ""
    return f"{name}<code>{escape(operator)}</code>"


def _table(found: Sequence[Assignment], names: Mapping[OperatorId, str], csrf: str | None) -> str:
    rows = []
    for one in found:
        cells = [
            _named(one.operator, names),
            escape(one.role.value),
            f"{escape(limits_shown(one.limits))}{_ends(one)}",
            _named(one.given_by, names),
        ]
        if csrf is not None:
            cells.append(
                f'<form method="post" action="{_ROLES}/take">{csrf_input(csrf)}'
                f'<input type="hidden" name="operator" value="{escape(one.operator)}">'
                f'<input type="hidden" name="role" value="{escape(one.role.value)}">'
                f'<label>Why<input name="reason" required maxlength="500"></label><button>Take</button></form>'
            )
        rows.append(cells)
    heads = ("Who", "Role", "Limits", "Given by", *(["Take it"] if csrf is not None else []))
    return table(heads, rows)


def _owners(owned: Sequence[tuple[WorkloadId, OperatorId]], names: Mapping[OperatorId, str]) -> str:
    if not owned:
        return ""
    rows = ((f"<code>{escape(workload)}</code>", _named(owner, names)) for workload, owner in owned)
    return f"<h2>Whose bots</h2>{table(('Workload', 'Owner'), rows)}"


def _links(
    links: Sequence[tuple[OperatorId, OperatorId]], names: Mapping[OperatorId, str], csrf: str | None
) -> str:
    """Ids that are one person's, and for administrators how to say so and how to take it back."""
    rows = []
    for one, other in links:
        cells = [_named(one, names), _named(other, names)]
        if csrf is not None:
            cells.append(
                f'<form method="post" action="{_ROLES}/unlink">{csrf_input(csrf)}'
                f'<input type="hidden" name="operator" value="{escape(one)}">'
                f'<input type="hidden" name="other" value="{escape(other)}">'
                '<label>Why<input name="reason" required maxlength="500"></label><button>Unlink</button></form>'
            )
        rows.append(cells)
    heads = ("An id", "Another of the same person", *(["Take it back"] if csrf is not None else []))
    shown = table(heads, rows) if rows else ""
    if csrf is not None:
        shown += (
            f'<form method="post" action="{_ROLES}/link">{csrf_input(csrf)}'
            '<label>An id<input name="operator" list="people" required></label>'
            '<label>Another of the same person<input name="other" list="people" required></label>'
            '<label>Why<input name="reason" required maxlength="500"></label><button>Link</button></form>'
        )
    return f"<h2>Ids of one person</h2>{shown}" if shown else ""


def _form(csrf: str, names: Mapping[OperatorId, str]) -> str:
    known = "".join(f'<option value="{escape(one)}">{escape(name)}</option>' for one, name in names.items())
    roles = "".join(f'<option value="{escape(role.value)}">{escape(role.value)}</option>' for role in Role)
    fields = "".join(
        f'<label for="{name}">{escape(label)}</label><input id="{name}" name="{name}">'
        for name, label in _FIELDS
    )
    return (
        f'<h2>Give a role</h2><form method="post" action="{_ROLES}/give">{csrf_input(csrf)}'
        '<label for="operator">Whom: their id, as “Who you are here” shows it</label>'
        f'<input id="operator" name="operator" list="people" required><datalist id="people">{known}</datalist>'
        f'<label for="role">Role</label><select id="role" name="role">{roles}</select>'
        f"<fieldset><legend>Limits, of an approver</legend>{fields}</fieldset>"
        '<label for="until">Until (a day; empty for good)</label><input id="until" name="until" type="date">'
        '<label for="reason">Why</label><input id="reason" name="reason" required maxlength="500">'
        "<button>Give</button></form>"
    )
