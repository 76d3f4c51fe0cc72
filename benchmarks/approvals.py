"""What it costs that something waits for people, and how soon an act is begun once it is approved.

    python benchmarks/approvals.py                # the follow-up of this project, on SQLite and PostgreSQL
    python benchmarks/approvals.py --dbos         # the same moves by `dbos` workflows, too (pip install dbos)

Each row is a process of its own: so many requests wait; then, for ten seconds, nobody does anything; then some are
approved, one after another.
"""

import argparse
import asyncio
import importlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from answerable.adapters.postgres.approvals import PostgresApprovals
from answerable.adapters.sqlite_approvals import SqliteApprovals
from answerable.adapters.sqlite_ledger import SqliteLedger
from answerable.adapters.world import utc_now
from answerable.approvals import Result, Rules
from answerable.approvals.plan import Duration, RouteRules
from answerable.apps.approvals.customers import Outcomes
from answerable.apps.approvals.following import Approved, FollowUp
from answerable.apps.approvals.held import holding
from answerable.apps.approvals.service import ApprovalService
from answerable.apps.approvals.watching import Watch
from answerable.identity.operators import Operator
from answerable.ports.approvals import ApprovalStore, Kept
from answerable.roles import Ruling
from answerable.testing import sample_approvals as some
from answerable.testing import sample_holds as holds
from answerable.testing.postgres_server import PostgresServer
from answerable.values import ApprovalId, AssuranceLevel

WAITING = (1, 100, 1000)
APPROVED = 30
IDLE_SECONDS = 10.0
POLL_SECONDS = 0.05


class Everybody:
    """Lets anybody: what is measured is not who may."""

    async def to_answer(self, *_: Any) -> Ruling:
        return Ruling(allowed=True, because=(), policies=("p",))

    async def to_withdraw(self, *_: Any) -> Ruling:
        return Ruling(allowed=True, because=(), policies=("p",))

    async def readable(self, _: Any, states: Any, __: Any) -> list[Any]:
        return list(states)

    async def to_read(self, *_: Any) -> Ruling:
        return Ruling(allowed=True, because=(), policies=("p",))


@dataclass
class Measured:
    """One row."""

    by: str
    store: str
    waiting: int
    idle_percent: float
    act_p50_ms: float
    act_max_ms: float
    memory_mb: float
    threads: int
    import_cpu_ms: float


def memory_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


async def measure(by: str, dsn: str, waiting: int, folder: Path) -> Measured:
    store: ApprovalStore = PostgresApprovals(dsn) if dsn else SqliteApprovals(folder / "approvals.db")
    ledger = SqliteLedger(folder / "ledger.db")
    numbers = iter(range(10**6))
    hour = Duration(timedelta(hours=1))
    service = ApprovalService(
        store, ledger, lambda: Rules(default=RouteRules(Duration(timedelta(hours=2)), (hour,))), Everybody(),
        utc_now, lambda: ApprovalId(f"ap_{next(numbers)}"),
    )  # fmt: skip
    begun: dict[str, float] = {}

    async def run(approved: Approved) -> Result:
        begun[approved.state.request.id] = time.perf_counter()
        return Result.DONE

    follow = FollowUp(service, Outcomes(service, dict), utc_now, run)
    before = time.process_time()
    start = dbos_follower if by == "dbos" else watch_follower
    if by == "dbos":
        importlib.import_module("dbos")
    import_ms = (time.process_time() - before) * 1000
    woken = await start(follow, service, f"postgresql:{dsn.partition(':')[2]}" if dsn else "", folder)
    kept: list[Kept] = []
    for number in range(waiting):
        drafts = [holds.exchange(number), holds.held_act(number)]
        [(trace, decision)] = holding(drafts, await ledger.append(drafts))
        kept.append(await service.open(trace, decision))
    await woken(kept)
    cpu, clock = time.process_time(), time.perf_counter()
    await asyncio.sleep(IDLE_SECONDS)
    idle = (time.process_time() - cpu) / (time.perf_counter() - clock) * 100
    memory, threads = memory_mb(), threading.active_count()
    times = []
    for one in kept[:APPROVED]:
        ruth = Operator(some.RUTH, "Ruth", AssuranceLevel.AAL2, utc_now())
        at = time.perf_counter()
        await service.approve(one.state.request.id, ruth, one.state.binds)
        while one.state.request.id not in begun:  # noqa: ASYNC110 – an event would be ours to set
            await asyncio.sleep(0.001)
        times.append((begun[one.state.request.id] - at) * 1000)
    return Measured(
        by, store.__class__.__name__, waiting, idle, statistics.median(times), max(times), memory, threads,
        import_ms,
    )  # fmt: skip


