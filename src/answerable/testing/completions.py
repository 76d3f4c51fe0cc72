"""The shapes of the OpenAI chat completions API, as its servers write them.

Source: the API reference of POST /v1/chat/completions, "The chat completion
object" and "The chat completion chunk object". Simulated upstreams build their
answers from these, so a client sees one dialect whichever of them it talks to.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from starlette.responses import Response

CREATED = 1_760_000_000
"""The instant that every simulated completion bears: the same request, the same bytes."""

Object = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Stamp:
    """What every chunk of one completion repeats."""

    id: str
    model: str
    fingerprint: str = "fp_simulated"

    @classmethod
    def of(cls, model: str, *parts: object) -> "Stamp":
        """A stamp whose id follows from what it is for."""
        seed = "\x1f".join([model, *(str(part) for part in parts)])
        return cls(f"chatcmpl-{hashlib.sha256(seed.encode()).hexdigest()[:29]}", model)

    def head(self, kind: str) -> Object:
        return {
            "id": self.id,
            "object": kind,
            "created": CREATED,
            "model": self.model,
            "service_tier": "default",
            "system_fingerprint": self.fingerprint,
        }

    def chunk(self, choices: list[Object], **extra: Any) -> Object:
        """One streamed object; `extra` holds fields such as `usage`."""
        return {**self.head("chat.completion.chunk"), "choices": choices, **extra}

    def completion(self, choices: list[Object], usage: Object | None = None) -> Object:
        """The whole answer of a request that does not stream."""
        return {**self.head("chat.completion"), "choices": choices, "usage": usage or tokens(0, 0)}


def delta(index: int, part: Object, *, finish: str | None = None, logprobs: Object | None = None) -> Object:
    """A streamed choice: `part` is what is new since the chunk before."""
    return {"index": index, "delta": part, "logprobs": logprobs, "finish_reason": finish}


def choice(index: int, message: Object, *, finish: str = "stop", logprobs: Object | None = None) -> Object:
    """A whole choice. `message` needs only what differs from an empty assistant message."""
    whole = {"role": "assistant", "content": None, "refusal": None, "annotations": [], **message}
    return {"index": index, "message": whole, "logprobs": logprobs, "finish_reason": finish}


def function_call(call_id: str, name: str, arguments: str) -> Object:
    """A tool call of a whole message; `arguments` is JSON text."""
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}


def tokens(prompt: int, completion: int) -> Object:
    """A `usage` object."""
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


def model_list(names: Sequence[str]) -> Object:
    """The answer of GET /v1/models."""
    models = [
        {"id": name, "object": "model", "created": CREATED, "owned_by": "answerable-testing"}
        for name in names
    ]
    return {"object": "list", "data": models}


def answer(value: Object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """An HTTP response that holds one JSON object."""
    return Response(msgspec.json.encode(value), status, headers, media_type="application/json")


def error_object(message: str, *, kind: str, code: str | None = None, param: str | None = None) -> Object:
    """An error as the API words it."""
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def refusal(status: int, message: str, *, code: str | None = None, param: str | None = None) -> Response:
    """A request refused, in the API's own error shape."""
    kind = "invalid_request_error" if status < 500 else "server_error"  # noqa: PLR2004
    return answer(error_object(message, kind=kind, code=code, param=param), status=status)
