"""docs/tools.md: its program prints what it says, its files can be read, and it names every key of `_meta`."""

import os
import re
import subprocess
import sys
from pathlib import Path

import yaml

from answerable.apps.toolgate import asked
from answerable.apps.toolgate.allowed import parse_allowed
from answerable.values import AssuranceLevel

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "tools.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def test_the_program_prints_what_the_page_says(tmp_path: Path) -> None:
    [program] = blocks("python")
    (tmp_path / "packs").symlink_to(ROOT / "packs")
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        env=os.environ,
    )
    wanted = re.findall(r"print\(.*\)  # (.*)", program)
    for line, told in zip(done.stdout.splitlines(), wanted, strict=True):
        assert line.startswith(told.removesuffix(" …"))


def test_the_file_of_the_gate_can_be_read() -> None:
    [file] = [one for one in blocks("yaml") if "workloads" in one]
    allowed = parse_allowed(yaml.safe_load(file))
    assert allowed.may("spiffe://shop.example/helper", "shop", "get_order")
    assert not allowed.may("spiffe://shop.example/helper", "shop", "refund_order")
    [needs] = [one for one in blocks("yaml") if one.startswith("needs")]
    allowed = parse_allowed(yaml.safe_load(f"{file}{needs}"))
    assert allowed.needs_of("get_account").assurance is AssuranceLevel.AAL1


def test_every_key_of_a_call_is_named() -> None:
    named = set(re.findall(r"`(answerable/[a-z_]+)`", PAGE))
    assert named == {
        asked.CONVERSATION, asked.CUSTOMER, asked.CUSTOMER_ID, asked.TRACE, asked.CALL, asked.KEY
    }  # fmt: skip
