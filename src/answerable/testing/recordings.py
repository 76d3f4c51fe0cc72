"""Recorded conversations, read lazily and played like scripts.

One JSON object a line, one line a message, plain or gzipped:

    {"dialogue_id": ..., "turn": 1, "role": "user" | "agent" | "tool" | "system", "text": ...,
     "tool_calls": [{"name", "arguments", "id"?}], "tool_results": [{"name", "content", "id"?}],
     "source": ..., "meta": {"domain", "policy", ...}}

The messages of a dialogue stand together in the file. `meta.policy` names the
policy the agent was given, kept beside the file as `policies/<id>.md`.
"""

import gzip
import re
import zlib
from collections.abc import Iterator
from itertools import count, groupby
from pathlib import Path
from typing import Any, Literal, NoReturn

import msgspec

from answerable.exchange import ToolCall, ToolOutcome
from answerable.testing.script import Call, Say, Script, Step, Turn, Variant
from answerable.values import CallId
from answerable.values.errors import ScriptError


class _Asked(msgspec.Struct):
    name: str
    arguments: dict[str, Any] | str
    id: str | None = None


class _Answered(msgspec.Struct):
    name: str
    content: Any
    id: str | None = None


class _Meta(msgspec.Struct):
    domain: str = ""
    policy: str | None = None


class _Line(msgspec.Struct):
    dialogue_id: str
    turn: int
    role: Literal["user", "agent", "tool", "system"]
    text: str | None = None
    tool_calls: list[_Asked] = []
    tool_results: list[_Answered] = []
    source: str = ""
    meta: _Meta = msgspec.field(default_factory=_Meta)


_LINE = msgspec.json.Decoder(_Line)


def read_recordings(file: Path) -> Iterator[Script]:
    """One script for each dialogue of `file`, in its order; only one dialogue is held at a time.

    The file is read twice: first for the tools that any of its dialogues use,
    which are offered in all of them. Raises ScriptError, naming the file and the
    line, where one can't be read or a dialogue is broken up.
    """
    tools = _tools(file)
    seen: set[str] = set()
    for dialogue, group in groupby(_lines(file), key=lambda entry: entry[1].dialogue_id):
        lines = list(group)
        if dialogue in seen:
            _fail(file, lines[0][0], f"the dialogue '{dialogue}' was already over. Keep its lines together")
        seen.add(dialogue)
        yield _script(file, lines, tools)


def _script(file: Path, lines: list[tuple[int, _Line]], tools: tuple[dict[str, Any], ...]) -> Script:
    first = lines[0][1]
    told = [line.text for _, line in lines if line.role == "system" and line.text]
    policy = _policy(file, lines[0][0], first.meta.policy)
    return Script(
        id=first.dialogue_id,
        title=f"{first.source or file.name}: {first.dialogue_id}",
        subject=first.meta.domain or "other",
        variant=Variant.RECORDED,
        turns=_turns(file, lines),
        system="\n\n".join([policy, *told] if policy else told),
        tools=tools,
    )


def _turns(file: Path, lines: list[tuple[int, _Line]]) -> tuple[Turn, ...]:
    ordered = sorted(lines, key=lambda entry: entry[1].turn)
    answers = _answers(file, ordered)
    places = count()
    turns: list[tuple[str, list[Step]]] = []
    for _, line in ordered:
        text = line.text or ""
        if line.role == "user":
            turns.append((text, []))
        elif line.role == "agent":
            if not turns:
                turns.append(("", []))
            calls = tuple(_outcome(asked, next(places), answers) for asked in line.tool_calls)
            turns[-1][1].append(Call(calls, text) if calls else Say(text))
    return tuple(Turn(customer, tuple(steps)) for customer, steps in turns)


def _outcome(asked: _Asked, place: int, answers: dict[int, str]) -> ToolOutcome:
    call = ToolCall(CallId(asked.id or f"call_{place}"), asked.name, _json(asked.arguments))
    return ToolOutcome(call, answers.get(place, ""))


def _answers(file: Path, lines: list[tuple[int, _Line]]) -> dict[int, str]:
    """What each call answered, by its place among the calls of the dialogue.

    A result belongs to the call with its id where it has one, else to the
    oldest call of its name that still waits.
    """
    places = count()
    waiting: dict[int, _Asked] = {}
    answers: dict[int, str] = {}
    for number, line in lines:
        waiting.update({next(places): asked for asked in line.tool_calls})
        for answered in line.tool_results:
            place = next((place for place, asked in waiting.items() if _answers_to(asked, answered)), None)
            if place is None:
                known = f"'{answered.name}'" + (f" with id '{answered.id}'" if answered.id else "")
                _fail(file, number, f"a result of {known}, which no message before it called. Add the call")
            answers[place] = _json(answered.content)
            del waiting[place]
    return answers


def _answers_to(asked: _Asked, answered: _Answered) -> bool:
    return asked.id == answered.id if answered.id else asked.name == answered.name


def _tools(file: Path) -> tuple[dict[str, Any], ...]:
    """Minimal schemas: the names and argument names used anywhere in the file."""
    used: dict[str, set[str]] = {}
    for _, line in _lines(file):
        for asked in line.tool_calls:
            named = asked.arguments if isinstance(asked.arguments, dict) else {}
            used.setdefault(asked.name, set()).update(named)
    return tuple(
        {
            "type": "function",
            "function": {
                "name": name,
                "description": re.sub(r"[_\W]+", " ", name),
                "parameters": {"type": "object", "properties": {key: {} for key in sorted(used[name])}},
            },
        }
        for name in sorted(used)
    )


def _lines(file: Path) -> Iterator[tuple[int, _Line]]:
    number = 0
    try:
        with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as stream:
            for number, raw in enumerate(stream, 1):
                if raw.strip():
                    yield number, _LINE.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        _fail(file, number, f"not a recorded message: {error}. Correct or remove the line", error)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        _fail(file, number + 1, f"the archive is damaged here: {error}. Fetch it again", error)
    except OSError as error:
        raise ScriptError(f"'{file}' can't be read: {error.strerror}. Name a file of recordings.") from error


def _policy(file: Path, number: int, name: str | None) -> str:
    if name is None:
        return ""
    if not re.fullmatch(r"[\w.-]*\w[\w.-]*", name):
        _fail(file, number, f"meta.policy is '{name}', which is no file name. Use letters, digits, - and _")
    policy = file.parent / "policies" / f"{name}.md"
    try:
        return policy.read_text(encoding="utf-8") if policy.is_file() else ""
    except (OSError, UnicodeDecodeError) as error:
        _fail(file, number, f"the policy '{policy}' can't be read: {error}. Save it as UTF-8", error)


def _json(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _fail(file: Path, number: int, problem: str, cause: BaseException | None = None) -> NoReturn:
    raise ScriptError(f"{file.name}, line {number}: {problem}.") from cause
