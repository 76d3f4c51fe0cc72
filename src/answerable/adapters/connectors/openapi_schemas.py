"""The arguments of an OpenAPI operation as one JSON Schema (draft 2020-12), by itself: pure.

It is only ever looser than the document: a keyword that is not taken here, or whose value is none, is left out, and
so is what a reference leads back to. What is only to be read (`readOnly`) is no argument. Where the document says more
than is shown to a model, there is no schema.

Source: OpenAPI Specification 3.1 section 4.8.24 (schema object), 3.0.3 section 4.7.24 (nullable, exclusiveMinimum as
a flag, readOnly).
"""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import re2

from answerable.adapters.connectors.argument_schemas import LARGEST_SCHEMA, object_schema
from answerable.grants.arguments import LARGEST_INTEGER

MOST_DEEP = 20
MOST_VALUES = 1500
_MOST_STEPS = 16
_NOTE = 500
_TYPES = frozenset({"null", "boolean", "object", "array", "number", "string", "integer"})
_COMBINED = ("allOf", "anyOf", "oneOf")


class TooMuch(Exception):
    """The document says more of the arguments than is taken here."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One in the path or the query."""

    name: str
    required: bool
    description: str
    schema: Any


def arguments_schema(
    document: Mapping[str, Any], parameters: Sequence[Parameter], body: Any, *, needed: bool, more: bool
) -> str:
    """The schema's text; empty where there is none.

    `body` is the JSON body's schema, None where the operation has none; `needed` says that the body must be there,
    `more` that arguments that nobody declared are sent along.
    """
    reader = _Reader(document)
    try:
        found = {one.name: reader.parameter(one) for one in parameters}
        required = {one.name for one in parameters if one.required}
        whole = {} if body is None else reader.read(body, 1)
        if body is not None:
            whole = {"type": "object", **whole}  # arguments always are one, and documents leave it out
        if body is not None and not found:
            if whole.get("type") != "object":
                return ""
            schema = whole if needed else {key: value for key, value in whole.items() if key != "required"}
        elif not _is_plain(whole):
            schema = object_schema(found, required, more=True)
        else:
            # An argument that goes into the path or the query is not in the body.
            found = {**whole.get("properties", {}), **found}
            required |= set(whole.get("required", ())) & found.keys() if needed else set()
            open_ended = more if body is None else whole.get("additionalProperties", True) is not False
            schema = object_schema(found, required, more=open_ended)
        text = json.dumps(schema, ensure_ascii=False, allow_nan=False)
    except TooMuch:
        return ""
    return text if len(text) <= LARGEST_SCHEMA else ""


def _is_plain(schema: Mapping[str, Any]) -> bool:
    """Can its members stand beside others? What combines schemas says things of the body as a whole."""
    return not schema or (schema.get("type") == "object" and schema.keys().isdisjoint(_COMBINED))


