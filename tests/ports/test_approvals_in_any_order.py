"""Approvals opened, answered, changed, used, withdrawn and run out in any order, with crashes between.

No act is done without a yes to exactly it by somebody who may, nor twice, nor after anybody stopped it. What happened
last stays pending until it is on record, whoever opens the file meanwhile, and nothing else happens before that.
"""

import shutil
import tempfile
from collections import Counter
from datetime import timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from answerable.adapters.sqlite_approvals import SqliteApprovals
from answerable.approvals import (
    Approve,
    Change,
    Deny,
    Event,
    Expire,
    Opened,
    Phase,
    State,
    Use,
    Void,
    Withdraw,
)
from answerable.ports.approvals import Answer, Applied, ApprovalStore, Unrecorded
from answerable.testing import sample_approvals as some
from answerable.testing.memory_approvals import MemoryApprovals
from answerable.values import ApprovalId, Digest, Money, OperatorId

PEOPLE = st.sampled_from([some.RUTH, some.SAM, some.OWEN])
SHOWN = st.sampled_from(["now", "first", "other"])


class Approvals(RuleBasedStateMachine):
    """A store in a file beside one in memory: they answer alike, and what holds for one holds for both."""

    waiting = Bundle("waiting")

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.memory = MemoryApprovals()
        self.file = SqliteApprovals(self.folder / "approvals.db")
        self.now = some.NOW
        self.number = 0
        self.first: dict[ApprovalId, Digest] = {}
        self.said: dict[Digest, set[str]] = {}
        """Who said yes to each digest, before anybody said anything else."""
        self.used: Counter[ApprovalId] = Counter()
        self.stopped: set[ApprovalId] = set()
        self.pending: dict[ApprovalId, Event] = {}
        """What happened last to each, where nobody has put it on record yet."""

    @rule(target=waiting, needs=st.integers(1, 2))
    def open(self, needs: int) -> ApprovalId:
        self.number += 1
        request = some.request(self.number, needs=needs, now=self.now)
        kept = [one.open(request) for one in self.stores]
        assert kept[0] == kept[1]
        self.first[request.id] = request.binds
        self.pending[request.id] = Opened(self.now)
        return request.id

    @rule(approval=waiting, who=PEOPLE, shown=SHOWN)
    def approve(self, approval: ApprovalId, who: str, shown: str) -> None:
        binds = self._shown(approval, shown)
        answer = self._happen(approval, Approve(self.now, OperatorId(who), binds))
        if isinstance(answer, Applied):
            assert who != some.OWEN
            assert shown != "other"
            self.said.setdefault(binds, set()).add(who)

    @rule(approval=waiting, who=PEOPLE, shown=SHOWN, cents=st.integers(0, 15_000))
    def change(self, approval: ApprovalId, who: str, shown: str, cents: int) -> None:
        before = self._kept(approval)
        binds = self._shown(approval, shown)
        content = some.digest(f"changed to {cents}")
        answer = self._happen(
            approval, Change(self.now, OperatorId(who), binds, content, Money(cents, "USD"))
        )
        if isinstance(answer, Applied):
            assert binds == before.binds
            assert who != some.OWEN
            was = before.request.amount
            assert was is not None
            assert cents <= was.minor
            self.said[answer.kept.state.binds] = {who}

    @rule(approval=waiting, who=PEOPLE, shown=SHOWN)
    def deny(self, approval: ApprovalId, who: str, shown: str) -> None:
        answer = self._happen(approval, Deny(self.now, OperatorId(who), self._shown(approval, shown)))
        self._stop(approval, answer)

    @rule(approval=waiting, who=PEOPLE)
    def withdraw(self, approval: ApprovalId, who: str) -> None:
        self._stop(approval, self._happen(approval, Withdraw(self.now, who)))

    @rule(approval=waiting)
    def void(self, approval: ApprovalId) -> None:
        self._stop(approval, self._happen(approval, Void(self.now, "the rules changed")))

    @rule(approval=waiting)
    def expire(self, approval: ApprovalId) -> None:
        before = self._kept(approval)
        answer = self._happen(approval, Expire(self.now))
        if isinstance(answer, Applied):
            assert before.due is not None
            assert self.now >= before.due
            assert answer.kept.state.phase is Phase.EXPIRED
        self._stop(approval, answer)

    @rule(approval=waiting, shown=SHOWN, attempt=st.sampled_from(["ac_1", "ac_2", "ac_3"]))
    def use(self, approval: ApprovalId, shown: str, attempt: str) -> None:
        before = self._kept(approval)
        binds = self._shown(approval, shown)
        answer = self._happen(approval, Use(self.now, binds, attempt))
        if not isinstance(answer, Applied):
            return
        after = answer.kept.state
        if after.phase is Phase.VOIDED:  # it was not what was approved
            assert binds != before.binds
            self.stopped.add(approval)
        elif before.phase is Phase.USED:
            assert before.attempt == attempt
        else:
            assert approval not in self.stopped
            assert before.phase is Phase.APPROVED
            assert before.usable_until is not None
            assert self.now < before.usable_until
            assert len(self.said[binds]) >= before.request.plan.needs
            assert some.OWEN not in self.said[binds]
            self.used[approval] += 1

    @rule(seconds=st.sampled_from([1, 60, 600, 3600, 15_000]))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(approval=waiting)
    def record(self, approval: ApprovalId) -> None:
        self._record(approval)

    @rule()
    def restart(self) -> None:
        """With whatever is pending: a crash between the store and the ledger leaves it so."""
        self.file.close()
        self.file = SqliteApprovals(self.folder / "approvals.db")
        assert self.file.unsettled() == self.memory.unsettled()
        assert self.file.untold() == self.memory.untold()

    @invariant()
    def nothing_is_used_twice(self) -> None:
        assert all(count <= 1 for count in self.used.values())

    @invariant()
    def what_is_not_on_record_stays_pending(self) -> None:
        for approval in getattr(self, "first", {}):
            for one in self.stores:
                kept = one.get(approval)
                assert kept is not None
                event = kept.pending.event if kept.pending else None
                assert event == self.pending.get(approval)

    def teardown(self) -> None:
        if hasattr(self, "file"):
            self.file.close()
            shutil.rmtree(self.folder)

    # -- how it is asked -------------------------------------------------------------

    @property
    def stores(self) -> tuple[ApprovalStore, ApprovalStore]:
        return self.memory, self.file

    def _kept(self, approval: ApprovalId) -> State:
        found = [one.get(approval) for one in self.stores]
        assert found[0] == found[1]
        assert found[0] is not None
        return found[0].state

    def _shown(self, approval: ApprovalId, which: str) -> Digest:
        if which == "now":
            return Digest(self._kept(approval).binds)
        return self.first[approval] if which == "first" else some.digest("something else")

    def _happen(self, approval: ApprovalId, event: Event) -> Answer:
        before = self._kept(approval)
        answer = self._apply(approval, event)
        if isinstance(answer, Unrecorded):  # as whoever asks: put it on record, and ask again
            assert self._kept(approval) == before
            assert approval in self.pending
            self._record(approval)
            answer = self._apply(approval, event)
            assert not isinstance(answer, Unrecorded)
        if isinstance(answer, Applied) and answer.kept.state != before:
            self.pending[approval] = event
        return answer

    def _apply(self, approval: ApprovalId, event: Event) -> Answer:
        answers = [one.apply(approval, event) for one in self.stores]
        assert answers[0] == answers[1]
        return answers[0]

    def _record(self, approval: ApprovalId) -> None:
        for one in self.stores:
            kept = one.get(approval)
            assert kept is not None
            one.recorded(approval, kept.state.revision)
        self.pending.pop(approval, None)

    def _stop(self, approval: ApprovalId, answer: Answer) -> None:
        if isinstance(answer, Applied):
            assert not self.used[approval]
            self.stopped.add(approval)


TestApprovalsInAnyOrder = Approvals.TestCase
TestApprovalsInAnyOrder.settings = settings(max_examples=40, stateful_step_count=50, deadline=None)
