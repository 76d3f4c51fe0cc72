"""Memory and bytes as a ledger grows: python benchmarks/ledger_size.py [--sizes 10000 100000 1000000]

For each size a ledger is written in batches of 1,000 acts, each with 200 bytes of arguments unless told otherwise;
then verified from its first entry, signed for the first time (which computes the tree), and asked for 1,000
inclusion and consistency proofs, each by a process of its own. Printed: the most memory that each had resident
(VmHWM), beside that of a process that only opens the ledger; how long it took; the file's bytes for each entry.
"""

import argparse
import asyncio
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from answerable.adapters.sqlite_ledger import SqliteLedger
from answerable.adapters.sqlite_log import SqliteLog
from answerable.apps.ledger.checkpointing import Checkpointer
from answerable.apps.ledger_place import LedgerPlace
from answerable.ledger.log import hashes
from answerable.ledger.merkle import consistency_proof, inclusion_proof
from answerable.receipts import CallBody, CallPrivate, Draft
from answerable.signing import new_signer

AT = "2026-11-24T00:00:00.000000Z"
BATCH = 1000
PROOFS = 1000


@dataclass(frozen=True, slots=True)
class Task:
    """One ledger: where it is, how many entries it has or gets, the bytes of each one's arguments."""

    path: Path
    count: int
    arguments: int


def draft(number: int, arguments: int) -> Draft:
    return Draft(
        f"tr_{number // 10}", AT, CallBody(0, number, f"c-{number}", "tool"), CallPrivate("x" * arguments)
    )


def open_only(task: Task) -> None:
    asyncio.run(SqliteLedger(task.path).close())


def append(task: Task) -> None:
    async def run() -> None:
        ledger = SqliteLedger(task.path)
        for first in range(0, task.count, BATCH):
            await ledger.append(
                [draft(at, task.arguments) for at in range(first, min(first + BATCH, task.count))]
            )
        await ledger.close()

    asyncio.run(run())


def verify(task: Task) -> None:
    async def run() -> None:
        ledger = SqliteLedger(task.path)
        assert await ledger.verify() == task.count
        await ledger.close()

    asyncio.run(run())


def sign(task: Task) -> None:
    asyncio.run(
        Checkpointer(LedgerPlace(task.path), new_signer("benchmark.example/log", bytes(range(32)))).once()
    )


def prove(task: Task) -> None:
    draw = random.Random(task.count)
    with closing(SqliteLog(task.path)) as store:
        tree = hashes(store, task.count)
        for place in (draw.randrange(1, task.count) for _ in range(PROOFS)):
            inclusion_proof(place, task.count, tree)
            consistency_proof(place, task.count, tree)


STEPS: dict[str, Callable[[Task], None]] = {
    "open": open_only,
    "append": append,
    "verify": verify,
    "sign": sign,
    "prove": prove,
}


def peak_megabytes() -> float:
    """The most that this process has had resident. Not getrusage's: that begins with the parent's."""
    status = Path("/proc/self/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def step(name: str, task: Task) -> None:
    """What the child does: the step, then its cost as JSON."""
    began = time.perf_counter()
    STEPS[name](task)
    print(json.dumps([peak_megabytes(), time.perf_counter() - began]))


def cost(name: str, task: Task) -> tuple[float, float]:
    """Megabytes and seconds of a step in a process of its own."""
    command = [sys.executable, __file__, "--step", name, "--path", str(task.path)]
    command += ["--sizes", str(task.count), "--arguments", str(task.arguments)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    megabytes, seconds = json.loads(done.stdout)
    return megabytes, seconds


def measure(count: int, arguments: int) -> str:
    with tempfile.TemporaryDirectory() as folder:
        task = Task(Path(folder) / "ledger.db", count, arguments)
        costs = {name: cost(name, task) for name in ("append", "open", "verify", "sign", "prove")}
        size = task.path.stat().st_size
    cells = [f"{costs['open'][0]:.0f} MB"]
    for name in ("append", "verify", "sign", "prove"):
        megabytes, seconds = costs[name]
        cells.append(f"{megabytes:.0f} MB, {seconds:.1f} s")
    return f"| {count:,} | {size / count:,.0f} | {' | '.join(cells)} |"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", type=int, nargs="*", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--arguments", type=int, default=200, help="bytes of each act's arguments")
    parser.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)
    parser.add_argument("--path", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.step:
        step(given.step, Task(given.path, given.sizes[0], given.arguments))
        return
    print(
        "| entries | bytes an entry | only opened | appended | verified | signed | 1,000 proofs of each kind |"
    )
    print("| ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for size in given.sizes:
        print(measure(size, given.arguments), flush=True)


if __name__ == "__main__":
    main()
