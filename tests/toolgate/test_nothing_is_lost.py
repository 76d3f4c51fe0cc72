"""A client that leaves, asks twice or comes with others changes nothing of what is done and what is on record."""

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError
from tool_stack import BOT, EARNED, REFUND, STORE, TALK, allowed, served, tools

from answerable.actions import NotDone, Outcome, Uncertain
from answerable.adapters.bundle_files import pack_files
from answerable.apps.toolgate.caller import Caller
from answerable.apps.toolgate.running import Held
from answerable.decisions import parse
from answerable.exchange import Message, Role
from answerable.ports.connectors import BackEndCall
from answerable.testing.shop_connector import ShopConnector
from answerable.values import ApprovalId, CallId
from answerable.values.errors import ApprovalsUnavailable, LedgerUnavailable, Overloaded

META: Any = {"answerable/conversation": TALK}


async def until(happened: Any) -> None:
    while not happened():
        await asyncio.sleep(0.005)


@pytest.mark.parametrize("mode", ["legacy", "auto"])
async def test_an_act_whose_client_leaves_is_finished_and_told_to_whoever_asks_again(
    tmp_path: Path, mode: str
) -> None:
    async with served(tmp_path) as (url, stack):
        await stack.say(*EARNED)
        async with Client(f"{url}/mcp", mode=mode) as client:
            await client.call_tool("get_order", {"order_id": "L-1"}, meta=META)
            stack.shop.gate.clear()
            leaving = asyncio.create_task(client.call_tool("refund_order", dict(REFUND), meta=META))
            await until(lambda: len(stack.shop.asked) == 2)
            leaving.cancel()
            with pytest.raises(asyncio.CancelledError):
                await leaving
            stack.shop.gate.set()
            await until(lambda: len(stack.shop.done) == 1)
        async with Client(f"{url}/mcp", mode=mode) as client:
            answer = await client.call_tool("refund_order", dict(REFUND), meta=META)
            assert answer.structured_content["outcome"] == "done"
        assert len(stack.shop.done) == 1
        trace = answer.structured_content.get("repeats") or answer.structured_content["trace"]
        assert (await stack.kinds(trace))[-2:] == ["receipt", "reply"]


async def test_the_same_act_asked_for_by_many_at_once_is_done_once(tmp_path: Path) -> None:
    async with served(tmp_path) as (url, stack), Client(f"{url}/mcp") as one, Client(f"{url}/mcp") as two:
        await stack.say(*EARNED)
        await one.call_tool("get_order", {"order_id": "L-1"}, meta=META)
        answers = await asyncio.gather(
            *[client.call_tool("refund_order", dict(REFUND), meta=META) for client in (one, two) * 4]
        )
        assert {answer.structured_content["outcome"] for answer in answers} == {"done"}
        assert len(stack.shop.done) == 1


async def test_a_lost_answer_is_said_to_be_uncertain_and_the_act_is_not_begun_again(tmp_path: Path) -> None:
    async with tools(tmp_path) as stack:
        await stack.say(*EARNED)
        await stack.call("get_order", {"order_id": "L-1"})
        stack.shop.lost_answer = True
        first = await stack.call("refund_order", dict(REFUND))
        assert first.outcome == "uncertain"
        assert "Do not ask for it again" in first.text
        again = await stack.call("refund_order", dict(REFUND))
        assert again.outcome == "refused"
        assert first.trace is not None
        assert first.trace in again.text
        assert len(stack.shop.done) == 1
    async with tools(tmp_path, shop=stack.shop) as later:  # another process, which has only the record
        assert (await later.call("refund_order", dict(REFUND))).outcome == "refused"
        assert len(later.shop.done) == 1


async def test_what_was_not_done_may_be_asked_for_again(tmp_path: Path) -> None:
    async with tools(tmp_path) as stack:
        await stack.say(*EARNED)
        await stack.call("get_order", {"order_id": "L-1"})
        stack.shop.fault = NotDone("the card was refused")
        assert (await stack.call("refund_order", dict(REFUND))).outcome == "not_done"
        stack.shop.fault = None
        assert (await stack.call("refund_order", dict(REFUND))).outcome == "done"


