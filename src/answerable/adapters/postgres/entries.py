"""Entries in a PostgreSQL database, which the gateways of a company share.

A commit is durable when it returns: `synchronous_commit` is on for each session, and a server that
lies about its disk is refused (adapters/postgres/line.py). The primary key gives each number once, and
a row is written only behind the one that it names: a database that was put in the place of another,
a replica that lost commits, rows that were deleted are noticed by the next append.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence

import asyncpg

from answerable.adapters.postgres.keys import PostgresKeys
from answerable.adapters.postgres.line import STATEMENT_SECONDS, Connection, Line
from answerable.adapters.postgres.migrations import APPENDING, LEDGER, migrate
from answerable.adapters.postgres.place import place
from answerable.ledger import GENESIS
from answerable.ports.entry_store import KeyGone, NumberTaken, Placed
from answerable.receipts import Head, Stored, decode
from answerable.values.errors import LedgerError, LedgerUnavailable

_ROWS = "SELECT seq, trace, kind, entry, leaf, key, sealed FROM answerable.entries "
_HEAD = "SELECT seq, leaf FROM answerable.entries ORDER BY seq DESC LIMIT 1"
_LAST = """
SELECT wanted.trace, (SELECT max(seq) FROM answerable.entries WHERE entries.trace = wanted.trace) AS seq
FROM unnest($1::bytea[]) AS wanted (trace)
"""
_WALK = """
SELECT seq, trace, kind, entry, leaf, key, sealed, (
    SELECT max(seq) FROM answerable.entries AS other WHERE other.trace = entries.trace AND other.seq < entries.seq
) AS before
FROM answerable.entries WHERE seq >= $1 ORDER BY seq LIMIT $2
"""
# In one statement, and so in one round trip and one transaction: our turn among the writers, the entry before
# the first one as it is named there, the keys still living (and held until the commit), the rows.
_INSERT = """
INSERT INTO answerable.entries (seq, trace, kind, entry, leaf, key, sealed)
SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::integer[], $4::bytea[], $5::bytea[], $6::text[], $7::bytea[])
WHERE (SELECT true FROM pg_advisory_xact_lock($8))
AND ($9::bigint < 0 OR EXISTS (SELECT FROM answerable.entries WHERE seq = $9 AND leaf = $10))
"""
_LOCK_KEYS = """
WITH living AS MATERIALIZED (
    SELECT id FROM answerable_keys.subject_keys WHERE id = ANY ($11::text[]) AND wrapped IS NOT NULL
    ORDER BY id FOR SHARE
)
"""
_ALL_LIVING = "AND (SELECT count(*) FROM living) = cardinality($11)"
_GUARDED_INSERT = _LOCK_KEYS + _INSERT + _ALL_LIVING
_LIVING = (
    "SELECT count(*) FROM answerable_keys.subject_keys WHERE id = ANY ($1::text[]) AND wrapped IS NOT NULL"
)
_LOOK = """
SELECT pg_is_in_recovery() AS standby, current_setting('transaction_read_only') AS read_only,
    current_setting('fsync') AS fsync, current_setting('full_page_writes') AS pages,
    has_table_privilege('answerable.entries', 'INSERT') AS allowed
