"""An act on its whole way, and each way in which it is stopped before anything was sent."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest
from acting_rig import START, Rig, limits

from answerable.actions import Done, NotDone, Settled, State, Uncertain
from answerable.decisions.act_rules import ActRules, LeadsTo, Limit, Per
from answerable.grants import KILL_SWITCH, Revocation
from answerable.receipts import ActionBody, GrantBody, ReceiptBody, ReceiptPrivate, decode, kind_name
from answerable.testing.scripted_connector import Fault
from answerable.values import Money, OperatorId
from answerable.values.errors import ActionRefused, LedgerUnavailable


def story(rig: Rig) -> list[str]:
    """What the ledger says, in order."""
    found = []
    for row in rig.ledger.rows:
        body = decode(row.entry, row.seq).body
        event = (
            body.outcome
            if isinstance(body, ReceiptBody)
            else body.event
            if isinstance(body, ActionBody | GrantBody)
            else ""
        )
        found.append(f"{kind_name(body)} {event}")
    return found


@pytest.mark.parametrize("checks_grants", [False, True])
async def test_an_act_is_done_once_and_each_step_is_on_record(checks_grants: bool) -> None:
    rig = Rig(checks_grants=checks_grants)
    wanted, permit = rig.wanted()
    settled = await rig.executor.act(wanted, permit=permit)
    assert isinstance(settled.outcome, Done)
    assert rig.back_end.done == {wanted.key: 1}
    consumed = ["grant consumed", "action sent"] if not checks_grants else ["action sent", "grant consumed"]
    assert story(rig) == ["action intended", "grant issued", *consumed, "receipt done"]
    assert settled.receipt == f"sha256:{rig.ledger.rows[-1].leaf}"
    kept = rig.actions.find(wanted.id)
    assert kept is not None
    assert kept.progress.state is State.DONE
    assert kept.action.arguments == ""
    assert kept.action.subject is None
    assert kept.progress.outcome == Done("")
    await rig.ledger.verify()


async def test_asked_again_it_answers_and_does_nothing() -> None:
    rig = Rig()
    wanted, permit = rig.wanted()
    first = await rig.executor.act(wanted, permit=permit)
    again, _ = rig.wanted()
    assert await rig.executor.act(again, permit=permit) == first
    rig.start()
    assert await rig.executor.act(again, permit=permit) == first
    assert rig.back_end.done == {wanted.key: 1}


async def test_two_at_once_are_one() -> None:
    rig = Rig()
    wanted, permit = rig.wanted()
    settled = await asyncio.gather(*(rig.executor.act(wanted, permit=permit) for _ in range(5)))
    assert rig.back_end.called == {wanted.key: 1}
    assert all(isinstance(one.outcome, Done) for one in settled)


async def test_an_act_goes_on_where_whoever_asked_has_left() -> None:
    rig = Rig()
    wanted, permit = rig.wanted()
    asking = asyncio.create_task(rig.executor.act(wanted, permit=permit))
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await rig.executor.close()
    assert rig.back_end.done == {wanted.key: 1}
    kept = rig.actions.find(wanted.id)
    assert kept is not None
    assert kept.progress.finished


@pytest.mark.parametrize(
    "arguments",
    [
        '{"order_id":"W1","order_id":"W2"}',
        '{"order_id":"W\u202e1"}',
        '{"order_id":"\\u0000"}',
        '{"amount":9007199254740993}',
        "[]",
        "{",
    ],
)
async def test_what_can_be_read_in_two_ways_is_not_begun(arguments: str) -> None:
    rig = Rig()
    wanted, permit = rig.wanted()
    with pytest.raises(ActionRefused):
        await rig.executor.act(replace(wanted, arguments=arguments), permit=permit)
    assert not rig.ledger.rows
    assert rig.actions.find(wanted.id) is None


async def test_another_act_than_the_permitted_one_is_not_begun() -> None:
    rig = Rig()
    wanted, permit = rig.wanted()
    other, _ = rig.wanted(1)
    for one in (
        replace(wanted, arguments='{"order_id":"W2","amount":0,"note":"n0"}'),
        replace(wanted, tool="create_return"),
        replace(wanted, audience="https://elsewhere.example"),
        replace(wanted, customer="another"),
        replace(wanted, decision=other.decision),
        replace(wanted, connector="another"),
    ):
        with pytest.raises(ActionRefused):
            await rig.executor.act(one, permit=permit)
    assert not rig.back_end.called


async def test_what_the_pack_has_nobody_do_is_not_begun() -> None:
    rig = Rig(rules=ActRules(connector="warehouse"))
    wanted, permit = rig.wanted()
    with pytest.raises(ActionRefused, match="does not have 'refund_order' done by 'shop'"):
        await rig.executor.act(wanted, permit=permit)


async def test_a_permit_that_is_over_begins_nothing() -> None:
    rig = Rig()
    wanted, permit = rig.wanted()
    rig.now = permit.until
    with pytest.raises(ActionRefused, match="was over at"):
        await rig.executor.act(wanted, permit=permit)


@pytest.mark.parametrize("checks_grants", [False, True])
async def test_the_kill_switch_between_intent_and_call_stops_it(checks_grants: bool) -> None:
    rig = Rig(checks_grants=checks_grants)
    wanted, permit = rig.wanted()
    rig.steps.plan[1] = lambda when: (  # the entry of the intent
        rig.grants.revoke(Revocation(KILL_SWITCH, rig.now, "ops", "drill")) if when == "after" else None
    )
    settled = await rig.executor.act(wanted, permit=permit)
    assert settled.outcome == NotDone("a revocation stands against it")
    assert not rig.back_end.called
    assert story(rig) == ["action intended", "action given_up", "receipt not_done"]


@pytest.mark.parametrize("step", [5, 6, 7])
async def test_the_kill_switch_stops_what_had_its_grant_used_up_and_was_not_sent(step: int) -> None:
    rig = Rig()
    wanted, permit = rig.wanted()

    def fault(when: str) -> None:
        if when == ("after" if rig.steps.seen[step] == "grants.consume" else "before"):
            raise LedgerUnavailable("it failed")

    rig.steps.plan[step] = fault  # the grant is used up, that goes on record, and so does the call
    with pytest.raises(LedgerUnavailable):
        await rig.executor.act(wanted, permit=permit)
    assert rig.steps.seen[5] == "grants.consume"
    rig.grants.revoke(Revocation(KILL_SWITCH, rig.now, "ops", "drill"))
    settled = await rig.executor.act(wanted, permit=permit)
    assert settled.outcome == NotDone("a revocation stands against it")
    assert not rig.back_end.called


async def test_a_retry_is_not_sent_while_a_revocation_stands() -> None:
    rig = Rig(repeatable=True)
    rig.back_end.script.append(Fault.LOST)
    rig.back_end.tick = lambda where: (
        rig.grants.revoke(Revocation(KILL_SWITCH, rig.now, "ops", "drill")) if where == "call" else None
    )
    wanted, permit = rig.wanted()
    settled = await rig.executor.act(wanted, permit=permit)
    assert isinstance(settled.outcome, Uncertain)
    assert rig.back_end.called == {wanted.key: 1}


async def test_a_limit_stops_the_act_and_the_chain_says_so() -> None:
    rig = Rig(rules=limits(Limit(Per.CUSTOMER, timedelta(days=1), most=None, amount=Money(5000, "USD"))))
    first, permit = rig.wanted(1, amount=3000)
    assert isinstance((await rig.executor.act(first, permit=permit)).outcome, Done)
    second, permit = rig.wanted(2, amount=3000)
    with pytest.raises(ActionRefused, match=r"20\.00 USD are left"):
        await rig.executor.act(second, permit=permit)
    other, permit = rig.wanted(3, amount=3000, customer="another")
    assert isinstance((await rig.executor.act(other, permit=permit)).outcome, Done)
    rig.now = START + timedelta(days=1, seconds=1)
    later, permit = rig.wanted(4, amount=3000)
    assert isinstance((await rig.executor.act(later, permit=permit)).outcome, Done)
    assert story(rig)[5:7] == ["action given_up", "receipt not_done"]
    assert rig.receipts(second.id)[0].outcome == "not_done"


async def test_a_chain_goes_no_further_than_what_began_it() -> None:
    rig = Rig(rules=limits(leads_to=LeadsTo(frozenset({"create_return"}), most=3)))
    first, permit = rig.wanted(1, amount=4000)
    await rig.executor.act(first, permit=permit)

    async def after(number: int, tool: str, amount: int | None, **more: str) -> Settled:
        wanted, permit = rig.wanted(number, tool=tool, amount=amount, first=first.decision, **more)  # type: ignore[arg-type]
        return await rig.executor.act(wanted, permit=permit)

    with pytest.raises(ActionRefused, match="would come to"):
        await after(2, "refund_order", 1)
    with pytest.raises(ActionRefused, match="another customer"):
        await after(3, "create_return", None, customer="another")
    with pytest.raises(ActionRefused, match="another thing"):
        await after(4, "create_return", None, order="W2")
    rig.rules["cancel_order"] = ActRules(connector="shop")
    with pytest.raises(ActionRefused, match="not what was decided on at first"):
        await after(5, "cancel_order", None)
    for number in (6, 7):
        assert isinstance((await after(number, "create_return", None)).outcome, Done)
    with pytest.raises(ActionRefused, match="3 acts"):
        await after(8, "create_return", None)


async def test_after_a_failure_nothing_follows_but_the_same_act_again() -> None:
    rig = Rig(rules=limits(leads_to=LeadsTo(frozenset({"create_return"}))))
    first, permit = rig.wanted(1)
    await rig.executor.act(first, permit=permit)
    rig.back_end.script.append(Fault.REFUSED)
    second, permit = rig.wanted(2, tool="create_return", first=first.decision)
    assert isinstance((await rig.executor.act(second, permit=permit)).outcome, NotDone)
    third, permit = rig.wanted(3, tool="refund_order", first=first.decision)
    with pytest.raises(ActionRefused, match="'create_return' before it was not done"):
        await rig.executor.act(third, permit=permit)


async def test_nothing_follows_what_is_not_known() -> None:
    rig = Rig(rules=limits(leads_to=LeadsTo(frozenset({"create_return"}))))
    rig.back_end.script.append(Fault.LOST)
    first, permit = rig.wanted(1)
    settled = await rig.executor.act(first, permit=permit)
    assert "don't say that it was done" in settled.text
    second, permit = rig.wanted(2, tool="create_return", first=first.decision)
    with pytest.raises(ActionRefused, match="not known yet"):
        await rig.executor.act(second, permit=permit)
    ruth = OperatorId("https://idp.example#ruth")
    told = await rig.executor.resolve(first.id, Done("seen in the shop"), ruth, "I looked at the order")
    assert told.outcome == Done("seen in the shop")
    [uncertain, person] = rig.receipts(first.id)
    assert (uncertain.outcome, person.outcome, person.how, person.by) == ("uncertain", "done", "person", ruth)
    assert isinstance((await rig.executor.act(second, permit=permit)).outcome, Done)


async def test_nobody_resolves_what_is_settled() -> None:
    rig = Rig()
    wanted, permit = rig.wanted()
    await rig.executor.act(wanted, permit=permit)
    with pytest.raises(ActionRefused):
        await rig.executor.resolve(wanted.id, NotDone(""), OperatorId("x#y"), "no")


async def test_a_back_end_that_did_not_use_the_grant_up_is_on_record_for_it() -> None:
    rig = Rig(checks_grants=True)
    rig.back_end._authority = None  # it does the act without a look at the grant
    wanted, permit = rig.wanted()
    settled = await rig.executor.act(wanted, permit=permit)
    assert isinstance(settled.outcome, Done)
    assert "did not use the grant up" in rig.receipts(wanted.id)[0].detail
    assert story(rig)[-2:] == ["grant revoked", "receipt done"]


async def test_nothing_that_names_people_stands_in_a_public_part() -> None:
    rig = Rig()
    rig.back_end.script.append(Fault.REFUSED)
    wanted, permit = rig.wanted(order="ANNA-7")
    await rig.executor.act(wanted, permit=permit)
    public = b"".join(row.entry for row in rig.ledger.rows)
    for secret in (b"ANNA-7", b"refunded before", b"customer:"):
        assert secret not in public


async def test_what_a_back_end_said_of_somebody_is_told_and_sealed_and_nowhere_else(
    caplog: pytest.LogCaptureFixture,
) -> None:
    rig = Rig()
    said = "Anna has her money\nsince May"
    rig.back_end.script.append(Fault.REFUSED)
    rig.back_end.said = said
    wanted, permit = rig.wanted()
    settled = await rig.executor.act(wanted, permit=permit)
    assert isinstance(settled.outcome, NotDone)
    assert settled.outcome.said == said
    assert f"the back end's own words: {said}" in settled.text
    public = b"".join(row.entry for row in rig.ledger.rows)
    assert b"Anna" not in public
    assert "Anna" not in caplog.text
    [private] = [
        msgspec.json.decode(row.private, type=ReceiptPrivate)
        for row in await rig.ledger.trace(wanted.trace)
        if row.private is not None and b"Anna" in row.private
    ]
    assert private.result == f"the order was refunded before\n{said}"
    # Asked again, the ledger has the words, and tells which of them are ours.
    again, _ = rig.wanted()
    assert await rig.executor.act(again, permit=permit) == settled
