"""Every command line of the docs is one that `answerable` takes, and the files of docs/together.md can be used."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer

from answerable.adapters.connectors.opening import open_connectors
from answerable.adapters.connectors.secrets import Secrets
from answerable.adapters.operator_file import read_operator_file
from answerable.adapters.vault_http import Vault
from answerable.apps.cli import app
from answerable.apps.operators.limits_form import money_typed
from answerable.apps.settings import from_environment

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
ROOT_COMMAND: Any = typer.main.get_command(app)
NOTE = "ledger key handover v1"
"""The first line of a signed note, and no command."""
_LINE = re.compile(r"^(?:[A-Z_]+=\S+ )*(?:\.venv/bin/)?answerable (.+)$")
_IN_PROSE = re.compile(r"`(?:[A-Z_]+=\S+ )?answerable ([a-z][^`]*)`")


def together() -> str:
    return (ROOT / "docs" / "together.md").read_text(encoding="utf-8")


def lines(page: Path) -> list[list[str]]:
    """The arguments of each command line in a block, without comments, and with what was continued in its place."""
    text = page.read_text(encoding="utf-8").replace("\\\n", " ")
    found = [_LINE.match(line.removeprefix("    ")) for line in text.splitlines()]
    # A comment begins after a space: 'local#…' is an id.
    parsed = [shlex.split(re.sub(r"\s#.*", "", one[1])) for one in found if one and one[1] != NOTE]
    # A redirection is the shell's.
    return [words[: words.index(">")] if ">" in words else words for words in parsed]


def command_of(words: list[str]) -> tuple[Any, list[str]]:
    """The command that they name, and what is left of them."""
    command, left = ROOT_COMMAND, list(words)
    while hasattr(command, "commands"):
        name = left.pop(0)
        assert name in command.commands, f"'answerable {' '.join(words)}': there is no '{name}'"
        command = command.commands[name]
    return command, left


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_line_is_one_that_the_program_takes(page: Path) -> None:
    for words in lines(page):
        command, left = command_of(words)
        command.make_context("answerable", left)  # it parses; nothing is run


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_that_is_named_in_prose_exists_with_its_options(page: Path) -> None:
    for text in _IN_PROSE.findall(page.read_text(encoding="utf-8").replace("\n", " ")):
        words = text.split()
        command = ROOT_COMMAND
        while hasattr(command, "commands") and words and re.fullmatch(r"[a-z-]+", words[0]):
            assert words[0] in command.commands, text
            command = command.commands[words.pop(0)]
        known = {name for one in command.params for name in one.opts}
        assert {word for word in words if word.startswith("-")} <= known, text


def test_the_pages_on_people_and_acts_show_commands() -> None:
    counted = {page.stem: len(lines(page)) for page in PAGES}
    assert counted["together"] >= 12
    assert all(counted[name] for name in ("people", "grants", "tools", "identity", "ledger", "packs"))


def test_the_files_of_together_can_be_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {
        found[1]: block
        for block in re.findall(r"```(?:yaml|python)\n(.*?)```", together(), re.DOTALL)
        if (found := re.match(r"# ([a-z]+\.(?:yaml|py))", block))
    }
    assert set(files) == {"connectors.yaml", "operators.yaml", "model.py", "bot.py"}
    for name, text in files.items():
        (tmp_path / name).write_text(text)
        if name.endswith(".py"):
            compile(text, name, "exec")
    opened = open_connectors(
        tmp_path / "connectors.yaml", Secrets({}, lambda: Vault("http://127.0.0.1:1", lambda: ""))
    )
    assert opened["shop"].checks_grants
    read_operator_file(tmp_path / "operators.yaml", lambda _: "secret", money_typed)
    # The settings that its shell exports are settings, and name those files.
    given = dict(re.findall(r"(ANSWERABLE_[A-Z_]+)=(\S+)", together()))
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    settings = from_environment()
    assert str(settings.connectors) == "connectors.yaml"
    assert {value for value in given.values() if value.endswith(".yaml")} <= set(files)
    assert (ROOT / given["ANSWERABLE_BUNDLE"]).is_dir()
