"""Whatever an upstream does, the client hears it in the protocol's words and the ledger knows what was shown."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from gateway_stack import (
    Answer,
    Programmed,
    Stack,
    chunk,
    free_port,
    gateway,
    gateway_to,
    joined,
    raw_upstream,
    stream_of,
    streamed,
    whole,
)
from starlette.responses import Response

from answerable.receipts import ExtensionBody
from answerable.testing import completions
from answerable.testing.event_stream import DONE, event
from answerable.testing.faulty_upstream import REPLY, RETRY_AFTER, faulty_upstream
from answerable.wire.limits import Limits

STALL = 0.5

COMPLETE = "complete"
STREAMED = {
    "slow-first-byte": COMPLETE,
    "slow-mid-stream": COMPLETE,
    "cut-mid-stream": "upstream_cut",
    "ends-mid-stream": "upstream_cut",
    "ends-mid-event": "upstream_cut",
    "event-cut-in-half": COMPLETE,
    "malformed-json": "upstream_malformed",
    "not-sse": "upstream_malformed",
    "error-event": "upstream_error",
    "no-content-type": COMPLETE,
    "no-done": COMPLETE,
    "http-401": "upstream_refused",
    "http-429": "upstream_refused",
    "http-500-html": "upstream_refused",
    "too-many-choices": "upstream_malformed",
    "thousand-choices": "upstream_malformed",
    "wrong-types": "upstream_malformed",
    "huge-event": "upstream_malformed",
    "crlf-and-comments": COMPLETE,
    "unknown-fields": COMPLETE,
    "role-each-chunk": COMPLETE,
    "empty-choices-first": COMPLETE,
    "reasoning-content": COMPLETE,
    "refusal": COMPLETE,
    "two-tool-calls-interleaved": COMPLETE,
}
WHOLE = {
    **STREAMED,
    "ends-mid-stream": COMPLETE,
    "ends-mid-event": COMPLETE,
    "error-event": "upstream_refused",
}
"""What the reply's entry says for each fault, by the form of the request."""


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    ledger = tmp_path_factory.mktemp("faults") / "ledger.db"
    with gateway(faulty_upstream(stall=STALL), ledger) as running:
        yield running


def error_in(answer: Answer) -> Any:
    """The error object, whether it came instead of the reply or in the middle of it."""
    if answer.status != 200:
        return answer.error
    assert answer.events[-1] != b"[DONE]"
    found = answer.chunks[-1]
    assert set(found) == {"error"}
    return found["error"]


def extensions(stack: Stack, trace: str) -> list[tuple[tuple[str, ...], bool, Any]]:
    return [
        (entry.body.fields, entry.body.passed, msgspec.json.decode(private["json"]))
        for entry, private in stack.entries(trace)
        if isinstance(entry.body, ExtensionBody)
    ]


def test_the_table_names_every_fault(stack: Stack) -> None:
    known = {model["id"] for model in stack.get("/v1/models").json["data"]}
    assert known - {"endless"} == set(STREAMED)


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
@pytest.mark.parametrize("fault", sorted(STREAMED))
def test_every_fault_ends_in_the_protocols_shape_and_on_record(
    stack: Stack, fault: str, *, stream: bool
) -> None:
    expected = (STREAMED if stream else WHOLE)[fault]
    answer = stack.ask(model=fault, stream=stream)
    assert stack.ending(answer.trace) == expected
    if expected == "upstream_refused":
        assert answer.status in (401, 429, 500, 503)
    elif expected == COMPLETE:
        assert answer.status == 200
        stack.assert_on_record(answer)
        assert not stream or answer.events[-1] == b"[DONE]"
        if fault not in ("refusal", "two-tool-calls-interleaved"):
            assert joined(answer.shown) == {(0, "content"): REPLY}
    else:
        error = error_in(answer)
        assert answer.status in (200, 502)
        assert error["code"] in (expected, "overloaded")
        if answer.status == 200:
            stack.assert_on_record(answer)
            reply = stack.chain(answer.trace).reply
            assert reply is not None
            assert reply.sent == len(answer.shown)
    after = stack.ask(model="no-done")
    assert joined(after.shown) == {(0, "content"): REPLY}


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
def test_an_upstreams_own_refusal_is_passed_as_it_was_sent(stack: Stack, *, stream: bool) -> None:
    limited = stack.ask(model="http-429", stream=stream)
    assert limited.status == 429
    assert limited.headers["retry-after"] == RETRY_AFTER
    assert limited.error["code"] == "rate_limit_exceeded"
    unknown = stack.ask(model="http-401", stream=stream)
    assert unknown.status == 401
    assert unknown.error["code"] == "invalid_api_key"
    html = stack.ask(model="http-500-html", stream=stream)
    assert html.status == 500
    assert html.headers["content-type"].startswith("text/html")
    assert b"Something broke" in html.body


