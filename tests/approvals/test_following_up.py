"""What happens by itself: reminded, handed on, run out, done, told. Also after a crash at any step."""

import asyncio
from datetime import timedelta

import pytest
from approvals_stack import OWEN, RUTH, BackEnd, Stack

from answerable.adapters.world import utc_now
from answerable.approvals import Phase, Result
from answerable.apps.approvals.refused import Refused
from answerable.apps.approvals.watching import Watch
from answerable.receipts import Erased
from answerable.testing import sample_approvals as some
from answerable.testing import sample_holds as holds
from answerable.testing.memory_ledger import MemoryLedger
from answerable.values import ActionId, ApprovalId, ConversationId
from answerable.values.errors import ActionsUnavailable, LedgerUnavailable

AP = ApprovalId("ap_0")
CONVERSATION = ConversationId("c-0")


async def approved(stack: Stack) -> None:
    binds = (await stack.hold()).state.binds
    await stack.service.approve(AP, stack.operator(), binds)


def events(stack: Stack) -> list[str]:
    return [f"{one.event} {one.route}" for one in stack.inbox.notices]


# -- while nobody answers ---------------------------------------------------------------


async def test_those_who_answer_are_told_at_once_reminded_and_the_next_queue_after_them() -> None:
    stack = Stack()
    begun = (await stack.hold()).state.request.opened_at
    assert await stack.follow.go_on(AP) == begun + timedelta(hours=1)
    assert await stack.follow.go_on(AP) == begun + timedelta(hours=1)
    stack.clock.on(hours=1)
    assert await stack.follow.go_on(AP) == begun + timedelta(hours=2)
    stack.clock.on(hours=1)
    assert await stack.follow.go_on(AP) == begun + timedelta(hours=4)
    assert events(stack) == ["waiting support-lead", "reminder support-lead", "escalated support-director"]
    assert [one.event for one in await stack.entries()] == ["opened", "reminded", "escalated"]
    assert len({one.id for one in stack.inbox.notices}) == 3
    for notice in stack.inbox.notices:
        assert "W1" not in f"{notice}"
        assert "u-0" not in f"{notice}"


async def test_what_nobody_answers_expires_and_that_is_nobodys_no() -> None:
    stack = Stack()
    binds = (await stack.hold()).state.binds
    stack.clock.on(hours=4)
    assert isinstance(await stack.service.approve(AP, stack.operator(), binds), Refused)
    assert await stack.follow.go_on(AP) is None
    last = [one for one in await stack.entries() if one.event != "told"][-1]
    assert (last.event, last.by) == ("expired", None)
    assert stack.kept().state.phase is Phase.EXPIRED
    assert [one.outcome for one in stack.inbox.told] == ["expired"]


async def test_a_mail_server_that_is_down_keeps_nothing_from_going_on() -> None:
    stack = Stack()
    await stack.hold()
    stack.inbox.fails = 1000
    waits = [await stack.follow.go_on(AP) for _ in range(3)]
    assert [at - stack.clock() for at in waits if at] == [timedelta(seconds=one) for one in (1, 2, 4)]
    stack.clock.on(hours=2)
    await stack.follow.go_on(AP)
    assert stack.kept().state.route == "support-director"
    stack.inbox.fails = 0
    await stack.follow.go_on(AP)
    assert events(stack) == ["escalated support-director"]


async def test_those_who_were_told_are_not_told_again_because_others_were_not() -> None:
    stack = Stack()
    other = Stack().inbox
    other.name, other.fails = "other", 2
    stack.follow.notifiers = [stack.inbox, other]
    await stack.hold()
    for _ in range(4):
        await stack.follow.go_on(AP)
    assert (len(stack.inbox.notices), len(other.notices)) == (1, 1)


# -- once it is answered ----------------------------------------------------------------


async def test_what_is_approved_is_done_once_with_exactly_what_was_approved_and_told() -> None:
    stack = Stack()
    await approved(stack)
    assert await stack.follow.go_on(AP) is None
    assert await stack.follow.go_on(AP) is None
    [run] = stack.back_end.done.values()
    assert stack.back_end.asked == 1
    assert (run.arguments, run.action) == (holds.ARGUMENTS, "ac_0")
    permit = run.permit("https://orders.example")
    assert permit.until == stack.clock() + timedelta(minutes=15)
    assert permit.intent.arguments == run.state.request.content
    assert getattr(permit.basis, "by", None) == (RUTH,)
    [told] = stack.inbox.told
    assert (told.outcome, told.conversation) == ("done", "c-0")
    assert [one.event for one in await stack.entries()] == ["opened", "approved", "used", "told"]


async def test_what_is_denied_or_withdrawn_is_not_done_and_told() -> None:
    stack = Stack()
    binds = (await stack.hold()).state.binds
    await stack.service.deny(AP, stack.operator(), binds)
    other = (await stack.hold(number=1)).state.request.id
    await stack.service.withdraw(other, stack.operator(OWEN))
    for one in (AP, other):
        assert await stack.follow.go_on(one) is None
    assert not stack.back_end.asked
    assert [one.outcome for one in stack.inbox.told] == ["denied", "withdrawn"]


