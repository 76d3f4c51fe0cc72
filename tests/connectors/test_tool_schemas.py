"""A tool is shown with what it takes, and no schema keeps a tool from being shown, however odd its document is."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from answerable.adapters.connectors.mail_message import MailTool
from answerable.adapters.connectors.openapi import read_openapi
from answerable.adapters.connectors.opening import open_connectors
from answerable.adapters.connectors.secrets import Secrets
from answerable.adapters.connectors.sql_values import bound, query_schema
from answerable.adapters.vault_http import Vault
from answerable.apps.toolgate.offered import Offered, offered
from answerable.apps.toolgate.schemas import check_arguments
from answerable.exchange import ToolSpec
from answerable.values.errors import InvalidRequest, SettingsError


def no_vault() -> Vault:
    raise SettingsError("VAULT_ADDR is not set")


def tools(folder: Path, text: str) -> dict[str, Offered]:
    """The tools of a file's one back end, as the gate would show them."""
    (folder / "connectors.yaml").write_text(text)
    [connector] = open_connectors(folder / "connectors.yaml", Secrets({}, no_vault)).values()
    found = [offered(spec) for spec in asyncio.run(connector.tools())]
    return {one.name: one for one in found if isinstance(one, Offered)}


def of_operation(folder: Path, operation: dict[str, Any], path: str = "/a", **document: Any) -> str:
    whole = {"openapi": "3.1.0", "paths": {path: {"post": {"operationId": "a", **operation}}}, **document}
    (folder / "a.json").write_text(json.dumps(whole))
    return read_openapi(folder / "a.json")["a"].schema


def body(schema: Any, *, required: bool = True) -> dict[str, Any]:
    return {"requestBody": {"required": required, "content": {"application/json": {"schema": schema}}}}


def fits(schema: Any, arguments: dict[str, Any]) -> bool:
    try:
        check_arguments(arguments, json.loads(schema) if isinstance(schema, str) else schema)
    except InvalidRequest:
        return False
    return True


# -- OpenAPI -----------------------------------------------------------------------


def test_parameters_and_body_are_one_schema_with_references_in_their_places(tmp_path: Path) -> None:
    parts = {
        "Money": {"type": "number", "minimum": 0, "exclusiveMinimum": True, "example": 5, "xml": {}},
        "Refund": {
            "type": "object",
            "required": ["amount", "id"],
            "properties": {
                "amount": {"$ref": "#/components/schemas/Money"},
                "note": {"type": "string", "nullable": True, "maxLength": 20},
                "id": {"type": "string", "readOnly": True},
            },
        },
    }
    order = {"name": "order_id", "in": "path", "required": True, "description": "Like L-19004.",
             "schema": {"type": "string", "pattern": "^L-[0-9]+$"}}  # fmt: skip
    given = {"parameters": [order, {"name": "dry", "in": "query", "schema": {"type": "boolean"}}]}
    found = of_operation(
        tmp_path,
        given | body({"$ref": "#/components/schemas/Refund"}),
        "/orders/{order_id}/refunds",
        components={"schemas": parts},
    )
    schema = json.loads(found)
    assert schema["properties"] == {
        "amount": {"type": "number", "exclusiveMinimum": 0},
        "note": {"type": ["string", "null"], "maxLength": 20},
        "order_id": {"type": "string", "pattern": "^L-[0-9]+$", "description": "Like L-19004."},
        "dry": {"type": "boolean"},
    }
    assert sorted(schema["required"]) == ["amount", "order_id"]
    assert fits(found, {"order_id": "L-1", "amount": 1, "note": None, "dry": True})
    for wrong in ({"order_id": "L-1"}, {"order_id": "x", "amount": 1}, {"order_id": "L-1", "amount": 0}):
        assert not fits(found, wrong)
    assert isinstance(offered(ToolSpec("a", "", found)), Offered)


def test_a_tree_of_any_depth_is_described_down_to_where_it_comes_back(tmp_path: Path) -> None:
    node = {
        "type": "object",
        "properties": {"of": {"$ref": "#/components/schemas/Node"}, "a": {"type": "integer"}},
    }
    found = of_operation(
        tmp_path, body({"$ref": "#/components/schemas/Node"}), components={"schemas": {"Node": node}}
    )
    assert json.loads(found)["properties"] == {"of": {}, "a": {"type": "integer"}}


def test_what_is_too_much_or_leads_nowhere_leaves_the_tool_without_a_schema(tmp_path: Path) -> None:
    wide = {f"p{number}": {"type": "string"} for number in range(3000)}
    deep: dict[str, Any] = {"type": "string"}
    for _ in range(40):
        deep = {"type": "array", "items": deep}
    doubled = {f"S{n}": {"type": "object", "properties": {
        "a": {"$ref": f"#/components/schemas/S{n + 1}"}, "b": {"$ref": f"#/components/schemas/S{n + 1}"}}}
        for n in range(30)}  # fmt: skip
    for schema in (
        {"type": "object", "properties": wide},
        {"type": "object", "properties": {"a": deep}},
        {"$ref": "#/components/schemas/S0"},
        {"type": "object", "properties": {"a": {"$ref": "#/components/schemas/None"}}},
        {"type": "array"},
    ):
        assert of_operation(tmp_path, body(schema), components={"schemas": doubled}) == ""