async def test_the_same_act_under_another_key_of_the_client_is_another_act(tmp_path: Path) -> None:
    async with tools(tmp_path) as stack:
        await stack.say(*EARNED)
        await stack.call("get_order", {"order_id": "L-1"})
        for once in ("", "", "second"):
            assert (await stack.call("refund_order", dict(REFUND), once=once)).outcome == "done"
        assert len(stack.shop.done) == 2


async def test_of_one_workload_so_many_calls_are_made_at_once(tmp_path: Path) -> None:
    async with tools(tmp_path, may=allowed(calls_at_once=2)) as stack:
        stack.shop.gate.clear()
        running = [asyncio.create_task(stack.call("get_order", {"order_id": name})) for name in ("a", "b")]
        await until(lambda: len(stack.shop.asked) == 2)
        with pytest.raises(Overloaded, match="2 calls of this workload are already under way"):
            await stack.call("get_order", {"order_id": "c"})
        joined = asyncio.create_task(stack.call("get_order", {"order_id": "a"}))
        await asyncio.sleep(0)
        stack.shop.gate.set()
        await asyncio.gather(*running, joined)
        assert len(stack.shop.asked) == 2
        assert (await stack.call("get_order", {"order_id": "L-1"})).outcome == "done"


async def test_what_can_t_be_recorded_is_not_done(tmp_path: Path) -> None:
    async with tools(tmp_path) as stack:
        await stack.say(*EARNED)
        await stack.call("get_order", {"order_id": "L-1"})
        stack.ledger.hold_back("the disk is full")
        with pytest.raises(LedgerUnavailable):
            await stack.call("refund_order", dict(REFUND))
        with pytest.raises(LedgerUnavailable):
            await stack.call("get_order", {"order_id": "L-9"})
        assert len(stack.shop.asked) == 1
        stack.ledger.hold_back("")
        assert (await stack.call("refund_order", dict(REFUND))).outcome == "done"


BENCH = (
    Message(Role.USER, "My bench from order L-9 is broken."),
    Message(Role.ASSISTANT, "Would you like me to refund $450.00 for the Garden bench in order L-9?"),
    Message(Role.USER, "Yes, please."),
)


async def test_what_is_held_is_opened_for_approval_and_the_caller_hears_what_it_waits_for(
    tmp_path: Path,
) -> None:
    opened: list[Held] = []

    async def open_approval(held: Held) -> ApprovalId:
        opened.append(held)
        return ApprovalId("ap_1")

    async with tools(tmp_path, open_approval=open_approval) as stack:
        await stack.say(*BENCH)
        await stack.call("get_order", {"order_id": "L-9"})
        answer = await stack.call("refund_order", {"order_id": "L-9", "amount": 450})
        assert (answer.outcome, answer.facts["approval"], answer.facts["route"]) == (
            "held",
            "ap_1",
            "support-lead",
        )
        assert "It waits to be approved by support-lead" in answer.text
        assert opened[0].id.digest == answer.facts["decision"]
        assert stack.shop.done == []


async def test_where_nobody_can_be_asked_what_is_held_is_refused(tmp_path: Path) -> None:
    async def open_approval(held: Held) -> ApprovalId:
        raise ApprovalsUnavailable("the store of approvals does not answer")

    async with tools(tmp_path, open_approval=open_approval) as stack:
        await stack.say(*BENCH)
        await stack.call("get_order", {"order_id": "L-9"})
        answer = await stack.call("refund_order", {"order_id": "L-9", "amount": 450})
        assert answer.outcome == "refused"
        assert "nobody can be asked now" in answer.text


