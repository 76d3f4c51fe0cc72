"""What the SQLite index alone must keep to: nothing to read in its file, and it may be cut short, damaged or lost."""

import asyncio
import logging
import subprocess
import sys
from pathlib import Path

import pytest
from entries_to_find import Asked, call, erasure, exchange, line, reply
from some_drafts import sql

from answerable.adapters.sqlite_index import _OF_AMOUNT, SqliteIndex
from answerable.adapters.sqlite_ledger import SqliteLedger, beside
from answerable.adapters.stored_ledger import StoredLedger
from answerable.apps.ledger.indexing import catch_up
from answerable.apps.ledger.lookup import find
from answerable.receipts import Draft, Erased
from answerable.receipts.facet import Amount
from answerable.receipts.query import Query, sought

ADA, BO = Asked(order="W-883301"), Asked("tr_two", "Bo Lindgren", "c-2")
AMOUNT = 912_837_465_012_345
"""Found again in a file's bytes."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


def filled(path: Path, *drafts: Draft) -> SqliteLedger:
    ledger = SqliteLedger(path)
    asyncio.run(
        ledger.append(drafts or [exchange(ADA), line(ADA, minor=AMOUNT, order="W883302"), reply(ADA)])
    )
    return ledger


def kept_bytes(path: Path) -> bytes:
    """Everything that lies in the index's files."""
    return b"".join(one.read_bytes() for one in sorted(path.parent.glob("ledger.db.index*")))


def as_kept(number: int, size: int = 8) -> bytes:
    """An integer as SQLite keeps it (https://www.sqlite.org/fileformat2.html#record_format)."""
    return number.to_bytes(size, "big", signed=True)


def names(path: Path, index: SqliteIndex, ledger: StoredLedger) -> list[bool]:
    """Are Ada's hashes, her orders' and her amount in the files?"""
    hashed, raw = ledger.keys.pseudonym, kept_bytes(path)
    assert index.position().next
    queries = (Query(customer="Ada Okafor"), Query(identifier="W883301"), Query(identifier="W883302"))
    numbers = [sought(query, hashed).facets[0] for query in queries]
    return [as_kept(number) in raw for number in numbers] + [as_kept(AMOUNT) in raw]


def test_nothing_that_somebody_could_read_lies_in_the_file(path: Path) -> None:
    ledger = filled(
        path, exchange(ADA), line(ADA, order="W883302", outcome="hold", term="term:return-window@2"),
        call(ADA, arguments='{"email":"ada@example.org"}'), reply(ADA), erasure(("k1",)),
    )  # fmt: skip
    index = SqliteIndex(beside(path, "index"))
    assert catch_up(ledger, index) == 5
    raw = kept_bytes(path).lower()
    assert len(raw) > 50_000
    for text in (
        "Okafor", "883301", "883302", "example.org", "in Lyon", "tr_one", "shop-bot", "Lindqvist", "Adeyemi", "refund",
        "return", "looks at", "Returns Team", "get_order", "Adler", "asked to be", "release", "customer", "larkfield",
    ):  # fmt: skip
        for spelling in (
            text.lower().encode(),
            text.lower().encode("utf-16-le"),
            text.lower().encode().hex().encode(),
        ):
            assert spelling not in raw, text
    for one in ("customer:Ada Okafor", "Ada Okafor", "customer/Ada Okafor"):
        whole = bytes.fromhex(ledger.keys.pseudonym(one))
        assert whole[:8] not in kept_bytes(path), "the index and the keys' file can be joined"
    index.close()
    asyncio.run(ledger.close())


def test_what_was_of_an_erased_customer_is_gone_from_the_files_bytes(path: Path) -> None:
    ledger = filled(path)
    asyncio.run(ledger.append([exchange(BO), line(BO, minor=500)]))
    index = SqliteIndex(beside(path, "index"))
    catch_up(ledger, index)
    assert names(path, index, ledger) == [True] * 4
    keys = tuple(ledger.keys.of_subjects({"customer:Ada Okafor"}))
    asyncio.run(ledger.append([erasure(keys)]))
    ledger.keys.destroy(keys, Erased("2026-03-09T10:00:00.000000Z", "ruth", "er_1"))
    catch_up(ledger, index)
    assert names(path, index, ledger) == [False] * 4
    assert [hit.entry.seq for hit in find(ledger, index, Query(customer="Bo Lindgren"), limit=9)] == [3]
    index.close()
    asyncio.run(ledger.close())


def test_bytes_that_a_reader_kept_from_being_removed_are_removed_later(path: Path) -> None:
    ledger = filled(path)
    index = SqliteIndex(beside(path, "index"))
    catch_up(ledger, index)
    index._write.set_busy_timeout(1)
    reading = SqliteIndex(index.name)
    cursor = reading._reader.execute("SELECT * FROM postings")
    next(cursor)
    keys = tuple(ledger.keys.of_subjects({"customer:Ada Okafor"}))
    asyncio.run(ledger.append([erasure(keys)]))
    catch_up(ledger, index)
    assert True in names(path, index, ledger)
    cursor.close()
    asyncio.run(ledger.append([line(BO)]))
    catch_up(ledger, index)
    assert names(path, index, ledger) == [False] * 4
    reading.close()
    index.close()
    asyncio.run(ledger.close())


