"""A chat completion request on the wire becomes an exchange, and the bytes that go upstream."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NamedTuple

import msgspec

from answerable.exchange import ContextItem, Message, Role, ToolCall, ToolSpec
from answerable.values import (
    AssuranceLevel,
    CallId,
    ConversationId,
    CustomerId,
    Digest,
    RequestId,
)
from answerable.values.errors import InvalidRequest
from answerable.wire.json_bodies import checked, decode, decode_body, label, names_once
from answerable.wire.limits import Limits

_SPELLINGS = {
    "request": ("request_id", "request"),
    "conversation": ("conversation_id", "conversation"),
    "customer": ("customer_id", "customer"),
    "assurance": ("assurance", "assurance_level"),
    "assertion": ("customer_assertion",),
    "version": ("version",),
}
"""What `metadata` may say to the gate, in the spellings that hosts use for it."""
_OURS = frozenset(spelling for spellings in _SPELLINGS.values() for spelling in spellings)
_LONGEST_NAME = 512
_LONGEST_ASSERTION = 16 * 1024
_Named = Annotated[str, msgspec.Meta(min_length=1, max_length=_LONGEST_NAME)]


class PartIn(msgspec.Struct):
    """A part of a message's content. Pictures and sound have no words the gate can read."""

    type: str
    text: str | None = None
    refusal: str | None = None


class FunctionIn(msgspec.Struct):
    name: str
    arguments: str = ""


class ToolCallIn(msgspec.Struct):
    id: str
    function: FunctionIn | None = None


class MessageIn(msgspec.Struct):
    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[PartIn] | None = None
    tool_calls: list[ToolCallIn] | None = None
    tool_call_id: str | None = None
    name: str | None = None


class ToolFunctionIn(msgspec.Struct):
    name: str
    description: str | None = None


class ToolIn(msgspec.Struct):
    type: str
    function: ToolFunctionIn | None = None


class StreamOptionsIn(msgspec.Struct):
    include_usage: bool | None = None


class ResponseFormatIn(msgspec.Struct):
    type: str


class ContextIn(msgspec.Struct):
    source: _Named
    text: str


class ExtensionIn(msgspec.Struct, forbid_unknown_fields=True):
    """Our own field in the request: `"answerable": {"context": [{"source", "text"}]}`."""

    context: list[ContextIn] = []


class RequestIn(msgspec.Struct):
    """The fields the gate reads. Everything else goes on to the upstream untouched."""

    model: _Named
    messages: Annotated[list[msgspec.Raw], msgspec.Meta(min_length=1)]
    stream: bool | None = None
    n: Annotated[int, msgspec.Meta(ge=1)] | None = None
    tools: list[ToolIn] | None = None
    functions: list[ToolFunctionIn] | None = None
    metadata: dict[str, Any] | None = None
    modalities: list[str] | None = None
    stream_options: StreamOptionsIn | None = None
    response_format: ResponseFormatIn | None = None
    answerable: ExtensionIn | msgspec.UnsetType | None = msgspec.UNSET


_request = msgspec.json.Decoder(RequestIn)
_message = msgspec.json.Decoder(MessageIn)
_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])


_HEARD = frozenset({"messages"})
"""Checked message by message where they are read, so those of earlier turns are not checked again."""


class Names(NamedTuple):
    """Who asks and in which conversation, as the caller's workload says it."""

    request: RequestId | None
    conversation: ConversationId | None
    customer: CustomerId | None
    assurance: AssuranceLevel
    assertion: str | None = None
    """A login service's signed word on who the customer is, not yet checked."""
    version: str | None = None
    """Of the bot."""


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """A request that has been taken apart.

    `raw_messages` are the messages' own bytes: they are read only where they
    are new (`read_messages`), so a long conversation costs no more each turn.
    `forward` is the body that goes upstream: the caller's, less what was said
    to the gate alone.
    """

    model: str
    streamed: bool
    choices: int
    names: Names
    context: tuple[ContextItem, ...]
    tools: tuple[ToolSpec, ...]
    raw_messages: tuple[msgspec.Raw, ...]
    forward: bytes
    structured: bool


def parse_request(body: bytes, limits: Limits) -> ChatRequest:
    """Take a request apart. Raises InvalidRequest, naming the field at fault."""
    request: RequestIn = decode_body(_request, body, apart=_HEARD)
    if request.n is not None and request.n > limits.choices:
        raise InvalidRequest(f"'n' is {request.n}; this gate allows at most {limits.choices}", "n")
    if len(request.messages) > limits.messages:
        raise InvalidRequest(
            f"'messages' has {len(request.messages)} items; this gate allows at most {limits.messages}",
            "messages",
        )
    if request.modalities and request.modalities != ["text"]:
        raise InvalidRequest(
            "'modalities' may only be [\"text\"]: the gate can't read speech before a customer hears it",
            "modalities",
        )
    return ChatRequest(
        model=request.model,
        streamed=bool(request.stream),
        choices=request.n or 1,
        names=names_in(request.metadata or {}),
        context=tuple(
            ContextItem(item.source, checked(item.text, f"answerable.context[{index}].text"))
            for index, item in enumerate(request.answerable.context if request.answerable else ())
        ),
        tools=tools_in(request.tools or (), request.functions or ()),
        raw_messages=tuple(request.messages),
        forward=_forward(body, request),
        structured=request.response_format is not None and request.response_format.type != "text",
    )


