"""A clock that jumps: nothing is dated by it until it is steady again, and the jump is on record."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from some_drafts import TRACE, call, numbers

from answerable.adapters.clock_watch import TRACE as CLOCK
from answerable.adapters.clock_watch import ClockWatch
from answerable.adapters.sqlite_ledger import SqliteLedger
from answerable.receipts import ClockBody, Draft, decode
from answerable.testing.memory_ledger import MemoryLedger
from answerable.values import TraceId
from answerable.values.errors import LedgerUnavailable


class Time:
    """A wall clock that can be set, and one that can't."""

    def __init__(self, wall: float = 1_790_000_000.0) -> None:
        self.wall, self.steady = wall, 100.0

    def passes(self, seconds: float) -> None:
        self.wall += seconds
        self.steady += seconds

    def watch(self) -> ClockWatch:
        return ClockWatch(wall=lambda: self.wall, steady=lambda: self.steady, tolerance=30, settle=60)


def test_a_clock_that_runs_is_trusted() -> None:
    time = Time()
    watch = time.watch()
    for _ in range(100):
        time.passes(86_400)
        time.wall += 2  # slewed, a little every day
        assert watch.check() is None


@pytest.mark.parametrize(("jump", "way"), [(3600.0, "forward"), (-3600.0, "back")])
def test_a_clock_that_jumps_waits_until_it_has_been_steady(jump: float, way: str) -> None:
    time = Time()
    watch = time.watch()
    time.wall += jump
    for _ in range(6):
        with pytest.raises(LedgerUnavailable, match=f"jumped {way} by 3600 seconds"):
            watch.check()
        assert way in watch.problem()
        time.passes(9.9)
    time.passes(1)
    assert watch.problem() == ""
    note = watch.check()
    assert note is not None
    assert note.trace == CLOCK
    assert note.body == ClockBody(round(jump), None)
    assert watch.check() is note, "until it is durable"
    watch.recorded()
    assert watch.check() is None


def test_a_clock_that_comes_back_by_itself_was_only_wrong_in_passing() -> None:
    time = Time()
    watch = time.watch()
    time.wall += 3600
    assert watch.problem()
    time.wall -= 3600
    assert watch.check() is None


def test_a_clock_that_keeps_jumping_is_not_trusted() -> None:
    time = Time()
    watch = time.watch()
    for _ in range(50):
        time.passes(50)
        time.wall += 100
        with pytest.raises(LedgerUnavailable):
            watch.check()


def test_a_clock_behind_the_last_entry_was_set_back_while_nobody_watched() -> None:
    time = Time()
    watch = time.watch()
    watch.resume_after("2030-01-01T00:00:00.000000Z")
    with pytest.raises(LedgerUnavailable, match="jumped back"):
        watch.check()
    time.passes(61)
    note = watch.check()
    assert note is not None
    assert isinstance(note.body, ClockBody)
    assert note.body.seconds < -3600
    assert note.body.last == "2030-01-01T00:00:00.000000Z"


@pytest.mark.parametrize("at", ["2001-01-01T00:00:00.000000Z", "at", "", "2026-13-45"])
def test_a_last_entry_of_the_past_or_of_no_time_says_nothing(at: str) -> None:
    watch = Time().watch()
    watch.resume_after(at)
    assert watch.check() is None


@given(st.lists(st.tuples(st.sampled_from(["pass", "jump"]), st.integers(-10_000, 10_000)), max_size=30))
def test_nothing_is_ever_dated_by_a_clock_that_was_not_steady(moves: list[tuple[str, int]]) -> None:
    time = Time(wall=10**9)
    watch = time.watch()
    trusted, since = 10**9 - 100.0, -1e9
    for kind, by in moves:
        if kind == "pass":
            time.passes(abs(by) / 100)
        else:
            time.wall += by
        offset = time.wall - time.steady
        if watch.problem():
            continue
        watch.check()
        watch.recorded()
        if abs(offset - trusted) > 30:
            trusted, since = offset, time.steady
        assert watch.problem() == ""
    assert since <= time.steady


async def test_the_jump_stands_in_the_ledger_before_what_came_after_it() -> None:
    time = Time()
    ledger = MemoryLedger(clock=time.watch())
    await ledger.append([call(0)])
    time.wall += 7200
    with pytest.raises(LedgerUnavailable, match="clock jumped forward"):
        await ledger.append([call(1)])
    assert "clock jumped forward" in await ledger.ready()
    time.passes(61)
    assert await ledger.ready() == ""
    await ledger.append([call(2)])
    time.wall -= 7200
    with pytest.raises(LedgerUnavailable):
        await ledger.append([call(3)])
    time.passes(61)
    await ledger.append([call(4)])
    assert numbers(await ledger.trace(TRACE)) == [0, 2, 4]
    jumps = [decode(row.entry, row.seq) for row in await ledger.trace(TraceId(CLOCK))]
    assert [one.body.seconds for one in jumps if isinstance(one.body, ClockBody)] == [7200, -7200]
    assert [one.seq for one in jumps] == [1, 3]
    assert await ledger.verify() == 5
    await ledger.close()


async def test_a_clock_set_back_while_the_gateway_was_off_is_noticed_by_the_last_entry(
    tmp_path: Path,
) -> None:
    first = SqliteLedger(tmp_path / "ledger.db")
    await first.append([Draft(TRACE, "2999-01-01T00:00:00.000000Z", call(0).body)])
    await first.close()
    second = SqliteLedger(tmp_path / "ledger.db")
    with pytest.raises(LedgerUnavailable, match="jumped back"):
        await second.append([call(1)])
    await second.close()
