"""Keys of data subjects in a SQLite file of their own, wrapped under a master key that is elsewhere.

The file is kept apart from the ledger so that a copy of the one is no copy of the other. A destroyed
key is overwritten where it lay, in the file and in its write-ahead log; a copy made before has
it still, and is worth nothing without the master key.
"""

import hashlib
import hmac
import secrets
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from answerable.adapters.remembered_keys import RememberedKeys
from answerable.adapters.sqlite_errors import translated
from answerable.adapters.sqlite_files import open_file
from answerable.ports.keys import KeyWrapper
from answerable.ports.subject_keys import Hold, KeptKey
from answerable.receipts import Erased, SubjectKey, SubjectMonth
from answerable.receipts.payloads import KEY_BYTES
from answerable.values.errors import LedgerBroken, LedgerUnavailable

_VERSION = 1
_SCHEMA = """
CREATE TABLE IF NOT EXISTS subject_keys (
    id TEXT PRIMARY KEY,
    subject TEXT NOT NULL,
    month TEXT NOT NULL,
    wrapped BLOB,
    erased_at TEXT,
    erased_by TEXT,
    erased_trace TEXT,
    CHECK ((wrapped IS NULL) = (erased_at IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS one_living_key ON subject_keys (subject, month) WHERE wrapped IS NOT NULL;
CREATE INDEX IF NOT EXISTS living_keys_by_month ON subject_keys (month) WHERE wrapped IS NOT NULL;
CREATE TABLE IF NOT EXISTS holds (
    id TEXT PRIMARY KEY,
    subject TEXT,
    by TEXT NOT NULL,
    reason TEXT NOT NULL,
    at TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS secrets (
    name TEXT PRIMARY KEY,
    wrapped BLOB NOT NULL
) STRICT;
"""
_ID_BYTES = 8
_PSEUDONYMS = "pseudonyms"


