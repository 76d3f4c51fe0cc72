"""Entries in a SQLite file.

`journal_mode=WAL` with `synchronous=FULL` makes a commit durable when it
returns (https://www.sqlite.org/pragma.html#pragma_synchronous).
"""

import os
import shutil
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, cast

import apsw

from answerable.adapters.sqlite_errors import translated, what
from answerable.adapters.sqlite_files import open_file
from answerable.adapters.sqlite_migrations import migrate
from answerable.ledger import GENESIS
from answerable.ports.entry_store import NumberTaken, Placed
from answerable.ports.subject_keys import SubjectKeys
from answerable.receipts import Head, Stored
from answerable.values.errors import LedgerError, LedgerUnavailable

_COLUMNS = "seq, trace, kind, entry, leaf, key, sealed"
_ROWS = f"SELECT {_COLUMNS} FROM entries "  # noqa: S608 – our own words
_WALK = (
    f"SELECT {_COLUMNS}, (SELECT max(seq) FROM entries AS other WHERE other.trace = entries.trace "  # noqa: S608
    "AND other.seq < entries.seq) FROM entries WHERE seq >= ? ORDER BY seq"
)
_HEAD = "SELECT seq, leaf FROM entries ORDER BY seq DESC LIMIT 1"
_INSERT = "INSERT INTO entries VALUES "
_ROW = "(?, ?, ?, ?, ?, ?, ?)"
_WIDTH = 7
_LARGEST_INSERT = 4000  # rows in one statement: SQLite binds at most 32,766 values
_MOST_NAMES = 10_000  # values in one list of a query
_SWITCH_MS = 200  # how long a look waits for a writer
_ROOM_BYTES = 1024 * 1024
_CROWDED = 50  # commits for which others are reckoned with after one of them was first
_EXCHANGE = 1

_Row = tuple[int, str, int, bytes, str, str | None, bytes | None]


class _Place(NamedTuple):
    """Which file a name stands for: another one under the same name is not it."""

    device: int
    inode: int


