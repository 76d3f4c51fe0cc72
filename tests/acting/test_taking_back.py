"""An act is taken back by another, which is decided, granted and on record like any; and what can't be says why."""

import pytest
from acting_rig import START, Rig

from answerable.actions import Action, Done, NotDone, Uncertain, compensation
from answerable.apps.acting import RecordedUndo, Undoing
from answerable.decisions.act_rules import ActRules, Undo
from answerable.identity.operators import Operator
from answerable.receipts import ApprovalBody, decode
from answerable.records.expressions import Expression
from answerable.testing.scripted_connector import Fault
from answerable.values import ActionId, ApprovalId, AssuranceLevel, OperatorId
from answerable.values.errors import ActionRefused, NotAllowed

RUTH = Operator(OperatorId("https://idp.example#ruth"), "Ruth", AssuranceLevel.AAL2, START)
UNDO = Undo(
    "cancel_refund",
    (
        ("refund_id", Expression("result.refund_id", "undo")),
        ("order_id", Expression("args.order_id", "undo")),
    ),
)


async def anybody(_wanted: Undoing) -> tuple[str, ...]:
    return ("anybody-takes-back",)


async def nobody(wanted: Undoing) -> tuple[str, ...]:
    raise NotAllowed(f"'{wanted.by.id}' may not")


def rig(allowed: object = anybody, **kinds: bool) -> Rig:
    made = Rig(rules=ActRules(connector="shop", undo=UNDO), **kinds)
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
