"""Grants in a SQLite file of their own, beside the ledger.

One statement uses a grant up: it takes the file's write lock, looks, and writes, and no other process
comes between. `journal_mode=WAL` with `synchronous=FULL` makes that durable when it returns
(https://www.sqlite.org/pragma.html#pragma_synchronous).
"""

import json
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import cast

import apsw

from answerable.adapters.grant_rows import (
    Found,
    RevocationRow,
    answer_of,
    grant_kept,
    instant,
    micros,
    revocation_of,
    revocation_row,
    row_of,
    state_of,
)
from answerable.adapters.sqlite_errors import what
from answerable.adapters.sqlite_files import open_file
from answerable.grants.grant import Grant, Permit
from answerable.grants.revocation import Revocation, Selection
from answerable.grants.state import (
    ConsumeAnswer,
    Consumed,
    IssueAnswer,
    Issued,
    Outstanding,
    PermitUsed,
    Revoked,
    State,
)
from answerable.values import GrantId
from answerable.values.errors import GrantsUnavailable, LedgerUnavailable

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
_REVOCATION = "selector, value, at, by, reason, lifted_at"
_SELECTED = "r.selection IN (SELECT value FROM json_each(grants.selections))"
_REVOKED = f"EXISTS (SELECT 1 FROM revocations AS r WHERE r.lifted_at IS NULL AND {_SELECTED})"  # noqa: S608 – our own words
_CONSUME = (
    "UPDATE grants SET consumed_at = ?2, attempt = ?3 WHERE id = ?1 AND consumed_at IS NULL AND NOT dead "  # noqa: S608
    f"AND expires_at > ?2 AND NOT {_REVOKED} RETURNING claims"
)
_FIND = "SELECT claims, expires_at, consumed_at, attempt, dead FROM grants WHERE id = ?"
_COVERING = (
    "SELECT r.selector, r.value, r.at, r.by, r.reason, r.lifted_at FROM grants JOIN revocations AS r "  # noqa: S608
    f"ON r.lifted_at IS NULL AND {_SELECTED} WHERE grants.id = ? ORDER BY r.number LIMIT 1"
)
_OF_PERMIT = (
    "SELECT id, consumed_at, dead FROM grants WHERE permit = ?1 AND NOT dead "
    "UNION SELECT id, consumed_at, dead FROM grants WHERE id = ?2"
)
_STANDING = (
    f"SELECT {_REVOCATION} FROM revocations WHERE lifted_at IS NULL "  # noqa: S608
    "AND selection IN (SELECT value FROM json_each(?1)) ORDER BY number LIMIT 1"
)
_OUTSTANDING = (
    "SELECT claims FROM grants WHERE consumed_at IS NULL AND NOT dead AND expires_at > ?1 AND EXISTS "  # noqa: S608
    f"(SELECT 1 FROM json_each(grants.selections) WHERE value = ?2) AND NOT {_REVOKED} ORDER BY issued_at, id"
)
_WHAT = "the store of grants"


