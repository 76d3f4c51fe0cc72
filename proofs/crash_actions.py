"""Kill whoever acts at each step of an act: python proofs/crash_actions.py [--kills N] [--seed N]

Claim: no act is done twice, none is said to be done that is not, and of each that was sent it is known what became of
it or seen that it is not known, wherever the process dies.

1. A real process does an act at a real back end, which has a process and a database of its own, with every store on
   SQLite. At a named step it gets SIGKILL: before or after each write to a store or the ledger, before and after the
   call, and while the back end has done the act and has not answered. So it does at each step of what recovery does.
2. Other processes recover, later and later by the proof's clock, as long as a program can still do anything.
3. What the back end's database says was done is held against the store of actions, the ledger's receipts and what the
   process that was killed had told by then. Whoever decided on the act asks for it once more: nothing is done by that.
4. After each step the ledger's chain is verified from its first entry.

The processes are forked from one that has loaded the program and opened nothing. SIGKILL leaves the machine
running: what a disk would lose with its power is not shown by this.
"""

import argparse
import asyncio
import hashlib
import http.client
import itertools
import json
import os
import random
import secrets
import select
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from answerable.actions import UNKNOWN, Action, Done, NotDone, Outcome, State, Uncertain, action_under
from answerable.adapters.clock_watch import ClockWatch
from answerable.adapters.sqlite_actions import SqliteActions
from answerable.adapters.sqlite_grants import SqliteGrants
from answerable.adapters.sqlite_ledger import SqliteLedger
from answerable.apps.acting import Executor, Granting
from answerable.apps.acting.entries import last_receipt
from answerable.apps.acting.recovery import Recovery
from answerable.decisions.act_rules import ActRules
from answerable.exchange import ToolSpec
from answerable.grants import DecisionId, Intent, KeyRing, Permit, Policies, arguments_digest
from answerable.ports.connectors import BackEndCall
from answerable.receipts import ActionBody, GrantBody, ReceiptBody
from answerable.testing import sample_grants as some
from answerable.values import ActionId, ConversationId, PolicyId, TraceId, WorkloadId

HERE = Path(__file__).parent
AUDIENCE = "https://shop.example"
KINDS = ("plain", "repeatable", "queryable", "granted")
RULES = ActRules(connector="shop")
RING = KeyRing(some.key(1), some.key(2))
LATER = (95.0, 70.0, 400.0, 700.0)
"""Seconds between one recovery and the next: past a lease, past anybody's patience, past the permit."""
HOLD_MS = 200
DURING = "call during"


# -- a process that acts --------------------------------------------------------------


class Killed:
    """Counts the steps of this process, and ends it at one of them."""

    def __init__(self, step: str) -> None:
        self.step = step
        self.seen: list[str] = []

    def at(self, name: str) -> None:
        self.seen.append(name)
        if name == self.step:
            os.kill(os.getpid(), signal.SIGKILL)


class Stepped:
    """A store whose writes, and reads that matter, are steps."""

    def __init__(self, inner: Any, place: str, killed: Killed) -> None:
        self._inner, self._place, self._killed = inner, place, killed

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._inner, name)
        if not callable(method):
            return method

        def called(*args: Any, **kwargs: Any) -> Any:
            what = f" {type(args[1]).__name__.lower()}" if name == "advance" else ""
            self._killed.at(f"{self._place}.{name}{what} before")
            found = method(*args, **kwargs)
            self._killed.at(f"{self._place}.{name}{what} after")
            return found

        return called


class SteppedLedger:
    def __init__(self, inner: SqliteLedger, killed: Killed) -> None:
        self._inner, self._killed = inner, killed

    async def append(self, drafts: Sequence[Any]) -> list[str]:
        body = drafts[-1].body
        said = body.outcome if isinstance(body, ReceiptBody) else ""
        said = said or (body.event if isinstance(body, ActionBody | GrantBody) else "")
        self._killed.at(f"ledger {said} before")
        leaves = await self._inner.append(drafts)
        self._killed.at(f"ledger {said} after")
        return leaves

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