class _Reader:
    """Reads schemas of one document, and counts what they come to."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._left = MOST_VALUES

    def parameter(self, one: Parameter) -> dict[str, Any]:
        schema = self.read({} if one.schema is None else one.schema, 1)
        if one.description:
            schema = {**schema, "description": one.description[:_NOTE]}
        return schema

    def read(self, schema: Any, depth: int, under: tuple[str, ...] = ()) -> dict[str, Any]:
        """A schema with what it refers to in its place. Raises TooMuch."""
        self._count(depth)
        reference, schema, under = self._followed(schema, under)
        if schema is True or reference is _AGAIN:
            return {}
        if not isinstance(schema, dict) or not all(isinstance(name, str) for name in schema):
            raise TooMuch
        found: dict[str, Any] = {}
        for name, value in schema.items():
            if name in _KEPT and _KEPT[name](value):
                found[name] = value[:_NOTE] if name == "description" else value
        self._inner(schema, found, depth, under)
        _as_in_3_0(schema, found)
        return found

    def _inner(
        self, schema: dict[str, Any], found: dict[str, Any], depth: int, under: tuple[str, ...]
    ) -> None:
        """The schemas in a schema."""
        hidden: set[str] = set()
        members = schema.get("properties")
        if isinstance(members, dict):
            if not all(isinstance(name, str) for name in members):
                raise TooMuch  # YAML reads 'yes' as a flag
            hidden = {
                name for name, one in members.items() if isinstance(one, dict) and one.get("readOnly") is True
            }
            found["properties"] = {
                name: self.read(one, depth + 2, under) for name, one in members.items() if name not in hidden
            }
        if "required" in found:
            found["required"] = [name for name in found["required"] if name not in hidden]
        if "items" in schema and "prefixItems" not in schema:
            found["items"] = self.read(schema["items"], depth + 1, under)
        # Beside a keyword that is not taken it would refuse more than the document does.
        if "additionalProperties" in schema and "patternProperties" not in schema:
            value = schema["additionalProperties"]
            self._count(depth)
            found["additionalProperties"] = (
                value if isinstance(value, bool) else self.read(value, depth + 1, under)
            )
        for name in _COMBINED:
            listed = schema.get(name)
            if not isinstance(listed, list) or not listed:
                continue
            # What is left out of a 'oneOf' could make two of it fit where the document has one.
            place = "allOf" if name == "allOf" else "anyOf"
            if place not in found:
                found[place] = [self.read(one, depth + 2, under) for one in listed]

    def _followed(self, schema: Any, under: tuple[str, ...]) -> tuple[object, Any, tuple[str, ...]]:
        """What a reference leads to. Raises TooMuch where it leads nowhere or through too many."""
        for _ in range(_MOST_STEPS):
            if not isinstance(schema, dict) or "$ref" not in schema:
                return None, schema, under
            reference = schema["$ref"]
            if not isinstance(reference, str) or not reference.startswith("#/"):
                raise TooMuch
            if reference in under:
                return _AGAIN, None, under
            under = (*under, reference)
            value: Any = self._document
            for part in reference[2:].split("/"):
                name = part.replace("~1", "/").replace("~0", "~")
                if not isinstance(value, Mapping) or name not in value:
                    raise TooMuch
                value = value[name]
            schema = value
        raise TooMuch

    def _count(self, depth: int) -> None:
        self._left -= 1
        if depth > MOST_DEEP or self._left < 0:
            raise TooMuch


_AGAIN = object()
"""A reference that leads back to where it stands: a tree of any depth."""


def _as_in_3_0(schema: Mapping[str, Any], found: dict[str, Any]) -> None:
    """Where version 3.0 says something in another way."""
    for flag, limit in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if schema.get(flag) is True and limit in found:
            found[flag] = found.pop(limit)
    if schema.get("nullable") is True:
        if isinstance(kind := found.get("type"), str):
            found["type"] = [kind, "null"]
        if "enum" in found and None not in found["enum"]:
            found["enum"] = [*found["enum"], None]


def _is_json(value: Any, depth: int = 0) -> bool:
    match value:
        case None | bool():
            return True
        case str():
            return not any("\ud800" <= letter <= "\udfff" for letter in value)
        case int():
            return abs(value) <= LARGEST_INTEGER
        case float():
            return math.isfinite(value)
        case list():
            return depth < 3 and len(value) <= MOST_VALUES and all(_is_json(one, depth + 1) for one in value)  # noqa: PLR2004
    return False


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and _is_json(value)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST_INTEGER


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and _is_json(value)


def _is_type(value: Any) -> bool:
    if isinstance(value, list):
        return bool(value) and _is_names(value) and _TYPES.issuperset(value)
    return isinstance(value, str) and value in _TYPES


def _is_names(value: Any) -> bool:
    return isinstance(value, list) and all(_is_text(one) for one in value) and len(set(value)) == len(value)


def _is_pattern(value: Any) -> bool:
    if not _is_text(value):
        return False
    try:
        re2.compile(value)
    except re2.error:
        return False
    return True


_KEPT: Mapping[str, Callable[[Any], bool]] = {
    "type": _is_type,
    "title": _is_text,
    "description": _is_text,
    "format": _is_text,
    "enum": lambda value: isinstance(value, list) and bool(value) and _is_json(value),
    "const": _is_json,
    "default": _is_json,
    "required": _is_names,
    "pattern": _is_pattern,
    "uniqueItems": lambda value: isinstance(value, bool),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), _is_number),
    **dict.fromkeys(
        ("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"), _is_count
    ),
}
"""The keywords that are taken, each with what its value has to be."""
