"""A ledger handed over to another key as its owner, its witness and its auditor do it: real processes, over HTTP."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from command_runner import run

from answerable.adapters.sqlite_ledger import SqliteLedger
from answerable.adapters.sqlite_log import SqliteLog
from answerable.apps.ledger_place import LedgerPlace
from answerable.receipts import CallBody, Draft
from answerable.signing import check_note, verifier_from
from answerable.testing.serving import serve_in_thread
from answerable.testing.vault_simulator import VaultSimulator
from answerable.values.errors import KeyUnavailable, SettingsError, SignatureError

ORIGIN = "answerable/log-1"
SETTINGS = ("ANSWERABLE_", "VAULT_")


def grow(path: Path, count: int) -> None:
    async def append() -> None:
        ledger = SqliteLedger(path)
        at = "2026-11-24T00:00:00.000000Z"
        await ledger.append([Draft("tr_1", at, CallBody(0, one, f"c-{one}", "tool")) for one in range(count)])
        await ledger.close()

    asyncio.run(append())


def environment(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(SETTINGS)}
    return {**kept, "NO_COLOR": "1", **more}


@contextmanager
def running(*arguments: object, **more: str) -> Iterator[str]:
    """A command in a process of its own, once it has said its first line, which is given."""
    process = subprocess.Popen(
        [sys.executable, "-m", "answerable.apps.cli", *map(str, arguments)],
        env=environment(**more), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        first = process.stdout.readline()
        assert first, process.stderr.read() if process.stderr else ""
        yield first
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def refused(*arguments: object, **more: str) -> str:
    """What a command says that does not start."""
    told = subprocess.run(
        [sys.executable, "-m", "answerable.apps.cli", *map(str, arguments)],
        env=environment(**more), capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert told.returncode == 2, told
    assert "Traceback" not in told.stderr
    return told.stdout + told.stderr


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def cosigned(path: Path, witness: str) -> int:
    """The size of the last checkpoint, once the witness has cosigned it."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with closing(SqliteLog(path)) as store:
            note = store.checkpoint()
            size = store.size()
        if note is not None and check_note(note, [verifier_from(witness)]):
            found = int(note.text.splitlines()[1])
            if found == size:
                return found
        time.sleep(0.05)
    raise AssertionError("the witness did not cosign")


