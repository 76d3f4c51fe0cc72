"""Whoever acts is killed at each step of an act, and nothing is done twice. `make proof` kills 100 times at each."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_no_act_is_done_twice_or_lost_wherever_the_process_dies(tmp_path: Path) -> None:
    # In a process of its own: it forks, which one with threads may not.
    found = subprocess.run(
        [sys.executable, str(ROOT / "proofs/crash_actions.py"), "--kills", "1", "--folder", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=1800,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )
    assert found.returncode == 0, found.stdout + found.stderr
    assert "other problems** | **none**" in found.stdout
    for step in (
        "actions.begin after",
        "ledger sent after",
        "call during",
        "call after; then its recovery: query",
    ):
        assert step in found.stdout
