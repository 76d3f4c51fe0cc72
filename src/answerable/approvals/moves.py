"""What is to be done next about something that waits, and when: the follow-up's plan, as one pure function."""

from datetime import datetime
from enum import StrEnum

from answerable.approvals.request import Of
from answerable.approvals.state import Phase, State


class Move(StrEnum):
    NOTIFY = "notify"
    """Tell those who answer."""
    REMIND = "remind"
    ESCALATE = "escalate"
    EXPIRE = "expire"
    RUN = "run"
    """Do what was approved, or ask what became of it."""
    TELL = "tell"
    """Tell the program that speaks with the customer."""
    WAIT = "wait"
    END = "end"


Next = tuple[Move, datetime | None]
"""A move, and of WAIT until when at most; None until something happens to it."""


def next_move(state: State, now: datetime, *, tells: bool) -> Next:
    """The next move. `tells` says that there is somebody to tell; else the customer's side asks by itself.

    Time goes first: nobody's failing mail server keeps anything from going on to the next queue, or from its end.
    """
    if state.due is not None and now >= state.due:
        return Move.EXPIRE, None
    if state.phase is Phase.OPEN:
        return _open(state, now)
    if state.phase is Phase.APPROVED and state.request.handed_over:
        return (Move.TELL, None) if state.told_at is None and tells else (Move.WAIT, state.due)
    if state.phase is Phase.APPROVED or _running(state):
        return Move.RUN, None
    if state.told_at is None and tells:
        return Move.TELL, None
    return (Move.END, None) if state.closed else (Move.WAIT, None)


def _open(state: State, now: datetime) -> Next:
    plan = state.request.plan
    times = [plan.deadline]
    if state.escalated < len(plan.escalations):
        times.append(plan.escalations[state.escalated][0])
        if now >= times[-1]:
            return Move.ESCALATE, None
    if state.reminded < len(plan.reminders):
        times.append(plan.reminders[state.reminded])
        if now >= times[-1]:
            return Move.REMIND, None
    return (Move.NOTIFY, None) if state.noticed < state.notices else (Move.WAIT, min(times))


def _running(state: State) -> bool:
    """Is it used, and nobody knows yet what became of it?"""
    return (
        state.phase is Phase.USED and state.request.of is Of.ACT and state.result is None and not state.closed
    )


def notice_of(state: State) -> str:
    """What those who answer are told now: that it waits, still waits, or came to them from another queue."""
    if not state.reminded and not state.escalated:
        return "waiting"
    plan = state.request.plan
    last_step = plan.escalations[state.escalated - 1][0] if state.escalated else None
    last_reminder = plan.reminders[state.reminded - 1] if state.reminded else None
    if last_step is None or (last_reminder is not None and last_reminder > last_step):
        return "reminder"
    return "escalated"
