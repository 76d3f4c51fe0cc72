"""How stores of approvals write what they keep: one way, so that each SQL store is only its SQL."""

from typing import NamedTuple

import msgspec

from answerable.adapters.grant_rows import micros
from answerable.approvals import (
    UNRECORDED,
    ApprovalRequest,
    Event,
    Opened,
    Phase,
    Refusal,
    State,
    Void,
    opened,
    step,
    turned_away,
)
from answerable.ports.approvals import NO_NOTE, Answer, Applied, Kept, Note, Pending, Unrecorded
from answerable.values.errors import ApprovalsUnavailable

_states = msgspec.json.Decoder(State)
_pending = msgspec.json.Decoder(Pending)


class ApprovalRow(NamedTuple):
    """One that waits, as a row. Instants are microseconds since 1970 in UTC."""

    id: str
    decision: str
    """Its trace and its digest: there is one row for one."""
    workload: str
    conversation: str | None
    route: str
    open: bool
    unsettled: bool
    untold: bool
    opened_at: int
    settled_at: int | None
    """None while something may still come of it."""
    revision: int
    state: bytes
    pending: bytes | None
    """What is not in the ledger yet, with its private part; None once it is."""


def begun(request: ApprovalRequest, full: str = "") -> Kept:
    """What is kept of one that begins to wait; or that can't, because of `full`."""
    if full:
        return Kept(turned_away(request, full), Pending(Void(request.opened_at, full)))
    # What takes an act back is on record already: the desk's word on it is.
    return Kept(opened(request), Pending(Opened(request.opened_at)) if request.undoes is None else None)


def after(kept: Kept, event: Event, note: Note = NO_NOTE) -> Kept | Answer:
    """What is kept after an event, or the answer where nothing is written."""
    state = step(kept.state, event)
    if isinstance(state, Refusal):
        return state
    if state == kept.state:
        return Applied(kept, again=True)
    if kept.pending is not None:
        return Unrecorded(kept)
    return Kept(state, None if isinstance(event, UNRECORDED) else Pending(event, note))


def unsettled(kept: Kept) -> bool:
    """May something still come of it, or is its last event not on record?"""
    return kept.pending is not None or not kept.state.closed


def untold(kept: Kept) -> bool:
    """Is it over, and nobody was told?"""
    return kept.state.closed and kept.state.told_at is None


def place_of(kept: Kept | None) -> tuple[int, str]:
    """Where it stands among all, oldest first; before the first where there is none."""
    return (micros(kept.state.request.opened_at), kept.state.request.id) if kept else (-(2**62), "")


def row_of(kept: Kept) -> ApprovalRow:
    state, request = kept.state, kept.state.request
    done = state.closed and state.settled_at is not None
    return ApprovalRow(
        request.id,
        decision_key(request),
        request.workload,
        request.conversation,
        state.route,
        state.phase is Phase.OPEN,
        unsettled(kept),
        untold(kept),
        micros(request.opened_at),
        micros(state.settled_at) if done and state.settled_at else None,
        state.revision,
        msgspec.json.encode(state),
        None if kept.pending is None else msgspec.json.encode(kept.pending),
    )


def changes_of(kept: Kept) -> tuple[str, bool, bool, bool, int | None, int, bytes, bytes | None, str]:
    """What an event changes in a row, from `route` on but for `opened_at`; and its id."""
    row = row_of(kept)
    return (*row[4:8], *row[9:], row.id)


def decision_key(request: ApprovalRequest) -> str:
    """One text for one decision."""
    one = f"{request.decision} {request.trace}"
    # Taking back may fail, and be decided on anew.
    return one if request.undoes is None else f"{one} {request.id}"


def kept_of(state: bytes, pending: bytes | None) -> Kept:
    """Raises ApprovalsUnavailable where what was kept is damaged."""
    try:
        return Kept(_states.decode(state), None if pending is None else _pending.decode(pending))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ApprovalsUnavailable(f"an approval that was kept can't be read: {error}") from error
