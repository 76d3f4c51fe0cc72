import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from answerable.testing.recordings import read_recordings
from answerable.testing.script import Call, Say, Script, Turn, Variant
from answerable.values.errors import ScriptError


def message(turn: int, role: str, text: str = "", *, dialogue: str = "d1", **more: Any) -> str:
    line = {
        "source": "invented",
        "dialogue_id": dialogue,
        "turn": turn,
        "role": role,
        "text": text,
        "tool_calls": [],
        "tool_results": [],
        "reward": 1.0,
        "meta": {"domain": "retail", "policy": "p1", "task_id": 0},
    }
    return json.dumps({**line, **more})


def call(name: str, call_id: str | None = None, **arguments: Any) -> dict[str, Any]:
    return {"name": name, "arguments": arguments, **({"id": call_id} if call_id else {})}


def result(name: str, content: Any, call_id: str | None = None) -> dict[str, Any]:
    return {"name": name, "content": content, **({"id": call_id} if call_id else {})}


CONVERSATION = [
    message(1, "user", "Where is L-1?"),
    message(2, "agent", "One moment.", tool_calls=[call("get_order", "c1", order="L-1"), call("ping", "c2")]),
    message(3, "tool", tool_results=[result("ping", {"pong": True}, "c2")]),
    message(4, "tool", tool_results=[result("get_order", "shipped", "c1")]),
    message(5, "agent", "It has shipped."),
    message(6, "agent", "Anything else?"),
    message(7, "user", "Yes."),
    message(8, "user", "Cancel it."),
    message(9, "agent", tool_calls=[call("cancel_order", order="L-1", reason="late")]),
]


def write(folder: Path, lines: list[str], name: str = "talk.jsonl") -> Path:
    file = folder / name
    data = ("\n".join(lines) + "\n").encode()
    file.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return file


@pytest.mark.parametrize("name", ["talk.jsonl", "talk.jsonl.gz"])
def test_a_recording_becomes_a_script(tmp_path: Path, name: str) -> None:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "p1.md").write_text("Be kind.")
    (script,) = read_recordings(write(tmp_path, CONVERSATION, name))
    assert script.id == "d1"
    assert script.variant is Variant.RECORDED
    assert script.system == "Be kind."
    assert [turn.customer for turn in script.turns] == ["Where is L-1?", "Yes.", "Cancel it."]
    asked, *rest = script.turns[0].steps
    assert isinstance(asked, Call)
    assert asked.text == "One moment."
    assert [(made.call.name, made.result) for made in asked.calls] == [
        ("get_order", "shipped"),
        ("ping", '{"pong":true}'),
    ]
    assert rest == [Say("It has shipped."), Say("Anything else?")]
    assert script.turns[1].steps == ()
    (cancelled,) = script.turns[2].steps
    assert isinstance(cancelled, Call)
    assert cancelled.calls[0].result == ""
    assert json.loads(cancelled.calls[0].call.arguments) == {"order": "L-1", "reason": "late"}


def test_tools_are_those_used_anywhere_in_the_file(tmp_path: Path) -> None:
    other = [
        message(1, "user", "Hi", dialogue="d2"),
        message(2, "agent", "Hello", dialogue="d2"),
    ]
    first, second = read_recordings(write(tmp_path, CONVERSATION + other))
    assert first.tools == second.tools
    assert [tool["function"]["name"] for tool in second.tools] == ["cancel_order", "get_order", "ping"]
    assert list(second.tools[0]["function"]["parameters"]["properties"]) == ["order", "reason"]
    assert second.tools[1]["function"]["description"] == "get order"


def test_the_assistant_may_speak_first_and_alone(tmp_path: Path) -> None:
    (script,) = read_recordings(write(tmp_path, [message(1, "agent", "Welcome.")]))
    assert script.turns == (Turn("", (Say("Welcome."),)),)
    assert script.system == ""


def test_lines_out_of_order_are_put_in_turn_order(tmp_path: Path) -> None:
    (script,) = read_recordings(write(tmp_path, list(reversed(CONVERSATION))))
    assert script.turns[0].customer == "Where is L-1?"
    assert len(script.replies) == 4


def test_results_without_ids_go_to_the_oldest_call_of_the_name(tmp_path: Path) -> None:
    lines = [
        message(1, "agent", tool_calls=[call("find", q=1), call("find", q=2)]),
        message(2, "tool", tool_results=[result("find", "one"), result("find", "two")]),
    ]
    (script,) = read_recordings(write(tmp_path, lines))
    assert script.results == {"call_0": "one", "call_1": "two"}


def test_it_is_read_lazily(tmp_path: Path) -> None:
    scripts = read_recordings(
        write(tmp_path, [message(n, "user", "Hi", dialogue=f"d{n}") for n in range(50)])
    )
    first: Script = next(scripts)
    assert first.id == "d0"


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ("{", "line 2: not a recorded message"),
        ('{"dialogue_id": "d1"}', "line 2: not a recorded message: Object missing required field `turn`"),
        (message(2, "robot"), "line 2: not a recorded message: Invalid enum value 'robot'"),
        (message(2, "user").replace('""', "7", 1), "line 2: not a recorded message"),
        ("[" * 100_000, "line 2: not a recorded message"),
        (
            message(2, "tool", tool_results=[result("find", "x", "c9")]),
            "'find' with id 'c9', which no message",
        ),
        (message(2, "tool", tool_results=[result("find", "x")]), "a result of 'find', which no message"),
    ],
)
def test_a_bad_line_is_named_with_its_number(tmp_path: Path, bad: str, said: str) -> None:
    with pytest.raises(ScriptError) as caught:
        list(read_recordings(write(tmp_path, [message(1, "user", "Hi"), bad])))
    assert str(caught.value).startswith("talk.jsonl, line 2: ")
    assert said in str(caught.value)


def test_a_dialogue_that_is_broken_up(tmp_path: Path) -> None:
    lines = [message(1, "user", "Hi", dialogue=name) for name in ("a", "b", "a")]
    with pytest.raises(ScriptError, match=r"talk\.jsonl, line 3: the dialogue 'a' was already over"):
        list(read_recordings(write(tmp_path, lines)))


def test_a_policy_name_cannot_leave_its_folder(tmp_path: Path) -> None:
    line = message(1, "user", "Hi", meta={"policy": "../secret"})
    with pytest.raises(ScriptError, match="which is no file name"):
        list(read_recordings(write(tmp_path, [line])))


def test_a_damaged_archive(tmp_path: Path) -> None:
    file = write(tmp_path, [message(n, "user", "Hi", dialogue=f"d{n}") for n in range(200)], "talk.jsonl.gz")
    file.write_bytes(file.read_bytes()[:-400])
    with pytest.raises(ScriptError, match="the archive is damaged"):
        list(read_recordings(file))
    file.write_bytes(b"not gzip")
    with pytest.raises(ScriptError, match="the archive is damaged"):
        list(read_recordings(file))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ScriptError, match="can't be read"):
        list(read_recordings(tmp_path / "missing.jsonl"))
