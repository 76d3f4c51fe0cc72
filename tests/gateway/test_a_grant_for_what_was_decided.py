"""From a decision to an act: the workload asks for a grant by the decision's name, and uses it once."""

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from gateway_stack import Answer, call, whole
from starlette.responses import Response
from whole_house import BOT, HOLDER, House, asks, bot, grant_for, house, now, read_order, user

from answerable.apps.authority.refusals import MOST
from answerable.apps.demo_house import SHOP
from answerable.flow import Mode
from answerable.grants import make_proof
from answerable.receipts import GrantBody

LAMP = {
    "order_id": "L-22871",
    "status": "delivered",
    "total": 89.00,
    "days_since_delivery": 11,
    "items": [{"name": "Arc floor lamp"}],
}
AGREED = [
    user("The lamp of order L-22871 flickers. Can I have my money back?"),
    *read_order(LAMP),
    bot("Shall I refund $89.00 for the Arc floor lamp of order L-22871?"),
    user("Yes please."),
]
REFUND = asks("refund_order", order_id="L-22871", amount=89.00, reason="broken")
ARGUMENTS = REFUND["function"]["arguments"]
ask_for_grant = partial(grant_for, arguments=ARGUMENTS)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house(tmp_path_factory.mktemp("house")) as running:
        yield running


def acts_with(call_made: Any) -> Response:
    return whole({"role": "assistant", "content": None, "tool_calls": [call_made]}, finish="tool_calls")


def decided(home: House, call_made: Any = REFUND) -> Any:
    """The verdict on the act of a reply."""
    home.model.answer = lambda _: acts_with(call_made)
    return home.say(AGREED).json["answerable"]["acts"][-1]


def refund(home: House, token: str, arguments: str = ARGUMENTS, key: str = "k-1") -> Answer:
    url = f"{home.shop}/refund_order"
    proof = make_proof(HOLDER.secret, "POST", url, now=now(), jti=f"{key}-{now().timestamp()}", token=token)
    headers = {
        "Authorization": f"DPoP {token}",
        "DPoP": proof,
        "Content-Type": "application/json",
        "Idempotency-Key": key,
    }
    return call(home.shop, "POST", "/refund_order", arguments.encode(), headers)


def test_a_permitted_act_is_granted_once_used_once_and_all_of_it_is_on_record(home: House) -> None:
    act = decided(home)
    assert act["outcome"] == "permit"
    answer = ask_for_grant(home, act["decision"])
    assert answer.status == 200, answer.body
    token = answer.json["access_token"]
    assert refund(home, token).status in (200, 422)  # tests come in any order, and one of them was paid
    assert refund(home, token, key="k-2").status == 401
    assert ask_for_grant(home, act["decision"]).status == 400
    found = [entry.body for entry, _ in home.stack.entries(act["decision"]["trace"])]
    grants = [body for body in found if isinstance(body, GrantBody)]
    assert [(one.event, one.workload or one.by) for one in grants] == [
        ("issued", BOT),
        ("consumed", BOT),
        ("refused", SHOP),
        ("refused", BOT),
    ]
    assert {one.decision for one in grants} == {act["decision"]["digest"]}


def test_a_grant_names_what_the_act_is_done_to_whether_or_not_it_was_asked_for_by_name(home: House) -> None:
    decision = decided(home)["decision"]
    assert ask_for_grant(home, decision, identifier="Order L-22872").json == {"error": "access_denied"}
    for more in ({}, {"identifier": "Order L-22871"}):
        [details] = ask_for_grant(home, decision, **more).json["authorization_details"]
        assert details["identifier"] == "Order L-22871"


def test_another_workload_other_arguments_and_another_act_get_no_grant_of_it(home: House) -> None:
    decision = decided(home)["decision"]
    more = ARGUMENTS.replace("89.0", "89.01")
    assert more != ARGUMENTS
    for changed in ({"workload": "other-bot"}, {"arguments": more}, {"action": "create_return"}):
        answer = ask_for_grant(home, decision, **changed)
        assert (answer.status, answer.json) == (400, {"error": "access_denied"}), changed


