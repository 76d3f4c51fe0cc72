"""The tree, the checkpoints and the handovers of a ledger in SQLite, beside its entries.

Only roots of full tiles and what was signed are kept here; the leaves are the entries' own.
Whatever of it is lost is made again from them, but for the signatures.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast

import apsw

from answerable.adapters.sqlite_errors import translated
from answerable.ledger.checkpoint import parse_checkpoint
from answerable.ledger.handover import Handover
from answerable.ledger.log import TileRoot
from answerable.signing import Note, parse_note, together, written
from answerable.values.errors import LedgerBroken, LedgerUnavailable, SignatureError

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
CREATE TABLE IF NOT EXISTS handovers (
    number INTEGER PRIMARY KEY,
    note BLOB NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS log_names (
    number INTEGER PRIMARY KEY CHECK (number = 0),
    name TEXT NOT NULL
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
            # What is looked at before it is written must not change between: others write this file, too.
            self._db.transaction_mode = "IMMEDIATE"
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
        return next(
            self._notes("checkpoint", "SELECT note FROM checkpoints ORDER BY size DESC LIMIT 1"), None
        )

    def checkpoints(self) -> Iterator[Note]:
        """All signed checkpoints, smallest first."""
        return self._notes("checkpoint", "SELECT note FROM checkpoints ORDER BY size")

    def keep_checkpoint(self, note: Note, handovers: int = 0) -> None:
        """Keep a checkpoint; where it is kept already, keep whose signatures that one has not.

        `handovers` is how many there were when it was signed: a new one that a key signed which
        was handed over meanwhile is not kept. Raises LedgerUnavailable for that, LedgerBroken
        where another checkpoint of the same size is kept.
        """
        with translated(self._path), self._db:
            # A crash before the commit leaves the entries without this checkpoint; the next one counts them, too.
            self._merge(note, handovers)

    def handovers(self) -> list[Note]:
        """The handovers of the log's key, in order, not checked. Raises LedgerBroken where one is no note."""
        return list(self._notes("handover", "SELECT note FROM handovers ORDER BY number"))

    def keep_handover(self, number: int, handover: Handover, note: Note, checkpoint: Note) -> None:
        """Keep a handover, and its checkpoint with the new key's signature, both or none.

        `number` is how many handovers there were before. Raises LedgerUnavailable where another
        was made meanwhile, or the old key has signed for more entries since.
        """
        with translated(self._path), self._db:
            last = self._one("SELECT max(size) FROM checkpoints")
            if self._one("SELECT count(*) FROM handovers") != number or last != handover.size:
                raise LedgerUnavailable(
                    "another checkpoint or handover was signed meanwhile, so the key was not handed over; try again"
                )
            # A crash before the commit leaves the log with its old key, as if nobody had asked. After it
            # the new key signs, and the old one signs no more, whoever still has it open.
            self._db.execute("INSERT INTO handovers VALUES (?, ?)", (number, written(note)))
            self._merge(checkpoint, number)

    def name(self, fresh: str) -> str:
        """The log's name, for a key that brings none: as on its checkpoints, else `fresh`, kept from now on."""
        last = self.checkpoint()
        if last is not None:
            return parse_checkpoint(last.text).origin
        with translated(self._path), self._db:
            # A crash before the commit leaves a log without a name, and nothing signed in one.
            self._db.execute("INSERT OR IGNORE INTO log_names VALUES (0, ?)", (fresh,))
        return cast("str", self._one("SELECT name FROM log_names"))

    def close(self) -> None:
        self._db.close()

    def _merge(self, note: Note, handovers: int) -> None:
        """Inside a transaction."""
        size = parse_checkpoint(note.text).size
        kept = next(self._notes("checkpoint", "SELECT note FROM checkpoints WHERE size = ?", (size,)), None)
        if kept is None:
            if self._one("SELECT count(*) FROM handovers") != handovers:
                raise LedgerUnavailable(
                    f"the log's key was handed over meanwhile, so the checkpoint of {size} entries is not kept"
                )
            kept = Note(note.text)
        if kept.text != note.text:
            raise LedgerBroken(f"another checkpoint of {size} entries is kept in '{self._path}' already")
        whole = written(together(kept, note))
        self._db.execute("INSERT OR REPLACE INTO checkpoints VALUES (?, ?)", (size, whole))

    def _notes(self, what: str, query: str, bindings: tuple[int, ...] = ()) -> Iterator[Note]:
        for (raw,) in self._rows(query, bindings):
            try:
                yield parse_note(cast("bytes", raw))
            except SignatureError as error:
                raise LedgerBroken(f"a {what} of '{self._path}' can't be read: {error}") from error

    def _one(self, query: str) -> object:
        return self._rows(query, ())[0][0]

    def _rows(self, query: str, bindings: tuple[int, ...]) -> list[tuple[object, ...]]:
        with translated(self._path):
            return cast("list[tuple[object, ...]]", self._db.execute(query, bindings).fetchall())