async def test_an_act_that_a_chat_reply_let_pass_is_done_once_under_that_decision(tmp_path: Path) -> None:
    from answerable.apps.gate import Gate  # noqa: PLC0415
    from answerable.apps.readers import make_reader  # noqa: PLC0415
    from answerable.apps.toolgate.asked import Permitted  # noqa: PLC0415
    from answerable.decisions import CedarDecider  # noqa: PLC0415
    from answerable.exchange import ToolCall  # noqa: PLC0415
    from answerable.flow import CallArrived, ChoiceEnded, ReplyEnded  # noqa: PLC0415

    look = ToolCall(CallId("g"), "get_order", '{"order_id":"L-1"}')
    act = ToolCall(CallId("call_1"), "refund_order", '{"amount":45.0,"order_id":"L-1"}')
    async with tools(tmp_path) as stack:
        gate = Gate(stack.ledger, make_reader(), CedarDecider(stack.bundle))
        order = msgspec.json.encode(stack.shop.orders["L-1"]).decode()
        seen = Message(Role.TOOL, order, answers=look.id)
        exchange = gate.exchange(
            [EARNED[0], Message(Role.ASSISTANT, "", (look,)), seen, *EARNED[1:]],
            workload=BOT.id, conversation=TALK,
        )  # fmt: skip
        reply = gate.begin(exchange)
        await reply.feed([CallArrived(0, 0, act), ChoiceEnded(0, "tool_calls"), ReplyEnded("complete")])
        permitted = Permitted(reply.trace, act.id)
        given = {"order_id": "L-1", "amount": 45}
        for wrong, words in (
            ({**given, "amount": 44}, "no decision of that trace lets exactly this act pass"),
            ({**given, "reason": "x"}, "no decision of that trace"),
        ):
            assert words in (await stack.call("refund_order", wrong, permitted=permitted)).text
        elsewhere = Caller(BOT)
        assert (
            "no decision of that trace"
            in (await stack.call("refund_order", given, elsewhere, permitted=permitted)).text
        )
        answer = await stack.call("refund_order", given, permitted=permitted)
        assert answer.outcome == "done", answer.text
        assert answer.facts["decision"].startswith("sha256:")
        again = await stack.call("refund_order", given, permitted=permitted, once="another")
        assert again.outcome == "not_done"
        assert len(stack.shop.done) == 1


async def test_clients_are_told_when_the_tools_have_changed(tmp_path: Path) -> None:
    told = asyncio.Event()

    async def heard(message: Any) -> None:
        if "ToolListChanged" in type(message).__name__:
            told.set()

    files = pack_files(STORE)
    forbid = (
        b'@id("stop") @owner("ben") @because("stopped") @outcome("refuse") '
        b'forbid (principal, action == Action::"refund_order", resource);'
    )
    async with (
        served(tmp_path) as (url, stack),
        Client(f"{url}/mcp", mode="legacy", message_handler=heard) as client,
    ):
        assert len((await client.list_tools()).tools) == 2
        stack.bundle = parse(files | {"policies.cedar": files["policies.cedar"] + forbid})
        async with asyncio.timeout(20):
            await told.wait()
        assert [tool.name for tool in (await client.list_tools()).tools] == ["get_order"]


async def test_a_long_call_says_that_it_is_still_under_way(tmp_path: Path) -> None:
    beats: list[float] = []

    async def heard(progress: float, total: float | None, message: str | None) -> None:
        beats.append(progress)
        if len(beats) == 2:
            stack.shop.gate.set()

    async with served(tmp_path, progress_seconds=0.02) as (url, stack), Client(f"{url}/mcp") as client:
        stack.shop.gate.clear()
        answer = await client.call_tool("get_order", {"order_id": "L-1"}, meta=META, progress_callback=heard)
        assert not answer.is_error
        assert beats[:2] == [1, 2]


async def test_errors_of_the_gate_s_own_are_told_as_such(tmp_path: Path) -> None:
    async with served(tmp_path) as (url, stack), Client(f"{url}/mcp") as client:
        stack.ledger.hold_back("the disk is full")
        with pytest.raises(MCPError, match="can't record what it does, so it does nothing"):
            await client.call_tool("get_order", {"order_id": "L-1"}, meta=META)
        stack.ledger.hold_back("")
        with pytest.raises(MCPError, match="there is no tool 'get_moon'"):
            await client.call_tool("get_moon", {}, meta=META)
        stack.shop.fault = Uncertain("cut")
        unknown = await client.call_tool("get_order", {"order_id": "L-404"}, meta=META)
        assert unknown.structured_content["outcome"] == "not_done"


async def test_a_read_that_breaks_in_its_connector_is_told_and_has_a_receipt(tmp_path: Path) -> None:
    class Broken(ShopConnector):
        async def call(self, call: BackEndCall, seconds: float) -> Outcome:
            raise ZeroDivisionError(f"{call.arguments} {seconds}")

    async with tools(tmp_path, connectors=[Broken()]) as stack:
        answer = await stack.call("get_order", {"order_id": "L-1"})
        assert (answer.outcome, answer.facts["because"]) == (
            "not_done",
            "the connector failed: ZeroDivisionError",
        )
        assert "receipt" in await stack.kinds(answer.trace)
