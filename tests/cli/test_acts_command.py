"""Acts, looked at on the command line: what waits for somebody, and what is on record of one."""

import asyncio
import json
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from command_runner import run_on
from typer.testing import CliRunner

from answerable.actions import Answered, Granted, HandedOver, How, Sent, Uncertain, action_under, authority_of
from answerable.adapters.sqlite_actions import SqliteActions
from answerable.adapters.sqlite_ledger import SqliteLedger
from answerable.apps.acting.entries import action_draft, receipt_draft
from answerable.apps.cli import app
from answerable.decisions.act_rules import LeadsTo
from answerable.ports.actions import Kept, Lease
from answerable.testing import sample_grants as some
from answerable.values import ActionId, GrantId
from answerable.values.errors import ActionsUnavailable, SettingsError

NOW = some.NOW
LEASE = Lease("one", NOW)


def unknown(path: Path) -> Kept:
    """An act that waits for somebody, beside a ledger that has it."""
    permit = some.permit(1)
    action = action_under(
        permit, id=ActionId("ac_1"), arguments=some.ARGUMENTS, connector="shop", subject="customer:c-81"
    )

    async def record(kept: Kept) -> str:
        ledger = SqliteLedger(path)
        outcome = Uncertain("nobody answered")
        drafts = [action_draft(kept, "intended", NOW), receipt_draft(kept, outcome, How.ANSWER, NOW)]
        leaves = await ledger.append(drafts)
        await ledger.close()
        return f"sha256:{leaves[-1]}"

    with closing(SqliteActions(f"{path}.actions")) as store:
        until = NOW + timedelta(minutes=5)
        authority = authority_of(action, LeadsTo())
        kept = store.begin(action, until=until, authority=authority, limits=(), now=NOW, lease=LEASE)
        receipt = asyncio.run(record(kept))
        for event in (
            Granted(GrantId("gr_1")),
            Sent(NOW),
            Answered(Uncertain("nobody answered"), How.ANSWER, receipt),
            HandedOver(receipt),
        ):
            kept = store.advance(kept, event, LEASE)
    return kept


def test_what_nobody_knows_of_is_listed_and_shown(tmp_path: Path) -> None:
    path = tmp_path / "l.db"
    kept = unknown(path)
    listed = run_on(path, "acts", "list")
    assert "ac_1" in listed
    assert "person" in listed
    assert some.ARGUMENTS not in listed
    [row] = json.loads(run_on(path, "acts", "list", "--json"))["acts"]
    assert (row["act"], row["state"]) == ("ac_1", "person")
    trace, conversation = kept.action.trace, kept.action.conversation
    for asked in (("--trace", trace), ("--conversation", conversation or "")):
        assert json.loads(run_on(path, "acts", "list", *asked, "--json"))["acts"] == [row]
    assert run_on(path, "acts", "list", "--conversation", "c-none") == "there is nothing of it\n"
    found = json.loads(run_on(path, "acts", "show", "ac_1"))
    assert found["arguments"] == json.loads(some.ARGUMENTS)
    assert [(one["outcome"], one["result"]) for one in found["receipts"]] == [
        ("uncertain", "nobody answered")
    ]
    assert found["key"] == kept.action.key


def test_what_is_not_there_is_said_and_no_file_is_made(tmp_path: Path) -> None:
    with pytest.raises(ActionsUnavailable, match="--ledger"):
        run_on(tmp_path / "l.db", "acts", "list")
    assert list(tmp_path.iterdir()) == []
    unknown(tmp_path / "l.db")
    with pytest.raises(ActionsUnavailable, match="no act 'ac_9'"):
        run_on(tmp_path / "l.db", "acts", "show", "ac_9")
    with pytest.raises(SettingsError, match="not by both"):
        run_on(tmp_path / "l.db", "acts", "list", "--trace", "t", "--conversation", "c")


def test_nobody_says_what_became_of_an_act_on_the_command_line() -> None:
    told = CliRunner().invoke(app, ["acts", "--help"]).output
    for word in ("resolve", "undo"):
        assert word not in told
