"""Tool calls arrive in fragments and leave whole: an act is decided on as one thing."""

from typing import Any

import msgspec

from answerable.exchange import ToolCall
from answerable.values import CallId
from answerable.values.errors import UpstreamMalformed


class Fragment(msgspec.Struct):
    index: int | None = None
    id: str | None = None
    type: str | None = None
    function: msgspec.Raw = msgspec.Raw(b"null")


class FunctionFragment(msgspec.Struct):
    name: str | None = None
    arguments: str | None = None


_fragments = msgspec.json.Decoder(list[msgspec.Raw])
_fragment = msgspec.json.Decoder(Fragment)
_function = msgspec.json.Decoder(FunctionFragment | None)
_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])

MOST_CALLS = 128


class _Call:
    __slots__ = ("arguments", "extra", "id", "name")

    def __init__(self) -> None:
        self.id = ""
        self.name = ""
        self.arguments: list[str] = []
        self.extra: dict[str, msgspec.Raw] = {}


class CallAssembler:
    """The tool calls of one choice. Raises UpstreamMalformed on fragments that fit nowhere."""

    def __init__(self) -> None:
        self._calls: dict[int, _Call] = {}

    def add(self, raw: msgspec.Raw) -> None:
        """Take a `tool_calls` array, whole or in fragments."""
        for position, one in enumerate(_fragments.decode(raw)):
            fragment = _fragment.decode(one)
            index = position if fragment.index is None else fragment.index
            if not 0 <= index < MOST_CALLS:
                raise UpstreamMalformed(
                    f"the upstream sent tool call number {index}; at most {MOST_CALLS} are taken"
                )
            if fragment.type not in (None, "", "function"):
                raise UpstreamMalformed(
                    f"the upstream sent a tool call of type '{fragment.type[:40]}'; the gate reads functions only"
                )
            call = self._calls.setdefault(index, _Call())
            call.id = fragment.id or call.id
            function = _function.decode(fragment.function)
            if function is not None:
                call.name += function.name or ""
                call.arguments.append(function.arguments or "")
            for key, value in _fields.decode(one).items():
                if key not in ("index", "id", "type", "function"):
                    call.extra[key] = value

    def add_legacy(self, raw: msgspec.Raw) -> None:
        """Take a `function_call` object of the older protocol."""
        function = _function.decode(raw)
        if function is not None:
            call = self._calls.setdefault(-1, _Call())
            call.name += function.name or ""
            call.arguments.append(function.arguments or "")

    def take(self) -> list[tuple[int, ToolCall]]:
        """The calls, whole. A legacy call has index -1."""
        return [
            (index, ToolCall(CallId(call.id), call.name, "".join(call.arguments)))
            for index, call in sorted(self._calls.items())
        ]

    def extra(self) -> list[dict[str, msgspec.Raw]]:
        """What the upstream said of its calls beyond the protocol; it leaves with them."""
        return [call.extra for _, call in sorted(self._calls.items()) if call.extra]

    def fragments(self) -> list[dict[str, Any]]:
        """The calls as far as they came."""
        return [self.wire(index, streamed=True) for index in sorted(self._calls)]

    def wire(self, index: int, *, streamed: bool) -> dict[str, Any]:
        """A call in the protocol's shape, with whatever else the upstream said of it."""
        call = self._calls[index]
        function = {"name": call.name, "arguments": "".join(call.arguments)}
        if index < 0:
            return function
        place = {"index": index} if streamed else {}
        return {**place, "id": call.id, "type": "function", **call.extra, "function": function}
