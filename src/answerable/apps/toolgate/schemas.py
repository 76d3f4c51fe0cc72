"""Hold arguments against a tool's JSON Schema (draft 2020-12), in time that grows with their size and no faster.

The schema is a back end's, so it may be hostile: it refers to nothing outside of itself, and its patterns are
matched by RE2, which does not backtrack. `patternProperties` and `unevaluated…` are not taken: the library that
checks would match the first by Python's own engine, and take long over the second.
"""

from collections.abc import Iterator
from typing import Any

import re2
from jsonschema import Draft202012Validator, SchemaError, ValidationError
from jsonschema.validators import extend

from answerable.grants.canonical_json import canonical_json
from answerable.values.errors import InvalidRequest

_NOT_TAKEN = frozenset(
    {"patternProperties", "unevaluatedProperties", "unevaluatedItems", "$dynamicRef", "$recursiveRef", "$id"}
)
_MAPS = frozenset({"properties", "$defs", "definitions", "dependentSchemas"})
_VALUES = frozenset({"enum", "const", "default", "examples"})
_MOST_REFERENCES = 100
_LONGEST = 200
_MOST_WORK = 1_000_000
"""Values of the arguments times values of the schema: each may be held against each."""


class SchemaUnusable(Exception):
    """Why a schema can't be held against anything, in words for an operator."""


def check_schema(schema: Any) -> None:
    """Raises SchemaUnusable.

    Local references are counted, and one that leads to where it stands is refused: the check would not end.
    """
    if not isinstance(schema, dict) or schema.get("type") != "object":
        raise SchemaUnusable("its schema is none of an object ('type': 'object')")
    references = list(_walk(schema))
    if len(references) > _MOST_REFERENCES:
        raise SchemaUnusable(f"its schema has more than {_MOST_REFERENCES} references")
    for target in references:
        _resolvable(schema, target)
    _ends(schema)
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        raise SchemaUnusable(f"its schema is none: {_short(error.message)}") from None


def check_arguments(arguments: dict[str, Any], schema: dict[str, Any]) -> None:
    """Raises InvalidRequest, which says where the arguments don't fit, in words that a model can act on."""
    if _size(arguments) * _size(schema) > _MOST_WORK:
        raise InvalidRequest(
            "the arguments have too many values to be held against the tool's schema", "arguments"
        )
    validator = _Checker(schema)
    found = next(iter(validator.iter_errors(arguments)), None)
    if found is not None:
        where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in found.absolute_path)
        place = f"arguments{where}"
        # The library quotes the value first and what is wrong with it last.
        why = found.message if len(found.message) <= _LONGEST else "…" + found.message[-_LONGEST:]
        raise InvalidRequest(f"'{place}': {why}", place)


def _walk(schema: Any, *, named: bool = False) -> Iterator[str]:
    """Every reference in a schema. Raises SchemaUnusable for keywords that are not taken and patterns that can't be."""
    if isinstance(schema, list):
        for one in schema:
            yield from _walk(one)
        return
    if not isinstance(schema, dict):
        return
    for name, value in schema.items():
        if named:
            yield from _walk(value)
            continue
        if name in _NOT_TAKEN:
            raise SchemaUnusable(f"its schema uses '{name}', which is not taken here")
        if name == "$ref":
            if not isinstance(value, str) or not value.startswith("#/"):
                raise SchemaUnusable("its schema refers to something outside of itself")
            yield value
        elif name == "pattern" and isinstance(value, str):
            try:
                re2.compile(value)
            except re2.error as error:
                raise SchemaUnusable(f"its pattern '{_short(value)}' can't be used: {error}") from None
        elif name not in _VALUES:
            yield from _walk(value, named=name in _MAPS)


def _resolvable(schema: dict[str, Any], target: str) -> Any:
    found: Any = schema
    for part in target[2:].split("/"):
        name = part.replace("~1", "/").replace("~0", "~")
        found = found.get(name) if isinstance(found, dict) else None
        if found is None:
            raise SchemaUnusable(f"its schema refers to '{_short(target)}', which is not there")
    return found


def _ends(schema: dict[str, Any]) -> None:
    """No reference leads round in a circle, also not through other members: trees of any depth are not taken."""

    def follow(value: Any, under: tuple[str, ...]) -> None:
        if isinstance(value, list):
            for one in value:
                follow(one, under)
        elif isinstance(value, dict):
            for name, inner in value.items():
                if name == "$ref" and isinstance(inner, str):
                    if inner in under:
                        raise SchemaUnusable(f"its schema refers to '{_short(inner)}' from within it")
                    if len(under) >= _DEEPEST:
                        raise SchemaUnusable(f"its references lead over more than {_DEEPEST} others")
                    budget[0] -= 1
                    if budget[0] < 0:
                        raise SchemaUnusable("its references multiply beyond what is checked here")
                    follow(_resolvable(schema, inner), (*under, inner))
                elif name not in _VALUES:
                    follow(inner, under)

    budget = [1000]
    follow(schema, ())


_DEEPEST = 8


def _pattern(_: Any, pattern: str, instance: Any, __: Any) -> Iterator[ValidationError]:
    if isinstance(instance, str) and not re2.compile(pattern).search(instance):
        yield ValidationError(f"it does not match {pattern!r}")


def _unique(_: Any, wanted: Any, instance: Any, __: Any) -> Iterator[ValidationError]:
    """By canonical JSON: the library compares each with each."""
    if wanted is not True or not isinstance(instance, list):
        return
    if len({canonical_json(one) for one in instance}) != len(instance):
        yield ValidationError("an array holds the same item twice")


def _size(value: Any) -> int:
    waiting, found = [value], 0
    while waiting:
        one = waiting.pop()
        found += 1
        waiting += one.values() if isinstance(one, dict) else one if isinstance(one, list) else ()
    return found


_Checker = extend(Draft202012Validator, {"pattern": _pattern, "uniqueItems": _unique})  # type: ignore[no-untyped-call]


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
