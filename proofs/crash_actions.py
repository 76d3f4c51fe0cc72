"""Kill whoever acts at each step of an act: python proofs/crash_actions.py [--kills N] [--seed N] [--store postgres]

Claim: no act is done twice, none is said to be done that is not, and of each that was sent it is known what became of
it or seen that it is not known, wherever the process dies.

1. A real process does an act at a real back end, which has a process and a database of its own. The ledger, acts and
   grants are on SQLite, or with `--store postgres` on a real server. At a named step it gets SIGKILL: before or after
   each write to a store or the ledger, before and after the call, and while the back end has done the act and has not
   answered. So it does at each step of what recovery does. At one kill in 25 the database server gets SIGKILL, too,
   before anybody recovers.
2. Other processes recover, later and later by the proof's clock, as long as a program can still do anything.
3. What the back end's database says was done is held against the store of actions, the ledger's receipts and what the
   process that was killed had told by then. Whoever decided on the act asks for it once more: nothing is done by that.
4. After each step the ledger's chain is verified from its first entry.

The processes are forked from one that has loaded the program and opened nothing. SIGKILL leaves the machine
running: what a disk would lose with its power is not shown by this.
"""

import asyncio
import itertools
import random
import signal
import sqlite3
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crash_acting import DURING, Order, opened_ledger, run, wanted
from crash_proof import Given, Proved, end, main, say, start, table
from crash_stores import Store

from answerable.actions import UNKNOWN, Action, State
from answerable.apps.acting.entries import last_receipt

HERE = Path(__file__).parent
KINDS = ("plain", "repeatable", "queryable", "granted")
LATER = (95.0, 70.0, 400.0, 700.0)
"""Seconds between one recovery and the next: past a lease, past anybody's patience, past the permit."""
STORE_EVERY = 25
"""At one kill in so many the database server gets SIGKILL, too."""
_ALL = 1_000_000
"""More acts than there are: at 100 kills a step more than a thousand wait for a person."""


# -- what is held against what -----------------------------------------------------------


@dataclass(slots=True)
class Tally:
    """What was seen at one step."""

    kills: int = 0
    done: int = 0
    not_done: int = 0
    person: int = 0
    never_begun: int = 0
    missed: int = 0
    """Processes that came to their end without that step."""


@dataclass(slots=True)
class Proof:
    folder: Path
    store: Store
    url: str
    ahead: float = 0.0
    numbers: "itertools.count[int]" = field(default_factory=itertools.count)
    tallies: dict[str, Tally] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    rounds: "itertools.count[int]" = field(default_factory=itertools.count)
    store_kills: int = 0
    verified: int = 0
    entries: int = 0
    asked_again: Counter[str] = field(default_factory=Counter)

    def order(self, kind: str, act: str | None, until: float, step: str = "") -> Order:
        return Order(self.folder, self.store, self.url, kind, self.ahead, act, until, step)

    def begin(self) -> tuple[str, float]:
        """A new act, and when its permit is over."""
        return f"{next(self.numbers)}", time.time() + self.ahead + 300

    def steps_of_act(self, kind: str) -> list[str]:
        number, until = self.begin()
        said = run(self.order(kind, number, until))
        if said is None or said.get("told") != "Done":
            raise SystemExit(f"an act that nobody kills is not done at a '{kind}' back end: {said}")
        return [*dict.fromkeys(said["steps"])]

    def steps_of_recovery(self, kind: str, at: str) -> list[str]:
        """What recovery does after a kill at that step."""
        number, until = self.begin()
        run(self.order(kind, number, until, at))
        self.ahead += LATER[0]
        said = run(self.order(kind, None, until))
        assert said is not None, said
        self.recover(kind, until)
        return [*dict.fromkeys(said["steps"])]

    def recover(self, kind: str, until: float) -> None:
        """Later and later, as long as there is anything that a program can still do."""
        for seconds in LATER:
            self.ahead += seconds
            if not self.store.left_to_do():
                return
            said = run(self.order(kind, None, until))
            if said is None or said.get("told") or "failed" in said:
                self.problems.append(f"recovery at a '{kind}' back end: {said}")

    def kill(self, kind: str, step: str, recovery_step: str = "") -> None:
        """One act, killed at that step; its recovery, too, if so; and everything held against everything."""
        name = f"{step}; then its recovery: {recovery_step}" if recovery_step else step
        tally = self.tallies.setdefault(name, Tally())
        number, until = self.begin()
        told = run(self.order(kind, number, until, step))
        tally.kills += told is None or "killed" in told
        tally.missed += told is not None and "killed" not in told
        if next(self.rounds) % STORE_EVERY == STORE_EVERY - 1 and self.store.kill():
            self.store_kills += 1
            self.store.start()
        if recovery_step:
            self.ahead += LATER[0]
            tally.kills += run(self.order(kind, None, until, recovery_step)) is None
        self.recover(kind, until)
        self.hold(kind, number, until, name, told, tally)
        again = run(self.order(kind, number, until))
        self.asked_again[str(again.get("told") or again.get("failed", "")[:16]) if again else "killed"] += 1
        self.hold(kind, number, until, f"{name}, asked again", again, Tally())

    def hold(
        self, kind: str, number: str, until: float, name: str, told: dict[str, Any] | None, tally: Tally
    ) -> None:
        action, _ = wanted(number, until)
        with closing(sqlite3.connect(self.folder / "back-end.db")) as db:
            done = db.execute("SELECT count(*) FROM done WHERE key = ?", (action.key,)).fetchone()[0]
        said = (told or {}).get("told")
        store = self.store.open_actions()
        try:
            kept = store.of_decision(action.decision)
            unknown = {one.action.id for one in store.unknown(_ALL)}
        finally:
            store.close()
        where = f"'{kind}' back end, {name}"
        if done > 1:
            self.problems.append(f"{where}: done {done} times")
        if (said == "Done" and done != 1) or (said == "NotDone" and done):
            self.problems.append(f"{where}: told '{said}', done {done} times")
        if kept is None:
            tally.never_begun += 1
            if done:
                self.problems.append(f"{where}: done, and the store of actions has nothing of it")
            return
        state = kept.progress.state
        outcome, arguments = asyncio.run(self.on_record(action))
        if kept.progress.finished:
            tally.done += state is State.DONE
            tally.not_done += state is not State.DONE
            if done != (state is State.DONE) or outcome != ("Done" if state is State.DONE else "NotDone"):
                self.problems.append(f"{where}: '{state}', done {done} times, on record as '{outcome}'")
            if kept.action.arguments:
                self.problems.append(f"{where}: finished, and the store still has what it was about")
        else:
            tally.person += 1
            if state not in UNKNOWN or kept.action.id not in unknown or outcome != "Uncertain":
                self.problems.append(f"{where}: '{state}', on record as '{outcome}': lost from sight")
        if done and not arguments:
            self.problems.append(f"{where}: done without its intent on record")

    async def on_record(self, action: Action) -> tuple[str, bool]:
        ledger = await asyncio.to_thread(opened_ledger, self.store, self.ahead)
        try:
            rows = await ledger.trace(action.trace)
            found = last_receipt(rows, action.id)
            return type(found.outcome).__name__ if found else "", any(
                b"intended" in row.entry for row in rows
            )
        finally:
            await ledger.close()

    def verify(self) -> None:
        async def all_of_it() -> int:
            ledger = await asyncio.to_thread(opened_ledger, self.store, self.ahead)
            try:
                return await ledger.verify()
            finally:
                await ledger.close()

        self.entries = asyncio.run(all_of_it())
        self.verified += 1


