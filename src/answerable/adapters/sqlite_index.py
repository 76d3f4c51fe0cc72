"""An index of a ledger in a SQLite file of its own: `ledger.db.index`.

`synchronous=NORMAL` is enough: after a loss of power the last commits may be missing, never half of one
(https://www.sqlite.org/pragma.html#pragma_synchronous), and what is missing is read from the ledger
again. What is removed is overwritten (`secure_delete`), and taken out of the write-ahead log.
"""

import logging
import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import apsw

from answerable.adapters.block_search import EVER, FEW, Instants, Page, Stretch, search, spans
from answerable.adapters.sqlite_files import open_file
from answerable.ports.ledger_index import IndexLost, Position
from answerable.receipts.facet import Amount
from answerable.receipts.indexing import Batch, Posting
from answerable.receipts.postings import BLOCK, packed, unpacked
from answerable.receipts.query import Sought
from answerable.values.errors import LedgerUnavailable

_LOG = logging.getLogger("answerable.ledger")
_VERSION = 1
_SCHEMA = """
CREATE TABLE postings (
    facet INTEGER NOT NULL,
    block INTEGER NOT NULL,
    key INTEGER NOT NULL,
    bits BLOB NOT NULL,
    PRIMARY KEY (facet, block, key)
) WITHOUT ROWID, STRICT;
CREATE INDEX postings_by_key ON postings (key) WHERE key <> 0; -- NO_KEY
CREATE TABLE amounts (
    number INTEGER NOT NULL,
    currency TEXT NOT NULL,
    low INTEGER NOT NULL,
    high INTEGER NOT NULL,
    key INTEGER NOT NULL,
    PRIMARY KEY (number, currency, low, high)
) WITHOUT ROWID, STRICT;
CREATE INDEX amounts_by_key ON amounts (key);
CREATE INDEX amounts_by_value ON amounts (currency, low, number);
CREATE INDEX amounts_of_ranges ON amounts (currency, low, high, number) WHERE high > low;
CREATE TABLE times (number INTEGER PRIMARY KEY, at INTEGER NOT NULL) STRICT;
CREATE TABLE spans (block INTEGER PRIMARY KEY, first INTEGER NOT NULL, last INTEGER NOT NULL) STRICT;
CREATE TABLE forgotten (key INTEGER PRIMARY KEY) STRICT;
CREATE TABLE position (next INTEGER NOT NULL, leaf TEXT NOT NULL, log TEXT NOT NULL) STRICT;
INSERT INTO position VALUES (0, '', '');
"""
_TABLES = ("postings", "amounts", "times", "spans", "forgotten", "position")
_FORGET = (
    "DELETE FROM postings WHERE key <> 0 AND key = ?",
    "DELETE FROM amounts WHERE key = ?",
    "INSERT INTO forgotten VALUES (?) ON CONFLICT DO NOTHING",
)
# By number, and by no index of amounts (that is what `+` is for): those are of the whole log.
_OF_AMOUNT = (
    "SELECT number FROM amounts WHERE number BETWEEN ? AND ? AND +currency = ? AND +low <= ? AND +high >= ?"
)
_CACHE_KB = 64 * 1024
_DAMAGE = (apsw.CorruptError, apsw.NotADBError, apsw.FormatError)