def test_keywords_that_the_gate_does_not_take_are_left_out_and_refuse_nothing_more(tmp_path: Path) -> None:
    schema = {
        "type": "object",
        "properties": {"a": {"type": "string", "pattern": "(?=a)b"}, "n": {"maximum": 2**63 - 1}},
        "patternProperties": {"^x-": {}},
        "additionalProperties": False,
        "unevaluatedProperties": False,
        "not": {"required": ["b"]},
        "oneOf": [{"required": ["a"], "discriminator": {}}, {"patternProperties": {}}],
    }
    found = of_operation(tmp_path, body(schema))
    assert fits(found, {"a": "c", "x-y": 1, "n": 5})
    assert isinstance(offered(ToolSpec("a", "", found)), Offered)


def test_a_body_that_may_be_left_out_needs_nothing_and_one_nobody_declared_takes_anything(
    tmp_path: Path,
) -> None:
    schema = {"required": ["a"], "properties": {"a": {"type": "string"}}}
    assert fits(of_operation(tmp_path, body(schema, required=False)), {})
    assert not fits(of_operation(tmp_path, body(schema)), {})
    assert fits(of_operation(tmp_path, {}), {"anything": 1})


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.text(max_size=4)
    | st.just("#/components/schemas/A"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
_KEYWORDS = st.sampled_from(
    "type properties required items enum const minimum exclusiveMinimum maxLength pattern uniqueItems anyOf oneOf "
    "allOf not $ref additionalProperties patternProperties nullable readOnly format default description $id".split()
)
_SCHEMAS = st.recursive(
    _JSON,
    lambda inner: st.dictionaries(
        _KEYWORDS,
        inner | st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
        | st.sampled_from(["object", "string", "^a+$"]) | st.just(["a", "b"]),
        max_size=5,
    ),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(schema=_SCHEMAS, shared=_SCHEMAS, parameter=_SCHEMAS, path=st.sampled_from(["/a", "/a/{b}"]))
def test_no_document_makes_a_schema_that_the_gate_can_not_take(
    tmp_path: Path, schema: Any, shared: Any, parameter: Any, path: str
) -> None:
    operation = {"parameters": [{"name": "q", "in": "query", "schema": parameter}]} | body(schema)
    try:
        found = of_operation(tmp_path, operation, path, components={"schemas": {"A": shared}})
    except SettingsError as error:
        assert "refers to" in str(error)  # a reference out of it  # noqa: PT017
        return
    if found:
        shown = offered(ToolSpec("a", "", found))
        assert isinstance(shown, Offered) or "nobody sees" in shown.because, (found, shown)


# -- the others ----------------------------------------------------------------------


def test_a_tool_that_is_declared_takes_what_its_path_and_query_name_or_what_it_says(tmp_path: Path) -> None:
    found = tools(
        tmp_path,
        "a:\n  kind: http\n  url: https://a.example\n  tools:\n"
        "    get_order: {method: GET, path: '/orders/{order_id}', query: [with]}\n"
        "    note: {path: '/orders/{order_id}/notes'}\n"
        "    refund: {schema: {type: object, required: [id], properties: {id: {type: string}}}}\n"
        "    open: {}\n",
    )
    get = found["get_order"].schema
    assert fits(get, {"order_id": "L-1", "with": ["a", "b"]})
    assert fits(get, {"order_id": 7})
    misfits: list[dict[str, Any]] = [{}, {"order_id": {}}, {"order_id": "L-1", "other": 1}]
    for wrong in misfits:
        assert not fits(get, wrong)
    assert fits(found["note"].schema, {"order_id": "L-1", "text": "hello"})
    assert not fits(found["note"].schema, {"text": "hello"})
    assert not fits(found["refund"].schema, {"id": 1})
    assert fits(found["open"].schema, {"anything": 1})


@pytest.mark.parametrize("schema", ["{type: array}", "{}", "{type: object, default: .nan}"])
def test_a_declared_schema_that_is_none_is_said_when_the_file_is_read(tmp_path: Path, schema: str) -> None:
    text = f"a: {{kind: http, url: 'https://a.example', tools: {{t: {{schema: {schema}}}}}}}"
    with pytest.raises(SettingsError, match="'a': tool 't': its schema"):
        tools(tmp_path, text)


def test_a_querys_schema_lets_through_what_the_query_takes() -> None:
    types = {"a": "text", "b": "integer", "c": "number", "d": "flag", "e": "instant"}
    right = {"a": "x", "b": 1, "c": 1.5, "d": True, "e": "2026-01-01T00:00:00Z"}
    assert bound(right, types)
    assert fits(query_schema(types), right)
    for name in types:
        assert not fits(query_schema(types), {key: value for key, value in right.items() if key != name})
        assert not fits(query_schema(types), right | {name: []})
    assert not fits(query_schema(types), right | {"f": 1})
    assert fits(query_schema({}), {})


def test_an_e_mails_schema_is_of_the_arguments_that_are_in_it_and_tells_nobodys_address() -> None:
    mail = MailTool("{email}", "Your return {return_id}", "For {email}: {days} days.", ("boss@shop.example",))
    assert fits(mail.schema, {"email": "a@shop.example", "return_id": "R-1", "days": 3})
    assert not fits(mail.schema, {"email": "a@shop.example", "return_id": "R-1"})
    assert not fits(mail.schema, {"email": 1, "return_id": "R-1", "days": 3})
    assert "boss" not in mail.schema