@pytest.mark.parametrize("fault", ["ends-mid-stream", "ends-mid-event", "malformed-json"])
def test_a_line_in_the_making_when_the_stream_broke_is_not_shown_and_is_on_record(
    stack: Stack, fault: str
) -> None:
    answer = stack.ask(model=fault)
    shown = joined(answer.shown).get((0, "content"), "")
    unread = stack.unread(answer.trace)
    assert unread
    assert REPLY.startswith(shown + unread)
    reply = stack.chain(answer.trace).reply
    assert reply is not None
    assert reply.choices[0].unread == len(unread)


def test_an_error_event_of_the_upstream_arrives_in_its_own_words(stack: Stack) -> None:
    answer = stack.ask(model="error-event")
    assert error_in(answer)["message"] == "the model is overloaded"
    assert (("error",), True) in [(fields, passed) for fields, passed, _ in extensions(stack, answer.trace)]


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
def test_unknown_fields_arrive_where_they_were_and_are_on_record(stack: Stack, *, stream: bool) -> None:
    answer = stack.ask(model="unknown-fields", stream=stream)
    more = {"region": "north", "latency_ms": 12.5}
    objects = answer.chunks if stream else [answer.json]
    part = "delta" if stream else "message"
    assert any(one.get("x_vendor") == more for one in objects)
    assert any(choice.get("x_vendor") == more for one in objects for choice in one["choices"])
    assert any(choice[part].get("x_vendor") == more for one in objects for choice in one["choices"])
    on_record = [fields for fields, passed, _ in extensions(stack, answer.trace) if passed]
    assert ("x_vendor",) in on_record


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
def test_a_models_reasoning_stays_in_the_house_and_is_on_record(stack: Stack, *, stream: bool) -> None:
    answer = stack.ask(model="reasoning-content", stream=stream)
    assert b"reasoning" not in answer.body
    assert b"customer asks" not in answer.body
    kept = [json for _, passed, json in extensions(stack, answer.trace) if not passed]
    assert "reasoning_content" in msgspec.json.encode(kept).decode()


def test_a_role_on_every_chunk_is_passed_once(stack: Stack) -> None:
    chunks = stack.ask(model="role-each-chunk").chunks
    roles = [c["delta"]["role"] for one in chunks for c in one["choices"] if "role" in c["delta"]]
    assert roles == ["assistant"]


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
def test_two_tool_calls_leave_whole_and_are_on_record_before(stack: Stack, *, stream: bool) -> None:
    answer = stack.ask(model="two-tool-calls-interleaved", stream=stream)
    made = [
        call
        for one in (answer.chunks if stream else [answer.json])
        for choice in one["choices"]
        for call in (choice.get("delta") or choice.get("message") or {}).get("tool_calls") or []
    ]
    assert [(c["id"], c["function"]["arguments"]) for c in made] == [
        ("call_a", '{"order_id":"L-100"}'),
        ("call_b", '{"order_id":"L-100"}'),
    ]
    recorded = [(b.id, p.arguments) for b, p in stack.chain(answer.trace).calls if p]
    assert recorded == [(c["id"], c["function"]["arguments"]) for c in made]


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
@pytest.mark.parametrize("fault", ["slow-first-byte", "slow-mid-stream"])
def test_an_upstream_that_goes_silent_is_given_up(tmp_path: Path, fault: str, *, stream: bool) -> None:
    limits = Limits(silence_seconds=0.2)
    with gateway(faulty_upstream(stall=STALL), tmp_path / "ledger.db", limits=limits) as stack:
        answer = stack.ask(model=fault, stream=stream)
        assert error_in(answer)["code"] == "upstream_timeout"
        assert answer.status in (200, 504)
        assert stack.ending(answer.trace) == "upstream_timeout"


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
def test_an_upstream_that_is_not_there_is_unreachable(tmp_path: Path, *, stream: bool) -> None:
    with gateway_to(free_port(), tmp_path / "ledger.db") as stack:
        answer = stack.ask(stream=stream)
        assert answer.status == 502
        assert answer.error["code"] == "upstream_unreachable"
        assert stack.ending(answer.trace) == "upstream_unreachable"


# -- faults that the simulator does not play ------------------------------------------------


