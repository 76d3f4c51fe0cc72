"""What a tool takes, as a JSON Schema's text, for tools that are declared and not described (draft 2020-12).

It is shown to models and held against what they write, so it says no more than the connector goes by.
"""

import json
from collections.abc import Collection, Mapping
from typing import Any

from answerable.adapters.connectors.routes import WITH_BODY, Route
from answerable.values.errors import SettingsError

LARGEST_SCHEMA = 64 * 1024
"""Characters; a longer one would be shown to nobody."""
PLAIN: tuple[str, ...] = ("string", "number", "boolean")
"""What can stand in a path or a query."""


def object_schema(properties: Mapping[str, Any], required: Collection[str], *, more: bool) -> dict[str, Any]:
    """The schema of arguments; `more` says that others may come with them."""
    schema: dict[str, Any] = {"type": "object", "properties": dict(properties)}
    if required:
        schema["required"] = [name for name in properties if name in required]
    if not more:
        schema["additionalProperties"] = False
    return schema


def route_schema(route: Route) -> str:
    """From the names in a path and a query: those of the path are needed, and a body takes whatever comes.

    Empty where there are none and there is a body: nothing is known.
    """
    with_body = route.method in WITH_BODY
    if with_body and not route.names and not route.query:
        return ""
    values: dict[str, Any] = {name: {"type": [*PLAIN]} for name in route.names}
    listed = {"type": [*PLAIN, "array", "null"], "items": {"type": [*PLAIN]}}
    values |= dict.fromkeys(route.query, listed)
    return json.dumps(object_schema(values, route.names, more=with_body))


def declared_schema(tool: str, schema: Mapping[str, Any]) -> str:
    """A schema that the deployment wrote, as text. Raises SettingsError. Whether it can be held against
    anything is for whoever shows it to say."""
    if schema.get("type") != "object":
        raise SettingsError(
            f"tool '{tool}': its schema is of an object; write {{type: object, properties: …}}"
        )
    try:
        text = json.dumps(schema, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        raise SettingsError(f"tool '{tool}': its schema holds a value that JSON has none for") from None
    if len(text) > LARGEST_SCHEMA:
        raise SettingsError(f"tool '{tool}': its schema is longer than {LARGEST_SCHEMA} characters")
    return text
