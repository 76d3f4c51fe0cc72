"""Docs that name a file, link a page or show a program are held to it, and name no package that is not there."""

import asyncio
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "answerable"
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
        if not target.startswith(("http://", "https://")):
            assert (page.parent / target).exists(), f"{page.name} links to '{target}', which is not there"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_source_file_that_is_named_exists(page: Path) -> None:
    named = re.findall(r"`((?:[a-z_]+/)+[a-z_]+\.(?:py|cedar|yaml))`", page.read_text(encoding="utf-8"))
    for name in named:
        assert (SOURCE / name).exists() or (ROOT / name).exists(), f"{page.name} names '{name}'"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_test_folder_that_is_named_exists(page: Path) -> None:
    for name in re.findall(r"`(tests/[a-z_]+)`", page.read_text(encoding="utf-8")):
        assert any((ROOT / name).glob("test_*.py")), f"{page.name} says '{name}' holds a threat off"


def test_every_policy_that_the_walkthrough_names_is_in_the_default_bundle() -> None:
    policies = (SOURCE / "decisions" / "default" / "policies.cedar").read_text(encoding="utf-8")
    text = (ROOT / "docs" / "walkthrough.md").read_text(encoding="utf-8")
    for name in re.findall(r"`([a-z]+(?:-[a-z]+){2,})`", text):
        assert f'@id("{name}")' in policies or f'@wording("{name}")' in policies, name


def test_the_readme_program_prints_what_the_readme_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    program = next(block for block in blocks if "open_gate" in block)
    expected = re.findall(r"print\(.*\)  # (.*)", program)
    head, body = program.split("\n\n", 1)
    wrapped = head + "\n\nasync def main():\n" + "".join(f"    {line}\n" for line in body.splitlines())
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    exec(compile(wrapped, "README.md", "exec"), names)  # the README's own text
    asyncio.run(names["main"]())  # type: ignore[operator]
    assert capsys.readouterr().out.splitlines() == expected


def test_every_adr_is_listed() -> None:
    listed = (ROOT / "docs" / "adr" / "README.md").read_text(encoding="utf-8")
    for adr in (ROOT / "docs" / "adr").glob("0*.md"):
        assert adr.name in listed


def test_nothing_says_to_install_by_a_name_that_anybody_could_take_on_an_index() -> None:
    for file in (*PAGES, *SOURCE.rglob("*.py")):
        found = re.findall(r"install\s+['\"]?answerable\b", file.read_text(encoding="utf-8"))
        assert not found, f"{file.relative_to(ROOT)} says '{found[0]}'"
