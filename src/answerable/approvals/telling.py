"""What the customer hears of what people decided, in words that somebody approved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from answerable.approvals.events import Result
from answerable.approvals.request import Of
from answerable.approvals.state import Phase, State
from answerable.decisions import Wording
from answerable.values import ApprovalId, Digest, TraceId


class Heard(StrEnum):
    """What became of it, as far as the customer is concerned. Also the names of its words in wording.yaml."""

    APPROVED = "approved"
    """A line that may be said now; its own words are what is heard. Or an act that the bot may do itself now."""
    DONE = "done"
    NOT_DONE = "not-done"
    UNCERTAIN = "uncertain"
    DENIED = "denied"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    UNDONE = "undone"
    """Something that was done has been taken back."""


WORDS: Mapping[Heard, str] = {
    Heard.APPROVED: "A member of our team has looked at what you asked about and confirmed it.",
    Heard.DONE: "A member of our team has approved what you asked for, and it is done.",
    Heard.NOT_DONE: (
        "A member of our team has approved what you asked for, but it could not be carried out. Nothing has changed."
    ),
    Heard.UNCERTAIN: (
        "A member of our team has approved what you asked for. Whether it was carried out is still being checked."
    ),
    Heard.DENIED: "A member of our team has looked at what you asked for, and it was not approved.",
    Heard.EXPIRED: "Nobody on our team could look at that in time. Nothing has changed.",
    Heard.WITHDRAWN: "What you asked for was not carried out. Nothing has changed.",
    Heard.UNDONE: "Something that was done in this conversation has been reversed by a member of our team.",
}
"""For a bundle that has none of its own under `approval-NAME`. None of them promises or offers anything."""

_BY_PHASE = {
    Phase.DENIED: Heard.DENIED,
    Phase.EXPIRED: Heard.EXPIRED,
    Phase.WITHDRAWN: Heard.WITHDRAWN,
    Phase.VOIDED: Heard.WITHDRAWN,
}
_BY_RESULT = {
    Result.DONE: Heard.DONE,
    Result.NOT_DONE: Heard.NOT_DONE,
    Result.UNCERTAIN: Heard.UNCERTAIN,
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What there is to tell."""

    approval: ApprovalId
    of: Of
    heard: Heard
    text: str
    at: datetime
    told: bool
    tool: str | None = None
    decision: tuple[TraceId, Digest] | None = None
    """Of an act that the bot may do itself now: what it asks for a grant by, until `until`, with these arguments."""
    arguments: str | None = None
    until: datetime | None = None


def heard(state: State) -> Heard | None:
    """What there is to hear; None while people, or the back end, have not decided."""
    if state.request.handed_over and state.phase in (Phase.APPROVED, Phase.USED):
        return Heard.APPROVED  # the bot does it, and says itself what came of it
    if state.phase is not Phase.USED:
        return _BY_PHASE.get(state.phase)
    if state.request.undoes is not None:
        return Heard.UNDONE if state.result is Result.DONE else None
    if state.request.of is Of.LINE:
        return Heard.APPROVED
    return None if state.result is None else _BY_RESULT[state.result]


def outcome(state: State, wording: Mapping[str, Wording], line: str | None = None) -> Outcome | None:
    """What there is to tell of it. `line` is the text of a line that was approved, where it is still on record."""
    what = heard(state)
    if what is None:
        return None
    named = wording.get(f"approval-{what}")
    text = named.text if named else WORDS[what]
    if what is Heard.APPROVED and line:
        text = line
    request = state.request
    at = state.settled_at or request.opened_at
    return Outcome(request.id, request.of, what, text, at, state.told_at is not None, request.tool)


def told_now(outcomes: Sequence[Outcome]) -> str:
    """Words to put before the next reply: what was not told yet, oldest first, each sentence once."""
    new = sorted((one for one in outcomes if not one.told), key=lambda one: (one.at, one.approval))
    return "\n".join(dict.fromkeys(one.text.strip() for one in new))
