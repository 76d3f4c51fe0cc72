"""Two processes over the same stores: one stands still at any step while the other recovers, or does the same act."""

import asyncio
import threading
from datetime import timedelta

import pytest
from acting_rig import PERMIT_LASTS, START, Rig

from answerable.actions import UNKNOWN, Done, NotDone, Settled, State
from answerable.ports.actions import Kept, Lease
from answerable.testing.scripted_connector import Fault
from answerable.values.errors import AnswerableError

KINDS = [
    {},
    {"repeatable": True},
    {"can_query": True},
    {"checks_grants": True},
    {"repeatable": True, "can_query": True},
]


async def ask(rig: Rig) -> Settled | None:
    wanted, permit = rig.wanted(0)
    permit = type(permit)(permit.decision, permit.intent, permit.basis, permit.bundle, START + PERMIT_LASTS)
    try:
        return await rig.executor.act(wanted, permit=permit)
    except AnswerableError:
        return None


def meanwhile(rig: Rig, jump: timedelta, told: list[Settled | None], *, asks: bool) -> None:
    """What another process does, from its beginning to its end, while the first one stands still."""
    plan, rig.steps.plan = rig.steps.plan, {}
    first, recovery = rig.executor, rig.recovery
    rig.now += jump

    async def live() -> None:
        rig.start()
        if asks:
            told.append(await ask(rig))
        for _ in range(2):
            await rig.recovery.recover()

    other = threading.Thread(target=asyncio.run, args=(live(),))
    other.start()
    other.join()
    rig.executor, rig.recovery, rig.steps.plan = first, recovery, plan


@pytest.mark.parametrize("kinds", KINDS, ids=str)
@pytest.mark.parametrize("seconds", [0, 100, 400])
@pytest.mark.parametrize("asks", [False, True])
@pytest.mark.parametrize("fault", [None, Fault.LOST_DONE])
async def test_who_stood_still_does_nothing_that_was_given_to_others(
    kinds: dict[str, bool], seconds: int, asks: bool, fault: Fault | None
) -> None:
    steps = len((await _steps(kinds, fault)).steps.seen)
    for number in range(steps):
        rig = Rig(**kinds)  # type: ignore[arg-type]
        rig.back_end.script.extend([fault] if fault else [])
        told: list[Settled | None] = []

        def stand_still(when: str, rig: Rig = rig, told: list[Settled | None] = told) -> None:
            if when == "before":
                meanwhile(rig, timedelta(seconds=seconds), told, asks=asks)

        rig.steps.plan[number] = stand_still
        told.append(await ask(rig))
        rig.steps.plan.clear()
        await rig.recover()
        where = f"{rig.steps.seen[number]} ({number})"
        wanted, _ = rig.wanted(0)
        done = rig.back_end.done[wanted.key]
        assert done <= 1, where
        if not rig.back_end.repeatable:
            assert rig.back_end.called[wanted.key] <= 1, where
        for one in told:
            if one is not None and isinstance(one.outcome, Done):
                assert done == 1, where
            if one is not None and isinstance(one.outcome, NotDone):
                assert done == 0, where
        for kept in rig.kept():
            state = kept.progress.state
            assert kept.progress.finished or state is State.PERSON, where
            assert done == (state is State.DONE) or state in UNKNOWN, where


async def _steps(kinds: dict[str, bool], fault: Fault | None) -> Rig:
    rig = Rig(**kinds)  # type: ignore[arg-type]
    rig.back_end.script.extend([fault] if fault else [])
    await ask(rig)
    return rig


async def test_what_is_told_of_an_act_that_another_is_at_is_that_nobody_knows() -> None:
    rig = Rig()
    wanted, permit = rig.wanted()
    kept: Kept = rig.actions.begin(
        wanted,
        until=permit.until,
        authority=None,
        limits=(),
        now=rig.now,
        lease=Lease("another", rig.now + timedelta(seconds=60)),
    )
    settled = await rig.executor.act(wanted, permit=permit)
    assert not isinstance(settled.outcome, Done | NotDone)
    assert settled.action == kept.action.id
    assert not rig.back_end.called
