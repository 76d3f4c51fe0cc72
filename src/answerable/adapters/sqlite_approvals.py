"""Approvals in a SQLite file of their own, beside the ledger.

Whatever happens to one is a transaction that has the file's write lock before it looks, so of several at once each
sees what the one before left. `journal_mode=WAL` with `synchronous=FULL` makes it durable when it returns
(https://www.sqlite.org/pragma.html#pragma_synchronous).
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import cast

from answerable.adapters.approval_rows import after as what_comes_after
from answerable.adapters.approval_rows import begun, changes_of, kept_of, place_of, row_of
from answerable.adapters.grant_rows import micros
from answerable.adapters.sqlite_store import SqliteStore
from answerable.approvals import UNBOUNDED, ApprovalRequest, Event, Room, no_room
from answerable.ports.approvals import MOST_FOUND, NO_NOTE, Answer, Applied, Kept, Note, Unknown
from answerable.values import ApprovalId, ConversationId, WorkloadId
from answerable.values.errors import ApprovalsUnavailable

_VERSION = 1
_SCHEMA = """
CREATE TABLE IF NOT EXISTS approvals (
    id TEXT PRIMARY KEY,
    decision TEXT NOT NULL UNIQUE,
    workload TEXT NOT NULL,
    conversation TEXT,
    route TEXT NOT NULL,
    open INTEGER NOT NULL,
    unsettled INTEGER NOT NULL,
    untold INTEGER NOT NULL,
    opened_at INTEGER NOT NULL,
    settled_at INTEGER,
    revision INTEGER NOT NULL,
    state BLOB NOT NULL,
    pending BLOB
) STRICT;
CREATE INDEX IF NOT EXISTS approvals_of_conversation ON approvals (conversation, workload, opened_at, id);
CREATE INDEX IF NOT EXISTS open_approvals ON approvals (opened_at, id) WHERE open;
CREATE INDEX IF NOT EXISTS unsettled_approvals ON approvals (opened_at, id) WHERE unsettled;
CREATE INDEX IF NOT EXISTS untold_approvals ON approvals (opened_at, id) WHERE untold;
CREATE INDEX IF NOT EXISTS settled_approvals ON approvals (settled_at) WHERE settled_at IS NOT NULL;
"""
_INSERT = "INSERT OR IGNORE INTO approvals VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_UPDATE = (
    "UPDATE approvals SET route = ?, open = ?, unsettled = ?, untold = ?, settled_at = ?, revision = ?, state = ?, "
    "pending = ? WHERE id = ?"
)
_ONE = "SELECT state, pending FROM approvals WHERE id = ?"
_OF_DECISION = "SELECT state, pending FROM approvals WHERE decision = ?"
_OF_CONVERSATION = (
    "SELECT state, pending FROM approvals WHERE conversation = ? AND workload = ? AND (opened_at, id) > (?, ?) "
    "ORDER BY opened_at, id LIMIT ?"
)
_OPEN = (
    "SELECT state, pending FROM approvals WHERE open AND ? IN ('', route) AND (opened_at, id) > (?, ?) "
    "ORDER BY opened_at, id LIMIT ?"
)
_WAITING_OF = "SELECT count(*), coalesce(sum(conversation = ?), 0) FROM approvals WHERE open AND workload = ?"
_UNSETTLED, _UNTOLD = (
    f"SELECT state, pending FROM approvals WHERE {what} AND (opened_at, id) > (?, ?) ORDER BY opened_at, id LIMIT ?"  # noqa: S608 – our own words
    for what in ("unsettled", "untold")
)


class SqliteApprovals:
    """An `ApprovalStore` in one file, which several processes may open."""

    def __init__(self, path: Path | str) -> None:
        """Open or create. Raises ApprovalsUnavailable."""
        # What somebody wrote lies here until it is in the ledger, and then nowhere: also not in free pages.
        self._store = SqliteStore(
            path, _SCHEMA, _VERSION, "the store of approvals", ApprovalsUnavailable, overwrite=True
        )
        self.name = self._store.path

    def open(self, request: ApprovalRequest, room: Room = UNBOUNDED) -> Kept:
        # A crash before the commit leaves a held decision in the ledger that nobody was told waits. After it, one
        # that waits: whoever recovers puts its entry into the ledger and tells those who answer.
        with self._store.using(), self._store.writing():
            counted = self._store.db.execute(_WAITING_OF, (request.conversation, request.workload)).fetchall()
            [(of_workload, of_conversation)] = cast("list[tuple[int, int]]", counted)
            row = row_of(begun(request, no_room(room, request, of_workload, of_conversation)))
            self._store.db.execute(_INSERT, row)
            for state, pending in self._store.db.execute(_OF_DECISION, (row.decision,)).fetchall():
                return kept_of(cast("bytes", state), cast("bytes | None", pending))
        raise ApprovalsUnavailable(f"the id '{request.id}' is another decision's already")

    def apply(self, approval: ApprovalId, event: Event, note: Note = NO_NOTE) -> Answer:
        with self._store.using(), self._store.writing():
            kept = self._one(approval)
            if kept is None:
                return Unknown()
            found = what_comes_after(kept, event, note)
            if not isinstance(found, Kept):
                return found
            # A crash before the commit leaves it as it was, and nobody was told otherwise. After it, it has
            # happened and is pending: nothing acts on it before whoever recovers has put it on record.
            self._store.db.execute(_UPDATE, changes_of(found))
            return Applied(found)

    def recorded(self, approval: ApprovalId, revision: int) -> None:
        with self._store.using(), self._store.writing():
            kept = self._one(approval)
            if kept is not None and kept.state.revision == revision and kept.pending is not None:
                # A crash before the commit leaves it pending though it is on record: it is looked for there
                # before it is written again.
                self._store.db.execute(_UPDATE, changes_of(Kept(kept.state)))

    def get(self, approval: ApprovalId) -> Kept | None:
        with self._store.using():
            return self._one(approval)

    def of_conversation(
        self, workload: WorkloadId, conversation: ConversationId, after: Kept | None = None
    ) -> Sequence[Kept]:
        return self._all(_OF_CONVERSATION, conversation, workload, *place_of(after), MOST_FOUND)

    def waiting(self, route: str | None = None, after: Kept | None = None) -> Sequence[Kept]:
        return self._all(_OPEN, route or "", *place_of(after), MOST_FOUND)

    def count_waiting(self) -> int:
        with self._store.using():
            [(count,)] = self._store.db.execute("SELECT count(*) FROM approvals WHERE open").fetchall()
            return cast("int", count)

    def unsettled(self, after: Kept | None = None) -> Sequence[Kept]:
        return self._all(_UNSETTLED, *place_of(after), MOST_FOUND)

    def untold(self, after: Kept | None = None) -> Sequence[Kept]:
        return self._all(_UNTOLD, *place_of(after), MOST_FOUND)

    def clean(self, before: datetime) -> int:
        with self._store.using(), self._store.writing():
            # A crash before the commit leaves all of it, for the next time.
            self._store.db.execute(
                "DELETE FROM approvals WHERE settled_at < ? AND pending IS NULL", (micros(before),)
            )
            count = self._store.db.changes()
        self._store.empty_log()  # what somebody wrote lies there, too
        return count

    def problem(self) -> str:
        return self._store.problem()

    def close(self) -> None:
        self._store.close()

    # -- behind the door -----------------------------------------------------------

    def _one(self, approval: ApprovalId) -> Kept | None:
        for state, pending in self._store.db.execute(_ONE, (approval,)).fetchall():
            return kept_of(cast("bytes", state), cast("bytes | None", pending))
        return None

    def _all(self, query: str, *values: str | int) -> list[Kept]:
        with self._store.using():
            rows = self._store.db.execute(query, values).fetchall()
        return [kept_of(cast("bytes", state), cast("bytes | None", pending)) for state, pending in rows]
