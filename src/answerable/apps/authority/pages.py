"""The pages on which operators stop acts and let them go on: plain HTML, no script."""

from collections.abc import Sequence
from html import escape

from answerable.apps.authority.revoking import named
from answerable.apps.operators.forms import LONGEST_REASON
from answerable.apps.operators.pages import csrf_input, table, when
from answerable.grants import Grant, Revocation, Selection, Selector
from answerable.values import rfc3339

_WHAT = {
    Selector.EVERYTHING: "Everything",
    Selector.WORKLOAD: "A bot (its workload)",
    Selector.CONVERSATION: "A conversation",
    Selector.APPROVER: "What an approver approved (ISSUER#SUBJECT)",
    Selector.BUNDLE: "What a bundle decided (sha256:…)",
    Selector.GRANT: "One grant",
}


def desk_html(standing: Sequence[Revocation], csrf: str, here: str) -> str:
    """What is stopped, and the forms to stop more and to let it go on."""
    return (
        _standing(standing, csrf, here)
        + f"<h2>Stop everything</h2><p>No act is begun or sent until somebody lets it go on. What the back ends have "
        f'already, they have.</p><form method="post" action="{here}/revoke">{csrf_input(csrf)}'
        f'<input type="hidden" name="selector" value="{Selector.EVERYTHING.value}">{_reason("everything")}'
        f"<button>Stop everything</button></form>"
        + _some(csrf, here)
        + f'<p><a href="{here}/outstanding">The grants that can be used now</a></p>'
    )


def outstanding_html(found: Sequence[Grant], selection: Selection) -> str:
    """Grants, one a row."""
    if not found:
        return f"<p>None of {escape(named(selection))} can be used.</p>"
    rows = (
        (
            f"<code>{escape(one.id)}</code>",
            escape(one.intent.action),
            escape(one.intent.audience),
            escape(one.intent.workload),
            escape(one.intent.conversation or ""),
            when(rfc3339(one.expires)),
        )
        for one in found
    )
    return table(("Grant", "Act", "Back end", "Bot", "Conversation", "Until"), rows)


def _standing(standing: Sequence[Revocation], csrf: str, here: str) -> str:
    if not standing:
        return "<p><strong>Nothing is stopped.</strong></p>"
    rows = (
        (
            escape(named(one.selection)),
            when(rfc3339(one.at)),
            f"<code>{escape(one.by)}</code>",
            escape(one.reason),
            _lift(number, one, csrf, here),
        )
        for number, one in enumerate(standing)
    )
    return table(("What", "Since", "By", "Why", "Let it go on"), rows, "Stopped, oldest first")


def _lift(number: int, one: Revocation, csrf: str, here: str) -> str:
    selection = one.selection
    return (
        f'<form method="post" action="{here}/lift">{csrf_input(csrf)}'
        f'<input type="hidden" name="selector" value="{escape(selection.selector.value)}">'
        f'<input type="hidden" name="value" value="{escape(selection.value)}">{_reason(f"lift-{number}")}'
        "<button>Let it go on</button></form>"
    )


def _some(csrf: str, here: str) -> str:
    choices = "".join(
        f'<option value="{one.value}">{escape(label)}</option>'
        for one, label in _WHAT.items()
        if one is not Selector.EVERYTHING
    )
    return (
        f'<h2>Stop some</h2><form method="post" action="{here}/revoke">{csrf_input(csrf)}'
        f'<label for="selector">What</label><select id="selector" name="selector">{choices}</select>'
        '<label for="value">Which</label><input id="value" name="value" required maxlength="512">'
        f"{_reason('some')}<button>Stop it</button></form>"
    )


def _reason(name: str) -> str:
    return (
        f'<label for="reason-{name}">Why (it stays on record: name no customer)</label>'
        f'<input id="reason-{name}" name="reason" required maxlength="{LONGEST_REASON}">'
    )
