"""An OpenAI-compatible upstream that plays scripts: the model's name is the script's id.

It keeps nothing between requests. The number of assistant messages in a
request says which of the script's assistant messages comes next, so a host
plays a script by sending what the customer says, and the results the script
has for its tool calls, as it would with a real model.
"""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Iterator, Mapping
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from answerable.testing import completions
from answerable.testing.completions import Object, Stamp, delta
from answerable.testing.event_stream import DONE, EventStream, event
from answerable.testing.script import Call, Script, Step

_LARGEST_N = 128


class _StreamOptions(msgspec.Struct):
    include_usage: bool = False


class _Message(msgspec.Struct):
    role: str
    content: Any = None


class _Asked(msgspec.Struct):
    """What we read of a request; the rest is the client's own affair."""

    model: str
    messages: list[_Message]
    stream: bool | None = None
    n: int | None = None
    stream_options: _StreamOptions | None = None
    logprobs: bool | None = None
    top_logprobs: int | None = None


_ASKED = msgspec.json.Decoder(_Asked)


def script_upstream(scripts: Mapping[str, Script], *, delay: float = 0, chunk: int = 4) -> Starlette:
    """An app with GET /v1/models and POST /v1/chat/completions over `scripts`, keyed by id.

    `delay` is the pause before each streamed event, in seconds; `chunk` the
    characters that count as one token, and so travel in one event.
    """

    async def models(_: Request) -> Response:
        return completions.answer(completions.model_list(list(scripts)))

    async def complete(request: Request) -> Response:
        try:
            asked = _ASKED.decode(await request.body())
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            return completions.refusal(400, f"the body could not be read: {error}")
        script = scripts.get(asked.model)
        if script is None:
            message = f"the model '{asked.model}' does not exist: see /v1/models"
            return completions.refusal(404, message, code="model_not_found", param="model")
        if asked.n is not None and not 1 <= asked.n <= _LARGEST_N:
            return completions.refusal(400, f"n is {asked.n}, not within 1 to {_LARGEST_N}", param="n")
        spoken = sum(message.role == "assistant" for message in asked.messages)
        if spoken >= len(script.replies):
            message = (
                f"the script '{script.id}' has {len(script.replies)} assistant messages "
                f"and the request already holds {spoken}: there is nothing left to say"
            )
            return completions.refusal(400, message, code="script_ended", param="messages")
        performance = _Performance(script, spoken, asked, chunk)
        if asked.stream:
            return EventStream(_paced(performance.chunks(), delay))
        await asyncio.sleep(delay)
        return completions.answer(performance.whole())

    return Starlette(
        routes=[
            Route("/v1/models", models),
            Route("/v1/chat/completions", complete, methods=["POST"]),
        ]
    )


async def _paced(chunks: Iterator[Object], delay: float) -> AsyncGenerator[bytes, None]:
    for one in chunks:
        await asyncio.sleep(delay)  # 0 still lets the loop notice a client that left
        yield event(one)
    yield DONE


class _Performance:
    """One assistant message of a script, as one request asked for it."""

    def __init__(self, script: Script, position: int, asked: _Asked, chunk: int) -> None:
        self._step: Step = script.replies[position]
        self._stamp = Stamp.of(script.id, position)
        self._asked = asked
        self._choices = range(asked.n or 1)
        self._chunk = chunk
        self._finish = "tool_calls" if isinstance(self._step, Call) else "stop"

    def chunks(self) -> Iterator[Object]:
        """The streamed objects in order; choices take turns, as they do in the real API."""
        options = self._asked.stream_options
        counted = options is not None and options.include_usage
        extra: Object = {"usage": None} if counted else {}
        for part, logprobs in self._parts():
            for index in self._choices:
                yield self._stamp.chunk([delta(index, part, logprobs=logprobs)], **extra)
        for index in self._choices:
            yield self._stamp.chunk([delta(index, {}, finish=self._finish)], **extra)
        if counted:
            yield self._stamp.chunk([], usage=self._usage())

    def whole(self) -> Object:
        """The answer in one object."""
        message: Object = {"content": self._step.text or None}
        if isinstance(self._step, Call):
            message["tool_calls"] = [
                completions.function_call(made.call.id, made.call.name, made.call.arguments)
                for made in self._step.calls
            ]
        logprobs = self._logprobs(list(enumerate(self._pieces())))
        return self._stamp.completion(
            [completions.choice(i, message, finish=self._finish, logprobs=logprobs) for i in self._choices],
            self._usage(),
        )

    def _parts(self) -> Iterator[tuple[Object, Object | None]]:
        opening = "" if self._step.text or not isinstance(self._step, Call) else None
        yield {"role": "assistant", "content": opening, "refusal": None}, None
        for position, piece in enumerate(self._pieces()):
            yield {"content": piece}, self._logprobs([(position, piece)])
        if isinstance(self._step, Call):
            for index, made in enumerate(self._step.calls):
                call = completions.function_call(made.call.id, made.call.name, "")
                yield {"tool_calls": [{"index": index, **call}]}, None
                for fragment in _cut(made.call.arguments, self._chunk):
                    yield {"tool_calls": [{"index": index, "function": {"arguments": fragment}}]}, None

    def _pieces(self) -> list[str]:
        return _cut(self._step.text, self._chunk)

    def _logprobs(self, placed: list[tuple[int, str]]) -> Object | None:
        if not self._asked.logprobs:
            return None
        authored = () if isinstance(self._step, Call) else self._step.logprobs
        content = []
        for position, token in placed:
            known = position < len(authored)
            own = _token(token, authored[position] if known else _made_up(token, position))
            others = [
                _token(f"{token}{rank}", own["logprob"] - rank)
                for rank in range(1, self._asked.top_logprobs or 0)
            ]
            top = [dict(own), *others] if self._asked.top_logprobs else []
            content.append({**own, "top_logprobs": top})
        return {"content": content, "refusal": None}

    def _usage(self) -> Object:
        read = sum(len(_cut(str(message.content or ""), self._chunk)) for message in self._asked.messages)
        said = self._step.text
        if isinstance(self._step, Call):
            said += "".join(made.call.name + made.call.arguments for made in self._step.calls)
        return completions.tokens(read, len(_cut(said, self._chunk)) * len(self._choices))


def _cut(text: str, size: int) -> list[str]:
    return [text[start : start + size] for start in range(0, len(text), size)]


def _token(text: str, logprob: float) -> Object:
    return {"token": text, "logprob": logprob, "bytes": list(text.encode())}


def _made_up(token: str, position: int) -> float:
    """A log probability between -2 and 0 that is the same every time."""
    seed = hashlib.sha256(f"{position}:{token}".encode()).digest()
    return -int.from_bytes(seed[:2], "big") / 0x8000
