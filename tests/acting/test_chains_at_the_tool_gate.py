"""Small steps: what needs no yes of its own is counted against the authority of the act that came first."""

from datetime import datetime, timedelta

import pytest
from acting_rig import START, Rig

from answerable.actions import Done, Outcome
from answerable.apps.toolgate.executing import ByExecutor
from answerable.apps.toolgate.running import Wanted
from answerable.decisions.act_rules import ActRules, LeadsTo
from answerable.values.errors import ActionRefused


async def asked(
    rig: Rig,
    number: int,
    tool: str,
    *,
    since: datetime | None = START,
    agreed: bool = False,
    order: str = "W1",
) -> Outcome:
    runs = ByExecutor(rig.executor, lambda name, _bundle: rig.rules.get(name), rig.random)
    action, permit = rig.wanted(number, tool=tool, order=order)
    wanted = Wanted(
        tool, action.arguments, rig.back_end, action.subject or "", {"args": {}}, agreed=agreed, since=since
    )
    rig.now += timedelta(seconds=1)
    return await runs.act(wanted, permit=permit)


def rig() -> Rig:
    made = Rig()
    made.rules["refund_order"] = ActRules(connector="shop", leads_to=LeadsTo(frozenset({"create_return"})))
    made.rules["close_account"] = ActRules(connector="shop")
    return made


async def test_what_the_first_act_leads_to_may_follow_it() -> None:
    made = rig()
    assert isinstance(await asked(made, 1, "refund_order"), Done)
    assert isinstance(await asked(made, 2, "create_return"), Done)
    first, second = made.kept()
    assert second.action.first == first.action.decision


async def test_an_act_that_the_first_does_not_lead_to_is_refused_until_the_customer_speaks() -> None:
    made = rig()
    await asked(made, 1, "refund_order")
    with pytest.raises(ActionRefused):
        await asked(made, 2, "close_account")
    later = made.now
    assert isinstance(await asked(made, 3, "close_account", since=later), Done)


async def test_another_thing_is_beyond_the_first_acts_authority() -> None:
    made = rig()
    await asked(made, 1, "refund_order")
    with pytest.raises(ActionRefused):
        await asked(made, 2, "create_return", order="W2")


async def test_an_act_that_the_customer_said_yes_to_begins_a_chain_of_its_own() -> None:
    made = rig()
    await asked(made, 1, "refund_order")
    assert isinstance(await asked(made, 2, "close_account", agreed=True), Done)
