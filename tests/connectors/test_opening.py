"""What is wrong with the file of back ends is said of its entry, with what to do, and before anything is used."""

import json
from pathlib import Path

import pytest

from answerable.adapters.connectors.opening import open_connectors
from answerable.adapters.connectors.secrets import Secrets
from answerable.adapters.vault_http import Vault
from answerable.values.errors import SettingsError

OPENAPI = {"openapi": "3.0.3", "paths": {"/a": {"get": {"operationId": "a"}}}}


def no_vault() -> Vault:
    raise SettingsError("VAULT_ADDR is not set")


def opened(folder: Path, text: str) -> object:
    (folder / "connectors.yaml").write_text(text)
    return open_connectors(folder / "connectors.yaml", Secrets({}, no_vault))


HTTP = "kind: http, url: 'https://a.example', tools: {a: {}}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "names no back end"),
        ("[1]", "names no back end"),
        ("a: {kind: ftp}", "'a': invalid value 'ftp'"),
        ("a: {url: x}", "'a': object missing required field `kind`"),
        (f"a: {{{HTTP}, colour: red}}", "unknown field `colour`"),
        (f"a: {{{HTTP}}}\na: {{{HTTP}}}", "'a' stands there twice"),
        (f"a: &x {{{HTTP}}}\nb: *x", "alias"),
        (f"'a b': {{{HTTP}}}", "can't be a back end's name"),
        ("a: {kind: http, url: 'http://a.example', tools: {a: {}}}", "in clear; write https://"),
        ("a: {kind: http, url: 'https://u:p@a.example', tools: {a: {}}}", "name the place of a credential"),
        ("a: {kind: http, url: 'https://a.example?x=1', tools: {a: {}}}", "is no base URL"),
        ("a: {kind: http, url: 'https://a.example', tools: {}}", "has no tools"),
        ("a: {kind: http, url: 'https://a.example', tools: {a: {method: TRACE}}}", "is no method"),
        (f"a: {{{HTTP}, not_done: [500]}}", "500 can't mean that nothing was done"),
        (f"a: {{{HTTP}, query: {{path: /acts}}}}", "has no '{key}'"),
        ("a: {kind: http, url: 'https://a.example', grants: true, tools: {a: {method: PUT, path: /b}}}",
         "is POST /a with the arguments as body"),
        (f"a: {{{HTTP}, credential: {{}}}}", "is one of bearer, basic, header and query"),
        (f"a: {{{HTTP}, credential: {{bearer: 'vault:crm/token'}}}}", "VAULT_ADDR is not set"),
        (f"a: {{{HTTP}, credential: {{header: {{name: Host, value: 'env:A'}}}}}}", "can't be the name"),
        (f"a: {{{HTTP}, credential: {{basic: {{user: 'a:b', password: 'env:A'}}}}}}", "without ':'"),
        (f"a: {{{HTTP}, most_bytes: 0}}", "most_bytes"),
        ("a: {kind: openapi, url: 'https://a.example', document: none.yaml}", "can't be read"),
        ("a: {kind: mcp}", "a url or a command"),
        ("a: {kind: mcp, url: 'http://a.example/mcp'}", "in clear"),
        ("a: {kind: mcp, url: 'https://a.example', environment: {A: 'env:A'}}", "goes with 'command'"),
        ("a: {kind: sql, url: 'sqlite:x.db', queries: {}}", "at least one query"),
        ("a: {kind: sql, url: 'sqlite:x.db', queries: {q: {sql: 'DELETE FROM t'}}}", "'q': the query is no SELECT"),
        ("a: {kind: sql, url: 'sqlite:x.db', queries: {q: {sql: 'SELECT :a'}}}", "each has its type"),
        ("a: {kind: sql, url: 'sqlite:x.db', queries: {q: {sql: 'SELECT :a', parameters: {a: blob}}}}", "is no type"),
        ("a: {kind: sql, url: 'postgresql://u:secret@h/d', queries: {q: {sql: SELECT 1}}}", "its password stands in"),
        ("a: {kind: sql, url: 'postgresql://u@h/d', queries: {q: {sql: SELECT 1}}}", "sslmode=verify-full"),
        ("a: {kind: sql, url: 'mysql://h/d', queries: {q: {sql: SELECT 1}}}", "postgresql://"),
        ("a: {kind: smtp, host: h, sender: a@b.c, encryption: none, tools: {t: {to: '{e}', subject: s, text: t}}}",
         "use starttls or tls"),
        ("a: {kind: smtp, host: h, sender: nobody, tools: {t: {to: '{e}', subject: s, text: t}}}", "no e-mail address"),
        ("a: {kind: smtp, host: h, sender: a@b.example, tools: {t: {to: 'x', subject: s, text: t}}}", "tool 't'"),
        ("a: {kind: smtp, host: h, sender: a@b.example, tools: {t: {to: '{e}', subject: '{', text: t}}}", "tool 't'"),
        ("a: {kind: smtp, host: h, sender: a@b.example, user: x, tools: {t: {to: '{e}', subject: s, text: t}}}",
         "go together"),
    ],
)  # fmt: skip
def test_a_mistake_is_named(tmp_path: Path, text: str, expected: str) -> None:
    with pytest.raises(SettingsError) as raised:
        opened(tmp_path, text)
    assert expected in str(raised.value)
    assert "secret" not in str(raised.value)


