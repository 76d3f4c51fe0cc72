"""A ledger handed over to another key: durable or not at all, whoever signs at that moment, and an insider after it."""

import asyncio
import json
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from some_drafts import calls, exchange, sql

from answerable.adapters.http_witness import HttpWitness
from answerable.adapters.sqlite_ledger import SqliteLedger
from answerable.adapters.sqlite_log import SqliteLog
from answerable.adapters.witness_file import WitnessFile
from answerable.apps import ledger_place
from answerable.apps.ledger.checkpointing import Checkpointer, check_key
from answerable.apps.ledger.rotating import rotate_key
from answerable.apps.ledger.verifying import verify_ledger
from answerable.apps.ledger.witnessing import witness_app
from answerable.apps.ledger_place import LedgerPlace
from answerable.ledger.checkpoint import Checkpoint, parse_checkpoint
from answerable.ledger.handover import KeyHistory, parse_handover
from answerable.ledger.log import next_checkpoint
from answerable.signing import Note, Signer, check_note, new_signer, written
from answerable.signing.keys import Algorithm
from answerable.testing.serving import serve_in_thread
from answerable.values.errors import (
    LedgerBroken,
    LedgerError,
    LedgerUnavailable,
    ProofError,
    SettingsError,
    SignatureError,
)

ORIGIN = "answerable/log-1"
OLD, NEW, NEWER, THIEF = (new_signer(ORIGIN, bytes([number]) * 32) for number in range(1, 5))
WITNESS = new_signer("auditor.example/w", bytes(range(1, 33)), Algorithm.COSIGNATURE)
NOW = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "ledger.db"
    grow(path, 5)
    return path


def grow(path: Path, count: int) -> None:
    async def append() -> None:
        ledger = SqliteLedger(path)
        await ledger.append(calls(count, private=True))
        await ledger.close()

    asyncio.run(append())


def sign(path: Path, key: Signer, *witnesses: HttpWitness) -> Note | None:
    return asyncio.run(Checkpointer(LedgerPlace(path), key, witnesses).once())


def verify(
    path: Path, key: Signer | None = None, *kept: Path, witness: Signer | None = None
) -> tuple[int, Any]:
    """The exit code of `answerable verify`, and what it says in JSON."""
    console = Console(width=10_000, highlight=False, color_system=None)
    asked = verify_ledger(
        console,
        LedgerPlace(path),
        list(kept),
        str(key.verifier) if key else None,
        [str(witness.verifier)] if witness else [],
        as_json=True,
    )
    with console.capture() as told:
        code = asyncio.run(asked)
    return code, json.loads(told.get())


def kept(path: Path) -> tuple[list[Note], list[Note]]:
    """The handovers and the checkpoints."""
    with closing(SqliteLog(path)) as store:
        return store.handovers(), list(store.checkpoints())


def test_from_the_handover_on_the_new_key_signs_and_what_the_old_one_signed_still_counts(path: Path) -> None:
    sign(path, OLD)
    grow(path, 3)
    handover = parse_handover(rotate_key(LedgerPlace(path), OLD, NEW, NOW))
    assert (handover.size, handover.old, handover.new) == (8, OLD.verifier, NEW.verifier)
    _, (first, at) = kept(path)
    assert parse_checkpoint(first.text).size == 5
    assert [one.by for one in check_note(at, [OLD.verifier, NEW.verifier])] == [OLD.verifier, NEW.verifier]
    grow(path, 3)
    assert sign(path, NEW) is not None
    for key in (OLD, NEW):
        code, told = verify(path, key)
        assert (code, told["covered"], told["checkpoints"], told["handovers"]) == (0, 11, 3, 1)
    rotate_key(LedgerPlace(path), NEW, NEWER, NOW)
    grow(path, 2)
    sign(path, NEWER)
    assert [verify(path, key)[1]["handovers"] for key in (OLD, NEW, NEWER)] == [2, 2, 2]
    assert verify(path)[0] == 0
    assert "is not a key of the log" in verify(path, THIEF)[1]["error"]


