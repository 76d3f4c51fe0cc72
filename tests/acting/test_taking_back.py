"""An act is taken back by another, which is decided, granted and on record like any; and what can't be says why."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from acting_rig import START, Rig

from answerable.actions import Action, Done, NotDone, Uncertain, compensation
from answerable.apps.acting import RecordedUndo, Undoing
from answerable.decisions.act_rules import ActRules, Undo
from answerable.grants import Approval
from answerable.identity.operators import Operator
from answerable.receipts import ApprovalBody, decode
from answerable.records.expressions import Expression
from answerable.roles import Ruling
from answerable.testing.scripted_connector import Fault
from answerable.values import ActionId, ApprovalId, AssuranceLevel, OperatorId
from answerable.values.errors import ActionRefused, NotAllowed, UndoWaits

RUTH = Operator(OperatorId("https://idp.example#ruth"), "Ruth", AssuranceLevel.AAL2, START)
SAM = replace(RUTH, id=OperatorId("https://idp.example#sam"))
ANA = replace(RUTH, id=OperatorId("https://idp.example#ana"))
UNDO = Undo(
    "cancel_refund",
    (
        ("refund_id", Expression("result.refund_id", "undo")),
        ("order_id", Expression("args.order_id", "undo")),
    ),
)


async def anybody(_wanted: Undoing) -> Ruling:
    return Ruling(allowed=True, because=(), policies=("anybody-takes-back",))


async def by_two(wanted: Undoing) -> Ruling:
    return replace(await anybody(wanted), approvers_needed=2)


async def nobody(wanted: Undoing) -> Ruling:
    raise NotAllowed(f"'{wanted.by.id}' may not")


def rig(allowed: object = anybody, **kinds: bool) -> Rig:
    made = Rig(rules=ActRules(connector="shop", undo=UNDO), folder=None, **kinds)
    made.decide_undo = RecordedUndo(
        made.ledger,
        now=made.clock,
        new_id=lambda: ApprovalId(f"ap_{made.random()}"),
        allowed=allowed,  # type: ignore[arg-type]
    )
    made.start()
    return made


async def done(made: Rig) -> Action:
    wanted, permit = made.wanted(amount=4000)
    assert isinstance((await made.executor.act(wanted, permit=permit)).outcome, Done)
    return wanted


@pytest.mark.parametrize("checks_grants", [False, True])
async def test_what_was_done_is_taken_back_under_a_decision_of_its_own(checks_grants: bool) -> None:
    made = rig(checks_grants=checks_grants)
    wanted = await done(made)
    settled = await made.executor.undo(wanted.id, RUTH, "the wrong order", subject=wanted.subject)
    assert isinstance(settled.outcome, Done)
    assert made.back_end.done[wanted.key] == 1
    assert sum(made.back_end.done.values()) == 2
    kept = made.actions.find(settled.action)
    assert kept is not None
    assert kept.action.undoes == wanted.id
    assert kept.action.tool == "cancel_refund"
    assert kept.action.first == wanted.decision
    [entry] = [row for row in made.ledger.rows if isinstance(decode(row.entry, row.seq).body, ApprovalBody)]
    body = decode(entry.entry, entry.seq).body
    assert isinstance(body, ApprovalBody)
    assert (body.by, body.level, body.policies) == (RUTH.id, 2, ("anybody-takes-back",))
    assert kept.action.decision.digest == f"sha256:{entry.leaf}"
    assert entry.private is not None
    assert b"the wrong order" in entry.private
    assert f"rf-{wanted.key[:8]}".encode() in entry.private
    assert b"the wrong order" not in entry.entry


async def test_it_is_taken_back_once() -> None:
    made = rig()
    wanted = await done(made)
    await made.executor.undo(wanted.id, RUTH, "wrong")
    with pytest.raises(ActionRefused, match="taken back already"):
        await made.executor.undo(wanted.id, RUTH, "wrong again")
    assert sum(made.back_end.done.values()) == 2


async def test_taking_back_can_fail_and_says_so() -> None:
    made = rig()
    wanted = await done(made)
    made.back_end.script.append(Fault.REFUSED)
    settled = await made.executor.undo(wanted.id, RUTH, "wrong")
    assert isinstance(settled.outcome, NotDone)
    again = await made.executor.undo(wanted.id, RUTH, "wrong")
    assert isinstance(again.outcome, Done)


async def test_nobody_knows_whether_it_was_taken_back_and_so_it_is_not_tried_again() -> None:
    made = rig()
    wanted = await done(made)
    made.back_end.script.append(Fault.LOST_DONE)
    settled = await made.executor.undo(wanted.id, RUTH, "wrong")
    assert isinstance(settled.outcome, Uncertain)
    with pytest.raises(ActionRefused, match="taken back already"):
        await made.executor.undo(wanted.id, RUTH, "wrong")


async def test_who_may_not_takes_nothing_back() -> None:
    made = rig(nobody)
    wanted = await done(made)
    entries = len(made.ledger.rows)
    with pytest.raises(NotAllowed):
        await made.executor.undo(wanted.id, RUTH, "wrong")
    assert len(made.ledger.rows) == entries


async def test_what_two_would_have_to_approve_is_not_taken_back_by_one_however_often_they_say_so() -> None:
    made = rig(by_two)
    wanted = await done(made)
    for _ in range(2):
        with pytest.raises(UndoWaits, match="1 of 2 people"):
            await made.executor.undo(wanted.id, RUTH, "wrong")
    assert sum(made.back_end.done.values()) == 1
    settled = await made.executor.undo(wanted.id, SAM, "wrong indeed")
    assert isinstance(settled.outcome, Done)
    kept = made.actions.find(settled.action)
    assert kept is not None
    assert isinstance(kept.action.basis, Approval)
    assert kept.action.basis.by == (RUTH.id, SAM.id)
    words = [decode(row.entry, row.seq).body for row in made.ledger.rows]
    said = [(one.by, one.approvals, one.needed) for one in words if isinstance(one, ApprovalBody)]
    assert said == [(RUTH.id, 1, 2), (SAM.id, 2, 2)]


async def test_the_first_of_two_words_does_not_hold_for_ever_nor_for_a_second_try() -> None:
    made = rig(by_two)
    wanted = await done(made)
    with pytest.raises(UndoWaits):
        await made.executor.undo(wanted.id, RUTH, "wrong")
    made.now += timedelta(hours=1)
    with pytest.raises(UndoWaits):
        await made.executor.undo(wanted.id, SAM, "wrong")
    made.back_end.script.append(Fault.REFUSED)
    assert isinstance((await made.executor.undo(wanted.id, RUTH, "wrong")).outcome, NotDone)
    with pytest.raises(UndoWaits):
        await made.executor.undo(wanted.id, RUTH, "wrong")


async def test_two_ids_of_one_person_are_not_two_people_who_take_back() -> None:
    made = rig(by_two)
    wanted = await done(made)
    alias = replace(RUTH, id=OperatorId("local#r"), also=frozenset({RUTH.id}))
    for one in (RUTH, alias):
        with pytest.raises(UndoWaits, match="1 of 2 people"):
            await made.executor.undo(wanted.id, one, "wrong")
    assert sum(made.back_end.done.values()) == 1
    assert isinstance((await made.executor.undo(wanted.id, SAM, "wrong")).outcome, Done)


async def test_the_word_of_somebody_who_may_not_any_more_does_not_count() -> None:
    may = {RUTH.id, SAM.id, ANA.id}

    async def allowed(wanted: Undoing) -> Ruling:
        return await (by_two if wanted.by.id in may else nobody)(wanted)

    made = rig(allowed)
    wanted = await done(made)
    with pytest.raises(UndoWaits):
        await made.executor.undo(wanted.id, RUTH, "wrong")
    may.remove(RUTH.id)
    with pytest.raises(UndoWaits, match="1 of 2 people"):
        await made.executor.undo(wanted.id, SAM, "wrong")
    assert sum(made.back_end.done.values()) == 1
    settled = await made.executor.undo(wanted.id, ANA, "wrong")
    kept = made.actions.find(settled.action)
    assert kept is not None
    assert isinstance(kept.action.basis, Approval)
    assert kept.action.basis.by == (SAM.id, ANA.id)


async def test_two_who_say_it_at_the_same_moment_do_not_wait_for_a_third() -> None:
    arrived = asyncio.Barrier(2)

    async def at_once(wanted: Undoing) -> Ruling:
        if not words(made):
            await arrived.wait()
        return await by_two(wanted)

    made = rig(at_once)
    wanted = await done(made)
    both = [made.executor.undo(wanted.id, one, "wrong") for one in (RUTH, SAM)]
    first = await asyncio.gather(*both, return_exceptions=True)
    assert [type(one) for one in first] == [UndoWaits, UndoWaits]
    assert isinstance((await made.executor.undo(wanted.id, SAM, "wrong")).outcome, Done)
    assert sorted(one.approvals for one in words(made)) == [1, 1, 2]
    assert sum(made.back_end.done.values()) == 2


def words(made: Rig) -> list[ApprovalBody]:
    found = [decode(row.entry, row.seq).body for row in made.ledger.rows]
    return [one for one in found if isinstance(one, ApprovalBody)]


async def test_what_was_not_done_is_not_taken_back() -> None:
    made = rig()
    made.back_end.script.append(Fault.LOST)
    wanted, permit = made.wanted()
    await made.executor.act(wanted, permit=permit)
    for one in (wanted.id, ActionId("ac_nothing")):
        with pytest.raises(ActionRefused, match="nothing to take back"):
            await made.executor.undo(one, RUTH, "wrong")


async def test_without_a_declared_undo_somebody_does_it_by_hand() -> None:
    made = rig()
    made.rules["refund_order"] = ActRules(connector="shop")
    wanted = await done(made)
    with pytest.raises(ActionRefused, match="by hand"):
        await made.executor.undo(wanted.id, RUTH, "wrong")


@pytest.mark.parametrize("result", ["", "ok", "[]", '{"refund":"r1"}', '{"refund_id":null}', "[" * 10_000])
def test_half_an_undo_is_none(result: str) -> None:
    with pytest.raises(ActionRefused):
        compensation(ActionId("ac_1"), UNDO, '{"order_id":"W1"}', result)
