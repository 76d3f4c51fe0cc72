"""Everything that an executor needs, in memory or in files, with a clock moved by hand and faults at any step."""

import hashlib
import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypedDict

from answerable.actions import Action, action_under
from answerable.adapters.sqlite_actions import SqliteActions
from answerable.adapters.sqlite_grants import SqliteGrants
from answerable.apps.acting import Executor, Granting, Pace
from answerable.apps.acting.recovery import Recovery
from answerable.backends import StoreAuthority
from answerable.decisions.act_rules import ActRules, LeadsTo, Limit
from answerable.grants import Approval, DecisionId, Intent, KeyRing, Permit, Policies, arguments_digest
from answerable.ports.actions import ActionStore, Kept
from answerable.ports.grants import GrantStore
from answerable.receipts import Draft, Opened, ReceiptBody, decode
from answerable.testing import sample_grants as some
from answerable.testing.memory_actions import MemoryActions
from answerable.testing.memory_grants import MemoryGrants
from answerable.testing.memory_ledger import MemoryLedger
from answerable.testing.scripted_connector import ScriptedConnector
from answerable.values import (
    ActionId,
    ApprovalId,
    ConversationId,
    Digest,
    Money,
    PolicyId,
    TraceId,
    WorkloadId,
)

START = some.NOW
AUDIENCE = "https://shop.example"
BUNDLE = some.digest("bundle")
MEMORY = Path("/dev/shm")
"""For files that no power cut concerns, where there is such a place."""
PERMIT_LASTS = timedelta(minutes=5)


class Capabilities(TypedDict):
    """What a back end can do."""

    repeatable: bool
    can_query: bool
    checks_grants: bool


async def in_place(function: Callable[..., Any], /, *given: Any, **named: Any) -> Any:
    """For `asyncio.to_thread`, where stores in memory are asked a hundred thousand times and need no thread."""
    return function(*given, **named)


class Crash(BaseException):
    """The process ends here."""