class HttpShop:
    """A connector over a plain HTTP client, which knows the four kinds of back end."""

    name = "shop"

    def __init__(self, url: str, kind: str, killed: Killed) -> None:
        self._host, self._kind, self._killed = urlsplit(url).netloc, kind, killed
        self.checks_grants = kind == "granted"
        self.repeatable = kind == "repeatable"
        self.can_query = kind == "queryable"

    async def tools(self) -> Sequence[ToolSpec]:
        return ()

    async def call(self, call: BackEndCall, seconds: float) -> Outcome:
        headers = {"Content-Type": "application/json", "Idempotency-Key": call.key}
        if call.grant is not None:
            headers["Authorization"] = f"DPoP {call.grant.token}"
            headers["DPoP"] = call.grant.proof("POST", f"{AUDIENCE}/{call.tool}")
        target = f"/{self._kind}/{call.tool}"
        if self._killed.step == DURING:
            # The back end has done it and says nothing yet; this process dies while it waits.
            target += f"?hold={HOLD_MS}"
            threading.Timer(HOLD_MS / 2000, os.kill, (os.getpid(), signal.SIGKILL)).start()
        self._killed.at("call before")
        found = await asyncio.to_thread(self._asked, "POST", target, call.arguments, headers, seconds)
        self._killed.at("call after")
        return found

    async def query(self, call: BackEndCall, seconds: float) -> Outcome:
        self._killed.at("query before")
        found = await asyncio.to_thread(
            self._asked, "GET", f"/{self._kind}/acts/{call.key}", None, {}, seconds
        )
        self._killed.at("query after")
        return found

    async def problem(self) -> str:
        return ""

    async def close(self) -> None: ...

    def _asked(
        self, method: str, target: str, body: str | None, headers: dict[str, str], seconds: float
    ) -> Outcome:
        connection = http.client.HTTPConnection(self._host, timeout=seconds)
        try:
            connection.request(method, target, body, headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        except (OSError, http.client.HTTPException) as error:
            return Uncertain(f"no answer: {type(error).__name__}")
        finally:
            connection.close()
        if answer.status == 200:
            return Done(text)
        return NotDone(text) if answer.status in (401, 410) else Uncertain(f"status {answer.status}")


class Order(NamedTuple):
    """What a process is to do: act number `act`, or recover; and at which step it dies."""

    folder: Path
    url: str
    kind: str
    ahead: float
    act: str | None
    until: float
    """When its permit is over, by the proof's clock, in seconds since 1970."""
    step: str = ""


def wanted(number: str, until: float) -> tuple[Action, Permit]:
    """The act of that number: the same, whoever asks for it."""
    arguments = f'{{"order_id":"W{number}","amount":40}}'
    permit = Permit(
        DecisionId(TraceId(f"tr_{number}"), some.digest(f"entry {number}")),
        Intent(
            "refund_order",
            arguments_digest(arguments),
            AUDIENCE,
            WorkloadId("spiffe://shop.example/bot"),
            None,
            "8c1f",
            ConversationId("c-1"),
        ),
        Policies((PolicyId("refund"),)),
        some.digest("bundle"),
        datetime.fromtimestamp(until, UTC),
    )
    name = ActionId(f"ac_{hashlib.sha256(number.encode()).hexdigest()[:26]}")
    return action_under(
        permit, id=name, arguments=arguments, connector="shop", subject="customer:c-1"
    ), permit


def opened_ledger(folder: Path, ahead: float) -> SqliteLedger:
    """The ledger, by the proof's clock."""
    return SqliteLedger(folder / "ledger.db", clock=ClockWatch(wall=lambda: time.time() + ahead))


async def live(order: Order, tell: Callable[[str], object]) -> None:
    """The life of one process."""
    killed = Killed(order.step)

    def now() -> datetime:
        return datetime.now(UTC) + timedelta(seconds=order.ahead)

    actions = SqliteActions(order.folder / "actions.db")
    grants = SqliteGrants(order.folder / "grants.db")
    ledger = opened_ledger(order.folder, order.ahead)
    stepped_actions: Any = Stepped(actions, "actions", killed)
    stepped_grants: Any = Stepped(grants, "grants", killed)
    stepped_ledger: Any = SteppedLedger(ledger, killed)

    def drawn() -> str:
        return secrets.token_hex(13)

    executor = Executor(
        store=stepped_actions,
        ledger=stepped_ledger,
        granting=Granting(stepped_grants, some.ISSUER, lambda: RING, some.HOLDER, now, drawn),
        connectors={"shop": HttpShop(order.url, order.kind, killed)},
        rules=lambda _tool, _bundle: RULES,
        now=now,
        random=drawn,
    )
    if order.act is not None:
        action, permit = wanted(order.act, order.until)
        settled = await executor.act(action, permit=permit)
        tell(json.dumps({"told": type(settled.outcome).__name__, "steps": killed.seen}))
    else:
        recovery = Recovery(executor)
        await recovery.recover()
        tell(json.dumps({"told": recovery.problem, "steps": killed.seen}))
    await ledger.close()
    actions.close()
    grants.close()


def run(order: Order) -> dict[str, Any] | None:
    """A process that does it; what it said, None where it was killed. It is forked: this one has opened nothing."""
    (order.folder / "clock").write_text(str(order.ahead))
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(reading)
            asyncio.run(live(order, lambda said: os.write(writing, said.encode())))
            status = 0
        except BaseException as error:  # noqa: BLE001 – a child must not go on as its parent
            os.write(writing, json.dumps({"failed": f"{type(error).__name__}: {error}"}).encode())
        finally:
            os._exit(status)
    os.close(writing)
    said = b""
    while part := os.read(reading, 65536):
        said += part
    os.close(reading)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return json.loads(said) | {"killed": True} if said else None
    return dict(json.loads(said))


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
    url: str
    ahead: float = 0.0
    numbers: "itertools.count[int]" = field(default_factory=itertools.count)
    tallies: dict[str, Tally] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    verified: int = 0
    entries: int = 0
    asked_again: Counter[str] = field(default_factory=Counter)

    def order(self, kind: str, act: str | None, until: float, step: str = "") -> Order:
        return Order(self.folder, self.url, kind, self.ahead, act, until, step)

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
            with closing(sqlite3.connect(self.folder / "actions.db")) as db:
                if not db.execute("SELECT count(*) FROM actions WHERE open = 2").fetchone()[0]:
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
        store = SqliteActions(self.folder / "actions.db")
        try:
            kept = store.of_decision(action.decision)
            unknown = {one.action.id for one in store.unknown(1000)}
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
        ledger = await asyncio.to_thread(opened_ledger, self.folder, self.ahead)
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
            ledger = await asyncio.to_thread(opened_ledger, self.folder, self.ahead)
            try:
                return await ledger.verify()
            finally:
                await ledger.close()

        self.entries = asyncio.run(all_of_it())
        self.verified += 1


# -- the whole -----------------------------------------------------------------------------


def start_back_end(folder: Path) -> tuple["subprocess.Popen[str]", str]:
    process = subprocess.Popen(
        [sys.executable, str(HERE / "crash_back_end.py"), str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], 30)
    line = process.stdout.readline() if ready else ""
    if not line:
        process.kill()
        raise SystemExit("the back end did not start")
    return process, json.loads(line)["url"]


def kill_again_and_again(kills: int, seed: int, folder: Path) -> Proof:
    """`kills` at each step, the kinds of back end by turns. Stops after the first step with a problem."""
    (folder / "clock").write_text("0")
    back_end, url = start_back_end(folder)
    proof, chance = Proof(folder, url), random.Random(seed)
    try:
        by_step: dict[tuple[str, str], list[str]] = {}
        for kind in KINDS:
            for step in (*proof.steps_of_act(kind), DURING):
                by_step.setdefault((step, ""), []).append(kind)
            for at in ("call before", "call after"):
                for step in proof.steps_of_recovery(kind, at):
                    by_step.setdefault((at, step), []).append(kind)
        for (step, recovery_step), kinds in by_step.items():
            order = [kinds[at % len(kinds)] for at in range(kills)]
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
        back_end.kill()
        back_end.wait()
        if back_end.stdout is not None:
            back_end.stdout.close()
    return proof


def say(what: str) -> None:
    end = "\r" if sys.stderr.isatty() else "\n"
    print(f"  … {what}", file=sys.stderr, flush=True, end=end)


def print_report(proof: Proof, seed: int) -> None:
    print("| killed at | kills | in the end done once | not done | a person has to look | never begun |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name, one in proof.tallies.items():
        print(f"| {name} | {one.kills} | {one.done} | {one.not_done} | {one.person} | {one.never_begun} |")
    tallies = list(proof.tallies.values())
    rows = {
        "kills (SIGKILL)": sum(one.kills for one in tallies),
        "acts": sum(one.done + one.not_done + one.person + one.never_begun for one in tallies),
        "entries in the ledger": f"{proof.entries}, verified from the first one {proof.verified} times",
        "told to whoever asked again": ", ".join(f"{k} {v}" for k, v in sorted(proof.asked_again.items())),
        "**done twice, told wrongly, lost, and other problems**": f"**{len(proof.problems) or 'none'}**",
        "seed": seed,
    }
    print("\n| what | figure |\n| --- | --- |")
    for what, figure in rows.items():
        print(f"| {what} | {figure} |")
    for problem in proof.problems:
        print(f"\n✗ {problem}")
    print(
        "\nSIGKILL ends the process and leaves the machine running: what a disk would lose with its power "
        "is not shown by this."
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=100, help="at each step")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="an empty folder; a temporary one without it")
    given = parser.parse_args()
    folder = given.folder or Path(tempfile.mkdtemp(prefix="answerable-crash-actions-"))
    folder.mkdir(parents=True, exist_ok=True)
    proof = kill_again_and_again(given.kills, given.seed, folder)
    if sys.stderr.isatty():
        print(file=sys.stderr)
    print_report(proof, given.seed)
    if proof.problems:
        print(f"\nEverything stays in {folder}")
        raise SystemExit(1)
    if given.folder is None:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
