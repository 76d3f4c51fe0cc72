"""A refund of $210.00: held, approved by somebody who may, done once at the shop, and told to the customer."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from gateway_stack import whole
from whole_house import (
    AGREED,
    REFUND,
    WAITS,
    House,
    answer_it,
    bot,
    held,
    house,
    refunded,
    until,
    user,
    waiting,
)

from answerable.receipts import ActionBody, ApprovalBody, GrantBody, ReceiptBody
from answerable.roles import Role


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house(tmp_path_factory.mktemp("house")) as running:
        running.give("ruth", Role.APPROVER, amount="500.00 USD")
        running.give("olga", Role.APPROVER, amount="500.00 USD")
        running.own("olga")
        yield running


def test_what_was_approved_is_done_once_and_told_in_the_next_turn(home: House) -> None:
    answer = held(home)
    assert WAITS in answer.json["choices"][0]["message"]["content"]
    assert home.outcomes() == []
    ruth = home.signed_in("ruth")
    [one] = waiting(ruth)
    assert (one["tool"], one["route"]) == ("refund_order", "support-lead")
    said = answer_it(home, ruth, one, "approve", reason="The bench is broken, I saw the photo.")
    assert said.status == 200, said.text
    [outcome] = until(home.outcomes)
    assert (outcome["outcome"], outcome["tool"]) == ("done", "refund_order")
    bodies = [entry.body for entry, _ in home.stack.entries(answer.trace)]
    order = [
        *(f"approval {one.event}" for one in bodies if isinstance(one, ApprovalBody)),
        *(f"grant {one.event}" for one in bodies if isinstance(one, GrantBody)),
        *(f"act {one.event}" for one in bodies if isinstance(one, ActionBody)),
        *(f"receipt {one.outcome}" for one in bodies if isinstance(one, ReceiptBody)),
    ]
    assert order[:3] == ["approval opened", "approval approved", "approval used"]
    assert order.count("receipt done") == 1
    assert {"grant issued", "grant consumed", "act intended", "act sent"} <= set(order)
    approved = next(one for one in bodies if isinstance(one, ApprovalBody) and one.event == "approved")
    assert (approved.by, approved.level) == (home.person("ruth"), 2)


def test_the_customer_hears_it_first_in_the_next_reply_and_only_once(home: House) -> None:
    held(home)
    ruth = home.signed_in("ruth")
    answer_it(home, ruth, waiting(ruth)[0], "approve")
    until(lambda: not waiting(ruth))
    home.model.answer = lambda _: whole({"role": "assistant", "content": "Is there anything else?"})
    talk = [*AGREED, bot(WAITS), user("Any news?")]

    def told() -> Any:
        content = home.say(talk).json["choices"][0]["message"]["content"]
        return content if content.startswith("A member of our team has approved") else None

    text = until(told)
    assert text.endswith("Is there anything else?")
    again = home.say([*talk, bot(text), user("Thanks.")])
    assert again.json["choices"][0]["message"]["content"] == "Is there anything else?"


def test_whoever_owns_the_bot_can_not_approve_what_it_asks_for(home: House) -> None:
    held(home)
    olga = home.signed_in("olga")
    [one] = waiting(olga)
    said = answer_it(home, olga, one, "approve")
    assert said.status == 403, said.text
    assert home.outcomes() == []


def test_a_name_in_the_body_makes_nobody_an_approver(home: House) -> None:
    held(home)
    ruth, sam = home.signed_in("ruth"), home.signed_in("sam")
    [one] = waiting(ruth)
    shown = ruth.ask(f"/approvals/{one['approval']}").json
    path = f"/approvals/{one['approval']}/approve"
    for claimed in ({"by": home.person("ruth")}, {"operator": home.person("ruth")}, {"role": "approver"}):
        assert home.send(sam, path, binds=shown["binds"], **claimed).status == 400
    assert home.send(sam, path, binds=shown["binds"]).status == 403
    assert home.outcomes() == []


def test_a_sign_in_without_a_second_factor_has_to_be_stepped_up(home: House) -> None:
    held(home)
    strong = home.signed_in("ruth")
    [one] = waiting(strong)
    binds = strong.ask(f"/approvals/{one['approval']}").json["binds"]
    weak = home.signed_in("ruth", acr="urn:shop:password")
    said = home.send(weak, f"/approvals/{one['approval']}/approve", binds=binds)
    assert (said.status, said.json["needs"]["level"]) == (403, 2)
    assert home.outcomes() == []


def test_a_denial_is_told_as_one_and_nothing_is_done(home: House) -> None:
    held(home)
    ruth = home.signed_in("ruth")
    answer_it(home, ruth, waiting(ruth)[0], "deny", reason="It was 81 days ago.")
    [outcome] = until(home.outcomes)
    assert outcome["outcome"] == "denied"
    assert "81 days" not in outcome["text"]
    assert refunded(home) == 0


def test_an_approver_may_make_it_less_and_exactly_that_is_done(home: House) -> None:
    answer = held(home)
    ruth = home.signed_in("ruth")
    less = json.dumps({"order_id": "L-19004", "amount": 105.00, "reason": "broken"})
    said = answer_it(home, ruth, waiting(ruth)[0], "change", arguments=less, reason="half")
    assert said.status == 200, said.text
    [outcome] = until(home.outcomes)
    assert outcome["outcome"] == "done"
    private = [
        words for entry, words in home.stack.entries(answer.trace) if isinstance(entry.body, ReceiptBody)
    ]
    assert "105" in private[-1]["result"]


def test_an_approver_can_not_allow_what_the_policies_refuse(home: House) -> None:
    held(home)
    ruth = home.signed_in("ruth")
    more = json.dumps({"order_id": "L-19004", "amount": 211.00, "reason": "broken"})
    said = answer_it(home, ruth, waiting(ruth)[0], "change", arguments=more)
    assert said.status in (400, 403, 409)
    assert home.outcomes() == []


def test_another_workload_learns_nothing_of_the_conversation(home: House) -> None:
    held(home)
    ruth = home.signed_in("ruth")
    answer_it(home, ruth, waiting(ruth)[0], "approve")
    until(home.outcomes)
    assert home.outcomes(workload="other-bot") == []


def test_the_same_act_asked_for_again_in_one_reply_waits_once(home: House) -> None:
    class Insists:
        def __call__(self, _: Any) -> Any:
            message = {"role": "assistant", "content": None, "tool_calls": [REFUND]}
            return whole(message, finish="tool_calls")

    home.model.answer = Insists()
    assert home.say(AGREED).status == 200
    assert len(waiting(home.signed_in("ruth"))) == 1


def test_the_same_act_asked_for_again_in_the_next_turn_waits_once(home: House) -> None:
    held(home)
    again = home.say([*AGREED, bot(WAITS), user("Please hurry.")])
    assert again.status == 200
    assert len(waiting(home.signed_in("ruth"))) == 1


def test_the_workload_that_asked_can_take_it_back_and_no_other_can(home: House) -> None:
    held(home)
    ruth = home.signed_in("ruth")
    [one] = waiting(ruth)
    path = f"/v1/approvals/{one['approval']}/withdraw"
    other = home.stack.post(path, b"", {"Authorization": f"Bearer {home.svid('other-bot')}"})
    assert (other.status, len(waiting(ruth))) == (409, 1)
    taken = home.stack.post(path, b"", {"Authorization": f"Bearer {home.svid()}"})
    assert (taken.status, taken.json["outcome"]) == (200, "withdrawn")
    assert answer_it(home, ruth, one, "approve").status == 409
    assert [each["outcome"] for each in home.outcomes()] == ["withdrawn"]
