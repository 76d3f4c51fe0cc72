"""The tutorial's commands are the commands, its files are the files."""

import re
from pathlib import Path

import click
import typer

from answerable.apps.cli import app
from answerable.apps.pack.beginning import write_starter

PAGE = (Path(__file__).parents[2] / "docs" / "packs.md").read_text(encoding="utf-8")


def test_every_command_exists_with_its_options() -> None:
    root = typer.main.get_command(app)
    lines = re.findall(r"^    answerable (.+)$", PAGE, re.MULTILINE)
    assert len(lines) > 7
    for line in lines:
        command: click.Command = root  # type: ignore[assignment]
        words = line.split()
        while hasattr(command, "commands"):
            command = command.commands[words.pop(0)]
        known = {name for parameter in command.params for name in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= known, line


def test_every_file_of_a_new_pack_is_explained(tmp_path: Path) -> None:
    named = set(re.findall(r"^\| `([\w/*.]+)` \|", PAGE, re.MULTILINE))
    written = {path.relative_to(tmp_path / "p").as_posix() for path in write_starter(tmp_path / "p")}
    assert {re.sub(r"tests/.*", "tests/*.yaml", name) for name in written} <= named
