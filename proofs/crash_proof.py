"""What the proofs by SIGKILL have in common: the command line, the servers they start, progress and report."""

import argparse
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from crash_stores import PostgresStore, SqliteStore, Store


class Given(NamedTuple):
    """What a proof is to do, and where."""

    kills: int
    seed: int
    folder: Path
    store: Store


class Proved(NamedTuple):
    """What came of it: the report, as Markdown, and what did not hold."""

    report: str
    problems: Sequence[str]


def main(doc: str | None, kills: int, counted: str, prove: Callable[[Given], Proved]) -> None:
    """Prove as the command line says, and print what came of it. Exits with 1 where anything did not hold.

    `kills` are done where it names no number, and `counted` says of what.
    """
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=kills, help=counted)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="an empty folder; a temporary one without it")
    parser.add_argument("--store", choices=("sqlite", "postgres"), default="sqlite")
    given = parser.parse_args()
    folder = given.folder or Path(tempfile.mkdtemp(prefix="answerable-crash-"))
    folder.mkdir(parents=True, exist_ok=True)
    store = PostgresStore(folder) if given.store == "postgres" else SqliteStore(folder)
    try:
        proved = prove(Given(given.kills, given.seed, folder, store))
    finally:
        store.close()
    if sys.stderr.isatty():
        print(file=sys.stderr)
    print(proved.report)
    for problem in proved.problems:
        print(f"\n✗ {problem}")
    print(
        "\nSIGKILL ends the process and leaves the machine running: what a disk would lose with its power "
        "is not shown by this."
    )
    if proved.problems:
        print(f"\nEverything that is not in a database stays in {folder}")
        raise SystemExit(1)
    if given.folder is None:
        shutil.rmtree(folder)


def table(rows: Mapping[str, object]) -> str:
    return "\n".join(
        ("| what | figure |", "| --- | --- |", *(f"| {what} | {figure} |" for what, figure in rows.items()))
    )


def say(what: str) -> None:
    """How far it is."""
    end = "\r" if sys.stderr.isatty() else "\n"
    print(f"  … {what}", file=sys.stderr, flush=True, end=end)


def start(command: list[str], log: Path, **settings: str) -> tuple["subprocess.Popen[str]", str]:
    """Start a server that prints its URL as JSON once it listens."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("ANSWERABLE_")} | settings
    with log.open("a") as errors:
        process = subprocess.Popen(
            [sys.executable, *command], env=environment, stdout=subprocess.PIPE, stderr=errors, text=True
        )
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], 30)
    line = process.stdout.readline() if ready else ""
    if not line:
        process.kill()
        process.wait()
        raise SystemExit(f"{' '.join(command)} did not start:\n{log.read_text()[-2000:]}")
    return process, json.loads(line)["url"]


def end(process: "subprocess.Popen[str]", how: signal.Signals) -> None:
    process.send_signal(how)
    process.wait(20)
    if process.stdout is not None:
        process.stdout.close()
