"""What docs/identity.md shows is what the program takes."""

import json
import os
import re
import shlex
from pathlib import Path

from joserfc.jwk import ECKey

from answerable.adapters.identity.issuers import customer_issuers, workload_issuers
from answerable.apps.cli import main
from answerable.identity.customers import Customer, verify_customer
from answerable.testing.authorities import NOW, token
from answerable.testing.command_line import run_here
from answerable.values import AssuranceLevel, CustomerId

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
    _, cluster, cloud, login, _ = blocks("yaml")
    listed = tmp_path / "issuers.yaml"
    for text in (re.sub(r"  authorities: .*\n", "", cluster), cloud):
        listed.write_text(text)
        assert len(workload_issuers(listed).current()) == 1
    listed.write_text(login)
    (found,) = customer_issuers(listed).current().values()
    assert {level.name for level in found.assurance.values()} == {"AAL1", "AAL2"}


def test_a_host_that_signs_for_its_customers_is_believed_as_the_page_says(tmp_path: Path) -> None:
    *_, host = blocks("yaml")
    (tmp_path / "issuers.yaml").write_text(host)
    key = ECKey.generate_key("P-256")
    public = {**key.as_dict(private=False), "kid": "k1"}
    (tmp_path / "web-keys.json").write_text(json.dumps({"keys": [public]}))
    [said] = re.findall(r"`(\{\"iss\": .*?\})`", PAGE)
    claims = json.loads(said.replace(', "iat": …, "exp": …', ""))
    found = verify_customer(
        token(key, claims=claims), customer_issuers(tmp_path / "issuers.yaml").current(), NOW
    )
    assert found == Customer(CustomerId("c-81"), AssuranceLevel.AAL1, claims["iss"])
