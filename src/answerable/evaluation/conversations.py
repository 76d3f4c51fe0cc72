"""Recorded conversations as what an agent said, each message with what it is read with.

One JSON object a line, one line a message, the messages of a dialogue in the
order they were said:

    {"dialogue_id": "d1", "turn": 1, "role": "user", "text": "Where is my money?"}
    {"dialogue_id": "d1", "turn": 2, "role": "tool",
     "tool_results": [{"name": "get_order", "content": "..."}]}
    {"dialogue_id": "d1", "turn": 3, "role": "agent", "text": "It's on its way."}

`assistant` is `agent` and `customer` is `user`. A message of role `tool` may
hold its one result as `name` (or `tool_call_id`) and `content` or `text`.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NoReturn

import msgspec

from answerable.exchange import with_turn
from answerable.values.errors import EvaluationError

LONGEST_MESSAGE_LINE = 8 * 1024 * 1024
"""Bytes of one line of a recording."""

_AGENT, _CUSTOMER, _TOOL = ("agent", "assistant"), ("user", "customer"), ("tool",)
_IGNORED = ("system", "developer")
_ROLES = (*_AGENT, *_CUSTOMER, *_TOOL, *_IGNORED)
_QUOTED = 40

Succeeded = Callable[[str, str], bool]
"""Whether a tool's answer says that it did what it was for: the tool's name, its answer."""


class AgentMessage(msgspec.Struct, frozen=True, gc=False):
    """What an agent said, with what the customer had said last and before, and the tools that had answered well."""

    source: str
    dialogue: str
    turn: int
    text: str
    customer: str = ""
    calls: tuple[str, ...] = ()
    earlier: tuple[str, ...] = ()


class _Function(msgspec.Struct):
    name: str | None = None


class _Call(msgspec.Struct):
    name: str | None = None
    id: str | None = None
    function: _Function | None = None


class _Result(msgspec.Struct):
    name: str | None = None
    content: Any = None
    id: str | None = None


class _Message(msgspec.Struct):
    dialogue_id: str | int
    turn: int
    role: str
    text: str | None = None
    content: Any = None
    name: str | None = None
    tool_call_id: str | None = None
    tool_calls: list[_Call] | None = None
    tool_results: list[_Result] | None = None
    source: str | None = None


@dataclass(slots=True)
class _Dialogue:
    turns: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    asked: dict[str, str] = field(default_factory=dict)


_MESSAGE = msgspec.json.Decoder(_Message)


def agent_messages(
    lines: Iterable[tuple[int, bytes]], name: str, succeeded: Succeeded
) -> Iterator[AgentMessage]:
    """What agents said in a recording, in its order; messages without text are left out.

    `lines` are the file's lines with their numbers, from 1; `name` is what the
    file is called in errors. Of each dialogue only the customer's last turns
    and the names of its tools are kept, so dialogues may be interleaved.
    Raises EvaluationError for a line that is not a recorded message.
    """
    dialogues: dict[tuple[str, str], _Dialogue] = {}
    for number, raw in lines:
        message = _decoded(raw, f"{name}:{number}")
        source, dialogue = message.source or "", str(message.dialogue_id)
        state = dialogues.setdefault((source, dialogue), _Dialogue())
        text = _said(message)
        if message.role in _CUSTOMER:
            state.turns = with_turn(state.turns, text)
        _note_tools(message, state, succeeded)
        if message.role in _AGENT and text:
            *earlier, customer = state.turns or ("",)
            yield AgentMessage(source, dialogue, message.turn, text, customer, state.calls, tuple(earlier))


def is_message(raw: bytes) -> bool:
    """Does a line look like a recorded message, rather than a line of some other kind of file?

    A line that is no JSON may be a broken message: that is for `agent_messages` to say.
    """
    try:
        line = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return True
    return isinstance(line, dict) and "role" in line


def _decoded(raw: bytes, where: str) -> _Message:
    try:
        message = _MESSAGE.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        _fail(where, f"not a recorded message: {error}; correct or remove the line")
    if message.role not in _ROLES:
        role = message.role[:_QUOTED]
        _fail(where, f"'role' is {role!r}; write one of {', '.join(_ROLES)}")
    return message


def _note_tools(message: _Message, state: _Dialogue, succeeded: Succeeded) -> None:
    for call in message.tool_calls or ():
        tool = call.name or (call.function.name if call.function else None)
        if call.id and tool:
            state.asked[call.id] = tool
    results = message.tool_results or []
    if not results and message.role in _TOOL:
        content = message.content if message.content is not None else message.text
        results = [_Result(message.name, content, message.tool_call_id)]
    answered = tuple(
        tool
        for result in results
        if (tool := result.name or state.asked.get(result.id or ""))
        and succeeded(tool, _as_text(result.content))
    )
    if answered:
        state.calls += answered


def _said(message: _Message) -> str:
    if message.text is None and isinstance(message.content, str):
        return message.content
    return message.text or ""


def _as_text(content: Any) -> str:
    return content if isinstance(content, str) else msgspec.json.encode(content).decode()


def _fail(where: str, problem: str) -> NoReturn:
    raise EvaluationError(f"{where}: {problem}")
