"""What every ledger keeps to, whatever it is built on. Each test runs on each of them."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest
from some_drafts import OTHER, TRACE, call, calls, exchange, numbers, reply, unwritable

from answerable.adapters.local_key_wrapper import local_wrapper
from answerable.adapters.postgres.ledger import PostgresLedger
from answerable.adapters.sqlite_ledger import SqliteLedger
from answerable.adapters.stored_ledger import StoredLedger
from answerable.ledger import GENESIS, commits_to
from answerable.ports import Ledger
from answerable.receipts import CallBody, Draft, Erased, Opened
from answerable.receipts.verifying import ChainCheck, decode, private_fields
from answerable.testing.memory_ledger import MemoryLedger
from answerable.values import TraceId
from answerable.values.errors import LedgerUnavailable

Hook = Callable[[str], None]


class Bench:
    """A kind of ledger: how one is made, and how a private part of it is erased."""

    def __init__(self, kind: str, folder: Path, dsn: str) -> None:
        self._kind = kind
        self._path = folder / "ledger.db"
        self._dsn = dsn
        self.made: Ledger | None = None

    def ledger(self, hook: Hook | None = None) -> Ledger:
        """A ledger whose `hook` is called before and after entries become durable."""
        if self._kind == "memory":
            self.made = MemoryLedger(hook)
        elif self._kind == "sqlite":
            self.made = SqliteLedger(self._path, on_commit=hook)
        else:
            wrapper = local_wrapper(self._path.with_name("master"))
            self.made = PostgresLedger(self._dsn, wrapper, on_commit=hook)
        return self.made

    def erase(self, seq: int) -> None:
        """Forget a private part, as the law may demand."""
        assert isinstance(self.made, StoredLedger)
        [row] = self.made.store.at([seq])
        assert row.key is not None
        self.made.keys.destroy([row.key], Erased("2026-02-01T00:00:00.000000Z", "ruth", "er_1"))


@pytest.fixture(params=["memory", "sqlite", "postgres"])
async def bench(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Bench]:
    dsn = request.getfixturevalue("database") if request.param == "postgres" else ""
    bench = Bench(request.param, tmp_path, dsn)
    yield bench
    if bench.made is not None:
        await bench.made.close()


@pytest.fixture
def ledger(bench: Bench) -> Ledger:
    return bench.ledger()


async def test_a_new_ledger_is_empty_and_sound(ledger: Ledger) -> None:
    assert await ledger.verify() == 0
    assert await ledger.trace(TRACE) == []
    assert await ledger.traces(10) == []


async def test_entries_stand_in_the_order_in_which_they_were_appended(ledger: Ledger) -> None:
    await ledger.append(calls(3))
    await ledger.append([call(3), call(4)])
    rows = await ledger.trace(TRACE)
    assert numbers(rows) == [0, 1, 2, 3, 4]
    assert [row.seq for row in rows] == [0, 1, 2, 3, 4]
    assert await ledger.verify() == 5


async def test_each_entry_names_the_leaf_of_the_one_before_it(ledger: Ledger) -> None:
    await ledger.append(calls(3))
    rows = await ledger.trace(TRACE)
    named = [decode(row.entry, row.seq).prev for row in rows]
    assert named == [GENESIS, rows[0].leaf, rows[1].leaf]
    check = ChainCheck()
    check.feed(rows)
    assert (check.count, check.head) == (3, rows[2].leaf)


async def test_whoever_appends_is_told_by_which_hashes_its_entries_are_known(ledger: Ledger) -> None:
    told = await asyncio.gather(*(ledger.append([call(at, TraceId(f"tr_{at}"))] * 2) for at in range(20)))
    for at, leaves in enumerate(told):
        assert leaves == [row.leaf for row in await ledger.trace(TraceId(f"tr_{at}"))]


async def test_an_append_of_nothing_writes_nothing(ledger: Ledger) -> None:
    await ledger.append([])
    assert await ledger.verify() == 0
    await ledger.append([call(0)])
    await ledger.append([])
    assert await ledger.verify() == 1


async def test_a_trace_is_every_entry_of_it_and_of_no_other(ledger: Ledger) -> None:
    await ledger.append([exchange(), exchange(OTHER), call(0, OTHER), call(1), reply(), call(2, OTHER)])
    rows = await ledger.trace(TRACE)
    assert [row.seq for row in rows] == [0, 3, 4]
    assert {decode(row.entry, row.seq).trace for row in rows} == {TRACE}
    assert await ledger.trace(TraceId("tr_on")) == []
    assert await ledger.trace(TraceId("tr_o%")) == []
    assert await ledger.trace(TraceId("")) == []


async def test_traces_are_the_latest_exchanges_newest_first(ledger: Ledger) -> None:
    await ledger.append([exchange(f"tr_{number}") for number in range(5)])
    await ledger.append([call(0, "tr_0"), reply("tr_1")])
    assert await ledger.traces(3) == ["tr_4", "tr_3", "tr_2"]
    assert len(await ledger.traces(100)) == 5
    assert await ledger.traces(0) == []


async def test_an_append_with_one_entry_that_can_not_be_written_leaves_nothing(ledger: Ledger) -> None:
    await ledger.append([call(0)])
    with pytest.raises(LedgerUnavailable):
        await ledger.append([call(1), unwritable(), call(2)])
    assert numbers(await ledger.trace(TRACE)) == [0]
    await ledger.append([call(3)])
    assert numbers(await ledger.trace(TRACE)) == [0, 3]
    assert await ledger.verify() == 2


async def test_an_entry_that_can_not_be_written_takes_nobody_elses_with_it(ledger: Ledger) -> None:
    good = [ledger.append([call(number)]) for number in range(20)]
    bad = [ledger.append([unwritable(OTHER)]) for _ in range(3)]
    mixed = [*good[:10], *bad, *good[10:]]
    results = await asyncio.gather(*mixed, return_exceptions=True)
    assert [isinstance(one, LedgerUnavailable) for one in results] == [False] * 10 + [True] * 3 + [False] * 10
    assert sorted(numbers(await ledger.trace(TRACE))) == list(range(20))
    assert await ledger.verify() == 20


async def test_many_tasks_appending_at_once_make_one_sound_chain(ledger: Ledger) -> None:
    await asyncio.gather(*(ledger.append(calls(3, f"tr_{number}")) for number in range(100)))
    assert await ledger.verify() == 300
    for number in range(100):
        rows = await ledger.trace(TraceId(f"tr_{number}"))
        assert numbers(rows) == [0, 1, 2]
        assert [row.seq for row in rows] == list(range(rows[0].seq, rows[0].seq + 3))


async def test_two_event_loops_in_two_threads_may_append_to_one_ledger(ledger: Ledger) -> None:
    failures: list[BaseException] = []

    async def append_all(name: str) -> None:
        await asyncio.gather(*(ledger.append(calls(2, f"{name}_{number}")) for number in range(60)))

    def run(name: str) -> None:
        try:
            asyncio.run(append_all(name))
        except BaseException as error:  # noqa: BLE001 – a thread's failure is the test's
            failures.append(error)

    threads = [threading.Thread(target=run, args=(name,)) for name in ("tr_a", "tr_b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        await asyncio.to_thread(thread.join)
    assert failures == []
    assert await ledger.verify() == 240
    for name in ("tr_a", "tr_b"):
        assert numbers(await ledger.trace(TraceId(f"{name}_59"))) == [0, 1]


async def test_a_private_part_is_kept_beside_the_entry_that_commits_to_it(ledger: Ledger) -> None:
    await ledger.append([call(0, arguments='{"card":"4420"}'), call(1)])
    first, second = await ledger.trace(TRACE)
    assert first.private == b'{"arguments":"{\\"card\\":\\"4420\\"}"}'
    assert first.salt is not None
    assert len(first.salt) == 16
    digest = decode(first.entry, 0).private
    assert digest is not None
    assert commits_to(digest, first.salt, private_fields(first.private, 0))
    assert b"4420" not in first.entry
    assert (second.salt, second.private) == (None, None)


async def test_equal_private_parts_are_not_known_for_equal(ledger: Ledger) -> None:
    await ledger.append([call(0, arguments="{}"), call(0, arguments="{}")])
    one, other = await ledger.trace(TRACE)
    assert one.salt != other.salt
    assert decode(one.entry, 0).private != decode(other.entry, 1).private


async def test_an_erased_private_part_leaves_a_chain_that_verifies(bench: Bench) -> None:
    ledger = bench.ledger()
    one, two, three = calls(3, private=True)
    two = msgspec.structs.replace(two, subject="customer:c-81")
    await ledger.append([one, two, three])
    bench.erase(1)
    assert await ledger.verify() == 3
    rows = await ledger.trace(TRACE)
    assert [row.private is None for row in rows] == [False, True, False]
    assert [row.erased and row.erased.by for row in rows] == [None, "ruth", None]
    assert numbers(rows) == [0, 1, 2]
    await ledger.append([call(3)])
    assert await ledger.verify() == 4


async def test_a_closed_ledger_takes_nothing_more(ledger: Ledger) -> None:
    await ledger.append([call(0)])
    await ledger.close()
    with pytest.raises(LedgerUnavailable, match="closed"):
        await ledger.append([call(1)])
    await ledger.close()


async def test_what_was_handed_over_before_closing_is_written(bench: Bench) -> None:
    ledger = bench.ledger()
    under_way = [asyncio.ensure_future(ledger.append(calls(2))) for _ in range(50)]
    await asyncio.sleep(0)
    await ledger.close()
    assert [len(leaves) for leaves in await asyncio.gather(*under_way)] == [2] * 50


async def test_a_failure_before_the_entries_are_durable_leaves_nothing(bench: Bench) -> None:
    fault = Fault("before")
    ledger = bench.ledger(fault)
    await ledger.append([call(0)])
    fault.on = True
    with pytest.raises(LedgerUnavailable, match="no disk today"):
        await ledger.append([call(1), call(2)])
    fault.on = False
    assert numbers(await ledger.trace(TRACE)) == [0]
    await ledger.append([call(3)])
    assert numbers(await ledger.trace(TRACE)) == [0, 3]
    assert await ledger.verify() == 2


async def test_a_failure_after_the_entries_are_durable_is_a_failure_and_the_chain_goes_on(
    bench: Bench,
) -> None:
    fault = Fault("after")
    ledger = bench.ledger(fault)
    await ledger.append([call(0)])
    fault.on = True
    with pytest.raises(LedgerUnavailable, match="no disk today"):
        await ledger.append([call(1), call(2)])
    fault.on = False
    await ledger.append([call(3)])
    assert numbers(await ledger.trace(TRACE)) == [0, 1, 2, 3]
    assert await ledger.verify() == 4


async def test_failures_at_random_never_leave_half_an_append_or_a_broken_chain(bench: Bench) -> None:
    fault = Fault("before", "after")
    ledger = bench.ledger(fault)
    told: list[str] = []
    for number in range(60):
        fault.on = number % 3 == 1
        fault.moments = {"before"} if number % 2 else {"after"}
        with suppress(LedgerUnavailable):
            await ledger.append(calls(3, f"tr_{number}"))
            told.append(f"tr_{number}")
    fault.on = False
    written = [number for number in range(60) if await ledger.trace(TraceId(f"tr_{number}"))]
    for number in written:
        assert numbers(await ledger.trace(TraceId(f"tr_{number}"))) == [0, 1, 2]
    assert {int(name[3:]) for name in told} <= set(written)
    assert len(told) == 40
    assert await ledger.verify() == 3 * len(written)


async def test_a_caller_that_gives_up_leaves_the_ledger_working(bench: Bench) -> None:
    ledger = bench.ledger()
    for number in range(20):
        waiting = asyncio.ensure_future(ledger.append([call(number)]))
        await asyncio.sleep(0)
        waiting.cancel()
        with suppress(asyncio.CancelledError):
            await waiting
    await ledger.append([call(20)])
    assert numbers(await ledger.trace(TRACE)) == list(range(21))
    assert await ledger.verify() == 21


async def test_rows_are_the_same_however_they_are_asked_for(ledger: Ledger) -> None:
    await ledger.append([exchange(), *calls(2, private=True)])
    rows = await ledger.trace(TRACE)
    assert all(type(row) is Opened for row in rows)
    assert rows == await ledger.trace(TRACE)


async def test_texts_that_databases_mistake_for_something_else_come_back_as_they_were(
    ledger: Ledger,
) -> None:
    for trace in ("tr_a'; DROP TABLE entries; --", "tr_\x00null", "tr_é😀\u2028", "tr_%_"):
        await ledger.append([exchange(trace), Draft(trace, "at", call(7).body)])
        rows = await ledger.trace(TraceId(trace))
        assert [decode(row.entry, row.seq).trace for row in rows] == [trace, trace]
        assert await ledger.traces(1) == [trace]
    assert await ledger.verify() == 8


class Fault:
    """Fails at the given moments while it is on."""

    def __init__(self, *moments: str) -> None:
        self.moments = set(moments)
        self.on = False

    def __call__(self, when: str) -> None:
        if self.on and when in self.moments:
            raise OSError("no disk today")


async def test_an_entry_that_the_log_could_not_show_is_not_written(ledger: Ledger) -> None:
    large = Draft(TRACE, "2026-01-31T00:00:00.000000Z", CallBody(0, 0, "c", "t" * 70_000))
    with pytest.raises(LedgerUnavailable, match="over the 65535 that the log can show"):
        await ledger.append([large])
    await ledger.append([call(1)])
    assert await ledger.verify() == 1
