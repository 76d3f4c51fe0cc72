"""Arguments into a query's parameters, and what it finds into JSON: exactly, or not at all."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from answerable.adapters.connectors.argument_schemas import object_schema
from answerable.grants.arguments import LARGEST_INTEGER
from answerable.values import from_rfc3339, rfc3339
from answerable.values.errors import InvalidRequest

TYPES = ("text", "integer", "number", "flag", "instant")
_SCHEMAS: Mapping[str, Mapping[str, str]] = {
    "text": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "flag": {"type": "boolean"},
    "instant": {"type": "string", "format": "date-time"},
}


def query_schema(types: Mapping[str, str]) -> str:
    """What `bound` takes, as a JSON Schema's text."""
    return json.dumps(
        object_schema({name: _SCHEMAS[kind] for name, kind in types.items()}, types, more=False)
    )


def bound(given: Mapping[str, Any], types: Mapping[str, str]) -> dict[str, Any]:
    """The parameters' values. Raises InvalidRequest: one is missing, of another type, or not asked for."""
    if extra := sorted(given.keys() - types.keys()):
        raise InvalidRequest(f"the query takes no '{extra[0][:40]}'; leave it out", "arguments")
    return {name: _bound(name, given.get(name), kind) for name, kind in types.items()}


def _bound(name: str, value: Any, kind: str) -> Any:
    match kind, value:
        case "text", str() if "\0" not in value and not any("\ud800" <= one <= "\udfff" for one in value):
            return value
        case "integer", int() if not isinstance(value, bool):
            return value
        case "number", int() | float() if not isinstance(value, bool):
            return Decimal(repr(value))
        case "flag", bool():
            return value
        case "instant", str():
            try:
                return from_rfc3339(value)
            except ValueError:
                pass
    raise InvalidRequest(f"'{name}' is missing, or is not {kind}", f"arguments.{name}")


def rows_as_json(names: Sequence[str], rows: Iterable[Sequence[Any]], *, one: bool) -> str:
    """The rows as JSON objects. Raises ValueError where a column holds what JSON can't."""
    found = [{name: _value(name, value) for name, value in zip(names, row, strict=True)} for row in rows]
    return json.dumps(found[0] if one else {"rows": found}, ensure_ascii=False)


def _value(name: str, value: Any) -> Any:
    match value:
        case None | bool() | str():
            return value
        case int():
            return value if abs(value) <= LARGEST_INTEGER else str(value)
        case float() if math.isfinite(value):
            return value
        case Decimal() if value.is_finite():
            return format(value, "f")
        case datetime() if value.tzinfo is not None:
            return rfc3339(value)
        case datetime():
            raise ValueError(f"the column '{name}' holds a time without a zone; name one: AT TIME ZONE 'UTC'")
        case date():
            return value.isoformat()
        case time() | UUID():
            return str(value)
        case list():
            return [_value(name, one) for one in value]
    raise ValueError(f"the column '{name}' holds what JSON has no value for; convert it in the query")