class SqliteIndex:
    """A `LedgerIndex` in one file, which several processes may open."""

    def __init__(self, path: Path | str) -> None:
        """Open or create; a damaged file, or one of another version, is begun again. Raises LedgerUnavailable."""
        self._path = str(path)
        self.name = self._path
        self._writing, self._reading = threading.Lock(), threading.Lock()
        self._unswept = False
        try:
            self._open()
        except IndexLost as error:
            _LOG.warning("%s; it is made again from the ledger", error)
            self._remove()
            self._open()

    def position(self) -> Position:
        with self._reading, self._translated():
            return _position(self._reader)

    def add(self, batch: Batch, log: str) -> bool:
        with self._writing, self._translated():
            self._write.execute("BEGIN IMMEDIATE")
            try:
                if _position(self._write).next != batch.first:
                    self._write.execute("ROLLBACK")
                    return False
                self._keep(batch)
                self._remove_keys(batch.forgotten)
                self._write.execute(
                    "UPDATE position SET next = ?, leaf = ?, log = ?", (batch.next, batch.leaf, log)
                )
                # A crash before this leaves nothing of the batch, and the position before it: its
                # entries are indexed again. After it, all of it is there.
                self._write.execute("COMMIT")
            except BaseException:
                self._roll_back()
                raise
            self._sweep()
        return True

    def forget(self, keys: Collection[int]) -> None:
        with self._writing, self._translated():
            with self._write:
                # A crash before the commit leaves the rows; they go when the entry of the erasure is indexed.
                self._remove_keys(keys)
            self._sweep()

    def clear(self) -> None:
        with self._writing, self._reading:
            try:
                with self._translated():
                    self._create(anew=True)
                    self._sweep()
            except IndexLost:
                self._let_go()
                self._remove()
                self._open()

    def find(
        self, sought: Sought, limit: int, *, start: int | None = None, oldest_first: bool = False
    ) -> list[int]:
        with self._reading, self._translated():
            return search(_Database(self._reader), sought, Page(limit, start, oldest_first))

    def close(self) -> None:
        with self._writing, self._reading:
            self._let_go()

    # -- behind the doors ----------------------------------------------------------

    def _open(self) -> None:
        self._write = self._connected(create=True)
        with self._translated():
            self._write.execute("PRAGMA synchronous = NORMAL").fetchall()
            self._write.execute("PRAGMA secure_delete = ON").fetchall()
            self._write.execute(f"PRAGMA cache_size = -{_CACHE_KB}").fetchall()
            self._create(anew=False)
        self._reader = self._connected(create=False)

    def _connected(self, *, create: bool) -> apsw.Connection:
        try:
            return open_file(self._path, create=create)
        except LedgerUnavailable as error:
            if isinstance(error.__cause__, _DAMAGE):
                raise IndexLost(f"the index at '{self._path}' is damaged: {error.__cause__}") from error
            raise

    def _create(self, *, anew: bool) -> None:
        """Make the tables where they are not there in this version; in any case `anew`."""
        self._write.execute("BEGIN IMMEDIATE")
        try:
            if anew or _version(self._write) != _VERSION:
                for table in _TABLES:
                    self._write.execute(f"DROP TABLE IF EXISTS {table}")
                self._write.execute(_SCHEMA)
                self._write.execute(f"PRAGMA user_version = {_VERSION}")
                self._unswept = True
            # A crash before this leaves the index as it was; after it, an empty one.
            self._write.execute("COMMIT")
        except BaseException:
            self._roll_back()
            raise

    def _keep(self, batch: Batch) -> None:
        forgotten = batch.forgotten | self._forgotten(batch.keys)
        self._write.executemany(
            "INSERT OR REPLACE INTO postings VALUES (?, ?, ?, ?)",
            (
                (*place, packed(self._merged(place, bits, batch)))
                for place, bits in sorted(batch.postings.items())
                if place.key not in forgotten
            ),
        )
        self._write.executemany(
            "INSERT INTO amounts VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (row for row in batch.amounts if row.key not in forgotten),
        )
        self._write.executemany("INSERT OR REPLACE INTO times VALUES (?, ?)", batch.times)
        self._write.executemany(
            "INSERT INTO spans VALUES (?, ?, ?) ON CONFLICT (block) DO UPDATE "
            "SET first = min(first, excluded.first), last = max(last, excluded.last)",
            spans(batch.times),
        )

    def _merged(self, place: Posting, bits: int, batch: Batch) -> int:
        """The bits of a posting with those that are there already; a block that begins with the batch has none."""
        if place.block * BLOCK >= batch.first:
            return bits
        query = "SELECT bits FROM postings WHERE facet = ? AND block = ? AND key = ?"
        for (kept,) in cast("list[tuple[bytes]]", self._write.execute(query, place).fetchall()):
            bits |= unpacked(kept)
        return bits

    def _forgotten(self, keys: Collection[int]) -> set[int]:
        query = "SELECT 1 FROM forgotten WHERE key = ?"
        return {key for key in keys if self._write.execute(query, (key,)).fetchall()}

    def _remove_keys(self, keys: Collection[int]) -> None:
        for statement in _FORGET:
            self._write.executemany(statement, ((key,) for key in keys))
        self._unswept = self._unswept or bool(keys)

    def _sweep(self) -> None:
        """Take what was removed out of the write-ahead log as well; again later, where somebody is reading there."""
        if self._unswept:
            [(busy, _, _)] = self._write.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            self._unswept = bool(busy)

    def _roll_back(self) -> None:
        if self._write.in_transaction:
            self._write.execute("ROLLBACK")

    def _let_go(self) -> None:
        self._reader.close()
        self._write.close()

    def _remove(self) -> None:
        for name in (self._path, f"{self._path}-wal", f"{self._path}-shm"):
            Path(name).unlink(missing_ok=True)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except _DAMAGE as error:
            raise IndexLost(f"the index at '{self._path}' is damaged: {error}") from error
        except apsw.Error as error:
            raise LedgerUnavailable(
                f"the index at '{self._path}' can't be used: {error}; 'answerable ledger reindex' makes it again"
            ) from error


