"""The example shop over real HTTP: its books stay straight, and no act is done twice or without its grant."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml
from shop_stack import READER, Shop, shop_stack

from answerable.actions import Done, NotDone
from answerable.adapters.bundle_files import shipped_pack
from answerable.apps.shop.tools import ACTS, READS
from answerable.ports.connectors import BackEndCall, ShownGrant
from answerable.testing.scenario_files import load_scenarios
from answerable.testing.script import Call

SECONDS = 20.0


@pytest.fixture(params=["sqlite", "postgres"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return request.getfixturevalue("database") if request.param == "postgres" else str(tmp_path / "shop.db")


@pytest.fixture
async def shop(where: str, tmp_path: Path) -> AsyncIterator[Shop]:
    with shop_stack(where, tmp_path) as made:
        yield made
        await made.connector.close()


async def done(shop: Shop, call: BackEndCall) -> dict[str, Any]:
    outcome = await shop.connector.call(call, SECONDS)
    assert isinstance(outcome, Done), outcome
    result: dict[str, Any] = json.loads(outcome.result)
    return result


async def order(shop: Shop, order_id: str) -> dict[str, Any]:
    return await done(shop, shop.read("get_order", order_id=order_id))


def holds(told: Any, expected: Any) -> bool:
    """Does the shop say all that is expected? It may say more."""
    if isinstance(expected, dict):
        return isinstance(told, dict) and all(holds(told.get(name), one) for name, one in expected.items())
    if isinstance(expected, list):
        return isinstance(told, list) and all(any(holds(one, wanted) for one in told) for wanted in expected)
    return bool(told == expected)


def calls() -> Iterator[tuple[str, Call]]:
    for script in load_scenarios().values():
        if script.pack == "store":
            for turn in script.turns:
                for step in turn.steps:
                    if isinstance(step, Call):
                        yield script.id, step


async def test_the_shop_answers_as_the_demo_s_conversations_say(shop: Shop) -> None:
    seen = 0
    for scenario, step in calls():
        for outcome in step.calls:
            name, given = outcome.call.name, json.loads(outcome.call.arguments)
            is_act = name in {tool.name for tool in ACTS}
            call = shop.act(name, f"k-{scenario}-{name}", **given) if is_act else shop.read(name, **given)
            got = await shop.connector.call(call, SECONDS)
            told = got.result if isinstance(got, Done) else got.said if isinstance(got, NotDone) else ""
            assert holds(json.loads(told), json.loads(outcome.result)), (scenario, name, got)
            assert isinstance(got, Done) == ("error" not in json.loads(outcome.result))
            seen += 1
    assert seen > 15


def test_the_shop_has_every_tool_that_its_pack_speaks_of() -> None:
    pack = shipped_pack("store")
    tools = set(yaml.safe_load((pack / "actions.yaml").read_text()))
    tools |= {one["read_with"] for one in yaml.safe_load((pack / "records.yaml").read_text()).values()}
    assert tools <= {one.name for one in (*READS, *ACTS)}


async def test_a_call_that_comes_twice_is_done_once_and_answered_alike(shop: Shop) -> None:
    given = {"order_id": "L-20418", "amount": 20.0}
    first = await done(shop, shop.act("refund_order", "k-1", **given))
    again = await done(shop, shop.act("refund_order", "k-1", **given))
    assert first == again
    assert (await order(shop, "L-20418"))["refunded"] == 20.0
    asked = await shop.connector.query(shop.act("refund_order", "k-1", **given), SECONDS)
    assert isinstance(asked, Done)
    assert json.loads(asked.result) == first


async def test_a_key_does_not_stand_for_another_act(shop: Shop) -> None:
    await done(shop, shop.act("refund_order", "k-1", order_id="L-20418", amount=20.0))
    for call in (
        shop.act("refund_order", "k-1", order_id="L-20418", amount=21.0),
        shop.act("open_warranty_claim", "k-1", serial="HT-77120", fault="motor"),
    ):
        assert isinstance(await shop.connector.call(call, SECONDS), NotDone)
    assert (await order(shop, "L-20418"))["refunded"] == 20.0


async def test_the_same_call_many_times_at_once_is_done_once(shop: Shop) -> None:
    given = {"order_id": "L-20418", "amount": 1.0}
    answers = await asyncio.gather(*(done(shop, shop.act("refund_order", "k-1", **given)) for _ in range(8)))
    assert all(one == answers[0] for one in answers)
    assert (await order(shop, "L-20418"))["refunded"] == 1.0


async def test_refunds_at_once_never_exceed_what_was_paid(shop: Shop) -> None:
    outcomes = await asyncio.gather(
        *(
            shop.connector.call(shop.act("refund_order", f"k-{n}", order_id="L-20418", amount=20.0), SECONDS)
            for n in range(6)
        )
    )
    assert [type(one) for one in outcomes].count(Done) == 2
    assert (await order(shop, "L-20418"))["refunded"] == 40.0


async def test_a_refund_is_undone_once_and_its_money_is_there_again(shop: Shop) -> None:
    refund = await done(shop, shop.act("refund_order", "k-1", order_id="L-20418", amount=45.0))
    other = shop.act("cancel_refund", "k-0", refund_id=refund["refund_id"], order_id="L-19004")
    assert isinstance(await shop.connector.call(other, SECONDS), NotDone)
    undo = shop.act("cancel_refund", "k-2", refund_id=refund["refund_id"], order_id="L-20418")
    undone = await done(shop, undo)
    assert (undone["state"], undone["amount"]) == ("cancelled", 45.0)
    again = await shop.connector.call(
        shop.act("cancel_refund", "k-3", refund_id=refund["refund_id"]), SECONDS
    )
    assert isinstance(again, NotDone)
    assert "refunded" not in await order(shop, "L-20418")
    sent = await shop.connector.call(shop.act("cancel_refund", "k-4", refund_id="R-7702"), SECONDS)
    assert isinstance(sent, NotDone)


@pytest.mark.parametrize(
    ("tool", "given"),
    [
        ("refund_order", {"order_id": "L-20418", "amount": 45.01}),
        ("refund_order", {"order_id": "L-20418", "amount": 0.001}),
        ("refund_order", {"order_id": "L-20418", "amount": -1}),
        ("refund_order", {"order_id": "L-20418", "amount": True}),
        ("refund_order", {"order_id": "L-20418", "amount": "45"}),
        ("refund_order", {"order_id": "L-20418", "amount": 1, "currency": "EUR"}),
        ("refund_order", {"order_id": "L-20418", "amount": 1, "to": "my other card"}),
        ("refund_order", {"order_id": "'; DROP TABLE orders; --", "amount": 1}),
        ("create_return", {"order_id": "L-20418", "item_id": "P-518", "email": "a@example.com"}),
        ("apply_code", {"basket_id": "B-8812", "code": "FREE"}),
        ("change_shipping", {"order_id": "L-30112", "method": "express", "charge": 1}),
        ("change_shipping", {"order_id": "L-30455", "method": "express", "charge": 12}),
        ("open_warranty_claim", {"serial": "none", "fault": "x"}),
    ],
)
async def test_what_the_books_forbid_is_refused_and_leaves_no_trace(
    shop: Shop, tool: str, given: dict[str, Any]
) -> None:
    outcome = await shop.connector.call(shop.act(tool, "k-1", **given), SECONDS)
    assert isinstance(outcome, NotDone), outcome
    assert "refunded" not in await order(shop, "L-20418")
    # A refusal is no act: its key is free, and nothing is known of it.
    assert not isinstance(await shop.connector.query(shop.act(tool, "k-1", **given), SECONDS), Done)


async def test_an_act_needs_its_own_grant_and_each_is_used_once(shop: Shop) -> None:
    call = shop.act("refund_order", "k-1", order_id="L-20418", amount=1.0)
    other = shop.grant("refund_order", json.dumps({"order_id": "L-20418", "amount": 45.0}))
    elsewhere = shop.grant("cancel_refund", call.arguments)
    assert call.grant is not None
    stolen = ShownGrant(call.grant.token, lambda *_: "")
    for grant in (None, other, elsewhere, stolen):
        tried = BackEndCall(call.action, call.tool, call.arguments, "k-0", grant)
        assert isinstance(await shop.connector.call(tried, SECONDS), NotDone)
    await done(shop, call)
    again = BackEndCall(call.action, call.tool, call.arguments, "k-2", call.grant)
    assert isinstance(await shop.connector.call(again, SECONDS), NotDone)
    assert (await order(shop, "L-20418"))["refunded"] == 1.0


async def test_no_way_leads_to_an_act_around_its_grant(shop: Shop) -> None:
    body = {"order_id": "L-20418", "amount": 1.0}
    headers = {"Idempotency-Key": "k-1", "Authorization": f"Bearer {READER}"}
    async with aiohttp.ClientSession() as session:
        for path in ("/refund_order", "/refund_order/", "//refund_order", "/orders/../refund_order",
                     "/%72efund_order", "/acts/refund_order", "/REFUND_ORDER"):  # fmt: skip
            for method in ("POST", "GET", "PUT"):
                async with session.request(method, shop.url + path, json=body, headers=headers) as answer:
                    assert answer.status in (400, 401, 404, 405), (path, answer.status)
    assert "refunded" not in await order(shop, "L-20418")


async def test_reading_needs_the_shop_s_key(shop: Shop) -> None:
    async with aiohttp.ClientSession() as session:
        for headers in ({}, {"Authorization": "Bearer wrong"}):
            for path in ("/orders/L-20418", "/acts/k-1", "/baskets/B-8812"):
                async with session.get(shop.url + path, headers=headers) as answer:
                    assert answer.status == 401
        async with session.get(f"{shop.url}/openapi.json") as answer:
            assert (await answer.json())["info"]["title"] == "Larkfield"


async def test_the_shop_opens_again_with_what_it_held(where: str, tmp_path: Path) -> None:
    for number in (1, 2):
        with shop_stack(where, tmp_path) as made:
            await done(made, made.act("refund_order", f"k-{number}", order_id="L-20418", amount=10.0))
            assert (await order(made, "L-20418"))["refunded"] == 10.0 * number
            await made.connector.close()
