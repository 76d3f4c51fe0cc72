"""Approvals in a SQLite file of their own, beside the ledger.

Whatever happens to one is a transaction that has the file's write lock before it looks, so of several at once each
sees what the one before left. `journal_mode=WAL` with `synchronous=FULL` makes it durable when it returns
(https://www.sqlite.org/pragma.html#pragma_synchronous).
"""

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import cast

import apsw

from answerable.adapters.approval_rows import after, begun, changes_of, kept_of, row_of
from answerable.adapters.grant_rows import micros
from answerable.adapters.sqlite_errors import what
from answerable.adapters.sqlite_files import open_file
from answerable.approvals import ApprovalRequest, Event
from answerable.ports.approvals import MOST_FOUND, NO_NOTE, Answer, Applied, Kept, Note, Unknown
from answerable.values import ApprovalId, ConversationId, WorkloadId
from answerable.values.errors import ApprovalsUnavailable, LedgerUnavailable

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
    opened_at INTEGER NOT NULL,
    settled_at INTEGER,
    revision INTEGER NOT NULL,
    state BLOB NOT NULL,
    pending BLOB
) STRICT;
CREATE INDEX IF NOT EXISTS approvals_of_conversation ON approvals (conversation, workload, opened_at, id);
CREATE INDEX IF NOT EXISTS open_approvals ON approvals (opened_at, id) WHERE open;
CREATE INDEX IF NOT EXISTS unsettled_approvals ON approvals (opened_at, id) WHERE unsettled;
CREATE INDEX IF NOT EXISTS settled_approvals ON approvals (settled_at) WHERE settled_at IS NOT NULL;
"""
_INSERT = "INSERT OR IGNORE INTO approvals VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_UPDATE = (
    "UPDATE approvals SET route = ?, open = ?, unsettled = ?, settled_at = ?, revision = ?, state = ?, pending = ? "
    "WHERE id = ?"
)
_ONE = "SELECT state, pending FROM approvals WHERE id = ?"
_OF_DECISION = "SELECT state, pending FROM approvals WHERE decision = ?"
_OF_CONVERSATION = (
    "SELECT state, pending FROM approvals WHERE conversation = ?1 AND workload = ?2 "
    "ORDER BY opened_at, id LIMIT ?3"
)
_OPEN = (
    "SELECT state, pending FROM approvals WHERE open AND ?1 IN ('', route) ORDER BY opened_at, id LIMIT ?2"
)
_UNSETTLED = "SELECT state, pending FROM approvals WHERE unsettled ORDER BY opened_at, id LIMIT ?"
_WHAT = "the store of approvals"


class SqliteApprovals:
    """An `ApprovalStore` in one file, which several processes may open."""

    def __init__(self, path: Path | str) -> None:
        """Open or create. Raises ApprovalsUnavailable."""
        self.name = self._path = str(path)
        self._door = threading.Lock()
        try:
            self._db = open_file(self._path, create=True, kept=_WHAT)
        except LedgerUnavailable as error:
            raise ApprovalsUnavailable(str(error)) from error
        self._place = _place(self._path)
        with self._using():
            # What somebody wrote lies here until it is in the ledger, and then nowhere: also not in free pages.
            self._db.execute("PRAGMA secure_delete = ON").fetchall()
            version = self._db.execute("PRAGMA user_version").fetchall()[0][0]
            if version not in (0, _VERSION):
                raise ApprovalsUnavailable(
                    f"'{path}' holds approvals of format {version}; this program knows format {_VERSION}"
                )
            if version == 0:
                with self._writing():
                    self._db.execute(_SCHEMA + f"PRAGMA user_version = {_VERSION};")

    def open(self, request: ApprovalRequest) -> Kept:
        row = row_of(begun(request))
        # A crash before the commit leaves a held decision in the ledger that nobody was told waits. After it, one
        # that waits: whoever recovers puts its entry into the ledger and tells those who answer.
        with self._using(), self._writing():
            self._db.execute(_INSERT, row)
            for state, pending in self._db.execute(_OF_DECISION, (row.decision,)).fetchall():
                return kept_of(cast("bytes", state), cast("bytes | None", pending))
        raise ApprovalsUnavailable(f"the id '{request.id}' is another decision's already")

    def apply(self, approval: ApprovalId, event: Event, note: Note = NO_NOTE) -> Answer:
        with self._using(), self._writing():
            kept = self._one(approval)
            if kept is None:
                return Unknown()
            found = after(kept, event, note)
            if not isinstance(found, Kept):
                return found
            # A crash before the commit leaves it as it was, and nobody was told otherwise. After it, it has
            # happened and is pending: nothing acts on it before whoever recovers has put it on record.
            self._db.execute(_UPDATE, changes_of(found))
            return Applied(found)

    def recorded(self, approval: ApprovalId, revision: int) -> None:
        with self._using(), self._writing():
            kept = self._one(approval)
            if kept is not None and kept.state.revision == revision and kept.pending is not None:
                # A crash before the commit leaves it pending though it is on record: it is looked for there
                # before it is written again.
                self._db.execute(_UPDATE, changes_of(Kept(kept.state)))

    def get(self, approval: ApprovalId) -> Kept | None:
        with self._using():
            return self._one(approval)

    def of_conversation(self, workload: WorkloadId, conversation: ConversationId) -> Sequence[Kept]:
        return self._all(_OF_CONVERSATION, conversation, workload, MOST_FOUND)

    def waiting(self, route: str | None = None) -> Sequence[Kept]:
        return self._all(_OPEN, route or "", MOST_FOUND)

    def unsettled(self) -> Sequence[Kept]:
        return self._all(_UNSETTLED, MOST_FOUND)

    def clean(self, before: datetime) -> int:
        with self._using(), self._writing():
            # A crash before the commit leaves all of it, for the next time.
            self._db.execute(
                "DELETE FROM approvals WHERE settled_at < ? AND pending IS NULL", (micros(before),)
            )
            return self._db.changes()

    def problem(self) -> str:
        try:
            with self._using(), self._writing():
                return ""
        except ApprovalsUnavailable as error:
            return str(error)

    def close(self) -> None:
        with self._door:
            self._db.close()

    # -- behind the door -----------------------------------------------------------

    def _one(self, approval: ApprovalId) -> Kept | None:
        for state, pending in self._db.execute(_ONE, (approval,)).fetchall():
            return kept_of(cast("bytes", state), cast("bytes | None", pending))
        return None

    def _all(self, query: str, *values: str | int) -> list[Kept]:
        with self._using():
            rows = self._db.execute(query, values).fetchall()
        return [kept_of(cast("bytes", state), cast("bytes | None", pending)) for state, pending in rows]

    @contextmanager
    def _using(self) -> Iterator[None]:
        """Work on the file, one thread at a time. Raises ApprovalsUnavailable where SQLite could not do it."""
        with self._door:
            self._check_place()
            try:
                yield
            except (apsw.Error, UnicodeError) as error:  # a damaged text may be no UTF-8
                raise ApprovalsUnavailable(
                    f"{_WHAT} at '{self._path}' can't be used: {what(error)}"
                ) from error

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One transaction that holds the write lock from its beginning: what it reads stays so until it commits."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise
        self._check_place()

    def _check_place(self) -> None:
        """Raises ApprovalsUnavailable where the name no longer stands for the file that is open."""
        if _place(self._path) != self._place:
            raise ApprovalsUnavailable(
                f"the file of the approvals is gone from '{self._path}' or another one was put there; nothing is "
                "approved or used until it is back"
            )


def _place(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)  # noqa: PTH116 – at every use, and half the price
    except OSError:
        return None
    return found.st_dev, found.st_ino
