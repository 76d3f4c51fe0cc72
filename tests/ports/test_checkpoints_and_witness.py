"""A ledger's checkpoints, its witness over HTTP, and an insider with the file and the key in hand."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import uvicorn
from some_drafts import calls, exchange, sql
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from answerable.adapters.http_witness import HttpWitness
from answerable.adapters.sqlite_ledger import SqliteLedger
from answerable.adapters.sqlite_log import SqliteLog
from answerable.adapters.witness_file import WitnessFile
from answerable.apps.ledger.checkpointing import Checkpointer
from answerable.apps.ledger.witnessing import witness_app
from answerable.apps.ledger_place import LedgerPlace
from answerable.ledger.checkpoint import Checkpoint, parse_checkpoint
from answerable.ledger.merkle import Frontier, leaf_node
from answerable.signing import Note, check_note, new_signer
from answerable.signing.keys import Algorithm
from answerable.testing.memory_ledger import MemoryLedger
from answerable.testing.serving import serve_in_thread
from answerable.values.errors import LedgerBroken, LedgerUnavailable, SettingsError

LOG = new_signer("answerable/log-1", bytes(range(32)))
WITNESS = new_signer("auditor.example/w", bytes(range(1, 33)), Algorithm.COSIGNATURE)
NOW = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


async def grow(path: Path, count: int) -> None:
    ledger = SqliteLedger(path)
    await ledger.append(calls(count, private=True))
    await ledger.close()


def last(path: Path) -> Checkpoint:
    store = SqliteLog(path)
    try:
        note = store.checkpoint()
    finally:
        store.close()
    assert note is not None
    return parse_checkpoint(note.text)


def root_of(path: Path) -> bytes:
    frontier = Frontier()
    for (entry,) in sql(path, "SELECT entry FROM entries ORDER BY seq"):
        assert isinstance(entry, bytes)
        frontier.append(leaf_node(entry))
    return frontier.root()


@asynccontextmanager
async def witness(state: Path) -> AsyncIterator[HttpWitness]:
    """A witness that listens, following the log."""
    kept = WitnessFile(state)
    kept.follow(LOG.verifier)
    config = uvicorn.Config(
        witness_app(kept, WITNESS, lambda: NOW), port=0, log_level="error", lifespan="off"
    )
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield HttpWitness(f"http://127.0.0.1:{port}", WITNESS.verifier)
    finally:
        server.should_exit = True
        await running


async def test_a_checkpoint_counts_the_entries_and_knows_their_root(path: Path) -> None:
    signs = Checkpointer(LedgerPlace(path), LOG)
    for count in (1, 300, 300):
        await grow(path, count)
        assert await signs.once() is not None
        assert last(path).root == root_of(path)
        assert await signs.once() is None
    assert last(path).size == 601


async def test_an_empty_ledger_is_not_signed_for(path: Path) -> None:
    await SqliteLedger(path).close()
    assert await Checkpointer(LedgerPlace(path), LOG).once() is None


async def test_entries_cut_off_since_the_checkpoint_are_missed(path: Path) -> None:
    await grow(path, 10)
    await Checkpointer(LedgerPlace(path), LOG).once()
    sql(path, "DELETE FROM entries WHERE seq >= 8")
    with pytest.raises(LedgerBroken, match="holds 8 entries, and its last checkpoint counts 10"):
        await Checkpointer(LedgerPlace(path), LOG).once()
    ledger = SqliteLedger(path)
    assert await ledger.verify() == 8, "the chain alone can't know"
    with pytest.raises(LedgerBroken, match="a checkpoint counts 10 entries, and 8 are there: entry 8"):
        await ledger.verify([Checkpoint(LOG.verifier.name, 10, bytes(32))])
    await ledger.close()


async def rewrite(path: Path, count: int) -> None:
    """What an insider can do: another history of the same length, every hash and link of it right."""
    sql(path, "DELETE FROM entries")
    sql(path, "DELETE FROM tile_roots")
    ledger = SqliteLedger(path)
    await ledger.append([exchange("tr_forged"), *calls(count - 1, "tr_forged")])
    await ledger.close()


async def test_a_rewritten_history_does_not_match_a_checkpoint_kept_elsewhere(path: Path) -> None:
    await grow(path, 10)
    await Checkpointer(LedgerPlace(path), LOG).once()
    kept = last(path)
    await rewrite(path, 12)
    ledger = SqliteLedger(path)
    assert await ledger.verify() == 12, "the chain alone can't know"
    with pytest.raises(LedgerBroken, match="the first 10 entries are not those"):
        await ledger.verify([kept])
    await ledger.close()
    with pytest.raises(LedgerBroken, match="are not those of the last checkpoint"):
        await Checkpointer(LedgerPlace(path), LOG).once()


async def test_memory_is_held_against_checkpoints_too() -> None:
    ledger = MemoryLedger()
    await ledger.append(calls(3))
    with pytest.raises(LedgerBroken, match="counts 4 entries"):
        await ledger.verify([Checkpoint("x", 4, bytes(32))])
    with pytest.raises(LedgerBroken, match="the first 2 entries"):
        await ledger.verify([Checkpoint("x", 2, bytes(32))])


# -- the witness ----------------------------------------------------------------------------------


async def test_a_witness_cosigns_and_the_cosignature_is_kept(path: Path, tmp_path: Path) -> None:
    async with witness(tmp_path / "w.json") as one:
        signs = Checkpointer(LedgerPlace(path), LOG, [one])
        for count in (5, 300):
            await grow(path, count)
            note = await signs.once()
            assert note is not None
            assert [found.at for found in check_note(note, [WITNESS.verifier])] == [NOW]
            store = SqliteLog(path)
            assert store.checkpoint() == note
            store.close()
    assert WitnessFile(tmp_path / "w.json").logs[LOG.verifier.name].size == 305


async def test_a_witness_that_has_seen_more_is_caught_up_with_after_a_restart(
    path: Path, tmp_path: Path
) -> None:
    await grow(path, 5)
    async with witness(tmp_path / "w.json") as one:
        await Checkpointer(LedgerPlace(path), LOG, [one]).once()
    await grow(path, 5)
    async with witness(tmp_path / "w.json") as one:
        signs = Checkpointer(LedgerPlace(path), LOG, [one])
        assert await signs.once() is not None
        assert signs.unwitnessed == {}


async def test_an_insider_with_the_file_and_the_key_is_caught_by_the_witness(
    path: Path, tmp_path: Path
) -> None:
    await grow(path, 10)
    async with witness(tmp_path / "w.json") as one:
        await Checkpointer(LedgerPlace(path), LOG, [one]).once()
        await rewrite(path, 12)
        sql(path, "DELETE FROM checkpoints")
        signs = Checkpointer(LedgerPlace(path), LOG, [one])
        with pytest.raises(
            LedgerBroken, match=r"'auditor.example/w' has seen entries that are not in this log"
        ):
            await signs.once()


async def test_a_restore_older_than_the_last_cosigned_checkpoint_is_not_silently_continued(
    path: Path, tmp_path: Path
) -> None:
    await grow(path, 10)
    await Checkpointer(LedgerPlace(path), LOG).once()
    backup = tmp_path / "backup.db"
    sql(path, "PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(path, backup)
    async with witness(tmp_path / "w.json") as one:
        await grow(path, 10)
        await Checkpointer(LedgerPlace(path), LOG, [one]).once()
        for name in ("ledger.db-wal", "ledger.db-shm"):
            (tmp_path / name).unlink(missing_ok=True)
        shutil.copy(backup, path)
        await grow(path, 3)
        with pytest.raises(LedgerBroken, match="has seen 20 entries of this log, and there are 13"):
            await Checkpointer(LedgerPlace(path), LOG, [one]).once()


async def test_a_rewrite_that_keeps_the_count_is_caught_by_the_witness_after_a_restart(
    path: Path, tmp_path: Path
) -> None:
    await grow(path, 10)
    async with witness(tmp_path / "w.json") as one:
        await Checkpointer(LedgerPlace(path), LOG, [one]).once()
    await rewrite(path, 10)
    sql(path, "DELETE FROM checkpoints")
    async with witness(tmp_path / "w.json") as one:
        with pytest.raises(LedgerBroken, match="has seen entries that are not in this log"):
            await Checkpointer(LedgerPlace(path), LOG, [one]).once()


async def test_a_witness_that_calls_another_log_of_the_same_size_a_conflict_is_understood_too(
    path: Path,
) -> None:
    """As earlier versions of the protocol had it."""

    async def conflict(_: Request) -> Response:
        return Response("10\n", 409, media_type="text/x.tlog.size")

    await grow(path, 10)
    app = Starlette(routes=[Route("/add-checkpoint", conflict, methods=["POST"])])
    with serve_in_thread(app) as url, pytest.raises(LedgerBroken, match="has seen another log of 10 entries"):
        await Checkpointer(LedgerPlace(path), LOG, [HttpWitness(url, WITNESS.verifier)]).once()


async def test_a_process_that_another_has_overtaken_takes_it_for_no_fork(path: Path, tmp_path: Path) -> None:
    await grow(path, 5)
    async with witness(tmp_path / "w.json") as one:
        slow = Checkpointer(
            LedgerPlace(path), LOG, [HttpWitness(one._url.removesuffix("/add-checkpoint"), WITNESS.verifier)]
        )
        _, note = slow._sign()
        assert note is not None
        await grow(path, 5)
        await Checkpointer(LedgerPlace(path), LOG, [one]).once()
        assert await slow._witnessed(slow._witnesses[0], note) == note
        assert "already cosigned a later checkpoint, of 10" in slow.unwitnessed[WITNESS.verifier.name]


async def test_a_witness_that_was_away_is_asked_again_though_nothing_is_new(
    path: Path, tmp_path: Path
) -> None:
    await grow(path, 5)
    await Checkpointer(LedgerPlace(path), LOG).once()
    async with witness(tmp_path / "w.json") as one:
        assert await Checkpointer(LedgerPlace(path), LOG, [one]).once() is None
    store = SqliteLog(path)
    note = store.checkpoint()
    assert note is not None
    assert check_note(note, [WITNESS.verifier])
    store.keep_checkpoint(Note(note.text, note.signatures[:1]))
    assert store.checkpoint() == note, "a cosignature is never written over"
    store.close()


async def test_a_witness_that_is_away_takes_nothing_away(path: Path) -> None:
    await grow(path, 3)
    signs = Checkpointer(LedgerPlace(path), LOG, [HttpWitness("http://127.0.0.1:9", WITNESS.verifier)])
    assert await signs.once() is not None
    assert "can't be reached" in signs.unwitnessed[WITNESS.verifier.name]
    assert last(path).size == 3


async def test_a_cut_ledger_keeps_being_a_problem_while_it_runs(path: Path) -> None:
    await grow(path, 10)
    await Checkpointer(LedgerPlace(path), LOG).once()
    sql(path, "DELETE FROM entries WHERE seq >= 8")
    signs = Checkpointer(LedgerPlace(path), LOG)
    running = asyncio.create_task(signs.run(0.01))
    while not signs.problem:
        await asyncio.sleep(0.01)
    running.cancel()
    assert "was cut off or restored" in signs.problem


def test_a_witness_whose_file_is_damaged_does_not_start_anew(tmp_path: Path) -> None:
    state = tmp_path / "w.json"
    WitnessFile(state).follow(LOG.verifier)
    state.write_text(state.read_text()[:-9])
    with pytest.raises(SettingsError, match="a cut log could be cosigned"):
        WitnessFile(state)


def test_a_witness_that_can_not_keep_its_state_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LedgerUnavailable, match="can't be written"):
        WitnessFile(tmp_path / "file" / "w.json").follow(LOG.verifier)


async def test_a_ledger_that_is_no_ledger_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "l.db").write_text("this is not a database, however long it may be " * 100)
    with pytest.raises(LedgerBroken, match="is damaged"):
        SqliteLog(tmp_path / "l.db")
    with pytest.raises(LedgerUnavailable):
        SqliteLog(tmp_path / "none" / "l.db")