async def test_what_was_approved_and_could_not_be_done_in_time_expires() -> None:
    stack = Stack()
    await approved(stack)
    stack.clock.on(minutes=15)
    assert await stack.follow.go_on(AP) is None
    assert not stack.back_end.asked
    assert stack.kept().state.phase is Phase.EXPIRED


async def test_a_line_that_was_approved_is_released_to_the_customer_as_it_was_written() -> None:
    stack = Stack()
    kept = await stack.hold(holds.held_line())
    assert await stack.outcomes.of_conversation(some.WORKLOAD, CONVERSATION) == []
    await stack.service.approve(AP, stack.operator(), kept.state.binds)
    stack.follow.tellers = []
    assert await stack.follow.go_on(AP) is None
    assert not stack.back_end.asked
    assert await stack.outcomes.take_untold(some.WORKLOAD, CONVERSATION) == holds.LINE
    assert await stack.outcomes.take_untold(some.WORKLOAD, CONVERSATION) == ""


async def test_other_words_of_an_approver_are_what_the_customer_hears() -> None:
    stack = Stack()
    kept = await stack.hold(holds.held_line())
    words = "As a Gold member you have a voucher of $100."
    await stack.service.change(AP, stack.operator(), kept.state.binds, words)
    await stack.follow.go_on(AP)
    assert [one.text for one in stack.inbox.told] == [words]


# -- the customer -----------------------------------------------------------------------


async def test_a_host_that_asks_gets_the_outcome_as_often_as_it_asks_and_others_get_none() -> None:
    stack = Stack()
    stack.follow.tellers = []
    await approved(stack)
    assert await stack.outcomes.polled(some.WORKLOAD, CONVERSATION) == []
    await stack.follow.go_on(AP)
    [first] = await stack.outcomes.polled(some.WORKLOAD, CONVERSATION)
    [again] = await stack.outcomes.polled(some.WORKLOAD, CONVERSATION)
    assert (first.heard, first.told, again.told) == ("done", False, True)
    assert again.text == first.text
    other = some.WORKLOAD.__class__("spiffe://shop.example/other")
    assert await stack.outcomes.polled(other, CONVERSATION) == []
    assert await stack.outcomes.take_untold(some.WORKLOAD, CONVERSATION) == ""


async def test_nothing_is_told_that_is_not_on_record() -> None:
    failing: list[str] = []

    def on_commit(when: str) -> None:
        if failing and when == failing[0]:
            raise LedgerUnavailable("the disk is full")

    stack = Stack(ledger=MemoryLedger(on_commit))
    await approved(stack)
    stack.follow.tellers = []
    await stack.follow.go_on(AP)
    failing.append("before")
    with pytest.raises(LedgerUnavailable):
        await stack.outcomes.take_untold(some.WORKLOAD, CONVERSATION)


# -- crashes ----------------------------------------------------------------------------


class Crash(BaseException):
    """The process is gone."""


@pytest.mark.parametrize("at", range(1, 9))
async def test_after_a_crash_at_any_write_the_next_process_does_it_once_and_tells_it(at: int) -> None:
    commits = 0

    def on_commit(when: str) -> None:
        nonlocal commits
        commits += 1
        if armed and commits == at:
            raise LedgerUnavailable("crash")

    armed = False
    stack = Stack(ledger=MemoryLedger(on_commit))
    await approved(stack)
    commits, armed = 0, True
    for _ in range(10):
        if await stack.restarted().follow.go_on(AP) is None:
            break
    assert stack.kept().state.result is Result.DONE
    assert list(stack.back_end.done) == ["ac_0"]
    assert len({one.id for one in stack.inbox.told}) == 1
    found = [one.event for one in await stack.entries()]
    assert found == ["opened", "approved", "used", "told"]


async def test_a_crash_while_the_act_is_done_asks_for_the_same_action_again() -> None:
    def crash(_: object) -> None:
        raise Crash

    stack = Stack(back_end=BackEnd(before=crash))
    await approved(stack)
    with pytest.raises(Crash):
        await stack.follow.go_on(AP)
    assert stack.kept().state.phase is Phase.USED
    stack.back_end.before = lambda _: None
    stack.clock.on(hours=3)  # long after the approval itself was over
    assert await stack.restarted().follow.go_on(AP) is None
    assert list(stack.back_end.done) == ["ac_0"]


async def test_whoever_runs_acts_may_be_away_for_a_while_or_say_later_what_became_of_it() -> None:
    def away(_: object) -> None:
        raise ActionsUnavailable("not now")

    stack = Stack(back_end=BackEnd(before=away, result=None))
    await approved(stack)
    assert await stack.follow.go_on(AP) == stack.clock() + timedelta(seconds=1)
    stack.back_end.before = lambda _: None
    assert await stack.follow.go_on(AP) == stack.clock() + timedelta(hours=1)
    assert not stack.inbox.told
    await stack.service.finished(AP, "ac_0", Result.UNCERTAIN)
    assert await stack.follow.go_on(AP) == stack.clock() + timedelta(hours=1)
    await stack.service.finished(AP, "ac_0", Result.NOT_DONE)
    assert await stack.follow.go_on(AP) is None
    assert [one.outcome for one in stack.inbox.told] == ["uncertain", "not-done"]


