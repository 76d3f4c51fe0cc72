"""Processes killed at any step: what was approved is done once, and the record says so, once."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from answerable.adapters.sqlite_approvals import SqliteApprovals
from answerable.adapters.sqlite_ledger import SqliteLedger
from answerable.approvals import Result
from answerable.receipts import ApprovalBody
from answerable.receipts.verifying import decode
from answerable.values import ApprovalId, TraceId

HERE = Path(__file__).parent
COUNT = 3


def process(folder: Path) -> "subprocess.Popen[str]":
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([*sys.path, str(HERE)])}
    return subprocess.Popen(
        [sys.executable, HERE / "waiting_process.py", folder, str(COUNT)],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )


@pytest.mark.parametrize("lines", [1, 4, 7, 10, 13, 17, 22, 28])
def test_what_was_approved_is_done_once_whenever_the_process_is_killed(tmp_path: Path, lines: int) -> None:
    with process(tmp_path) as first:
        assert first.stdout is not None
        for _ in range(lines):
            if not first.stdout.readline():
                break
        first.kill()
    with process(tmp_path) as second:
        said = second.communicate(timeout=120)[0]
    assert second.returncode == 0
    assert said.splitlines()[-1] == "over"
    assert sorted((tmp_path / "acts").read_text().split()) == [f"ac_{number}" for number in range(COUNT)]
    store = SqliteApprovals(tmp_path / "a.db")
    for number in range(COUNT):
        kept = store.get(ApprovalId(f"ap_{number}"))
        assert kept is not None
        assert (kept.state.result, kept.pending) == (Result.DONE, None)
        assert asyncio.run(events(tmp_path, number)) == ["opened", "approved", "used", "told"]
    store.close()


async def events(folder: Path, number: int) -> list[str]:
    ledger = SqliteLedger(folder / "l.db")
    await ledger.verify()
    bodies = [decode(row.entry, row.seq).body for row in await ledger.trace(TraceId(f"tr_{number}"))]
    await ledger.close()
    return [body.event for body in bodies if isinstance(body, ApprovalBody)]
