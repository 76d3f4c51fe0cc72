"""The pages on which operators stop acts and let them go on: plain HTML, no script."""

from collections.abc import Sequence
from html import escape

from answerable.apps.acting_words import second
from answerable.apps.authority.revoking import named
from answerable.apps.operators.forms import LONGEST_REASON
from answerable.apps.operators.pages import csrf_input
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
    heads = _heads("Grant", "Act", "Back end", "Bot", "Conversation", "Until")
    rows = "".join(
        f"<tr><td><code>{escape(one.id)}</code></td><td>{escape(one.intent.action)}</td>"
        f"<td>{escape(one.intent.audience)}</td><td>{escape(one.intent.workload)}</td>"
        f"<td>{escape(one.intent.conversation or '')}</td><td><time>{second(rfc3339(one.expires))}</time></td></tr>"
        for one in found
    )
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def _standing(standing: Sequence[Revocation], csrf: str, here: str) -> str:
    if not standing:
        return "<p><strong>Nothing is stopped.</strong></p>"
    heads = _heads("What", "Since", "By", "Why", "Let it go on")
    rows = "".join(
        f"<tr><td>{escape(named(one.selection))}</td><td><time>{second(rfc3339(one.at))}</time></td>"
        f"<td><code>{escape(one.by)}</code></td><td>{escape(one.reason)}</td>"
        f"<td>{_lift(number, one, csrf, here)}</td></tr>"
        for number, one in enumerate(standing)
    )
    caption = "<caption>Stopped, oldest first</caption>"
    return f"<table>{caption}<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


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


def _heads(*names: str) -> str:
    return "".join(f'<th scope="col">{name}</th>' for name in names)


def _reason(name: str) -> str:
    return (
        f'<label for="reason-{name}">Why (it stays on record: name no customer)</label>'
        f'<input id="reason-{name}" name="reason" required maxlength="{LONGEST_REASON}">'
    )
