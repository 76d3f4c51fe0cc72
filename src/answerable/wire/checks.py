"""The check API: an exchange and a reply in; lines, decisions and the text to show out."""

from collections.abc import Iterable
from typing import Annotated, Any

import msgspec

from answerable.exchange import ContextItem, Message, ToolSpec
from answerable.flow import Line
from answerable.values.errors import InvalidRequest
from answerable.wire.json_bodies import checked, decode_body
from answerable.wire.limits import Limits
from answerable.wire.requests import (
    ContextIn,
    Names,
    ToolIn,
    names_in,
    read_messages,
    tools_in,
)
from answerable.wire.verdicts import LineVerdict, line_verdict


class CheckIn(msgspec.Struct, forbid_unknown_fields=True):
    """`messages` is the conversation up to the reply, in the shape of chat completions."""

    reply: str
    messages: list[msgspec.Raw] = []
    model: Annotated[str, msgspec.Meta(min_length=1, max_length=512)] = "unnamed"
    context: list[ContextIn] = []
    tools: list[ToolIn] = []
    metadata: dict[str, Any] = {}


class CheckOut(msgspec.Struct):
    """`text` is what may be shown; `lines` say how it came about."""

    trace: str
    mode: str
    bundle: str
    text: str
    released: bool
    lines: list[LineVerdict]


class Check(msgspec.Struct, frozen=True):
    """A check request, taken apart."""

    reply: str
    messages: tuple[Message, ...]
    model: str
    context: tuple[ContextItem, ...]
    tools: tuple[ToolSpec, ...]
    names: Names


_check = msgspec.json.Decoder(CheckIn)


def parse_check(body: bytes, limits: Limits) -> Check:
    """Take a check request apart. Raises InvalidRequest, naming the field at fault."""
    request: CheckIn = decode_body(_check, body)
    if len(request.messages) > limits.messages:
        raise InvalidRequest(
            f"'messages' has {len(request.messages)} items; this gate allows at most {limits.messages}",
            "messages",
        )
    context = tuple(
        ContextItem(item.source, checked(item.text, f"context[{position}].text"))
        for position, item in enumerate(request.context)
    )
    return Check(
        checked(request.reply, "reply"),
        read_messages(request.messages),
        request.model,
        context,
        tools_in(request.tools),
        names_in(request.metadata),
    )


def check_reply(trace: str, mode: str, bundle: str, lines: Iterable[Line]) -> bytes:
    """The answer to a check."""
    decided = list(lines)
    out = CheckOut(
        trace=trace,
        mode=mode,
        bundle=bundle,
        text="".join(line.shown for line in decided),
        released=all(line.verbatim for line in decided),
        lines=[line_verdict(line, enforced=mode == "enforce", with_text=True) for line in decided],
    )
    return msgspec.json.encode(out)
