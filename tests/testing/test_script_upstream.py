"""The script upstream, by the official client over real HTTP."""

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

import openai
import pytest
from openai import OpenAI

from answerable.testing.script import Call, Say, Script, Turn, Variant
from answerable.testing.script_upstream import script_upstream
from answerable.testing.serving import serve_in_thread


def asks(*earlier: str) -> list[Any]:
    """A history with these assistant messages in it."""
    history: list[Any] = [{"role": "user", "content": "Hello"}]
    for text in earlier:
        history += [{"role": "assistant", "content": text}, {"role": "user", "content": "And?"}]
    return history


def play(client: OpenAI, script: Script) -> list[str]:
    """Play a script to its end as a host would; returns the texts of its assistant."""
    history: list[Any] = []
    texts = []
    for turn in script.turns:
        history.append({"role": "user", "content": turn.customer})
        for _ in turn.steps:
            tools: Any = list(script.tools) or openai.omit
            reply = client.chat.completions.create(model=script.id, messages=history, tools=tools)
            message = reply.choices[0].message
            history.append(message.model_dump(exclude_none=True))
            texts.append(message.content or "")
            history += [
                {"role": "tool", "tool_call_id": call.id, "content": script.results[call.id]}
                for call in message.tool_calls or []
            ]
    return texts


def test_it_lists_its_scripts_as_models(client: OpenAI, scenarios: dict[str, Script]) -> None:
    assert [model.id for model in client.models.list()] == list(scenarios)


def test_every_scenario_plays_to_its_end(client: OpenAI, scenarios: dict[str, Script]) -> None:
    for script in scenarios.values():
        assert play(client, script) == [step.text for step in script.replies]


def test_a_stream_and_a_whole_answer_say_the_same(client: OpenAI) -> None:
    whole = client.chat.completions.create(model="refund-hedged", messages=asks("Let me look."))
    stream = client.chat.completions.create(model="refund-hedged", messages=asks("Let me look."), stream=True)
    chunks = list(stream)
    said = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert said == whole.choices[0].message.content
    assert chunks[0].choices[0].delta.role == "assistant"
    assert [c.choices[0].finish_reason for c in chunks if c.choices[0].finish_reason] == ["stop"]
    assert {chunk.id for chunk in chunks} == {whole.id}
    assert {chunk.system_fingerprint for chunk in chunks} == {whole.system_fingerprint}
    assert len(chunks) > 20


def test_the_same_request_gets_the_same_bytes(upstream: str) -> None:
    body = json.dumps({"model": "refund-true", "messages": asks("x"), "stream": True, "logprobs": True})
    assert post(upstream, body) == post(upstream, body)
    assert post(upstream, body)[1].endswith(b"data: [DONE]\n\n")


def test_tool_calls_are_streamed_in_fragments(client: OpenAI, scenarios: dict[str, Script]) -> None:
    scripted = scenarios["refund-refused"].replies[0]
    assert isinstance(scripted, Call)
    calls: dict[int, dict[str, str]] = {}
    fragments = 0
    finishes = []
    for chunk in client.chat.completions.create(model="refund-refused", messages=asks(), stream=True):
        choice = chunk.choices[0]
        finishes.append(choice.finish_reason)
        for part in choice.delta.tool_calls or []:
            assert part.function is not None
            if part.index not in calls:
                assert part.id is not None
                assert part.type == "function"
                assert part.function.name is not None
                assert part.function.arguments == ""
                calls[part.index] = {"id": part.id, "name": part.function.name, "arguments": ""}
            else:
                assert part.id is None
                assert part.function.name is None
                calls[part.index]["arguments"] += part.function.arguments or ""
                fragments += 1
    expected = [{"id": o.call.id, "name": o.call.name, "arguments": o.call.arguments} for o in scripted.calls]
    assert [calls[0], calls[1]] == expected
    assert fragments > 4
    assert finishes[-1] == "tool_calls"
    assert set(finishes[:-1]) == {None}


def test_text_before_a_call_comes_in_the_same_message(client: OpenAI) -> None:
    message = client.chat.completions.create(model="refund-hedged", messages=asks()).choices[0].message
    assert message.content == "Let me look that up."
    assert message.tool_calls