# -- the whole -----------------------------------------------------------------------------


def kill_again_and_again(given: Given) -> Proof:
    """So many at each step, the kinds of back end by turns. Stops after the first step with a problem."""
    folder, store = given.folder, given.store
    (folder / "clock").write_text("0")
    command = [str(HERE / "crash_back_end.py"), str(folder)]
    back_end, url = start(command, folder / "back-end.log", **store.environment)
    proof, chance = Proof(folder, store, url), random.Random(given.seed)
    try:
        by_step: dict[tuple[str, str], list[str]] = {}
        for kind in KINDS:
            for step in (*proof.steps_of_act(kind), DURING):
                by_step.setdefault((step, ""), []).append(kind)
            for at in ("call before", "call after"):
                for step in proof.steps_of_recovery(kind, at):
                    by_step.setdefault((at, step), []).append(kind)
        for (step, recovery_step), kinds in by_step.items():
            order = [kinds[at % len(kinds)] for at in range(given.kills)]
            chance.shuffle(order)
            for kind in order:
                proof.kill(kind, step, recovery_step)
            proof.verify()
            say(
                f"{len(proof.tallies)} of {len(by_step)} steps, {proof.entries} entries: {step} {recovery_step}"
            )
            if proof.problems:
                break
    finally:
        end(back_end, signal.SIGKILL)
    return proof


def report(proof: Proof, seed: int) -> str:
    lines = ["| killed at | kills | in the end done once | not done | a person has to look | never begun |"]
    lines.append("| --- | --- | --- | --- | --- | --- |")
    for name, one in proof.tallies.items():
        lines.append(
            f"| {name} | {one.kills} | {one.done} | {one.not_done} | {one.person} | {one.never_begun} |"
        )
    tallies = list(proof.tallies.values())
    rows = {
        "kills (SIGKILL)": sum(one.kills for one in tallies),
        "… of them with the database server after it": proof.store_kills,
        "acts": sum(one.done + one.not_done + one.person + one.never_begun for one in tallies),
        "entries in the ledger": f"{proof.entries}, verified from the first one {proof.verified} times",
        "told to whoever asked again": ", ".join(f"{k} {v}" for k, v in sorted(proof.asked_again.items())),
        "**done twice, told wrongly, lost, and other problems**": f"**{len(proof.problems) or 'none'}**",
        "seed": seed,
    }
    if not proof.store_kills:
        del rows["… of them with the database server after it"]
    return "\n".join((*lines, "", table(rows)))


def prove(given: Given) -> Proved:
    proof = kill_again_and_again(given)
    return Proved(report(proof, given.seed), proof.problems)


if __name__ == "__main__":
    main(__doc__, 100, "at each step", prove)
