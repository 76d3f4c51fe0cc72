"""An index of a ledger in a PostgreSQL database: the schema `answerable_index`, in the ledger's database or another.

It answers as the SQLite one does, from the same blocks of bits. What is removed is vacuumed away at
once; a backup and the server's own write-ahead log keep it for as long as they are kept.
"""

import threading
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from typing import TypeVar

import asyncpg

from answerable.adapters.block_search import EVER, FEW, Instants, Page, Stretch, search, spans
from answerable.adapters.postgres.line import Connection, Line
from answerable.adapters.postgres.migrations import Steps, migrate
from answerable.adapters.postgres.place import place
from answerable.ports.ledger_index import IndexLost, Position
from answerable.receipts.facet import Amount
from answerable.receipts.indexing import Batch, Posting
from answerable.receipts.postings import BLOCK, packed, unpacked
from answerable.receipts.query import Sought
from answerable.values.errors import LedgerBroken

_T = TypeVar("_T")
_INDEX_1 = """
CREATE TABLE answerable_index.postings (
    facet bigint NOT NULL,
    block integer NOT NULL,
    key bigint NOT NULL,
    bits bytea NOT NULL,
    PRIMARY KEY (facet, block, key)
);
ALTER TABLE answerable_index.postings ALTER COLUMN bits SET STORAGE EXTERNAL;
CREATE INDEX postings_by_key ON answerable_index.postings (key) WHERE key <> 0; -- NO_KEY
CREATE TABLE answerable_index.amounts (
    number bigint NOT NULL,
    currency text COLLATE "C" NOT NULL,
    low bigint NOT NULL,
    high bigint NOT NULL,
    key bigint NOT NULL,
    PRIMARY KEY (number, currency, low, high)
);
CREATE INDEX amounts_by_key ON answerable_index.amounts (key);
CREATE INDEX amounts_by_value ON answerable_index.amounts (currency, low, number);
CREATE INDEX amounts_of_ranges ON answerable_index.amounts (currency, low, high, number) WHERE high > low;
CREATE TABLE answerable_index.times (number bigint PRIMARY KEY, at bigint NOT NULL);
CREATE TABLE answerable_index.spans (block integer PRIMARY KEY, first bigint NOT NULL, last bigint NOT NULL);
CREATE TABLE answerable_index.forgotten (key bigint PRIMARY KEY);
CREATE TABLE answerable_index.position (next bigint NOT NULL, leaf text NOT NULL, log text NOT NULL);
INSERT INTO answerable_index.position VALUES (0, '', '');
"""
INDEX = Steps("answerable_index", (_INDEX_1,))
_POSITION = "SELECT next, leaf, log FROM answerable_index.position"
_MOVE = "UPDATE answerable_index.position SET next = $1, leaf = $2, log = $3"
_FORGOTTEN = "SELECT key FROM answerable_index.forgotten WHERE key = ANY ($1::bigint[])"
_THERE = """
SELECT postings.facet, postings.block, postings.key, bits
FROM unnest($1::bigint[], $2::integer[], $3::bigint[]) AS wanted (facet, block, key)
JOIN answerable_index.postings USING (facet, block, key)
"""
_POST = """
INSERT INTO answerable_index.postings SELECT * FROM unnest($1::bigint[], $2::integer[], $3::bigint[], $4::bytea[])
ON CONFLICT (facet, block, key) DO UPDATE SET bits = excluded.bits
"""
_AMOUNTS = """
INSERT INTO answerable_index.amounts
SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[]) ON CONFLICT DO NOTHING
"""
_TIMES = """
INSERT INTO answerable_index.times SELECT * FROM unnest($1::bigint[], $2::bigint[])
ON CONFLICT (number) DO UPDATE SET at = excluded.at
"""
_SPANS = """
INSERT INTO answerable_index.spans SELECT * FROM unnest($1::integer[], $2::bigint[], $3::bigint[])
ON CONFLICT (block) DO UPDATE SET first = least(spans.first, excluded.first), last = greatest(spans.last, excluded.last)
"""
_FORGET = (
    "DELETE FROM answerable_index.postings WHERE key <> 0 AND key = ANY ($1::bigint[])",
    "DELETE FROM answerable_index.amounts WHERE key = ANY ($1::bigint[])",
    "INSERT INTO answerable_index.forgotten SELECT unnest($1::bigint[]) ON CONFLICT DO NOTHING",
)
_CLEAR = """
TRUNCATE answerable_index.postings, answerable_index.amounts, answerable_index.times, answerable_index.spans,
    answerable_index.forgotten;
UPDATE answerable_index.position SET next = 0, leaf = '', log = ''
"""
_VACUUM = "VACUUM (FULL) answerable_index.postings, answerable_index.amounts"
_BITS = """
SELECT block, facet, bits FROM answerable_index.postings
WHERE facet = ANY ($1::bigint[]) AND block = ANY ($2::integer[])
"""
_RARE = f"""
(SELECT number FROM answerable_index.amounts WHERE currency = $1 AND low BETWEEN $2 AND $3 LIMIT {FEW + 1})
UNION ALL
(SELECT number FROM answerable_index.amounts WHERE high > low AND currency = $1 AND low < $2 AND high >= $2
LIMIT {FEW + 1})
"""  # noqa: S608 – our own number
# By number, and by no index of amounts (that is what the sums are for): those are of the whole log.
_OF_AMOUNT = """
SELECT number FROM answerable_index.amounts
WHERE number >= $1 AND number < $2 AND currency || '' = $3 AND low + 0 <= $4 AND high + 0 >= $5
"""
_WHOLE = (
    "SELECT block FROM answerable_index.spans WHERE block = ANY ($1::integer[]) AND first >= $2 AND last < $3"
)
_OF_INSTANTS = (
    "SELECT number FROM answerable_index.times WHERE number >= $1 AND number < $2 AND at >= $3 AND at < $4"
)
_VACUUM_SECONDS = 600.0
_BATCH_SECONDS = 60.0


