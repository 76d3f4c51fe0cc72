"""Small pages for the company's people: plain HTML that a screen reader and a browser without scripts can use.

Whatever comes from outside goes through `escape`. The policy for the browser allows this site's own files alone: no
script or style in a page, no frame around it, and forms that go nowhere else.
"""

import logging
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from answerable.apps.acting_words import second
from answerable.apps.operators.people import people_of
from answerable.identity.operators import Operator
from answerable.roles import Needs, Ruling
from answerable.values.errors import (
    AnswerableError,
    ApprovalError,
    ApprovalsUnavailable,
    GrantRefused,
    IdentityError,
    IdentityRefused,
    InvalidRequest,
    NotAllowed,
    NotAuthenticated,
    Overloaded,
    RequestTooLarge,
    RoleError,
    RolesUnavailable,
)

_LOG = logging.getLogger("answerable.operators")
HERE = "/operators"
_LONGEST_WAY = 1000
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not "no-referrer": with it a browser says 'Origin: null' of this site's own forms, too (Fetch, section 3.1).
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def page(
    title: str,
    body_html: str,
    operator: Operator | None,
    *,
    status: int = 200,
    scripts: Sequence[str] = (),
) -> Response:
    """A page of this site. `body_html` is HTML whose every value from outside was escaped by whoever made it.

    `scripts` are paths of this site's own script files; none can stand in the page.
    """
    who = (
        f'{_NAV}<p class="who">Signed in as <a href="{HERE}/whoami">{escape(operator.name)}</a></p>'
        if operator is not None
        else f'<p class="who"><a href="{HERE}/sign-in">Sign in</a></p>'
    )
    loaded = "".join(f'<script src="{escape(one)}" defer></script>' for one in scripts)
    html = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(title)} – Answerable</title><link rel="stylesheet" href="{HERE}/style.css">{loaded}</head>'
        f'<body><header><strong>Answerable</strong>{who}</header><main id="main"><h1>{escape(title)}</h1>'
        f"{body_html}</main></body></html>"
    )
    return Response(html, status, media_type="text/html", headers=HEADERS)


_NAV = (
    '<nav aria-label="Pages"><a href="/approvals/">Approvals</a> <a href="/acts/">Acts</a> '
    f'<a href="/revocations/">Stops</a> <a href="{HERE}/roles">Roles</a></nav>'
)


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], caption: str = "") -> str:
    """A table. Heads and caption are text of ours; a row's cells are HTML, escaped by whoever made them.

    Each cell names its column: where there is no room for columns, the style sheet puts cells below each other.
    """
    top = "".join(f'<th scope="col">{head}</th>' for head in heads)
    body = "".join(
        "<tr>"
        + "".join(f'<td data-head="{head}">{cell}</td>' for head, cell in zip(heads, row, strict=True))
        + "</tr>"
        for row in rows
    )
    above = f"<caption>{caption}</caption>" if caption else ""
    return f"<table>{above}<thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def when(instant: str) -> str:
    """An instant (RFC 3339, UTC) to the second, and which clock that is."""
    return f'<time datetime="{escape(instant)}">{escape(second(instant))} UTC</time>'


def csrf_input(token: str) -> str:
    """The hidden field that every form of a session carries (`OperatorSessions.csrf`)."""
    return f'<input type="hidden" name="csrf" value="{escape(token)}">'


def refusal(request: Request, ruling: Ruling, operator: Operator, way: str | None = None) -> Response:
    """What somebody sees who may not do something: why, and where to sign in again if only that is missing.

    `way` is the page to come back to then; without one, the page that was asked for.
    """
    # A sign-in that is too old is no try at anything; the rest is.
    _LOG.log(
        logging.WARNING if ruling.needs is None else logging.INFO,
        "'%s' may not %s %s: %s",
        operator.id,
        request.method,
        quote(request.url.path),
        f"by {', '.join(ruling.policies)}" if ruling.policies else "nothing allows it",
    )
    if wants_json(request):
        body: dict[str, Any] = {"error": "not_allowed", "because": list(ruling.because)}
        if ruling.needs is not None:
            body["needs"] = _needs(ruling.needs)
        return JSONResponse(body, 403, headers=HEADERS)
    reasons = "".join(f"<li>{escape(one)}</li>" for one in ruling.because)
    again = ""
    if ruling.needs is not None:
        link = step_up(ruling.needs, way_back(way or _place(request)))
        again = f'<p><a class="button" href="{escape(link)}">Sign in again</a></p>'
    back = f'<p><a href="{escape(way_back(way))}">Back</a></p>' if way else ""
    return page("That is not for you to do", f"<ul>{reasons}</ul>{again}{back}", operator, status=403)


