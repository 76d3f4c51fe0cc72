"""`answerable replay`: recorded conversations through the real gateway, and what it would have stopped."""

import asyncio
import json
from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table

from answerable.apps.chain import ChainLine, assemble
from answerable.apps.demo import client_for, fresh
from answerable.apps.playing import gateway_over, play
from answerable.testing.recordings import read_recordings
from answerable.testing.script_upstream import script_upstream
from answerable.values import TraceId
from answerable.values.errors import LedgerBroken

_LEDGER = Path("var/replay.db")
_OUTCOMES = ("release", "revise", "hold", "withhold")


def replay_file(
    console: Console, file: Path, ledger: Path | None, *, most: int, lines: bool, as_json: bool
) -> int:
    """Replay a file of recordings; 0 where all of them could be played. Raises ScriptError."""
    scripts = {script.id: script for script, _ in zip(read_recordings(file), range(most), strict=False)}
    counts: Counter[tuple[str, str]] = Counter()
    stopped: list[dict[str, object]] = []
    with (
        gateway_over(script_upstream(scripts, chunk=64), fresh(ledger, _LEDGER)) as (url, store),
        Progress(console=console, disable=as_json, transient=True) as progress,
    ):
        client = client_for(url)
        task = progress.add_task("replaying", total=len(scripts))
        for script in scripts.values():
            for _, replies in play(client, script):
                for reply in replies:
                    chain = assemble(asyncio.run(store.trace(TraceId(reply.trace))))
                    if chain is None:
                        raise LedgerBroken(
                            f"trace '{reply.trace}' was shown, and the ledger does not hold it"
                        )
                    for line in chain.lines:
                        _count(script.id, chain.trace, line, counts, stopped)
            progress.advance(task)
        entries = asyncio.run(store.verify())
    if as_json:
        table = [
            {"force": force, "outcome": outcome, "lines": n} for (force, outcome), n in sorted(counts.items())
        ]
        console.print_json(
            json.dumps(
                {"conversations": len(scripts), "counts": table, "stopped": stopped, "entries": entries}
            )
        )
        return 0
    _print(console, len(scripts), counts, entries)
    if lines:
        for one in stopped:
            console.print(
                f"{one['trace']}  [bold]{one['outcome']}[/] {one['force']}  {escape(str(one['said']))}",
                soft_wrap=True,
            )
    return 0


def _count(
    script: str,
    trace: str,
    line: ChainLine,
    counts: Counter[tuple[str, str]],
    stopped: list[dict[str, object]],
) -> None:
    if not (line.text and line.text.text):
        return
    claim, decision = line.body.claim, line.body.decision
    counts[claim.force, decision.outcome] += 1
    if decision.outcome != "release":
        stopped.append(
            {
                "conversation": script,
                "trace": trace,
                "said": line.text.text,
                "force": claim.force,
                "subject": claim.subject,
                "outcome": decision.outcome,
                "because": line.text.because or decision.because,
            }
        )


def _print(console: Console, conversations: int, counts: Counter[tuple[str, str]], entries: int) -> None:
    table = Table(title=f"{conversations} conversations", title_justify="left")
    table.add_column("force")
    for outcome in _OUTCOMES:
        table.add_column(outcome, justify="right")
    for force in sorted({force for force, _ in counts}):
        table.add_row(force, *(str(counts[force, outcome]) for outcome in _OUTCOMES))
    console.print(table)
    total = sum(counts.values())
    passed = sum(n for (_, outcome), n in counts.items() if outcome == "release")
    share = 100 * (total - passed) / total if total else 0
    console.print(
        f"{total} lines, {total - passed} of them stopped ({share:.1f} %). "
        f"{entries} linked entries, and they verify."
    )
