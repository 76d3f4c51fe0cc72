"""Approvals in a schema of their own, beside the ledger, for several gateways at once.

Whatever happens to one is a transaction that locks its row before it looks (`FOR UPDATE`), so of several at once each
sees what the one before left (PostgreSQL documentation, 13.3.2).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from answerable.adapters.approval_rows import after as what_comes_after
from answerable.adapters.approval_rows import begun, changes_of, kept_of, place_of, row_of
from answerable.adapters.grant_rows import micros
from answerable.adapters.postgres.line import Connection
from answerable.adapters.postgres.migrations import Steps
from answerable.adapters.postgres.store import PostgresStore
from answerable.approvals import UNBOUNDED, ApprovalRequest, Event, Room, no_room
from answerable.ports.approvals import MOST_FOUND, NO_NOTE, Answer, Applied, Kept, Note, Unknown
from answerable.values import ApprovalId, ConversationId, WorkloadId
from answerable.values.errors import ApprovalsUnavailable

_APPROVALS_1 = """
CREATE TABLE answerable_approvals.approvals (
    id text COLLATE "C" PRIMARY KEY,
    decision text COLLATE "C" NOT NULL UNIQUE,
    workload text COLLATE "C" NOT NULL,
    conversation text COLLATE "C",
    route text COLLATE "C" NOT NULL,
    open boolean NOT NULL,
    unsettled boolean NOT NULL,
    untold boolean NOT NULL,
    opened_at bigint NOT NULL,
    settled_at bigint,
    revision bigint NOT NULL,
    state bytea NOT NULL,
    pending bytea
);
CREATE INDEX approvals_of_conversation
    ON answerable_approvals.approvals (conversation, workload, opened_at, id);
