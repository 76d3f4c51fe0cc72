"""The life of something that waits for people, as one pure function.

    open ─► (approved by one of two) ─► approved ─► used
      │                                    │
      ├─► denied                           ├─► expired: not used in its time
      ├─► expired: nobody answered         ├─► withdrawn
      ├─► withdrawn                        └─► voided
      └─► voided (at once, where too much waits already)

Only `approved` makes anything possible, once: exactly what is bound, until `usable_until`. Whatever is not
provided for here is refused.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from answerable.approvals.events import (
    Approve,
    Change,
    Deny,
    Escalate,
    Event,
    Expire,
    Finish,
    Noticed,
    Opened,
    Remind,
    Result,
    Told,
    Use,
    Void,
    Withdraw,
)
from answerable.approvals.request import ApprovalRequest, Of, action_of
from answerable.values import Digest, Money, OperatorId


class Phase(StrEnum):
    OPEN = "open"
    APPROVED = "approved"
    USED = "used"
    DENIED = "denied"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    VOIDED = "voided"


UNDECIDED = frozenset({Phase.OPEN, Phase.APPROVED})
"""Something may still happen."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A yes that counts."""

    by: OperatorId
    at: datetime
    level: int = 0
    policies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class State:
    """Where it stands. Begin one with `opened`; go on with `step`."""

    request: ApprovalRequest
    """What is asked now: a change puts another one there."""
    phase: Phase
    route: str
    """Whose queue it is in now."""
    needed: int
    """How many different people have to approve."""
    approvals: tuple[Answer, ...] = ()
    """Of what is asked now, and of nothing before."""
    usable_until: datetime | None = None
    attempt: str | None = None
    result: Result | None = None
    settled_at: datetime | None = None
    """When it was used, denied, expired, withdrawn or voided."""
    why: str = ""
    """Of one that was voided or withdrawn: in the gate's own words, or by whom."""
    reminded: int = 0
    escalated: int = 0
    notices: int = 1
    """How often those who answer were to be told that it waits: when it was opened, and at each reminder and step."""
    noticed: int = 0
    """How many of these they were told."""
    told_at: datetime | None = None
    revision: int = 1
    """One more with each event."""

    @property
    def binds(self) -> Digest:
        return self.request.binds

    @property
    def due(self) -> datetime | None:
        """When it expires; None where it can't any more."""
        if self.phase is Phase.OPEN:
            return self.request.plan.deadline
        return self.usable_until if self.phase is Phase.APPROVED else None

    @property
    def closed(self) -> bool:
        """Can nothing more come of it but that somebody is told?"""
        if self.phase is Phase.USED and self.request.of is Of.ACT and not self.request.handed_over:
            return self.result in (Result.DONE, Result.NOT_DONE)
        return self.phase not in UNDECIDED


@dataclass(frozen=True, slots=True)
class Refusal:
    """Nothing happened. `because` is for whoever wanted it."""

    because: str


def opened(request: ApprovalRequest) -> State:
    """The state in which something begins to wait; or, of one that takes an act back, in which it is followed."""
    if request.undoes is not None:
        now = request.opened_at
        # The customer has not heard that it is under way, and hears of it once it is done.
        return State(
            request, Phase.USED, request.route, 1,
            result=Result.UNCERTAIN, settled_at=now, told_at=now, notices=0, attempt=action_of(request.id),
        )  # fmt: skip
    return State(request, Phase.OPEN, request.route, request.plan.needs)


def turned_away(request: ApprovalRequest, why: str) -> State:
    """The state of what can't begin to wait: nobody is asked."""
    return _settled(opened(request), Phase.VOIDED, request.opened_at, why)


def step(state: State, event: Event) -> State | Refusal:
    """What an event makes of it. The same state comes back where the event only says again what it said before."""
    match event:
        case Approve() | Change():
            return _approve(state, event)
        case Deny():
            return _deny(state, event)
        case Withdraw():
            if state.phase not in UNDECIDED:
                return _over(state)
            return _settled(state, Phase.WITHDRAWN, event.at, f"by {event.by}")
        case Void():
            return _settled(state, Phase.VOIDED, event.at, event.why) if _live(state) else _over(state)
        case Expire():
            if state.due is None:
                return _over(state)
            if event.at < state.due:
                return Refusal(f"it does not expire before {state.due:%Y-%m-%d %H:%M:%S} UTC")
            return _settled(state, Phase.EXPIRED, event.at)
        case Use():
            return _use(state, event)
        case Finish():
            return _finish(state, event)
        case Remind() | Escalate():
            return _pressed(state, event)
        case Noticed():
            if not state.noticed < event.number <= state.notices:
                return state  # told already
            return _next(replace(state, noticed=event.number))
        case Told():
            given = state.request.handed_over and state.phase is Phase.APPROVED
            if not state.closed and state.result is not Result.UNCERTAIN and not given:
                return Refusal("there is nothing to tell yet")
            if state.told_at is not None:
                return Refusal("it was told already")
            return _next(replace(state, told_at=event.at))
        case Opened():
            return Refusal("it waits already")