async def watch_follower(follow: FollowUp, service: ApprovalService, _: str, __: Path) -> Any:
    watch = Watch(follow.go_on, follow.left, utc_now)
    service.changed.append(watch.wake)
    tasks = [asyncio.create_task(watch.run())]

    async def ready(kept: list[Kept]) -> None:
        await noticed(service, kept)
        assert tasks

    return ready


async def dbos_follower(follow: FollowUp, service: ApprovalService, dsn: str, folder: Path) -> Any:
    """The same moves, each a step of a durable workflow for each request."""
    dbos: Any = importlib.import_module("dbos")

    @dbos.DBOS.step()  # type: ignore[untyped-decorator]
    async def go_on(approval: str) -> float | None:
        until = await follow.go_on(ApprovalId(approval))
        return None if until is None else max((until - utc_now()).total_seconds(), 0.0)

    @dbos.DBOS.workflow()  # type: ignore[untyped-decorator]
    async def follow_up(approval: str) -> None:
        while (seconds := await go_on(approval)) is not None:
            await dbos.DBOS.recv_async("wake", timeout_seconds=seconds)

    dbos.DBOS(
        config={
            "name": "answerable-approvals",
            "system_database_url": dsn or f"sqlite:///{folder}/follow.db",
            "application_version": "1",
            "notification_listener_polling_interval_sec": POLL_SECONDS,
            "log_level": "ERROR",
        }
    )
    dbos.DBOS.launch()
    started: set[str] = set()
    tasks: set[asyncio.Task[None]] = set()

    def changed(approval: ApprovalId) -> None:
        # What a workflow did by itself needs no message, and a message to itself would be another step.
        if dbos.DBOS.workflow_id is None and approval in started:
            task = asyncio.create_task(dbos.DBOS.send_async(approval, "changed", "wake"))
            tasks.add(task)
            task.add_done_callback(tasks.discard)

    service.changed.append(changed)

    async def ready(kept: list[Kept]) -> None:
        for one in kept:
            with dbos.SetWorkflowID(one.state.request.id):
                await dbos.DBOS.start_workflow_async(follow_up, one.state.request.id)
            started.add(one.state.request.id)
        await noticed(service, kept)

    return ready


async def noticed(service: ApprovalService, kept: list[Kept]) -> None:
    """Wait until each was looked at once, and nothing is under way."""
    for one in kept:
        while True:
            found = service.store.get(one.state.request.id)
            if found is not None and found.state.noticed:
                break
            await asyncio.sleep(0.05)
    await asyncio.sleep(1)


def child(by: str, dsn: str, waiting: int) -> None:
    with tempfile.TemporaryDirectory(prefix="approvals-") as folder:
        row = asyncio.run(measure(by, dsn, waiting, Path(folder)))
        print(json.dumps(row.__dict__), flush=True)
        os._exit(0)  # workflows that wait keep the process


def rows(ways: list[str], report: Callable[[dict[str, Any]], None]) -> None:
    server = PostgresServer()
    try:
        server.start()
        for by in ways:
            for kind in ("sqlite", "postgres"):
                for waiting in WAITING:
                    dsn = server.new_database() if kind == "postgres" else ""
                    done = subprocess.run(
                        [sys.executable, __file__, "--one", by, str(waiting), "--dsn", dsn],
                        capture_output=True, text=True, check=False, timeout=600,
                    )  # fmt: skip
                    if done.returncode:
                        raise SystemExit(done.stderr)
                    report(json.loads(done.stdout.splitlines()[-1]))
    finally:
        server.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dbos", action="store_true", help="measure dbos as well")
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--dsn", default="", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        child(arguments.one[0], arguments.dsn, int(arguments.one[1]))
        return
    print("| by | store | waiting | idle CPU | approved → begun p50 | max | memory | threads | import |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")

    def report(row: dict[str, Any]) -> None:
        print(
            f"| {row['by']} | {row['store'].removesuffix('Approvals')} | {row['waiting']} | "
            f"{row['idle_percent']:.1f} % | {row['act_p50_ms']:.0f} ms | {row['act_max_ms']:.0f} ms | "
            f"{row['memory_mb']:.0f} MB | {row['threads']} | {row['import_cpu_ms']:.0f} ms |",
            flush=True,
        )

    rows(["watch", "dbos"] if arguments.dbos else ["watch"], report)


if __name__ == "__main__":
    main()
