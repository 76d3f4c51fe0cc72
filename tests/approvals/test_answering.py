"""What people answer lets exactly that happen, once, and is on record before it counts."""

from dataclasses import replace

import pytest
from approvals_stack import OWEN, RUTH, SAM, Stack

from answerable.approvals import Phase, Room
from answerable.apps.approvals.refused import Refused
from answerable.apps.approvals.stopped import stopped_by
from answerable.grants import Revocation, Selection, Selector
from answerable.ports.approvals import Kept
from answerable.roles import Hours, Limits
from answerable.testing import sample_approvals as some
from answerable.testing import sample_holds as holds
from answerable.testing.memory_ledger import MemoryLedger
from answerable.values import ApprovalId, AssuranceLevel, Digest, Money, OperatorId, TraceId
from answerable.values.errors import ApprovalError, LedgerUnavailable

AP = ApprovalId("ap_0")


def refused(answer: object) -> Refused:
    assert isinstance(answer, Refused), answer
    return answer


def kept(answer: object) -> Kept:
    assert isinstance(answer, Kept), answer
    return answer


async def test_what_is_held_waits_and_the_ledger_says_so_before_anybody_is_asked() -> None:
    stack = Stack()
    found = await stack.hold()
    request = found.state.request
    assert found.pending is None
    assert (request.tool, request.route, request.owners) == ("refund_order", "support-lead", (OWEN,))
    [entry] = await stack.entries()
    assert (entry.event, entry.binds, entry.decision) == ("opened", request.binds, request.decision)
    assert entry.deadline == "2026-11-30T13:30:00.000000Z"


async def test_one_held_decision_waits_once_however_often_it_is_opened() -> None:
    stack = Stack()
    first = await stack.hold()
    request = first.state.request
    assert await stack.service.open(request.trace, request.decision) == first
    assert len(await stack.entries()) == 1


async def test_what_is_not_a_held_decision_on_record_can_not_be_opened() -> None:
    stack = Stack()
    [leaf] = await stack.ledger.append([holds.exchange()])
    for trace, digest in (("tr_0", f"sha256:{leaf}"), ("tr_0", some.digest("x")), ("tr_9", some.digest("x"))):
        with pytest.raises(ApprovalError):
            await stack.service.open(TraceId(trace), Digest(digest))


async def test_a_yes_by_somebody_with_the_authority_is_on_record_with_who_and_how_surely() -> None:
    stack = Stack()
    binds = (await stack.hold()).state.binds
    done = kept(await stack.service.approve(AP, stack.operator(), binds, "the parcel was lost"))
    assert done.state.phase is Phase.APPROVED
    entry = (await stack.entries())[-1]
    assert (entry.event, entry.by, entry.level, entry.approvals) == ("approved", RUTH, 2, 1)
    assert entry.policies == ("approver-approves",)
    held = await stack.service.held_of(done)
    assert held.recorded[-1][2] is not None
    assert held.recorded[-1][2].reason == "the parcel was lost"


async def test_nobody_answers_for_their_own_bot_without_a_role_or_beyond_their_limits() -> None:
    stack = Stack()
    binds = (await stack.hold()).state.binds
    assert "yours" in refused(await stack.service.approve(AP, stack.operator(OWEN), binds)).because
    del stack.limits[SAM]
    assert "no role" in refused(await stack.service.approve(AP, stack.operator(SAM), binds)).because
    stack.limits[SAM] = stack.limits[RUTH].__class__(amount=Money(5000, "USD"))
    assert "more than you may" in refused(await stack.service.deny(AP, stack.operator(SAM), binds)).because
    assert stack.kept().state.phase is Phase.OPEN
    assert [one.event for one in await stack.entries()] == ["opened", "refused", "refused", "refused"]


async def test_a_weak_or_old_sign_in_is_told_what_is_needed() -> None:
    stack = Stack()
    binds = (await stack.hold()).state.binds
    for operator in (stack.operator(level=AssuranceLevel.AAL1), stack.operator(minutes=60)):
        answer = refused(await stack.service.approve(AP, operator, binds))
        assert answer.needs is not None
        assert answer.needs.level is AssuranceLevel.AAL2
        assert not answer.closed


async def test_nobody_approves_what_they_were_not_shown() -> None:
    stack = Stack()
    await stack.hold()
    answer = refused(await stack.service.approve(AP, stack.operator(), some.digest("another")))
    assert answer.closed
    assert "shown" in answer.because


