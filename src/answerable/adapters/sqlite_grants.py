"""Grants in a SQLite file of their own, beside the ledger.

Whoever uses a grant up has the file's write lock before it looks, and no other process comes between.
`journal_mode=WAL` with `synchronous=FULL` makes that durable when it returns
(https://www.sqlite.org/pragma.html#pragma_synchronous).
"""

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from answerable.adapters.grant_rows import (
    REVOCATION_COLUMNS,
    Beside,
    Found,
    RevocationRow,
    answer_of,
    grant_kept,
    in_the_way,
    micros,
    revocation_of,
    revocation_row,
    row_of,
    state_of,
)
from answerable.adapters.sqlite_store import SqliteStore
from answerable.grants.grant import Grant, Permit
from answerable.grants.revocation import Revocation, Selection
from answerable.grants.state import (
    ConsumeAnswer,
    Consumed,
    IssueAnswer,
    Issued,
    State,
)
from answerable.values import GrantId
from answerable.values.errors import GrantsUnavailable

_VERSION = 1
_SCHEMA = """
CREATE TABLE IF NOT EXISTS grants (
    id TEXT PRIMARY KEY,
    permit TEXT NOT NULL,
    selections TEXT NOT NULL,
    issued_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    claims BLOB NOT NULL,
    consumed_at INTEGER,
    attempt TEXT,
    dead INTEGER NOT NULL DEFAULT 0,
    CHECK ((consumed_at IS NULL) = (attempt IS NULL)),
    CHECK (NOT (dead AND consumed_at IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS one_grant_of_a_permit ON grants (permit) WHERE NOT dead;
CREATE INDEX IF NOT EXISTS grants_by_end ON grants (ends_at);
CREATE INDEX IF NOT EXISTS unused_grants ON grants (expires_at) WHERE consumed_at IS NULL AND NOT dead;
CREATE TABLE IF NOT EXISTS revocations (
    number INTEGER PRIMARY KEY,
    selection TEXT NOT NULL,
    selector TEXT NOT NULL,
    value TEXT NOT NULL,
    at INTEGER NOT NULL,
    by TEXT NOT NULL,
    reason TEXT NOT NULL,
    lifted_at INTEGER,
    lifted_by TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS revocations_by_selection ON revocations (selection);
CREATE TABLE IF NOT EXISTS proofs (
    id TEXT PRIMARY KEY,
    until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS proofs_by_end ON proofs (until);
"""
_SELECTED = "r.selection IN (SELECT value FROM json_each(grants.selections))"
_REVOKED = f"EXISTS (SELECT 1 FROM revocations AS r WHERE r.lifted_at IS NULL AND {_SELECTED})"  # noqa: S608 – our own words
_CONSUME = (
    "UPDATE grants SET consumed_at = ?2, attempt = ?3 WHERE id = ?1 AND consumed_at IS NULL AND NOT dead "  # noqa: S608
    f"AND expires_at > ?2 AND NOT {_REVOKED} RETURNING claims"
)
_FIND = "SELECT claims, expires_at, consumed_at, attempt, dead FROM grants WHERE id = ?"
_COVERING = (
    f"SELECT {', '.join(f'r.{one}' for one in RevocationRow._fields)} FROM grants JOIN revocations AS r "  # noqa: S608
    f"ON r.lifted_at IS NULL AND {_SELECTED} WHERE grants.id = ? ORDER BY r.number LIMIT 1"
)
_OF_PERMIT = (
    "SELECT id, consumed_at, dead FROM grants WHERE permit = ?1 AND NOT dead "
    "UNION SELECT id, consumed_at, dead FROM grants WHERE id = ?2"
)
_STANDING = (
    f"SELECT {REVOCATION_COLUMNS} FROM revocations WHERE lifted_at IS NULL "  # noqa: S608
    "AND selection IN (SELECT value FROM json_each(?1)) ORDER BY number LIMIT 1"
)
_OUTSTANDING = (
    "SELECT claims FROM grants WHERE consumed_at IS NULL AND NOT dead AND expires_at > ?1 AND EXISTS "  # noqa: S608
    f"(SELECT 1 FROM json_each(grants.selections) WHERE value = ?2) AND NOT {_REVOKED} ORDER BY issued_at, id"
)


