"""docs/evaluation.md names every option, goal, label field and limit, and its examples can be used."""

import re
from pathlib import Path

from answerable.apps.evaluation.commands import evaluations
from answerable.apps.readers import READERS
from answerable.evaluation import GOALS, agent_messages, decode_gold, message_of, wilson
from answerable.evaluation.conversations import LONGEST_MESSAGE_LINE
from answerable.evaluation.gold import LONGEST_GOLD_LINE

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "evaluation.md").read_text(encoding="utf-8")


def test_every_option_is_listed_and_no_other() -> None:
    for command in evaluations.registered_commands:
        assert command.callback is not None
        declared = set(command.callback.__annotations__) - {"return"}
        options = {"json" if name == "as_json" else name.replace("_", "-") for name in declared}
        _, _, section = PAGE.partition(f"answerable eval {command.callback.__name__} ")
        section, _, _ = section.partition("answerable eval ")
        assert set(re.findall(r"^\| `--([a-z-]+) ", section, re.MULTILINE)) == options


def test_every_goal_reader_and_limit_is_named() -> None:
    for name in (*GOALS, *READERS):
        assert f"`{name}`" in PAGE
    assert f"{LONGEST_GOLD_LINE:,} bytes" in PAGE
    assert f"{LONGEST_MESSAGE_LINE // 2**20} MiB" in PAGE


def test_the_gold_line_labels_the_recording_beside_it() -> None:
    gold_block, recording = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    lines = enumerate((line.encode() for line in recording.splitlines()), 1)
    said = {(one.dialogue, one.turn): [one] for one in agent_messages(lines, "page", lambda _, __: True)}
    found = message_of(decode_gold(gold_block.encode(), "page:1"), said)
    assert found.calls == ("refund_order",)


def test_the_advice_on_how_many_lines_are_enough_is_right() -> None:
    assert "200 committal" in PAGE or "Two hundred committal" in PAGE
    assert [round(end, 2) for end in wilson(194, 200)] == [0.94, 0.99]


def test_the_readme_leads_there() -> None:
    assert "docs/evaluation.md" in (ROOT / "README.md").read_text(encoding="utf-8")
