"""What the index in PostgreSQL alone keeps to: its schema, its neighbours, and what the server holds of the erased."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from entries_to_find import Asked, exchange, line, reply

from answerable.adapters.local_key_wrapper import local_wrapper
from answerable.adapters.postgres.index import PostgresIndex
from answerable.adapters.postgres.ledger import PostgresLedger
from answerable.apps.ledger.indexing import catch_up
from answerable.apps.ledger.lookup import find
from answerable.receipts.indexing import AmountRow, Batch, Posting
from answerable.receipts.query import Query, Sought
from answerable.testing.postgres_server import PostgresServer
from answerable.values.errors import LedgerBroken, LedgerUnavailable

ADA = Asked(order="W-883301")
FACET = 0x5EAC_1D00_F00D_BEEF
AMOUNT = 0x0003_1415_9265_3589


def name_of(dsn: str) -> str:
    return dsn.partition("?")[0].rpartition("/")[2]


@pytest.fixture
def index(database: str) -> Iterator[PostgresIndex]:
    made = PostgresIndex(database)
    yield made
    made.close()


def test_a_ledger_in_postgresql_is_looked_up_by_an_index_in_the_same_database(
    database: str, index: PostgresIndex, tmp_path: Path
) -> None:
    ledger = PostgresLedger(database, local_wrapper(tmp_path / "master"))
    asyncio.run(ledger.append([exchange(ADA), line(ADA, minor=500, order="W883302"), reply(ADA)]))
    assert [hit.entry.seq for hit in find(ledger, index, Query(customer="Ada Okafor"), limit=9)] == [0]
    assert [
        hit.entry.seq for hit in find(ledger, index, Query(identifier="883302", subject="refund"), limit=9)
    ] == []
    assert [
        hit.entry.seq for hit in find(ledger, index, Query(identifier="W883302", subject="refund"), limit=9)
    ] == [1]
    assert catch_up(ledger, index) == 0
    asyncio.run(ledger.close())


def test_two_that_open_an_index_at_once_make_one(database: str) -> None:
    indexes = [PostgresIndex(database) for _ in range(2)]
    assert indexes[0].add(Batch(0, 3, "leaf"), "log")
    assert not indexes[1].add(Batch(0, 3, "leaf"), "log")
    assert indexes[1].position() == (3, "leaf", "log")
    for one in indexes:
        one.close()


def test_what_was_of_an_erased_customer_is_gone_from_the_servers_tables(
    database: str, index: PostgresIndex, postgres: PostgresServer
) -> None:
    batch = Batch(
        0, 9, "leaf", {Posting(FACET, 0, 5): 1, Posting(7, 0, 6): 2}, [AmountRow(1, "USD", AMOUNT, AMOUNT, 5)]
    )
    index.add(batch, "log")

    def there() -> list[bool]:
        name = name_of(database)
        postgres.sql("CHECKPOINT", database=name)
        query = (
            "SELECT string_agg(pg_relation_filepath(oid), ' ') FROM pg_class "
            "WHERE relnamespace = 'answerable_index'::regnamespace"
        )
        files = postgres.sql(query, database=name).split()
        raw = b"".join((postgres.data / file).read_bytes() for file in files)
        return [number.to_bytes(8, "little") in raw for number in (FACET, AMOUNT)]

    assert there() == [True, True]
    index.forget([5])
    assert there() == [False, False]
    assert index.find(Sought((7,)), 9) == [1]


def test_an_index_of_a_newer_format_is_not_touched(
    database: str, index: PostgresIndex, postgres: PostgresServer
) -> None:
    name = name_of(database)
    postgres.sql("UPDATE answerable_index.schema_version SET version = 99", database=name)
    with pytest.raises(LedgerBroken, match="is of format 99"):
        PostgresIndex(database)


def test_a_server_that_is_away_is_said_to_be_away_and_is_used_again_once_it_is_back(
    index: PostgresIndex, postgres: PostgresServer
) -> None:
    index.add(Batch(0, 3, "leaf", {Posting(7, 0, 0): 0b111}), "log")
    postgres.stop()
    for ask in (index.position, lambda: index.find(Sought((7,)), 9), lambda: index.forget([1]), index.clear):
        with pytest.raises(LedgerUnavailable):
            ask()
    postgres.start()
    assert index.find(Sought((7,)), 9) == [2, 1, 0]
    assert index.add(Batch(3, 4, "leaf", {Posting(7, 0, 0): 0b1000}), "log")
