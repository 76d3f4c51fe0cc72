"""The people of this machine and their passkeys, in a SQLite file."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import cast

from answerable.adapters.grant_rows import instant, micros
from answerable.adapters.sqlite_store import SqliteStore
from answerable.ports.directory import Handle, Passkey, Person
from answerable.values.errors import RolesUnavailable

_VERSION = 1
_SCHEMA = """
CREATE TABLE IF NOT EXISTS people (
    handle TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    invited INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS invitations (
    code TEXT PRIMARY KEY,
    handle TEXT NOT NULL REFERENCES people,
    until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS passkeys (
    id TEXT PRIMARY KEY,
    handle TEXT NOT NULL REFERENCES people,
    public_key BLOB NOT NULL,
    count INTEGER NOT NULL,
    synced INTEGER NOT NULL,
    registered INTEGER NOT NULL,
    used INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS passkeys_by_person ON passkeys (handle);
"""
_PERSON = "p.handle, p.name, p.invited, (SELECT count(*) FROM passkeys AS k WHERE k.handle = p.handle) FROM people AS p"
_INVITED = f"SELECT {_PERSON} JOIN invitations AS i ON i.handle = p.handle WHERE i.code = ? AND i.until > ?"


class SqliteDirectory:
    """A `Directory` in one file."""

    def __init__(self, path: Path | str) -> None:
        """Open or create. Raises RolesUnavailable."""
        self._store = SqliteStore(path, _SCHEMA, _VERSION, "the directory of people", RolesUnavailable)
        self.name = self._store.path

    def invite(self, person: Person, code: str, until: datetime) -> None:
        with self._store.using(), self._store.writing():
            # A crash before the commit leaves no invitation, and its code was shown to nobody.
            self._store.db.execute(
                "INSERT OR IGNORE INTO people VALUES (?, ?, ?)",
                (person.handle, person.name, micros(person.invited)),
            )
            self._store.db.execute(
                "INSERT INTO invitations VALUES (?, ?, ?)", (code, person.handle, micros(until))
            )

    def invited(self, code: str, now: datetime) -> Person | None:
        with self._store.using():
            return self._invited(code, now)

    def register(self, code: str, passkey: Passkey, now: datetime) -> Person | None:
        with self._store.using(), self._store.writing():
            person = self._invited(code, now)
            if person is None:
                return None
            # A crash before the commit leaves the invitation as it was, and a passkey that nobody knows.
            self._store.db.execute(
                "INSERT OR IGNORE INTO passkeys VALUES (?, ?, ?, ?, ?, ?, NULL)",
                (passkey.id, person.handle, passkey.public_key, passkey.count, passkey.synced, micros(now)),
            )
            if not self._store.db.changes():
                return None
            self._store.db.execute("DELETE FROM invitations WHERE code = ?", (code,))
            return person

    def find(self, passkey: str) -> tuple[Person, Passkey] | None:
        query = (
            f"SELECT own.id, own.public_key, own.count, own.synced, {_PERSON} "
            "JOIN passkeys AS own ON own.handle = p.handle WHERE own.id = ?"
        )
        with self._store.using():
            rows = self._store.db.execute(query, (passkey,)).fetchall()
        for known, key, count, synced, *person in rows:
            found = Passkey(cast("str", known), cast("bytes", key), cast("int", count), bool(synced))
            return _person(person), found
        return None

    def signed(self, passkey: Passkey, count: int, now: datetime) -> bool:
        with self._store.using():
            # A crash before the commit leaves the count as it was, and nobody signed in.
            self._store.db.execute(
                "UPDATE passkeys SET count = ?, used = ? WHERE id = ? AND count = ?",
                (count, micros(now), passkey.id, passkey.count),
            )
            return self._store.db.changes() > 0

    def passkeys(self, handle: Handle) -> Sequence[str]:
        with self._store.using():
            rows = self._store.db.execute(
                "SELECT id FROM passkeys WHERE handle = ? ORDER BY id", (handle,)
            ).fetchall()
        return [cast("str", one) for (one,) in rows]

    def people(self) -> Sequence[Person]:
        with self._store.using():
            rows = self._store.db.execute(f"SELECT {_PERSON} ORDER BY p.invited, p.handle").fetchall()
        return [_person(row) for row in rows]

    def remove(self, handle: Handle) -> bool:
        with self._store.using(), self._store.writing():
            # A crash before the commit leaves all of it, and whoever removed them was not told otherwise.
            for table in ("invitations", "passkeys", "people"):
                self._store.db.execute(f"DELETE FROM {table} WHERE handle = ?", (handle,))  # noqa: S608
            return self._store.db.changes() > 0

    def problem(self) -> str:
        return self._store.problem()

    def close(self) -> None:
        self._store.close()

    def _invited(self, code: str, now: datetime) -> Person | None:
        for row in self._store.db.execute(_INVITED, (code, micros(now))).fetchall():
            return _person(row)
        return None


def _person(row: Sequence[object]) -> Person:
    handle, name, invited, count = cast("tuple[str, str, int, int]", tuple(row))
    try:
        return Person(Handle(handle), name, instant(invited), count)
    except OverflowError as error:
        raise RolesUnavailable(f"a person that was kept can't be read: {error}") from error