class Parties:
    """A ledger's owner with two keys, and a witness."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.ledger = folder, folder / "l.db"
        self.old_key, self.new_key = folder / "old.key", folder / "new.key"
        self.old = run("key", "new", ORIGIN, "--output", self.old_key).strip()
        self.new = run("key", "new", ORIGIN, "--output", self.new_key).strip()
        self.witness = run("key", "new", "w", "--witness", "--output", folder / "w.key").strip()
        self.port = free_port()
        self.witnesses = folder / "witnesses"
        self.witnesses.write_text(f"http://127.0.0.1:{self.port} {self.witness}\n")
        grow(self.ledger, 5)

    def gateway(self, key: Path) -> tuple[object, ...]:
        return ("serve", "--port", 0, "--json", "--ledger", self.ledger, "--ledger-key", key,
                "--witnesses", self.witnesses)  # fmt: skip

    def witnessing(self, *logs: str) -> tuple[object, ...]:
        named = [part for log in logs for part in ("--log", log)]
        return ("ledger", "witness", "--key", self.folder / "w.key", *named, "--state", self.folder / "w.json",
                "--port", self.port)  # fmt: skip


@pytest.fixture
def parties(tmp_path: Path) -> Parties:
    return Parties(tmp_path)


def test_a_log_changes_its_key_before_the_eyes_of_its_witness_and_of_who_knows_only_the_first(
    parties: Parties, tmp_path: Path
) -> None:
    ledger, first = parties.ledger, tmp_path / "first.note"
    with running(*parties.witnessing(parties.old)), running(*parties.gateway(parties.old_key)):
        assert cosigned(ledger, parties.witness) == 5
    first.write_text(run("ledger", "checkpoint", "--ledger", ledger))
    early = tmp_path / "early.zip"
    run("ledger", "export", "--ledger", ledger, "--trace", "tr_1", "--key", parties.old_key, "-o", early)

    assert "'answerable ledger rotate-key --key OLD --new NEW'" in refused(*parties.gateway(parties.new_key))
    grow(ledger, 2)
    rotate = ("ledger", "rotate-key", "--ledger", ledger, "--key", parties.old_key, "--new", parties.new_key)
    told = run(*rotate)
    assert "answerable ledger key handover v1\nlog answerable/log-1\nsize 7\n" in told
    assert f"the log signs with {parties.new}\n" in told
    assert run(*rotate) == told, "done again, it is the same handover"
    said = refused(*parties.gateway(parties.old_key))
    assert "was retired at 7 entries" in said
    assert "name that key" in said

    grow(ledger, 3)
    named = parties.witnessing(parties.old, parties.new)
    with running(*named), running(*parties.gateway(parties.new_key)):
        assert cosigned(ledger, parties.witness) == 10
    with running(*named) as said:
        assert "is retired here, and stays so" in said

    for key in (parties.old, parties.new):
        held = run(
            "verify", "--ledger", ledger, "--key", key, "--witness", parties.witness, "--checkpoint", first
        )
        assert "the last counts 10 of the entries" in held
        assert "the log's key was handed over at 7 entries" in held
        assert "cosigned by w" in held
        assert "made that up" not in held
    assert "could have made that up" in run("verify", "--ledger", ledger, "--key", parties.old)
    assert "made that up" not in run("verify", "--ledger", ledger, "--key", parties.new)
    late = tmp_path / "late.zip"
    export = ("ledger", "export", "--ledger", ledger, "--trace", "tr_1", "-o", late)
    with pytest.raises(SignatureError, match="was retired at 7 entries"):
        run(*export, "--key", parties.old_key)
    run(*export, "--key", parties.new_key)
    ledger.unlink()
    for file, key in ((early, parties.old), (late, parties.old), (late, parties.new)):
        data = json.loads(run("verify", file, "--key", key, "--witness", parties.witness, "--json"))
        assert (data["holds"], data["handovers"]) == (True, int(file is late))
    assert "wrong key" in run("verify", early, "--key", parties.new, code=1)


def test_the_log_can_be_followed_over_http_from_its_first_key(parties: Parties) -> None:
    rotate = ("ledger", "rotate-key", "--ledger", parties.ledger, "--key", parties.old_key)
    told = run(*rotate, "--new", parties.new_key)
    gateway = ("serve", "--port", 0, "--json", "--ledger", parties.ledger, "--ledger-key", parties.new_key)
    with running(*gateway) as said:
        url = json.loads(said)["url"].removesuffix("/v1")
        with urllib.request.urlopen(f"{url}/log/keys.notes", timeout=10) as answer:
            notes = answer.read().decode()
    assert notes.startswith("answerable ledger key handover v1\n")
    assert told.startswith(notes)


# -- keys in variables and at a vault --------------------------------------------------------------


def test_a_key_in_a_variable_signs_hands_over_and_exports(
    parties: Parties, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OLD_SECRET", parties.old_key.read_text())
    monkeypatch.setenv("NEW_SECRET", parties.new_key.read_text())
    monkeypatch.setenv("ANSWERABLE_LEDGER_KEY", "env:OLD_SECRET")
    monkeypatch.setenv("ANSWERABLE_LEDGER", str(parties.ledger))
    assert run("ledger", "sign").splitlines()[1] == "5"
    run("ledger", "rotate-key", "--new", "env:NEW_SECRET")
    monkeypatch.setenv("ANSWERABLE_LEDGER_KEY", "env:NEW_SECRET")
    run("ledger", "export", "--trace", "tr_1", "-o", tmp_path / "e.zip")
    assert "5 entries, each proven" in run("verify", tmp_path / "e.zip", "--key", parties.old)
    assert run("key", "show", "env:NEW_SECRET").strip() == parties.new
    monkeypatch.delenv("NEW_SECRET")
    with pytest.raises(SettingsError, match="the variable 'NEW_SECRET'"):
        run("ledger", "sign")


def test_a_key_at_a_vault_signs_is_rotated_there_and_handed_over_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger, simulator = tmp_path / "l.db", VaultSimulator({"hvs.token"})
    key = simulator.create("ledger", "ed25519")
    grow(ledger, 5)
    with serve_in_thread(simulator.app) as url:
        for name, value in (
            ("VAULT_ADDR", url),
            ("VAULT_TOKEN", "hvs.token"),
            ("ANSWERABLE_LEDGER", str(ledger)),
            ("ANSWERABLE_LEDGER_KEY", "vault:ledger"),
        ):
            monkeypatch.setenv(name, value)
        origin = run("ledger", "sign").splitlines()[0]
        assert origin.startswith("answerable/log-")
        with pytest.raises(SettingsError, match="give the log's with --name"):
            run("key", "show", "vault:ledger")
        first = run("key", "show", "vault:ledger", "--name", origin).strip()
        key.rotate()
        grow(ledger, 2)
        with pytest.raises(
            SignatureError, match=r"is not the one that signs this ledger: .*wrong key"
        ) as told:
            run("ledger", "rotate-key", "--new", "vault:ledger@2")
        assert "hvs.token" not in str(told.value)
        run("ledger", "rotate-key", "--key", "vault:ledger@1", "--new", "vault:ledger@2")
        grow(ledger, 1)
        assert run("ledger", "sign").splitlines()[:2] == [origin, "8"]
        run("ledger", "export", "--trace", "tr_1", "-o", tmp_path / "e.zip")
        at_vault = {"VAULT_ADDR": url, "VAULT_TOKEN": "hvs.token", "ANSWERABLE_LEDGER_KEY": "vault:ledger"}
        with running("serve", "--port", 0, "--json", "--ledger", ledger, **at_vault):
            pass
        simulator.sealed = True
        with pytest.raises(KeyUnavailable, match="it is sealed"):
            run("ledger", "sign")
    assert "7 entries" in run("verify", "--ledger", ledger, "--key", first)
    assert "each proven" in run("verify", tmp_path / "e.zip", "--key", first)


def test_a_vault_s_key_of_a_new_ledger_keeps_the_name_that_it_was_given_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger, simulator = tmp_path / "l.db", VaultSimulator({"hvs.token"})
    simulator.create("ledger", "ed25519")
    grow(ledger, 1)
    with serve_in_thread(simulator.app) as url:
        monkeypatch.setenv("VAULT_ADDR", url)
        monkeypatch.setenv("VAULT_TOKEN", "hvs.token")
        first = LedgerPlace(ledger).signing_key("vault:ledger").verifier
        assert LedgerPlace(ledger).signing_key("vault:ledger").verifier == first


def test_a_gateway_that_can_not_have_its_key_does_not_start_and_tells_no_secret(
    parties: Parties, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = parties.old_key.read_text().strip()
    said = refused("serve", "--port", 0, "--ledger", parties.ledger, ANSWERABLE_LEDGER_KEY=secret)
    assert "a secret was given where it is kept should be named" in said
    assert secret[-30:-8] not in said
    monkeypatch.setenv("ANSWERABLE_LEDGER", str(parties.ledger))
    monkeypatch.setenv("ANSWERABLE_LEDGER_KEY", "env:LOG_SECRET")
    for spoilt in (secret[:-3], f"x{secret}", parties.new):
        monkeypatch.setenv("LOG_SECRET", spoilt)
        with pytest.raises(SignatureError) as told:
            run("ledger", "sign")
        assert spoilt[-30:-8] not in str(told.value)
