"""What every index of a ledger keeps to, and look-ups by it. Each test runs on each of them."""

import asyncio
import logging
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from entries_to_find import BUNDLE, Asked, any_draft, call, erasure, exchange, line, reply
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from answerable.adapters.block_search import FEW
from answerable.adapters.postgres.index import PostgresIndex
from answerable.adapters.sqlite_index import SqliteIndex
from answerable.adapters.stored_ledger import StoredLedger
from answerable.apps.ledger.indexing import Indexing, catch_up, keep_indexed
from answerable.apps.ledger.lookup import find, traces
from answerable.ports.ledger_index import LedgerIndex, Position
from answerable.receipts import Draft, Erased
from answerable.receipts.facet import Amount, Facets
from answerable.receipts.indexing import NO_KEY, AmountRow, Batch, Posting, key_number
from answerable.receipts.postings import BLOCK
from answerable.receipts.query import Query, Sought, sought
from answerable.testing.memory_ledger import MemoryLedger
from answerable.values.errors import InvalidRequest, LedgerError, LedgerUnavailable

ADA, BO = Asked(), Asked("tr_two", "Bo Lindgren", "c-2", day=2)
LOG = "the log"


class Bench:
    """A kind of index: how one is made, on the same place again and again."""

    def __init__(self, path: Path, dsn: str) -> None:
        self._path, self._dsn = path, dsn
        self._made: list[LedgerIndex] = []

    def index(self) -> LedgerIndex:
        index = PostgresIndex(self._dsn) if self._dsn else SqliteIndex(self._path)
        self._made.append(index)
        return index

    def close(self) -> None:
        for index in self._made:
            index.close()


