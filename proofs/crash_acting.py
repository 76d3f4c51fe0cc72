"""A process that acts, or recovers, and gets SIGKILL at a named step of it: for proofs/crash_actions.py.

It is forked by a server that has loaded the program, opened nothing and never had a thread: a lock that a thread holds
at that moment is held in the child for ever.
"""

import asyncio
import hashlib
import http.client
import json
import multiprocessing
import os
import secrets
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from crash_stores import Store

from answerable.actions import Action, Done, NotDone, Outcome, Uncertain, action_under
from answerable.adapters.clock_watch import ClockWatch
from answerable.adapters.stored_ledger import StoredLedger
from answerable.apps.acting import Executor, Granting
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
RULES = ActRules(connector="shop")
RING = KeyRing(some.key(1), some.key(2))
HOLD_MS = 200
_FORKING = multiprocessing.get_context("forkserver")
_FORKING.set_forkserver_preload(["crash_acting"])
DURING = "call during"


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
    def __init__(self, inner: StoredLedger, killed: Killed) -> None:
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
    store: Store
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


def opened_ledger(store: Store, ahead: float) -> StoredLedger:
    """The ledger, by the proof's clock."""
    return store.open(ClockWatch(wall=lambda: time.time() + ahead))


async def live(order: Order, tell: Callable[[str], object]) -> None:
    """The life of one process."""
    killed = Killed(order.step)

    def now() -> datetime:
        return datetime.now(UTC) + timedelta(seconds=order.ahead)

    actions, grants = order.store.open_actions(), order.store.open_grants()
    ledger = opened_ledger(order.store, order.ahead)
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
    """A process that does it; what it said, None where it was killed."""
    (order.folder / "clock").write_text(str(order.ahead))
    os.environ["PYTHONPATH"] = os.pathsep.join(
        sys.path
    )  # of the server that forks, which loads this program by itself
    reading, writing = _FORKING.Pipe(duplex=False)
    child = _FORKING.Process(target=_lived, args=(order, writing))
    child.start()
    writing.close()
    said = b""
    with suppress(EOFError):
        while True:
            said += reading.recv_bytes()
    reading.close()
    child.join()
    if child.exitcode and child.exitcode < 0:
        assert child.exitcode == -signal.SIGKILL
        return json.loads(said) | {"killed": True} if said else None
    return dict(json.loads(said))


def _lived(order: Order, writing: Connection) -> None:
    try:
        asyncio.run(live(order, lambda said: writing.send_bytes(said.encode())))
    except BaseException as error:  # noqa: BLE001 – whatever it was, the proof hears of it
        writing.send_bytes(json.dumps({"failed": f"{type(error).__name__}: {error}"}).encode())
