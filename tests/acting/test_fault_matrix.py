"""A fault at every step of an act, at every kind of back end: never twice, never told "done" without it, never lost."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from acting_rig import MEMORY, PERMIT_LASTS, START, Capabilities, Crash, Rig, in_place

from answerable.actions import UNKNOWN, Done, NotDone, Settled, State, Uncertain
from answerable.testing.scripted_connector import Fault
from answerable.values.errors import (
    ActionsUnavailable,
    AnswerableError,
    GrantsUnavailable,
    LedgerUnavailable,
)

CAPABILITIES: list[Capabilities] = [
    {"repeatable": repeatable, "can_query": can_query, "checks_grants": checks_grants}
    for repeatable, can_query, checks_grants in product((False, True), repeat=3)
]
SCRIPTS = [[], [Fault.LOST], [Fault.LOST_DONE], [Fault.LATE], [Fault.LOST_DONE, Fault.REFUSED]]
ERRORS = {"actions": ActionsUnavailable, "grants": GrantsUnavailable, "ledger": LedgerUnavailable}


@pytest.fixture(autouse=True)
def _stores_answer_in_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asyncio, "to_thread", in_place)


def named(one: Capabilities) -> str:
    return "-".join(name for name, has in one.items() if has) or "neither"


def failing(rig: Rig, kind: str, step: str) -> Callable[[str], None]:
    """What goes wrong at a step."""
    when = "after" if kind.endswith("but done") else "before"

    def fault(now: str) -> None:
        if kind == "slow" and now == "before":
            rig.now += timedelta(seconds=100)  # longer than a lease, and than anybody's patience
        elif now == when and kind.startswith("crash"):
            raise Crash
        elif now == when and kind.startswith("failed"):
            raise ERRORS[step.partition(".")[0]](f"{step} failed")

    return fault


async def attempt(rig: Rig, number: int = 0) -> Settled | None:
    """Ask once, always with the same permit; None where the process died or nothing could be told."""
    wanted, permit = rig.wanted(number)
    try:
        return await rig.executor.act(wanted, permit=replace(permit, until=START + PERMIT_LASTS))
    except (AnswerableError, Crash):
        return None


async def hold(rig: Rig, told: list[Settled | None]) -> State | None:
    """Everything that has to hold, once recovery has done what it can."""
    wanted, _ = rig.wanted(0)
    rig.steps.plan.clear()
    rig.start()
    await rig.recover()
    done = rig.back_end.done[wanted.key]
    assert done <= 1, "done twice"
    kept = rig.actions.of_decision(wanted.decision)
    for one in told:
        if one is not None and isinstance(one.outcome, Done):
            assert done == 1
            assert one.receipt is not None
        if one is not None and isinstance(one.outcome, NotDone):
            assert done == 0
    if kept is None:
        assert done == 0
        return None
    state, receipts = kept.progress.state, rig.receipts(kept.action.id)
    if kept.progress.finished:
        assert done == (1 if state is State.DONE else 0), f"{state} and done {done} times"
        assert receipts
        assert receipts[-1].outcome == ("done" if state is State.DONE else "not_done")
        assert kept.action.arguments == ""
    else:
        assert state in UNKNOWN
        assert [one.action.id for one in rig.actions.unknown(10)] == [kept.action.id]
        assert receipts[-1].outcome == "uncertain"
    # Whoever asks again is told the same, and nothing is done by that.
    again = await attempt(rig)
    assert rig.back_end.done[wanted.key] == done
    if again is not None and kept.progress.finished:
        assert isinstance(again.outcome, Done) is (state is State.DONE)
    await rig.ledger.verify()
    return state


async def steps_of(capabilities: Capabilities, script: list[Fault]) -> list[str]:
    rig = Rig(**capabilities)
    rig.back_end.script.extend(script)
    await attempt(rig)
    return list(rig.steps.seen)


@pytest.mark.parametrize("capabilities", CAPABILITIES, ids=named)
@pytest.mark.parametrize("script", SCRIPTS, ids=str)
async def test_a_fault_at_every_step(capabilities: Capabilities, script: list[Fault]) -> None:
    steps = await steps_of(capabilities, script)
    assert len(steps) > 8
    for number, step in enumerate(steps):
        kinds = ["slow", "crash", "crash, but done"]
        if not step.startswith("back_end"):
            kinds += ["failed", "failed, but done"]
        for kind in kinds:
            for asks_again in (False, True):
                rig = Rig(**capabilities)
                rig.back_end.script.extend(script)
                rig.steps.plan[number] = failing(rig, kind, step)
                told = [await attempt(rig)]
                if asks_again:
                    rig.start()
                    told.append(await attempt(rig))
                state = await hold(rig, told)
                done = any(rig.back_end.done.values())
                if capabilities["can_query"] or (capabilities["checks_grants"] and not done):
                    assert state is None or state not in UNKNOWN, f"{kind} at {number} {step}: {state}"


async def test_a_fault_at_every_step_over_stores_in_files() -> None:
    """What a process leaves is what the next one finds: each start opens the files anew."""
    capabilities = Capabilities(repeatable=False, can_query=True, checks_grants=True)
    script = [Fault.LOST_DONE]
    for number, step in enumerate(await steps_of(capabilities, script)):
        for kind in ("crash", "crash, but done", "failed, but done"):
            if kind.startswith("failed") and step.startswith("back_end"):
                continue
            with TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
                rig = Rig(**capabilities, folder=Path(folder))
                rig.back_end.script.extend(script)
                rig.steps.plan[number] = failing(rig, kind, step)
                told = [await attempt(rig)]
                rig.start()
                told.append(await attempt(rig))
                state = await hold(rig, told)
                assert state is None or state not in UNKNOWN, f"{kind} at {number} {step}: {state}"
                rig.close()


@pytest.mark.parametrize("capabilities", CAPABILITIES, ids=named)
@pytest.mark.parametrize("fault", list(Fault))
async def test_each_way_in_which_a_call_goes_wrong(capabilities: Capabilities, fault: Fault) -> None:
    rig = Rig(**capabilities)
    rig.back_end.script.append(fault)
    told = await attempt(rig)
    assert told is not None
    wanted, _ = rig.wanted(0)
    if fault in (Fault.LOST_DONE, Fault.BROKEN_DONE):
        assert not isinstance(told.outcome, NotDone)
    if fault is Fault.REFUSED:
        assert isinstance(told.outcome, NotDone)
    if not any(capabilities.values()) and fault is not Fault.REFUSED:
        assert isinstance(told.outcome, Uncertain)
        assert rig.back_end.called[wanted.key] == 1
    state = await hold(rig, [told])
    if capabilities["checks_grants"] and fault in (Fault.LOST, Fault.BROKEN, Fault.LATE):
        assert state is State.NOT_DONE


async def test_what_nobody_can_find_out_waits_for_a_person_and_is_sent_once() -> None:
    rig = Rig()
    rig.back_end.script.append(Fault.LOST_DONE)
    await attempt(rig)
    assert await hold(rig, []) is State.PERSON
    wanted, _ = rig.wanted(0)
    assert rig.back_end.called[wanted.key] == 1
    [kept] = rig.actions.unknown(10)
    assert kept.action.arguments  # whoever looks has to know what they look for