CREATE INDEX open_approvals ON answerable_approvals.approvals (opened_at, id) WHERE open;
CREATE INDEX unsettled_approvals ON answerable_approvals.approvals (opened_at, id) WHERE unsettled;
CREATE INDEX untold_approvals ON answerable_approvals.approvals (opened_at, id) WHERE untold;
CREATE INDEX settled_approvals ON answerable_approvals.approvals (settled_at) WHERE settled_at IS NOT NULL;
"""
APPROVALS = Steps("answerable_approvals", (_APPROVALS_1,))

_INSERT = """
INSERT INTO answerable_approvals.approvals VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
ON CONFLICT DO NOTHING
"""
_UPDATE = """
UPDATE answerable_approvals.approvals
SET route = $1, open = $2, unsettled = $3, untold = $4, settled_at = $5, revision = $6,
state = $7, pending = $8 WHERE id = $9
"""
_ONE = "SELECT state, pending FROM answerable_approvals.approvals WHERE id = $1"
_LOCKED = f"{_ONE} FOR UPDATE"
_OF_DECISION = "SELECT state, pending FROM answerable_approvals.approvals WHERE decision = $1"
_OF_CONVERSATION = """
SELECT state, pending FROM answerable_approvals.approvals WHERE conversation = $1 AND workload = $2
AND (opened_at, id) > ($3, $4) ORDER BY opened_at, id LIMIT $5
"""
_OPEN = """
SELECT state, pending FROM answerable_approvals.approvals WHERE open AND ($1::text IS NULL OR route = $1)
AND (opened_at, id) > ($2, $3) ORDER BY opened_at, id LIMIT $4
"""
# One count at a time of one workload: of two that want the last of its room, the second sees the first.
_ONE_OF_WORKLOAD = "SELECT pg_advisory_xact_lock(hashtextextended('answerable approvals ' || $1::text, 0))"
_WAITING_OF = """
SELECT count(*), count(*) FILTER (WHERE conversation = $2) FROM answerable_approvals.approvals
WHERE open AND workload = $1
"""
_UNSETTLED, _UNTOLD = (
    f"SELECT state, pending FROM answerable_approvals.approvals WHERE {what} AND (opened_at, id) > ($1, $2) "  # noqa: S608 – our own words
    "ORDER BY opened_at, id LIMIT $3"
    for what in ("unsettled", "untold")
)
_FORGET = "DELETE FROM answerable_approvals.approvals WHERE settled_at < $1 AND pending IS NULL"
_NUL = "\0"


class PostgresApprovals(PostgresStore):
    """An `ApprovalStore` in one database, which several processes may share."""

    _steps, _kept, _error = APPROVALS, "the store of approvals", ApprovalsUnavailable

    def open(self, request: ApprovalRequest, room: Room = UNBOUNDED) -> Kept:
        async def insert(db: Connection) -> list[Any]:
            async with db.transaction():
                await db.execute(_ONE_OF_WORKLOAD, request.workload)
                counted = await db.fetchrow(_WAITING_OF, request.workload, request.conversation)
                row = row_of(begun(request, no_room(room, request, *(counted or (0, 0)))))
                # A crash before the commit leaves a held decision in the ledger that nobody was told waits. After
                # it, one that waits: whoever recovers puts its entry into the ledger and tells those who answer.
                await db.execute(_INSERT, *row)
                return await db.fetch(_OF_DECISION, row.decision)

        for found in self._run(insert):
            return kept_of(*found)
        raise ApprovalsUnavailable(f"the id '{request.id}' is another decision's already")

    def apply(self, approval: ApprovalId, event: Event, note: Note = NO_NOTE) -> Answer:
        async def apply(db: Connection) -> Answer:
            async with db.transaction():
                row = await db.fetchrow(_LOCKED, approval)
                if row is None:
                    return Unknown()
                found = what_comes_after(kept_of(*row), event, note)
                if not isinstance(found, Kept):
                    return found
                # A crash before the commit leaves it as it was, and nobody was told otherwise. After it, it has
                # happened and is pending: nothing acts on it before whoever recovers has put it on record.
                await db.execute(_UPDATE, *changes_of(found))
                return Applied(found)

        return Unknown() if _NUL in approval else self._run(apply)

    def recorded(self, approval: ApprovalId, revision: int) -> None:
        async def record(db: Connection) -> None:
            async with db.transaction():
                row = await db.fetchrow(_LOCKED, approval)
                kept = None if row is None else kept_of(*row)
                if kept is not None and kept.state.revision == revision and kept.pending is not None:
                    # A crash before the commit leaves it pending though it is on record: it is looked for
                    # there before it is written again.
                    await db.execute(_UPDATE, *changes_of(Kept(kept.state)))

        if _NUL not in approval:
            self._run(record)

    def get(self, approval: ApprovalId) -> Kept | None:
        found = [] if _NUL in approval else self._all(_ONE, approval)
        return found[0] if found else None

    def of_conversation(
        self, workload: WorkloadId, conversation: ConversationId, after: Kept | None = None
    ) -> Sequence[Kept]:
        if _NUL in workload or _NUL in conversation:
            return []
        return self._all(_OF_CONVERSATION, conversation, workload, *place_of(after), MOST_FOUND)

    def waiting(self, route: str | None = None, after: Kept | None = None) -> Sequence[Kept]:
        return [] if _NUL in (route or "") else self._all(_OPEN, route, *place_of(after), MOST_FOUND)

    def count_waiting(self) -> int:
        [(count,)] = self._rows("SELECT count(*) FROM answerable_approvals.approvals WHERE open")
        return int(count)

    def unsettled(self, after: Kept | None = None) -> Sequence[Kept]:
        return self._all(_UNSETTLED, *place_of(after), MOST_FOUND)

    def untold(self, after: Kept | None = None) -> Sequence[Kept]:
        return self._all(_UNTOLD, *place_of(after), MOST_FOUND)

    def clean(self, before: datetime) -> int:
        # A crash before the commit leaves all of it, for the next time.
        return self._count(_FORGET, micros(before))

    def _all(self, query: str, *values: Any) -> list[Kept]:
        return [kept_of(*row) for row in self._rows(query, *values)]
