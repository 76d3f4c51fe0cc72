"""A request that can't be taken is refused in OpenAI's shape, names its field, and harms nobody."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from gateway_stack import HELLO, Programmed, Stack, either, gateway

CHAT = "/v1/chat/completions"
USER = b'{"model":"m","messages":[{"role":"user","content":"Hi."}]'


@pytest.fixture(scope="module")
def upstream() -> Programmed:
    return Programmed(either("Hello."))


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, upstream: Programmed) -> Iterator[Stack]:
    with gateway(upstream.app, tmp_path_factory.mktemp("bad") / "ledger.db") as running:
        yield running


def chat(**fields: Any) -> bytes:
    return msgspec.json.encode({"model": "m", "messages": HELLO, **fields})


def saying(message: Any) -> bytes:
    return chat(messages=[*HELLO, message])


ASSISTANT: dict[str, Any] = {"role": "assistant", "content": None}

NAMED: dict[str, tuple[bytes, str]] = {
    "no model": (b'{"messages":[{"role":"user","content":"Hi."}]}', "model"),
    "model of a wrong type": (chat(model=7), "model"),
    "empty model": (chat(model=""), "model"),
    "model without end": (chat(model="m" * 600), "model"),
    "no messages": (b'{"model":"m"}', "messages"),
    "empty messages": (chat(messages=[]), "messages"),
    "messages of a wrong type": (chat(messages="Hi."), "messages"),
    "null messages": (chat(messages=None), "messages"),
    "a message that is a text": (saying("Hi."), "messages[1]"),
    "a message without a role": (saying({"content": "x"}), "messages[1].role"),
    "an unknown role": (saying({"role": "root", "content": "x"}), "messages[1].role"),
    "a role of a wrong type": (saying({"role": 1}), "messages[1].role"),
    "content of a wrong type": (saying({"role": "user", "content": 5}), "messages[1].content"),
    "a part without a type": (saying({"role": "user", "content": [{}]}), "messages[1].content[0].type"),
    "a part's text of a wrong type": (
        saying({"role": "user", "content": [{"type": "text", "text": []}]}),
        "messages[1].content[0].text",
    ),
    "NUL in a message": (saying({"role": "user", "content": "a\0b"}), "messages[1].content"),
    "NUL in a part": (
        saying({"role": "user", "content": [{"type": "text", "text": "\0"}]}),
        "messages[1].content",
    ),
    "half a surrogate pair in a message": (
        b'{"model":"m","messages":[{"role":"user","content":"a\\ud800b"}]}',
        "messages[0].content",
    ),
    "half a surrogate pair in a part": (
        b'{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"\\udc00"}]}]}',
        "messages[0].content[0].text",
    ),
    "tool calls that are no list": (saying({**ASSISTANT, "tool_calls": {}}), "messages[1].tool_calls"),
    "a tool call without an id": (
        saying({**ASSISTANT, "tool_calls": [{"type": "function"}]}),
        "messages[1].tool_calls[0].id",
    ),
    "a tool call's arguments that are no text": (
        saying({**ASSISTANT, "tool_calls": [{"id": "a", "function": {"name": "f", "arguments": {}}}]}),
        "messages[1].tool_calls[0].function.arguments",
    ),
    "NUL in a tool call's arguments": (
        saying({**ASSISTANT, "tool_calls": [{"id": "a", "function": {"name": "f", "arguments": "\0"}}]}),
        "messages[1].tool_calls[0].function.arguments",
    ),
    "a tool call's function without a name": (
        saying({**ASSISTANT, "tool_calls": [{"id": "a", "function": {}}]}),
        "messages[1].tool_calls[0].function.name",
    ),
    "stream of a wrong type": (chat(stream="yes"), "stream"),
    "n of a wrong type": (chat(n="2"), "n"),
    "n that is a fraction": (chat(n=1.5), "n"),
    "a thousand choices": (chat(n=1000), "n"),
    "no choice": (chat(n=0), "n"),
    "n beyond every number": (USER + b',"n":' + b"9" * 6000 + b"}", "n"),
    "speech": (chat(modalities=["text", "audio"], audio={"voice": "x"}), "modalities"),
    "modalities of a wrong type": (chat(modalities="text"), "modalities"),
    "tools of a wrong type": (chat(tools={}), "tools"),
    "a tool without a type": (chat(tools=[{"function": {"name": "f"}}]), "tools[0].type"),
    "a tool without a name": (chat(tools=[{"type": "function", "function": {}}]), "tools[0].function.name"),
    "stream_options of a wrong type": (chat(stream_options=[]), "stream_options"),
    "metadata that is a text": (chat(metadata="x"), "metadata"),
    "a customer that is a number": (chat(metadata={"customer_id": 5}), "metadata.customer_id"),
    "an empty conversation": (chat(metadata={"conversation": ""}), "metadata.conversation"),
    "a request id without end": (chat(metadata={"request_id": "r" * 513}), "metadata.request_id"),
    "NUL in a name": (chat(metadata={"customer": "a\0"}), "metadata.customer"),
    "an unknown assurance": (chat(metadata={"assurance": "root"}), "metadata.assurance"),
    "a number in metadata beyond every number": (
        USER + b',"metadata":{"x":' + b"9" * 6000 + b"}}",
        "metadata",
    ),
    "our field with a field it does not have": (chat(answerable={"contexts": []}), "answerable"),
    "our field of a wrong type": (chat(answerable=[]), "answerable"),
    "context of a wrong type": (chat(answerable={"context": "x"}), "answerable.context"),
    "context without a source": (
        chat(answerable={"context": [{"text": "x"}]}),
        "answerable.context[0].source",
    ),
    "context's text of a wrong type": (
        chat(answerable={"context": [{"source": "s", "text": 5}]}),
        "answerable.context[0].text",
    ),
    "NUL in context": (
        chat(answerable={"context": [{"source": "s", "text": "\0"}]}),
        "answerable.context[0].text",
    ),
    "messages twice": (USER + b',"messages":[{"role":"user","content":"Other."}]}', "messages"),
    "metadata twice": (USER + b',"metadata":{},"metadata":{"customer":"c"}}', "metadata"),
    "content twice": (
        b'{"model":"m","messages":[{"role":"user","content":"a","content":"b"}]}',
        "content",
    ),
    "a name twice, once escaped": (USER + b',"stream":true,"\\u0073tream":false}', "stream"),
}
NAMELESS: dict[str, bytes] = {
    "nothing": b"",
    "no JSON": b"hello",
    "half of it": USER,
    "a list": b"[]",
    "a text": b'"x"',
    "null": b"null",
    "two bodies": USER + b"}{}",
    "a comma too many": USER + b",}",
    "a byte order mark": b"\xef\xbb\xbf" + USER + b"}",
    "UTF-16": (USER + b"}").decode().encode("utf-16"),
    "invalid UTF-8 in a message": b'{"model":"m","messages":[{"role":"user","content":"\xff"}]}',
    "invalid UTF-8 in an unknown field": USER + b',"x":"\xc3"}',
    "an overlong NUL": USER + b',"x":"\xc0\x80"}',
    "a surrogate in UTF-8": USER + b',"x":"\xed\xa0\x80"}',
    "a control character": USER + b',"x":"a\nb"}',
    "not a number": USER + b',"x":NaN}',
    "nested without end": b"[" * 100_000,
    "objects without end": b'{"a":' * 100_000,
    "nested too deeply in an unknown field": USER + b',"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "nested too deeply in metadata": USER + b',"metadata":{"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}}",
    "nested too deeply in a message": b'{"model":"m","messages":[{"role":"user","content":"x","y":'
    + b"[" * 100_000
    + b"]" * 100_000
    + b"}]}",
    "compressed": bytes.fromhex("1f8b08000000000000ff"),
}


@pytest.fixture(autouse=True)
def unharmed(stack: Stack, upstream: Programmed) -> Iterator[None]:
    """The upstream was not asked, and the next request is answered as ever."""
    asked = len(upstream.asked)
    yield
    assert len(upstream.asked) == asked
    assert stack.ask().status == 200


@pytest.mark.parametrize("case", NAMED)
def test_a_field_that_cannot_be_taken_is_named(stack: Stack, case: str) -> None:
    body, param = NAMED[case]
    answer = stack.post(CHAT, body)
    assert answer.status == 400
    assert answer.error["param"] == param
    assert answer.error["type"] == "invalid_request_error"


@pytest.mark.parametrize("case", NAMELESS)
def test_a_body_that_is_no_request_is_refused(stack: Stack, case: str) -> None:
    for path in (CHAT, "/v1/check"):
        answer = stack.post(path, NAMELESS[case])
        assert answer.status == 400
        assert answer.error["type"] == "invalid_request_error"


CHECKS: dict[str, tuple[Any, str]] = {
    "no reply": ({"messages": HELLO}, "reply"),
    "a reply of a wrong type": ({"reply": ["x"]}, "reply"),
    "NUL in the reply": ({"reply": "\0"}, "reply"),
    "a field it does not have": ({"reply": "x", "text": "y"}, ""),
    "an unknown role": ({"reply": "x", "messages": [{"role": "root"}]}, "messages[0].role"),
    "context without a text": ({"reply": "x", "context": [{"source": "s"}]}, "context[0].text"),
    "an unknown assurance": ({"reply": "x", "metadata": {"assurance": "high"}}, "metadata.assurance"),
    "tools of a wrong type": ({"reply": "x", "tools": "f"}, "tools"),
}


@pytest.mark.parametrize("case", CHECKS)
def test_a_check_that_cannot_be_made_is_refused(stack: Stack, case: str) -> None:
    body, param = CHECKS[case]
    answer = stack.post("/v1/check", body)
    assert answer.status == 400
    assert (answer.error["param"] or "") == param
