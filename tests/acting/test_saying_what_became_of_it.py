"""A person's word on an act that nobody knows of: one of them counts, and none before it can be true."""

import asyncio
from datetime import timedelta

import pytest
from acting_rig import Crash, Rig

from answerable.actions import Action, Done, NotDone, State, Uncertain
from answerable.approvals import Of, Result
from answerable.approvals.state import opened
from answerable.apps.approvals.following import Approved
from answerable.apps.approvals.running import RunsApproved
from answerable.testing import sample_approvals as some
from answerable.testing.scripted_connector import Fault
from answerable.values import ActionId, OperatorId
from answerable.values.errors import ActionRefused, ActionTaken

RUTH, SAM = OperatorId("https://idp.example#ruth"), OperatorId("https://idp.example#sam")


async def lost(rig: Rig, fault: Fault = Fault.LOST) -> Action:
    rig.back_end.script.append(fault)
    wanted, permit = rig.wanted()
    assert isinstance((await rig.executor.act(wanted, permit=permit)).outcome, Uncertain)
    return wanted


def state(rig: Rig, wanted: Action) -> State:
    kept = rig.actions.find(wanted.id)
    assert kept is not None
    return kept.progress.state


async def test_not_done_is_not_believed_while_the_back_end_may_be_at_work() -> None:
    rig = Rig()
    wanted = await lost(rig, Fault.LATE)
    with pytest.raises(ActionRefused, match="may still be at work"):
        await rig.executor.resolve(wanted.id, NotDone(""), RUTH, "nothing there")
    rig.now += timedelta(seconds=30)
    rig.back_end.pass_time()
    assert rig.back_end.done[wanted.key] == 1
    with pytest.raises(ActionRefused):
        await rig.executor.resolve(wanted.id, NotDone(""), RUTH, "nothing there")
    told = await rig.executor.resolve(wanted.id, Done(""), RUTH, "it is there now")
    assert told.outcome == Done("it is there now")
    assert [one.outcome for one in rig.receipts(wanted.id)] == ["uncertain", "done"]


async def test_not_done_is_believed_once_the_back_end_can_be_at_work_no_more() -> None:
    rig = Rig()
    wanted = await lost(rig)
    rig.now += timedelta(seconds=61)
    told = await rig.executor.resolve(wanted.id, NotDone(""), RUTH, "nothing there", detail="AAL2")
    assert told.outcome == NotDone("nothing there")
    assert [(one.how, one.by, one.detail) for one in rig.receipts(wanted.id)][1:] == [
        ("person", RUTH, "AAL2")
    ]


async def test_of_two_people_at_once_one_counts_and_has_a_receipt() -> None:
    rig = Rig()
    wanted = await lost(rig)
    rig.now += timedelta(seconds=61)
    one = rig.executor
    rig.start()  # another process over the same stores
    said = await asyncio.gather(
        one.resolve(wanted.id, Done(""), RUTH, "I saw it"),
        rig.executor.resolve(wanted.id, NotDone(""), SAM, "I did not"),
        one.resolve(wanted.id, NotDone(""), SAM, "I did not"),
        return_exceptions=True,
    )
    assert len([found for found in said if isinstance(found, ActionTaken | ActionRefused)]) == 2
    receipts = rig.receipts(wanted.id)
    assert [one.how for one in receipts] == ["answer", "person"]
    assert state(rig, wanted) is (State.DONE if receipts[-1].outcome == "done" else State.NOT_DONE)


async def test_while_somebody_says_it_nobody_else_does() -> None:
    rig = Rig()
    wanted = await lost(rig)
    kept = rig.actions.find(wanted.id)
    assert kept is not None
    rig.actions.renew(kept, rig.executor.journal.lease("person 1"))
    with pytest.raises(ActionTaken, match="somebody else"):
        await rig.executor.resolve(wanted.id, Done(""), SAM, "seen")
    rig.now += timedelta(seconds=91)
    await rig.executor.resolve(wanted.id, Done(""), SAM, "seen")
    assert state(rig, wanted) is State.DONE


@pytest.mark.parametrize("where", ["actions.renew", "ledger.append", "actions.advance"])
@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_crash_at_any_step_leaves_one_word_that_counts(where: str, when: str) -> None:
    rig = Rig()
    wanted = await lost(rig)
    begun = len(rig.steps.seen)

    def crash(now: str) -> None:
        if now == when and rig.steps.seen[-1] == where:
            raise Crash

    rig.steps.plan = dict.fromkeys(range(begun, begun + 20), crash)
    with pytest.raises(Crash):
        await rig.executor.resolve(wanted.id, Done(""), RUTH, "I saw it")
    rig.steps.plan = {}
    rig.now += timedelta(seconds=120)
    rig.start()
    if state(rig, wanted) is not State.DONE:
        told = await rig.executor.resolve(wanted.id, NotDone(""), SAM, "nothing there")
        first = where == "actions.renew" or (where, when) == ("ledger.append", "before")
        assert isinstance(told.outcome, NotDone if first else Done)
    said = [one for one in rig.receipts(wanted.id) if one.how == "person"]
    assert len(said) == 1
    assert state(rig, wanted).value == said[0].outcome


async def test_what_was_begun_is_not_called_not_done_because_its_bundle_is_gone() -> None:
    rig = Rig()
    wanted = await lost(rig)
    runs = RunsApproved(rig.executor, rig.ledger, lambda _: None, {})

    async def of(action: ActionId) -> Result | None:
        return await runs(Approved(opened(some.request()), wanted.arguments, action))

    assert await of(wanted.id) is await runs.became(wanted.id) is Result.UNCERTAIN
    await rig.executor.resolve(wanted.id, Done(""), RUTH, "seen")
    assert await of(wanted.id) is await runs.became(wanted.id) is Result.DONE
    assert await of(ActionId("ac_nothing")) is Result.NOT_DONE
    assert await runs.became(ActionId("ac_nothing")) is None
    assert not runs.does(some.request()), "so whoever is to approve it is told before they do"
    assert runs.does(some.request(of=Of.LINE))


async def test_everybody_who_waits_for_it_hears_once_nothing_is_left_to_do() -> None:
    rig = Rig()
    heard: list[State] = []
    rig.executor.journal.finished.append(lambda kept: heard.append(kept.progress.state))
    wanted = await lost(rig)
    assert heard == []
    await rig.executor.resolve(wanted.id, Done(""), RUTH, "seen")
    assert heard == [State.DONE]
