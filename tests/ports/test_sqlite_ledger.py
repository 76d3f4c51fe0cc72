"""What the SQLite ledger alone must keep to: its file, its thread, its neighbours."""

import asyncio
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import apsw
import pytest
from some_drafts import TRACE, call, calls, exchange, numbers, sql, unwritable

from answerable.adapters.sqlite_ledger import SqliteLedger
from answerable.values import TraceId
from answerable.values.errors import LedgerBroken, LedgerUnavailable


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


class Gatekeeper:
    """Holds the writer before its commit until it is let through."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self._open = threading.Event()

    def __call__(self, when: str) -> None:
        if when == "before":
            self.reached.set()
            opened = self._open.wait(20)
            self._open.set()  # a test that forgot it fails once, and not once for each commit
            assert opened

    async def met(self) -> None:
        assert await asyncio.to_thread(self.reached.wait, 20)

    def open(self) -> None:
        self._open.set()


# -- durable ------------------------------------------------------------------------


async def test_a_commit_on_the_writing_connection_is_durable_when_it_returns(path: Path) -> None:
    ledger = SqliteLedger(path)
    assert ledger.store._write.execute("PRAGMA journal_mode").fetchall() == [("wal",)]
    assert ledger.store._write.execute("PRAGMA synchronous").fetchall() == [(2,)]
    await ledger.close()


async def test_an_append_returns_only_after_its_commit(path: Path) -> None:
    gatekeeper = Gatekeeper()
    ledger = SqliteLedger(path, on_commit=gatekeeper)
    waiting = asyncio.ensure_future(ledger.append([call(0)]))
    await gatekeeper.met()
    await asyncio.sleep(0.02)
    assert not waiting.done()
    assert await ledger.trace(TRACE) == []
    gatekeeper.open()
    await waiting
    assert sql(path, "SELECT count(*) FROM entries") == [(1,)]
    await ledger.close()


async def test_a_place_that_can_not_hold_a_durable_log_is_refused() -> None:
    with pytest.raises(LedgerUnavailable, match="would not be durable; put it in a file"):
        SqliteLedger(":memory:")


async def test_appends_that_arrive_during_a_commit_share_the_next_one(path: Path) -> None:
    commits: list[str] = []
    ledger = SqliteLedger(path, on_commit=commits.append)
    await asyncio.gather(*(ledger.append([call(number)]) for number in range(200)))
    assert commits.count("after") < 50
    assert await ledger.verify() == 200
    await ledger.close()


@pytest.mark.parametrize("count", [4000, 4001, 9001])
async def test_a_reply_of_thousands_of_lines_is_one_append_all_or_none(path: Path, count: int) -> None:
    fault = [False]

    def fail(when: str) -> None:
        if when == "before" and fault[0]:
            raise OSError("no disk today")

    ledger = SqliteLedger(path, on_commit=fail)
    await ledger.append(calls(count))
    fault[0] = True
    with pytest.raises(LedgerUnavailable):
        await ledger.append(calls(count))
    fault[0] = False
    await asyncio.gather(ledger.append(calls(999, "tr_x")), ledger.append(calls(count, "tr_y")))
    assert await ledger.verify() == 999 + 2 * count
    await ledger.close()


async def test_a_large_append_beside_another_writer_is_still_all_or_none(path: Path) -> None:
    one, other = SqliteLedger(path), SqliteLedger(path)
    await one.append([call(0)])
    await other.append([call(1)])
    # `one` believes that the next number is 1: its first statement collides, and so must its last.
    await one.append(calls(5000, "tr_large"))
    assert await other.verify() == 5002
    assert numbers(await other.trace(TraceId("tr_large"))) == list(range(5000))
    await one.close()
    await other.close()


# -- back-pressure ------------------------------------------------------------------


async def test_appends_past_the_limit_are_refused_and_not_queued_without_end(path: Path) -> None:
    gatekeeper = Gatekeeper()
    ledger = SqliteLedger(path, on_commit=gatekeeper)
    under_way = [asyncio.ensure_future(ledger.append(calls(1000, f"tr_{number}"))) for number in range(20)]
    await gatekeeper.met()
    with pytest.raises(LedgerUnavailable, match="20000 entries already wait for the disk"):
        await ledger.append([call(0)])
    gatekeeper.open()
    await asyncio.gather(*under_way)
    await ledger.append([call(0)])
    assert await ledger.verify() == 20_001
    await ledger.close()


async def test_callers_that_give_up_while_the_disk_stalls_make_no_room(path: Path) -> None:
    gatekeeper = Gatekeeper()
    ledger = SqliteLedger(path, on_commit=gatekeeper)
    for number in range(20):
        waiting = asyncio.ensure_future(ledger.append(calls(1000, f"tr_{number}")))
        await asyncio.sleep(0)
        waiting.cancel()
        with suppress(asyncio.CancelledError):
            await waiting
    with pytest.raises(LedgerUnavailable, match="already wait for the disk"):
        await ledger.append([call(0)])
    gatekeeper.open()
    await asyncio.to_thread(_until_room, ledger)
    await ledger.append([call(0)])
    assert await ledger.verify() == 20_001
    await ledger.close()


def _until_room(ledger: SqliteLedger) -> None:
    done = threading.Event()
    for _ in range(2000):
        if ledger.writer.waiting == 0:
            return
        done.wait(0.01)
    raise AssertionError(f"{ledger.writer.waiting} entries still wait")


async def test_the_count_of_what_waits_is_right_after_failures_and_refusals(path: Path) -> None:
    fails = [True]

    def fail(when: str) -> None:
        if fails[0]:
            raise OSError("no disk today")

    ledger = SqliteLedger(path, on_commit=fail)
    for drafts in (calls(3), [unwritable()], []):
        with suppress(LedgerUnavailable):
            await ledger.append(drafts)
    assert ledger.writer.waiting == 0
    await ledger.close()


# -- threads and loops --------------------------------------------------------------


async def test_a_caller_whose_event_loop_is_gone_does_not_stop_the_writer(path: Path) -> None:
    gatekeeper = Gatekeeper()
    ledger = SqliteLedger(path, on_commit=gatekeeper)

    def ask_and_go() -> None:
        loop = asyncio.new_event_loop()
        task = loop.create_task(ledger.append([call(0)]))
        loop.run_until_complete(asyncio.sleep(0))
        task.cancel()
        with suppress(asyncio.CancelledError):
            loop.run_until_complete(task)
        loop.close()

    await asyncio.to_thread(ask_and_go)
    await gatekeeper.met()
    gatekeeper.open()
    async with asyncio.timeout(20):
        await ledger.append([call(1)])
    assert numbers(await ledger.trace(TRACE)) == [0, 1]
    await ledger.close()


async def test_reading_goes_on_while_a_commit_is_stuck(path: Path) -> None:
    gatekeeper = Gatekeeper()
    ledger = SqliteLedger(path, on_commit=gatekeeper)
    waiting = asyncio.ensure_future(ledger.append([exchange()]))
    await gatekeeper.met()
    async with asyncio.timeout(5):
        assert await ledger.traces(5) == []
        assert await ledger.verify() == 0
    gatekeeper.open()
    await waiting
    await ledger.close()


async def test_a_closed_ledger_says_so_to_readers_too(path: Path) -> None:
    ledger = SqliteLedger(path)
    await ledger.close()
    with pytest.raises(LedgerUnavailable, match="can't be read"):
        await ledger.trace(TRACE)
    with pytest.raises(LedgerUnavailable, match="can't be read"):
        await ledger.traces(1)


# -- neighbours ---------------------------------------------------------------------


async def test_two_ledgers_on_one_file_interleave_into_one_chain(path: Path) -> None:
    one, other = SqliteLedger(path), SqliteLedger(path)
    for number in range(20):
        await one.append(calls(2, f"tr_a{number}"))
        await other.append(calls(3, f"tr_b{number}"))
    await asyncio.gather(*(ledger.append([call(0)]) for ledger in (one, other) for _ in range(40)))
    assert await one.verify() == await other.verify() == 180
    assert [row.seq for row in await one.trace(TraceId("tr_b0"))] == [2, 3, 4]
    await one.close()
    await other.close()


_CHILD = """
import asyncio, sys
sys.path.insert(0, sys.argv[1])
from some_drafts import calls
from answerable.adapters.sqlite_ledger import SqliteLedger
async def main():
    ledger = SqliteLedger(sys.argv[2])
    print("ready", flush=True); sys.stdin.readline()
    for number in range(40):
        await ledger.append(calls(3, f"tr_{sys.argv[3]}_{number}"))
    await ledger.close()
