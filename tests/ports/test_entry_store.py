"""What every store of entries keeps to. Each test runs on each of them."""

import secrets
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from some_drafts import OTHER, TRACE, call, calls, exchange, reply

from answerable.adapters.local_key_wrapper import local_wrapper
from answerable.adapters.postgres.entries import PostgresEntries
from answerable.adapters.postgres.keys import PostgresKeys
from answerable.adapters.sqlite_entries import SqliteEntries
from answerable.adapters.sqlite_keys import SqliteKeys
from answerable.ledger import GENESIS
from answerable.ports.entry_store import EntryStore, NumberTaken
from answerable.ports.subject_keys import SubjectKeys
from answerable.receipts import ClockBody, Draft, Head, Sealer, Stored, subject_month
from answerable.receipts.sealing import ENTROPY_BYTES
from answerable.testing.memory_ledger import MemoryEntries, MemoryKeys
from answerable.values.errors import LedgerUnavailable


class Place:
    """Where entries and their keys are kept; stores that are opened there."""

    def __init__(self, kind: str, folder: Path, dsn: str) -> None:
        self.kind = kind
        self._path, self._dsn = folder / "ledger.db", dsn
        self._opened: list[EntryStore] = []
        self.keys: SubjectKeys
        wrapper = local_wrapper(folder / "master")
        if kind == "memory":
            self.keys = MemoryKeys()
        elif kind == "sqlite":
            self.keys = SqliteKeys(folder / "keys.db", wrapper)
        else:
            self.keys = PostgresKeys(dsn, wrapper)

    def open(self) -> EntryStore:
        store: EntryStore
        if self.kind == "memory":
            store = MemoryEntries()
        elif self.kind == "sqlite":
            store = SqliteEntries(self._path, self.keys)
        else:
            assert isinstance(self.keys, PostgresKeys)
            store = PostgresEntries(self._dsn, self.keys)
        self._opened.append(store)
        return store

    def close(self) -> None:
        for store in self._opened:
            store.close()
        self.keys.close()


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    dsn = request.getfixturevalue("database") if request.param == "postgres" else ""
    place = Place(request.param, tmp_path, dsn)
    yield place
    place.close()


shared = pytest.mark.parametrize("place", ["sqlite", "postgres"], indirect=True)


@pytest.fixture
def store(place: Place) -> EntryStore:
    return place.open()


def sealed(store: EntryStore, keys: SubjectKeys, drafts: Sequence[Draft]) -> list[Stored]:
    """Rows for the place where the store now ends."""
    wanted = {subject_month(draft) for draft in drafts if draft.private is not None}
    before = store.last_of({draft.trace for draft in drafts})
    sealer = Sealer(store.head(), before, keys.current(wanted))
    sealer.seal(drafts, lambda: secrets.token_bytes(ENTROPY_BYTES))
    return sealer.rows


def written(store: EntryStore, place: Place, drafts: Sequence[Draft]) -> list[Stored]:
    rows = sealed(store, place.keys, drafts)
    store.insert(rows)
    return rows


def clock(seconds: int) -> Draft:
    return Draft("clock", "2026-01-31T00:00:00.000000Z", ClockBody(seconds, None))


def test_a_new_store_is_empty(store: EntryStore) -> None:
    assert store.head() == Head(0, GENESIS)
    assert store.last_of({TRACE}) == {}
    assert (store.of_trace(TRACE), store.exchanges(9), store.of_kind(20)) == ([], [], [])
    assert (store.at([0, 1]), list(store.walk())) == ([], [])
    assert store.problem() == ""


def test_rows_come_back_as_they_were_and_in_order(store: EntryStore, place: Place) -> None:
    rows = written(store, place, [exchange(), *calls(3, private=True), reply()])
    rows += written(store, place, [call(7), call(8, arguments="{}")])
    assert store.of_trace(TRACE) == rows
    assert [placed.row for placed in store.walk()] == rows
    assert store.at(range(100)) == rows
    assert all(type(row) is Stored for row in store.of_trace(TRACE))


def test_the_head_is_behind_the_last_row(store: EntryStore, place: Place) -> None:
    for count in (1, 5, 2):
        rows = written(store, place, calls(count))
        assert store.head() == Head(rows[-1].seq + 1, rows[-1].leaf)


