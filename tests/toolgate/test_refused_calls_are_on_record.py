"""A call that is refused as it stands is not lost: it is in the log, and sealed in the ledger, and only so often."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from test_bad_input import HEADERS, call_of
from test_who_may_call import post
from tool_stack import BOT, TALK, Tools, served, tools

from answerable.adapters.sqlite_index import SqliteIndex
from answerable.apps.ledger.lookup import find
from answerable.apps.toolgate.caller import Caller
from answerable.apps.toolgate.refused_calls import MOST
from answerable.apps.toolgate.talks import TalkKey
from answerable.receipts import CallBody, ExchangeBody, ReplyBody
from answerable.receipts.query import Query
from answerable.values import ConversationId, CustomerId, TraceId
from answerable.values.errors import InvalidRequest
from answerable.wire.limits import Limits

WORDS = "the-order-that-nobody-may-read"


async def on_record(stack: Tools) -> list[TraceId]:
    return list(await stack.ledger.traces(100))


async def refused(stack: Tools, tool: str, arguments: Any, caller: Caller | None = None) -> None:
    with pytest.raises(InvalidRequest):
        await stack.ask(tool, arguments, caller)


@pytest.mark.parametrize(
    ("tool", "arguments", "kind"),
    [
        ("get_order", {"order_id": f"{WORDS}\u202e"}, "could be read as something else"),
        ("get_order", f'{{"order_id":"{WORDS}","order_id":"2"}}', "could be read as something else"),
        ("get_order", {"order_id": f"{WORDS}\ud800"}, "could be read as something else"),
        ("get_order", {"id": WORDS}, "don't fit the tool's schema"),
        ("get_order", {"order_id": WORDS * 4000}, "too large"),
        (f"drop_{WORDS}", {"order_id": WORDS}, "there is no such tool"),
        (f"drop_{WORDS}\ud800", {}, "there is no such tool"),
    ],
)
async def test_what_a_proven_workload_was_refused_is_in_the_log_and_sealed_in_the_ledger(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, tool: str, arguments: Any, kind: str
) -> None:
    async with tools(tmp_path) as stack:
        await refused(stack, tool, arguments)
        [trace] = await on_record(stack)
        found = await stack.entries(trace)
        (exchange, asked), (call, words), (reply, _) = ((entry.body, private) for entry, private in found)
        assert isinstance(exchange, ExchangeBody)
        assert isinstance(call, CallBody)
        assert call.decision is not None
        assert isinstance(reply, ReplyBody)
        assert (exchange.workload, exchange.conversation) == (BOT.id, TALK)
        assert (call.passed, call.decision.outcome, reply.detail) == (False, "refuse", "refuse")
        assert kind in call.decision.because
        public = b"".join(row.entry for row in await stack.ledger.trace(trace))
        assert WORDS.encode() not in public, "what was asked is sealed"
        assert WORDS in json.dumps([words, asked]), "and there"
        assert asked["messages"][-1]["role"] == "tool", "with what its caller was told"
        [line] = [one.getMessage() for one in caplog.records if one.levelname == "WARNING"]
        assert kind in line
        assert BOT.id in line
        assert trace in line
        assert WORDS not in caplog.text
        assert stack.shop.asked == []


async def test_a_refused_call_counts_for_nothing_in_its_conversation_and_is_found(tmp_path: Path) -> None:
    async with tools(tmp_path) as stack:
        await refused(stack, "get_order", {"order_id": 7})
        assert (await stack.ask("get_order", {"order_id": "L-1"})).outcome == "done"
        seen = await stack.gate.talks._past.seen(TalkKey(BOT.id, f"conversation/{TALK}", None), TALK)
        assert [one.call.arguments for one in seen] == ['{"order_id":"L-1"}']
        index = SqliteIndex(tmp_path / "ledger.db.index")
        hits = find(stack.ledger, index, Query(outcome="refuse"), limit=10)
        assert len({one.entry.trace for one in hits}) == 1
        index.close()


async def test_who_is_refused_without_end_fills_the_log_and_no_ledger(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with tools(tmp_path) as stack:
        for number in range(MOST + 5):
            who = Caller(BOT, conversation=TALK, customer=CustomerId(f"c-{number}"))
            await refused(stack, "get_order", {}, who)
        assert len(await on_record(stack)) == MOST, "whichever customer is named"
        assert sum("was refused a call" in one.getMessage() for one in caplog.records) == MOST + 5
        await refused(stack, "get_order", {}, Caller(BOT, conversation=ConversationId("c-2")))
        assert len(await on_record(stack)) == MOST + 1
        for _ in range(MOST + 5):
            await refused(stack, "get_order", {}, Caller(BOT))
        assert len(await on_record(stack)) == 2 * MOST + 1, (
            "calls without a conversation are counted together"
        )


@pytest.mark.parametrize("body", [b"{", b'{"a":1,"a":2}', b"x" * 3000])
async def test_a_body_that_is_refused_is_in_the_log_with_who_sent_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, body: bytes
) -> None:
    async with served(tmp_path, limits=Limits(body_bytes=2000)) as (url, _):
        assert (await post(url, body))[0] in (400, 413)
    assert f"'{BOT.id}' was refused: the body" in caplog.text


async def test_over_http_a_call_that_is_refused_is_on_record_and_what_meta_gets_wrong_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with served(tmp_path) as (url, stack):
        await post(url, call_of('{"order_id":"L-\\u202e1"}'), HEADERS)
        assert len(await on_record(stack)) == 1
        async with Client(f"{url}/mcp") as client:
            answer = await client.call_tool("get_order", {}, meta={"answerable/conversation": "c\u202e"})  # type: ignore[arg-type]
        assert answer.is_error
        assert "'_meta.answerable/conversation' can't be taken" in caplog.text
        assert len(await on_record(stack)) == 1, "of no conversation that is known"


async def test_a_refusal_whose_caller_hung_up_is_on_record_before_the_gate_is_closed(tmp_path: Path) -> None:
    async with tools(tmp_path) as stack:
        asking = asyncio.create_task(stack.ask("get_order", {}))
        await asyncio.sleep(0)  # it is refused, and begins to be written
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        await stack.gate.close()
        assert len(await on_record(stack)) == 1
