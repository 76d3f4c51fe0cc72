"""What people approve and the gateway can't do, the bot does itself, once, with a grant for exactly that."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from gateway_stack import call
from whole_house import (
    HOLDER,
    SHOP_AUDIENCE,
    House,
    answer_it,
    grant_for,
    held,
    house,
    now,
    refunded,
    until,
    waiting,
)

from answerable.grants import make_proof
from answerable.roles import Role


@pytest.fixture
def home(tmp_path: Path) -> Iterator[House]:
    path = tmp_path / "bot.yaml"
    path.write_text(
        f"shop: {{kind: bot, audience: '{SHOP_AUDIENCE}', workload: 'spiffe://shop.example/back-end'}}\n"
    )
    with house(tmp_path / "house", connectors=path) as running:
        running.give("ruth", Role.APPROVER, amount="500.00 USD")
        yield running


DENIED = {"error": "access_denied"}


def refund(home: House, shown: str, arguments: str, key: str) -> int:
    proof = make_proof(
        HOLDER.secret,
        "POST",
        f"{home.shop}/refund_order",
        now=now(),
        jti=f"{key}-{now().timestamp()}",
        token=shown,
    )
    headers = {
        "Authorization": f"DPoP {shown}",
        "DPoP": proof,
        "Content-Type": "application/json",
        "Idempotency-Key": key,
    }
    return call(home.shop, "POST", "/refund_order", arguments.encode(), headers).status


def test_an_approved_act_without_a_connector_is_done_by_the_bot_with_a_grant_and_once(home: House) -> None:
    act = held(home).json["answerable"]["acts"][0]
    asked = '{"order_id": "L-19004", "amount": 210.0, "reason": "broken"}'
    assert grant_for(home, act["decision"], arguments=asked).json == {"error": "access_denied"}, (
        "nobody has approved it"
    )
    ruth = home.signed_in("ruth")
    [one] = waiting(ruth)
    less = '{"order_id": "L-19004", "amount": 200.0, "reason": "broken"}'
    assert answer_it(home, ruth, one, "change", arguments=less).status == 200
    [told] = until(home.outcomes)
    assert (told["outcome"], told["decision"]) == ("approved", act["decision"])
    assert json.loads(told["arguments"]) == json.loads(less)
    assert grant_for(home, told["decision"], arguments=asked).json == {"error": "access_denied"}, (
        "that is not what was approved"
    )
    shown = grant_for(home, told["decision"], arguments=told["arguments"])
    assert shown.status == 200, shown.body
    assert shown.json["authorization_details"][0]["identifier"] == "Order L-19004"
    assert refund(home, shown.json["access_token"], told["arguments"], "k-1") == 200
    assert refunded(home) == 200.0
    assert refund(home, shown.json["access_token"], told["arguments"], "k-2") == 401
    assert grant_for(home, told["decision"], arguments=told["arguments"]).status == 400, "it is used up"
    assert [one["outcome"] for one in home.outcomes()] == ["approved"]


def test_nobody_but_the_workload_that_asked_uses_an_approval_up(home: House) -> None:
    held(home)
    ruth = home.signed_in("ruth")
    [one] = waiting(ruth)
    assert answer_it(home, ruth, one, "approve").status == 200
    [told] = until(home.outcomes)
    assert grant_for(home, told["decision"], arguments=told["arguments"], workload="other").json == {
        "error": "access_denied"
    }
    assert home.send(ruth, f"/approvals/{one['approval']}/withdraw", reason="too soon").status == 200


def test_a_withdrawn_approval_gives_the_bot_no_grant_and_the_customer_hears_it(home: House) -> None:
    held(home)
    ruth = home.signed_in("ruth")
    [one] = waiting(ruth)
    assert answer_it(home, ruth, one, "approve").status == 200
    [told] = until(home.outcomes)
    assert home.send(ruth, f"/approvals/{one['approval']}/withdraw", reason="too soon").status == 200
    assert grant_for(home, told["decision"], arguments=told["arguments"]).json == DENIED
    [after] = home.outcomes()
    assert (after["outcome"], "decision" in after) == ("withdrawn", False)
