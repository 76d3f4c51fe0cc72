"""Approvals, their follow-up and an executor over stores in files, put together as the gateway does it."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from acting_rig import AUDIENCE, Crash, Faulty, Rig, Steps

from answerable.adapters.bundle_files import built_in
from answerable.adapters.duty_files import shipped_duties
from answerable.adapters.sqlite_approvals import SqliteApprovals
from answerable.apps.approvals.answering import Reconsidered
from answerable.apps.approvals.held import Facts, Held
from answerable.apps.approvals.running import RunsApproved
from answerable.apps.approvals.stopped import stopped_by
from answerable.apps.approvals.together import Approvals, put_together
from answerable.apps.approvals.ways import Ways
from answerable.decisions.act_rules import ActRules
from answerable.decisions.actions import parse_actions
from answerable.grants import DecisionId
from answerable.grants.arguments import read_arguments
from answerable.ports.connectors import BackEnd
from answerable.ports.notifying import Told
from answerable.roles import Assignment, Limits, Role
from answerable.testing import sample_approvals as some
from answerable.testing import sample_holds as holds
from answerable.testing.memory_roles import MemoryRoles
from answerable.values import ApprovalId, ConversationId, Digest, Money
from answerable.values.errors import (
    ActionsUnavailable,
    ApprovalsUnavailable,
    GrantsUnavailable,
    LedgerUnavailable,
    NotNotified,
)

RUTH, SAM, OWEN = some.RUTH, some.SAM, some.OWEN
ERRORS = {
    "actions": ActionsUnavailable,
    "grants": GrantsUnavailable,
    "ledger": LedgerUnavailable,
    "approvals": ApprovalsUnavailable,
}
TWO_ABOVE = 500
RULES = {"routes": {some.ROUTE: {"deadline": "4h", "two_above": f"{TWO_ABOVE}.00 USD", "valid": "15m"}}}
BUNDLE = replace(
    built_in(),
    digest=holds.BUNDLE,
    approvals=RULES,
    actions=parse_actions(
        {"refund_order": {"subjects": ["refund"], "reversible": False, "connector": "shop"}}, {}
    ),
)
DUTIES = shipped_duties()


class NamedSteps(Steps):
    """The next step that is named `short` is done, and then fails or is the last one of its process."""

    short = ""
    dies = False

    def at(self, name: str) -> Any:
        fault = super().at(name)
        if name != self.short:
            return fault
        self.short = ""

        def fall_short(when: str) -> None:
            if when == "after":
                raise Crash if self.dies else ERRORS[name.partition(".")[0]]("it failed")

        return fall_short


@dataclass
class Host:
    """The program that speaks with customers, where it can be reached."""

    name: str = "host"
    told: list[Told] = field(default_factory=list)
    deaf: bool = False

    async def tell(self, told: Told) -> None:
        if self.deaf:
            raise NotNotified("nobody is there")
        self.told.append(told)


@dataclass(frozen=True)
class Question:
    """What was asked, before anybody answered."""

    id: ApprovalId
    decision: DecisionId
    conversation: ConversationId
    binds: Digest
    amount: int


class House(Rig):
    """An executor and everything about approvals over the same ledger; a start opens all of it anew."""

    approvals: SqliteApprovals | None = None
    made: Approvals

    def __init__(self, folder: Path, **can: bool) -> None:
        self.host = Host()
        self.roles = MemoryRoles()
        for who in (RUTH, SAM, OWEN):
            ago = some.NOW - timedelta(days=1)
            self.roles.assign(Assignment(who, Role.APPROVER, Limits(), OWEN, ago))
        self.roles.own(some.WORKLOAD, OWEN)
        self.place = folder / "approvals.db"
        super().__init__(folder=folder, rules=ActRules(connector="shop"), **can)

    def start(self) -> None:
        if not isinstance(self.steps, NamedSteps):
            self.steps = NamedSteps()
        super().start()
        if self.approvals is not None:
            self.approvals.close()
        self.approvals = SqliteApprovals(self.place)
        store: Any = Faulty(self.approvals, "approvals", self.steps)
        ledger: Any = self.steps_ledger
        back_ends = {"shop": BackEnd(AUDIENCE)}
        runs = RunsApproved(self.executor, ledger, lambda _: BUNDLE, back_ends)
        self.made = put_together(
            store,
            ledger,
            self.roles,
            DUTIES,
            lambda: BUNDLE,
            runs,
            self.clock,
            ways=Ways(tellers=(self.host,)),
            facts=lambda held: Facts(("refund",), amount_of(held.text), "eu", "8c1f"),
            reconsider=self._reconsider,
            became=runs.became,
            stopped=stopped_by(self.grants.revocations),
        )
        self.made.service.on_record.patience = 0.0

    async def _reconsider(self, _: Held, text: str) -> Reconsidered:
        return Reconsidered(amount_of(text))

    def close(self) -> None:
        super().close()
        assert self.approvals is not None
        self.approvals.close()


def amount_of(text: str | None) -> Money:
    assert text is not None
    return Money(read_arguments(text)["amount"] * 100, "USD")


def arguments(dollars: int) -> str:
    return f'{{"order_id":"W1","amount":{dollars}}}'
