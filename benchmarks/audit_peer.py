"""One audit trail that appends when it is told to: python benchmarks/audit_peer.py TRAIL FOLDER

Started by audit_peers.py, in the environment that has the trail's package. Each line on standard input is an
order, `{"seconds": 1.0}` or `{"count": 200}`; the answer is a line of JSON: the seconds that each append took.
Every trail gets the same act, with 1.7 KB of arguments, and what it needs of it ready-made.
"""

# ruff: noqa: PLC0415 – each trail is imported only where it is installed

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

ARGUMENTS = "x" * 1700
Append = Callable[[], object]


def answerable(folder: Path) -> Append:
    """Ours as the gateway uses it: chained, the private part apart, one commit, durable before it returns."""
    import asyncio

    from answerable.adapters.sqlite_ledger import SqliteLedger
    from answerable.receipts import CallBody, CallPrivate, Draft

    loop = asyncio.new_event_loop()
    ledger = SqliteLedger(folder / "ledger.db")
    at = "2026-11-24T00:00:00.000000Z"
    drafts = [Draft("tr_1", at, CallBody(0, 1, "c-1", "refund"), CallPrivate(ARGUMENTS))]
    return lambda: loop.run_until_complete(ledger.append(drafts))


def vaara(folder: Path, *, synchronous: str = "") -> Append:
    """Vaara's trail on its SQLite backend, as its documentation sets it up: one requested action is one record."""
    from vaara.audit.sqlite_backend import SQLiteAuditBackend  # type: ignore[import-not-found]
    from vaara.audit.trail import AuditTrail  # type: ignore[import-not-found]
    from vaara.taxonomy.actions import (  # type: ignore[import-not-found]
        ActionCategory,
        ActionRequest,
        ActionType,
        BlastRadius,
        Reversibility,
    )

    backend = SQLiteAuditBackend(folder / "vaara.db")
    if synchronous:
        backend._conn.execute(f"PRAGMA synchronous = {synchronous}")  # noqa: SLF001 – it has no setting for it
    trail = AuditTrail(on_record=backend.write_record)
    kind = ActionType("refund", ActionCategory.FINANCIAL, Reversibility.PARTIALLY, BlastRadius.LOCAL)
    request = ActionRequest("bot", "refund", kind, parameters={"arguments": ARGUMENTS})
    return lambda: trail.record_action_requested(request)


def vaara_full(folder: Path) -> Append:
    """The same, and SQLite told to make every commit durable."""
    return vaara(folder, synchronous="FULL")


def agt(folder: Path) -> Append:
    """The Agent Governance Toolkit's file sink: chained and signed lines of JSON."""
    from agentmesh.governance.audit import AuditEntry  # type: ignore[import-not-found]
    from agentmesh.governance.audit_backends import FileAuditSink  # type: ignore[import-not-found]

    sink = FileAuditSink(folder / "agt.jsonl", b"k" * 32)
    entry = AuditEntry(
        event_type="tool_invocation", agent_did="did:web:bot", action="refund", data={"arguments": ARGUMENTS}
    )
    return lambda: sink.write(entry)


def agt_fsync(folder: Path) -> Append:
    """The same, and the file synchronised after every line."""
    append = agt(folder)
    file = os.open(folder / "agt.jsonl", os.O_RDWR | os.O_CREAT, 0o600)

    def durable() -> None:
        append()
        os.fsync(file)

    return durable


TRAILS = {
    "answerable": answerable,
    "vaara": vaara,
    "vaara-full": vaara_full,
    "agt": agt,
    "agt-fsync": agt_fsync,
}


def main() -> None:
    append = TRAILS[sys.argv[1]](Path(sys.argv[2]))
    for line in sys.stdin:
        order = json.loads(line)
        until = time.perf_counter() + order.get("seconds", 3600.0)
        taken: list[float] = []
        while len(taken) < order.get("count", 1 << 62) and time.perf_counter() < until:
            began = time.perf_counter()
            append()
            taken.append(time.perf_counter() - began)
        print(json.dumps(taken), flush=True)


if __name__ == "__main__":
    main()
