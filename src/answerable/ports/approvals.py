"""Where held decisions wait for people, so that what they answer counts once, whoever asks and whatever crashes.

What happens to one is decided by the pure `approvals.step`, inside of the store's own transaction. It is then
*pending* until its entry is in the ledger: the next event waits for that, and so the ledger has all of them, in
the order in which they counted, and nothing takes effect that it does not hold.

Implementations are synchronous, may be shared by threads, may have one place in common with other processes, and
are held to one suite: tests/ports/test_approval_store.py.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from answerable.approvals import UNBOUNDED, ApprovalRequest, Event, Refusal, Room, State
from answerable.values import ApprovalId, ConversationId, WorkloadId

MOST_FOUND = 1000
"""Of one question, oldest first. Where there are so many, ask for those behind the last."""


@dataclass(frozen=True, slots=True)
class Note:
    """What goes into the private part of an event's entry: kept here only until it is there."""

    reason: str = ""
    arguments: str | None = None
    wording: str | None = None


NO_NOTE = Note()


@dataclass(frozen=True, slots=True)
class Pending:
    """What happened last, and is not on record yet."""

    event: Event
    note: Note = NO_NOTE


@dataclass(frozen=True, slots=True)
class Kept:
    """What a store knows of one that waits, or waited."""

    state: State
    pending: Pending | None = None


@dataclass(frozen=True, slots=True)
class Applied:
    """It happened. Put what is pending on record; then act on it."""

    kept: Kept
    again: bool = False
    """It had happened before, by the same attempt: whoever asked then may be about to put it on record."""


@dataclass(frozen=True, slots=True)
class Unrecorded:
    """What happened before is not on record yet. Put it there, say so (`recorded`), and ask again."""

    kept: Kept


@dataclass(frozen=True, slots=True)
class Unknown:
    """There is none of that id."""


Answer = Applied | Unrecorded | Refusal | Unknown


class ApprovalStore(Protocol):
    """Every method raises ApprovalsUnavailable where the store can't answer.

    After that it is not known whether a write took place: ask again with the same event.
    """

    name: str
    """What messages call it: a file, or a database without its password."""

    def open(self, request: ApprovalRequest, room: Room = UNBOUNDED) -> Kept:
        """Make it durable that this waits. Where its decision waits already, or waited, that one comes back.

        Where there is no room for it (`approvals.no_room`), it is kept as voided, and waits for nobody. Of several
        at once that want the last of the room, one gets it.
        """

    def apply(self, approval: ApprovalId, event: Event, note: Note = NO_NOTE) -> Answer:
        """Let something happen to it, durably, as `approvals.step` says; of events at once, one after another."""

    def recorded(self, approval: ApprovalId, revision: int) -> None:
        """The event that made this revision is in the ledger now. Does nothing where that is known already."""

    def get(self, approval: ApprovalId) -> Kept | None: ...

    def of_conversation(
        self, workload: WorkloadId, conversation: ConversationId, after: Kept | None = None
    ) -> Sequence[Kept]:
        """Those of one conversation with one workload, oldest first; those behind `after`."""

    def waiting(self, route: str | None = None, after: Kept | None = None) -> Sequence[Kept]:
        """Those that are open, in this queue or in any; oldest first; those behind `after`."""

    def count_waiting(self) -> int:
        """How many are open, in all queues."""

    def unsettled(self, after: Kept | None = None) -> Sequence[Kept]:
        """Those of which something may still come, or whose last event is not on record; those behind `after`."""

    def untold(self, after: Kept | None = None) -> Sequence[Kept]:
        """Those that are over, and nobody was told of; those behind `after`."""

    def clean(self, before: datetime) -> int:
        """Forget what was settled before that, told or not; how many."""

    def problem(self) -> str:
        """What stands in the way of using it, as far as a look can tell; empty where nothing does."""

    def close(self) -> None:
        """Let go. What is asked afterwards raises ApprovalsUnavailable."""


def every(page: Callable[[Kept | None], Sequence[Kept]]) -> list[Kept]:
    """All that a store has of one question: `page` asks for those behind one."""
    found: list[Kept] = []
    while more := page(found[-1] if found else None):
        found += more
    return found
