"""What every store of a log's tree and checkpoints keeps to. Each test runs on SQLite and on PostgreSQL."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from some_drafts import calls, exchange

from answerable.adapters.local_key_wrapper import local_wrapper
from answerable.adapters.postgres.ledger import PostgresLedger
from answerable.adapters.postgres.log import PostgresLog
from answerable.adapters.sqlite_ledger import SqliteLedger
from answerable.adapters.sqlite_log import SqliteLog
from answerable.adapters.stored_ledger import StoredLedger
from answerable.ledger.checkpoint import Checkpoint
from answerable.ledger.handover import Handover, KeyHistory
from answerable.ledger.log import TileRoot, hashes, integrate, next_checkpoint, wrong_roots
from answerable.ledger.merkle import Frontier, leaf_node, root
from answerable.signing import Note, new_signer
from answerable.values.errors import LedgerBroken, LedgerUnavailable

LOG = new_signer("answerable/log-1", bytes(range(32)))
OTHER = new_signer("answerable/log-2", bytes(range(1, 33)))
NEXT = new_signer("answerable/log-1", bytes(32))
HISTORY = KeyHistory.of(LOG.verifier, [])


class Place:
    """A ledger, and what is kept of its tree."""

    def __init__(self, kind: str, folder: Path, dsn: str) -> None:
        self._kind, self._folder, self._dsn = kind, folder, dsn
        self._opened: list[SqliteLog | PostgresLog] = []

    def grow(self, count: int) -> None:
        async def append() -> None:
            ledger = self._ledger()
            await ledger.append([exchange(), *calls(count - 1, private=True)] if count else [])
            await ledger.close()

        asyncio.run(append())

    def log(self) -> SqliteLog | PostgresLog:
        path = self._folder / "ledger.db"
        self._opened.append(SqliteLog(path) if self._kind == "sqlite" else PostgresLog(self._dsn))
        return self._opened[-1]

    def close(self) -> None:
        for log in self._opened:
            log.close()

    def _ledger(self) -> StoredLedger:
        if self._kind == "sqlite":
            return SqliteLedger(self._folder / "ledger.db")
        return PostgresLedger(self._dsn, local_wrapper(self._folder / "master"))


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    dsn = request.getfixturevalue("database") if request.param == "postgres" else ""
    place = Place(request.param, tmp_path, dsn)
    yield place
    place.close()


def test_an_empty_ledger_has_an_empty_log(place: Place) -> None:
    place.grow(0)
    log = place.log()
    assert (log.size(), log.kept(), log.checkpoint(), list(log.checkpoints())) == (0, 0, None, [])
    assert (log.leaves(0, 9), log.entries(0, 9), log.tile_roots(1, 0, 9)) == ([], [], [])
    assert next_checkpoint(log, None, LOG, HISTORY) is None


def test_leaves_are_the_hashes_of_the_entries(place: Place) -> None:
    place.grow(7)
    log = place.log()
    assert log.size() == 7
    entries = log.entries(0, 7)
    assert log.leaves(0, 7) == [leaf_node(entry) for entry in entries]
    assert log.leaves(2, 4) == log.leaves(0, 7)[2:4]
    assert log.entries(5, 100) == entries[5:]
    place.grow(2)
    assert log.size() == 9


def test_the_roots_of_full_tiles_are_kept_and_the_tree_is_that_of_the_entries(place: Place) -> None:
    place.grow(600)
    log = place.log()
    integrate(log, 600)
    assert log.kept() == 2
    assert [len(one) for one in log.tile_roots(1, 0, 9)] == [32, 32]
    frontier = Frontier()
    for entry in log.entries(0, 600):
        frontier.append(leaf_node(entry))
    assert root(600, hashes(log, 600)) == frontier.root()
    assert wrong_roots(log, 600) == []


def test_a_root_is_kept_in_the_place_of_a_wrong_one_and_all_or_none(place: Place) -> None:
    place.grow(1)
    log = place.log()
    log.keep([TileRoot(1, at, bytes([at]) * 32) for at in range(5)] + [TileRoot(2, 0, b"x" * 32)])
    log.keep([TileRoot(1, 3, b"y" * 32), TileRoot(1, 4, bytes([4]) * 32)])
    assert log.tile_roots(1, 2, 9) == [bytes([2]) * 32, b"y" * 32, bytes([4]) * 32]
    assert log.tile_roots(2, 0, 9) == [b"x" * 32]
    assert log.kept() == 5


def test_checkpoints_are_kept_smallest_first_and_the_last_one_counts(place: Place) -> None:
    log, made = None, []
    for count in (3, 300, 1):
        place.grow(count)
        log = place.log()
        note = next_checkpoint(log, log.checkpoint(), LOG, HISTORY)
        assert note is not None
        log.keep_checkpoint(note)
        made.append(note)
        assert log.checkpoint() == note
        assert next_checkpoint(log, note, LOG, HISTORY) is None
    assert log is not None
    assert list(log.checkpoints()) == made
    assert place.log().checkpoint() == made[-1]


def test_a_checkpoint_that_is_kept_again_gets_whose_signatures_it_has_not(place: Place) -> None:
    place.grow(2)
    log = place.log()
    one = next_checkpoint(log, None, LOG, HISTORY)
    assert one is not None
    more = one.signed(OTHER)
    for note in (one, more, one, Note(one.text, more.signatures[1:])):
        log.keep_checkpoint(note)
    assert list(log.checkpoints()) == [more]


def test_two_checkpoints_of_one_size_are_not_both_kept(place: Place) -> None:
    place.grow(2)
    log = place.log()
    log.keep_checkpoint(Checkpoint("answerable/log-1", 2, bytes(32)).note().signed(LOG))
    with pytest.raises(LedgerBroken, match="another checkpoint of 2 entries"):
        log.keep_checkpoint(Checkpoint("answerable/log-1", 2, b"x" * 32).note().signed(LOG))


def test_many_checkpoints_are_read_a_few_at_a_time(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("answerable.adapters.postgres.log._READ_AT_ONCE", 7)
    place.grow(1)
    log = place.log()
    for size in range(1, 40):
        log.keep_checkpoint(Checkpoint("answerable/log-1", size, bytes(32)).note().signed(LOG))
    assert len(list(log.checkpoints())) == 39


def test_a_handover_is_kept_with_its_checkpoint_both_or_none(place: Place) -> None:
    place.grow(2)
    log = place.log()
    checkpoint = Checkpoint("answerable/log-1", 2, bytes(32))
    made = Handover(checkpoint, LOG.verifier, NEXT.verifier, datetime(2026, 11, 30, tzinfo=UTC))
    note = made.note().signed(LOG).signed(NEXT)
    signed = checkpoint.note().signed(LOG)
    with pytest.raises(LedgerUnavailable, match="try again"):
        log.keep_handover(0, made, note, signed.signed(NEXT))
    log.keep_checkpoint(signed)
    log.keep_handover(0, made, note, signed.signed(NEXT))
    assert log.handovers() == [note]
    assert log.checkpoint() == signed.signed(NEXT)
    with pytest.raises(LedgerUnavailable, match="try again"):
        log.keep_handover(0, made, note, signed)
    later = Checkpoint("answerable/log-1", 3, bytes(32)).note()
    with pytest.raises(LedgerUnavailable, match="handed over meanwhile"):
        log.keep_checkpoint(later.signed(LOG), 0)
    log.keep_checkpoint(later.signed(NEXT), 1)
    assert place.log().handovers() == [note]


def test_a_log_has_the_name_of_its_checkpoints_or_the_first_that_it_was_given(place: Place) -> None:
    place.grow(1)
    log = place.log()
    assert (log.name("answerable/a"), log.name("answerable/b")) == ("answerable/a", "answerable/a")
    log.keep_checkpoint(Checkpoint("answerable/log-1", 1, bytes(32)).note().signed(LOG))
    assert log.name("answerable/b") == "answerable/log-1"


def test_a_place_without_a_ledger_is_said_to_be_none(place: Place) -> None:
    with pytest.raises(LedgerUnavailable):
        place.log()


def test_a_closed_log_says_so(place: Place) -> None:
    place.grow(1)
    log = place.log()
    log.close()
    with pytest.raises((LedgerUnavailable, LedgerBroken)):
        log.size()
