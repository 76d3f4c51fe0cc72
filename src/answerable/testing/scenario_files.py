"""Scenarios from YAML: authored conversations, one to a file, read strictly.

id: refund-true              # names the model of the script upstream
title: A refund that was made
subject: refund
variant: "true"              # true, false, hedged or injected
system: What the company tells the bot.
context: [{source: published/returns, text: ...}]
metadata: {customer: c-1041, assurance: aal1}
pack: store                  # the demo's pack, if any
tools:
  - name: refund_order
    description: Pay money back.
    parameters: {order_id: string, amount: number}
turns:
  - customer: Where is my money?
    steps:
      - call: [{name: refund_order, arguments: {...}, result: {...}}]
        text: One moment.    # optional
      - say: I've refunded $45.00.
        logprobs: [-0.1]     # optional
    expect: [{line: I've refunded $45.00., force: completed, outcome: release}]
"""

from collections.abc import Hashable
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import msgspec
import yaml

from answerable.claims import Force
from answerable.exchange import ContextItem, ToolCall, ToolOutcome
from answerable.testing.place import Place
from answerable.testing.script import Call, Expectation, Outcome, Say, Script, Step, Turn, Variant
from answerable.values import CallId
from answerable.values.errors import ScriptError

_AUTHORED = [variant.value for variant in Variant if variant is not Variant.RECORDED]
_PARAMETER_TYPES = ["string", "number", "integer", "boolean", "array", "object"]


def load_scenarios(folder: Traversable | None = None) -> dict[str, Script]:
    """Every `*.yaml` of `folder` (a Path will do), by id, in order of file name.

    Without a folder: the scenarios that come with Answerable. Raises
    ScriptError for the first file that can't be played, and where two share an id.
    """
    source = files("answerable.testing").joinpath("scenarios") if folder is None else folder
    if not source.is_dir():
        raise ScriptError(f"'{source}' is not a folder: name one that holds scenario files (*.yaml)")
    scripts: dict[str, Script] = {}
    origin: dict[str, str] = {}
    for file in sorted(source.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".yaml"):
            script = read_scenario(_text(file), file.name)
            if script.id in scripts:
                raise ScriptError(
                    f"{file.name}, id: '{script.id}' is already the id of {origin[script.id]}. "
                    "Choose another."
                )
            scripts[script.id], origin[script.id] = script, file.name
    if not scripts:
        raise ScriptError(f"'{source}' holds no scenario: put at least one *.yaml file there")
    return scripts


def read_scenario(text: str, file: str) -> Script:
    """Read one scenario. `file` is what errors call it. Raises ScriptError."""
    try:
        value = yaml.load(text, Loader=_Loader)  # noqa: S506  it is a SafeLoader
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        problem = getattr(error, "problem", None) or str(error)
        raise ScriptError(f"{file}{place}: not YAML: {problem}. Correct it there, or just above.") from error
    except (ValueError, RecursionError) as error:
        raise ScriptError(f"{file}: not a scenario: {error}. Correct the value, or quote it.") from error
    top = Place(value, file).fields(
        ("id", "title", "subject", "variant", "turns"), ("system", "tools", "context", "metadata", "pack")
    )
    tools = tuple(_tool(place) for place in top["tools"].items()) if "tools" in top else ()
    script_id = top["id"].text()
    calls = _Calls(script_id, {tool["function"]["name"]: tool for tool in tools})
    return Script(
        id=script_id,
        title=top["title"].text(),
        subject=top["subject"].text(),
        variant=Variant(top["variant"].one_of(_AUTHORED)),
        turns=tuple(_turn(place, calls) for place in top["turns"].items(empty=False)),
        system=top["system"].text() if "system" in top else "",
        tools=tools,
        context=tuple(_context(place) for place in top["context"].items()) if "context" in top else (),
        metadata={key: place.text() for key, place in top["metadata"].entries().items()}
        if "metadata" in top
        else {},
        pack=top["pack"].text() if "pack" in top else "",
    )


class _Loader(yaml.SafeLoader):
    """YAML in which a key that stands twice is an error, not a silent loss."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002
        keys: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                continue
            if key.value in keys:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key '{key.value}' stands twice", key.start_mark
                )
            keys.add(key.value)
        return super().construct_mapping(node, deep=deep)


class _Calls:
    """Reads tool calls and numbers them through the whole script."""

    def __init__(self, script_id: str, tools: dict[str, dict[str, Any]]) -> None:
        self._script_id = script_id
        self._tools = tools
        self._made = 0

    def read(self, place: Place) -> ToolOutcome:
        part = place.fields(("name", "arguments", "result"))
        name = part["name"].text()
        if name not in self._tools:
            part["name"].fail(f"'{name}' is not offered", "List it under tools, or call one that is.")
        known = self._tools[name]["function"]["parameters"]["properties"]
        for key, argument in part["arguments"].entries().items():
            if key not in known:
                argument.fail(f"'{name}' takes no '{key}'", f"Its parameters are: {', '.join(known)}.")
        self._made += 1
        result = part["result"].value
        return ToolOutcome(
            ToolCall(CallId(f"call_{self._script_id}_{self._made}"), name, _json(part["arguments"])),
            result if isinstance(result, str) else _json(part["result"]),
        )


def _turn(place: Place, calls: _Calls) -> Turn:
    part = place.fields(("customer", "steps"), ("expect",))
    steps = tuple(_step(step, calls) for step in part["steps"].items(empty=False))
    said = [step.text for step in steps]
    return Turn(
        customer=part["customer"].text(empty=True),
        steps=steps,
        expect=tuple(_expectation(line, said) for line in part["expect"].items()) if "expect" in part else (),
    )


def _step(place: Place, calls: _Calls) -> Step:
    if "call" in place.entries():
        part = place.fields(("call",), ("text",))
        made = tuple(calls.read(call) for call in part["call"].items(empty=False))
        return Call(made, part["text"].text() if "text" in part else "")
    part = place.fields(("say",), ("logprobs",))
    logprobs = tuple(entry.number() for entry in part["logprobs"].items()) if "logprobs" in part else ()
    return Say(part["say"].text().rstrip("\n"), logprobs)


def _expectation(place: Place, said: list[str]) -> Expectation:
    part = place.fields(("line", "force", "outcome"))
    line = part["line"].text()
    if not any(line in text for text in said):
        part["line"].fail(f"'{line}' is not in what this turn says", "Copy it exactly as it stands there.")
    return Expectation(
        line,
        Force(part["force"].one_of([force.value for force in Force if force is not Force.UNKNOWN])),
        Outcome(part["outcome"].one_of([outcome.value for outcome in Outcome])),
    )


def _tool(place: Place) -> dict[str, Any]:
    part = place.fields(("name", "description", "parameters"))
    types = {key: kind.one_of(_PARAMETER_TYPES) for key, kind in part["parameters"].entries().items()}
    return {
        "type": "function",
        "function": {
            "name": part["name"].text(),
            "description": part["description"].text(),
            "parameters": {
                "type": "object",
                "properties": {key: {"type": kind} for key, kind in types.items()},
                "required": list(types),
                "additionalProperties": False,
            },
        },
    }


def _context(place: Place) -> ContextItem:
    part = place.fields(("source", "text"))
    return ContextItem(part["source"].text(), part["text"].text())


def _text(file: Traversable) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ScriptError(f"{file.name}, byte {error.start}: not UTF-8. Save the file as UTF-8.") from error


def _json(place: Place) -> str:
    try:
        return msgspec.json.encode(place.value).decode()
    except (TypeError, RecursionError) as error:
        place.fail(f"not something JSON can hold: {error}", "Put dates and the like in quotes.")