async def test_above_the_limit_for_one_it_takes_two_different_people() -> None:
    stack = Stack()
    stack.amount = Money(60_000, "USD")
    binds = (await stack.hold()).state.binds
    first = kept(await stack.service.approve(AP, stack.operator(), binds))
    assert (first.state.phase, first.state.needed) == (Phase.OPEN, 2)
    assert (
        "approved this already" in refused(await stack.service.approve(AP, stack.operator(), binds)).because
    )
    second = kept(await stack.service.approve(AP, stack.operator(SAM), binds))
    assert second.state.phase is Phase.APPROVED
    counted = [one.approvals for one in await stack.entries() if one.event != "refused"]
    assert counted == [0, 1, 2]


async def test_a_yes_of_somebody_who_may_not_any_more_is_no_half_of_two() -> None:
    stack = Stack()
    stack.amount = Money(60_000, "USD")
    first = kept(await stack.service.approve(AP, stack.operator(), (await stack.hold()).state.binds))
    del stack.limits[RUTH]
    binds = first.state.binds
    assert (
        f"'{RUTH}' has said yes"
        in refused(await stack.service.approve(AP, stack.operator(SAM), binds)).because
    )
    anew = kept(await stack.service.change(AP, stack.operator(SAM), binds, '{"order_id":"W1","amount":110}'))
    assert (anew.state.phase, [one.by for one in anew.state.approvals]) == (Phase.OPEN, [SAM])


async def test_a_yes_given_in_somebodys_hours_counts_after_them() -> None:
    stack = Stack()
    stack.amount = Money(60_000, "USD")
    binds = (await stack.hold()).state.binds
    stack.limits[RUTH] = Limits(hours=Hours(frozenset(range(7)), 0, 10 * 60))
    await stack.service.approve(AP, stack.operator(), binds)
    stack.clock.on(hours=2)
    assert kept(await stack.service.approve(AP, stack.operator(SAM), binds)).state.phase is Phase.APPROVED


async def test_whose_other_id_is_stopped_approves_nothing() -> None:
    stack = Stack()
    stop = Revocation(Selection(Selector.APPROVER, "local#r"), some.NOW, "ana", "her laptop is gone")
    stack.service.answering.stopped = stopped_by(lambda: [stop])
    now = await stack.hold()
    ruth = replace(stack.operator(), also=frozenset({OperatorId("local#r")}))
    assert "is stopped" in await stack.service.stops(now.state, ruth)
    assert "is stopped" in refused(await stack.service.approve(AP, ruth, now.state.binds)).because
    assert (
        kept(await stack.service.approve(AP, stack.operator(SAM), now.state.binds)).state.phase
        is Phase.APPROVED
    )


async def test_one_no_ends_it_also_by_whoever_said_yes_before() -> None:
    stack = Stack()
    stack.amount = Money(60_000, "USD")
    binds = (await stack.hold()).state.binds
    await stack.service.approve(AP, stack.operator(), binds)
    assert kept(await stack.service.deny(AP, stack.operator(), binds)).state.phase is Phase.DENIED
    assert refused(await stack.service.approve(AP, stack.operator(SAM), binds)).closed


async def test_a_change_is_another_request_that_everybody_has_to_see() -> None:
    stack = Stack()
    stack.amount = Money(60_000, "USD")
    before = (await stack.hold()).state
    await stack.service.approve(AP, stack.operator(), before.binds)
    less = '{"order_id":"W1","amount":50}'
    changed = kept(await stack.service.change(AP, stack.operator(SAM), before.binds, less, "half of it"))
    state = changed.state
    assert (state.phase, [one.by for one in state.approvals]) == (Phase.OPEN, [SAM])
    assert state.request.amount == Money(5000, "USD")
    assert state.request.instead_of == before.binds
    assert refused(await stack.service.approve(AP, stack.operator(), before.binds)).closed
    both = kept(await stack.service.approve(AP, stack.operator(), state.binds))
    assert both.state.phase is Phase.APPROVED
    held = await stack.service.held_of(both)
    assert held.text_of(AP, both.state.request.content) == less
    assert (await stack.entries())[2].detail == f"changed, instead of {before.binds}"