class SqliteGrants:
    """A `GrantStore` in one file, which several processes may open."""

    def __init__(self, path: Path | str) -> None:
        """Open or create. Raises GrantsUnavailable."""
        self._store = SqliteStore(path, _SCHEMA, _VERSION, "the store of grants", GrantsUnavailable)
        self.name = self._store.path

    def issue(self, grant: Grant, permit: Permit) -> IssueAnswer:
        row = row_of(grant, permit)
        names = json.dumps(row.selections)
        # A crash before the commit leaves no grant, and no token was made; after it, a grant whose token
        # nobody has: it expires, or the next of its permit takes its place.
        with self._store.using(), self._store.writing():
            beside = [Beside(*one) for one in self._rows(_OF_PERMIT, row.permit, row.id)]
            standing = [RevocationRow(*one) for one in self._rows(_STANDING, names)]
            if (answer := in_the_way(row, beside, standing)) is not None:
                return answer
            replaced = self._rows(
                "UPDATE grants SET dead = 1 WHERE permit = ? AND NOT dead RETURNING id", row.permit
            )
            self._store.db.execute(
                "INSERT INTO grants (id, permit, selections, issued_at, expires_at, ends_at, claims) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                (row.id, row.permit, names, row.issued_at, row.expires_at, row.ends_at, row.claims),
            )
            return Issued(tuple(GrantId(one) for (one,) in replaced))

    def consume(self, grant: GrantId, now: datetime, attempt: str) -> ConsumeAnswer:
        with self._store.using(), self._store.writing():
            # A crash before the commit leaves the grant unused, and nobody has been told otherwise. After it the
            # grant is used up, though the act may not have been done: the same attempt may ask again, no other.
            used = self._rows(_CONSUME, grant, micros(now), attempt)
            found = None if used else self._find(grant)
        if used:
            return Consumed(grant_kept(used[0][0]), now)
        return answer_of(found, now, attempt)

    def state(self, grant: GrantId, now: datetime) -> State:
        with self._store.using():
            return state_of(self._find(grant), now)

    def revoke(self, revocation: Revocation) -> None:
        row = revocation_row(revocation)
        with self._store.using(), self._store.writing():
            # A crash before the commit leaves everything in force, and whoever revoked was not told otherwise.
            self._store.db.execute(
                f"INSERT INTO revocations (selection, {REVOCATION_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
                (str(revocation.selection), *row),
            )

    def lift(self, selection: Selection, at: datetime, by: str) -> int:
        with self._store.using(), self._store.writing():
            # A crash before the commit leaves it standing. What it covers dies with it, whatever any clock says.
            self._store.db.execute(
                "UPDATE grants SET dead = 1 WHERE consumed_at IS NULL AND NOT dead AND EXISTS (SELECT 1 FROM "
                "revocations AS r WHERE r.selection = ?1 AND r.lifted_at IS NULL) AND EXISTS (SELECT 1 FROM "
                "json_each(grants.selections) WHERE value = ?1)",
                (str(selection),),
            )
            self._store.db.execute(
                "UPDATE revocations SET lifted_at = ?, lifted_by = ? WHERE selection = ? AND lifted_at IS NULL",
                (micros(at), by, str(selection)),
            )
            return self._store.db.changes()

    def revocations(self) -> list[Revocation]:
        with self._store.using():
            rows = self._rows(f"SELECT {REVOCATION_COLUMNS} FROM revocations ORDER BY number")  # noqa: S608
        return [revocation_of(RevocationRow(*row)) for row in rows]

    def outstanding(self, selection: Selection, now: datetime) -> Sequence[Grant]:
        with self._store.using():
            rows = self._rows(_OUTSTANDING, micros(now), str(selection))
        return [grant_kept(claims) for (claims,) in rows]

    def first_use(self, proof: str, until: datetime) -> bool:
        with self._store.using(), self._store.writing():
            # A crash before the commit forgets a proof that nobody was told is good.
            self._store.db.execute("INSERT OR IGNORE INTO proofs VALUES (?, ?)", (proof, micros(until)))
            return self._store.db.changes() == 1

    def clean(self, before: datetime) -> int:
        limit = micros(before)
        with self._store.using(), self._store.writing():
            # A crash before the commit leaves all of it, for the next time.
            self._store.db.execute("DELETE FROM proofs WHERE until < ?", (limit,))
            self._store.db.execute("DELETE FROM grants WHERE ends_at < ?", (limit,))
            gone = self._store.db.changes()
            # What a lifted one covered is dead without it; one of a single grant says nothing once that is gone.
            self._store.db.execute(
                "DELETE FROM revocations WHERE lifted_at < ?1 OR (selector = 'grant' AND at < ?1 AND NOT EXISTS "
                "(SELECT 1 FROM grants WHERE grants.id = revocations.value))",
                (limit,),
            )
        return gone

    def problem(self) -> str:
        return self._store.problem()

    def close(self) -> None:
        self._store.close()

    # -- behind the door -----------------------------------------------------------

    def _find(self, grant: GrantId) -> Found | None:
        for claims, expires_at, consumed_at, attempt, dead in self._rows(_FIND, grant):
            covering = [RevocationRow(*one) for one in self._rows(_COVERING, grant)]
            revocation = covering[0] if covering else None
            return Found(claims, expires_at, consumed_at, attempt, bool(dead), revocation)
        return None

    def _rows(self, query: str, *values: str | int) -> list[tuple[Any, ...]]:
        return self._store.db.execute(query, values).fetchall()
