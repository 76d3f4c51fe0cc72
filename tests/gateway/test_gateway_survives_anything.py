"""Whatever bytes arrive from either side: an answer in the protocol's shape, and a process unharmed."""

import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from gateway_stack import Answer, Programmed, Stack, chunk, either, gateway, script, stream_of, whole
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.responses import Response

from answerable.testing import completions
from answerable.testing.broken_transfer import shards
from answerable.testing.event_stream import DONE, event

MANY = settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))

TEXT = (
    "Order L-100 has shipped. I've refunded $45.00 to your card.\n- You will get 20% off 🌱.\nAnything else?"
)


@pytest.fixture(scope="module")
def upstream() -> Programmed:
    return Programmed(either("Hello."))


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, upstream: Programmed) -> Iterator[Stack]:
    with gateway(upstream.app, tmp_path_factory.mktemp("fuzz") / "ledger.db") as running:
        yield running


# -- from the client's side -----------------------------------------------------------------

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(10**25), 10**25)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12)
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
VALID: dict[str, Any] = {
    "model": "m",
    "messages": [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": "Where is it?"}]},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {"id": "a", "type": "function", "function": {"name": "get_order", "arguments": "{}"}}
            ],
        },
        {"role": "tool", "tool_call_id": "a", "content": "{}"},
    ],
    "stream": False,
    "n": 1,
    "tools": [{"type": "function", "function": {"name": "get_order", "parameters": {}}}],
    "metadata": {"customer": "c", "assurance": "aal1", "conversation": "v", "request": "r", "x": "y"},
    "modalities": ["text"],
    "stream_options": {"include_usage": True},
    "response_format": {"type": "text"},
    "answerable": {"context": [{"source": "s", "text": "Orders ship in two days."}]},
}
CHECK: dict[str, Any] = {
    "reply": TEXT,
    "messages": VALID["messages"],
    "context": VALID["answerable"]["context"],
    "tools": VALID["tools"],
    "metadata": VALID["metadata"],
}


cuts = st.tuples(
    st.floats(0, 1),
    st.integers(0, 60),
    st.booleans(),
    st.binary(max_size=6)
    | st.sampled_from([b"\n", b"\n\n", b"\r", b'"', b"{}", b"data: ", b"[DONE]", b"\\ud83d", b"\0"]),
)
"""Where to cut (as a part of the whole), how much, whether to say it twice instead, and what to put in."""
damage = st.lists(cuts, min_size=1, max_size=3)


def damaged(body: bytes, cuts_made: list[tuple[float, int, bool, bytes]]) -> bytes:
    for part, length, twice, put in cuts_made:
        at = int(part * len(body))
        until = at + length
        body = body[:at] + put + (body[at:until] * 2 if twice else b"") + body[until:]
    return body


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of everything inside a value."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inside:
        yield (*path, key)
        yield from places(one, (*path, key))


def replaced(value: Any, at: int, new: Any) -> Any:
    """A copy with another value in one of its places."""
    known = list(places(value))
    path = known[at % len(known)]
    copy = json.loads(json.dumps(value))
    inner = copy
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = new
    return copy


def assert_shaped(answer: Answer) -> None:
    """A reply, or an error in the protocol's shape that is the caller's own fault."""
    assert answer.status in (200, 400, 413), answer
    if answer.status != 200:
        assert answer.error["type"] == "invalid_request_error"


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/check"])
@MANY
@given(body=st.binary(max_size=200) | values.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_and_any_json_get_an_answer_in_shape(stack: Stack, path: str, body: bytes) -> None:
    assert_shaped(stack.post(path, body))


@pytest.mark.parametrize(("path", "valid"), [("/v1/chat/completions", VALID), ("/v1/check", CHECK)])
@MANY
@given(at=st.integers(0, 1000), new=values)
def test_a_valid_request_with_any_value_in_any_place_gets_an_answer_in_shape(
    stack: Stack, path: str, valid: Any, at: int, new: Any
) -> None:
    body = json.dumps(replaced(valid, at, new))
    assert_shaped(stack.post(path, body.encode()))


@MANY
@given(made=damage)
def test_a_valid_request_with_bytes_cut_or_put_in_gets_an_answer_in_shape(stack: Stack, made: Any) -> None:
    assert_shaped(stack.post("/v1/chat/completions", damaged(json.dumps(VALID).encode(), made)))


# -- from the upstream's side -----------------------------------------------------------------


def assert_sound(stack: Stack, answer: Answer) -> None:
    """Shaped, ended, and nothing in it that the ledger lacks."""
    assert answer.status in (200, 502), answer
    ending = stack.ending(answer.trace)
    if answer.status == 502:
        assert answer.error["code"] == ending
        return
    stack.assert_on_record(answer)
    streamed = answer.headers["content-type"].startswith("text/event-stream")
    assert (ending == "complete") == (not streamed or answer.events[-1] == b"[DONE]")


PLAIN = b"".join(event(one) for one in script(TEXT, 9)) + DONE
RICH = (
    b"".join(
        event(one)
        for one in [
            chunk({"role": "assistant", "content": "", "refusal": None}, x_vendor={"a": 1}),
            chunk({"content": "Order L-100 has "}, usage=None),
            chunk({"content": "shipped. ", "reasoning": "hm", "x_more": True}),
            chunk({"refusal": "I can't do that. "}),
            chunk({"tool_calls": [{"index": 0, **completions.function_call("a", "get_order", "{")}]}),
            chunk({"tool_calls": [{"index": 0, "function": {"arguments": "}"}}]}),
            chunk({"content": "You are owed $500."}, finish="tool_calls"),
            {"id": "x", "object": "chat.completion.chunk", "choices": [], "usage": completions.tokens(1, 2)},
        ]
    )
    + DONE
)


@pytest.mark.parametrize("tape", [PLAIN, RICH], ids=["plain", "rich"])
@MANY
@given(made=damage, size=st.sampled_from([7, 64, 100_000]))
def test_no_stream_however_broken_shows_what_is_not_on_record(
    stack: Stack, upstream: Programmed, tape: bytes, made: Any, size: int
) -> None:
    tape = damaged(tape, made)
    upstream.answer = lambda _: stream_of(*shards(tape, size))
    assert_sound(stack, stack.ask())


@MANY
@given(made=damage)
def test_no_whole_reply_however_broken_shows_what_is_not_on_record(
    stack: Stack, upstream: Programmed, made: Any
) -> None:
    message = {
        "content": TEXT,
        "reasoning": "hm",
        "tool_calls": [completions.function_call("a", "get_order", "{}")],
    }
    body = damaged(bytes(whole(message).body), made)
    upstream.answer = lambda _: Response(body, media_type="application/json")
    assert_sound(stack, stack.ask(stream=False))


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
@MANY
@given(at=st.integers(0, 1000), new=values)
def test_any_value_in_any_place_of_a_reply_shows_nothing_that_is_not_on_record(
    stack: Stack, upstream: Programmed, at: int, new: Any, *, stream: bool
) -> None:
    objects: list[Any] = (
        [msgspec.json.decode(one[6:]) for one in RICH.split(b"\n\n")[:-2]]
        if stream
        else [msgspec.json.decode(whole({"content": TEXT, "x_more": 1}).body)]
    )
    objects = replaced(objects, at, new)
    encoded = [json.dumps(one).encode() for one in objects]
    upstream.answer = lambda _: (
        stream_of(*(b"data: " + one + b"\n\n" for one in encoded), DONE)
        if stream
        else Response(encoded[0], media_type="application/json")
    )
    assert_sound(stack, stack.ask(stream=stream))