def test_a_process_that_dies_while_it_indexes_leaves_whole_batches_and_the_next_one_goes_on(
    path: Path,
) -> None:
    ledger = filled(path, *(line(ADA, one) for one in range(40)))
    program = """
import os, sys
from answerable.adapters.sqlite_index import SqliteIndex
from answerable.adapters.sqlite_ledger import SqliteLedger, beside
from answerable.apps.ledger.indexing import Indexing
class Dying(SqliteIndex):
    left = int(sys.argv[2])
    def _remove_keys(self, keys):
        Dying.left -= 1
        if Dying.left == 0:
            os._exit(9)
        return super()._remove_keys(keys)
indexing = Indexing(SqliteLedger(sys.argv[1]), Dying(sys.argv[1] + ".index"))
while True:
    indexing.catch_up(limit=7)
"""
    for died in (1, 2, 3):
        command = [sys.executable, "-c", program, str(path), str(died)]
        assert subprocess.run(command, check=False, timeout=60).returncode == 9
        index = SqliteIndex(beside(path, "index"))
        assert index.position().next == {1: 0, 2: 7, 3: 21}[died]
        found = index.find(sought(Query(subject="refund"), ledger.keys.pseudonym), 99)
        assert found == list(range(index.position().next))[::-1]
        index.close()
    index = SqliteIndex(beside(path, "index"))
    assert len(find(ledger, index, Query(subject="refund"), limit=99)) == 40
    index.close()
    asyncio.run(ledger.close())


def test_a_file_that_is_none_is_replaced_with_a_line_in_the_log(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ledger = filled(path)
    for content in (b"not a database at all" * 1000, b"SQLite format 3\0" + b"\xff" * 9000):
        Path(f"{path}.index").write_bytes(content)
        with caplog.at_level(logging.WARNING, "answerable.ledger"):
            index = SqliteIndex(beside(path, "index"))
        assert "is damaged" in caplog.text
        assert "is made again from the ledger" in caplog.text
        caplog.clear()
        assert len(find(ledger, index, Query(customer="Ada Okafor"), limit=9)) == 1
        index.close()
    asyncio.run(ledger.close())


def test_a_file_that_is_damaged_while_it_is_used_is_made_again(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ledger = filled(path, *(line(ADA, one, minor=one, because=f"word{one}") for one in range(300)))
    index = SqliteIndex(beside(path, "index"))
    catch_up(ledger, index)
    index.close()
    whole = bytearray(Path(index.name).read_bytes())
    for page in range(2, len(whole) // 8192):
        whole[page * 8192 : page * 8192 + 4096] = b"\x5a" * 4096
    Path(index.name).write_bytes(whole)
    index = SqliteIndex(beside(path, "index"))
    with caplog.at_level(logging.WARNING, "answerable.ledger"):
        assert len(find(ledger, index, Query(amount=Amount(3, 7, "USD")), limit=9)) == 5
    assert "is made again" in caplog.text
    index.close()
    asyncio.run(ledger.close())


def test_a_file_of_another_version_is_begun_again(path: Path) -> None:
    ledger = filled(path)
    index = SqliteIndex(beside(path, "index"))
    catch_up(ledger, index)
    index.close()
    sql(Path(index.name), "PRAGMA user_version = 99")
    index = SqliteIndex(beside(path, "index"))
    assert index.position().next == 0
    assert len(find(ledger, index, Query(customer="Ada Okafor"), limit=9)) == 1
    index.close()
    asyncio.run(ledger.close())


def test_an_amount_is_looked_for_in_one_block_and_not_in_the_whole_log(path: Path) -> None:
    index = SqliteIndex(beside(path, "index"))
    [[*_, plan]] = index._reader.execute("EXPLAIN QUERY PLAN " + _OF_AMOUNT, (1, 2, "USD", 4, 3)).fetchall()
    assert plan == "SEARCH amounts USING PRIMARY KEY (number>? AND number<?)"
    index.close()


def test_a_lost_file_is_made_again_without_a_word(path: Path) -> None:
    ledger = filled(path)
    index = SqliteIndex(beside(path, "index"))
    catch_up(ledger, index)
    index.close()
    for file in path.parent.glob("ledger.db.index*"):
        file.unlink()
    index = SqliteIndex(beside(path, "index"))
    assert len(find(ledger, index, Query(customer="Ada Okafor"), limit=9)) == 1
    index.close()
    asyncio.run(ledger.close())


def test_entries_that_format_1_kept_are_filed_under_the_key_that_they_were_sealed_with_later(
    path: Path,
) -> None:
    """Such an entry names no key; the row beside it does."""
    ledger = filled(path)
    [row] = ledger.store.at([0])
    named = f',"key":"{row.key}"'.encode()
    assert named in row.entry
    [one] = ledger.unsealed([row._replace(entry=row.entry.replace(named, b""))])
    assert one.entry.key is None
    assert one.key == ledger.unsealed([row])[0].key
    assert one.facets().sealed
    asyncio.run(ledger.close())
