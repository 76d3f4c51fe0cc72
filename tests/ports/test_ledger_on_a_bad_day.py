"""A file that is gone, exchanged, full or read-only: nothing counts as written, why is said, and later it goes on."""

import logging
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import apsw
import pytest
from faulty_disk import BROKEN, FULL, READ_ONLY, faulty_disk
from some_drafts import TRACE, call, calls, numbers

from answerable.adapters.sqlite_ledger import SqliteLedger
from answerable.values.errors import LedgerBroken, LedgerUnavailable


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


@pytest.fixture
async def ledger(path: Path) -> AsyncIterator[SqliteLedger]:
    made = SqliteLedger(path)
    await made.append([call(0)])
    yield made
    await made.close()


def moved(path: Path, away: Path) -> None:
    """Move a ledger with what belongs to it."""
    for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
        if (path.parent / name).exists():
            away.mkdir(exist_ok=True)
            (path.parent / name).rename(away / name)


async def test_a_file_that_is_gone_holds_everything_and_goes_on_when_it_is_back(
    ledger: SqliteLedger, path: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    moved(path, tmp_path / "away")
    with caplog.at_level(logging.WARNING), pytest.raises(LedgerUnavailable, match="is gone from"):
        await ledger.append([call(1)])
    assert "is gone from" in await ledger.ready()
    assert "nothing can be appended: the file of the ledger is gone" in caplog.text
    for file in (tmp_path / "away").iterdir():
        file.rename(path.parent / file.name)
    await ledger.append([call(2)])
    assert "is written again" in caplog.text
    assert await ledger.ready() == ""
    assert numbers(await ledger.trace(TRACE)) == [0, 2]
    assert await ledger.verify() == 2


async def test_an_older_copy_in_its_place_is_not_written_to(
    ledger: SqliteLedger, path: Path, tmp_path: Path
) -> None:
    ledger.store._write.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    shutil.copy(path, tmp_path / "old.db")
    await ledger.append([call(1), call(2)])
    moved(path, tmp_path / "away")
    shutil.copy(tmp_path / "old.db", path)
    with pytest.raises(LedgerUnavailable, match="another one was put there"):
        await ledger.append([call(3)])
    with pytest.raises(LedgerBroken, match="does not hold entry 2 as it was written"):
        await ledger.append([call(3)])
    assert "does not hold entry 2" in await ledger.ready()
    copy = SqliteLedger(tmp_path / "old.db")
    assert await copy.verify() == 1
    await copy.close()


async def test_another_ledger_of_the_same_length_in_its_place_is_not_written_to(
    ledger: SqliteLedger, path: Path, tmp_path: Path
) -> None:
    other = SqliteLedger(tmp_path / "other.db")
    await other.append(calls(5, "tr_x"))
    await other.close()
    moved(path, tmp_path / "away")
    shutil.copy(tmp_path / "other.db", path)
    with pytest.raises(LedgerUnavailable):
        await ledger.append([call(3)])
    with pytest.raises(LedgerBroken, match="does not hold entry 0"):
        await ledger.append([call(3)])


async def test_a_write_ahead_log_that_was_deleted_is_noticed(ledger: SqliteLedger, path: Path) -> None:
    await ledger.append([call(1)])
    log = path.with_name(path.name + "-wal")
    log.rename(log.with_suffix(".gone"))
    log.write_bytes(b"")
    with pytest.raises(LedgerUnavailable, match="gone"):
        await ledger.append([call(2)])


@pytest.mark.parametrize(
    ("fault", "said"),
    [(FULL, "full"), (READ_ONLY, "readonly"), (BROKEN, "ioerror")],
    ids=["full", "read-only", "broken"],
)
async def test_a_disk_that_takes_nothing_holds_everything_until_it_does_again(
    path: Path, fault: int, said: str
) -> None:
    with faulty_disk() as disk:
        ledger = SqliteLedger(path)
        await ledger.append([call(0)])
        disk.fault = fault
        for number in range(1, 4):
            with pytest.raises(LedgerUnavailable, match=f"(?i){said}"):
                await ledger.append([call(number)])
        assert await ledger.ready() != ""
        disk.fault = None
        await ledger.append([call(4)])
        assert await ledger.ready() == ""
        found = numbers(await ledger.trace(TRACE))
        assert (found[0], found[-1]) == (0, 4)
        assert await ledger.verify() == len(found)
        await ledger.close()


async def test_keys_that_can_not_be_made_durable_hold_what_would_be_sealed_under_them(path: Path) -> None:
    with faulty_disk(only=".keys") as disk:
        ledger = SqliteLedger(path)
        disk.fault = FULL
        with pytest.raises(LedgerUnavailable, match=r"(?i)full"):
            await ledger.append([call(0, arguments="{}")])
        await ledger.append([call(1)])
        disk.fault = None
        await ledger.append([call(2, arguments="{}")])
        assert numbers(await ledger.trace(TRACE)) == [1, 2]
        assert await ledger.verify() == 2
        await ledger.close()


async def test_a_ledger_that_somebody_else_locks_is_not_ready(ledger: SqliteLedger, path: Path) -> None:
    holder = apsw.Connection(str(path))
    holder.execute("BEGIN IMMEDIATE")
    assert "locked" in await ledger.ready()
    holder.execute("ROLLBACK")
    holder.close()
    assert await ledger.ready() == ""


async def test_a_ledger_that_is_held_back_says_why_and_takes_entries_again_afterwards(
    ledger: SqliteLedger,
) -> None:
    ledger.hold_back("it was restored from an older copy")
    with pytest.raises(LedgerUnavailable, match="restored from an older copy"):
        await ledger.append([call(1)])
    assert await ledger.ready() == "it was restored from an older copy"
    ledger.hold_back("")
    await ledger.append([call(2)])
    assert numbers(await ledger.trace(TRACE)) == [0, 2]


async def test_a_closed_ledger_is_not_ready(path: Path) -> None:
    ledger = SqliteLedger(path)
    await ledger.close()
    assert "closed" in await ledger.ready()
