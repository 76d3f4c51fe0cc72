"""The official OpenAI client, unchanged but for its base URL, finds in the gateway what it finds in OpenAI."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from gateway_stack import HELLO, Programmed, Stack, chunk, either, gateway, streamed, whole
from openai import AsyncOpenAI, OpenAI
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from pydantic import BaseModel

from answerable.exchange import ToolCall, ToolOutcome
from answerable.testing.script import Call, Say, Script, Turn, Variant
from answerable.testing.script_upstream import script_upstream
from answerable.values import CallId

GOOD = "Order L-100 has shipped."
BAD = "Your refund of $500 has been approved."
MIXED = f"{GOOD} {BAD} Is there anything else?"

CALLS = (
    ToolOutcome(ToolCall(CallId("call_a"), "get_order", '{"order_id": "L-100", "note": "café 🌱"}'), "{}"),
    ToolOutcome(ToolCall(CallId("call_b"), "track_parcel", '{"order_id": "L-100"}'), "{}"),
)
TOOL: Any = {"type": "function", "function": {"name": "get_order", "parameters": {"type": "object"}}}


def one_reply(name: str, step: Say | Call) -> Script:
    return Script(name, name, "shipping", Variant.TRUE, (Turn("Where is it?", (step,), ()),))


SCRIPTS = {
    "mixed": one_reply("mixed", Say(MIXED)),
    "calls": one_reply("calls", Call(CALLS, "Let me look.")),
}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with gateway(script_upstream(SCRIPTS), tmp_path_factory.mktemp("client") / "ledger.db") as running:
        yield running


@pytest.fixture(params=[False, True], ids=["lenient", "strict"])
def client(stack: Stack, request: pytest.FixtureRequest) -> Iterator[OpenAI]:
    with stack.client(_strict_response_validation=request.param) as openai:
        yield openai


def texts(chunks: list[ChatCompletionChunk], index: int = 0) -> str:
    return "".join(one.delta.content or "" for chunk in chunks for one in chunk.choices if one.index == index)


def test_a_whole_reply_keeps_what_is_true_and_loses_what_is_not(client: OpenAI) -> None:
    reply = client.chat.completions.create(model="mixed", messages=HELLO)
    text = reply.choices[0].message.content or ""
    assert text.startswith(GOOD)
    assert "500" not in text
    assert text.endswith("Is there anything else?")
    assert reply.choices[0].finish_reason == "stop"
    assert reply.usage is not None
    assert reply.usage.total_tokens > 0


def test_a_streamed_reply_says_the_same_as_a_whole_one(client: OpenAI) -> None:
    reply = client.chat.completions.create(model="mixed", messages=HELLO)
    chunks = list(client.chat.completions.create(model="mixed", messages=HELLO, stream=True))
    assert texts(chunks) == reply.choices[0].message.content
    assert [c.finish_reason for chunk in chunks for c in chunk.choices if c.finish_reason] == ["stop"]
    assert chunks[0].choices[0].delta.role == "assistant"
    assert {chunk.id for chunk in chunks} == {reply.id}


def test_every_choice_of_several_is_gated(client: OpenAI) -> None:
    reply = client.chat.completions.create(model="mixed", messages=HELLO, n=2)
    chunks = list(client.chat.completions.create(model="mixed", messages=HELLO, n=2, stream=True))
    assert [choice.index for choice in reply.choices] == [0, 1]
    for choice in reply.choices:
        assert "500" not in (choice.message.content or "")
        assert texts(chunks, choice.index) == choice.message.content


def test_a_tool_call_arrives_whole_and_its_arguments_parse(client: OpenAI) -> None:
    chunks = list(client.chat.completions.create(model="calls", messages=HELLO, tools=[TOOL], stream=True))
    fragments = [call for c in chunks for one in c.choices for call in one.delta.tool_calls or []]
    assert [(f.index, f.id, f.function.name) for f in fragments if f.function] == [
        (0, "call_a", "get_order"),
        (1, "call_b", "track_parcel"),
    ]
    for fragment, made in zip(fragments, CALLS, strict=True):
        assert fragment.function is not None
        assert fragment.function.arguments == made.call.arguments
        msgspec.json.decode(fragment.function.arguments)
    assert texts(chunks) == "Let me look."
    reply = client.chat.completions.create(model="calls", messages=HELLO, tools=[TOOL])
    assert reply.choices[0].finish_reason == "tool_calls"
    assert [call.id for call in reply.choices[0].message.tool_calls or []] == ["call_a", "call_b"]


def tokens_of(reply: ChatCompletion | list[ChatCompletionChunk]) -> str:
    choices = (
        reply.choices if isinstance(reply, ChatCompletion) else [c for one in reply for c in one.choices]
    )
    return "".join(token.token for one in choices if one.logprobs for token in one.logprobs.content or [])


@pytest.mark.parametrize("stream", [False, True])
def test_tokens_of_a_withheld_line_never_leave_and_those_of_a_released_one_do(
    client: OpenAI, *, stream: bool
) -> None:
    asked = client.chat.completions.create(
        model="mixed", messages=HELLO, logprobs=True, top_logprobs=2, stream=stream
    )
    reply = asked if isinstance(asked, ChatCompletion) else list(asked)
    tokens = tokens_of(reply)
    raw = reply.to_json() if isinstance(reply, ChatCompletion) else "".join(c.to_json() for c in reply)
    assert "500" not in tokens
    assert "refund" not in tokens
    assert "approved" not in tokens
    assert BAD not in raw
    # A token that touches a withheld line stays with it: at most one at each edge.
    assert GOOD.startswith(tokens[: len(GOOD) - 4])
    assert tokens.endswith("anything else?")


def test_usage_comes_last_when_asked_for_and_not_otherwise(client: OpenAI) -> None:
    with_usage = list(
        client.chat.completions.create(
            model="mixed", messages=HELLO, stream=True, stream_options={"include_usage": True}
        )
    )
    assert with_usage[-1].choices == []
    assert with_usage[-1].usage is not None
    assert all(chunk.usage is None for chunk in with_usage[:-1])
    without = list(client.chat.completions.create(model="mixed", messages=HELLO, stream=True))
    assert all(chunk.usage is None for chunk in without)
    assert all(chunk.choices for chunk in without)


def test_the_stream_helper_sees_the_events_it_expects(client: OpenAI) -> None:
    with client.chat.completions.stream(model="mixed", messages=HELLO) as stream:
        kinds = [event.type for event in stream]
        final = stream.get_final_completion()
    assert {"chunk", "content.delta", "content.done"} <= set(kinds)
    whole_reply = client.chat.completions.create(model="mixed", messages=HELLO)
    assert final.choices[0].message.content == whole_reply.choices[0].message.content


def test_the_stream_helper_puts_tool_calls_together(client: OpenAI) -> None:
    strict: Any = {
        "type": "function",
        "function": {
            "name": "get_order",
            "strict": True,
            "parameters": {"type": "object", "properties": {}, "additionalProperties": False},
        },
    }
    with client.chat.completions.stream(model="calls", messages=HELLO, tools=[strict]) as stream:
        done = [event for event in stream if event.type == "tool_calls.function.arguments.done"]
    assert [event.arguments for event in done] == [outcome.call.arguments for outcome in CALLS]


class Opening(BaseModel):
    shop: str
    opens: int


@pytest.mark.parametrize("strict", [False, True])
def test_a_reply_in_json_parses_into_the_hosts_own_model(tmp_path: Any, *, strict: bool) -> None:
    upstream = Programmed(either('{"shop": "Larkfield", "opens": 9}'))
    with gateway(upstream.app, tmp_path / "ledger.db") as stack:
        client = stack.client(_strict_response_validation=strict)
        reply = client.chat.completions.parse(model="programmed", messages=HELLO, response_format=Opening)
        assert reply.choices[0].message.parsed == Opening(shop="Larkfield", opens=9)
        with client.chat.completions.stream(
            model="programmed", messages=HELLO, response_format=Opening
        ) as stream:
            assert stream.get_final_completion().choices[0].message.parsed == reply.choices[0].message.parsed


async def test_the_async_client_is_served_alike(stack: Stack) -> None:
    async with AsyncOpenAI(base_url=stack.url, api_key="none", max_retries=0) as client:
        reply = await client.chat.completions.create(model="mixed", messages=HELLO)
        chunks = [c async for c in await client.chat.completions.create(
            model="mixed", messages=HELLO, stream=True
        )]  # fmt: skip
    assert texts(chunks) == reply.choices[0].message.content


def test_models_are_the_upstreams(client: OpenAI) -> None:
    assert sorted(model.id for model in client.models.list()) == ["calls", "mixed"]


@pytest.mark.parametrize("stream", [False, True])
def test_headers_carry_the_trace_and_the_upstreams_request_id(tmp_path: Any, *, stream: bool) -> None:
    def answer(asked: Any) -> Any:
        response = either("All is well.")(asked)
        response.headers["x-request-id"] = "req_upstream"
        response.headers["x-ratelimit-remaining-requests"] = "41"
        response.headers["set-cookie"] = "upstream=session"
        return response

    with gateway(Programmed(answer).app, tmp_path / "ledger.db") as stack:
        raw = stack.client().chat.completions.with_raw_response.create(
            model="programmed", messages=HELLO, stream=stream
        )
        assert raw.headers["x-request-id"] == "req_upstream"
        assert raw.headers["x-ratelimit-remaining-requests"] == "41"
        assert "set-cookie" not in raw.headers
        raw.http_response.read()
        assert stack.ending(raw.headers["Answerable-Trace"]) == "complete"


def test_a_verdict_rides_in_a_field_that_clients_pass_over(client: OpenAI) -> None:
    reply = client.chat.completions.create(model="mixed", messages=HELLO)
    verdict: Any = (reply.model_extra or {})["answerable"]
    assert [line["outcome"] == "release" for line in verdict["lines"]] == [True, False, True]


@pytest.mark.parametrize("stream", [False, True])
def test_the_older_function_call_is_passed_whole(tmp_path: Any, *, stream: bool) -> None:
    arguments = '{"order_id": "L-100"}'

    def answer(asked: Any) -> Any:
        if not asked.json["stream"]:
            return whole(
                {"function_call": {"name": "get_order", "arguments": arguments}}, finish="function_call"
            )
        return streamed(
            chunk({"role": "assistant", "content": None}),
            chunk({"function_call": {"name": "get_order", "arguments": ""}}),
            *(chunk({"function_call": {"arguments": letter}}) for letter in arguments),
            chunk({}, finish="function_call"),
        )

    with gateway(Programmed(answer).app, tmp_path / "ledger.db") as stack:
        got = stack.ask(stream=stream, functions=[{"name": "get_order"}])
        made = [
            call
            for one in (got.chunks if stream else [got.json])
            for choice in one["choices"]
            if (call := (choice.get("delta") or choice.get("message") or {}).get("function_call"))
        ]
        assert made == [{"name": "get_order", "arguments": arguments}]
        assert [body.name for body, _ in stack.chain(got.trace).calls] == ["get_order"]
