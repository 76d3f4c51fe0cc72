"""How far an act has come.

    intended ─► granted ─► sent ─────────────► done
        │          │        │ ▲ └────────────► not done
        └────┬─────┘        ▼ │ retry             ▲
             ▼            uncertain ─ query, grant ┤
          given up          │                      │
                            ▼                      │
                          person ──────────────────┘  (or done)

`step` is the whole of it: what is not written there can't happen. An act that was sent and whose answer is not
known is `uncertain`, and only what is certain takes it out of that: the back end's own word on that very
call (`query`), that its grant was never used and can't be any more (`grant`), the answer to the same call under
the same key that says that it is done (`retry`), or a person who looked (`person`).
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from answerable.actions.outcome import Done, NotDone, Outcome, Uncertain
from answerable.values import GrantId, OperatorId
from answerable.values.errors import ActionError


class State(StrEnum):
    """Where an act stands."""

    INTENDED = "intended"
    """Decided and counted; nothing was asked of anybody."""
    GRANTED = "granted"
    """It has a grant; nothing was sent."""
    SENT = "sent"
    """It is at the back end, or was about to be: from here on it may have been done."""
    UNCERTAIN = "uncertain"
    PERSON = "person"
    """Uncertain, and no program can find out more: somebody has to look."""
    DONE = "done"
    NOT_DONE = "not_done"
    GIVEN_UP = "given_up"
    """Ended before anything was sent."""


SETTLED = frozenset({State.DONE, State.NOT_DONE, State.GIVEN_UP})
UNSENT = frozenset({State.INTENDED, State.GRANTED})
UNKNOWN = frozenset({State.SENT, State.UNCERTAIN, State.PERSON})
"""May have been done, and nobody can say yet."""
WAITING_FOR_PEOPLE = frozenset({State.UNCERTAIN, State.PERSON})
"""Nobody knows whether they were done, and whoever looks may say so."""
COUNTED = frozenset(State) - {State.NOT_DONE, State.GIVEN_UP}
"""What limits count: what was done or may be yet."""


class How(StrEnum):
    """By what an outcome is known."""

    ANSWER = "answer"
    QUERY = "query"
    RETRY = "retry"
    GRANT = "grant"
    """Its grant was never used, and can't be any more; or nothing was ever sent."""
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one act has come. `attempt` counts the calls that were sent, or were about to be."""

    state: State = State.INTENDED
    attempt: int = 0
    grant: GrantId | None = None
    quiet_since: datetime | None = None
    """When the last of them was sent, or when nobody listened for its answer any more: what comes later is later."""
    looks: int = 0
    """How often it was asked, to no avail, what became of it."""
    outcome: Outcome | None = None
    how: How | None = None
    by: OperatorId | None = None
    receipt: str | None = None
    """The leaf hash of the entry that holds its last outcome."""

    @property
    def settled(self) -> bool:
        return self.state in SETTLED

    @property
    def finished(self) -> bool:
        """Settled, and on record in the ledger: nothing is left to do."""
        return self.settled and self.receipt is not None


@dataclass(frozen=True, slots=True)
class Granted:
    """A grant is durable for it."""

    grant: GrantId


@dataclass(frozen=True, slots=True)
class Sent:
    """The back end is about to be called, once more."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Answered:
    """Something became known, or did not; `receipt` is None where the ledger could not take it yet."""

    outcome: Outcome
    how: How
    receipt: str | None = None
    by: OperatorId | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class HandedOver:
    """No program finds out more; `receipt` is the entry that says that it is uncertain."""

    receipt: str


@dataclass(frozen=True, slots=True)
class GivenUp:
    """Nothing was sent, and nothing will be."""

    reason: str
    receipt: str | None = None


@dataclass(frozen=True, slots=True)
class TakenBack:
    """The call that `Sent` spoke of was never made: only who would have made it knows that."""

    reason: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """The ledger has the outcome now."""

    receipt: str


Event = Granted | Sent | Answered | HandedOver | GivenUp | TakenBack | Recorded


def step(now: Progress, event: Event) -> Progress:
    """What comes of it. Raises ActionError for what can't happen in that state."""
    match event:
        case Granted(grant) if now.state in UNSENT:
            return replace(now, state=State.GRANTED, grant=grant)
        case Sent(at) if now.state in (State.GRANTED, State.UNCERTAIN):
            return replace(now, state=State.SENT, attempt=now.attempt + 1, quiet_since=at)
        case Answered() if (state := _answered(now, event)) is not None:
            looks = now.looks + (event.how is How.QUERY and state is State.UNCERTAIN)
            stopped_listening = state is State.UNCERTAIN and event.how in (How.ANSWER, How.RETRY)
            return replace(
                now,
                state=state,
                outcome=event.outcome,
                how=event.how,
                by=event.by,
                receipt=event.receipt,
                looks=looks,
                quiet_since=event.at if stopped_listening and event.at else now.quiet_since,
            )
        case HandedOver(receipt) if now.state is State.UNCERTAIN:
            return replace(now, state=State.PERSON, receipt=receipt)
        case GivenUp(reason, receipt) if now.state in UNSENT:
            return replace(now, state=State.GIVEN_UP, outcome=NotDone(reason), how=How.GRANT, receipt=receipt)
        case TakenBack(reason) if now.state is State.SENT and now.attempt == 1:
            return replace(now, state=State.GIVEN_UP, attempt=0, outcome=NotDone(reason), how=How.GRANT)
        case TakenBack() if now.state is State.SENT:
            return replace(now, state=State.UNCERTAIN, attempt=now.attempt - 1)
        case Recorded(receipt) if now.settled and now.receipt is None:
            return replace(now, receipt=receipt)
        case _:
            raise ActionError(
                f"an act that is '{now.state}' can't become what '{type(event).__name__}' makes of it"
            )


def _answered(now: Progress, event: Answered) -> State | None:
    """The state that an answer leads to; None where it can't come now."""
    how, outcome = event.how, event.outcome
    if (how is How.PERSON) is not (event.by is not None):
        return None
    known = not isinstance(outcome, Uncertain)
    match now.state, how:
        case State.SENT, How.ANSWER | How.RETRY if (how is How.RETRY) is (now.attempt > 1):
            if how is How.RETRY and isinstance(outcome, NotDone):
                # It says that this try did nothing: the back end was not reached, or turned the sender away, or has
                # forgotten the key. An earlier try may have been done all the same.
                return State.UNCERTAIN
        case ((State.UNCERTAIN | State.PERSON), How.ANSWER | How.RETRY) if known:
            # It comes late, and is as good; but "not done" only where there was one call that it can be about.
            if isinstance(outcome, NotDone) and (how is How.RETRY or now.attempt > 1):
                return None
            if how is How.RETRY and now.attempt == 1:
                return None
        case State.UNCERTAIN, How.QUERY:
            pass
        case State.UNCERTAIN, How.GRANT if isinstance(outcome, NotDone):
            pass
        case ((State.UNCERTAIN | State.PERSON), How.PERSON) if known:
            pass
        case _:
            return None
    match outcome:
        case Done():
            return State.DONE
        case NotDone():
            return State.NOT_DONE
        case Uncertain():
            return State.UNCERTAIN