def test_a_decision_of_another_trace_or_one_that_was_never_made_permits_nothing(home: House) -> None:
    mine, other = decided(home)["decision"], decided(home)["decision"]
    mixed = {"trace": mine["trace"], "digest": other["digest"]}
    for decision in (mixed, {**mine, "digest": "sha256:" + "0" * 64}, {**mine, "trace": "tr_none"}):
        assert ask_for_grant(home, decision).json == {"error": "access_denied"}


def test_a_held_or_refused_act_permits_nothing(home: House) -> None:
    too_much = asks("refund_order", order_id="L-22871", amount=99.00, reason="broken")
    refused = decided(home, too_much)
    assert refused["outcome"] == "refuse"
    answer = ask_for_grant(home, refused["decision"], arguments=too_much["function"]["arguments"])
    assert answer.json == {"error": "access_denied"}


def test_what_the_back_end_is_asked_for_must_be_what_was_decided(home: House) -> None:
    token = ask_for_grant(home, decided(home)["decision"]).json["access_token"]
    assert refund(home, token, ARGUMENTS.replace("89.0", "890.0"), key="k-3").status == 401
    respelt = json.dumps({"reason": "broken", "amount": 89, "order_id": "L-22871"})
    # The same act, written otherwise, passes the check; whether the shop has paid it back before is the shop's affair.
    assert refund(home, token, respelt, key="k-3").status in (200, 422)


@pytest.mark.parametrize("path", ["/.well-known/oauth-authorization-server", "/.well-known/jwks.json"])
def test_what_back_ends_need_to_know_is_shown_to_everybody(home: House, path: str) -> None:
    assert home.stack.get(path).status == 200


def test_the_folder_holds_a_ring_that_only_its_owner_reads(home: House) -> None:
    ring = Path(f"{home.folder}/ledger.db.grant-keys")
    assert ring.stat().st_mode & 0o077 == 0


def refusals(home: House, decision: Any) -> list[tuple[str | None, str, str]]:
    found = []
    for entry, private in home.stack.entries(decision["trace"]):
        if isinstance(entry.body, GrantBody) and entry.body.event == "refused":
            found.append((entry.body.by, entry.body.detail, private["reason"] if private else ""))
    return found


def test_what_a_proven_workload_was_refused_is_on_record_beside_the_decision(home: House) -> None:
    decision = decided(home)["decision"]
    assert ask_for_grant(home, decision, workload="shop").status == 400
    assert ask_for_grant(home, decision, action="cancel_order").status == 400
    token = ask_for_grant(home, decision).json["access_token"]
    # Whether the shop has paid it back already, in another test of this house, is the shop's affair.
    assert refund(home, token, key="k-4").status in (200, 422)
    assert refund(home, token, key="k-5").status == 401
    found = refusals(home, decision)
    assert [(by, what) for by, what, _ in found] == [
        ("spiffe://shop.example/shop", "it earns no grant"),
        (BOT, "it earns no grant"),
        (SHOP, "it was used already"),
    ]
    assert "'cancel_order'" in found[1][2]


def test_refusals_do_not_fill_a_ledger(home: House) -> None:
    decision = decided(home)["decision"]
    for _ in range(MOST + 2):
        assert ask_for_grant(home, decision, action="cancel_order").status == 400
    assert len(refusals(home, decision)) == MOST
    made_up = {**decision, "digest": "sha256:" + "0" * 64}
    assert ask_for_grant(home, made_up).status == 400
    assert len(refusals(home, decision)) == MOST


def test_what_was_only_observed_is_nobodys_leave_to_act(tmp_path: Path) -> None:
    with house(tmp_path, mode=Mode.OBSERVE) as observing:
        act = decided(observing)
        assert act["outcome"] == "permit"
        assert ask_for_grant(observing, act["decision"]).status == 400
