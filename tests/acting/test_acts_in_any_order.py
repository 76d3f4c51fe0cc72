"""Acts decided, approved, asked for, lost, revoked, expired, crashed and recovered in any order: none is done twice."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from acting_rig import Crash, Rig, in_place, limits
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule

from answerable.actions import UNKNOWN, Action, Done, NotDone, State
from answerable.decisions.act_rules import Limit, Per
from answerable.grants import KILL_SWITCH, Permit, Revocation, Selection, Selector
from answerable.testing.scripted_connector import Fault
from answerable.values import Money, OperatorId
from answerable.values.errors import (
    ActionsUnavailable,
    AnswerableError,
    GrantsUnavailable,
    LedgerUnavailable,
)

RUTH = OperatorId("https://idp.example#ruth")
SELECTIONS = st.sampled_from(
    [KILL_SWITCH, Selection(Selector.APPROVER, "ruth"), Selection(Selector.CONVERSATION, "c-1")]
)
ERRORS = {"actions": ActionsUnavailable, "grants": GrantsUnavailable, "ledger": LedgerUnavailable}
MOST_A_DAY = 6
LIMIT = limits(Limit(Per.CUSTOMER, timedelta(days=1), most=MOST_A_DAY, amount=Money(20000, "USD")))


@pytest.fixture(autouse=True)
def _stores_answer_in_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asyncio, "to_thread", in_place)


class Acts(RuleBasedStateMachine):
    """The real executor and recovery, over stores in memory and a back end that goes wrong."""

    decided = Bundle("decided")

    @initialize(repeatable=st.booleans(), can_query=st.booleans(), checks_grants=st.booleans())
    def begin(self, repeatable: bool, can_query: bool, checks_grants: bool) -> None:
        self.loop = asyncio.new_event_loop()
        self.rig = Rig(repeatable=repeatable, can_query=can_query, checks_grants=checks_grants, rules=LIMIT)
        self.number = 0
        self.told_done: set[str] = set()
        self.told_not_done: set[str] = set()
        self.resolved: set[str] = set()
        """Keys of acts of which a person said what they were told to say here: the truth."""

    def run(self, work: Any) -> Any:
        try:
            return self.loop.run_until_complete(work)
        except Crash:
            self.rig.start()
        except AnswerableError:
            pass
        return None

    @rule(target=decided, approved=st.booleans(), seconds=st.integers(5, 900))
    def decide(self, approved: bool, seconds: int) -> tuple[Action, Permit]:
        self.number += 1
        action, permit = self.rig.wanted(self.number, amount=4000, approved=approved)
        return action, replace(permit, until=self.rig.now + timedelta(seconds=seconds))

    @rule(target=decided, one=decided, approved=st.booleans())
    def follow(self, one: tuple[Action, Permit], approved: bool) -> Any:
        """An act that belongs to the chain of another; as a rule its scope has no room for it."""
        self.number += 1
        action, permit = self.rig.wanted(self.number, first=one[0].first, approved=approved)
        return (action, permit) if self.number % 2 else multiple()

    @rule(one=decided)
    def act(self, one: tuple[Action, Permit]) -> None:
        action, permit = one
        settled = self.run(self.rig.executor.act(action, permit=permit))
        if settled is not None and isinstance(settled.outcome, Done):
            assert settled.receipt
            assert self.rig.back_end.done[action.key] == 1
            self.told_done.add(action.key)
        if settled is not None and isinstance(settled.outcome, NotDone):
            assert self.rig.back_end.done[action.key] == 0
            self.told_not_done.add(action.key)

    @rule(one=decided, other=decided)
    def act_at_once(self, one: tuple[Action, Permit], other: tuple[Action, Permit]) -> None:
        acts = [self.rig.executor.act(action, permit=permit) for action, permit in (one, other, one)]

        async def together() -> None:
            await asyncio.gather(*acts, return_exceptions=True)
            await self.rig.executor.close()

        self.run(together())

    @rule(fault=st.sampled_from(Fault))
    def go_wrong(self, fault: Fault) -> None:
        self.rig.back_end.script.append(fault)

    @rule(fault=st.sampled_from(Fault))
    def look_in_vain(self, fault: Fault) -> None:
        self.rig.back_end.looks.append(fault)

    @rule(ahead=st.integers(0, 16), when=st.sampled_from(["before", "after"]), crash=st.booleans())
    def fail_at(self, ahead: int, when: str, crash: bool) -> None:
        """One of the next steps fails, or is the last one of the process."""
        steps = self.rig.steps
        number = len(steps.seen) + ahead

        def fault(now: str) -> None:
            if now != when:
                return
            place = steps.seen[number].partition(".")[0]
            if crash:
                raise Crash
            if place in ERRORS:
                raise ERRORS[place]("it failed")

        steps.plan[number] = fault

    @rule()
    def restart(self) -> None:
        self.rig.start()

    @rule(seconds=st.sampled_from([1, 30, 61, 91, 400, 4000]))
    def wait(self, seconds: int) -> None:
        self.rig.now += timedelta(seconds=seconds)
        self.rig.back_end.pass_time()

    @rule()
    def recover(self) -> None:
        self.run(self.rig.recovery.recover())

    @rule(selection=SELECTIONS)
    def revoke(self, selection: Selection) -> None:
        self.rig.grants.revoke(Revocation(selection, self.rig.now, "ops", "drill"))

    @rule(selection=SELECTIONS)
    def lift(self, selection: Selection) -> None:
        self.rig.grants.lift(selection, self.rig.now, "ops")

    @rule()
    def ask_a_person(self) -> None:
        """They look at the back end, and say what is so."""
        for kept in self.rig.actions.waiting(10):
            done = self.rig.back_end.done[kept.action.key]
            said = Done("") if done else NotDone("")
            self.run(self.rig.executor.resolve(kept.action.id, said, RUTH, "looked"))

    @invariant()
    def no_act_is_done_twice(self) -> None:
        if hasattr(self, "rig"):
            assert all(count <= 1 for count in self.rig.back_end.done.values())

    @invariant()
    def what_is_settled_is_so_and_on_record(self) -> None:
        if not hasattr(self, "rig"):
            return
        for kept in self.rig.kept():
            state, done = kept.progress.state, self.rig.back_end.done[kept.action.key]
            if state is State.DONE:
                assert done == 1
            if state in (State.NOT_DONE, State.GIVEN_UP, State.INTENDED, State.GRANTED):
                assert done == 0
            if kept.progress.finished:
                receipts = self.rig.receipts(kept.action.id)
                assert receipts[-1].outcome == ("done" if state is State.DONE else "not_done")
            if state is State.PERSON:
                last = self.rig.receipts(kept.action.id)[-1]
                # What a person said before a crash is on record, and counts for whoever says something next.
                assert last.outcome == "uncertain" or last.how == "person"
        assert not self.told_done & self.told_not_done

    @invariant()
    def no_limit_is_passed(self) -> None:
        if hasattr(self, "rig"):
            begun = sorted(one.begun for one in self.rig.kept() if self.rig.back_end.done[one.action.key])
            for at in range(len(begun) - MOST_A_DAY + 1):
                window = begun[at : at + 6]  # 6 times 40.00 would be 240.00
                assert window[-1] - window[0] >= timedelta(days=1)

    def teardown(self) -> None:
        if not hasattr(self, "rig"):
            return
        self.rig.steps.plan.clear()
        self.rig.back_end.looks.clear()
        self.rig.start()
        self.run(self.rig.recover(60))
        for kept in self.rig.kept():
            assert kept.progress.finished or kept.progress.state is State.PERSON, kept.progress
            assert kept.progress.finished or kept.progress.state in UNKNOWN
        self.what_is_settled_is_so_and_on_record()
        for key, count in self.rig.back_end.done.items():
            [kept] = [one for one in self.rig.kept() if one.action.key == key]
            assert count == 1
            assert kept.progress.state in (State.DONE, State.PERSON)
        self.run(self.rig.ledger.verify())
        self.loop.close()


TestActsInAnyOrder = Acts.TestCase
TestActsInAnyOrder.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