asyncio.run(main())
"""


def _append_from_two_processes(path: Path) -> None:
    arguments = [sys.executable, "-c", _CHILD, str(Path(__file__).parent), str(path)]
    children = [
        subprocess.Popen([*arguments, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for name in ("a", "b")
    ]
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    for child in children:
        child.communicate(timeout=60)
        assert child.returncode == 0


async def test_two_processes_on_one_file_interleave_into_one_chain(path: Path) -> None:
    await asyncio.to_thread(_append_from_two_processes, path)
    ledger = SqliteLedger(path)
    assert await ledger.verify() == 240
    for name in ("a", "b"):
        rows = await ledger.trace(TraceId(f"tr_{name}_39"))
        assert numbers(rows) == [0, 1, 2]
        assert rows[2].seq - rows[0].seq == 2
    await ledger.close()


async def test_several_ledgers_opening_one_new_file_at_once_all_open(path: Path) -> None:
    opened = await asyncio.gather(*(asyncio.to_thread(SqliteLedger, path) for _ in range(6)))
    await asyncio.gather(*(ledger.append([call(0)]) for ledger in opened))
    assert await opened[0].verify() == 6
    for ledger in opened:
        await ledger.close()


async def test_a_file_locked_by_somebody_else_is_unavailable_and_works_again_afterwards(path: Path) -> None:
    ledger = SqliteLedger(path)
    ledger.store._write.set_busy_timeout(50)
    holder = apsw.Connection(str(path))
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(LedgerUnavailable, match="locked"):
        await ledger.append([call(0)])
    holder.execute("ROLLBACK")
    holder.close()
    await ledger.append([call(1)])
    assert numbers(await ledger.trace(TRACE)) == [1]
    await ledger.close()


# -- opening ------------------------------------------------------------------------


async def test_a_reopened_ledger_goes_on_where_it_stopped(path: Path) -> None:
    for number in range(3):
        ledger = SqliteLedger(path)
        await ledger.append([call(number)])
        await ledger.close()
    ledger = SqliteLedger(path)
    assert numbers(await ledger.trace(TRACE)) == [0, 1, 2]
    assert await ledger.verify() == 3
    await ledger.close()


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE entries SET entry = CAST(replace(entry, 'tool', 'fool') AS BLOB) WHERE seq = 2",
        "UPDATE entries SET entry = x'00' WHERE seq = 2",
        "UPDATE entries SET leaf = 'x' WHERE seq = 2",
        "UPDATE entries SET sealed = x'7b7d' WHERE seq = 2",
        "UPDATE entries SET seq = 7 WHERE seq = 2",
    ],
)
async def test_a_ledger_whose_last_entry_is_damaged_does_not_open(path: Path, damage: str) -> None:
    ledger = SqliteLedger(path)
    await ledger.append(calls(3, private=True))
    await ledger.close()
    sql(path, damage)
    with pytest.raises(LedgerBroken, match=r"entry [27]"):
        SqliteLedger(path)


async def test_a_ledger_of_another_format_does_not_open(path: Path) -> None:
    await SqliteLedger(path).close()
    sql(path, "PRAGMA user_version = 3")
    with pytest.raises(LedgerBroken, match="of format 3; this program knows formats up to 2"):
        SqliteLedger(path)


def test_a_file_that_is_no_database_does_not_open_and_is_left_alone(path: Path) -> None:
    path.write_bytes(b"minutes of the meeting\n" * 200)
    with pytest.raises(LedgerUnavailable, match="can't be opened"):
        SqliteLedger(path)
    assert path.read_bytes().startswith(b"minutes of the meeting\n")


def test_a_folder_in_the_ledgers_place_is_unavailable(path: Path) -> None:
    path.mkdir()
    with pytest.raises(LedgerUnavailable, match="can't be opened"):
        SqliteLedger(path)


@pytest.mark.parametrize("where", ["/proc/ledger/ledger.db", "/dev/null/ledger.db"])
def test_a_folder_that_can_not_be_written_is_unavailable(where: str) -> None:
    with pytest.raises(LedgerUnavailable, match="can't be opened"):
        SqliteLedger(where)


async def test_folders_on_the_way_to_a_new_ledger_are_made(tmp_path: Path) -> None:
    ledger = SqliteLedger(tmp_path / "a" / "b" / "ledger.db")
    await ledger.append([call(0)])
    assert await ledger.verify() == 1
    await ledger.close()


# -- the disk -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "room"), [(200, 0), (5000, 0), (9001, 500)], ids=["small", "large", "large-midway"]
)
async def test_a_full_disk_is_unavailable_and_appending_goes_on_when_there_is_room(
    path: Path, count: int, room: int
) -> None:
    ledger = SqliteLedger(path)
    await ledger.append([call(0)])
    [(pages,)] = sql(path, "PRAGMA page_count")
    assert isinstance(pages, int)
    ledger.store._write.execute(f"PRAGMA max_page_count = {pages + room}").fetchall()
    with pytest.raises(LedgerUnavailable, match="full"):
        await ledger.append(calls(count, "tr_large", private=True))
    assert await ledger.trace(TraceId("tr_large")) == []
    ledger.store._write.execute("PRAGMA max_page_count = 1000000").fetchall()
    await ledger.append([call(1)])
    assert numbers(await ledger.trace(TRACE)) == [0, 1]
    assert await ledger.verify() == 2
    await ledger.close()


async def test_a_page_of_garbage_in_the_file_is_a_broken_ledger(path: Path) -> None:
    ledger = SqliteLedger(path)
    await ledger.append(calls(300, private=True))
    await ledger.close()
    _damage(path)
    with pytest.raises(LedgerBroken):
        await _verified(path)


def _damage(path: Path) -> None:
    data = bytearray(path.read_bytes())
    middle = len(data) // 4096 // 2 * 4096
    data[middle : middle + 4096] = b"\xff" * 4096
    path.write_bytes(data)


async def _verified(path: Path) -> int:
    ledger = SqliteLedger(path)
    try:
        return await ledger.verify()
    finally:
        await ledger.close()
