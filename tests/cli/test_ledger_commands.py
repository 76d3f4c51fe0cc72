"""A ledger's checkpoint kept by an auditor, as the commands have it: printed, kept, held against the ledger later."""

import asyncio
import json
import sqlite3
from pathlib import Path

import pytest
from command_runner import run

from answerable.adapters.key_files import read_witnesses
from answerable.adapters.sqlite_ledger import SqliteLedger
from answerable.adapters.sqlite_log import SqliteLog
from answerable.ledger.log import integrate
from answerable.receipts import CallBody, Draft
from answerable.values.errors import LedgerUnavailable, SettingsError


def grow(path: Path, count: int) -> None:
    async def append() -> None:
        ledger = SqliteLedger(path)
        at = "2026-11-24T00:00:00.000000Z"
        await ledger.append([Draft("tr_1", at, CallBody(0, one, f"c-{one}", "tool")) for one in range(count)])
        await ledger.close()

    asyncio.run(append())


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    path = tmp_path / "l.db"
    grow(path, 5)
    return path


@pytest.fixture
def public(tmp_path: Path) -> str:
    return run("key", "new", "answerable/log-1", "--output", tmp_path / "log.key").strip()


def test_a_checkpoint_is_signed_printed_kept_and_held_against_the_ledger(
    ledger: Path, public: str, tmp_path: Path
) -> None:
    signed = run("ledger", "sign", "--ledger", ledger, "--key", tmp_path / "log.key")
    assert signed.splitlines()[:2] == ["answerable/log-1", "5"]
    assert "nothing new" in run("ledger", "sign", "--ledger", ledger, "--key", tmp_path / "log.key")
    kept = tmp_path / "kept.note"
    kept.write_text(run("ledger", "checkpoint", "--ledger", ledger))
    grow(ledger, 3)
    told = run("verify", "--ledger", ledger, "--checkpoint", kept, "--key", public)
    assert "8 entries" in told
    assert "2 checkpoints agree; the last counts 5" in told
    data = json.loads(run("verify", "--ledger", ledger, "--key", public, "--json"))
    assert (data["holds"], data["covered"], data["signature_checked"]) == (True, 5, True)
    assert "signatures were not checked" in run("verify", "--ledger", ledger)


def test_what_was_cut_off_is_missed_even_where_its_checkpoints_were_taken_along(
    ledger: Path, public: str, tmp_path: Path
) -> None:
    run("ledger", "sign", "--ledger", ledger, "--key", tmp_path / "log.key")
    kept = tmp_path / "kept.note"
    kept.write_text(run("ledger", "checkpoint", "--ledger", ledger))
    with sqlite3.connect(ledger) as connection:
        connection.execute("DELETE FROM entries WHERE seq >= 3")
        connection.execute("DELETE FROM checkpoints")
    connection.close()
    assert "no checkpoint counts them" in run("verify", "--ledger", ledger)
    told = run("verify", "--ledger", ledger, "--checkpoint", kept, code=1)
    assert "a checkpoint counts 5 entries, and 3 are there: entry 3 and what follows was cut off" in told


def test_a_checkpoint_that_another_key_signed_is_refused(ledger: Path, public: str, tmp_path: Path) -> None:
    run("key", "new", "answerable/log-1", "--output", tmp_path / "other.key")
    run("ledger", "sign", "--ledger", ledger, "--key", tmp_path / "other.key")
    assert "is not signed by 'answerable/log-1+" in run("verify", "--ledger", ledger, "--key", public, code=1)


def test_a_witness_that_did_not_cosign_is_missed(ledger: Path, public: str, tmp_path: Path) -> None:
    witness = run("key", "new", "w", "--witness", "--output", tmp_path / "w.key").strip()
    assert "no checkpoint that a witness" in run("verify", "--ledger", ledger, "--witness", witness, code=1)
    run("ledger", "sign", "--ledger", ledger, "--key", tmp_path / "log.key")
    assert "is not cosigned by 'w'" in run("verify", "--ledger", ledger, "--witness", witness, code=1)