def read_messages(raw: Sequence[msgspec.Raw], first: int = 0) -> tuple[Message, ...]:
    """Read messages from their bytes. `first` is the number of the first one, for error messages."""
    return tuple(_read(position, one) for position, one in enumerate(raw, start=first))


class MessagesDigest:
    """Names a run of messages by their bytes, as the caller wrote them. Goes on where it stopped.

    Messages are parted by a byte that JSON can hold nowhere unescaped, so no two
    different runs have the same bytes (RFC 8259 section 7).
    """

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def add(self, raw: Sequence[msgspec.Raw]) -> Digest:
        """Take further messages; the digest of all so far."""
        self._hash.update(b"".join([part for one in raw for part in (one, b"\x1e")]))
        return Digest("sha256:" + self._hash.hexdigest())


def _read(position: int, raw: msgspec.Raw) -> Message:
    field = f"messages[{position}]"
    message: MessageIn = decode(_message, raw, prefix=field)
    names_once(raw)
    text = message.content or ""
    if not isinstance(text, str):
        text = "\n".join(part.text or part.refusal or "" for part in text)
    calls = tuple(
        ToolCall(
            CallId(checked(call.id, f"{place}.id")),
            checked(call.function.name, f"{place}.function.name"),
            checked(call.function.arguments, f"{place}.function.arguments"),
        )
        for at, call in enumerate(message.tool_calls or ())
        for place in (f"{field}.tool_calls[{at}]",)
        if call.function is not None
    )
    role = Role.TOOL if message.role == "function" else Role(message.role)
    answers = message.tool_call_id or message.name if role is Role.TOOL else None
    return Message(role, checked(text, f"{field}.content"), calls, CallId(answers) if answers else None)


def names_in(metadata: dict[str, Any]) -> Names:
    """Who asks and where, from `metadata`. Raises InvalidRequest on values that can't be names."""
    request, conversation, customer, assurance, assertion = (
        _named(metadata, *_SPELLINGS[name], most=_LONGEST_ASSERTION if name == "assertion" else _LONGEST_NAME)
        for name in _SPELLINGS
        if name != "version"
    )
    return Names(
        RequestId(request) if request else None,
        ConversationId(conversation) if conversation else None,
        CustomerId(customer) if customer else None,
        _assurance(assurance),
        assertion,
        label(metadata.get("version")),  # a note: what hosts already send under that name stops no reply
    )


def _named(metadata: dict[str, Any], *spellings: str, most: int = _LONGEST_NAME) -> str | None:
    for key in spellings:
        value = metadata.get(key)
        if value is None:
            continue
        if not isinstance(value, str) or not 0 < len(value) <= most or "\0" in value:
            raise InvalidRequest(
                f"'metadata.{key}' must be a text of 1 to {most} characters", f"metadata.{key}"
            )
        return value
    return None


def _assurance(written: str | None) -> AssuranceLevel:
    if written is None:
        return AssuranceLevel.NONE
    levels = {"none": 0, "0": 0, "1": 1, "2": 2, "3": 3, "aal1": 1, "aal2": 2, "aal3": 3}
    level = levels.get(written.casefold())
    if level is None:
        raise InvalidRequest(
            f"'metadata.assurance' is '{written[:40]}'; use none, aal1, aal2 or aal3", "metadata.assurance"
        )
    return AssuranceLevel(level)


def tools_in(tools: Iterable[ToolIn], functions: Iterable[ToolFunctionIn] = ()) -> tuple[ToolSpec, ...]:
    """The tools that the model was offered, in the current shape and the older one."""
    found = [tool.function for tool in tools if tool.function]
    return tuple(ToolSpec(f.name, f.description or "") for f in [*found, *functions])


def _forward(body: bytes, request: RequestIn) -> bytes:
    """The body for the upstream. Re-written only where something in it was meant for the gate."""
    ours = [key for key in _OURS if key in (request.metadata or {})]
    if not ours and request.answerable is msgspec.UNSET:
        return body
    fields = _fields.decode(body)
    fields.pop("answerable", None)
    if ours:
        metadata = _fields.decode(fields["metadata"])
        kept = {key: value for key, value in metadata.items() if key not in ours}
        if kept:
            fields["metadata"] = msgspec.Raw(msgspec.json.encode(kept))
        else:
            del fields["metadata"]
    return msgspec.json.encode(fields)
