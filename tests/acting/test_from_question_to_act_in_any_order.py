"""Questions asked, answered, changed, stopped, used, lost, found out and told in any order, with crashes between.

The real service of approvals, follow-up, executor and recovery over stores in files: nothing is done that was not
approved as it is done, nor twice, nor after anybody stopped it; and what the stores, the ledger, the back end and the
customer have is the same.
"""

import asyncio
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Awaitable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from acting_rig import MEMORY, Crash, in_place
from house_rig import ERRORS, OWEN, RUTH, SAM, TWO_ABOVE, House, NamedSteps, Question, arguments
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, precondition, rule

from answerable.actions import Done, NotDone
from answerable.actions import State as ActState
from answerable.adapters.sqlite_approvals import SqliteApprovals
from answerable.approvals import Phase, Result, State, action_of
from answerable.apps.approvals.held import holding
from answerable.grants import KILL_SWITCH, DecisionId, Revocation, Selection, Selector, arguments_digest
from answerable.identity.operators import Operator
from answerable.ports.actions import Kept as KeptAct
from answerable.ports.connectors import BackEndCall
from answerable.receipts import ApprovalBody, Entry, ReceiptBody, decode
from answerable.testing import sample_approvals as some
from answerable.testing import sample_holds as holds
from answerable.testing.scripted_connector import Fault
from answerable.values import ApprovalId, AssuranceLevel, Digest, OperatorId
from answerable.values.errors import AnswerableError

PEOPLE = st.sampled_from([RUTH, SAM, SAM, OWEN])
ONE_OR_TWO = st.sampled_from([[RUTH, SAM], [RUTH], [SAM], [OWEN]])
SHOWN = st.sampled_from(["now", "now", "now", "first", "other"])
SELECTIONS = st.sampled_from(
    [
        KILL_SWITCH,
        Selection(Selector.APPROVER, RUTH),
        Selection(Selector.CONVERSATION, "c-0"),
        Selection(Selector.WORKLOAD, some.WORKLOAD),
        Selection(Selector.BUNDLE, holds.BUNDLE),
    ]
)
KEPT = ["grants.consume", "approvals.apply", "ledger.append", "actions.advance"]
STOPPED = {Phase.DENIED, Phase.EXPIRED, Phase.WITHDRAWN, Phase.VOIDED}
PHASES = {
    "opened": Phase.OPEN,
    "denied": Phase.DENIED,
    "expired": Phase.EXPIRED,
    "withdrawn": Phase.WITHDRAWN,
    "voided": Phase.VOIDED,
    "used": Phase.USED,
}
DOLLARS = st.sampled_from([TWO_ABOVE, TWO_ABOVE + 1])
YES_NO = st.booleans()


@pytest.fixture(autouse=True)
def _stores_answer_in_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asyncio, "to_thread", in_place)