async def test_a_change_that_raises_the_amount_or_that_policies_refuse_is_refused() -> None:
    stack = Stack()
    binds = (await stack.hold()).state.binds
    more = await stack.service.change(AP, stack.operator(), binds, '{"order_id":"W1","amount":121}')
    assert "not raise it" in refused(more).because
    assert "no amount" in refused(await stack.service.change(AP, stack.operator(), binds, "{}")).because
    assert stack.kept().state.phase is Phase.OPEN


async def test_whoever_asked_and_whoever_approved_may_take_it_back_before_it_is_used() -> None:
    stack = Stack()
    binds = (await stack.hold()).state.binds
    other = some.WORKLOAD.__class__("spiffe://shop.example/other")
    assert refused(await stack.service.withdraw_by_workload(AP, other)).because
    await stack.service.approve(AP, stack.operator(), binds)
    assert kept(await stack.service.withdraw(AP, stack.operator(OWEN))).state.phase is Phase.WITHDRAWN
    assert refused(await stack.service.use(AP, binds, "ac_0")).closed


async def test_what_was_approved_can_not_be_used_for_anything_else_and_is_void_then() -> None:
    stack = Stack()
    binds = (await stack.hold()).state.binds
    await stack.service.approve(AP, stack.operator(), binds)
    assert refused(await stack.service.use(AP, some.digest("other arguments"), "ac_0")).closed
    assert refused(await stack.service.use(AP, binds, "ac_0")).because == "it is closed: voided"
    assert (await stack.entries())[-1].event == "voided"


async def test_an_approval_that_does_not_hold_any_more_is_void_whether_it_is_answered_or_used() -> None:
    stack = Stack()
    binds = (await stack.hold()).state.binds
    await stack.service.approve(AP, stack.operator(), binds)
    stack.stands = "the bundle that it was decided under was taken back"
    assert refused(await stack.service.use(AP, binds, "ac_0")).because == stack.stands
    await stack.hold(number=1)
    assert refused(await stack.service.approve(ApprovalId("ap_1"), stack.operator(), binds)).closed
    assert [stack.kept(one).state.phase for one in ("ap_0", "ap_1")] == [Phase.VOIDED, Phase.VOIDED]


async def test_what_is_erased_can_not_be_approved() -> None:
    ledger = MemoryLedger()
    stack = Stack(ledger=ledger)
    binds = (await stack.hold()).state.binds
    keys = ledger.keys.of_subjects(["customer:u-0"])
    from answerable.receipts import Erased  # noqa: PLC0415

    ledger.keys.destroy(keys, Erased("2026-11-30T09:31:00.000000Z", "ana", "tr_erase"))
    answer = refused(await stack.service.approve(AP, stack.operator(), binds))
    assert "erased" in answer.because
    assert stack.kept().state.phase is Phase.VOIDED


@pytest.mark.parametrize("kept_first", [False, True], ids=["not written", "written, and the answer lost"])
async def test_an_answer_that_is_not_on_record_lets_nothing_happen_until_it_is(kept_first: bool) -> None:
    failing: list[str] = []

    def on_commit(when: str) -> None:
        if failing and when == failing[0]:
            failing.clear()
            raise LedgerUnavailable("the disk is full")

    stack = Stack(ledger=MemoryLedger(on_commit))
    binds = (await stack.hold()).state.binds
    failing.append("after" if kept_first else "before")
    with pytest.raises(LedgerUnavailable):
        await stack.service.approve(AP, stack.operator(), binds, "lost parcel")
    assert stack.kept().pending is not None
    # The next process that touches it puts it on record, once.
    again = stack.restarted()
    assert kept(await again.service.use(AP, binds, "ac_0")).state.phase is Phase.USED
    assert [one.event for one in await again.entries()] == ["opened", "approved", "used"]


async def test_what_too_much_waits_beside_asks_nobody_and_is_on_record_with_why() -> None:
    stack = Stack()
    stack.service.asking.room = Room(of_workload=1)
    first, beyond = [await stack.hold(number=number) for number in range(2)]
    assert (first.state.phase, beyond.state.phase) == (Phase.OPEN, Phase.VOIDED)
    [(_, body, _)] = (await stack.service.held_of(beyond)).recorded
    assert (body.event, body.detail) == ("voided", beyond.state.why)
    await stack.follow.go_on(beyond.state.request.id)
    assert stack.inbox.notices == []
    assert [one.outcome for one in stack.inbox.told] == ["withdrawn"]
