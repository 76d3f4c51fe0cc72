"""The page on back ends shows a file that can be opened as it stands, and every kind there is."""

import re
from pathlib import Path

import yaml

from answerable.adapters.connectors.entries import Entry
from answerable.adapters.connectors.http_outcomes import MAY_MEAN_NOT_DONE
from answerable.adapters.connectors.opening import open_connectors
from answerable.adapters.connectors.secrets import Secrets
from answerable.adapters.vault_http import Vault

PAGE = (Path(__file__).parents[2] / "docs" / "connectors.md").read_text(encoding="utf-8")
CRM = """
openapi: 3.1.0
paths:
  /customers/{id}: {get: {operationId: find_customer, parameters: [{name: id, in: path, required: true}]}}
  /notes: {post: {operationId: add_note, requestBody: {content: {application/json: {}}}}}
"""


def test_the_example_opens_as_it_stands(tmp_path: Path) -> None:
    [block] = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "connectors.yaml").write_text(block)
    (tmp_path / "crm.yaml").write_text(CRM)
    found = open_connectors(
        tmp_path / "connectors.yaml", Secrets({}, lambda: Vault("http://127.0.0.1:1", lambda: ""))
    )
    assert list(found) == ["shop", "crm", "tools", "records", "mail"]
    assert found["shop"].checks_grants
    assert found["shop"].can_query
    kinds = {one["kind"] for one in yaml.safe_load(block).values()}
    assert kinds == {one.__struct_config__.tag for one in Entry.__args__}
    assert (len(kinds), set(re.findall(r"(\w+) kinds", PAGE))) == (6, {"six"})


def test_the_statuses_that_can_be_declared_are_those_of_the_page() -> None:
    assert ", ".join(map(str, sorted(MAY_MEAN_NOT_DONE))) in PAGE
