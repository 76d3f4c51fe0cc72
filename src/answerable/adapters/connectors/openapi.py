"""Tools from an OpenAPI 3 document on disk: an operation's `operationId` is a tool.

Its parameters in path and query, and the members of its JSON body, are the tool's arguments. The document's
`servers` are not gone by: whoever wrote it must not say where credentials are sent. `x-answerable-reference`
at an operation names the member of its answer that is the back end's own name for what it did.

Source: OpenAPI Specification 3.1, sections 4.8.8 to 4.8.14 (paths, operations, parameters, request bodies).
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from answerable.adapters.connectors.openapi_schemas import Parameter, arguments_schema
from answerable.adapters.connectors.routes import WITH_BODY, Route
from answerable.adapters.connectors.yaml_files import read_yaml
from answerable.values.errors import SettingsError

_METHODS = ("get", "post", "put", "patch", "delete")
_MOST_STEPS = 16
_JSON = "application/json"
_DESCRIPTION = 1000


def read_openapi(path: Path, only: frozenset[str] | None = None) -> Mapping[str, Route]:
    """The document's operations by their ids; only those that are named, if any are.

    Raises SettingsError: no such document, a reference that leads out of it, or an operation that can't be
    called from here.
    """
    document = read_yaml(path, "the OpenAPI document")
    if not isinstance(document, dict) or not str(document.get("openapi", "")).startswith("3."):
        raise SettingsError(f"'{path}' is no OpenAPI 3 document: it has no 'openapi: 3.…' at its top")
    _refuse_outside(document, path)
    found: dict[str, Route] = {}
    for where, item, method, operation in _operations(document, path):
        tool = operation.get("operationId")
        if not isinstance(tool, str) or (only is not None and tool not in only):
            continue
        if tool in found:
            raise SettingsError(f"'{path}': the operationId '{tool}' stands there twice")
        try:
            found[tool] = _route(document, tool, where, item, method, operation)
        except SettingsError as error:
            raise SettingsError(
                f"'{path}', operation '{tool}': {error}; or leave it out: list the others under 'tools'"
            ) from None
    if missing := sorted((only or frozenset()) - found.keys()):
        raise SettingsError(
            f"'{path}' has no operation '{missing[0]}'; its operationIds are the tools' names"
        )
    if not found:
        raise SettingsError(f"'{path}' has no operation with an operationId")
    return found


def _operations(
    document: dict[str, Any], path: Path
) -> Iterator[tuple[str, dict[str, Any], str, dict[str, Any]]]:
    paths = document.get("paths", {})
    if not isinstance(paths, dict):
        raise SettingsError(f"'{path}': 'paths' is no mapping")
    for where, one in paths.items():
        item = _resolved(document, one)
        if not isinstance(where, str) or not isinstance(item, dict):
            raise SettingsError(f"'{path}': the path '{where}' has no operations")
        for method in _METHODS:
            if isinstance(operation := item.get(method), dict):
                yield where, item, method, operation


def _route(
    document: dict[str, Any],
    tool: str,
    where: str,
    item: dict[str, Any],
    method: str,
    operation: dict[str, Any],
) -> Route:
    """Raises SettingsError."""
    # What stands at the operation takes the place of what stands at the path (section 4.8.10.1).
    places: dict[tuple[str, str], dict[str, Any]] = {}
    for one in [*_listed(item.get("parameters")), *_listed(operation.get("parameters"))]:
        parameter = _resolved(document, one)
        name, place = (parameter.get(key) if isinstance(parameter, dict) else None for key in ("name", "in"))
        if not isinstance(name, str) or not isinstance(place, str):
            raise SettingsError("a parameter has no name or no place")
        places[name, place] = parameter
    for (name, place), parameter in places.items():
        if parameter.get("required") is True and place not in ("path", "query"):
            raise SettingsError(f"its parameter '{name}' is required in the {place}, where no argument goes")
    body = _resolved(document, operation.get("requestBody"))
    content = _json_of(body, method) if isinstance(body, dict) else None
    described = operation.get("description") or operation.get("summary") or ""
    reference = operation.get("x-answerable-reference")
    route = Route(
        tool,
        method.upper(),
        where,
        tuple(name for name, place in places if place == "query"),
        str(described)[:_DESCRIPTION],
        reference if isinstance(reference, str) else None,
    )
    parameters = [
        *(_parameter(name, places.get((name, "path"), {}), needed=True) for name in route.names),
        *(_parameter(name, places[name, "query"]) for name in route.query),
    ]
    needed = isinstance(body, dict) and body.get("required") is True
    more = method.upper() in WITH_BODY
    return replace(route, schema=arguments_schema(document, parameters, content, needed=needed, more=more))


def _json_of(body: dict[str, Any], method: str) -> Any:
    """The schema of a JSON body. Raises SettingsError."""
    content = body.get("content")
    media = (
        [value for kind, value in content.items() if str(kind).partition(";")[0] == _JSON]
        if isinstance(content, dict)
        else []
    )
    if not media:
        raise SettingsError("its body is no JSON")
    if method.upper() not in WITH_BODY:
        raise SettingsError(f"it has a body, which a {method.upper()} does not carry")
    return media[0].get("schema", {}) if isinstance(media[0], dict) else {}


def _parameter(name: str, found: dict[str, Any], *, needed: bool = False) -> Parameter:
    described = found.get("description")
    required = needed or found.get("required") is True
    return Parameter(name, required, described if isinstance(described, str) else "", found.get("schema"))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _resolved(document: dict[str, Any], value: Any) -> Any:
    """The value, or what it refers to in the document (RFC 6901). Raises SettingsError."""
    for _ in range(_MOST_STEPS):
        if not isinstance(value, dict) or "$ref" not in value:
            return value
        reference, value = value["$ref"], document
        for part in str(reference).removeprefix("#/").split("/"):
            name = part.replace("~1", "/").replace("~0", "~")
            if not isinstance(value, dict) or name not in value:
                raise SettingsError(f"the reference '{reference}' leads nowhere")
            value = value[name]
    raise SettingsError("a reference leads back to itself")


def _refuse_outside(document: dict[str, Any], path: Path) -> None:
    waiting: list[Any] = [document]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            reference = one.get("$ref")
            if isinstance(reference, str) and not reference.startswith("#/"):
                raise SettingsError(
                    f"'{path}' refers to '{reference[:80]}', outside of itself; put what is there into the document"
                )
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
