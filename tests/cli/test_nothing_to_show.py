"""Whoever looks for what is not there is told what is missing, and where to look, in words that read well."""

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner

from answerable.adapters.sqlite_ledger import SqliteLedger
from answerable.apps.cli import app
from answerable.values.errors import LedgerUnavailable


def show(ledger: Path, *trace: str) -> None:
    CliRunner().invoke(app, ["show", *trace, "--ledger", str(ledger)], catch_exceptions=False)


def test_a_ledger_without_a_trace_is_not_said_to_lack_one_called_at_all(tmp_path: Path) -> None:
    asyncio.run(SqliteLedger(tmp_path / "l.db").close())
    with pytest.raises(LedgerUnavailable, match=r"^nothing is on record in this ledger yet"):
        show(tmp_path / "l.db")
    with pytest.raises(LedgerUnavailable, match=r"^nothing is on record under 'tr_9' in this ledger"):
        show(tmp_path / "l.db", "tr_9")