"""
_LARGEST_INSERT = 32 * 1024 * 1024  # bytes of entries in one statement
_WALKED_AT_ONCE = 256
_CROWDED = 50  # commits for which others are reckoned with after one of them was first
_LOOK_SECONDS = 2.0
_EXCHANGE = 1


class PostgresEntries:
    """An `EntryStore` in one database."""

    def __init__(
        self, dsn: str, keys: PostgresKeys | None = None, *, seconds: float = STATEMENT_SECONDS
    ) -> None:
        """Open or create. Rows are held against `keys` where those are in the same database.

        `seconds` is how long the server may take for an answer.
        Raises SettingsError, LedgerUnavailable, LedgerBroken.
        """
        self._place = place(dsn)
        self.name = self._place.name
        self._keys = keys
        if keys is not None:
            keys.guarded = True
        self._closed = False
        self._crowd = 0
        self._next = -1
        self._turn = False
        self._seconds = seconds
        self._write, self._read = (Line(self._place, seconds=seconds) for _ in range(2))
        try:
            migrate(self._write, LEDGER)
        except BaseException:
            self.close()
            raise

    # -- for the one thread that writes --------------------------------------------

    @property
    def crowded(self) -> bool:
        return self._crowd > 0

    def head(self) -> Head:
        """Where others write too, nobody else does until the next `insert`, or for five seconds."""
        found = self._write.run(self._take_turn)
        head = Head(found["seq"] + 1, found["leaf"].hex()) if found else Head(0, GENESIS)
        if self._crowd and head.seq != self._next:
            self._crowd = _CROWDED
        return head

    def last_of(self, traces: Collection[str]) -> Mapping[str, int]:
        names = {_bytes(trace): trace for trace in traces}
        found = self._write.rows(_LAST, list(names))
        return {names[row["trace"]]: row["seq"] for row in found if row["seq"] is not None}

    def insert(self, rows: Sequence[Stored]) -> None:
        """A crash before the commit leaves none of the rows, and nobody has been told; after it, all of them."""
        self._write.warnings.clear()
        try:
            self._write.run(lambda db: self._insert(db, rows))
        except LedgerUnavailable as error:
            if isinstance(error.__cause__, asyncpg.UniqueViolationError):
                self._crowd = _CROWDED
                raise NumberTaken(f"another writer of '{self.name}' was first") from error
            raise
        if self._write.warnings:
            # Such as: committed here, and not at the replica that the commit was to wait for.
            raise LedgerUnavailable(f"the database at '{self.name}' warned: {self._write.warnings[0]}")
        self._turn = False
        self._next = rows[-1].seq + 1
        self._crowd = max(0, self._crowd - 1)

    def give_way(self) -> None:
        if self._turn:
            self._turn = False
            self._write.run(self._roll_back)

    async def _roll_back(self, db: Connection) -> None:
        if db.is_in_transaction():
            await db.execute("ROLLBACK")

    async def _take_turn(self, db: Connection) -> asyncpg.Record | None:
        await self._roll_back(db)  # nothing came of our last turn
        if self._crowd:
            # Whoever only tries again when a number was taken may lose for ever against one who need not.
            self._turn = True
            await db.execute(f"BEGIN; SELECT pg_advisory_xact_lock({APPENDING})")
        return await db.fetchrow(_HEAD)

    async def _insert(self, db: Connection, rows: Sequence[Stored]) -> None:
        parts = list(_parts(rows))
        if len(parts) > 1 and not db.is_in_transaction():
            await db.execute("BEGIN")
        for part in parts:
            await self._insert_part(db, part)
        if db.is_in_transaction() and await db.execute("COMMIT") != "COMMIT":
            raise LedgerUnavailable(f"the database at '{self.name}' took the entries back")

    async def _insert_part(self, db: Connection, rows: Sequence[Stored]) -> None:
        before = bytes.fromhex(decode(rows[0].entry, rows[0].seq).prev)
        seqs, traces, kinds, entries, leaves, keys, sealed = zip(*rows, strict=True)
        living = sorted({key for key in keys if key is not None})
        done = await db.execute(
            _GUARDED_INSERT if self._keys else _INSERT,
            seqs,
            [_bytes(trace) for trace in traces],
            kinds,
            entries,
            [bytes.fromhex(leaf) for leaf in leaves],
            keys,
            sealed,
            APPENDING,
            rows[0].seq - 1,
            before,
            *([living] if self._keys else []),
        )
        if done == f"INSERT 0 {len(rows)}":
            return
        if self._keys and await db.fetchval(_LIVING, living) != len(living):
            self._keys.forget()
            raise KeyGone(f"a key in '{self.name}' was destroyed meanwhile")
        raise NumberTaken(
            f"entry {rows[0].seq - 1} is not at '{self.name}' as it was written, or not any more"
        )

    # -- for anybody ---------------------------------------------------------------

    def of_trace(self, trace: str) -> list[Stored]:
        return self._select(_ROWS + "WHERE trace = $1 ORDER BY seq", _bytes(trace))

    def exchanges(self, limit: int) -> list[str]:
        query = f"SELECT trace FROM answerable.entries WHERE kind = {_EXCHANGE} ORDER BY seq DESC LIMIT $1"  # noqa: S608
        return [_text(row["trace"]) for row in self._read.rows(query, limit)]

    def of_kind(self, kind: int, first: int = 0) -> list[Stored]:
        return self._select(_ROWS + "WHERE kind >= 20 AND kind = $1 AND seq >= $2 ORDER BY seq", kind, first)

    def at(self, numbers: Collection[int]) -> list[Stored]:
        return self._select(_ROWS + "WHERE seq = ANY ($1::bigint[]) ORDER BY seq", list(numbers))

    def walk(self, first: int = 0) -> Iterator[Placed]:
        line = Line(self._place, seconds=self._seconds, idle_in_transaction_session_timeout="0")
        try:
            if self._closed:
                raise LedgerUnavailable(f"the ledger at '{self.name}' can't be read: it is closed")
            line.do("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            while found := line.rows(_WALK, first, _WALKED_AT_ONCE):
                for row in found:
                    yield Placed(_stored(row), row["before"])
                first = found[-1]["seq"] + 1
        finally:
            line.close()

    def problem(self) -> str:
        if self._closed:
            return "the ledger is closed"
        try:
            [found] = self._read.rows(_LOOK, seconds=_LOOK_SECONDS)
        except LedgerError as error:
            return str(error)
        where = f"the database of the ledger at '{self.name}'"
        if found["standby"]:
            return f"{where} is a standby and takes no writes; name the server that does"
        if found["read_only"] == "on":
            return f"{where} is read-only; allow writes to it, or name another"
        if found["fsync"] != "on" or found["pages"] != "on":
            return f"{where} runs with fsync or full_page_writes off; switch both on"
        return "" if found["allowed"] else f"{where} does not let us insert entries; grant it"

    def close(self) -> None:
        self._closed = True
        self._read.close()
        self._write.close()

    def _select(self, query: str, *values: object) -> list[Stored]:
        return [_stored(row) for row in self._read.rows(query, *values)]


def _parts(rows: Sequence[Stored]) -> Iterator[Sequence[Stored]]:
    """The rows, as many in one statement as a message to the server may well hold."""
    start = size = 0
    for at, row in enumerate(rows):
        size += len(row.entry) + len(row.sealed or b"")
        if size > _LARGEST_INSERT and at > start:
            yield rows[start:at]
            start, size = at, len(row.entry) + len(row.sealed or b"")
    yield rows[start:]


def _stored(row: asyncpg.Record) -> Stored:
    return Stored(
        row["seq"],
        _text(row["trace"]),
        row["kind"],
        row["entry"],
        row["leaf"].hex(),
        row["key"],
        row["sealed"],
    )


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")