def test_a_ledger_without_a_checkpoint_or_file_says_so(ledger: Path, tmp_path: Path) -> None:
    with pytest.raises(LedgerUnavailable, match="'answerable ledger sign' signs one"):
        run("ledger", "checkpoint", "--ledger", ledger)
    with pytest.raises(LedgerUnavailable, match="there is no ledger at"):
        run("ledger", "checkpoint", "--ledger", tmp_path / "none.db")


def test_evidence_is_exported_and_holds_without_the_ledger(ledger: Path, public: str, tmp_path: Path) -> None:
    file = tmp_path / "e.zip"
    key = tmp_path / "log.key"
    told = run("ledger", "export", "--ledger", ledger, "--trace", "tr_1", "--key", key, "-o", file)
    assert "5 entries and their proofs" in told
    ledger.unlink()
    assert "5 entries, each proven" in run("verify", file, "--key", public)
    assert json.loads(run("verify", file, "--key", public, "--json"))["of"] == "trace tr_1"
    assert "were not checked" in run("verify", file)
    file.write_bytes(file.read_bytes()[:-30])
    assert "no evidence" in run("verify", file, "--key", public, code=1)


def test_evidence_of_nothing_is_not_written(ledger: Path, public: str, tmp_path: Path) -> None:
    key = tmp_path / "log.key"
    for what in (("--trace", "tr_9"), ("--conversation", "c-9")):
        with pytest.raises(LedgerUnavailable, match="has no"):
            run("ledger", "export", "--ledger", ledger, *what, "--key", key, "-o", tmp_path / "e")
    with pytest.raises(SettingsError, match="say what the evidence is of"):
        run("ledger", "export", "--ledger", ledger, "--key", key, "-o", tmp_path / "e")


def test_kept_hashes_that_are_wrong_are_found_and_written_again(ledger: Path) -> None:
    grow(ledger, 600)
    store = SqliteLog(ledger)
    integrate(store, store.size())
    store.close()
    assert "the kept hashes are right" in run("ledger", "fsck", "--ledger", ledger)
    with sqlite3.connect(ledger) as connection:
        connection.execute("UPDATE tile_roots SET hash = zeroblob(32) WHERE at = 1")
    connection.close()
    assert "1 kept hashes are not" in run("ledger", "fsck", "--ledger", ledger, code=1)
    assert "written again" in run("ledger", "fsck", "--ledger", ledger, "--repair")
    assert "the kept hashes are right" in run("ledger", "fsck", "--ledger", ledger)


def test_fsck_says_first_what_verify_says(ledger: Path) -> None:
    with sqlite3.connect(ledger) as connection:
        connection.execute("DELETE FROM entries WHERE seq = 2")
    connection.close()
    assert "entry 2 is missing" in run("ledger", "fsck", "--ledger", ledger, "--repair", code=1)


def test_a_witness_needs_its_own_kind_of_key_and_a_log(public: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no witness's key"):
        run("ledger", "witness", "--key", tmp_path / "log.key", "--log", public)
    run("key", "new", "w", "--witness", "--output", tmp_path / "w.key")
    with pytest.raises(SettingsError, match="name a log to follow"):
        run("ledger", "witness", "--key", tmp_path / "w.key", "--state", tmp_path / "w.json")


def test_the_witnesses_file_names_the_line_that_can_not_be_used(public: str, tmp_path: Path) -> None:
    path = tmp_path / "witnesses"
    for text, words in (
        ("w+1", "line 1: write the witness's URL"),
        (f"# us\nhttp://127.0.0.1:1 {public}", "line 2: that is no witness's key"),
        ("http://127.0.0.1:1 nonsense", "line 1: a public key"),
    ):
        path.write_text(text)
        with pytest.raises(SettingsError, match=words):
            read_witnesses(path)
    witness = run("key", "new", "w", "--witness", "--output", tmp_path / "w.key").strip()
    path.write_text(f"http://127.0.0.1:1 {witness}\n")
    [(url, key)] = read_witnesses(path)
    assert (url, str(key)) == ("http://127.0.0.1:1", witness)