@pytest.fixture(params=["sqlite", "postgres"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    dsn = request.getfixturevalue("database") if request.param == "postgres" else ""
    bench = Bench(tmp_path / "ledger.db.index", dsn)
    yield bench
    bench.close()


@pytest.fixture
def index(bench: Bench) -> LedgerIndex:
    return bench.index()


@pytest.fixture
def ledger() -> Iterator[MemoryLedger]:
    made = MemoryLedger()
    yield made
    asyncio.run(made.close())


def append(ledger: StoredLedger, *drafts: Draft) -> None:
    asyncio.run(ledger.append(drafts))


def numbers(ledger: StoredLedger, index: LedgerIndex, query: Query, limit: int = 100) -> list[int]:
    return [hit.entry.seq for hit in find(ledger, index, query, limit=limit)]


def erase(ledger: StoredLedger, customer: str) -> tuple[str, ...]:
    """As the law may demand: first the entry, then the keys."""
    keys = tuple(ledger.keys.of_subjects({f"customer:{customer}"}))
    append(ledger, erasure(keys))
    ledger.keys.destroy(keys, Erased("2026-03-09T10:00:00.000000Z", "ruth", "er_1"))
    return keys


def brute(ledger: StoredLedger, query: Query) -> list[int]:
    """The answer without an index: every entry, held against the question."""
    every = [(one, one.facets()) for one in ledger.unsealed(ledger.store.at(range(10**6)))]
    found = []
    for one, facets in every:
        exchange_wide = {
            each
            for other, theirs in every
            if other.entry.trace == one.entry.trace
            for each in (*theirs.shared, *theirs.sealed)
        }
        if query.answers(facets, exchange_wide, one.entry.at):
            found.append(one.entry.seq)
    return found[::-1]


def a_batch(first: int, count: int, *, facet: int = 7, key: int = NO_KEY) -> Batch:
    batch = Batch(first, first + count, f"leaf {first + count - 1}")
    for number in range(first, first + count):
        place = Posting(facet, number // BLOCK, key)
        batch.postings[place] = batch.postings.get(place, 0) | 1 << number % BLOCK
        batch.times.append((number, number * 10))
    return batch


# -- the index alone ------------------------------------------------------------------


def test_a_new_index_stands_at_the_beginning_of_no_log(index: LedgerIndex) -> None:
    assert index.position() == Position(0, "", "")
    assert index.find(Sought((7,)), 10) == []


def test_what_was_added_is_there_after_a_restart(bench: Bench) -> None:
    index = bench.index()
    assert index.add(a_batch(0, 3), LOG)
    assert index.add(a_batch(3, 2), LOG)
    index.close()
    again = bench.index()
    assert again.position() == Position(5, "leaf 4", LOG)
    assert again.find(Sought((7,)), 10) == [4, 3, 2, 1, 0]


def test_a_batch_that_does_not_continue_the_index_is_not_kept(index: LedgerIndex) -> None:
    index.add(a_batch(0, 3), LOG)
    for first in (0, 2, 4):
        assert not index.add(a_batch(first, 9, facet=8), LOG)
    assert index.position().next == 3
    assert index.find(Sought((8,)), 10) == []


def test_a_batch_that_can_not_be_kept_leaves_nothing_and_the_next_one_is_taken(index: LedgerIndex) -> None:
    index.add(a_batch(0, 3), LOG)
    bad = a_batch(3, 3)
    bad.amounts.append(AmountRow(4, None, 1, 1, NO_KEY))  # type: ignore[arg-type]
    with pytest.raises(LedgerUnavailable):
        index.add(bad, LOG)
    assert index.position().next == 3
    assert index.find(Sought((7,)), 10) == [2, 1, 0]
    assert index.add(a_batch(3, 3), LOG)


@given(data=st.data())
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_pages_of_either_direction_make_up_the_whole_answer(index: LedgerIndex, data: st.DataObject) -> None:
    index.clear()
    some = data.draw(st.sets(st.integers(0, 4 * BLOCK), min_size=1, max_size=12))
    batch = Batch(0, 5 * BLOCK, "leaf")
    for number in some:
        place = Posting(1, number // BLOCK, number % 3)
        batch.postings[place] = batch.postings.get(place, 0) | 1 << number % BLOCK
    index.add(batch, LOG)
    size = data.draw(st.integers(1, 5))
    newest: list[int] = []
    while page := index.find(Sought((1,)), size, start=newest[-1] if newest else None):
        newest += page
    assert newest == sorted(some, reverse=True)
    oldest: list[int] = []
    while page := index.find(Sought((1,)), size, start=oldest[-1] + 1 if oldest else None, oldest_first=True):
        oldest += page
    assert oldest == sorted(some)


def test_all_facets_must_be_there_in_blocks_far_apart(index: LedgerIndex) -> None:
    batch = Batch(0, 300 * BLOCK, "leaf")
    for block in range(300):
        batch.postings[Posting(1, block, NO_KEY)] = (1 << BLOCK) - 1
        if block % 7 == 0:
            batch.postings[Posting(2, block, NO_KEY)] = 1 << 5
        if block in (14, 280):
            batch.postings[Posting(3, block, NO_KEY)] = 0b110001
    index.add(batch, LOG)
    assert index.find(Sought((1, 2, 3)), 10) == [280 * BLOCK + 5, 14 * BLOCK + 5]
    assert index.find(Sought((3, 1)), 10, start=14 * BLOCK + 5) == [14 * BLOCK + 4, 14 * BLOCK]
    assert len(index.find(Sought((2, 1)), 100)) == 43
    assert index.find(Sought((1, 4)), 10) == []


def test_instants_at_the_edges_of_blocks_are_kept_apart(index: LedgerIndex) -> None:
    for block in range(3):
        index.add(a_batch(block * BLOCK, BLOCK), LOG)
    every = list(range(3 * BLOCK))[::-1]
    for since, until in ((None, 50), (10 * BLOCK, 20 * BLOCK), (10 * BLOCK + 1, 20 * BLOCK + 1), (5, None)):
        expected = [
            one
            for one in every
            if (since is None or one * 10 >= since) and (until is None or one * 10 < until)
        ]
        assert index.find(Sought((7,), None, since, until), 10**6) == expected


def test_amounts_are_found_by_range_and_currency(index: LedgerIndex) -> None:
    batch = a_batch(0, 4)
    rows = [(0, "USD", 100, 100), (1, "USD", 150, 300), (1, "USD", 500, 500), (2, "EUR", 200, 200)]
    batch.amounts = [AmountRow(*row, NO_KEY) for row in rows]
    index.add(batch, LOG)
    for low, high, expected in (
        (0, 99, []),
        (100, 149, [0]),
        (100, 150, [1, 0]),
        (301, 499, []),
        (250, 900, [1]),
    ):
        assert index.find(Sought((7,), Amount(low, high, "USD")), 9) == expected
    assert index.find(Sought((7,), Amount(0, 10**15, "EUR")), 9) == [2]


@pytest.mark.parametrize("count", [FEW, FEW + 1, 3 * FEW])
def test_amounts_that_many_name_are_found_as_those_that_few_do(index: LedgerIndex, count: int) -> None:
    batch = a_batch(0, 3 * FEW)
    batch.amounts = [AmountRow(one, "USD", one, one + one % 2, NO_KEY) for one in range(3 * FEW)]
    index.add(batch, LOG)
    expected = list(range(count))[::-1]
    assert index.find(Sought((7,), Amount(0, count - 1, "USD")), 10**6) == expected
    assert index.find(Sought((7,), Amount(0, count - 1, "USD")), 5, start=count - 7) == expected[7:12]
    assert index.find(Sought((7, 8), Amount(0, count - 1, "USD")), 5) == []
    assert index.find(Sought((7,), Amount(0, count - 1, "USD"), since=50, until=80), 10**6) == [7, 6, 5]


def test_what_is_filed_under_a_forgotten_key_goes_and_does_not_come_back(index: LedgerIndex) -> None:
    first = a_batch(0, 3, key=5)
    first.amounts = [AmountRow(1, "USD", 1, 1, 5), AmountRow(2, "USD", 1, 1, 6)]
    index.add(first, LOG)
    index.add(a_batch(3, 3, key=6), LOG)
    index.forget([5])
    assert index.find(Sought((7,)), 10) == [5, 4, 3]
    late = a_batch(6, 2, key=5)
    late.amounts = [AmountRow(7, "USD", 1, 1, 9)]
    index.forget([9])
    last = a_batch(8, 2, key=6)
    last.forgotten = {6}
    assert index.add(late, LOG)
    assert index.add(last, LOG)
    assert index.find(Sought((7,)), 10) == []
    assert index.position().next == 10
    after = a_batch(10, 1)
    after.amounts = [AmountRow(10, "USD", 5, 5, NO_KEY)]
    after.postings[Posting(7, 0, NO_KEY)] = (1 << 11) - 1
    assert index.add(after, LOG)
    assert index.find(Sought((7,), Amount(0, 99, "USD")), 99) == [10]


def test_a_cleared_index_is_as_a_new_one(index: LedgerIndex) -> None:
    index.add(a_batch(0, 3), LOG)
    index.forget([5])
    index.clear()
    assert index.position() == Position(0, "", "")
    assert index.find(Sought((7,)), 10) == []
    assert index.add(a_batch(0, 3, key=5), LOG)
    assert index.find(Sought((7,)), 10) == [2, 1, 0]


# -- look-ups ---------------------------------------------------------------------------


QUERIES = [
    Query(),
    Query(customer="Ada Okafor"),
    Query(conversation="c-2"),
    Query(identifier="#w-100"),
    Query(identifier="W200", customer="Bo Lindgren"),
    Query(identifier="4711"),
    Query(workload="shop-bot", approver="tomas  ADEYEMI", bundle="larkfield"),
    Query(bundle=BUNDLE, policy="refunds-over-limit"),
    Query(bundle="sha256:" + "ab" * 31 + "ac"),
    Query(bundle=BUNDLE[:19] + "…", author="Mira Lindqvist", outcome="hold"),
    Query(subject="refund"),
    Query(subject="refund", amount=Amount(900, 10_000, "USD")),
    Query(amount=Amount(26_000, 27_000, "USD")),
    Query(amount=Amount(0, 10**9, "EUR")),
    Query(customer="Ada Okafor", subject="delivery", policy="no-promise"),
    Query(term="return-window"),
    Query(term="return-window@2", outcome="hold"),
    Query(term="returns policy"),
    Query(tool="issue_refund"),
    Query(tool="get_order", outcome="release"),
    Query(words="record refund"),
    Query(words="returns team", identifier="w200"),
    Query(since=datetime(2026, 3, 2, tzinfo=UTC), until=datetime(2026, 3, 4, tzinfo=UTC)),
    Query(since=datetime(2026, 3, 3, 10, 30, tzinfo=UTC), policy="refunds-in-time"),
]


@given(data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_index_finds_what_reading_every_entry_finds(index: LedgerIndex, data: st.DataObject) -> None:
    index.clear()
    ledger = MemoryLedger()
    indexing = Indexing(ledger, index)  # keeps what it remembers from step to step, as the gateway's does
    for step in data.draw(st.lists(st.lists(any_draft, min_size=1, max_size=6), min_size=1, max_size=5)):
        append(ledger, *step)
        if data.draw(st.booleans()):
            indexing.catch_up(limit=data.draw(st.none() | st.integers(1, 4)))
        if data.draw(st.integers(0, 9)) == 0:
            erase(ledger, "Ada Okafor")
    for query in QUERIES:
        expected = brute(ledger, query)
        assert numbers(ledger, index, query) == expected, query
        found = {ledger.store.rows[number].trace for number in expected}
        assert set(traces(ledger, index, query)) == found
    asyncio.run(ledger.close())


def test_every_facet_of_an_entry_finds_it(ledger: MemoryLedger, index: LedgerIndex) -> None:
    append(ledger, exchange(ADA), line(ADA, minor=500, order="W1", term="term:a@1"), call(ADA), reply(ADA))
    catch_up(ledger, index)
    for one in ledger.unsealed(ledger.store.rows):
        facets = one.facets()
        assert facets.own
        for named in (*facets.own, *facets.shared, *facets.sealed):
            asked = sought(Query(), ledger.keys.pseudonym)._replace(
                facets=(
                    int.from_bytes(bytes.fromhex(ledger.keys.pseudonym(f"facet/{named}")[:16]), signed=True),
                )
            )
            assert one.entry.seq in index.find(asked, 10)


def test_an_order_that_is_named_late_is_the_whole_exchanges(ledger: MemoryLedger, index: LedgerIndex) -> None:
    append(ledger, exchange(ADA), line(ADA, 0, subject="delivery"), exchange(BO))
    catch_up(ledger, index)
    append(
        ledger, line(ADA, 1, order="W1234"), line(BO, 0, subject="delivery"), line(ADA, 2, subject="delivery")
    )
    assert numbers(ledger, index, Query(identifier="w-1234", subject="delivery")) == [5, 1]
    assert numbers(ledger, index, Query(identifier="w-1234")) == [0]


def test_an_exchange_may_reach_over_many_blocks_and_be_found_in_all(index: LedgerIndex) -> None:
    ledger = MemoryLedger()
    append(ledger, exchange(ADA), *(line(BO, one) for one in range(BLOCK)), line(ADA, 0))
    catch_up(ledger, index)
    append(ledger, *(line(BO, one) for one in range(BLOCK)), line(ADA, 1, order="W1234"))
    assert numbers(ledger, index, Query(customer="Ada Okafor", subject="refund")) == [
        2 * BLOCK + 2,
        BLOCK + 1,
    ]
    assert numbers(ledger, index, Query(identifier="W1234", subject="refund")) == [2 * BLOCK + 2, BLOCK + 1]
    asyncio.run(ledger.close())


def test_answers_come_newest_first_and_are_read_on_from_a_number(
    ledger: MemoryLedger, index: LedgerIndex
) -> None:
    append(ledger, exchange(ADA), *(line(ADA, one) for one in range(7)))
    found = find(ledger, index, Query(subject="refund"), limit=3)
    assert [hit.entry.seq for hit in found] == [7, 6, 5]
    assert [hit.entry.seq for hit in find(ledger, index, Query(subject="refund"), limit=9, before=5)] == [
        4,
        3,
        2,
        1,
    ]


def test_traces_come_oldest_first_without_a_limit(ledger: MemoryLedger, index: LedgerIndex) -> None:
    every = [Asked(f"tr_{one:04d}") for one in range(450)]
    append(ledger, *(draft for one in every for draft in (exchange(one), line(one))))
    assert list(traces(ledger, index, Query(subject="refund"))) == [one.trace for one in every]
    first = next(traces(ledger, index, Query(customer="Ada Okafor")))
    assert first == "tr_0000"


HOSTILE = [
    '"', "'", '" OR 1=1 --', "* NEAR(a b)", "because:x", "^ - + ( ) { }", "a AND NOT b", "\0", "%_", "\\",
    "'; DROP TABLE postings; --", "x" * 400, "ﷺ" * 20, "\u202eoverride", "NEAR OR AND NOT", "{because} : a", "🙂",
]  # fmt: skip


@pytest.mark.parametrize("words", HOSTILE)
def test_words_are_words_and_never_a_language(ledger: MemoryLedger, index: LedgerIndex, words: str) -> None:
    append(ledger, line(ADA, 0, because="no record"), line(ADA, 1, because=f"it is so: {words}"))
    try:
        query = Query(words=words)
    except InvalidRequest:
        return
    assert numbers(ledger, index, query) == [1]
    assert numbers(ledger, index, Query(words="record")) == [0]


def test_what_is_sealed_is_not_found_by_its_words(ledger: MemoryLedger, index: LedgerIndex) -> None:
    append(ledger, exchange(ADA), line(ADA), call(ADA, arguments='{"note":"sealed words"}'))
    for words in ("dear Ada", "Lyon", "sealed", "because Ada asked"):
        assert numbers(ledger, index, Query(words=words)) == []
    assert numbers(ledger, index, Query(words="returns team")) == [1]


def test_erasures_and_holds_are_found_by_their_reasons(ledger: MemoryLedger, index: LedgerIndex) -> None:
    append(ledger, exchange(ADA))
    erase(ledger, "Ada Okafor")
    assert numbers(ledger, index, Query(words="forgotten Ruth")) == [1]


# -- erased -----------------------------------------------------------------------------


def test_a_customer_who_was_erased_is_not_found_and_the_others_are(
    ledger: MemoryLedger, index: LedgerIndex
) -> None:
    append(ledger, exchange(ADA), line(ADA, minor=4711, order="W1234"), exchange(BO), line(BO, minor=4711))
    amount = Query(amount=Amount(4711, 4711, "USD"))
    assert numbers(ledger, index, Query(customer="Ada Okafor")) == [0]
    erase(ledger, "Ada Okafor")
    assert numbers(ledger, index, Query(customer="Ada Okafor")) == []
    assert numbers(ledger, index, Query(identifier="W1234")) == []
    assert numbers(ledger, index, amount) == [3]
    assert numbers(ledger, index, Query(customer="Bo Lindgren")) == [2]
    # What is not sealed stays: that something was promised, under which policy, in which conversation.
    assert numbers(ledger, index, Query(conversation="c-1", subject="refund")) == [1]


def test_the_index_itself_holds_nothing_of_an_erased_customer(
    ledger: MemoryLedger, index: LedgerIndex
) -> None:
    append(ledger, exchange(ADA), line(ADA, minor=4711, order="W1234"))
    catch_up(ledger, index)
    hashed = ledger.keys.pseudonym
    questions = [
        sought(query, hashed)
        for query in (
            Query(customer="Ada Okafor"),
            Query(identifier="W1234"),
            Query(amount=Amount(0, 9999, "USD")),
        )
    ]
    assert all(index.find(one, 10) for one in questions)
    erase(ledger, "Ada Okafor")
    catch_up(ledger, index)
    assert not any(index.find(one, 10) for one in questions)


def test_an_exchange_that_goes_on_after_an_erasure_is_not_filed_under_the_old_key(
    ledger: MemoryLedger, index: LedgerIndex
) -> None:
    indexing = Indexing(ledger, index)
    append(ledger, exchange(ADA), line(ADA, order="W1234"))
    indexing.catch_up()
    erase(ledger, "Ada Okafor")
    append(ledger, line(ADA, 2), line(ADA, 3, order="W999"))
    indexing.catch_up()
    hashed = ledger.keys.pseudonym
    assert index.find(sought(Query(customer="Ada Okafor"), hashed), 10) == []
    assert index.find(sought(Query(identifier="W1234", subject="refund"), hashed), 10) == []
    assert numbers(ledger, index, Query(identifier="W999", subject="refund")) == [4, 3, 1]


def test_keys_that_go_between_two_look_ups_are_seen_at_once(ledger: MemoryLedger, index: LedgerIndex) -> None:
    """Even where the index has not heard of it: what it names is read with the keys that there are."""
    append(ledger, exchange(ADA))
    assert numbers(ledger, index, Query(customer="Ada Okafor")) == [0]
    ledger.keys.destroy(ledger.keys.of_subjects({"customer:Ada Okafor"}), Erased("", "ruth", "er_1"))
    assert numbers(ledger, index, Query(customer="Ada Okafor")) == []


# -- wrong, stale or lost -----------------------------------------------------------------


def test_a_wrong_index_never_shows_what_is_not_there(ledger: MemoryLedger, index: LedgerIndex) -> None:
    append(ledger, exchange(ADA), line(ADA), exchange(BO), line(BO, outcome="hold"))
    catch_up(ledger, index)
    lies = Batch(4, 4, ledger.store.rows[-1].leaf)
    asked = sought(Query(customer="Ada Okafor", outcome="hold"), ledger.keys.pseudonym)
    for facet in asked.facets:
        lies.postings[Posting(facet, 0, NO_KEY)] = 0b1111_1111
    index.add(lies, index.position().log)
    assert len(index.find(asked, 10)) == 8
    assert numbers(ledger, index, Query(customer="Ada Okafor", outcome="hold")) == []
    assert numbers(ledger, index, Query(outcome="hold")) == [3]


def grown(count: int, secret: StoredLedger | None = None) -> MemoryLedger:
    ledger = MemoryLedger()
    if secret is not None:
        ledger.keys = secret.keys
    append(ledger, *(line(ADA, one, policy=f"p-{one}") for one in range(count)))
    return ledger


@pytest.mark.parametrize(("before", "after"), [(3, 5), (5, 5), (5, 3), (5, 0)])
def test_an_index_of_another_ledger_is_made_again(
    index: LedgerIndex, caplog: pytest.LogCaptureFixture, before: int, after: int
) -> None:
    old = grown(before)
    catch_up(old, index)
    new = grown(after)
    with caplog.at_level(logging.WARNING, "answerable.ledger"):
        assert numbers(new, index, Query(policy="p-2")) == ([2] if after > 2 else [])
    assert "is of another log, or of another version; it is made again" in caplog.text
    assert index.position().next == after
    assert index.name in caplog.text


def test_an_index_that_is_ahead_of_a_restored_ledger_is_made_again(
    ledger: MemoryLedger, index: LedgerIndex, caplog: pytest.LogCaptureFixture
) -> None:
    append(ledger, exchange(ADA), line(ADA, policy="kept"))
    kept = ledger.store.rows
    append(ledger, line(ADA, policy="lost"))
    catch_up(ledger, index)
    ledger.store.rows = kept
    with caplog.at_level(logging.WARNING, "answerable.ledger"):
        assert numbers(ledger, index, Query(policy="lost")) == []
    assert "has seen entries that this log does not hold" in caplog.text
    assert index.position().next == 2


def test_a_restored_ledger_that_has_grown_past_the_index_is_told_as_well(
    ledger: MemoryLedger, index: LedgerIndex
) -> None:
    append(ledger, exchange(ADA))
    kept = ledger.store.rows
    append(ledger, line(ADA, policy="lost"))
    catch_up(ledger, index)
    ledger.store.rows = kept
    ledger.writer._forget()
    ledger.writer._written = None
    append(ledger, line(ADA, policy="new"), line(ADA, policy="newer"))
    assert numbers(ledger, index, Query(policy="new")) == [1]
    assert numbers(ledger, index, Query(policy="lost")) == []


def test_several_that_index_at_once_miss_nothing_and_keep_nothing_twice(bench: Bench) -> None:
    ledger = MemoryLedger()
    indexes = [bench.index() for _ in range(3)]
    failures: list[BaseException] = []
    done: list[int] = []

    def run(index: LedgerIndex) -> None:
        indexing = Indexing(ledger, index)
        try:
            for _ in range(40):
                done.append(indexing.catch_up(limit=13))
        except BaseException as error:  # noqa: BLE001 – a thread's failure is the test's
            failures.append(error)

    threads = [threading.Thread(target=run, args=(index,)) for index in indexes]
    for thread in threads:
        thread.start()
    every = [Asked(f"tr_{one}", f"customer {one % 5}") for one in range(60)]
    for one in every:
        append(ledger, exchange(one), line(one, order=f"W10{one}"), reply(one))
    for thread in threads:
        thread.join()
    assert failures == []
    for index in indexes:
        assert numbers(ledger, index, Query(customer="customer 3", subject="refund")) == [
            3 * at + 1 for at in range(59, -1, -1) if at % 5 == 3
        ]
    assert sum(done) + catch_up(ledger, indexes[0]) <= 180
    asyncio.run(ledger.close())


# -- in the background --------------------------------------------------------------------


async def until(what: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not what():
            await asyncio.sleep(0.01)


async def test_in_the_background_it_follows_the_ledger_until_it_is_told_to_stop(bench: Bench) -> None:
    ledger, index = MemoryLedger(), bench.index()
    following = asyncio.create_task(keep_indexed(ledger, index, 0.01))
    await ledger.append([exchange(ADA), line(ADA)])
    await until(lambda: index.position().next == 2)
    await ledger.append([line(ADA, one) for one in range(600)])
    await until(lambda: index.position().next == 602)
    following.cancel()
    with pytest.raises(asyncio.CancelledError):
        await following
    await ledger.close()


async def test_in_the_background_what_goes_wrong_is_told_once_and_tried_again(
    bench: Bench, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger, index = MemoryLedger(), bench.index()
    await ledger.append([exchange(ADA)])
    tried: list[int] = []

    def failing(_: Batch, __: str) -> bool:
        tried.append(1)
        error: LedgerError | ZeroDivisionError = LedgerUnavailable("no disk today")
        if len(tried) == 3:
            error = ZeroDivisionError("a defect")
        raise error

    with monkeypatch.context() as patched, caplog.at_level(logging.WARNING, "answerable.ledger"):
        patched.setattr(index, "add", failing)
        following = asyncio.create_task(keep_indexed(ledger, index, 0.001))
        await until(lambda: len(tried) > 8)
    await until(lambda: index.position().next == 1)
    following.cancel()
    assert caplog.text.count("can't be indexed now: no disk today") == 1
    assert caplog.text.count("ZeroDivisionError: a defect") == 1
    await ledger.close()


def test_an_entry_without_facets_of_its_own_is_indexed_all_the_same() -> None:
    assert Facets() == ((), (), (), (), ())
    assert key_number("0" * 16) != NO_KEY