def test_a_number_is_taken_once_and_whoever_comes_late_leaves_nothing(
    store: EntryStore, place: Place
) -> None:
    written(store, place, calls(2))
    ours = sealed(store, place.keys, calls(3, "tr_ours", private=True))
    late = sealed(store, place.keys, calls(5, "tr_late", private=True))
    store.insert(ours)
    with pytest.raises(NumberTaken):
        store.insert(late)
    assert store.head().seq == 5
    assert store.of_trace("tr_late") == []
    assert store.at(range(5, 9)) == []
    again = written(store, place, calls(1, "tr_late"))
    assert store.of_trace("tr_late") == again
    assert again[0].seq == 5


def test_the_last_entry_of_each_trace_is_known(store: EntryStore, place: Place) -> None:
    written(store, place, [call(0), call(1, OTHER), call(2), call(3, "tr_three")])
    assert store.last_of({TRACE, OTHER, "tr_none"}) == {TRACE: 2, OTHER: 1}
    assert store.last_of(set()) == {}
    written(store, place, [call(number, f"tr_{number}") for number in range(300)])
    assert store.last_of({f"tr_{number}" for number in range(300)}) == {
        f"tr_{number}": 4 + number for number in range(300)
    }


def test_entries_are_found_by_their_numbers(store: EntryStore, place: Place) -> None:
    rows = written(store, place, calls(6))
    assert store.at([4, 1, 1, 5]) == [rows[1], rows[4], rows[5]]
    assert store.at([-1, 6, 7000]) == []
    assert store.at([]) == []


def test_the_few_entries_of_a_kind_are_found(store: EntryStore, place: Place) -> None:
    written(store, place, [exchange(), call(0)])
    one = written(store, place, [clock(60)])
    written(store, place, [reply()])
    two = written(store, place, [clock(61)])
    assert store.of_kind(22) == [*one, *two]
    assert store.of_kind(22, one[-1].seq + 1) == two
    assert store.of_kind(20) == []


def test_the_last_exchanges_are_listed_newest_first(store: EntryStore, place: Place) -> None:
    written(
        store, place, [exchange("tr_a"), call(0, "tr_a"), exchange("tr_b"), reply("tr_a"), exchange("tr_c")]
    )
    assert store.exchanges(2) == ["tr_c", "tr_b"]
    assert store.exchanges(0) == []


def test_a_walk_knows_the_entry_before_of_the_same_trace(store: EntryStore, place: Place) -> None:
    written(store, place, [call(0), call(1, OTHER), call(2), call(3), call(4, OTHER)])
    assert [placed.before for placed in store.walk()] == [None, None, 0, 2, 1]
    assert [(placed.row.seq, placed.before) for placed in store.walk(3)] == [(3, 2), (4, 1)]
    assert list(store.walk(5)) == []


def test_a_long_walk_meets_every_entry_once(store: EntryStore, place: Place) -> None:
    written(store, place, [call(number, f"tr_{number % 7}") for number in range(1500)])
    found = list(store.walk())
    assert [placed.row.seq for placed in found] == list(range(1500))
    assert [placed.before for placed in found] == [None] * 7 + list(range(1493))


def test_a_walk_sees_the_entries_as_they_stood_when_it_began(store: EntryStore, place: Place) -> None:
    written(store, place, calls(600))
    walk = store.walk()
    first = next(walk)
    written(store, place, calls(3))
    assert [first.row.seq, *(placed.row.seq for placed in walk)] == list(range(600))


def test_a_walk_that_is_given_up_takes_nothing_with_it(store: EntryStore, place: Place) -> None:
    written(store, place, calls(600))
    for _ in range(3):
        walk = store.walk()
        next(walk)
        del walk
    written(store, place, calls(1))
    assert len(list(store.walk())) == 601


TEXTS = ("tr_a'; DROP TABLE entries; --", "tr_\x00null", "tr_\x00", "tr_é😀\u2028", "tr_%_", "tr_\\x00", "")


def test_a_trace_is_found_by_its_exact_text(store: EntryStore, place: Place) -> None:
    rows = written(store, place, [call(number, trace) for number, trace in enumerate(TEXTS)])
    for row, trace in zip(rows, TEXTS, strict=True):
        assert store.of_trace(trace) == [row]
    assert store.last_of(TEXTS) == {trace: seq for seq, trace in enumerate(TEXTS)}
    for other in ("tr_", "tr_A", "TR_%_", "tr_\ud800"):
        assert store.of_trace(other) == []