def _approve(state: State, event: Approve | Change) -> State | Refusal:
    if (refusal := _answerable(state, event)) is not None:
        return refusal
    if event.by in state.request.owners:
        return Refusal("the workload that asks for it is yours; somebody else has to answer")
    if isinstance(event, Change):
        return _change(state, event)
    if any(one.by in (event.by, *event.also) for one in state.approvals):
        return Refusal("you have approved it already; it needs somebody else")
    return _count(state, event, state.approvals)


def _change(state: State, event: Change) -> State | Refusal:
    if event.content == state.request.content:
        return Refusal("nothing is changed; approve it as it is")
    if not _no_more(state.request.amount, event.amount):
        return Refusal(
            "a change may lower the amount and not raise it, nor leave it unknown; deny it instead"
        )
    # Whoever approved before has not seen this: their yes was to something else.
    changed = replace(state, request=state.request.changed(event.content, event.amount), approvals=())
    return _count(changed, event, ())


def _count(state: State, event: Approve | Change, before: tuple[Answer, ...]) -> State:
    approvals = (*before, Answer(event.by, event.at, event.level, event.policies))
    # The cautious number wins: once two were asked for, it stays so.
    needed = max(state.needed, event.needed)
    enough = len(approvals) >= needed
    return _next(
        replace(
            state,
            approvals=approvals,
            needed=needed,
            phase=Phase.APPROVED if enough else Phase.OPEN,
            usable_until=event.at + state.request.plan.valid if enough else None,
        )
    )


def _deny(state: State, event: Deny) -> State | Refusal:
    if (refusal := _answerable(state, event)) is not None:
        return refusal
    return _settled(state, Phase.DENIED, event.at)


def _answerable(state: State, event: Approve | Change | Deny) -> Refusal | None:
    """Why it can't be answered so; None where it can."""
    if state.phase is Phase.APPROVED:
        return Refusal("it is approved already; who wants to stop it withdraws it")
    if state.phase is not Phase.OPEN:
        return _over(state)
    if event.at >= state.request.plan.deadline:
        return Refusal("its time is over: nobody answered before its deadline")
    if event.binds != state.binds:
        return Refusal("it is not what you were shown any more; look at it again")
    return None


def _use(state: State, event: Use) -> State | Refusal:
    if state.phase is Phase.USED and state.attempt == event.attempt and state.binds == event.binds:
        return state  # its answer was lost
    if state.phase is Phase.OPEN:
        return Refusal("it is not approved yet")
    if state.phase is not Phase.APPROVED or state.usable_until is None:
        return _over(state)
    if event.at >= state.usable_until:
        return Refusal("its time is over: it was approved, and not used while that held")
    if event.binds != state.binds:
        # What is about to happen is not what was approved, so nothing may.
        return _settled(state, Phase.VOIDED, event.at, "something else was to be done than was approved")
    return replace(_settled(state, Phase.USED, event.at), attempt=event.attempt)


def _finish(state: State, event: Finish) -> State | Refusal:
    if state.phase is not Phase.USED or state.attempt != event.attempt:
        return Refusal("that attempt does not use it")
    if state.result is event.result:
        return state
    if state.result not in (None, Result.UNCERTAIN):
        return Refusal(f"it is known already what became of it: {state.result}")
    # What was told as uncertain is told again once it is known; of what was to be taken back and was not, nothing.
    nothing = state.request.undoes is not None and event.result is not Result.DONE
    return _next(replace(state, result=event.result, told_at=state.told_at if nothing else None))


def _pressed(state: State, event: Remind | Escalate) -> State | Refusal:
    if state.phase is not Phase.OPEN:
        return _over(state)
    plan = state.request.plan
    if isinstance(event, Remind):
        if event.number != state.reminded + 1 or event.number > len(plan.reminders):
            return Refusal(f"the plan has no reminder {event.number} now")
        due, after = plan.reminders[event.number - 1], replace(state, reminded=event.number)
    else:
        if event.number != state.escalated + 1 or event.number > len(plan.escalations):
            return Refusal(f"the plan has no step {event.number} now")
        due, to = plan.escalations[event.number - 1]
        after = replace(state, escalated=event.number, route=to)
    if event.at < due:
        return Refusal("it is not the time yet")
    return _next(replace(after, notices=state.notices + 1))


def _no_more(before: Money | None, after: Money | None) -> bool:
    """Is it certain that a change does not raise the amount? Where none is known before, none may be after."""
    if before is None or after is None:
        return before is after
    return before.currency == after.currency and 0 <= after.minor <= before.minor


def _live(state: State) -> bool:
    return state.phase in UNDECIDED


def _settled(state: State, phase: Phase, at: datetime, why: str = "") -> State:
    # Whoever was told that it is approved is told, too, that nothing came of it.
    told = state.told_at if phase is Phase.USED else None
    return _next(replace(state, phase=phase, settled_at=at, why=why, told_at=told))


def _next(state: State) -> State:
    return replace(state, revision=state.revision + 1)


def _over(state: State) -> Refusal:
    return Refusal(f"it is closed: {state.phase}")
