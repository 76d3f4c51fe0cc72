"""A ledger's file of format 1, as an earlier version left it, is brought to this one's without touching an entry."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import apsw
import pytest

from answerable.adapters.local_key_wrapper import local_wrapper
from answerable.adapters.sqlite_keys import SqliteKeys
from answerable.adapters.sqlite_ledger import SqliteLedger
from answerable.adapters.sqlite_log import SqliteLog
from answerable.apps.ledger.erasing import Officer, erase
from answerable.ledger.log import hashes, integrate
from answerable.ledger.merkle import root
from answerable.receipts import CallBody, Draft
from answerable.signing import new_signer
from answerable.values import TraceId
from answerable.values.errors import LedgerBroken, LedgerUnavailable

RUTH = Officer(
    new_signer("ruth.okafor", bytes(32)),
    lambda: datetime(2026, 11, 30, tzinfo=UTC),
    lambda: TraceId("tr_ruth"),
)
VECTORS = Path(__file__).resolve().parents[2] / "vectors" / "ledger_v1.jsonl"
SCHEMA = """
CREATE TABLE entries (
    seq INTEGER PRIMARY KEY, trace TEXT NOT NULL, kind TEXT NOT NULL, entry BLOB NOT NULL, leaf TEXT NOT NULL,
    salt BLOB, private BLOB
) STRICT;
CREATE INDEX entries_by_trace ON entries (trace, seq);
PRAGMA user_version = 1;
"""


@pytest.fixture
def vectors() -> list[dict[str, Any]]:
    return [json.loads(line) for line in VECTORS.read_text(encoding="ascii").splitlines()]


@pytest.fixture
def path(tmp_path: Path, vectors: list[dict[str, Any]]) -> Path:
    found = tmp_path / "ledger.db"
    connection = apsw.Connection(str(found))
    connection.execute("PRAGMA journal_mode = WAL").fetchall()
    connection.execute(SCHEMA)
    for one in vectors:
        row = (
            one["seq"],
            one["draft"]["trace"],
            one["draft"]["body"]["is"],
            one["entry"].encode(),
            one["leaf"],
            bytes.fromhex(one["salt"]) if one["salt"] else None,
            one["private"].encode() if one["private"] else None,
        )
        connection.execute("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?)", row)
    connection.close()
    return found


async def test_every_entry_and_private_part_is_what_it_was(path: Path, vectors: list[dict[str, Any]]) -> None:
    ledger = SqliteLedger(path)
    assert await ledger.verify() == len(vectors)
    rows = await ledger.trace(TraceId(vectors[0]["draft"]["trace"]))
    assert [row.entry.decode() for row in rows] == [one["entry"] for one in vectors]
    assert [row.leaf for row in rows] == [one["leaf"] for one in vectors]
    assert [row.private and row.private.decode() for row in rows] == [one["private"] for one in vectors]
    await ledger.close()


async def test_what_lay_in_the_clear_is_nowhere_any_more(path: Path) -> None:
    assert b"Where is my refund" in path.read_bytes()
    await SqliteLedger(path).close()
    for file in path.parent.iterdir():
        assert b"Where is my refund" not in file.read_bytes(), file


async def test_it_goes_on_in_the_new_format_and_proofs_are_over_both(
    path: Path, vectors: list[dict[str, Any]]
) -> None:
    ledger = SqliteLedger(path)
    trace = vectors[0]["draft"]["trace"]
    await ledger.append([Draft(trace, "2026-11-30T00:00:00.000000Z", CallBody(0, 0, "i", "n"))])
    assert await ledger.verify() == len(vectors) + 1
    await ledger.close()
    log = SqliteLog(path)
    integrate(log, log.size())
    assert len(root(log.size(), hashes(log, log.size()))) == 32
    log.close()


async def test_a_customer_of_the_old_days_can_be_erased(path: Path, vectors: list[dict[str, Any]]) -> None:
    ledger = SqliteLedger(path)
    gone = await erase(ledger, ["customer:c-1188"], "asked", RUTH)
    assert len(gone) == 1
    rows = await ledger.trace(TraceId(vectors[0]["draft"]["trace"]))
    assert rows[0].private is None
    assert rows[0].erased is not None
    assert await ledger.verify() == len(vectors) + 1
    await ledger.close()


async def test_a_crash_on_the_way_leaves_the_file_as_it_was(
    path: Path, monkeypatch: pytest.MonkeyPatch, vectors: list[dict[str, Any]]
) -> None:
    def no_disk(*_: object) -> None:
        raise LedgerUnavailable("no disk today")

    with monkeypatch.context() as patched:
        patched.setattr("answerable.adapters.sqlite_migrations.seal_payload", no_disk)
        with pytest.raises(LedgerUnavailable, match="no disk today"):
            SqliteLedger(path)
    connection = apsw.Connection(str(path))
    assert connection.execute("PRAGMA user_version").fetchall() == [(1,)]
    assert connection.execute("SELECT count(*) FROM entries").fetchall() == [(len(vectors),)]
    connection.close()
    ledger = SqliteLedger(path)
    assert await ledger.verify() == len(vectors)
    await ledger.close()


async def test_several_that_open_it_at_once_migrate_it_once(
    path: Path, vectors: list[dict[str, Any]]
) -> None:
    opened = await asyncio.gather(*(asyncio.to_thread(SqliteLedger, path) for _ in range(4)))
    for ledger in opened:
        assert await ledger.verify() == len(vectors)
        await ledger.close()


def test_keys_of_a_later_format_are_not_touched(tmp_path: Path) -> None:
    wrapper = local_wrapper(tmp_path / "master")
    SqliteKeys(tmp_path / "keys", wrapper).close()
    connection = apsw.Connection(str(tmp_path / "keys"))
    connection.execute("PRAGMA user_version = 7")
    connection.close()
    with pytest.raises(LedgerBroken, match="keys of format 7"):
        SqliteKeys(tmp_path / "keys", wrapper)