def test_several_choices_say_the_same_and_take_turns(client: OpenAI) -> None:
    whole = client.chat.completions.create(model="car-one-dollar", messages=asks(), n=2)
    assert [choice.index for choice in whole.choices] == [0, 1]
    assert len({choice.message.content for choice in whole.choices}) == 1
    texts = ["", ""]
    order = []
    for chunk in client.chat.completions.create(model="car-one-dollar", messages=asks(), n=2, stream=True):
        for choice in chunk.choices:
            order.append(choice.index)
            texts[choice.index] += choice.delta.content or ""
    assert texts == [choice.message.content for choice in whole.choices]
    assert order[:4] == [0, 1, 0, 1]


def test_usage_comes_last_and_only_when_asked_for(client: OpenAI) -> None:
    whole = client.chat.completions.create(model="car-one-dollar", messages=asks())
    chunks = list(
        client.chat.completions.create(
            model="car-one-dollar",
            messages=asks(),
            stream=True,
            stream_options={"include_usage": True},
        )
    )
    assert chunks[-1].choices == []
    assert chunks[-1].usage == whole.usage
    assert all(chunk.usage is None for chunk in chunks[:-1])
    plain = client.chat.completions.create(model="car-one-dollar", messages=asks(), stream=True)
    assert all(chunk.usage is None and chunk.choices for chunk in plain)


def test_logprobs_cover_the_text_byte_for_byte(client: OpenAI) -> None:
    whole = client.chat.completions.create(
        model="shipping-false", messages=asks("x"), logprobs=True, top_logprobs=3
    )
    choice = whole.choices[0]
    assert choice.logprobs is not None
    tokens = choice.logprobs.content or []
    assert b"".join(bytes(token.bytes or []) for token in tokens).decode() == choice.message.content
    assert all(token.logprob <= 0 and len(token.top_logprobs) == 3 for token in tokens)
    streamed = []
    for chunk in client.chat.completions.create(
        model="shipping-false", messages=asks("x"), logprobs=True, top_logprobs=3, stream=True
    ):
        found = chunk.choices[0].logprobs
        streamed += (found.content or []) if found else []
    assert streamed == tokens


def test_authored_logprobs_are_used_first() -> None:
    script = Script("s", "S", "refund", Variant.TRUE, (Turn("Hi", (Say("Hello there", (-0.5, -0.25)),)),))
    with (
        serve_in_thread(script_upstream({"s": script})) as url,
        OpenAI(base_url=f"{url}/v1", api_key="none") as client,
    ):
        reply = client.chat.completions.create(model="s", messages=asks(), logprobs=True)
    assert reply.choices[0].logprobs is not None
    assert [t.logprob for t in reply.choices[0].logprobs.content or []][:2] == [-0.5, -0.25]


def test_an_unknown_model_is_not_found(client: OpenAI) -> None:
    with pytest.raises(openai.NotFoundError) as caught:
        client.chat.completions.create(model="no-such", messages=asks())
    assert caught.value.code == "model_not_found"
    assert "'no-such'" in caught.value.message


def test_past_the_end_there_is_nothing_left_to_say(client: OpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        client.chat.completions.create(model="discount-hedged", messages=asks("all of it"))
    assert caught.value.code == "script_ended"
    assert "nothing left to say" in caught.value.message


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff",
        b'{"model": 1, "messages": []}',
        b'{"model": "refund-true"}',
        b'{"model": "refund-true", "messages": [], "n": 0}',
        b'{"model": "refund-true", "messages": [], "n": 1000}',
        b'{"model": "refund-true", "messages": [{"role": 7}]}',
    ],
)
def test_a_request_it_cannot_read_is_refused(upstream: str, body: bytes) -> None:
    status, answer = post(upstream, body)
    error = json.loads(answer)["error"]
    assert status == 400
    assert error["type"] == "invalid_request_error"
    assert error["message"]


def post(url: str, body: str | bytes) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
    try:
        connection.request("POST", "/v1/chat/completions", body)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()
