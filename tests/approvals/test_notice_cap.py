"""A bot that asks for thousands of things sends nobody thousands of notices."""

from datetime import timedelta

from approvals_stack import Stack

from answerable.apps.approvals.notice_cap import NoticeCap, Telling
from answerable.testing import sample_approvals as some
from answerable.values import WorkloadId

BOT, OTHER = WorkloadId("spiffe://shop.example/bot"), WorkloadId("spiffe://shop.example/other")
MANY, MOST = 40, 5


async def test_a_bot_that_asks_for_thousands_sends_nobody_thousands_of_notices() -> None:
    stack = Stack()
    stack.follow.cap = NoticeCap(MOST)
    for number in range(MANY):
        kept = await stack.hold(number=number)
        await stack.follow.go_on(kept.state.request.id)
    notices = stack.inbox.notices
    assert len(notices) == MOST + 1
    assert notices[-1].summary.startswith(f"More than {MOST} notices")
    assert notices[-1].link == "/approvals/"
    assert len(stack.store.waiting()) == MANY, "all of it stands in the list"


async def test_in_the_next_hour_they_are_told_of_new_ones_again() -> None:
    stack = Stack()
    stack.follow.cap = NoticeCap(1)
    for number in range(3):
        await stack.follow.go_on((await stack.hold(number=number)).state.request.id)
    stack.clock.on(minutes=60)
    await stack.follow.go_on((await stack.hold(number=3)).state.request.id)
    ids = [one.id for one in stack.inbox.notices]
    assert len(ids) == len(set(ids)) == 3
    assert "ap_3" in ids[-1]


async def test_a_digest_that_did_not_go_out_is_tried_again_under_its_id() -> None:
    stack = Stack()
    stack.follow.cap = NoticeCap(0)
    first = (await stack.hold(number=0)).state.request.id
    stack.inbox.fails = 1
    assert await stack.follow.go_on(first) is not None
    assert stack.inbox.notices == []
    await stack.follow.go_on(first)
    await stack.follow.go_on((await stack.hold(number=1)).state.request.id)
    assert len(stack.inbox.notices) == 1


def test_one_bots_flood_leaves_the_notices_of_another() -> None:
    cap, now = NoticeCap(2), some.NOW
    found = [cap.telling(BOT, "lead", f"ap_{number}-1", now) for number in range(5)]
    assert found == [Telling.ALONE] * 2 + [Telling.TOGETHER] + [Telling.TOLD] * 2
    assert cap.telling(BOT, "lead", "ap_1-1", now) is Telling.ALONE, "a second try of one counts once"
    assert cap.telling(BOT, "director", "ap_9-1", now) is Telling.TOGETHER
    assert cap.telling(OTHER, "lead", "ap_7-1", now) is Telling.ALONE
    assert cap.telling(BOT, "lead", "ap_8-1", now + timedelta(hours=1)) is Telling.ALONE
