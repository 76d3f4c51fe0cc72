"""What the ledger says of what happened to something that waits."""

from datetime import datetime

from answerable.approvals import (
    Approve,
    Change,
    Deny,
    Escalate,
    Expire,
    Finish,
    Noticed,
    Opened,
    Phase,
    Remind,
    State,
    Told,
    Use,
    Void,
    Withdraw,
)
from answerable.approvals.events import Event
from answerable.apps.approvals.held import Held
from answerable.identity.operators import Operator
from answerable.ports.approvals import Note, Pending
from answerable.receipts import ApprovalBody, ApprovalPrivate, Draft
from answerable.values import ApprovalId, rfc3339

REFUSED = "refused"
"""The event of an answer that somebody may not give. Nobody's no: that is `denied`."""


def entry_of(state: State, pending: Pending, held: Held) -> Draft:
    """The entry for the event that made this state. Always the same one for the same event."""
    event, request = pending.event, state.request
    body = ApprovalBody(
        approval=request.id,
        event=_name(event, state),
        of=request.of.value,
        decision=request.decision,
        binds=state.binds,
        bundle=request.bundle,
        route=state.route,
        by=getattr(event, "by", None),
        level=getattr(event, "level", None),
        deadline=rfc3339(state.due) if state.due else None,
        policies=getattr(event, "policies", ()),
        approvals=len(state.approvals),
        needed=state.needed,
        detail=_detail(event),
        tool=request.tool,
    )
    return Draft(request.trace, rfc3339(event.at), body, _private(pending.note), held.subject)


def refusal_of(
    state: State, held: Held, by: Operator, wanted: str, policies: tuple[str, ...], at: datetime
) -> Draft:
    """The entry for an answer of somebody who may not give it. Nothing happened: no state is made by it."""
    request = state.request
    body = ApprovalBody(
        approval=request.id,
        event=REFUSED,
        of=request.of.value,
        decision=request.decision,
        binds=state.binds,
        bundle=request.bundle,
        route=state.route,
        by=by.id,
        level=int(by.level),
        policies=policies,
        approvals=len(state.approvals),
        needed=state.needed,
        detail=f"may not {wanted} it",
        tool=request.tool,
    )
    return Draft(request.trace, rfc3339(at), body, None, held.subject)


def refusals(approval: ApprovalId, held: Held) -> int:
    """How many such entries its trace has already."""
    return sum(body.event == REFUSED and body.approval == approval for _, body, _ in held.recorded)


def is_recorded(draft: Draft, held: Held) -> bool:
    """Does the trace have that entry already?"""
    return any(at == draft.at and body == draft.body for at, body, _ in held.recorded)


def _name(event: Event, state: State) -> str:
    match event:
        case Opened():
            return "opened"
        case Approve() | Change():
            return "approved"
        case Deny():
            return "denied"
        case Withdraw():
            return "withdrawn"
        case Expire():
            return "expired"
        case Void():
            return "voided"
        case Use():
            return "used" if state.phase is Phase.USED else "voided"
        case Remind():
            return "reminded"
        case Escalate():
            return "escalated"
        case Told():
            return "told"
        case Finish() | Noticed():
            raise ValueError(f"'{type(event).__name__}' has no entry")


def _detail(event: Event) -> str:
    match event:
        case Change():
            return f"changed, instead of {event.binds}"
        case Void():
            return event.why
        case Use():
            return event.attempt
        case Told():
            return event.how
        case _:
            return ""


def _private(note: Note) -> ApprovalPrivate | None:
    private = ApprovalPrivate(note.reason, note.arguments, note.wording)
    return None if private == ApprovalPrivate() else private