class _Database:
    """The questions of `block_search`, in SQL."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection

    def end(self) -> int:
        return -(-_position(self._connection).next // BLOCK)

    def common(self, facets: Sequence[int], instants: Instants, stretch: Stretch) -> list[int]:
        one = "SELECT DISTINCT block FROM postings WHERE facet = ? AND block >= ? AND block < ?"
        parts = [one] * len(facets)
        bindings = [value for facet in facets for value in (facet, *stretch)]
        if instants != EVER:
            parts.append("SELECT block FROM spans WHERE block >= ? AND block < ? AND last >= ? AND first < ?")
            bindings += (*stretch, *instants)
        return self._numbers(" INTERSECT ".join(parts) + " ORDER BY block", bindings)

    def bits(self, facets: Sequence[int], blocks: Sequence[int]) -> Iterable[tuple[int, int, bytes]]:
        query = (
            f"SELECT block, facet, bits FROM postings WHERE facet IN ({_marks(facets)}) "  # noqa: S608 – marks
            f"AND block IN ({_marks(blocks)})"
        )
        return cast(
            "list[tuple[int, int, bytes]]", self._connection.execute(query, (*facets, *blocks)).fetchall()
        )

    def rare(self, amount: Amount) -> list[int] | None:
        inside = f"SELECT number FROM amounts WHERE currency = ? AND low BETWEEN ? AND ? LIMIT {FEW + 1}"  # noqa: S608 – ours
        across = (
            "SELECT number FROM amounts INDEXED BY amounts_of_ranges WHERE high > low AND currency = ? AND low < ? "  # noqa: S608
            f"AND high >= ? LIMIT {FEW + 1}"
        )
        found = self._numbers(inside, (amount.currency, amount.low, amount.high))
        if len(found) <= FEW:
            found += self._numbers(across, (amount.currency, amount.low, amount.low))
        return found if len(found) <= FEW else None

    def of_amount(self, amount: Amount, blocks: Sequence[int]) -> Iterable[int]:
        value = (amount.currency, amount.high, amount.low)
        for block in blocks:
            yield from self._numbers(_OF_AMOUNT, (block * BLOCK, (block + 1) * BLOCK - 1, *value))

    def of_instants(self, instants: Instants, blocks: Sequence[int]) -> dict[int, list[int] | None]:
        spans = f"SELECT block FROM spans WHERE block IN ({_marks(blocks)}) AND first >= ? AND last < ?"  # noqa: S608
        whole = set(self._numbers(spans, (*blocks, *instants)))
        query = "SELECT number FROM times WHERE number BETWEEN ? AND ? AND at >= ? AND at < ?"
        return {
            block: None
            if block in whole
            else self._numbers(query, (block * BLOCK, (block + 1) * BLOCK - 1, *instants))
            for block in blocks
        }

    def _numbers(self, query: str, bindings: Sequence[int | str]) -> list[int]:
        return [cast("int", row[0]) for row in self._connection.execute(query, bindings).fetchall()]


def _marks(values: Sequence[object]) -> str:
    return ",".join("?" * len(values))


def _position(connection: apsw.Connection) -> Position:
    [row] = connection.execute("SELECT next, leaf, log FROM position").fetchall()
    return Position(*cast("tuple[int, str, str]", row))


def _version(connection: apsw.Connection) -> int:
    return cast("int", connection.execute("PRAGMA user_version").fetchall()[0][0])
