"""Approvals put together over a ledger and a store in memory, with a clock that a test sets."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from answerable.adapters.duty_files import shipped_duties
from answerable.adapters.stored_ledger import StoredLedger
from answerable.approvals import Result
from answerable.approvals.reading import parse_rules
from answerable.apps.approvals.answering import Reconsidered
from answerable.apps.approvals.authority import ByDuties
from answerable.apps.approvals.customers import Outcomes
from answerable.apps.approvals.following import Approved, FollowUp
from answerable.apps.approvals.held import Facts, Held, holding
from answerable.apps.approvals.service import ApprovalService
from answerable.grants.arguments import read_arguments
from answerable.identity.operators import Operator
from answerable.ports.approvals import ApprovalStore, Kept
from answerable.ports.notifying import Notice, Told
from answerable.receipts import ApprovalBody, Draft
from answerable.receipts.verifying import decode
from answerable.roles import Assignment, Limits, Role
from answerable.testing import sample_approvals as some
from answerable.testing import sample_holds as holds
from answerable.testing.memory_approvals import MemoryApprovals
from answerable.testing.memory_ledger import MemoryLedger
from answerable.values import ApprovalId, AssuranceLevel, Money, OperatorId, TraceId
from answerable.values.errors import NotNotified

RULES = {
    "routes": {
        "support-lead": {
            "deadline": "4h",
            "remind": ["1h"],
            "escalate": {"after": "2h", "to": "support-director"},
            "two_above": "500.00 USD",
            "valid": "15m",
        },
        "support-director": {},
    }
}
RUTH, SAM, OWEN = some.RUTH, some.SAM, some.OWEN


class Clock:
    def __init__(self) -> None:
        self.now = some.NOW

    def __call__(self) -> datetime:
        return self.now

    def on(self, **length: float) -> None:
        self.now += timedelta(**length)


@dataclass
class Inbox:
    """A notifier and a teller that remembers, and fails as often as it is told to."""

    name: str = "inbox"
    notices: list[Notice] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    fails: int = 0

    async def notify(self, notice: Notice) -> None:
        self._fail()
        self.notices.append(notice)

    async def tell(self, told: Told) -> None:
        self._fail()
        self.told.append(told)

    def _fail(self) -> None:
        if self.fails:
            self.fails -= 1
            raise NotNotified("the inbox is full")


@dataclass
class BackEnd:
    """Whoever runs acts: remembers what it did, once for each action."""

    done: dict[str, Approved] = field(default_factory=dict)
    asked: int = 0
    result: Result | None = Result.DONE
    before: Callable[[Approved], None] = lambda _: None

    async def run(self, approved: Approved) -> Result | None:
        self.asked += 1
        self.before(approved)
        self.done.setdefault(approved.action, approved)
        return self.result


class Stack:
    """Everything, in one place. `restarted` gives the next process over the same store and ledger."""

    def __init__(
        self,
        store: ApprovalStore | None = None,
        ledger: StoredLedger | None = None,
        clock: Clock | None = None,
        back_end: BackEnd | None = None,
        inbox: Inbox | None = None,
        patience: float = 0.0,
    ) -> None:
        self.clock = clock or Clock()
        self.store = store or MemoryApprovals()
        self.ledger = ledger or MemoryLedger()
        self.back_end, self.inbox = back_end or BackEnd(), inbox or Inbox()
        self.limits: dict[OperatorId, Limits] = {RUTH: Limits(), SAM: Limits(), OWEN: Limits()}
        self.amount: Money | None = Money(12_000, "USD")
        self.stands = ""
        numbers = iter(range(10_000))
        self.service = ApprovalService(
            self.store,
            self.ledger,
            lambda: parse_rules(RULES, ZoneInfo("UTC")),
            ByDuties(shipped_duties(), self._assignments),
            self.clock,
            lambda: ApprovalId(f"ap_{next(numbers)}"),
            owners=lambda _: frozenset({OWEN}),
            facts=lambda _: Facts(("refund",), self.amount, "eu", "8c1f"),
            reconsider=self._reconsider,
            still_stands=self._still,
            patience=patience,
        )
        self.outcomes = Outcomes(self.service, dict)
        self.follow = FollowUp(
            self.service, self.outcomes, self.clock, self.back_end.run, [self.inbox], [self.inbox]
        )

    def restarted(self) -> "Stack":
        return Stack(self.store, self.ledger, self.clock, self.back_end, self.inbox)

    async def hold(self, draft: Draft | None = None, number: int = 0) -> Kept:
        """Put a held decision on record, and let it wait."""
        drafts = [holds.exchange(number), draft or holds.held_act(number)]
        [(trace, decision)] = holding(drafts, await self.ledger.append(drafts))
        return await self.service.open(trace, decision)

    def operator(
        self, who: OperatorId = RUTH, level: AssuranceLevel = AssuranceLevel.AAL2, minutes: int = 1
    ) -> Operator:
        return Operator(who, "Ruth O.", level, self.clock() - timedelta(minutes=minutes))

    def kept(self, approval: str = "ap_0") -> Kept:
        found = self.store.get(ApprovalId(approval))
        assert found is not None
        return found

    async def entries(self, trace: str = "tr_0") -> list[ApprovalBody]:
        """What the ledger has of approvals, in order."""
        found = [decode(row.entry, row.seq).body for row in await self.ledger.trace(TraceId(trace))]
        return [body for body in found if isinstance(body, ApprovalBody)]

    def _assignments(self, who: OperatorId, now: datetime) -> list[Assignment]:
        ago = now - timedelta(days=1)
        limits = self.limits.get(who)
        return [] if limits is None else [Assignment(who, Role.APPROVER, limits, OWEN, ago)]

    async def _reconsider(self, held: Held, text: str) -> Reconsidered:
        if held.tool is None:
            return Reconsidered(self.amount)
        figure = read_arguments(text).get("amount")
        if not isinstance(figure, int):
            return Reconsidered(because="no amount is named")
        return Reconsidered(Money(figure * 100, "USD"))

    async def _still(self, _: object) -> str:
        return self.stands