class PostgresIndex:
    """A `LedgerIndex` in one database, which several processes may share."""

    def __init__(self, dsn: str) -> None:
        """Open or create. Raises SettingsError, LedgerUnavailable, LedgerBroken where it is of a newer format."""
        self._place = place(dsn)
        self.name = self._place.name
        self._write = Line(self._place, seconds=_BATCH_SECONDS)
        self._read = Line(self._place)
        self._unswept = False
        self._writing = threading.Lock()
        try:
            migrate(self._write, INDEX)
        except BaseException:
            self.close()
            raise

    def position(self) -> Position:
        return Position(*self._rows(_POSITION)[0])

    def add(self, batch: Batch, log: str) -> bool:
        async def keep(db: Connection) -> bool:
            async with db.transaction():
                # A crash before the commit leaves nothing of the batch, and the position before it: its
                # entries are indexed again. After it, all of it is there.
                if await db.fetchval("SELECT next FROM answerable_index.position FOR UPDATE") != batch.first:
                    return False
                await _keep(db, batch)
                await _forget(db, batch.forgotten)
                await db.execute(_MOVE, batch.next, batch.leaf, log)
            return True

        with self._writing:
            self._unswept = self._unswept or bool(batch.forgotten)
            kept = self._run(keep)
            self._sweep()
        return kept

    def forget(self, keys: Collection[int]) -> None:
        async def remove(db: Connection) -> None:
            async with db.transaction():
                # A crash before the commit leaves the rows; they go when the entry of the erasure is indexed.
                await _forget(db, keys)

        with self._writing:
            self._unswept = True
            self._run(remove)
            self._sweep()

    def clear(self) -> None:
        async def empty(db: Connection) -> None:
            async with db.transaction():
                # A crash before the commit leaves the index as it was; after it, an empty one, in new files.
                await db.execute(_CLEAR)

        self._run(empty)

    def find(
        self, sought: Sought, limit: int, *, start: int | None = None, oldest_first: bool = False
    ) -> list[int]:
        return search(self, sought, Page(limit, start, oldest_first))

    def close(self) -> None:
        self._read.close()
        self._write.close()

    # -- the questions of `block_search` -----------------------------------------------

    def end(self) -> int:
        return -(-self.position().next // BLOCK)

    def common(self, facets: Sequence[int], instants: Instants, stretch: Stretch) -> list[int]:
        one = "SELECT block FROM answerable_index.postings WHERE block >= $1 AND block < $2 AND facet = ${}"
        values = [*stretch, *facets]
        parts = [one.format(number) for number in range(3, len(values) + 1)]
        if instants != EVER:
            parts.append(
                "SELECT block FROM answerable_index.spans WHERE block >= $1 AND block < $2 "  # noqa: S608 – numbers
                f"AND last >= ${len(values) + 1} AND first < ${len(values) + 2}"
            )
            values += instants
        every = f"SELECT DISTINCT block FROM ({' INTERSECT '.join(parts)}) AS found ORDER BY block"  # noqa: S608 – numbers
        return [row[0] for row in self._rows(every, *values)]

    def bits(self, facets: Sequence[int], blocks: Sequence[int]) -> Iterable[tuple[int, int, bytes]]:
        return [(row[0], row[1], row[2]) for row in self._rows(_BITS, facets, blocks)]

    def rare(self, amount: Amount) -> list[int] | None:
        rows = self._rows(_RARE, amount.currency, amount.low, amount.high)
        return [row[0] for row in rows] if len(rows) <= FEW else None

    def of_amount(self, amount: Amount, blocks: Sequence[int]) -> Iterable[int]:
        if not blocks:
            return []
        first, end = min(blocks) * BLOCK, (max(blocks) + 1) * BLOCK
        rows = self._rows(_OF_AMOUNT, first, end, amount.currency, amount.high, amount.low)
        return [row[0] for row in rows]

    def of_instants(self, instants: Instants, blocks: Sequence[int]) -> dict[int, list[int] | None]:
        whole = {row[0] for row in self._rows(_WHOLE, blocks, *instants)}
        found: dict[int, list[int] | None] = dict.fromkeys(blocks)
        for block in blocks:
            if block not in whole:
                rows = self._rows(_OF_INSTANTS, block * BLOCK, (block + 1) * BLOCK, *instants)
                found[block] = [row[0] for row in rows]
        return found

    # -- the lines ---------------------------------------------------------------------

    def _rows(self, query: str, *values: object) -> list[asyncpg.Record]:
        try:
            return self._read.rows(query, *values)
        except LedgerBroken as error:
            raise IndexLost(str(error)) from error

    def _run(self, work: Callable[[Connection], Awaitable[_T]]) -> _T:
        try:
            return self._write.run(work)
        except LedgerBroken as error:
            raise IndexLost(str(error)) from error

    def _sweep(self) -> None:
        """Have the server remove the bytes of what was deleted; again with the next batch where it could not."""
        if self._unswept:
            line = Line(self._place, seconds=_VACUUM_SECONDS)
            try:
                line.do(_VACUUM)
            finally:
                line.close()
            self._unswept = False


async def _keep(db: Connection, batch: Batch) -> None:
    forgotten = batch.forgotten | {row[0] for row in await db.fetch(_FORGOTTEN, list(batch.keys))}
    postings = {place: bits for place, bits in batch.postings.items() if place.key not in forgotten}
    before = [place for place in postings if place.block * BLOCK < batch.first]
    if before:
        for *found, kept in await db.fetch(_THERE, *_columns(before)):
            postings[Posting(*found)] |= unpacked(kept)
    if postings:
        places = sorted(postings)  # in one order, so that two who write do not wait for each other
        await db.execute(_POST, *_columns(places), [packed(postings[one]) for one in places])
    amounts = [row for row in batch.amounts if row.key not in forgotten]
    if amounts:
        await db.execute(_AMOUNTS, *zip(*amounts, strict=True))
    if batch.times:
        await db.execute(_TIMES, *zip(*batch.times, strict=True))
        await db.execute(_SPANS, *zip(*spans(batch.times), strict=True))


async def _forget(db: Connection, keys: Collection[int]) -> None:
    if keys:
        for statement in _FORGET:
            await db.execute(statement, list(keys))


def _columns(places: Sequence[Posting]) -> list[list[int]]:
    return [[place[at] for place in places] for at in range(3)]