@pytest.fixture(scope="module")
def upstream() -> Programmed:
    return Programmed()


@pytest.fixture(scope="module")
def programmed(tmp_path_factory: pytest.TempPathFactory, upstream: Programmed) -> Iterator[Stack]:
    with gateway(upstream.app, tmp_path_factory.mktemp("programmed") / "ledger.db") as running:
        yield running


PROMISE = "Your refund of $500 has been sent."


@pytest.mark.parametrize("status", [201, 202, 203, 206, 302, 307, 308])
def test_a_success_that_is_not_a_reply_or_a_redirect_is_no_way_around_the_gate(
    programmed: Stack, upstream: Programmed, status: int
) -> None:
    body = whole({"content": PROMISE}).body
    headers = {"location": "http://127.0.0.1:9/elsewhere"}
    upstream.answer = lambda _: Response(body, status, headers, media_type="application/json")
    answer = programmed.ask(stream=False)
    assert answer.status == 502
    assert answer.error["code"] == "upstream_malformed"
    assert "location" not in answer.headers
    assert PROMISE.encode() not in answer.body
    assert programmed.ending(answer.trace) == "upstream_malformed"


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
def test_bytes_that_are_no_text_are_the_upstreams_fault_and_no_crash(
    programmed: Stack, upstream: Programmed, *, stream: bool
) -> None:
    bad = b'{"id":"x","choices":[{"index":0,"%b":{"content":"Hi \xff there."}}],"usage":{"n":"\xff"}}'
    upstream.answer = lambda _: (
        stream_of(event(chunk({"content": "Hi. "})), b"data: " + bad % b"delta" + b"\n\n", DONE)
        if stream
        else Response(bad % b"message", media_type="application/json")
    )
    answer = programmed.ask(stream=stream)
    assert error_in(answer)["code"] == "upstream_malformed"
    assert programmed.ending(answer.trace) == "upstream_malformed"


def test_a_stream_that_breaks_before_its_first_word_is_recorded_as_broken_not_as_left(
    programmed: Stack, upstream: Programmed
) -> None:
    upstream.answer = lambda _: stream_of(event(chunk({"content": "I was about"})))
    answer = programmed.ask()
    assert answer.status == 502
    assert answer.error["code"] == "upstream_cut"
    assert programmed.ending(answer.trace) == "upstream_cut"
    assert programmed.unread(answer.trace) == "I was about"


def test_an_error_event_carries_no_text_past_the_gate(programmed: Stack, upstream: Programmed) -> None:
    said = {**chunk({"content": PROMISE}), "error": {"message": "late", "code": "x"}}
    upstream.answer = lambda _: streamed(chunk({"role": "assistant", "content": "Hi. "}), said)
    answer = programmed.ask()
    assert PROMISE.encode() not in answer.body
    assert error_in(answer)["message"] == "late"


def test_no_other_field_of_a_whole_reply_carries_its_text_past_the_gate(
    programmed: Stack, upstream: Programmed
) -> None:
    reply = completions.choice(0, {"content": f"Hello. {PROMISE}"})
    reply |= {"delta": {"content": PROMISE}, "logprobs": {"tokens": [PROMISE], "content": None}}
    upstream.answer = lambda _: completions.answer(
        {"id": "x", "object": "chat.completion", "choices": [reply]}
    )
    assert PROMISE.encode() not in programmed.ask(stream=False).body


def test_tool_calls_that_were_never_finished_still_leave_and_are_on_record(
    programmed: Stack, upstream: Programmed
) -> None:
    call = {"index": 0, **completions.function_call("call_a", "get_order", "{}")}
    upstream.answer = lambda _: streamed(chunk({"role": "assistant", "tool_calls": [call]}))
    answer = programmed.ask()
    assert answer.events[-1] == b"[DONE]"
    assert [body.id for body, _ in programmed.chain(answer.trace).calls] == ["call_a"]
    assert b"call_a" in answer.body