def test_large_entries_come_back_whole(store: EntryStore, place: Place) -> None:
    drafts = [call(number, arguments="x" * 3_000_000) for number in range(13)]
    rows = written(store, place, drafts)
    assert store.of_trace(TRACE) == rows
    assert sum(len(row.sealed or b"") for row in rows) > 39_000_000


def test_a_closed_store_says_so(store: EntryStore, place: Place) -> None:
    rows = written(store, place, calls(1))
    more = sealed(store, place.keys, calls(1))
    store.close()
    asked: list[Callable[[], object]] = [
        store.head,
        lambda: store.of_trace(TRACE),
        lambda: store.exchanges(1),
        lambda: store.of_kind(20),
        lambda: store.at([rows[0].seq]),
        lambda: store.last_of({TRACE}),
        lambda: list(store.walk()),
        lambda: store.insert(more),
    ]
    for one in asked:
        with pytest.raises(LedgerUnavailable, match="closed"):
            one()
    assert "closed" in store.problem()
    store.close()


def test_several_threads_may_read_while_one_writes(store: EntryStore, place: Place) -> None:
    written(store, place, calls(300))
    failures: list[BaseException] = []

    def read() -> None:
        try:
            for _ in range(20):
                assert len(store.of_trace(TRACE)) == 300
                assert len(list(store.walk(290))) >= 10
                assert store.exchanges(1) == []
        except BaseException as error:  # noqa: BLE001 – a thread's failure is the test's
            failures.append(error)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(40):
        written(store, place, calls(2, f"tr_w{number}"))
    for thread in threads:
        thread.join()
    assert failures == []


# -- several at one place -------------------------------------------------------------------------


@pytest.fixture
def two(place: Place) -> tuple[EntryStore, EntryStore]:
    """Two stores at one place. What is in memory is one store, whoever asks for it."""
    one = place.open()
    return one, one if place.kind == "memory" else place.open()


def test_what_one_has_written_the_other_reads_and_goes_on_behind(
    two: tuple[EntryStore, EntryStore], place: Place
) -> None:
    one, other = two
    for number in range(10):
        rows = written(one, place, calls(2, f"tr_{number}"))
        assert other.of_trace(f"tr_{number}") == rows
        assert written(other, place, calls(1))[0].seq == one.head().seq - 1
    assert [placed.row.seq for placed in one.walk()] == list(range(30))


def test_of_two_that_go_on_from_one_head_one_comes_late(
    two: tuple[EntryStore, EntryStore], place: Place
) -> None:
    one, other = two
    for number in range(10):
        late = sealed(one, place.keys, calls(3, f"tr_b{number}", private=True))
        written(one, place, calls(2, f"tr_a{number}", private=True))
        with pytest.raises(NumberTaken):
            other.insert(late)
    assert [placed.row.seq for placed in one.walk()] == list(range(20))


def late_once(one: EntryStore, other: EntryStore, place: Place) -> None:
    """Both have met: `one` has lost its number to `other`."""
    late = sealed(one, place.keys, calls(1, "tr_late"))
    written(other, place, calls(1))
    with pytest.raises(NumberTaken):
        one.insert(late)


@shared
def test_a_turn_that_nothing_comes_of_holds_nobody_up(place: Place) -> None:
    one, other = place.open(), place.open()
    late_once(one, other, place)
    assert one.crowded
    one.head()
    one.give_way()
    assert written(other, place, calls(2))[-1].seq == 2
    assert written(one, place, calls(1))[0].seq == 3


@shared
def test_whoever_lost_its_number_once_is_not_overtaken_again(place: Place) -> None:
    one, other = place.open(), place.open()
    late_once(one, other, place)
    rows = sealed(one, place.keys, calls(2, "tr_late"))
    begun = threading.Event()

    def try_meanwhile() -> None:
        begun.set()
        try:
            written(other, place, calls(1))
        except NumberTaken:
            written(other, place, calls(1))

    meanwhile = threading.Thread(target=try_meanwhile)
    meanwhile.start()
    begun.wait()
    one.insert(rows)
    meanwhile.join()
    assert [row.trace for row in one.at(range(4))] == [TRACE, "tr_late", "tr_late", TRACE]
