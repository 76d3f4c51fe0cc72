"""What people answered since the customer was last told: said before the reply's own first line.

The words were approved: they are a bundle's wording, or a held line that somebody allowed. So nothing is decided on
them here, and they are read and recorded like every line that a customer sees.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from answerable.claims import Claim
from answerable.decisions import Decision, Outcome
from answerable.findings import Evidence, Finding, Support
from answerable.flow.recording import line_parts
from answerable.flow.steps import Line
from answerable.receipts import LineBody, LinePrivate
from answerable.receipts.entries import ReleasePart
from answerable.statements import Shape, Statement
from answerable.values import ApprovalId, Digest

_APART = "\n\n"


@dataclass(frozen=True, slots=True)
class News:
    """Approved words about one thing that was held, or the same words about several."""

    approval: ApprovalId
    text: str
    also: tuple[ApprovalId, ...] = ()
    """Of what else the words are told."""


def news_line(
    news: News, claim: Claim, *, choice: int, track: str, ordinal: int, bundle: Digest, enforced: bool
) -> tuple[LineBody, LinePrivate, Line]:
    """The line, its entry and what is shown for it. Its place is before the first character of the model's text."""
    statement = Statement(ordinal, 0, 0, "", news.text, Shape.SENTENCE)
    because = f"people answered: {', '.join(told([news]))}"
    finding = Finding(
        Support.SUPPORTED, because, tuple(Evidence(f"approval:{one}", news.text) for one in told([news]))
    )
    decision = Decision(Outcome.RELEASE, because, (), bundle)
    shown = news.text + _APART
    body, private = line_parts(
        choice,
        track,
        statement,
        claim,
        finding,
        decision,
        ReleasePart(verbatim=False, text=shown),
        enforced=enforced,
    )
    return body, private, Line(choice, track, statement, claim, finding, decision, shown, verbatim=False)


def told(news: Sequence[News]) -> tuple[ApprovalId, ...]:
    """Which approvals the news is of."""
    return tuple(approval for one in news for approval in (one.approval, *one.also))