def test_a_tool_call_in_the_making_when_the_stream_broke_is_on_record_and_not_passed(
    programmed: Stack, upstream: Programmed
) -> None:
    call = {"index": 0, **completions.function_call("call_a", "refund_order", '{"amount": 5')}
    upstream.answer = lambda _: stream_of(event(chunk({"role": "assistant", "tool_calls": [call]})))
    answer = programmed.ask()
    assert b"refund_order" not in answer.body
    kept = [(fields, passed) for fields, passed, _ in extensions(programmed, answer.trace)]
    assert kept == [(("tool_calls",), False)]


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
def test_what_rides_in_a_tool_call_beyond_the_protocol_is_on_record(
    programmed: Stack, upstream: Programmed, *, stream: bool
) -> None:
    call = completions.function_call("call_a", "get_order", "{}") | {"x_signature": "abc"}
    upstream.answer = lambda _: (
        streamed(chunk({"tool_calls": [{"index": 0, **call}]}), chunk({}, finish="tool_calls"))
        if stream
        else whole({"tool_calls": [call]}, finish="tool_calls")
    )
    answer = programmed.ask(stream=stream)
    assert b"x_signature" in answer.body
    assert (("x_signature",), True, [{"x_signature": "abc"}]) in extensions(programmed, answer.trace)


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
def test_a_call_of_a_kind_the_gate_cannot_read_is_not_passed(
    programmed: Stack, upstream: Programmed, *, stream: bool
) -> None:
    call = {"index": 0, "id": "c", "type": "custom", "custom": {"name": "shell", "input": "pay"}}
    upstream.answer = lambda _: (
        streamed(chunk({"tool_calls": [call]}), chunk({}, finish="tool_calls"))
        if stream
        else whole({"tool_calls": [call]}, finish="tool_calls")
    )
    answer = programmed.ask(stream=stream)
    assert answer.status == 502
    assert b"shell" not in answer.body


def test_a_value_written_over_several_lines_does_not_break_the_clients_event(
    programmed: Stack, upstream: Programmed
) -> None:
    first = b'data: {"id":"x","x_vendor":{\ndata: "a":\r\ndata:  1},"choices":[{"index":0,"delta":%b}]}\n\n'
    first %= b'{"content":"Hi."}'
    upstream.answer = lambda _: stream_of(first, event(chunk({}, finish="stop")), DONE)
    answer = programmed.ask()
    assert joined(answer.shown) == {(0, "content"): "Hi."}
    assert any(one.get("x_vendor") == {"a": 1} for one in answer.chunks)


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
def test_an_upstream_header_that_cannot_be_written_again_does_not_cost_the_reply(
    tmp_path: Path, *, stream: bool
) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        body = whole({"content": "All is well."}).body
        if stream:
            body = event(chunk({"content": "All is well."}, finish="stop")) + DONE
        kind = b"text/event-stream" if stream else b"application/json"
        writer.write(
            b"HTTP/1.1 200 OK\r\nX-Shop: caf\xc3\xa9\r\nX-Raw: \xff\r\nX-Fine: yes\r\nContent-Type: %b\r\n"
            b"Content-Length: %d\r\n\r\n" % (kind, len(body)) + body
        )
        await writer.drain()
        writer.close()

    with raw_upstream(serve) as port, gateway_to(port, tmp_path / "ledger.db") as stack:
        answer = stack.ask(stream=stream)
        assert answer.status == 200
        assert answer.headers["x-fine"] == "yes"
        assert answer.headers["x-shop"].encode("latin-1") == "café".encode()
        stack.assert_on_record(answer)


def test_a_status_beyond_the_known_ones_is_no_crash(tmp_path: Path) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 799 Odd\r\nContent-Length: 2\r\n\r\n{}")
        await writer.drain()
        writer.close()

    with raw_upstream(serve) as port, gateway_to(port, tmp_path / "ledger.db") as stack:
        answer = stack.ask()
        assert answer.status == 502
        assert answer.error["code"] == "upstream_malformed"


def test_an_upstream_that_hangs_up_at_once_is_unreachable(tmp_path: Path) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.close()

    with raw_upstream(serve) as port, gateway_to(port, tmp_path / "ledger.db") as stack:
        answer = stack.ask()
        assert answer.status == 502
        assert answer.error["code"] == "upstream_unreachable"
        assert stack.ending(answer.trace) == "upstream_unreachable"


def test_a_connection_that_the_upstream_gave_up_while_it_lay_idle_costs_no_reply(tmp_path: Path) -> None:
    body = whole({"content": "Items can be returned."}).body
    opened: list[int] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        opened.append(1)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        await reader.readexactly(int(head.partition(b"content-length:")[2].split(b"\r\n")[0]))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n")
        writer.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()
        await reader.read(1)  # it was kept for another request, and is dropped just as one comes
        writer.transport.abort()

    with raw_upstream(serve) as port, gateway_to(port, tmp_path / "ledger.db") as stack:
        for count in (1, 2, 3):
            answer = stack.ask(stream=False)
            assert answer.status == 200
            assert stack.ending(answer.trace) == COMPLETE
            assert len(opened) == count