def test_the_old_key_is_refused_plainly_after_the_handover_and_the_new_one_before_it(path: Path) -> None:
    check_key(LedgerPlace(path), NEW)
    sign(path, OLD)
    with pytest.raises(
        SignatureError, match="'answerable ledger rotate-key --key OLD --new NEW' hands the ledger"
    ):
        check_key(LedgerPlace(path), NEW)
    check_key(LedgerPlace(path), OLD)
    rotate_key(LedgerPlace(path), OLD, NEW, NOW)
    with pytest.raises(SignatureError, match=r"was retired at 5 entries, on 2026-11-24.*: name that key"):
        check_key(LedgerPlace(path), OLD)
    check_key(LedgerPlace(path), NEW)
    grow(path, 1)
    with pytest.raises(SignatureError, match="was retired at 5 entries"):
        sign(path, OLD)
    with pytest.raises(SignatureError, match="is not a key of the log"):
        sign(path, THIEF)


def test_a_gateway_that_still_holds_the_old_key_says_so_and_signs_nothing(path: Path) -> None:
    signs = Checkpointer(LedgerPlace(path), OLD)
    asyncio.run(signs.finish())
    rotate_key(LedgerPlace(path), OLD, NEW, NOW)
    grow(path, 3)
    asyncio.run(signs.finish())
    assert "was retired at 5 entries" in signs.problem
    assert len(kept(path)[1]) == 1


def test_a_ledger_without_entries_is_not_handed_over(tmp_path: Path) -> None:
    grow(tmp_path / "l.db", 0)
    with pytest.raises(LedgerUnavailable, match="start it with the new key"):
        rotate_key(LedgerPlace(tmp_path / "l.db"), OLD, NEW, NOW)


def test_a_log_is_not_handed_over_by_or_to_a_key_that_can_not(path: Path) -> None:
    rotate_key(LedgerPlace(path), OLD, NEW, NOW)
    for old, new, words in (
        (THIEF, NEWER, "is not a key of the log"),
        (OLD, NEWER, "was retired at 5 entries"),
        (NEW, OLD, "a retired key stays retired"),
        (NEW, new_signer("else", bytes(32)), "the log keeps its name"),
    ):
        with pytest.raises(SignatureError, match=words):
            rotate_key(LedgerPlace(path), old, new, NOW)
    assert len(kept(path)[0]) == 1


def test_a_log_that_was_cut_off_is_not_handed_over(path: Path) -> None:
    sign(path, OLD)
    sql(path, "DELETE FROM entries WHERE seq >= 3")
    with pytest.raises(LedgerBroken, match="was cut off or restored"):
        rotate_key(LedgerPlace(path), OLD, NEW, NOW)
    assert kept(path)[0] == []


# -- crashes, and others who sign at the same moment -----------------------------------------------


def failing(name: str, when: str) -> type[SqliteLog]:
    """A store whose method of that name fails before it has written, after it, or in the middle."""

    class Failing(SqliteLog):
        pass

    def fail(self: SqliteLog, *arguments: Any) -> None:
        if when == "after":
            getattr(SqliteLog, name)(self, *arguments)
        raise LedgerUnavailable("the machine lost its power")

    setattr(Failing, "_merge" if when == "between" else name, fail)
    return Failing


@pytest.mark.parametrize("when", ["before", "between", "after"])
@pytest.mark.parametrize("name", ["keep_checkpoint", "keep_handover"])
def test_wherever_it_was_cut_short_doing_it_again_finishes_it(
    path: Path, monkeypatch: pytest.MonkeyPatch, name: str, when: str
) -> None:
    if when == "between" and name == "keep_handover":
        sign(path, OLD)  # so that the first merge is the handover's
    with monkeypatch.context() as broken:
        broken.setattr(ledger_place, "SqliteLog", failing(name, when))
        with pytest.raises(LedgerUnavailable, match="lost its power"):
            rotate_key(LedgerPlace(path), OLD, NEW, NOW)
    done = (name, when) == ("keep_handover", "after")
    assert len(kept(path)[0]) == done, "a handover is there whole, or not at all"
    check_key(LedgerPlace(path), NEW if done else OLD)
    assert verify(path, OLD)[0] == 0
    note = rotate_key(LedgerPlace(path), OLD, NEW, NOW)
    assert kept(path)[0] == [note]
    check_key(LedgerPlace(path), NEW)
    assert rotate_key(LedgerPlace(path), OLD, NEW, datetime(2027, 1, 1, tzinfo=UTC)) == note, (
        "done again, nothing is written"
    )
    assert kept(path)[0] == [note]
    grow(path, 2)
    sign(path, NEW)
    assert verify(path, OLD)[1]["covered"] == 7


