"""The pages on which people see what waits and answer it: plain HTML, one form for each answer, no script."""

from collections.abc import Sequence
from html import escape

from answerable.approvals import UNDECIDED, Phase, State
from answerable.apps.approvals.showing import Shown, shown_json, spelled_out, visible
from answerable.apps.operators.pages import csrf_input, table, when
from answerable.values import rfc3339

_ROWS = (
    ("of", "What"),
    ("tool", "Act"),
    ("because", "Held because"),
    ("finding", "Finding"),
    ("subjects", "About"),
    ("amount", "Amount"),
    ("region", "Region"),
    ("requester", "Asked by"),
    ("owners", "Whose bot"),
    ("route", "Queue"),
    ("opened_at", "Since"),
    ("deadline", "Until"),
    ("usable_until", "Approved until"),
    ("conversation", "Conversation"),
    ("trace", "Trace"),
    ("bundle", "Rules"),
    ("decision", "Decision"),
    ("instead_of", "Changed from"),
    ("binds", "What is answered"),
)
_INSTANTS = ("opened_at", "deadline", "usable_until")


def list_html(states: Sequence[State], here: str) -> str:
    """What waits, oldest first."""
    if not states:
        return "<p>Nothing waits for you.</p>"
    rows = (
        (
            f'<a href="{here}/{_h(one.request.id)}">{_h(one.request.tool or "A line")}</a>',
            _h(", ".join(one.request.subjects)),
            _h(str(one.request.amount or "")),
            _h(one.route),
            f"{len(one.approvals)} of {one.needed}",
            when(rfc3339(one.request.plan.deadline)),
        )
        for one in states
    )
    return table(("What", "About", "Amount", "Queue", "Approved", "Until"), rows, "Oldest first")


def stopped_html(stopped: str) -> str:
    """Said before anybody answers."""
    if not stopped:
        return ""
    told = f"{_h(stopped)}. No act can be approved now: it would not be done."
    return f'<p role="alert"><strong>Careful:</strong> {told}</p>'


def show_html(one: Shown, csrf: str, here: str) -> str:
    """Everything that an answer is bound to, and the forms to answer with."""
    state = one.state
    facts = shown_json(one)
    warning = stopped_html(one.stopped)
    warning += f'<p role="alert"><strong>Careful:</strong> {_h(one.warning)}.</p>' if one.warning else ""
    title = "The arguments" if state.request.tool else "The line"
    content = (
        f"<h2>{title}</h2><pre>{_h(spelled_out(one))}</pre>"
        if one.text is not None
        else "<p>What it is about is erased.</p>"
    )
    rows = "".join(
        f"<dt>{label}</dt><dd>{when(facts[name]) if name in _INSTANTS else _value(facts[name])}</dd>"
        for name, label in _ROWS
        if facts[name] not in (None, "", [])
    )
    policies = "".join(
        f"<li>{_h(policy['id'])} (owner: {_h(policy['owner'])})</li>" for policy in facts["policies"]
    )
    link = f'<p><a href="{_h(one.link)}">The conversation</a></p>' if one.link else ""
    became = (
        f'<p><a href="/acts/?trace={_h(state.request.trace)}">What became of it</a></p>'
        if state.phase is Phase.USED and state.request.tool
        else ""
    )
    return (
        f"<p>{_h(_where(state))}</p>{became}{warning}{content}<h2>What is decided on</h2><dl>{rows}</dl>"
        f"<h2>Policies that hold it</h2><ul>{policies}</ul>{link}{_history(facts['history'])}"
        + _forms(one, csrf, here)
    )


def _where(state: State) -> str:
    match state.phase:
        case Phase.OPEN:
            return f"It waits. {len(state.approvals)} of {state.needed} have approved."
        case Phase.APPROVED:
            return "It is approved, and not used yet."
        case Phase.USED:
            result = state.result.replace("_", " ") if state.result else "not known yet"
            return f"It is approved and used. Outcome: {result}."
        case _:
            return f"It is over: {state.phase}. {state.why}"


def _history(found: Sequence[dict[str, str]]) -> str:
    rows = "".join(
        f"<li>{when(one['at'])} {_h(one['event'])}{' by ' + _h(one['by']) if one['by'] else ''}"
        f"{': ' + _h(visible(one['reason'])) if one['reason'] else ''}</li>"
        for one in found
    )
    return f"<h2>What happened</h2><ol>{rows}</ol>"


def _forms(one: Shown, csrf: str, here: str) -> str:
    state = one.state
    if state.phase not in UNDECIDED:
        return ""
    hidden = f'{csrf_input(csrf)}<input type="hidden" name="binds" value="{_h(state.binds)}">'
    at = f"{here}/{_h(state.request.id)}"

    def form(act: str, label: str, fields: str = "") -> str:
        return (
            f'<form method="post" action="{at}/{act}"><fieldset><legend>{label}</legend>{hidden}{fields}'
            f'<label for="reason-{act}">Reason</label><input id="reason-{act}" name="reason" maxlength="2000">'
            f"<button>{label}</button></fieldset></form>"
        )

    if state.phase is Phase.APPROVED:
        return form("withdraw", "Withdraw")
    name = "arguments" if state.request.tool else "wording"
    area = (
        f'<label for="{name}">Instead</label><textarea id="{name}" name="{name}" rows="6" required>'
        # A parser drops the first line's end of a text area: one goes before whatever there is.
        f"\n{_h(one.text or '')}</textarea>"
    )
    return (
        form("approve", "Approve exactly this")
        + form("deny", "Deny")
        + form("change", "Approve with a change", area)
        + form("withdraw", "Withdraw")
    )


def _value(value: object) -> str:
    if isinstance(value, list):
        return _h(", ".join(str(one) for one in value))
    return _h(visible(str(value)))


def _h(text: str) -> str:
    return escape(text)