class SqliteGrants:
    """A `GrantStore` in one file, which several processes may open."""

    def __init__(self, path: Path | str) -> None:
        """Open or create. Raises GrantsUnavailable."""
        self.name = self._path = str(path)
        self._door = threading.Lock()
        try:
            self._db = open_file(self._path, create=True, kept=_WHAT)
        except LedgerUnavailable as error:
            raise GrantsUnavailable(str(error)) from error
        self._place = _place(self._path)
        with self._using():
            version = self._db.execute("PRAGMA user_version").fetchall()[0][0]
            if version not in (0, _VERSION):
                raise GrantsUnavailable(
                    f"'{path}' holds grants of format {version}; this program knows format {_VERSION}"
                )
            if version == 0:
                with self._writing():
                    self._db.execute(_SCHEMA + f"PRAGMA user_version = {_VERSION};")

    def issue(self, grant: Grant, permit: Permit) -> IssueAnswer:
        row = row_of(grant, permit)
        names = json.dumps(row.selections)
        # A crash before the commit leaves no grant, and no token was made; after it, a grant whose token
        # nobody has: it expires, or the next of its permit takes its place.
        with self._using(), self._writing():
            found = self._db.execute(_OF_PERMIT, (row.permit, row.id)).fetchall()
            for one, consumed_at, _ in found:
                if consumed_at is not None and one != row.id:
                    return PermitUsed(GrantId(cast("str", one)), instant(cast("int", consumed_at)))
            for standing in self._db.execute(_STANDING, (names,)).fetchall():
                return Revoked(revocation_of(_revocation(standing)))
            for one, consumed_at, dead in found:
                if one != row.id:
                    continue  # an earlier one that was not used
                # Asked for again: the answer was lost.
                if consumed_at is not None:
                    return PermitUsed(grant.id, instant(cast("int", consumed_at)))
                return Revoked() if dead else Issued()
            replaced = self._db.execute(
                "UPDATE grants SET dead = 1 WHERE permit = ? AND NOT dead RETURNING id",
                (row.permit,),
            ).fetchall()
            self._db.execute(
                "INSERT INTO grants (id, permit, selections, issued_at, expires_at, ends_at, claims) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                (row.id, row.permit, names, row.issued_at, row.expires_at, row.ends_at, row.claims),
            )
            return Issued(tuple(GrantId(cast("str", one)) for (one,) in replaced))

    def consume(self, grant: GrantId, now: datetime, attempt: str) -> ConsumeAnswer:
        with self._using():
            # A crash before the commit leaves the grant unused, and nobody has been told otherwise. After it the
            # grant is used up, though the act may not have been done: the same attempt may ask again, no other.
            used = self._db.execute(_CONSUME, (grant, micros(now), attempt)).fetchall()
            self._check_place()
            if used:
                return Consumed(grant_kept(cast("bytes", used[0][0])), now)
            answer = answer_of(self._find(grant), now, attempt)
        if isinstance(answer, Outstanding):
            raise GrantsUnavailable(f"the grant '{grant}' changed while it was asked for; ask again")
        return answer

    def state(self, grant: GrantId, now: datetime) -> State:
        with self._using():
            return state_of(self._find(grant), now)

    def revoke(self, revocation: Revocation) -> None:
        row = revocation_row(revocation)
        with self._using():
            # A crash before the commit leaves everything in force, and whoever revoked was not told otherwise.
            self._db.execute(
                f"INSERT INTO revocations (selection, {_REVOCATION}) VALUES (?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
                (str(revocation.selection), *row),
            )
            self._check_place()

    def lift(self, selection: Selection, at: datetime, by: str) -> int:
        with self._using(), self._writing():
            # A crash before the commit leaves it standing. What it covers dies with it, whatever any clock says.
            self._db.execute(
                "UPDATE grants SET dead = 1 WHERE consumed_at IS NULL AND NOT dead AND EXISTS (SELECT 1 FROM "
                "revocations AS r WHERE r.selection = ?1 AND r.lifted_at IS NULL) AND EXISTS (SELECT 1 FROM "
                "json_each(grants.selections) WHERE value = ?1)",
                (str(selection),),
            )
            self._db.execute(
                "UPDATE revocations SET lifted_at = ?, lifted_by = ? WHERE selection = ? AND lifted_at IS NULL",
                (micros(at), by, str(selection)),
            )
            return self._db.changes()

    def revocations(self) -> list[Revocation]:
        with self._using():
            rows = self._db.execute(f"SELECT {_REVOCATION} FROM revocations ORDER BY number").fetchall()  # noqa: S608
        return [revocation_of(_revocation(row)) for row in rows]

    def outstanding(self, selection: Selection, now: datetime) -> Sequence[Grant]:
        with self._using():
            rows = self._db.execute(_OUTSTANDING, (micros(now), str(selection))).fetchall()
        return [grant_kept(cast("bytes", claims)) for (claims,) in rows]

    def first_use(self, proof: str, until: datetime) -> bool:
        with self._using():
            # A crash before the commit forgets a proof that nobody was told is good.
            self._db.execute("INSERT OR IGNORE INTO proofs VALUES (?, ?)", (proof, micros(until)))
            new = self._db.changes() == 1
            self._check_place()
            return new

    def clean(self, before: datetime) -> int:
        limit = micros(before)
        with self._using(), self._writing():
            # A crash before the commit leaves all of it, for the next time.
            self._db.execute("DELETE FROM proofs WHERE until < ?", (limit,))
            self._db.execute("DELETE FROM grants WHERE ends_at < ?", (limit,))
            gone = self._db.changes()
            # What a lifted one covered is dead without it; one of a single grant says nothing once that is gone.
            self._db.execute(
                "DELETE FROM revocations WHERE lifted_at < ?1 OR (selector = 'grant' AND at < ?1 AND NOT EXISTS "
                "(SELECT 1 FROM grants WHERE grants.id = revocations.value))",
                (limit,),
            )
        return gone

    def problem(self) -> str:
        try:
            with self._using(), self._writing():
                return ""
        except GrantsUnavailable as error:
            return str(error)

    def close(self) -> None:
        with self._door:
            self._db.close()

    # -- behind the door -----------------------------------------------------------

    def _find(self, grant: GrantId) -> Found | None:
        for claims, expires_at, consumed_at, attempt, dead in self._db.execute(_FIND, (grant,)).fetchall():
            covering = self._db.execute(_COVERING, (grant,)).fetchall()
            return Found(
                cast("bytes", claims),
                cast("int", expires_at),
                cast("int | None", consumed_at),
                cast("str | None", attempt),
                bool(dead),
                _revocation(covering[0]) if covering else None,
            )
        return None

    @contextmanager
    def _using(self) -> Iterator[None]:
        """Work on the file, one thread at a time. Raises GrantsUnavailable where SQLite could not do it."""
        with self._door:
            self._check_place()
            try:
                yield
            except (apsw.Error, UnicodeDecodeError) as error:  # a damaged text may be no UTF-8
                raise GrantsUnavailable(f"{_WHAT} at '{self._path}' can't be used: {what(error)}") from error

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
        """Raises GrantsUnavailable where the name no longer stands for the file that is open.

        What is written to a file that nobody else can find uses up nothing.
        """
        if _place(self._path) != self._place:
            raise GrantsUnavailable(
                f"the file of the grants is gone from '{self._path}' or another one was put there; nothing is issued "
                "or used until it is back"
            )


def _place(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)  # noqa: PTH116 – at every use, and half the price
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _revocation(row: Sequence[object]) -> RevocationRow:
    return RevocationRow(*cast("tuple[str, str, int, str, str, int | None]", tuple(row)))
