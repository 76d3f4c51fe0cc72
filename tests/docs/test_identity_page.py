"""What docs/identity.md shows is what the program takes."""

import os
import re
import shlex
from pathlib import Path

from answerable.adapters.identity.issuers import customer_issuers, workload_issuers
from answerable.apps.cli import main
from answerable.testing.command_line import run_here

PAGE = (Path(__file__).parents[2] / "docs" / "identity.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def test_the_commands_of_the_page_make_what_serve_is_given(tmp_path: Path) -> None:
    (block,) = blocks("sh")
    lines = block.replace("\\\n", " ").splitlines()
    for line in lines[:-1]:
        program, *arguments = shlex.split(line)
        assert program == "answerable"
        done = run_here(main, arguments, cwd=tmp_path, environment=os.environ)
        assert done.returncode == 0, done.stderr
    served = shlex.split(lines[-1])
    for option in ("--trust-bundles", "--tls-cert", "--tls-key"):
        assert (tmp_path / served[served.index(option) + 1]).exists()


def test_the_issuers_of_the_page_are_read(tmp_path: Path) -> None:
    _, cluster, cloud, login = blocks("yaml")
    listed = tmp_path / "issuers.yaml"
    for text in (re.sub(r"  authorities: .*\n", "", cluster), cloud):
        listed.write_text(text)
        assert len(workload_issuers(listed).current()) == 1
    listed.write_text(login)
    (found,) = customer_issuers(listed).current().values()
    assert {level.name for level in found.assurance.values()} == {"AAL1", "AAL2"}