class Steps:
    """Counts every call to a store, the ledger or the back end, and goes wrong at those it is told."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.plan: dict[int, Callable[[str], None]] = {}
        """By the number of the step; called with `before` and with `after`."""

    def at(self, name: str) -> Callable[[str], None]:
        number = len(self.seen)
        self.seen.append(name)
        return self.plan.get(number, lambda _when: None)


class Faulty:
    """A store whose every call is a step."""

    def __init__(self, inner: Any, place: str, steps: Steps) -> None:
        self._inner, self._place, self._steps = inner, place, steps

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._inner, name)
        if not callable(method):
            return method

        def called(*args: Any, **kwargs: Any) -> Any:
            fault = self._steps.at(f"{self._place}.{name}")
            fault("before")
            result = method(*args, **kwargs)
            fault("after")
            return result

        return called


class FaultyLedger:
    """A ledger whose every call is a step."""

    def __init__(self, inner: MemoryLedger, steps: Steps) -> None:
        self._inner, self._steps = inner, steps

    async def append(self, drafts: Sequence[Draft]) -> list[str]:
        fault = self._steps.at("ledger.append")
        fault("before")
        leaves = await self._inner.append(drafts)
        fault("after")
        return leaves

    async def trace(self, trace: TraceId) -> list[Opened]:
        fault = self._steps.at("ledger.trace")
        fault("before")
        rows = await self._inner.trace(trace)
        fault("after")
        return rows

    async def ready(self) -> str:
        return await self._inner.ready()

    async def close(self) -> None:
        await self._inner.close()


class Rig:
    """One world: what lasts (stores, ledger, back end) and processes that come and go."""

    def __init__(
        self,
        *,
        checks_grants: bool = False,
        repeatable: bool = False,
        can_query: bool = False,
        rules: ActRules | None = None,
        folder: Path | None = None,
    ) -> None:
        """With a `folder` the stores are files there, and each process opens them anew."""
        self.now = START
        self.steps = Steps()
        self.folder = folder
        self.actions: ActionStore = MemoryActions()
        self.grants: GrantStore = MemoryGrants()
        # A back end is a process of its own, which lives on.
        self.back_end_grants = self.grants if folder is None else SqliteGrants(folder / "grants.db")
        self.ledger = MemoryLedger()
        self.numbers = itertools.count()
        self.ring = KeyRing(some.key(1), some.key(2))
        keys = {one.id: one.secret for one in (some.key(1), some.key(2))}
        authority = StoreAuthority(some.ISSUER, self.back_end_grants, lambda: keys, self.clock)
        self.back_end = ScriptedConnector(
            "shop",
            now=self.clock,
            authority=authority if checks_grants else None,
            audience=AUDIENCE,
            repeatable=repeatable,
            can_query=can_query,
        )
        self.rules: dict[str, ActRules] = {
            "refund_order": rules or ActRules(connector="shop"),
            "create_return": ActRules(connector="shop"),
        }
        self.decide_undo: Any = None
        self.start()

    def clock(self) -> datetime:
        return self.now

    def random(self) -> str:
        """As random as a test needs: never the same twice."""
        return hashlib.sha256(b"%d" % next(self.numbers)).hexdigest()[:26]

    def start(self) -> None:
        """A new process over the same stores."""
        if self.folder is not None:
            self.actions.close()
            self.grants.close()
            self.actions = SqliteActions(self.folder / "actions.db")
            self.grants = SqliteGrants(self.folder / "grants.db")
        store: Any = Faulty(self.actions, "actions", self.steps)
        grants: Any = Faulty(self.grants, "grants", self.steps)
        ledger: Any = FaultyLedger(self.ledger, self.steps)
        granting = Granting(grants, some.ISSUER, lambda: self.ring, some.HOLDER, self.clock, self.random)

        async def no_sleep(_seconds: float) -> None: ...

        self.executor = Executor(
            store=store,
            ledger=ledger,
            granting=granting,
            connectors={"shop": self.back_end},
            rules=lambda tool, _bundle: self.rules.get(tool),
            now=self.clock,
            random=self.random,
            decide_undo=self.decide_undo,
            pace=Pace(),
            sleep=no_sleep,
        )
        self.recovery = Recovery(self.executor)
        self.steps_ledger = ledger

        def tick(where: str) -> None:
            fault = self.steps.at(f"back_end.{where}")
            fault("before")

        self.back_end.tick = tick

    def wanted(
        self,
        number: int = 0,
        *,
        tool: str = "refund_order",
        amount: int | None = None,
        first: DecisionId | None = None,
        customer: str = "8c1f",
        conversation: str = "c-1",
        order: str = "W1",
        approved: bool = False,
        **more: Any,
    ) -> tuple[Action, Permit]:
        """An act that was decided on, and its permit."""
        arguments = f'{{"order_id":"{order}","amount":{amount or 0},"note":"n{number}"}}'
        permit = Permit(
            DecisionId(TraceId(f"tr_{number}"), some.digest(f"entry {number}")),
            Intent(
                tool,
                arguments_digest(arguments),
                AUDIENCE,
                WorkloadId("spiffe://shop.example/bot"),
                f'Order::"{order}"',
                customer,
                ConversationId(conversation),
            ),
            Approval(ApprovalId(f"ap_{number}"), ("ruth",)) if approved else Policies((PolicyId("refund"),)),
            BUNDLE,
            self.now + PERMIT_LASTS,
        )
        action = action_under(
            permit,
            id=ActionId(f"ac_{self.random()}"),
            arguments=arguments,
            connector="shop",
            first=first,
            subject=f"customer:{customer}",
            amount=None if amount is None else Money(amount, "USD"),
            **more,
        )
        return action, permit

    async def recover(self, rounds: int = 40, step: timedelta = timedelta(minutes=4)) -> None:
        """As long as there is anything that a program can do."""
        for _ in range(rounds):
            self.now += step
            self.back_end.pass_time()
            await self.recovery.recover()

    def close(self) -> None:
        for one in (self.actions, self.grants, self.back_end_grants):
            one.close()

    def kept(self) -> list[Kept]:
        """Every act, as it is kept in memory."""
        assert isinstance(self.actions, MemoryActions)
        return list(self.actions._kept.values())

    def receipts(self, action: ActionId) -> list[ReceiptBody]:
        bodies = [decode(row.entry, row.seq).body for row in self.ledger.rows]
        return [body for body in bodies if isinstance(body, ReceiptBody) and body.action == action]


def limits(*given: Limit, leads_to: LeadsTo | None = None) -> ActRules:
    return replace(ActRules(connector="shop"), limits=given, leads_to=leads_to or LeadsTo())


def digest(text: str) -> Digest:
    return some.digest(text)
