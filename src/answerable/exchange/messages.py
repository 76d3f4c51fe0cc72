"""What was said before the reply: messages, tool calls and their results."""

from dataclasses import dataclass
from enum import StrEnum

from answerable.values import CallId


class Role(StrEnum):
    SYSTEM = "system"
    DEVELOPER = "developer"
    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"


@dataclass(frozen=True, slots=True)
class ToolCall:
    """An act the model asks for. `arguments` is the JSON text, exactly as the model wrote it."""

    id: CallId
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `answers` names the tool call a `tool` message is the result of."""

    role: Role
    text: str
    tool_calls: tuple[ToolCall, ...] = ()
    answers: CallId | None = None


EARLIER_TURNS = 3
"""The customer's turns before their last one that a line of the reply is read with."""
LONGEST_EARLIER = 400
"""Characters of each of those; what somebody wants, they say at once."""


def with_turn(turns: tuple[str, ...], text: str) -> tuple[str, ...]:
    """What the customer has said once they say `text`: the last turns, oldest first, all but the last cut short."""
    return (*[turn[:LONGEST_EARLIER] for turn in turns[-EARLIER_TURNS:] if turn], text)


@dataclass(frozen=True, slots=True)
class ContextItem:
    """A passage that was retrieved for the reply, with where it came from."""

    source: str
    text: str


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """A tool that the model was offered: what the bot could do in this turn."""

    name: str
    description: str = ""
    schema: str = ""
    """The JSON Schema of its arguments, as text; empty where none is known."""
