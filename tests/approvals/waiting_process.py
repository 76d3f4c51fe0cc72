"""A process in which acts wait, are approved and done: to be killed. Prints a line at everything that it does.

python waiting_process.py FOLDER COUNT
"""

import asyncio
import os
import sys
from pathlib import Path

from approvals_stack import RUTH, BackEnd, Stack

from answerable.adapters.sqlite_approvals import SqliteApprovals
from answerable.adapters.sqlite_ledger import SqliteLedger
from answerable.approvals import Phase, Result
from answerable.apps.approvals.following import Approved
from answerable.apps.approvals.held import holding
from answerable.apps.approvals.watching import Watch
from answerable.receipts import CallBody
from answerable.receipts.verifying import decode
from answerable.testing import sample_holds as holds
from answerable.values import ApprovalId, Digest, TraceId


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


class Orders(BackEnd):
    """Does an act once for each action, in a file that outlasts the process."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    async def run(self, approved: Approved) -> Result | None:
        say(f"asked {approved.action}")
        done = self._path.read_text().split() if self._path.exists() else []
        if approved.action not in done:
            with self._path.open("a") as file:
                file.write(f"{approved.action}\n")
                file.flush()
                os.fsync(file.fileno())
        say(f"did {approved.action}")
        return Result.DONE


async def main(folder: Path, count: int) -> None:
    ledger = SqliteLedger(folder / "l.db", on_commit=lambda when: say(f"commit {when}"))
    store = SqliteApprovals(folder / "a.db")
    stack = Stack(store, ledger, back_end=Orders(folder / "acts"), patience=1.0)
    watch = Watch(stack.follow.go_on, stack.follow.left, stack.clock)
    stack.service.changed.append(watch.wake)
    running = asyncio.create_task(watch.run())
    for number in range(count):
        # What the ledger has already is not asked for again: the gateway would have been.
        trace = TraceId(f"tr_{number}")
        rows = [(row, decode(row.entry, row.seq).body) for row in await ledger.trace(trace)]
        leaves = [row.leaf for row, body in rows if isinstance(body, CallBody)]
        if not leaves:
            drafts = [holds.exchange(number), holds.held_act(number)]
            [(_, decision)] = holding(drafts, await ledger.append(drafts))
        else:
            decision = Digest(f"sha256:{leaves[0]}")
        stack.service.asking.new_id = lambda number=number: ApprovalId(f"ap_{number}")  # type: ignore[misc]
        kept = await stack.service.open(trace, decision)
        if kept.state.phase is Phase.OPEN:
            await stack.service.approve(kept.state.request.id, stack.operator(RUTH), kept.state.binds, "fine")
    while await stack.follow.left():
        await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await ledger.close()
    store.close()
    say("over")


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