def document(folder: Path, **changed: object) -> str:
    (folder / "api.json").write_text(json.dumps({**OPENAPI, **changed}))
    return "a: {kind: openapi, url: 'https://a.example', document: api.json}"


def operation(method: str = "get", path: str = "/a", **changed: object) -> dict[str, object]:
    return {path: {method: {"operationId": "a", **changed}}}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"openapi": "2.0"}, "no OpenAPI 3 document"),
        ({"paths": {}}, "no operation"),
        ({"paths": []}, "no mapping"),
        ({"paths": {"/a": {"$ref": "other.yaml#/a"}}}, "outside of itself"),
        ({"x": {"$ref": "https://evil.example/a"}}, "outside of itself"),
        ({"x": {"$ref": "file:///etc/passwd"}}, "outside of itself"),
        ({"paths": {"/a": {"$ref": "#/nowhere"}}}, "leads nowhere"),
        ({"paths": {"/a": {"$ref": "#/b"}}, "b": {"$ref": "#/c"}, "c": {"$ref": "#/b"}}, "back to itself"),
        ({"paths": {**operation(), "/b": {"get": {"operationId": "a"}}}}, "stands there twice"),
        ({"paths": operation(parameters=[{"name": "t", "in": "header", "required": True}])}, "in the header"),
        ({"paths": operation(parameters=[{"in": "query"}])}, "no name"),
        ({"paths": operation("post", requestBody={"content": {"text/plain": {}}})}, "no JSON"),
        ({"paths": operation(requestBody={"content": {"application/json": {}}})}, "does not carry"),
        ({"paths": operation(path="/a/../b")}, "can't be used"),
        ({"paths": {"/a": {"get": {"operationId": "a b"}}}}, "can't be a tool's name"),
    ],
)  # fmt: skip
def test_a_document_that_can_t_be_gone_by_is_refused(
    tmp_path: Path, changed: dict[str, object], expected: str
) -> None:
    with pytest.raises(SettingsError) as raised:
        opened(tmp_path, document(tmp_path, **changed))
    assert expected in str(raised.value)


def test_operations_that_are_not_listed_are_not_there(tmp_path: Path) -> None:
    paths = {**operation(), "/b": {"get": {"operationId": "b", "parameters": [{"in": "query"}]}}}
    text = document(tmp_path, paths=paths)
    with pytest.raises(SettingsError):
        opened(tmp_path, text)
    assert opened(tmp_path, text.replace("}", ", tools: [a]}"))
    with pytest.raises(SettingsError, match="no operation 'c'"):
        opened(tmp_path, text.replace("}", ", tools: [a, c]}"))