async def test_what_somebody_found_out_later_is_told_without_doing_it_again() -> None:
    stack = Stack()
    known = Result.UNCERTAIN
    asked: list[str] = []

    async def became(action: ActionId) -> Result:
        asked.append(action)
        return known

    stack.follow.became = became
    stack.back_end.result = Result.UNCERTAIN
    await approved(stack)
    again = await stack.follow.go_on(AP)
    assert again == stack.clock() + timedelta(hours=1)
    known = Result.DONE
    assert await stack.follow.go_on(AP) is None
    assert [one.outcome for one in stack.inbox.told] == ["uncertain", "done"]
    assert stack.back_end.asked == 1
    assert set(asked) == {"ac_0"}


async def test_what_is_erased_before_it_is_done_is_not_done() -> None:
    ledger = MemoryLedger()
    stack = Stack(ledger=ledger)
    await approved(stack)
    keys = ledger.keys.of_subjects(["customer:u-0"])
    ledger.keys.destroy(keys, Erased("2026-11-30T09:31:00.000000Z", "ana", "tr_erase"))
    assert await stack.follow.go_on(AP) is None
    assert not stack.back_end.asked
    assert stack.kept().state.phase is Phase.VOIDED


# -- all of them, at their time ---------------------------------------------------------


async def until(done: object) -> None:
    while not done():  # type: ignore[operator]
        await asyncio.sleep(0.005)


async def test_a_watch_goes_on_with_what_it_finds_what_it_is_told_of_and_what_is_due() -> None:
    stack = Stack()
    await stack.hold()
    watch = Watch(stack.follow.go_on, stack.follow.left, stack.clock)
    stack.service.changed.append(watch.wake)
    running = asyncio.create_task(watch.run())
    async with asyncio.timeout(20):
        await until(lambda: len(stack.inbox.notices) == 1)
        binds = (await stack.hold(number=1)).state.binds
        await until(lambda: len(stack.inbox.notices) == 2)
        await stack.service.approve(ApprovalId("ap_1"), stack.operator(), binds)
        await until(lambda: len(stack.inbox.told) == 1)
        stack.clock.on(hours=4)
        watch.wake(AP)
        await until(lambda: not (stack.store.unsettled() or stack.store.untold()))
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert [one.outcome for one in stack.inbox.told] == ["done", "expired"]


async def test_one_that_can_not_go_on_keeps_no_other_from_going_on() -> None:
    stack = Stack()
    await stack.hold()
    await stack.hold(number=1)

    async def go_on(approval: ApprovalId) -> object:
        if approval == AP:
            raise RuntimeError("a defect")
        return await stack.follow.go_on(approval)

    watch = Watch(go_on, stack.follow.left, stack.clock)  # type: ignore[arg-type]
    running = asyncio.create_task(watch.run())
    async with asyncio.timeout(20):
        await until(lambda: len(stack.inbox.notices) == 1)
    assert not running.done()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_two_processes_that_go_on_with_the_same_put_each_thing_on_record_once_and_do_it_once() -> None:
    one = Stack(patience=5.0)
    other = Stack(one.store, one.ledger, one.clock, one.back_end, one.inbox, patience=5.0)
    watches = [Watch(stack.follow.go_on, stack.follow.left, stack.clock) for stack in (one, other)]
    for watch in watches:
        for stack in (one, other):
            stack.service.changed.append(watch.wake)
    running = [asyncio.create_task(watch.run()) for watch in watches]
    async with asyncio.timeout(30):
        for number in range(8):
            kept = await one.hold(number=number)
            approval = kept.state.request.id
            await other.service.approve(approval, other.operator(), kept.state.binds)
        await until(lambda: not (one.store.unsettled() or one.store.untold()))
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    assert sorted(one.back_end.done) == sorted(f"ac_{number}" for number in range(8))
    for number in range(8):
        found = [entry.event for entry in await one.entries(f"tr_{number}")]
        assert found == ["opened", "approved", "used", "told"]


async def test_what_another_process_leaves_lying_is_taken_over() -> None:
    stack = Stack()
    tick = timedelta(milliseconds=20)
    watch = Watch(stack.follow.go_on, stack.follow.left, utc_now, sweep=tick, late=tick)
    running = asyncio.create_task(watch.run())
    async with asyncio.timeout(30):
        await asyncio.sleep(0)
        await approved(stack)  # nobody wakes the watch
        await until(lambda: not (stack.store.unsettled() or stack.store.untold()))
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert list(stack.back_end.done) == ["ac_0"]
