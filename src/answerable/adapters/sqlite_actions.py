"""Acts under way in a SQLite file of their own, beside the ledger.

What it holds of people is there in the clear until an act is finished, so the file is its owner's alone to
read. SQLite overwrites what is deleted (`secure_delete`), and `clean` empties the write-ahead log, which has
it a little longer; a copy of the file that was made before still has it.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import cast

from answerable.actions.action import Action
from answerable.actions.limits import Counted
from answerable.actions.scope import Authority
from answerable.actions.state import Event
from answerable.adapters.action_rows import (
    CHANGING,
    COLUMNS,
    FINISHED,
    OPEN,
    UNKNOWN_STATES,
    WAITING_STATES,
    Row,
    advanced,
    changes_of,
    check_begin,
    check_chain,
    check_limit,
    counting,
    decision_key,
    kept_of,
    leased,
    new_kept,
    row_of,
    taken,
    takes_over,
)
from answerable.adapters.grant_rows import micros
from answerable.adapters.sqlite_store import SqliteStore
from answerable.decisions.act_rules import Limit
from answerable.grants import DecisionId
from answerable.ports.actions import Kept, Lease
from answerable.values import ActionId, ConversationId
from answerable.values.errors import ActionsUnavailable

_VERSION = 1
_SCHEMA = """
CREATE TABLE IF NOT EXISTS actions (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    decision TEXT NOT NULL UNIQUE,
    first TEXT NOT NULL,
    undoes TEXT,
    tool TEXT NOT NULL,
    customer TEXT,
    conversation TEXT,
    workload TEXT NOT NULL,
    minor INTEGER,
    currency TEXT,
    begun_at INTEGER NOT NULL,
    counts INTEGER NOT NULL,
    state TEXT NOT NULL,
    open INTEGER NOT NULL,
    version INTEGER NOT NULL,
    holder TEXT NOT NULL,
    lease_until INTEGER NOT NULL,
    said BLOB NOT NULL,
    private BLOB,
    CHECK ((private IS NULL) = (open = 0))
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS one_undo_of_an_act ON actions (undoes) WHERE undoes IS NOT NULL AND counts;
CREATE INDEX IF NOT EXISTS actions_by_chain ON actions (first);
CREATE INDEX IF NOT EXISTS actions_by_conversation ON actions (conversation) WHERE conversation IS NOT NULL;
CREATE INDEX IF NOT EXISTS actions_counted ON actions (tool, begun_at) WHERE counts;
CREATE INDEX IF NOT EXISTS actions_open ON actions (lease_until) WHERE open = 2;
CREATE INDEX IF NOT EXISTS actions_unsettled ON actions (state) WHERE open;
"""
_INSERT = f"INSERT INTO actions ({COLUMNS}) VALUES ({', '.join('?' * len(Row._fields))})"  # noqa: S608 – our own words
_UPDATE = f"UPDATE actions SET {', '.join(f'{one} = ?' for one in CHANGING)} WHERE id = ? AND version = ?"  # noqa: S608
_SELECT = f"SELECT {COLUMNS} FROM actions"  # noqa: S608
_COUNT = (
    "SELECT count(*), coalesce(sum(minor) FILTER (WHERE currency = ?3), 0), count(*) FILTER (WHERE currency IS NOT ?3) "
    "FROM actions WHERE counts AND tool = ?1 AND begun_at > ?2"
)
_UNKNOWN, _WAITING = (
    f"open AND state IN ({', '.join(repr(one) for one in states)})"
    for states in (UNKNOWN_STATES, WAITING_STATES)
)


class SqliteActions:
    """An `ActionStore` in one file, which several processes may open."""

    def __init__(self, path: Path | str) -> None:
        """Open or create. Raises ActionsUnavailable."""
        self._store = SqliteStore(
            path, _SCHEMA, _VERSION, "the store of actions", ActionsUnavailable, overwrite=True
        )
        self.name = self._store.path

    def begin(
        self,
        action: Action,
        *,
        until: datetime,
        authority: Authority | None,
        limits: Sequence[Limit],
        now: datetime,
        lease: Lease,
    ) -> Kept:
        made = new_kept(action, until, authority, now, lease)
        # A crash before the commit leaves nothing, and nobody was told otherwise; after it an act that is counted
        # and was not begun: whoever has the decision goes on with it, or it is given up when its permit is over.
        with self._store.using(), self._store.writing():
            for found in self._found(f"{_SELECT} WHERE decision = ?", decision_key(action.decision)):
                return self._swap(found, leased(found, lease)) if takes_over(found, now) else found
            check_begin(action, until, now)
            check_chain(action, made.arguments, self._of_chain(action.first))
            for limit in limits:
                check_limit(limit, action, self._counted(limit, action, now))
            self._store.db.execute(_INSERT, row_of(made))
        return made

    def advance(self, kept: Kept, event: Event, lease: Lease) -> Kept:
        made = advanced(kept, event, lease)
        # A crash before the commit leaves the act where it was; what that means, the executor says step by step.
        with self._store.using(), self._store.writing():
            return self._swap(kept, made)

    def unfinished(self, now: datetime, lease: Lease, most: int) -> Sequence[Kept]:
        with self._store.using(), self._store.writing():
            found = self._found(
                f"{_SELECT} WHERE open = {OPEN} AND lease_until <= ? ORDER BY lease_until, id LIMIT ?",
                micros(now),
                most,
            )
            # A crash after the commit: they are free again when the lease is over.
            return [self._swap(one, leased(one, lease)) for one in found]

    def renew(self, kept: Kept, lease: Lease) -> Kept:
        with self._store.using(), self._store.writing():
            return self._swap(kept, leased(kept, lease))

    def find(self, action: ActionId) -> Kept | None:
        return self._one(f"{_SELECT} WHERE id = ?", action)

    def of_decision(self, decision: DecisionId) -> Kept | None:
        return self._one(f"{_SELECT} WHERE decision = ?", decision_key(decision))

    def of_conversation(self, conversation: ConversationId) -> Sequence[Kept]:
        with self._store.using():
            return self._found(f"{_SELECT} WHERE conversation = ? ORDER BY number", conversation)

    def of_chain(self, first: DecisionId) -> Sequence[Kept]:
        with self._store.using():
            return self._of_chain(first)

    def unknown(self, most: int) -> Sequence[Kept]:
        with self._store.using():
            return self._found(f"{_SELECT} WHERE {_UNKNOWN} ORDER BY number LIMIT ?", most)

    def waiting(self, most: int) -> Sequence[Kept]:
        with self._store.using():
            return self._found(f"{_SELECT} WHERE {_WAITING} ORDER BY number LIMIT ?", most)

    def count_waiting(self) -> int:
        with self._store.using():
            query = f"SELECT count(*) FROM actions WHERE {_WAITING}"  # noqa: S608 – our own words
            [(count,)] = self._store.db.execute(query).fetchall()
            return cast("int", count)

    def clean(self, before: datetime) -> int:
        with self._store.using(), self._store.writing():
            # A crash before the commit leaves all of it, for the next time.
            found = self._found(f"{_SELECT} WHERE open = {FINISHED} AND begun_at < ?", micros(before))
            gone = [one.action.id for one in found if one.until < before]
            self._store.db.executemany("DELETE FROM actions WHERE id = ?", [(one,) for one in gone])
        self._store.empty_log()
        return len(gone)

    def problem(self) -> str:
        return self._store.problem()

    def close(self) -> None:
        self._store.close()

    # -- behind the door -----------------------------------------------------------

    def _swap(self, before: Kept, after: Kept) -> Kept:
        self._store.db.execute(_UPDATE, changes_of(before, after))
        if self._store.db.changes() != 1:
            raise taken(before)
        return after

    def _of_chain(self, first: DecisionId) -> list[Kept]:
        return self._found(f"{_SELECT} WHERE first = ? ORDER BY number", decision_key(first))

    def _counted(self, limit: Limit, action: Action, now: datetime) -> Counted:
        column, values = counting(limit, action, now)
        query = f"{_COUNT} AND {column} = ?4" if column else _COUNT
        [row] = self._store.db.execute(query, values).fetchall()
        return Counted(*cast("tuple[int, int, int]", row))

    def _one(self, query: str, value: str) -> Kept | None:
        with self._store.using():
            return next(iter(self._found(query, value)), None)

    def _found(self, query: str, *values: str | int) -> list[Kept]:
        return [kept_of(row) for row in self._store.db.execute(query, values).fetchall()]
