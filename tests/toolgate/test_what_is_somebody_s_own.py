"""What is a customer's own is read for nobody who has not signed in, and whoever tried is on record."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tool_stack import BOT, EARNED, REFUND, TALK, allowed, tools

from answerable.apps.chain import assemble
from answerable.apps.toolgate.allowed import Allowed, Needs, parse_allowed
from answerable.apps.toolgate.caller import Caller
from answerable.testing.shop_connector import READ, ShopConnector
from answerable.values import AssuranceLevel, CustomerId, TraceId
from answerable.values.errors import SettingsError

LOGIN = "https://login.shop.example"
NOBODY = Caller(BOT, conversation=TALK)
CLAIMED = replace(NOBODY, customer=CustomerId("c-1"), customer_proof="unproven")
NAMED = replace(NOBODY, customer=CustomerId("c-1"))
SIGNED_IN = replace(NAMED, assurance=AssuranceLevel.AAL1, customer_proof=LOGIN)
STRONGLY = replace(SIGNED_IN, assurance=AssuranceLevel.AAL2)
ORDER = {"order_id": "L-1"}


def needs(tool: str = "get_order", **said: Any) -> Allowed:
    return replace(allowed(), needs=parse_allowed({"workloads": {}, "needs": {tool: said}}).needs)


@pytest.mark.parametrize(
    ("said", "refused", "passed"),
    [
        ({"assurance": "aal1"}, [NOBODY, CLAIMED, NAMED], [SIGNED_IN, STRONGLY]),
        ({"assurance": "aal2"}, [NOBODY, CLAIMED, NAMED, SIGNED_IN], [STRONGLY]),
        ({"customer": True}, [NOBODY, CLAIMED], [NAMED, SIGNED_IN, STRONGLY]),
        ({"assurance": "aal1"}, [replace(NOBODY, assurance=AssuranceLevel.AAL1)], []),
    ],
)
async def test_it_is_read_for_whom_it_is_and_the_back_end_hears_of_nobody_else(
    tmp_path: Path, said: dict[str, Any], refused: Sequence[Caller], passed: Sequence[Caller]
) -> None:
    async with tools(tmp_path, may=needs(**said)) as stack:
        for caller in refused:
            answer = await stack.call("get_order", ORDER, caller)
            assert (answer.outcome, answer.error) == ("refused", True)
            assert "ask the customer to sign in to their account" in answer.text
        assert stack.shop.asked == []
        for caller in passed:
            assert (await stack.call("get_order", ORDER, caller)).outcome == "done"
        assert len(stack.shop.asked) == len(passed)


async def test_that_it_was_asked_for_is_on_record_as_a_refused_call(tmp_path: Path) -> None:
    async with tools(tmp_path, may=needs(assurance="aal1")) as stack:
        answer = await stack.call("get_order", ORDER, NAMED)
        assert await stack.kinds(answer.trace) == ["exchange", "call", "reply"]
        chain = assemble(await stack.ledger.trace(TraceId(answer.trace)))
        assert chain is not None
        [(call, private)] = chain.calls
        assert call.decision is not None
        assert (call.passed, call.decision.outcome) == (False, "refuse")
        assert "a customer who has signed in (aal1 or above)" in call.decision.because
        assert private is not None
        assert json.loads(private.arguments) == ORDER
        assert chain.reply is not None
        assert chain.reply.detail == "refuse"


async def test_what_is_under_way_for_a_signed_in_customer_is_not_told_to_another_caller(
    tmp_path: Path,
) -> None:
    """The same call is joined and not made twice: but not by a caller for whom it is not."""
    async with tools(tmp_path, may=needs(assurance="aal1")) as stack:
        stack.shop.gate.clear()
        first = asyncio.create_task(stack.call("get_order", ORDER, SIGNED_IN))
        while not stack.shop.asked:
            await asyncio.sleep(0)
        assert (await stack.call("get_order", ORDER, NAMED)).outcome == "refused"
        stack.shop.gate.set()
        assert (await first).outcome == "done"


async def test_a_name_that_the_gate_had_to_change_changes_nothing_of_what_it_needs(tmp_path: Path) -> None:
    shops = [ShopConnector("shop", [READ]), ShopConnector("other", [READ])]
    may = replace(allowed("shop", "other"), needs=needs(assurance="aal1").needs)
    async with tools(tmp_path, connectors=shops, may=may) as stack:
        assert (await stack.call("shop_get_order", ORDER)).outcome == "refused"


async def test_an_act_is_held_to_it_before_the_policies_are_asked(tmp_path: Path) -> None:
    async with tools(tmp_path, may=needs("refund_order", assurance="aal1")) as stack:
        await stack.say(*EARNED)
        await stack.call("get_order", ORDER)
        answer = await stack.call("refund_order", dict(REFUND))
        assert answer.outcome == "refused"
        assert "signed in" in answer.text
        assert stack.shop.done == []


async def test_a_name_that_no_back_end_offers_is_said(tmp_path: Path) -> None:
    async with tools(tmp_path, may=needs("get_acount", assurance="aal1")) as stack:
        assert [one.name for one in stack.gate.catalogue.left_out] == ["get_acount"]


@pytest.mark.parametrize(
    "said", [{}, {"customer": False}, {"assurance": "aal4"}, {"assurance": 1}, {"level": "aal1"}]
)
def test_what_a_tool_needs_is_said_in_words_that_are_known(said: dict[str, Any]) -> None:
    with pytest.raises(SettingsError):
        needs(**said)


def test_of_two_names_the_stricter_word_counts() -> None:
    both = replace(allowed(), needs={"a": Needs(AssuranceLevel.AAL2), "b": Needs(customer=True)})
    assert both.needs_of("a", "b") == Needs(AssuranceLevel.AAL2, customer=True)
    assert both.needs_of("c") == Needs()
