"""Durable appends beside the raw store's own commits, in one run: python benchmarks/ledger.py [--seconds S]

Entries of about 2 KB are appended in batches of 1, 100 and 1,000, one batch after another, each
durable before the next: by the ledger (chained, hashed, its private part sealed), and by SQLite alone
(the same bytes into a table of the same shape, WAL, synchronous=FULL). They take turns, so a change in the
machine's speed meets both. Printed: entries a second, p50 and p99 of a batch, the ratio, bytes an entry.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import apsw

from answerable.adapters.sqlite_ledger import SqliteLedger
from answerable.receipts import CallBody, CallPrivate, Draft, Head, SubjectKey, seal

AT = "2026-11-24T00:00:00.000000Z"
ROUNDS = 6
SCHEMA = """CREATE TABLE entries (seq INTEGER PRIMARY KEY, trace TEXT NOT NULL, kind INTEGER NOT NULL, entry BLOB
NOT NULL, leaf TEXT NOT NULL, key TEXT, sealed BLOB) STRICT; CREATE INDEX by_trace ON entries (trace, seq)"""


def draft(number: int) -> Draft:
    """An act with 1.7 KB of arguments."""
    return Draft(
        f"tr_{number // 10}", AT, CallBody(0, number, f"c-{number}", "tool"), CallPrivate("x" * 1700)
    )


class Raw:
    """SQLite with the same rows, ready-made: what it costs to make them durable and nothing else."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.db = apsw.Connection(str(path))
        self.db.execute("PRAGMA page_size = 8192").fetchall()  # as the ledger's: better for both
        self.db.execute("PRAGMA journal_mode = WAL").fetchall()
        self.db.execute("PRAGMA synchronous = FULL").fetchall()
        self.db.execute(SCHEMA).fetchall()
        self.seq = 0
        row = seal(draft(1), Head(1, "0" * 64), 0, SubjectKey("0" * 16, bytes(32)), bytes(28))
        self.entry, self.leaf, self.sealed = row.entry, row.leaf, row.sealed

    def append(self, count: int) -> None:
        rows = [
            (self.seq + at, "tr_1", 3, self.entry, self.leaf, "0" * 16, self.sealed) for at in range(count)
        ]
        with self.db:
            self.db.executemany("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        self.seq += count


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


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=1.0, help="for each turn of each")
    seconds = parser.parse_args().seconds
    loop = asyncio.new_event_loop()
    print("| batch | raw entries/s | p50 / p99 ms | ledger entries/s | p50 / p99 ms | ratio |")
    print("| --- | --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        raw, ledger = Raw(Path(folder) / "raw.db"), SqliteLedger(Path(folder) / "ledger.db")
        written = 0
        for batch in (1, 100, 1000):
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
        raw.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        loop.run_until_complete(ledger.close())
        size = ledger.path.stat().st_size
        print(f"\nledger: {written:,} entries, {size / written:,.0f} bytes each with their private parts")


if __name__ == "__main__":
    main()
