"""Recorded conversations as what a gate would have met: each message of the agent with all that came before it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import msgspec

from answerable.adapters.line_files import numbered_lines
from answerable.exchange import Exchange, Message, Role, ToolCall, ToolSpec, outcomes
from answerable.values import CallId, TraceId, WorkloadId
from answerable.values.errors import EvaluationError

_LONGEST_LINE = 8 * 1024 * 1024


class _Call(msgspec.Struct):
    name: str
    arguments: dict[str, Any] | str = ""
    id: str | None = None


class _Result(msgspec.Struct):
    name: str | None = None
    content: Any = None
    id: str | None = None


class _Meta(msgspec.Struct):
    policy: str | None = None


class _Line(msgspec.Struct):
    dialogue_id: str
    turn: int
    role: str
    text: str | None = None
    tool_calls: list[_Call] = []
    tool_results: list[_Result] = []
    source: str = ""
    meta: _Meta = msgspec.field(default_factory=_Meta)


_LINE = msgspec.json.Decoder(_Line)


@dataclass(frozen=True, slots=True)
class Spoken:
    """One message of the agent: its text and its calls, and the messages before it."""

    source: str
    dialogue: str
    turn: int
    text: str
    calls: tuple[ToolCall, ...]
    before: tuple[Message, ...]
    tools: tuple[ToolSpec, ...]

    def exchange(self, at: datetime) -> Exchange:
        """What the gate would have been asked, at an instant."""
        return Exchange(
            trace=TraceId(f"{self.dialogue}#{self.turn}"),
            asked_at=at,
            workload=WorkloadId("recorded"),
            model="recorded",
            messages=self.before,
            tools=self.tools,
            published=tuple(one.text for one in self.before if one.role is Role.SYSTEM),
            outcomes=outcomes(self.before),
        )


def spoken_in(file: Path) -> Iterator[Spoken]:
    """Every message of the agents in a recording, in its order; one dialogue is held at a time.

    Raises EvaluationError, naming the line, and EvaluationMissing.
    """
    tools = _tools(file)
    for _, group in groupby(_lines(file), key=lambda line: line.dialogue_id):
        yield from _dialogue(file, sorted(group, key=lambda line: line.turn), tools)


def _dialogue(file: Path, lines: Sequence[_Line], tools: tuple[ToolSpec, ...]) -> Iterator[Spoken]:
    said: list[Message] = []
    policy = lines[0].meta.policy
    published = file.parent / "policies" / f"{policy}.md"
    if policy and published.is_file():
        said.append(Message(Role.SYSTEM, published.read_text(encoding="utf-8")))
    waiting: list[ToolCall] = []
    for line in lines:
        if line.role in ("user", "customer"):
            said.append(Message(Role.USER, line.text or ""))
        elif line.role in ("agent", "assistant"):
            calls = tuple(_call(line, at, one) for at, one in enumerate(line.tool_calls))
            yield Spoken(line.source, line.dialogue_id, line.turn, line.text or "", calls, tuple(said), tools)
            said.append(Message(Role.ASSISTANT, line.text or "", calls))
            waiting += calls
        for result in line.tool_results:
            call = next((one for one in waiting if result.id == one.id or result.name == one.name), None)
            if call is not None:
                waiting.remove(call)
                said.append(Message(Role.TOOL, _json(result.content), answers=call.id))


def _call(line: _Line, at: int, one: _Call) -> ToolCall:
    return ToolCall(CallId(one.id or f"{line.turn}-{at}"), one.name, _json(one.arguments))


def _tools(file: Path) -> tuple[ToolSpec, ...]:
    """The tools that any agent of the recording used: all of them were on offer."""
    return tuple(
        ToolSpec(name) for name in sorted({one.name for line in _lines(file) for one in line.tool_calls})
    )


def _lines(file: Path) -> Iterator[_Line]:
    for number, raw in numbered_lines(file, _LONGEST_LINE):
        try:
            yield _LINE.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise EvaluationError(
                f"{file}:{number}: not a recorded message: {error}; correct the line"
            ) from error


def _json(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