class SqliteKeys:
    """A `SubjectKeys` in one file, which several processes may open."""

    def __init__(self, path: Path | str, wrapper: KeyWrapper) -> None:
        """Open or create. Raises LedgerUnavailable, LedgerBroken, KeyUnavailable."""
        self._path, self._wrapper = str(path), wrapper
        self._door = threading.Lock()
        self._db = open_file(self._path, create=True)
        with translated(self._path):
            self._db.execute("PRAGMA secure_delete = ON").fetchall()
            version = self._db.execute("PRAGMA user_version").fetchall()[0][0]
            if version not in (0, _VERSION):
                raise LedgerBroken(
                    f"'{path}' holds keys of format {version}; this program knows format {_VERSION}"
                )
            self._db.execute(_SCHEMA + f"PRAGMA user_version = {_VERSION};")
        self._remembered = RememberedKeys()
        self._seen = self._data_version()
        self._hashing = self._secret(_PSEUDONYMS)

    def current(self, wanted: Collection[SubjectMonth]) -> Mapping[SubjectMonth, SubjectKey]:
        with self._door, translated(self._path):
            self._forget_if_changed()
            found = {one: key for one in wanted if (key := self._remembered.current(one)) is not None}
            missing = [one for one in wanted if one not in found]
            if missing:
                found.update(self._read_or_make(missing))
            return found

    def known(self, ids: Collection[str]) -> Mapping[str, SubjectKey | Erased]:
        query = "SELECT wrapped, erased_at, erased_by, erased_trace FROM subject_keys WHERE id = ?"
        found: dict[str, SubjectKey | Erased] = {}
        with self._door, translated(self._path):
            self._forget_if_changed()
            for key_id in set(ids):
                if (key := self._remembered.by_id(key_id)) is not None:
                    found[key_id] = key
                    continue
                for wrapped, *erased in self._db.execute(query, (key_id,)):
                    if wrapped is None:
                        found[key_id] = Erased(*cast("list[str]", erased))
                    else:
                        found[key_id] = self._unwrapped(key_id, cast("bytes", wrapped))
        return found

    def pseudonym(self, name: str) -> str:
        return hmac.new(self._hashing, name.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()

    def of_subjects(self, subjects: Collection[str]) -> list[str]:
        query = "SELECT id FROM subject_keys WHERE subject = ? AND wrapped IS NOT NULL ORDER BY month"
        return [key for one in subjects for key in self._ids(query, (self.pseudonym(one),))]

    def before_month(self, month: str) -> list[str]:
        return self._ids("SELECT id FROM subject_keys WHERE wrapped IS NOT NULL AND month < ?", (month,))

    def destroy(self, ids: Collection[str], erased: Erased) -> None:
        query = (
            "UPDATE subject_keys SET wrapped = NULL, erased_at = ?, erased_by = ?, erased_trace = ? "
            "WHERE id = ? AND wrapped IS NOT NULL"
        )
        with self._door, translated(self._path):
            with self._db:
                # A crash before the commit leaves the keys; the ledger's entry has them destroyed at the next start.
                for key_id in ids:
                    self._db.execute(query, (*erased, key_id))
            self._remembered.forget()
            # Out of the write-ahead log as well, where the keys' last pages may lie.
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def hold(self, hold: Hold) -> None:
        with self._door, translated(self._path):
            # A crash before the commit leaves no hold, and its caller knows of none.
            self._db.execute("INSERT INTO holds VALUES (?, ?, ?, ?, ?)", hold)

    def lift(self, hold_id: str) -> None:
        with self._door, translated(self._path):
            # A crash before the commit leaves the hold in place.
            self._db.execute("DELETE FROM holds WHERE id = ?", (hold_id,))

    def holds(self) -> list[Hold]:
        with self._door, translated(self._path):
            rows = self._db.execute(
                "SELECT id, subject, by, reason, at FROM holds ORDER BY at, id"
            ).fetchall()
        return [Hold(*cast("tuple[str, str | None, str, str, str]", row)) for row in rows]

    def held(self, ids: Collection[str]) -> Mapping[str, Hold]:
        query = (
            "SELECT holds.id, holds.subject, by, reason, at FROM holds JOIN subject_keys "
            "ON holds.subject IS NULL OR holds.subject = subject_keys.subject WHERE subject_keys.id = ? LIMIT 1"
        )
        found: dict[str, Hold] = {}
        with self._door, translated(self._path):
            for key_id in ids:
                for row in self._db.execute(query, (key_id,)):
                    found[key_id] = Hold(*cast("tuple[str, str | None, str, str, str]", row))
        return found

    def rewrap(self, wrapper: KeyWrapper) -> int:
        """Wrap every key again under another master key; how many. Raises KeyUnavailable.

        A crash before the commit leaves all of them under the old one: destroy that only when this has returned.
        """
        with self._door, translated(self._path), self._db:
            count = 0
            for table, name in (("subject_keys", "id"), ("secrets", "name")):
                query = f"SELECT {name}, wrapped FROM {table} WHERE wrapped IS NOT NULL"  # noqa: S608
                rows = self._db.execute(query).fetchall()
                for key_id, wrapped in cast("list[tuple[str, bytes]]", rows):
                    secret = self._wrapper.unwrap(wrapped, key_id.encode())
                    again = wrapper.wrap(secret, key_id.encode())
                    self._db.execute(f"UPDATE {table} SET wrapped = ? WHERE {name} = ?", (again, key_id))  # noqa: S608
                    count += 1
            self._wrapper = wrapper
        return count

    def kept(self) -> Iterator[KeptKey]:
        query = "SELECT id, subject, month, wrapped, erased_at, erased_by, erased_trace FROM subject_keys ORDER BY id"
        with self._door, translated(self._path):
            own = self._db.execute("SELECT name, wrapped FROM secrets ORDER BY name").fetchall()
            rows = self._db.execute(query).fetchall()
        for name, wrapped in cast("list[tuple[str, bytes]]", own):
            yield KeptKey(name, None, None, wrapped, None)
        for key_id, subject, month, wrapped, *erased in cast("list[tuple[Any, ...]]", rows):
            yield KeptKey(key_id, subject, month, wrapped, None if wrapped is not None else Erased(*erased))

    def bring_back(self, keys: Sequence[KeptKey]) -> None:
        query = "INSERT OR IGNORE INTO subject_keys VALUES (?, ?, ?, ?, ?, ?, ?)"
        with self._door, translated(self._path):
            # A crash before the commit leaves the keys as they were: bring them back again.
            with self._db:
                for one in keys:
                    if one.subject is None:
                        self._adopt(one)
                        continue
                    erased = one.erased or (None, None, None)
                    self._db.execute(query, (one.id, one.subject, one.month, one.wrapped, *erased))
            self._remembered.forget()
        self._hashing = self._secret(_PSEUDONYMS)

    def close(self) -> None:
        with self._door:
            self._db.close()

    # -- behind the door -----------------------------------------------------------

    def _read_or_make(self, wanted: list[SubjectMonth]) -> dict[SubjectMonth, SubjectKey]:
        query = "SELECT id, wrapped FROM subject_keys WHERE subject = ? AND month = ? AND wrapped IS NOT NULL"
        made: dict[SubjectMonth, SubjectKey] = {}
        places = {one: (self.pseudonym(one[0]), one[1]) for one in wanted}
        for one, place in places.items():
            for key_id, wrapped in cast("list[tuple[str, bytes]]", self._db.execute(query, place).fetchall()):
                made[one] = self._unwrapped(key_id, wrapped)
        new = [one for one in wanted if one not in made]
        if new:
            rows = {}
            for one in new:
                key = SubjectKey(secrets.token_hex(_ID_BYTES), secrets.token_bytes(KEY_BYTES))
                rows[one] = (key.id, *places[one], self._wrapper.wrap(key.secret, key.id.encode()))
            with self._db:
                # Durable before anything is sealed under them. A crash here leaves keys that nothing uses.
                self._db.executemany(
                    "INSERT OR IGNORE INTO subject_keys (id, subject, month, wrapped) VALUES (?, ?, ?, ?)",
                    list(rows.values()),
                )
            for one in new:  # another process may have made one first: read what counts
                [(key_id, wrapped)] = cast(
                    "list[tuple[str, bytes]]", self._db.execute(query, places[one]).fetchall()
                )
                made[one] = self._unwrapped(key_id, wrapped)
        for one, key in made.items():
            self._remembered.keep(key, one)
        return made

    def _unwrapped(self, key_id: str, wrapped: bytes) -> SubjectKey:
        key = SubjectKey(key_id, self._wrapper.unwrap(wrapped, key_id.encode()))
        self._remembered.keep(key)
        return key

    def _adopt(self, one: KeptKey) -> None:
        """Take over a secret of the store's own, where nothing was hashed with this store's yet."""
        own = self._db.execute("SELECT wrapped FROM secrets WHERE name = ?", (one.id,)).fetchall()
        if own and own[0][0] == one.wrapped:
            return
        if self._db.execute("SELECT count(*) FROM subject_keys").fetchall()[0][0]:
            raise LedgerUnavailable(
                f"'{self._path}' holds keys of another ledger; bring these back into a new place"
            )
        self._db.execute("INSERT OR REPLACE INTO secrets VALUES (?, ?)", (one.id, one.wrapped))

    def _secret(self, name: str) -> bytes:
        query = "SELECT wrapped FROM secrets WHERE name = ?"
        with translated(self._path):
            if not self._db.execute(query, (name,)).fetchall():
                made = self._wrapper.wrap(secrets.token_bytes(KEY_BYTES), name.encode())
                # A crash here leaves a secret that nothing was hashed with yet.
                self._db.execute("INSERT OR IGNORE INTO secrets VALUES (?, ?)", (name, made))
            [(wrapped,)] = cast("list[tuple[bytes]]", self._db.execute(query, (name,)).fetchall())
        return self._wrapper.unwrap(wrapped, name.encode())

    def _forget_if_changed(self) -> None:
        """Another process may have destroyed a key that is remembered here."""
        seen = self._data_version()
        if seen != self._seen:
            self._remembered.forget()
            self._seen = seen

    def _data_version(self) -> int:
        return cast("int", self._db.execute("PRAGMA data_version").fetchall()[0][0])

    def _ids(self, query: str, bindings: tuple[str, ...]) -> list[str]:
        with self._door, translated(self._path):
            return [cast("str", row[0]) for row in self._db.execute(query, bindings)]
