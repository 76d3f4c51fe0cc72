"""What can be wrong, or merely rare, about an upstream's answer: each fault by its name.

The transfer   slow-first-byte, slow-mid-stream, cut-mid-stream, ends-mid-stream,
               ends-mid-event, event-cut-in-half (valid)
The protocol   malformed-json, not-sse, error-event, no-content-type, no-done
A refusal      http-401, http-429, http-500-html
The values     too-many-choices, thousand-choices, wrong-types, huge-event
Valid, rare    crlf-and-comments, unknown-fields, role-each-chunk, empty-choices-first,
               reasoning-content, refusal, two-tool-calls-interleaved
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable
from dataclasses import dataclass
from typing import Any

import msgspec
from starlette.responses import HTMLResponse, Response

from answerable.testing import completions
from answerable.testing.broken_transfer import CutResponse, shards
from answerable.testing.completions import Object, Stamp, choice, delta
from answerable.testing.event_stream import DONE, EventStream, event

REPLY = "Order L-100 has shipped. It should arrive around Friday: café table, 1 piece, 12 € 🌱."
"""What every fault was about to say. It holds characters of 1, 2, 3 and 4 bytes."""

HUGE = 16 * 1024 * 1024
RETRY_AFTER = "7"

_HTML = "<!doctype html><html><head><title>Oops</title></head><body><h1>Something broke</h1></body></html>"
_STAMP = Stamp.of("faulty", REPLY)
_ROLE: Object = {"role": "assistant", "content": "", "refusal": None}

Tape = Iterable[bytes | float]
"""What a stream does: send bytes in a write of their own, or be silent for some seconds."""


def _good_whole() -> Response:
    return _whole({"content": REPLY})


@dataclass(frozen=True, slots=True)
class Fault:
    """How a fault answers the two forms of a request, after `silence` seconds."""

    stream: Callable[[], Response]
    whole: Callable[[], Response] = _good_whole
    silence: float = 0


def content_chunk(text: str) -> Object:
    """A chunk that says `text` in choice 0."""
    return _chunk({"content": text})


def faults(stall: float) -> dict[str, Fault]:
    """Every fault by name. `stall` is how long the slow ones are silent, in seconds."""
    return {**_transfer(stall), **_protocol(), **_refusals(), **_values(), **_rare()}


def _transfer(stall: float) -> dict[str, Fault]:
    good, half = _good(), _first_half()
    broken_event = good[len(half)][:40]
    body = msgspec.json.encode(_STAMP.completion([choice(0, {"content": REPLY})]))
    middle = len(body) // 2
    return {
        "slow-first-byte": Fault(lambda: _stream(good), silence=stall),
        "slow-mid-stream": Fault(
            lambda: _stream([*half, stall, *good[len(half) :]]),
            lambda: _stream([body[:middle], stall, body[middle:]], media_type="application/json"),
        ),
        "cut-mid-stream": Fault(
            lambda: CutResponse([*half, broken_event], "text/event-stream"),
            lambda: CutResponse([body[:middle]], "application/json", len(body)),
        ),
        "ends-mid-stream": Fault(lambda: _stream(half)),
        "ends-mid-event": Fault(lambda: _stream([*half, broken_event])),
        "event-cut-in-half": Fault(
            lambda: _stream(_slowly(b"".join(good))),
            lambda: _stream(_slowly(body), media_type="application/json"),
        ),
    }


def _protocol() -> dict[str, Fault]:
    good, half = _good(), _first_half()
    body = msgspec.json.encode(_STAMP.completion([choice(0, {"content": REPLY})]))
    overloaded = completions.error_object("the model is overloaded", kind="server_error", code="overloaded")
    return {
        "malformed-json": Fault(
            lambda: _stream(
                [*half, b'data: {"id": "chatcmpl-1", "choices": [{"index"\n\n', *good[len(half) :]]
            ),
            lambda: Response(body[:-20], media_type="application/json"),
        ),
        "not-sse": Fault(lambda: HTMLResponse(_HTML), lambda: HTMLResponse(_HTML)),
        "error-event": Fault(
            lambda: _stream([*half, event(overloaded)]),
            lambda: completions.answer(overloaded, status=503),
        ),
        "no-content-type": Fault(
            lambda: _stream(good, media_type=None),
            lambda: Response(body),
        ),
        "no-done": Fault(lambda: _stream(good[:-1])),
    }


def _refusals() -> dict[str, Fault]:
    limited = completions.error_object("rate limit reached", kind="requests", code="rate_limit_exceeded")
    unknown_key = completions.error_object(
        "the key is not known", kind="invalid_request_error", code="invalid_api_key"
    )

    def both(make: Callable[[], Response]) -> Fault:
        return Fault(make, make)

    return {
        "http-401": both(lambda: completions.answer(unknown_key, status=401)),
        "http-429": both(
            lambda: completions.answer(limited, status=429, headers={"retry-after": RETRY_AFTER})
        ),
        "http-500-html": both(lambda: HTMLResponse(_HTML, 500)),
    }


def _values() -> dict[str, Fault]:
    role, end = _chunk(_ROLE), _chunk({}, finish="stop")
    many = range(1000)
    return {
        "too-many-choices": Fault(
            lambda: _said(_STAMP.chunk([delta(999, {**_ROLE, "content": REPLY})]), end),
            lambda: completions.answer(_STAMP.completion([choice(999, {"content": REPLY})])),
        ),
        "thousand-choices": Fault(
            lambda: _said(
                _STAMP.chunk([delta(i, {**_ROLE, "content": REPLY}) for i in many]),
                _STAMP.chunk([delta(i, {}, finish="stop") for i in many]),
            ),
            lambda: completions.answer(_STAMP.completion([choice(i, {"content": REPLY}) for i in many])),
        ),
        "wrong-types": Fault(
            lambda: _said(role, _chunk({"content": 42}), end),
            lambda: _whole({"content": 42}),
        ),
        "huge-event": Fault(
            lambda: _said(role, content_chunk("x" * HUGE), end),
            lambda: _whole({"content": "x" * HUGE}),
        ),
    }


def _rare() -> dict[str, Fault]:
    role, end = _chunk(_ROLE), _chunk({}, finish="stop")
    content = [content_chunk(piece) for piece in _pieces()]
    more = {"x_vendor": {"region": "north", "latency_ms": 12.5}}
    filtered = {
        "prompt_filter_results": [
            {"prompt_index": 0, "content_filter_results": {"violence": {"filtered": False}}}
        ]
    }
    thought = "The customer asks where the order is."
    no = "I can't help with that."
    calls = [
        completions.function_call("call_a", "get_order", '{"order_id":"L-100"}'),
        completions.function_call("call_b", "track_parcel", '{"order_id":"L-100"}'),
    ]
    return {
        "crlf-and-comments": Fault(lambda: _stream(_as_the_standard_allows([role, *content, end]))),
        "unknown-fields": Fault(
            lambda: _said(*(_with_more(one, more) for one in [role, *content, end])),
            lambda: completions.answer(
                {**_STAMP.completion([{**choice(0, {"content": REPLY, **more}), **more}]), **more}
            ),
        ),
        "role-each-chunk": Fault(
            lambda: _said(role, *(_chunk({"role": "assistant", "content": p}) for p in _pieces()), end)
        ),
        "empty-choices-first": Fault(
            lambda: _said({**_STAMP.chunk([], **filtered), "id": "", "model": ""}, role, *content, end),
            lambda: completions.answer({**_STAMP.completion([choice(0, {"content": REPLY})]), **filtered}),
        ),
        "reasoning-content": Fault(
            lambda: _said(
                role, *(_chunk({"reasoning_content": f"{w} "}) for w in thought.split()), *content, end
            ),
            lambda: _whole({"content": REPLY, "reasoning_content": thought}),
        ),
        "refusal": Fault(
            lambda: _said(
                _chunk({**_ROLE, "content": None}), *(_chunk({"refusal": f"{w} "}) for w in no.split()), end
            ),
            lambda: _whole({"refusal": no}),
        ),
        "two-tool-calls-interleaved": Fault(
            lambda: _said(*_interleaved(calls)), lambda: _whole({"tool_calls": calls}, finish="tool_calls")
        ),
    }


def _pieces() -> list[str]:
    return [REPLY[at : at + 6] for at in range(0, len(REPLY), 6)]


def _chunk(part: Object, finish: str | None = None) -> Object:
    return _STAMP.chunk([delta(0, part, finish=finish)])


def _good() -> list[bytes]:
    chunks = [_chunk(_ROLE), *(content_chunk(piece) for piece in _pieces()), _chunk({}, finish="stop")]
    return [*(event(chunk) for chunk in chunks), DONE]


def _first_half() -> list[bytes]:
    return _good()[: len(_pieces()) // 2]


def _stream(tape: Tape, media_type: str | None = "text/event-stream") -> Response:
    async def play() -> AsyncGenerator[bytes, None]:
        for part in tape:
            if isinstance(part, bytes):
                yield part
            else:
                await asyncio.sleep(part)

    return EventStream(play(), media_type=media_type)


def _said(*chunks: Object) -> Response:
    return _stream([*(event(chunk) for chunk in chunks), DONE])


def _whole(message: Object, finish: str = "stop") -> Response:
    return completions.answer(_STAMP.completion([choice(0, message, finish=finish)]))


def _slowly(data: bytes) -> list[bytes | float]:
    """Small writes with a moment between them, so that each arrives by itself."""
    return [part for shard in shards(data, 53) for part in (shard, 0.001)]


def _as_the_standard_allows(chunks: list[Object]) -> list[bytes]:
    """A byte order mark, CRLF, comments, other fields, data over two lines, no space after a colon."""
    tape = [b"\xef\xbb\xbf: welcome\r\n\r\n", b"retry: 3000\r\nid: 1\r\n\r\n"]
    for number, chunk in enumerate(chunks):
        first, rest = msgspec.json.encode(chunk).split(b",", 1)
        tape.append(b": event %d\r\nevent: message\r\ndata:%b,\r\ndata: %b\r\n\r\n" % (number, first, rest))
        tape.append(b":\r\n\r\n")
    return [*tape, b"data:[DONE]\r\n\r\n"]


def _with_more(chunk: Object, more: Object) -> Object:
    choices = [{**one, **more, "delta": {**one["delta"], **more}} for one in chunk["choices"]]
    return {**chunk, **more, "choices": choices}


def _interleaved(calls: list[Object]) -> list[Object]:
    def part(index: int, call: Any) -> Object:
        return _chunk({"tool_calls": [{"index": index, **call}]})

    opened = [
        part(i, {**call, "function": {**call["function"], "arguments": ""}}) for i, call in enumerate(calls)
    ]
    texts = [call["function"]["arguments"] for call in calls]
    turns = [
        part(i, {"function": {"arguments": text[at : at + 3]}})
        for at in range(0, max(map(len, texts)), 3)
        for i, text in enumerate(texts)
    ]
    return [_chunk({**_ROLE, "content": None}), *opened, *turns, _chunk({}, finish="tool_calls")]