class FromQuestionToAct(RuleBasedStateMachine):
    """At most three questions, so that much happens to each."""

    questions = Bundle("questions")

    @initialize(
        target=questions,
        dollars=DOLLARS,
        people=st.sampled_from([[RUTH, SAM], [RUTH], []]),
        faults=st.lists(st.sampled_from(Fault), max_size=2),
        repeatable=YES_NO,
        can_query=YES_NO,
        checks_grants=YES_NO,
    )
    def begin(
        self,
        dollars: int,
        people: list[OperatorId],
        faults: list[Fault],
        repeatable: bool,
        can_query: bool,
        checks_grants: bool,
    ) -> ApprovalId:
        self.loop = asyncio.new_event_loop()
        self.folder = Path(tempfile.mkdtemp(dir=MEMORY if MEMORY.is_dir() else None))
        self.house = House(
            self.folder, repeatable=repeatable, can_query=can_query, checks_grants=checks_grants
        )
        self.house.back_end.comes = self._comes
        self.asked: dict[ApprovalId, Question] = {}
        self.yes: defaultdict[str, set[OperatorId]] = defaultdict(set)
        """Who has said yes to each digest."""
        self.wrong: list[str] = []
        """What the back end was called for and should not have been: a connector's own errors are taken for lost."""
        self.entries: list[Entry] = []
        approval = self.ask(dollars)
        self.house.back_end.script.extend(faults)
        self.approve(approval, people, "now", at_once=False)
        return approval

    def run(self, work: Awaitable[Any]) -> Any:
        """What comes of it; None where the process died of it, or something could not be asked."""
        try:
            return self.loop.run_until_complete(work)
        except Crash:
            self.house.start()
        except AnswerableError:
            pass
        return None

    # -- what people and customers do --------------------------------------------------

    @precondition(lambda self: len(self.asked) < 3)
    @rule(target=questions, dollars=DOLLARS)
    def ask_more(self, dollars: int) -> ApprovalId:
        return self.ask(dollars)

    def ask(self, dollars: int) -> ApprovalId:
        """A decision is held, and waits."""
        house, number = self.house, len(self.asked)
        house.steps = NamedSteps()
        house.start()  # what was to go wrong goes wrong no more
        drafts = [holds.exchange(number), holds.held_act(number, arguments(dollars))]
        [(trace, decision)] = holding(drafts, self.loop.run_until_complete(house.ledger.append(drafts)))
        kept = self.loop.run_until_complete(house.made.service.open(trace, decision))
        request = kept.state.request
        assert request.conversation is not None
        self.asked[request.id] = Question(
            request.id, DecisionId(trace, decision), request.conversation, request.binds, dollars
        )
        return request.id

    @rule(approval=questions, people=ONE_OR_TWO, shown=SHOWN, at_once=YES_NO)
    def approve(self, approval: ApprovalId, people: list[OperatorId], shown: str, at_once: bool) -> None:
        for who in people:
            binds = self._shown(approval, shown)
            self.yes[binds].add(who)
            self.run(self.house.made.service.approve(approval, self._person(who), binds))
        if at_once:
            self.go_on()

    @rule(
        approval=questions,
        who=PEOPLE,
        shown=SHOWN,
        dollars=st.sampled_from([1, 90, 900]),
        at_once=YES_NO,
    )
    def approve_with_change(
        self, approval: ApprovalId, who: OperatorId, shown: str, dollars: int, at_once: bool
    ) -> None:
        before, text = self._state(approval), arguments(dollars)
        binds = self._shown(approval, shown)
        self.run(self.house.made.service.change(approval, self._person(who), binds, text))
        after = self._state(approval)
        if after.binds != before.binds:
            assert binds == before.binds
            assert before.request.amount is not None
            assert dollars * 100 <= before.request.amount.minor
            assert after.request.content == arguments_digest(text)
            self.yes[after.binds] = {who}
        if at_once:
            self.go_on()

    @rule(
        approval=questions,
        how=st.sampled_from(["denied", "withdrawn", "not wanted"]),
        who=PEOPLE,
        shown=SHOWN,
    )
    def stop(self, approval: ApprovalId, how: str, who: OperatorId, shown: str) -> None:
        """Somebody says no to what they were shown, or takes it back; so may whoever asked."""
        service = self.house.made.service
        if how == "denied":
            self.run(service.deny(approval, self._person(who), self._shown(approval, shown)))
        elif how == "withdrawn":
            self.run(service.withdraw(approval, self._person(who)))
        else:
            self.run(service.withdraw_by_workload(approval, some.WORKLOAD))

    @rule(approval=questions)
    def ask_what_came_of_it(self, approval: ApprovalId) -> None:
        conversation = self.asked[approval].conversation
        for one in self.run(self.house.made.outcomes.polled(some.WORKLOAD, conversation)) or []:
            self._heard(one.approval, one.heard.value)

    @rule(selection=SELECTIONS, stands=YES_NO)
    def revoke_or_lift(self, selection: Selection, stands: bool) -> None:
        if stands:
            self.house.grants.revoke(Revocation(selection, self.house.now, "ops", "drill"))
        else:
            self.house.grants.lift(selection, self.house.now, "ops")

    @rule()
    def look_at_the_back_end(self) -> None:
        """A person does, and says what is so."""
        for kept in self.house.actions.waiting(10):
            said = Done("") if self.house.back_end.done[kept.action.key] else NotDone("")
            self.run(self.house.executor.resolve(kept.action.id, said, RUTH, "looked"))

    # -- what happens by itself --------------------------------------------------------

    @rule()
    def go_on(self) -> None:
        """What is due expires, what is approved is done, whoever is to hear of it is told."""
        for approval in self.run(self.house.made.service.left(untold=True)) or []:
            self.run(self.house.made.watch._go_on(approval))

    @rule()
    def recover(self) -> None:
        self.run(self.house.recovery.recover())

    @rule(seconds=st.sampled_from([1, 2, 30, 61, 91, 92, 400, 901, 15_000]))
    def wait(self, seconds: int) -> None:
        self.house.now += timedelta(seconds=seconds)
        self.house.back_end.pass_time()

    # -- what goes wrong ---------------------------------------------------------------

    @rule(fault=st.sampled_from(Fault), asked=YES_NO, deaf=YES_NO)
    def go_wrong(self, fault: Fault, asked: bool, deaf: bool) -> None:
        (self.house.back_end.looks if asked else self.house.back_end.script).append(fault)
        self.house.host.deaf = deaf

    @rule(ahead=st.integers(0, 30), when=st.sampled_from(["before", "after"]), crash=YES_NO)
    def fail_at(self, ahead: int, when: str, crash: bool) -> None:
        """One of the next steps fails, or is the last one of the process."""
        steps = self.house.steps
        number = len(steps.seen) + ahead

        def fault(now: str) -> None:
            place = steps.seen[number].partition(".")[0]
            if now == when and crash:
                raise Crash
            if now == when and place in ERRORS:
                raise ERRORS[place]("it failed")

        steps.plan[number] = fault

    @rule(step=st.sampled_from(KEPT), dies=YES_NO, stopped=YES_NO)
    def fall_short(self, step: str, dies: bool, stopped: bool) -> None:
        """The next of these is kept, and nothing comes of it yet: so an answer waits to be put on record."""
        assert isinstance(self.house.steps, NamedSteps)
        self.house.steps.short, self.house.steps.dies = step, dies
        if stopped:
            self.go_on()
            self.revoke_or_lift(KILL_SWITCH, stands=True)
            self.go_on()

    @rule()
    def restart(self) -> None:
        self.house.start()

    # -- what holds --------------------------------------------------------------------

    def _comes(self, call: BackEndCall) -> None:
        """Nothing is sent but what was approved, as it was approved, while it may be."""
        house = self.house
        approval = ApprovalId("ap_" + call.action.removeprefix("ac_"))
        state, question = self._state(approval), self.asked[approval]
        needs = 2 if question.amount > TWO_ABOVE else 1
        first = not house.back_end.called[call.key]
        stands = [
            one.selection
            for one in house.grants.revocations()
            if one.lifted is None
            and (
                one.selection != Selection(Selector.APPROVER, RUTH)
                or RUTH in {answer.by for answer in state.approvals}
            )
            and (
                one.selection.selector is not Selector.CONVERSATION
                or one.selection.value == question.conversation
            )
            and one.selection.selector is not Selector.GRANT
        ]
        said = [body.event for body in self._recorded(approval) if body.binds == state.binds]
        holds_good = {
            "it is used up for this act": state.phase is Phase.USED and state.attempt == call.action,
            "what is sent is what was approved": arguments_digest(call.arguments) == state.request.content,
            "enough people have said yes to it": len(self.yes[state.binds] - {OWEN}) >= needs,
            "that is on record": said.count("approved") >= needs and "used" in said,
            "its time is not over": not first
            or (state.usable_until is not None and house.now < state.usable_until),
            "nobody has stopped it": not stands,
        }
        self.wrong += [f"not so at call {call.action}: {what}" for what, so in holds_good.items() if not so]

    @invariant()
    def only_what_may_be_is_sent(self) -> None:
        if hasattr(self, "wrong"):
            assert not self.wrong, self.wrong

    @invariant()
    def stores_ledger_and_back_end_say_the_same(self) -> None:
        for approval, question in getattr(self, "asked", {}).items():
            kept = self._stored().get(approval)
            act = self.house.actions.of_decision(question.decision)
            assert kept is not None
            state, done = kept.state, self._done(approval, act)
            assert done <= 1
            if state.phase is not Phase.USED:
                assert act is None
            if state.phase in STOPPED or state.result is Result.NOT_DONE:
                assert done == 0
            if state.result is Result.DONE:
                assert done == 1
            if kept.pending is None:
                self._agrees(state)
            if act is not None:
                self._act_agrees(act, done)

    def _agrees(self, state: State) -> None:
        """With the ledger: where it has come to, for exactly what, and by how many."""
        changes_nothing = ("told", "reminded", "refused")
        bodies = [one for one in self._recorded(state.request.id) if one.event not in changes_nothing]
        last = bodies[-1]
        reached = Phase.APPROVED if last.approvals >= last.needed else Phase.OPEN
        assert PHASES.get(last.event, reached) is state.phase
        assert last.binds == state.binds
        assert last.approvals == len(state.approvals)
        # No event is there twice, however often it was tried to put it on record.
        assert len({(one.event, one.binds, one.approvals) for one in bodies}) == len(bodies)

    def _act_agrees(self, act: KeptAct, done: int) -> None:
        reached = act.progress.state
        if reached is ActState.DONE:
            assert done == 1
        if reached in (ActState.INTENDED, ActState.GRANTED, ActState.GIVEN_UP, ActState.NOT_DONE):
            assert done == 0
        if act.progress.finished:
            last = self._receipts(act)[-1]
            assert last.outcome == ("done" if reached is ActState.DONE else "not_done")

    @invariant()
    def nobody_is_told_what_is_not_so(self) -> None:
        if hasattr(self, "house"):
            for one in self.house.host.told:
                self._heard(ApprovalId(one.approval), one.outcome)

    def _heard(self, approval: ApprovalId, heard: str) -> None:
        act = self.house.actions.of_decision(self.asked[approval].decision)
        done = self._done(approval, act)
        if heard == "done":
            assert done == 1
            assert act is not None
            assert "done" in [one.outcome for one in self._receipts(act)]
        elif heard != "uncertain":
            assert done == 0

    def teardown(self) -> None:
        if not hasattr(self, "house"):
            return
        try:
            self._comes_to_an_end()
        finally:
            self.house.close()
            self.loop.close()
            shutil.rmtree(self.folder)

    def _comes_to_an_end(self) -> None:
        """Whatever happened, everything that waits is over one day, and whoever asked was told."""
        house = self.house
        house.steps = NamedSteps()
        house.back_end.looks.clear()
        house.host.deaf = False
        house.start()
        self.go_on()
        for _ in range(6):
            self.wait(901)
            self.go_on()
            self.recover()
        self.wait(15_000)
        self.go_on()
        self.look_at_the_back_end()
        self.go_on()
        self.only_what_may_be_is_sent()
        self.stores_ledger_and_back_end_say_the_same()
        self.nobody_is_told_what_is_not_so()
        for approval in self.asked:
            state = self._state(approval)
            assert state.closed, state
            assert state.told_at is not None
        self.loop.run_until_complete(house.ledger.verify())

    # -- how it is looked at -----------------------------------------------------------

    def _stored(self) -> SqliteApprovals:
        assert self.house.approvals is not None
        return self.house.approvals

    def _state(self, approval: ApprovalId) -> State:
        kept = self._stored().get(approval)
        assert kept is not None
        return kept.state

    def _shown(self, approval: ApprovalId, which: str) -> Digest:
        if which == "now":
            return self._state(approval).binds
        return self.asked[approval].binds if which == "first" else some.digest("something else")

    def _person(self, who: OperatorId) -> Operator:
        return Operator(who, "", AssuranceLevel.AAL2, self.house.now)

    def _done(self, approval: ApprovalId, act: KeptAct | None) -> int:
        if act is None:
            return 0
        assert act.action.id == action_of(approval)
        return self.house.back_end.done[act.action.key]

    def _on_record(self) -> list[Entry]:
        for row in self.house.ledger.store.rows[len(self.entries) :]:
            self.entries.append(decode(row.entry, row.seq))
        return self.entries

    def _recorded(self, approval: ApprovalId) -> list[ApprovalBody]:
        bodies = [one.body for one in self._on_record()]
        return [one for one in bodies if isinstance(one, ApprovalBody) and one.approval == approval]

    def _receipts(self, act: KeptAct) -> list[ReceiptBody]:
        bodies = [one.body for one in self._on_record()]
        return [one for one in bodies if isinstance(one, ReceiptBody) and one.action == act.action.id]


TestFromQuestionToActInAnyOrder = FromQuestionToAct.TestCase
TestFromQuestionToActInAnyOrder.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
