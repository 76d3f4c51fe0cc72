"""Somebody asks to be forgotten: the commands, and what an outsider who checks the evidence is told afterwards."""

import asyncio
import json
import re
from pathlib import Path

import pytest
from command_runner import run

from answerable.adapters.archives import unpacked
from answerable.adapters.sqlite_index import SqliteIndex
from answerable.apps.gate import open_gate
from answerable.exchange import Message, Role
from answerable.values import ConversationId, CustomerId
from answerable.values.errors import LedgerUnavailable, SettingsError, UnderHold

WORDS = "My card ends in 4242 and I want my money."


@pytest.fixture
def traces(tmp_path: Path) -> dict[str, str]:
    """A ledger of two customers; the trace of each one's exchange."""

    async def talk() -> dict[str, str]:
        found: dict[str, str] = {}
        async with open_gate(tmp_path / "l.db") as gate:
            for customer in ("ana", "ben"):
                exchange = gate.exchange(
                    [Message(Role.USER, WORDS)],
                    customer=CustomerId(customer),
                    conversation=ConversationId(f"c-{customer}"),
                )
                verdict = await gate.check(exchange, "Refunds usually take 5 days. Your refund is done.")
                found[customer] = verdict.trace
        return found

    run("key", "new", "answerable/log-1", "--output", tmp_path / "l.db.key")
    run("key", "new", "ruth.okafor", "--output", tmp_path / "ruth.key")
    return asyncio.run(talk())


@pytest.fixture
def ledger(traces: dict[str, str], tmp_path: Path) -> Path:
    assert traces
    return tmp_path / "l.db"


def exported(ledger: Path, *options: object) -> Path:
    out = ledger.parent / f"e{len(list(ledger.parent.glob('e*.zip')))}.zip"
    run("ledger", "export", "--ledger", ledger, "-o", out, *options)
    return out


def everything(evidence: Path) -> bytes:
    """What all the files of evidence say."""
    return b"".join(unpacked(evidence, 2**30).values())


def public(ledger: Path) -> str:
    return run("key", "show", ledger.with_name("l.db.key")).strip()


def test_an_outsider_is_told_that_it_was_erased_when_and_by_whom(
    ledger: Path, traces: dict[str, str]
) -> None:
    before = exported(ledger, "--trace", traces["ana"])
    told = run(
        "ledger", "erase", "--ledger", ledger, "--customer", "ana", "--key", ledger.parent / "ruth.key",
        "--reason", "asked by letter",
    )  # fmt: skip
    assert told == "1 key is destroyed, and the ledger says by whom\n"
    index = SqliteIndex(ledger.with_name("l.db.index"))
    assert index.position().next == 9, "the erasure itself is indexed, and so what it erased is gone"
    index.close()
    after = exported(ledger, "--trace", traces["ana"])
    told = run("verify", after, "--key", public(ledger))
    assert re.search(r"of 3 of them what people said was erased on \d{4}-\d\d-\d\d by ruth\.okafor", told), (
        told
    )
    data = json.loads(run("verify", after, "--key", public(ledger), "--json"))
    assert (data["private"], data["withheld"], len(data["erased"])) == (0, 0, 3)
    assert b"My card ends" in everything(before)
    assert b"My card ends" not in everything(after)
    assert "holds" in run("verify", before, "--key", public(ledger)), "what was handed out before still holds"
    assert "holds" in run("verify", "--ledger", ledger)
    assert "(erased)" in run("show", traces["ana"], "--ledger", ledger)
    assert "4242" in run("show", traces["ben"], "--ledger", ledger)


def test_evidence_with_fields_left_out_still_holds(ledger: Path, traces: dict[str, str]) -> None:
    out = exported(ledger, "--conversation", "c-ben", "--redact", "messages", "--redact", "customer")
    told = run("verify", out, "--key", public(ledger))
    assert "of 1 of them some fields are redacted; the others are proven" in told
    assert b"My card ends" not in everything(out)
    assert traces["ben"] in run("show", traces["ben"], "--ledger", ledger)


def test_a_field_that_nobody_has_is_named(ledger: Path, traces: dict[str, str]) -> None:
    with pytest.raises(
        SettingsError, match="no private part has a field 'name' to redact; they have arguments"
    ):
        exported(ledger, "--trace", traces["ben"], "--redact", "name")


def test_a_legal_hold_is_placed_listed_and_lifted(ledger: Path) -> None:
    ruth = ("--key", ledger.parent / "ruth.key", "--ledger", ledger)
    name = run("ledger", "hold", "--customer", "ana", "--reason", "claim 7", *ruth).strip()
    assert name in run("ledger", "holds", "--ledger", ledger)
    with pytest.raises(UnderHold, match=f"legal hold '{name}'"):
        run("ledger", "erase", "--customer", "ana", "--reason", "asked", *ruth)
    run("ledger", "lift", name, "--reason", "settled", *ruth)
    assert "no legal hold is in place" in run("ledger", "holds", "--ledger", ledger)
    run("ledger", "erase", "--customer", "ana", "--reason", "asked", *ruth)


def test_whom_to_erase_has_to_be_said(ledger: Path) -> None:
    ruth = ("--key", ledger.parent / "ruth.key", "--ledger", ledger)
    with pytest.raises(SettingsError, match="say of whom"):
        run("ledger", "erase", "--reason", "asked", *ruth)
    with pytest.raises(SettingsError, match="say of whom"):
        run("ledger", "erase", "--reason", "asked", "--customer", "a", "--conversation", "b", *ruth)
    with pytest.raises(SettingsError, match="leave out one"):
        run("ledger", "hold", "--reason", "r", "--customer", "a", "--everything", *ruth)
    with pytest.raises(LedgerUnavailable, match="nothing that could be erased"):
        run("ledger", "erase", "--reason", "asked", "--customer", "zoe", *ruth)


def test_what_is_young_is_kept(ledger: Path, traces: dict[str, str]) -> None:
    told = run("ledger", "retain", "--days", "30", "--key", ledger.parent / "ruth.key", "--ledger", ledger)
    assert told == "0 keys were past their time and are destroyed\n"
    assert "4242" in run("show", traces["ana"], "--ledger", ledger)