class SqliteEntries:
    """An `EntryStore` in one file. Several processes may open it."""

    def __init__(self, path: Path | str, keys: SubjectKeys) -> None:
        """Open or create; `keys` seal what an older format kept in the clear.

        Raises LedgerUnavailable, LedgerBroken.
        """
        self._path = str(path)
        self.name = self._path
        self._keys = keys
        self._write = open_file(self._path, create=True)
        migrate(self._write, self._path, keys)
        self._place = _place(self._path)
        self._log: _Place | None = None
        self._crowd = 0
        self._next = -1
        self._reader = open_file(self._path, create=False)
        self._reading = threading.Lock()
        self._closed = False

    # -- for the one thread that writes --------------------------------------------

    @property
    def crowded(self) -> bool:
        return self._crowd > 0

    def head(self) -> Head:
        """Where others write too, nobody else does until the next `insert` or `give_way`."""
        self.give_way()
        self._reopen_if_moved()
        with translated(self._path):
            if self._crowd:
                # Whoever only tries again when a number was taken may lose for ever against one who need not.
                self._write.execute("BEGIN IMMEDIATE")
            found = cast("list[tuple[int, str]]", self._write.execute(_HEAD).fetchall())
        head = Head(found[0][0] + 1, found[0][1]) if found else Head(0, GENESIS)
        if self._crowd and head.seq != self._next:
            self._crowd = _CROWDED
        return head

    def last_of(self, traces: Collection[str]) -> Mapping[str, int]:
        query = "SELECT max(seq) FROM entries WHERE trace = ?"
        found: dict[str, int] = {}
        with translated(self._path):
            for trace in traces:
                last = self._write.execute(query, (trace,)).fetchall()[0][0]
                if last is not None:
                    found[trace] = cast("int", last)
        return found

    def insert(self, rows: Sequence[Stored]) -> None:
        """A crash before the commit leaves none of the rows, and nobody has been told; after it, all of them."""
        self._check_place()
        values = [value for row in rows for value in row]
        try:
            if not self._write.in_transaction and len(rows) > _LARGEST_INSERT:
                self._write.execute("BEGIN IMMEDIATE")
            for start in range(0, len(values), _LARGEST_INSERT * _WIDTH):
                # One statement, not one for each row: every step hands the interpreter lock
                # over and has to win it back from a busy event loop.
                part = values[start : start + _LARGEST_INSERT * _WIDTH]
                self._write.execute(_INSERT + ",".join([_ROW] * (len(part) // _WIDTH)), part)
            if self._write.in_transaction:
                self._write.execute("COMMIT")
        except apsw.ConstraintError as error:
            self._crowd = _CROWDED
            raise NumberTaken(f"another writer of '{self._path}' was first") from error
        except apsw.Error as error:
            raise LedgerUnavailable(
                f"the ledger at '{self._path}' could not be written: {what(error)}"
            ) from error
        # What was committed to a file that nobody can find again is not durable.
        self._check_place()
        self._next = rows[-1].seq + 1
        self._crowd = max(0, self._crowd - 1)

    def give_way(self) -> None:
        with translated(self._path):
            if self._write.in_transaction:
                self._write.execute("ROLLBACK")

    # -- for anybody ---------------------------------------------------------------

    def of_trace(self, trace: str) -> list[Stored]:
        with suppress(UnicodeEncodeError):  # no entry is of a trace that can't be written
            return self._select(_ROWS + "WHERE trace = ? ORDER BY seq", (trace,))
        return []

    def exchanges(self, limit: int) -> list[str]:
        query = f"SELECT trace FROM entries WHERE kind = {_EXCHANGE} ORDER BY seq DESC LIMIT ?"  # noqa: S608
        with self._reading, translated(self._path):
            return [cast("str", row[0]) for row in self._reader.execute(query, (limit,))]

    def of_kind(self, kind: int, first: int = 0) -> list[Stored]:
        which = "INDEXED BY entries_about_the_record WHERE kind >= 20 AND kind = ? AND seq >= ? ORDER BY seq"
        return self._select(_ROWS + which, (kind, first))

    def at(self, numbers: Collection[int]) -> list[Stored]:
        wanted = sorted(set(numbers))
        found: list[Stored] = []
        for start in range(0, len(wanted), _MOST_NAMES):
            part = wanted[start : start + _MOST_NAMES]
            marks = ",".join("?" * len(part))
            found += self._select(_ROWS + f"WHERE seq IN ({marks}) ORDER BY seq", tuple(part))
        return found

    def walk(self, first: int = 0) -> Iterator[Placed]:
        if self._closed:
            raise LedgerUnavailable(f"the ledger at '{self._path}' can't be read: it is closed")
        connection = open_file(self._path, create=False)
        try:
            with translated(self._path):
                for *row, before in connection.execute(_WALK, (first,)):
                    yield Placed(Stored(*cast("_Row", tuple(row))), cast("int | None", before))
        finally:
            connection.close()

    def problem(self) -> str:
        if self._closed:
            return "the ledger is closed"
        try:
            self._check_place()
            if shutil.disk_usage(Path(self._path).parent).free < _ROOM_BYTES:
                return f"the disk of the ledger at '{self._path}' is full; make room"
            connection = open_file(self._path, create=False, busy_ms=_SWITCH_MS)
            try:
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("ROLLBACK")
            finally:
                connection.close()
        except LedgerError as error:
            return str(error)
        except (apsw.Error, OSError) as error:
            return f"the ledger at '{self._path}' can't be written: {what(error)}"
        return ""

    def close(self) -> None:
        self._closed = True
        with self._reading:
            self._reader.close()
        self._write.close()

    def _select(self, query: str, bindings: tuple[str | int, ...]) -> list[Stored]:
        with self._reading, translated(self._path):
            return [Stored(*cast("_Row", row)) for row in self._reader.execute(query, bindings)]

    # -- is it still the same file? ------------------------------------------------

    def _check_place(self) -> None:
        """Raises LedgerUnavailable where the name no longer stands for the file that is open."""
        place, log = _place(self._path), _place(self._path + "-wal")
        if self._log is None:
            self._log = log
        if place is None or place != self._place or (log is not None and log != self._log):
            raise LedgerUnavailable(
                f"the file of the ledger is gone from '{self._path}' or another one was put there; nothing is written "
                "until it is back"
            )

    def _reopen_if_moved(self) -> None:
        """Open what the name stands for now. Whether it is the right file is for whoever knows what was written."""
        if _place(self._path) == self._place and _place(self._path + "-wal") in (None, self._log):
            return
        write = open_file(self._path, create=False)
        migrate(write, self._path, self._keys)
        reader = open_file(self._path, create=False)
        with self._reading:
            self._write.close()
            self._reader.close()
            self._write, self._reader = write, reader
        self._place, self._log = _place(self._path), None


def _place(path: str) -> _Place | None:
    try:
        found = os.stat(path)  # noqa: PTH116 – at every commit, and half the price
    except OSError:
        return None
    return _Place(found.st_dev, found.st_ino)