def step_up(needs: Needs, way: str) -> str:
    """Where to sign in again for something that needs it."""
    asked = {"next": way, "level": str(int(needs.level))}
    if needs.max_age is not None:
        asked["max_age"] = str(int(needs.max_age.total_seconds()))
    return f"{HERE}/sign-in?{urlencode(asked)}"


def way_back(text: str | None) -> str:
    """A path of this site, where that is what the text is; the page about oneself else.

    A browser takes two slashes, or a slash and a backslash, for another host, and passes over tabs and line ends.
    """
    usable = (
        text is not None
        and 0 < len(text) <= _LONGEST_WAY
        and text.startswith("/")
        and not text.startswith(("//", "/\\"))
        and text.isascii()
        and text.isprintable()
        and "\\" not in text
    )
    return text if usable and text is not None else f"{HERE}/whoami"


def wants_json(request: Request) -> bool:
    """Is a program asking? A browser's page asks for HTML."""
    return "text/html" not in request.headers.get("accept", "")


async def on_error(request: Request, error: Exception) -> Response:
    """Errors as these pages say them. Register it for AnswerableError and for Exception."""
    status, code = _code(error)
    nobody = isinstance(error, NotAuthenticated) and not isinstance(error, IdentityRefused)
    if nobody and request.method == "GET" and not wants_json(request):
        return RedirectResponse(
            f"{HERE}/sign-in?next={quote(_place(request), safe='')}", 303, headers=HEADERS
        )
    words = str(error)
    if status >= 500:  # noqa: PLR2004 – ours to mend, and not for strangers to read about
        _LOG.error("%s: %s: %s", request.url.path, type(error).__name__, error)
        words = "this can't be done now, and nothing was; the gate's owner finds the reason in its log"
    elif isinstance(error, IdentityRefused):
        _LOG.warning("%s: refused: %s", request.url.path, error.reason)
    if wants_json(request):
        return JSONResponse({"error": code, "message": words}, status, headers=HEADERS)
    back = "" if request.method == "GET" else "<p>Your browser's “back” leads to what you filled in.</p>"
    return page(
        "That did not work", f"<p>{escape(words)}</p>{back}", await _signed_in(request), status=status
    )


async def _signed_in(request: Request) -> Operator | None:
    """Whose page it is, where that can be said: what went wrong may be just that."""
    try:
        return await people_of(request).sessions.operator(request)
    except AnswerableError:
        return None


def _place(request: Request) -> str:
    """Where a page can be asked for again: what was sent to it is not."""
    if request.method != "GET":
        return f"{HERE}/whoami"
    query = request.url.query
    return way_back(request.url.path + (f"?{query}" if query else ""))


def _needs(needs: Needs) -> dict[str, int]:
    found = {"level": int(needs.level)}
    if needs.max_age is not None:
        found["max_age"] = int(needs.max_age.total_seconds())
    return found


def _code(error: Exception) -> tuple[int, str]:
    match error:
        case NotAuthenticated():
            return 401, "not_authenticated"
        case NotAllowed():
            return 403, "not_allowed"
        case RequestTooLarge():
            return 413, "invalid_request"
        case RolesUnavailable() | ApprovalsUnavailable() | Overloaded() | IdentityError():
            return 503, "temporarily_unavailable"
        case InvalidRequest() | RoleError() | GrantRefused():
            return 400, "invalid_request"
        case ApprovalError():
            return 409, "closed"
        case AnswerableError():
            return 503, "temporarily_unavailable"
        case _:
            return 500, "server_error"