def test_the_old_key_can_not_sign_for_more_while_the_log_is_handed_over(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def meanwhile(act: Callable[[], object], before: str) -> type[SqliteLog]:
        class Raced(SqliteLog):
            pass

        once = iter([act])

        def raced(self: SqliteLog, *arguments: Any) -> None:
            for acts in once:
                acts()
            getattr(SqliteLog, before)(self, *arguments)

        setattr(Raced, before, raced)
        return Raced

    def gateway() -> None:
        grow(path, 4)
        sign(path, OLD)

    with monkeypatch.context() as first:
        first.setattr(ledger_place, "SqliteLog", meanwhile(gateway, "keep_handover"))
        with pytest.raises(
            LedgerUnavailable, match="signed meanwhile, so the key was not handed over; try again"
        ):
            rotate_key(LedgerPlace(path), OLD, NEW, NOW)
    assert kept(path)[0] == []
    grow(path, 4)
    with monkeypatch.context() as second:
        second.setattr(
            "answerable.apps.ledger_place.SqliteLog",
            meanwhile(lambda: rotate_key(LedgerPlace(path), OLD, NEW, NOW), "keep_checkpoint"),
        )
        grow(path, 4)
        asyncio.run(Checkpointer(LedgerPlace(path), OLD).once())
    grow(path, 2)
    sign(path, NEW)
    assert verify(path, OLD)[0] == 0


def test_a_checkpoint_of_the_old_key_that_was_overtaken_by_the_handover_is_not_kept(path: Path) -> None:
    sign(path, OLD)
    grow(path, 3)
    with closing(SqliteLog(path)) as store:
        history = KeyHistory.of(OLD.verifier)
        note = next_checkpoint(store, store.checkpoint(), OLD, history)
        assert note is not None
        sql(path, "DELETE FROM entries WHERE seq >= 5")
        rotate_key(LedgerPlace(path), OLD, NEW, NOW)
        with pytest.raises(
            LedgerUnavailable, match="was handed over meanwhile, so the checkpoint of 8 entries"
        ):
            store.keep_checkpoint(note, 0)


def test_two_checkpoints_of_one_size_are_not_both_kept(path: Path) -> None:
    note = sign(path, OLD)
    assert note is not None
    other = Checkpoint(ORIGIN, 5, bytes(32)).note().signed(OLD)
    with closing(SqliteLog(path)) as store:
        with pytest.raises(LedgerBroken, match="another checkpoint of 5 entries"):
            store.keep_checkpoint(other)
        assert store.checkpoint() == note


# -- the witness -----------------------------------------------------------------------------------


def test_the_witness_goes_on_with_the_new_key_once_its_operator_has_named_it(
    path: Path, tmp_path: Path
) -> None:
    state = tmp_path / "w.json"
    followed = WitnessFile(state)
    followed.follow(OLD.verifier)
    with serve_in_thread(witness_app(followed, WITNESS, lambda: NOW)) as url:
        witness = HttpWitness(url, WITNESS.verifier)
        sign(path, OLD, witness)
        rotate_key(LedgerPlace(path), OLD, NEW, NOW)
        assert verify(path, OLD, witness=WITNESS)[0] == 0, (
            "the cosignature stays under the handover's checkpoint"
        )
        grow(path, 3)
        signs = Checkpointer(LedgerPlace(path), NEW, [witness])
        asyncio.run(signs.once())
        assert "no key of the log signed this checkpoint" in signs.unwitnessed[WITNESS.verifier.name]
        assert "not cosigned" in verify(path, OLD, witness=WITNESS)[1]["error"]
        followed.follow(NEW.verifier)
        asyncio.run(signs.once())
        assert signs.unwitnessed == {}
        assert verify(path, OLD, witness=WITNESS)[1]["cosigned_by"] == ["auditor.example/w"]
    again = WitnessFile(state)
    again.follow(OLD.verifier)
    log = again.logs[ORIGIN]
    assert (log.keys, log.retired, log.size) == ((NEW.verifier,), (OLD.verifier,), 8)


def test_a_witness_s_file_from_before_keys_could_be_retired_is_read(tmp_path: Path) -> None:
    state = tmp_path / "w.json"
    WitnessFile(state).follow(OLD.verifier)
    raw = json.loads(state.read_text())
    del raw[ORIGIN]["retired"]
    state.write_text(json.dumps(raw))
    assert WitnessFile(state).logs[ORIGIN].keys == (OLD.verifier,)
    raw[ORIGIN]["retired"] = "none"
    state.write_text(json.dumps(raw))
    with pytest.raises(SettingsError, match="no list of keys"):
        WitnessFile(state)


# -- an insider who kept the retired key -----------------------------------------------------------


def rewrite(path: Path, key: Signer, count: int) -> None:
    """Another history, every hash and link of it right, and signed with a key that is retired."""
    for table in ("entries", "tile_roots", "checkpoints"):
        sql(path, f"DELETE FROM {table}")
    sql(path, "ALTER TABLE handovers RENAME TO aside")

    async def append() -> None:
        ledger = SqliteLedger(path)
        await ledger.append([exchange("tr_forged"), *calls(count - 1, "tr_forged")])
        await ledger.close()

    asyncio.run(append())
    sign(path, key)
    sql(path, "DROP TABLE handovers")
    sql(path, "ALTER TABLE aside RENAME TO handovers")


@pytest.fixture
def handed_over(path: Path, tmp_path: Path) -> Path:
    """A ledger of eleven entries that was handed over at eight, and a checkpoint kept elsewhere."""
    grow(path, 3)
    rotate_key(LedgerPlace(path), OLD, NEW, NOW)
    grow(path, 3)
    sign(path, NEW)
    with closing(SqliteLog(path)) as store:
        note = store.checkpoint()
        assert note is not None
        (tmp_path / "kept.note").write_bytes(written(note))
    return path


@pytest.mark.parametrize("count", [6, 8, 11, 20])
def test_a_history_that_a_retired_key_signed_is_refused_where_the_handover_is_there(
    handed_over: Path, count: int
) -> None:
    rewrite(handed_over, OLD, count)
    for key in (OLD, NEW):
        code, told = verify(handed_over, key)
        assert code == 1, told
    words = {
        6: "a checkpoint counts 8 entries, and 6 are there",
        8: "not of the entries that the log's key was handed over with",
    }.get(count, "is expired: the key 'answerable/log-1+")
    assert words in verify(handed_over, OLD)[1]["error"]
    with pytest.raises(LedgerError):
        sign(handed_over, NEW)


@pytest.mark.parametrize("count", [6, 20])
def test_a_history_that_a_retired_key_signed_is_refused_without_the_handover_by_who_knows_more(
    handed_over: Path, tmp_path: Path, count: int
) -> None:
    rewrite(handed_over, OLD, count)
    sql(handed_over, "DELETE FROM handovers")
    assert "wrong key, or not of this log" in verify(handed_over, NEW)[1]["error"]
    assert verify(handed_over, OLD, tmp_path / "kept.note")[0] == 1
    assert verify(handed_over, None, tmp_path / "kept.note")[0] == 1
    assert "not cosigned" in verify(handed_over, OLD, witness=WITNESS)[1]["error"]
    with pytest.raises(SignatureError, match="is not the one that signs this ledger"):
        check_key(LedgerPlace(handed_over), NEW)
    with pytest.raises(ProofError):
        sign(handed_over, NEW)


def test_a_retired_key_that_goes_on_with_the_true_history_is_refused_everywhere(
    handed_over: Path, tmp_path: Path
) -> None:
    followed = WitnessFile(tmp_path / "w.json")
    for key in (OLD, NEW):
        followed.follow(key.verifier)
    with serve_in_thread(witness_app(followed, WITNESS, lambda: NOW)) as url:
        sign(handed_over, NEW, HttpWitness(url, WITNESS.verifier))
        sql(handed_over, "DELETE FROM handovers")
        sql(handed_over, "DELETE FROM checkpoints WHERE size > 8")
        grow(handed_over, 4)
        signs = Checkpointer(LedgerPlace(handed_over), OLD, [HttpWitness(url, WITNESS.verifier)])
        asyncio.run(signs.once())
    assert "only a key that was retired signed this checkpoint" in signs.unwitnessed[WITNESS.verifier.name]
    assert "wrong key, or not of this log" in verify(handed_over, NEW)[1]["error"]


def test_a_handover_that_was_altered_in_the_file_is_told(handed_over: Path) -> None:
    for change in (
        "UPDATE handovers SET note = CAST(replace(CAST(note AS TEXT), 'size 8', 'size 7') AS BLOB)",
        "UPDATE handovers SET note = x'00'",
    ):
        sql(handed_over, change)
        assert verify(handed_over, OLD)[0] == 1
        assert verify(handed_over)[0] == 1, "also where no key was named"
