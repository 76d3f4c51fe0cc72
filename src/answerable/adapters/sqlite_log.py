"""The tree and the checkpoints of a ledger in SQLite, beside its entries.

Only roots of full tiles and signed checkpoints are kept here; the leaves are the entries' own.
Whatever of it is lost is made again from them, but for the signatures.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast

import apsw

from answerable.adapters.sqlite_errors import translated
from answerable.ledger.log import TileRoot
from answerable.signing import Note, parse_note, written
from answerable.values.errors import LedgerBroken, SignatureError

_SCHEMA = """
CREATE TABLE IF NOT EXISTS tile_roots (
    level INTEGER NOT NULL,
    at INTEGER NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (level, at)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS checkpoints (
    size INTEGER PRIMARY KEY,
    note BLOB NOT NULL
) STRICT;
"""
_BUSY_MS = 5000


class SqliteLog:
    """A `LogStore` over the file of a `SqliteLedger`, with a connection of its own. For one thread at a time."""

    def __init__(self, path: Path | str) -> None:
        """Raises LedgerUnavailable where the file can't be opened or is not there."""
        self._path = str(path)
        with translated(self._path):
            self._db = apsw.Connection(self._path, flags=apsw.SQLITE_OPEN_READWRITE)
            self._db.set_busy_timeout(_BUSY_MS)
            self._db.execute("PRAGMA synchronous = FULL").fetchall()
            self._db.execute(_SCHEMA)

    def size(self) -> int:
        """How many entries there are: one more than the last one's number."""
        return cast("int", self._one("SELECT coalesce(max(seq) + 1, 0) FROM entries"))

    def leaves(self, first: int, end: int) -> list[bytes]:
        """Raises LedgerBroken where a leaf is not the hexadecimal digits of a hash."""
        query = "SELECT leaf FROM entries WHERE seq >= ? AND seq < ? ORDER BY seq"
        try:
            return [bytes.fromhex(str(row[0])) for row in self._rows(query, (first, end))]
        except ValueError as error:
            raise LedgerBroken(f"an entry from {first} to {end - 1} has a leaf that is no hash") from error

    def entries(self, first: int, end: int) -> list[bytes]:
        """The entries' public bytes, which their leaves are the hashes of."""
        query = "SELECT entry FROM entries WHERE seq >= ? AND seq < ? ORDER BY seq"
        return [cast("bytes", row[0]) for row in self._rows(query, (first, end))]

    def tile_roots(self, level: int, first: int, end: int) -> list[bytes]:
        query = "SELECT hash FROM tile_roots WHERE level = ? AND at >= ? AND at < ? ORDER BY at"
        return [cast("bytes", row[0]) for row in self._rows(query, (level, first, end))]

    def kept(self) -> int:
        return cast("int", self._one("SELECT coalesce(max(at) + 1, 0) FROM tile_roots WHERE level = 1"))

    def keep(self, roots: Sequence[TileRoot]) -> None:
        with translated(self._path), self._db:
            # A crash before the commit leaves these roots out; they are computed again from the same leaves.
            self._db.executemany("INSERT OR REPLACE INTO tile_roots VALUES (?, ?, ?)", roots)

    def checkpoint(self) -> Note | None:
        """The last signed checkpoint, not checked. Raises LedgerBroken where it is no note."""
        return next(self._checkpoints("ORDER BY size DESC LIMIT 1"), None)

    def checkpoints(self) -> Iterator[Note]:
        """All signed checkpoints, smallest first."""
        return self._checkpoints("ORDER BY size")

    def keep_checkpoint(self, size: int, note: Note) -> None:
        """Keep a checkpoint. One of the same size gives way only to one with more signatures."""
        query = (
            "INSERT INTO checkpoints VALUES (?, ?) ON CONFLICT (size) DO UPDATE SET note = excluded.note "
            "WHERE length(excluded.note) > length(note)"
        )
        with translated(self._path), self._db:
            # A crash before the commit leaves the entries without this checkpoint; the next one counts them, too.
            self._db.execute(query, (size, written(note)))

    def close(self) -> None:
        self._db.close()

    def _checkpoints(self, which: str) -> Iterator[Note]:
        for (raw,) in self._rows(f"SELECT note FROM checkpoints {which}", ()):  # noqa: S608 – our own words
            try:
                yield parse_note(cast("bytes", raw))
            except SignatureError as error:
                raise LedgerBroken(f"a checkpoint of '{self._path}' can't be read: {error}") from error

    def _one(self, query: str) -> object:
        return self._rows(query, ())[0][0]

    def _rows(self, query: str, bindings: tuple[int, ...]) -> list[tuple[object, ...]]:
        with translated(self._path):
            return cast("list[tuple[object, ...]]", self._db.execute(query, bindings).fetchall())
