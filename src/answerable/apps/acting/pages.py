"""The pages on which operators see acts, and say what became of them: plain HTML, one form for each word, no script."""

import json
from collections.abc import Sequence
from html import escape
from typing import Any

from answerable.actions import WAITING_FOR_PEOPLE, State
from answerable.apps.acting.showing import ShownAct, act_json, row_json
from answerable.apps.approvals.showing import visible
from answerable.apps.operators.forms import LONGEST_REASON
from answerable.apps.operators.pages import csrf_input, table, when
from answerable.ports.actions import Kept

_STATES = {
    State.INTENDED: "It is decided on, and nothing was asked of the back end yet.",
    State.GRANTED: "It has its grant, and nothing was sent yet.",
    State.SENT: "It was sent, and no answer is here yet.",
    State.UNCERTAIN: (
        "Nobody knows whether it was done. The gateway goes on looking; somebody who has looked at the back end may "
        "say it first."
    ),
    State.PERSON: (
        "Nobody knows whether it was done, and no program finds out more. Look at the back end, by the key below, and "
        "say what you found. It is not sent again."
    ),
    State.DONE: "It was done.",
    State.NOT_DONE: "It was not done.",
    State.GIVEN_UP: "It was given up before anything was sent.",
}
_ROWS = (
    ("tool", "Act"),
    ("amount", "Amount"),
    ("key", "Idempotency key"),
    ("back_end", "Back end"),
    ("workload", "For the bot"),
    ("resource", "On"),
    ("begun_at", "Begun"),
    ("sent_at", "Last sent, or last listened for"),
    ("attempts", "Sent how often"),
    ("known_by", "Known by"),
    ("by", "Said by"),
    ("undoes", "Takes back"),
    ("approval", "Approval"),
    ("policies", "Permitted by"),
    ("conversation", "Conversation"),
    ("trace", "Trace"),
    ("bundle", "Rules"),
    ("decision", "Decision"),
)


def list_html(waiting: Sequence[Kept], here: str) -> str:
    """What waits for somebody's word, oldest first, and a form to look for others."""
    found = table_html(waiting, here) if waiting else "<p>Nothing waits for your word.</p>"
    return (
        f"{found}<h2>Other acts</h2>"
        f'<form method="get" action="{here}/"><label for="conversation">Of a conversation</label>'
        '<input id="conversation" name="conversation" maxlength="512"><button>Look</button></form>'
        f'<form method="get" action="{here}/"><label for="trace">Of a trace</label>'
        '<input id="trace" name="trace" maxlength="512"><button>Look</button></form>'
    )


def table_html(acts: Sequence[Kept], here: str) -> str:
    """Acts, one a row."""
    if not acts:
        return "<p>There is nothing of it that you may look at.</p>"
    rows = (
        (
            f'<a href="{here}/{_h(one["act"])}">{_h(one["tool"])}</a>',
            _h(_state(one["state"])),
            _h(one["amount"] or ""),
            _h(one["back_end"]),
            when(one["begun_at"]),
            _h(one["conversation"] or ""),
        )
        for one in map(row_json, acts)
    )
    return table(("Act", "State", "Amount", "Back end", "Begun", "Conversation"), rows, "Oldest first")


def act_html(one: ShownAct, csrf: str, here: str) -> str:
    """One act with everything on record, and the forms for what can be done about it."""
    facts = act_json(one)
    rows = "".join(
        f"<dt>{label}</dt><dd>{_fact(name, facts[name])}</dd>"
        for name, label in _ROWS
        if facts[name] not in (None, "", [])
    )
    arguments = (
        f"<pre>{_h(_spelled(facts['arguments']))}</pre>"
        if facts["arguments"] is not None
        else "<p>They are erased, or not on record yet.</p>"
    )
    return (
        f"<p><strong>{_h(_STATES[one.kept.progress.state])}</strong></p>{_forms(one, csrf, here)}"
        f"<h2>The arguments</h2>{arguments}<h2>The act</h2><dl>{rows}</dl>{_asked(facts['asked'])}"
        f"{_steps(one)}{_chain(one, here)}"
    )


def _asked(asked: dict[str, Any] | None) -> str:
    if asked is None:
        return ""
    names = (
        ("by", "Bot"),
        ("customer", "Customer"),
        ("customer_proof", "That is"),
        ("assurance", "Assurance"),
    )
    rows = "".join(f"<dt>{label}</dt><dd>{_value(asked[name])}</dd>" for name, label in names if asked[name])
    return f"<h2>Who asked</h2><dl>{rows}</dl>"


def _steps(one: ShownAct) -> str:
    rows = "".join(
        f"<li>{when(step.at)} {_h(step.what)}{' by ' + _h(step.who) if step.who else ''}: "
        f"{_h(visible(step.told))}</li>"
        for step in one.steps
    )
    return f"<h2>What happened</h2><ol>{rows}</ol>" if rows else "<p>Nothing of it is on record yet.</p>"


def _chain(one: ShownAct, here: str) -> str:
    if len(one.chain) < 2:  # noqa: PLR2004 – itself alone
        return ""
    return (
        f"<h2>The acts that belong together</h2><p>{_h(str(one.standing))}</p>{table_html(one.chain, here)}"
    )


def _forms(one: ShownAct, csrf: str, here: str) -> str:
    at = f"{here}/{_h(one.kept.action.id)}"

    def form(act: str, name: str, label: str, asked: str, hidden: str = "") -> str:
        return (
            f'<form method="post" action="{at}/{act}"><fieldset><legend>{label}</legend>{csrf_input(csrf)}{hidden}'
            f'<label for="reason-{name}">{asked}</label>'
            f'<input id="reason-{name}" name="reason" required maxlength="{LONGEST_REASON}">'
            f"<button>{label}</button></fieldset></form>"
        )

    if one.kept.progress.state in WAITING_FOR_PEOPLE:
        return "".join(
            form(
                "resolve",
                said,
                label,
                "What you saw, and where",
                f'<input type="hidden" name="outcome" value="{said}">',
            )
            for said, label in (("done", "It was done"), ("not_done", "It was not done"))
        )
    if one.kept.progress.state is State.DONE and one.kept.action.undoes is None:
        return form("undo", "undo", "Have it taken back", "Why")
    return ""


def _state(state: str) -> str:
    return {"person": "waits for somebody", "uncertain": "not known", "not_done": "not done"}.get(
        state, state.replace("_", " ")
    )


def _spelled(arguments: Any) -> str:
    text = (
        json.dumps(arguments, indent=2, ensure_ascii=False) if isinstance(arguments, dict) else str(arguments)
    )
    return visible(text)


def _fact(name: str, value: Any) -> str:
    match name:
        case "begun_at" | "sent_at":
            return when(value)
        case "approval":
            return f'<a href="/approvals/{_h(value)}">{_h(value)}</a>'
        case _:
            return _value(value)


def _value(value: object) -> str:
    if isinstance(value, list):
        return _h(visible(", ".join(str(one) for one in value)))
    return _h(visible(str(value)))


def _h(text: str) -> str:
    return escape(text)
