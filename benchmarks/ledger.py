"""Durable appends beside the raw store's own commits, in one run: python benchmarks/ledger.py [--seconds S] [--store …]

Entries of about 2 KB are appended in batches of 1, 100 and 1,000, one batch after another, each
durable before the next: by the ledger (chained, hashed, its private part sealed), and by the database alone
(the same bytes into a table of the same shape, in one statement or transaction; SQLite with WAL and
synchronous=FULL, a PostgreSQL server of its own with fsync on). They take turns, so a change in the machine's
speed meets both. Printed: entries a second, p50 and p99 of a batch, the ratio, bytes an entry.
"""

import argparse
import asyncio
import secrets
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import apsw
import asyncpg

from answerable.adapters.local_key_wrapper import local_wrapper
from answerable.adapters.postgres.ledger import PostgresLedger
from answerable.adapters.sqlite_ledger import SqliteLedger
from answerable.adapters.stored_ledger import StoredLedger
from answerable.receipts import CallBody, CallPrivate, Draft, Head, SubjectKey, seal
from answerable.testing.postgres_server import PostgresServer

AT = "2026-11-24T00:00:00.000000Z"
ROUNDS = 6
BATCHES = (1, 100, 1000)
SCHEMA = """CREATE TABLE entries (seq INTEGER PRIMARY KEY, trace TEXT NOT NULL, kind INTEGER NOT NULL, entry BLOB
NOT NULL, leaf TEXT NOT NULL, key TEXT, sealed BLOB) STRICT; CREATE INDEX by_trace ON entries (trace, seq)"""
POSTGRES_SCHEMA = """CREATE TABLE public.entries (seq bigint PRIMARY KEY, trace bytea NOT NULL, kind integer NOT NULL,
entry bytea NOT NULL, leaf bytea NOT NULL, key text, sealed bytea) WITH (toast_tuple_target = 8160);
ALTER TABLE public.entries ALTER entry SET STORAGE EXTERNAL, ALTER sealed SET STORAGE EXTERNAL;
CREATE INDEX by_trace ON public.entries (trace, seq)"""  # as the ledger's: better for both
POSTGRES_INSERT = """INSERT INTO public.entries SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::integer[],
$4::bytea[], $5::bytea[], $6::text[], $7::bytea[])"""


def draft(number: int) -> Draft:
    """An act with 1.7 KB of arguments."""
    return Draft(
        f"tr_{number // 10}", AT, CallBody(0, number, f"c-{number}", "tool"), CallPrivate("x" * 1700)
    )


class Raw(Protocol):
    """A database with the same rows, ready-made: what it costs to make them durable and nothing else."""

    def append(self, count: int) -> None: ...

    def close(self) -> None: ...


ROWS = [
    seal(draft(at), Head(at, "0" * 64), 0, SubjectKey("0" * 16, bytes(32)), secrets.token_bytes(28))
    for at in range(1000)
]


class RawSqlite:
    def __init__(self, path: Path) -> None:
        self.db = apsw.Connection(str(path))
        self.db.execute("PRAGMA page_size = 8192").fetchall()  # as the ledger's: better for both
        self.db.execute("PRAGMA journal_mode = WAL").fetchall()
        self.db.execute("PRAGMA synchronous = FULL").fetchall()
        self.db.execute(SCHEMA).fetchall()
        self.seq = 0

    def append(self, count: int) -> None:
        rows = [(self.seq + at, *row[1:]) for at, row in enumerate(ROWS[:count])]
        with self.db:
            self.db.executemany("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        self.seq += count

    def close(self) -> None:
        self.db.close()


class RawPostgres:
    def __init__(self, dsn: str) -> None:
        self.loop = asyncio.new_event_loop()
        self.db: asyncpg.Connection[asyncpg.Record] = self.loop.run_until_complete(asyncpg.connect(dsn))
        self.loop.run_until_complete(self.db.execute(POSTGRES_SCHEMA))
        kept = [(*row[:1], row.trace.encode(), *row[2:4], bytes.fromhex(row.leaf), *row[5:]) for row in ROWS]
        self.columns = {count: tuple(zip(*kept[:count], strict=True)) for count in BATCHES}
        self.seq = 0

    def append(self, count: int) -> None:
        _, *columns = self.columns[count]
        seqs = list(range(self.seq, self.seq + count))
        self.loop.run_until_complete(self.db.execute(POSTGRES_INSERT, seqs, *columns))
        self.seq += count

    def close(self) -> None:
        self.loop.run_until_complete(self.db.close())
        self.loop.close()


def run(act: Callable[[], None], seconds: float) -> list[float]:
    taken: list[float] = []
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        began = time.perf_counter()
        act()
        taken.append(time.perf_counter() - began)
    return taken


def shown(taken: list[float], batch: int) -> str:
    ordered = sorted(one * 1000 for one in taken)
    rate = batch * len(taken) / sum(taken)
    return f"{rate:,.0f} | {statistics.median(ordered):.2f} / {ordered[int(len(ordered) * 0.99)]:.2f}"


def by_turns(raw: Raw, ledger: StoredLedger, seconds: float) -> int:
    """Print a table; how many entries the ledger has then."""
    loop = asyncio.new_event_loop()
    print("| batch | raw entries/s | p50 / p99 ms | ledger entries/s | p50 / p99 ms | ratio |")
    print("| --- | --- | --- | --- | --- | --- |")
    written = 0
    for batch in BATCHES:
        drafts = [draft(at) for at in range(batch)]

        def append(drafts: list[Draft] = drafts) -> None:
            loop.run_until_complete(ledger.append(drafts))

        plain: list[float] = []
        ours: list[float] = []
        for _ in range(ROUNDS):
            plain += run(lambda batch=batch: raw.append(batch), seconds)  # type: ignore[misc]
            ours += run(append, seconds)
        written += batch * len(ours)
        ratio = (batch * len(ours) / sum(ours)) / (batch * len(plain) / sum(plain))
        print(f"| {batch:,} | {shown(plain, batch)} | {shown(ours, batch)} | {ratio:.2f} |")
    raw.close()
    loop.run_until_complete(ledger.close())
    loop.close()
    return written


def sqlite(seconds: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ledger = SqliteLedger(Path(folder) / "ledger.db")
        written = by_turns(RawSqlite(Path(folder) / "raw.db"), ledger, seconds)
        size = ledger.path.stat().st_size
    print(f"\nSQLite: {written:,} entries, {size / written:,.0f} bytes each with their private parts\n")


def postgres(seconds: float) -> None:
    server = PostgresServer()
    try:
        server.start()
        with tempfile.TemporaryDirectory() as folder:
            wrapper = local_wrapper(Path(folder) / "master")
            raw = RawPostgres(server.new_database())
            written = by_turns(raw, PostgresLedger(server.dsn("d1"), wrapper), seconds)
        size = int(server.sql("SELECT pg_total_relation_size('answerable.entries')", database="d1"))
    finally:
        server.close()
    print(f"\nPostgreSQL: {written:,} entries, {size / written:,.0f} bytes each with their private parts")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=1.0, help="for each turn of each")
    parser.add_argument("--store", choices=("sqlite", "postgres"), help="one of the two; both without it")
    given = parser.parse_args()
    if given.store != "postgres":
        sqlite(given.seconds)
    if given.store != "sqlite":
        postgres(given.seconds)


if __name__ == "__main__":
    main()
