"""Checkpoints in a second store: a ledger that does not continue them is not written to, whoever has its key."""

import asyncio
import shutil
from pathlib import Path

import pytest
from some_drafts import calls

from answerable.adapters.anchor_folder import AnchorFolder
from answerable.adapters.sqlite_ledger import SqliteLedger
from answerable.apps.ledger.checkpointing import Checkpointer
from answerable.apps.ledger_place import LedgerPlace
from answerable.ledger.checkpoint import parse_checkpoint
from answerable.signing import new_signer
from answerable.values.errors import LedgerBroken, LedgerUnavailable

LOG = new_signer("answerable/log-1", bytes(range(32)))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


@pytest.fixture
def anchor(tmp_path: Path) -> AnchorFolder:
    return AnchorFolder(tmp_path / "elsewhere", LOG.verifier.name)


def signing(path: Path, anchor: AnchorFolder, ledger: SqliteLedger | None = None) -> Checkpointer:
    return Checkpointer(
        LedgerPlace(path), LOG, (), anchor, ledger.hold_back if ledger is not None else lambda _why: None
    )


async def grow(path: Path, count: int) -> None:
    ledger = SqliteLedger(path)
    await ledger.append(calls(count))
    await ledger.close()


async def test_each_checkpoint_is_kept_there_once(path: Path, anchor: AnchorFolder) -> None:
    for count in (3, 4):
        await grow(path, count)
        await signing(path, anchor).once()
        await signing(path, anchor).once()
    last = anchor.last()
    assert last is not None
    assert parse_checkpoint(last.text).size == 7
    files = sorted(one.name for one in Path(anchor.name).rglob("*.note"))
    assert files == [f"{size:020}.note" for size in (3, 7)]


async def test_an_insider_with_file_and_key_who_restores_an_older_copy_is_held_back(
    path: Path, anchor: AnchorFolder, tmp_path: Path
) -> None:
    await grow(path, 3)
    await signing(path, anchor).once()
    await asyncio.to_thread(shutil.copy, path, tmp_path / "old.db")
    await grow(path, 2)
    await signing(path, anchor).once()
    for name in ("ledger.db", "ledger.db-wal", "ledger.db-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    await asyncio.to_thread(shutil.copy, tmp_path / "old.db", path)
    ledger = SqliteLedger(path)
    checkpointer = signing(path, anchor, ledger)
    await checkpointer.finish()
    assert "keeps a checkpoint of 5 entries, and 3 are there" in checkpointer.problem
    with pytest.raises(LedgerUnavailable, match="nothing is written to the ledger: the anchor"):
        await ledger.append(calls(2))
    assert "restored from an older copy" in await ledger.ready()
    await ledger.close()


async def test_a_history_written_anew_to_the_same_length_is_held_back(
    path: Path, anchor: AnchorFolder, tmp_path: Path
) -> None:
    await grow(path, 5)
    await signing(path, anchor).once()
    ledger = SqliteLedger(tmp_path / "forged.db")
    await ledger.append(calls(9, "tr_forged"))
    with pytest.raises(LedgerBroken, match="the first 5 entries are not those"):
        await signing(tmp_path / "forged.db", anchor, ledger).once()
    await ledger.close()


async def test_a_ledger_that_is_put_right_again_is_written_again(
    path: Path, anchor: AnchorFolder, tmp_path: Path
) -> None:
    await grow(path, 5)
    await signing(path, anchor).once()
    ledger = SqliteLedger(path)
    other = Checkpointer(LedgerPlace(tmp_path / "empty.db"), LOG, (), anchor, ledger.hold_back)
    await SqliteLedger(tmp_path / "empty.db").close()
    await other.finish()
    assert await ledger.ready() != ""
    await signing(path, anchor, ledger).finish()
    assert await ledger.ready() == ""
    await ledger.append(calls(1, "tr_2"))
    await ledger.close()


async def test_an_anchor_that_is_away_takes_nothing_away_and_is_told(path: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    away = AnchorFolder(tmp_path / "file", LOG.verifier.name)
    await grow(path, 3)
    checkpointer = signing(path, away)
    assert await checkpointer.once() is not None
    assert "can't be written" in checkpointer.unanchored
    assert checkpointer.problem == ""


@pytest.mark.parametrize("content", [b"", b"no note", b"x\n\n\xe2\x80\x94 a AAAA\n"])
async def test_a_file_of_it_that_was_spoilt_is_told(path: Path, anchor: AnchorFolder, content: bytes) -> None:
    await grow(path, 3)
    await signing(path, anchor).once()
    [file] = Path(anchor.name).rglob("*.note")
    file.write_bytes(content)
    checkpointer = signing(path, anchor)
    await checkpointer.finish()
    assert checkpointer.problem != ""


async def test_two_checkpoints_of_one_size_are_not_both_kept(
    path: Path, anchor: AnchorFolder, tmp_path: Path
) -> None:
    await grow(path, 3)
    await signing(path, anchor).once()
    ledger = SqliteLedger(tmp_path / "other.db")
    await ledger.append(calls(3, "tr_other"))
    await ledger.close()
    elsewhere = AnchorFolder(tmp_path / "second", LOG.verifier.name)
    note = await signing(tmp_path / "other.db", elsewhere).once()
    assert note is not None
    with pytest.raises(LedgerBroken, match="another checkpoint of 3 entries"):
        anchor.keep(note)


def test_logs_do_not_meet_in_one_folder(tmp_path: Path) -> None:
    assert AnchorFolder(tmp_path, "a/../b")._folder.parent == tmp_path
    assert AnchorFolder(tmp_path, "a")._folder != AnchorFolder(tmp_path, "b")._folder
