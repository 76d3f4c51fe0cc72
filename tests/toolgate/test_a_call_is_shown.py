"""Whoever has to answer for a call sees who asked, what was decided and by which policy, and what came of it."""

import io
import json
import logging
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console
from tool_stack import EARNED, REFUND, Tools, tools

from answerable.actions import NotDone
from answerable.apps.chain import Chain, assemble
from answerable.apps.ledger.report_content import act_told, ending, facts
from answerable.apps.show import print_chain
from answerable.values import TraceId

SAID = '{"error": "Noor Halvorsen has no card"}'


async def chain_of(stack: Tools, trace: str | None) -> Chain:
    found = assemble(await stack.ledger.trace(TraceId(trace or "")))
    assert found is not None
    return found


def printed(chain: Chain) -> str:
    out = io.StringIO()
    print_chain(Console(file=out, width=160), chain, chain.lines)
    return out.getvalue()


async def test_a_call_is_shown_with_its_decision_and_not_as_the_reply_of_a_model(tmp_path: Path) -> None:
    async with tools(tmp_path) as stack:
        talk = await stack.say(*EARNED)
        read = await stack.call("get_order", {"order_id": "L-1"})
        refused = await stack.call("refund_order", {**REFUND, "order_id": "L-2"})
        done = await stack.call("refund_order", dict(REFUND))
        shown = {one.trace: printed(await chain_of(stack, one.trace)) for one in (read, refused, done)}
        for text in shown.values():
            assert "answered by" not in text
            assert "lines as written" not in text
            assert "at the tool gate" in text
            assert talk in text
        assert "read get_order passed on" in shown[read.trace]
        assert "✗ refuse" in shown[refused.trace]
        assert refused.facts["because"] in " ".join(shown[refused.trace].split())
        assert "✓ permit" in shown[done.trace]
        assert "by policy    acts-of-the-shop, owned by" in shown[done.trace]
        assert "the caller was told: done" in shown[done.trace]
        assert "receipt: done" in shown[done.trace]


async def test_the_report_says_of_a_call_what_was_decided_and_by_which_policy(tmp_path: Path) -> None:
    async with tools(tmp_path) as stack:
        await stack.say(*EARNED)
        read = await chain_of(stack, (await stack.call("get_order", {"order_id": "L-1"})).trace)
        done = await chain_of(stack, (await stack.call("refund_order", dict(REFUND))).trace)
    assert act_told(*read.calls[0], at_tool_gate=read.is_tool_call).decided == "a read: nothing to decide"
    told = act_told(*done.calls[0], at_tool_gate=done.is_tool_call)
    assert told.decided.startswith("permit: ")
    assert "by policy acts-of-the-shop (" in told.decided
    assert "called by" in dict(facts(done))
    assert ending(done) == "the caller was told 'done'"


async def test_a_held_act_is_shown_with_whom_it_waits_for(tmp_path: Path) -> None:
    words = [replace(one, text=one.text.replace("$45.00", "$450.00")) for one in EARNED]
    async with tools(tmp_path) as stack:
        stack.shop.orders["L-1"] = {**stack.shop.orders["L-1"], "total": 450.0}
        await stack.say(*words)
        await stack.call("get_order", {"order_id": "L-1"})
        held = await stack.call("refund_order", {**REFUND, "amount": 450})
        text = printed(await chain_of(stack, held.trace))
    assert "… hold" in text
    assert "waits for    support-lead" in text


@pytest.mark.parametrize("tool", ["get_order", "refund_order"])
async def test_a_back_ends_own_words_reach_the_caller_and_the_sealed_part_and_nobody_else(
    tmp_path: Path, tool: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with tools(tmp_path) as stack:
        await stack.say(*EARNED)
        await stack.call("get_order", {"order_id": "L-1"})
        stack.shop.fault = NotDone("the back end refused it (status 404)", said=SAID)
        given = dict(REFUND) if tool == "refund_order" else {"order_id": "L-404"}
        answer = await stack.call(tool, given)
        assert answer.outcome == "not_done"
        assert answer.text.endswith(f"The back end's own words: {SAID}")
        assert answer.facts["said"] == json.loads(SAID)
        assert answer.facts["because"] == "the back end refused it (status 404)"
        rows = await stack.ledger.trace(TraceId(answer.trace))
        assert not any(b"Halvorsen" in row.entry for row in rows)
        [receipt] = [
            private for _, private in await stack.entries(answer.trace) if private and "result" in private
        ]
        assert receipt["result"] == f"the back end refused it (status 404)\n{SAID}"
        assert f"in its own words: {SAID}" in " ".join(printed(await chain_of(stack, answer.trace)).split())
    assert "Halvorsen" not in caplog.text
