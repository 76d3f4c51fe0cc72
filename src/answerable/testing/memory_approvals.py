"""A store of approvals that forgets everything at exit. For tests, and for trying approvals in a notebook."""

import threading
from collections.abc import Callable, Sequence
from datetime import datetime

from answerable.adapters.approval_rows import after as what_comes_after
from answerable.adapters.approval_rows import begun, decision_key, place_of, unsettled, untold
from answerable.approvals import UNBOUNDED, ApprovalRequest, Event, Phase, Room, no_room
from answerable.ports.approvals import MOST_FOUND, NO_NOTE, Answer, Applied, Kept, Note, Unknown
from answerable.values import ApprovalId, ConversationId, WorkloadId
from answerable.values.errors import ApprovalsUnavailable


class MemoryApprovals:
    """An `ApprovalStore` in a dictionary."""

    name = "memory"

    def __init__(self) -> None:
        self._door = threading.Lock()
        self._kept: dict[ApprovalId, Kept] = {}
        self._by_decision: dict[str, ApprovalId] = {}
        self._closed = False

    def open(self, request: ApprovalRequest, room: Room = UNBOUNDED) -> Kept:
        with self._open():
            mine = [
                kept.state.request.conversation
                for kept in self._kept.values()
                if kept.state.phase is Phase.OPEN and kept.state.request.workload == request.workload
            ]
            full = no_room(room, request, len(mine), mine.count(request.conversation))
            earlier = self._by_decision.setdefault(decision_key(request), request.id)
            return self._kept.setdefault(earlier, begun(request, full))

    def apply(self, approval: ApprovalId, event: Event, note: Note = NO_NOTE) -> Answer:
        with self._open():
            kept = self._kept.get(approval)
            if kept is None:
                return Unknown()
            found = what_comes_after(kept, event, note)
            if not isinstance(found, Kept):
                return found
            self._kept[approval] = found
            return Applied(found)

    def recorded(self, approval: ApprovalId, revision: int) -> None:
        with self._open():
            kept = self._kept.get(approval)
            if kept is not None and kept.state.revision == revision:
                self._kept[approval] = Kept(kept.state)

    def get(self, approval: ApprovalId) -> Kept | None:
        with self._open():
            return self._kept.get(approval)

    def of_conversation(
        self, workload: WorkloadId, conversation: ConversationId, after: Kept | None = None
    ) -> Sequence[Kept]:
        whose = (workload, conversation)
        return self._found(
            lambda kept: (kept.state.request.workload, kept.state.request.conversation) == whose, after
        )

    def waiting(self, route: str | None = None, after: Kept | None = None) -> Sequence[Kept]:
        return self._found(
            lambda kept: kept.state.phase is Phase.OPEN and route in (None, kept.state.route), after
        )

    def count_waiting(self) -> int:
        with self._open():
            return sum(kept.state.phase is Phase.OPEN for kept in self._kept.values())

    def unsettled(self, after: Kept | None = None) -> Sequence[Kept]:
        return self._found(unsettled, after)

    def untold(self, after: Kept | None = None) -> Sequence[Kept]:
        return self._found(untold, after)

    def clean(self, before: datetime) -> int:
        with self._open():
            gone = [
                kept.state.request
                for kept in self._kept.values()
                if kept.state.closed
                and kept.pending is None
                and kept.state.settled_at is not None
                and kept.state.settled_at < before
            ]
            for request in gone:
                del self._kept[request.id]
                del self._by_decision[decision_key(request)]
            return len(gone)

    def problem(self) -> str:
        return f"the store of approvals '{self.name}' is closed" if self._closed else ""

    def close(self) -> None:
        self._closed = True

    # -- behind the door -----------------------------------------------------------

    def _found(self, fits: Callable[[Kept], bool], after: Kept | None) -> list[Kept]:
        with self._open():
            found = [kept for kept in self._kept.values() if fits(kept) and place_of(kept) > place_of(after)]
        found.sort(key=place_of)
        return found[:MOST_FOUND]

    def _open(self) -> threading.Lock:
        if self._closed:
            raise ApprovalsUnavailable(self.problem())
        return self._door
