"""A tool as a back end describes it, made fit to be shown to a model; or why it is not shown.

What a back end says of its tools is read by models, so it is untrusted: whoever changes it can tell the model what to
do ("tool poisoning"). Texts are cut to a length and lose what nobody sees: controls, marks that reorder or join text,
tags. Where such a thing stands in a name or a value, the tool is left out: a model would have to write it back.
"""

import hashlib
import json
import unicodedata
from dataclasses import dataclass
from typing import Any

import re2

from answerable.apps.toolgate.schemas import SchemaUnusable, check_schema
from answerable.exchange import ToolSpec
from answerable.grants.canonical_json import canonical_json
from answerable.values import Digest
from answerable.values.strict_json import JsonError, read_json

LONGEST_DESCRIPTION = 2000
LONGEST_NOTE = 500
"""Characters of a description inside of a schema."""
LARGEST_SCHEMA = 64 * 1024
MOST_DEEP = 24
MOST_VALUES = 2000

_NAME = re2.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_SHOWN_AS_LINES = frozenset("\n\t")
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_TEXTS = frozenset({"description", "title", "$comment"})
_MAPS = frozenset({"properties", "$defs", "definitions", "dependentSchemas"})
"""Keywords whose members are named by the back end, so that a property may be called 'description'."""
_EMPTY = '{"type":"object","additionalProperties":true}'


@dataclass(frozen=True, slots=True)
class Offered:
    """A tool that may be shown. `fingerprint` is of what the back end said, before anything was taken out."""

    name: str
    """As the back end calls it."""
    description: str
    schema: dict[str, Any]
    fingerprint: Digest


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A tool that is not shown, and why, in words for an operator."""

    name: str
    because: str


def offered(spec: ToolSpec) -> Offered | LeftOut:
    """Judge what a back end offers. Pure; never raises.

    1. Its name is one that every client takes: letters, digits, `_`, `-` and `.`, up to 64.
    2. Its schema's text is of bounded size; it is JSON with no name twice; its depth and number of values are bounded.
    3. It is the schema of an object, and one that can be checked without going elsewhere or backtracking.
    4. Nothing unseen is in a name or value of it; texts for reading lose what is unseen, and are cut.
    """
    # 1.
    if not _NAME.fullmatch(spec.name):
        return LeftOut(_plain(spec.name, 80), "its name is not of 1 to 64 letters, digits, '_', '-' and '.'")
    # 2.
    text = spec.schema or _EMPTY
    if len(text) > LARGEST_SCHEMA:
        return LeftOut(spec.name, f"its schema is larger than {LARGEST_SCHEMA} characters")
    try:
        schema = read_json(text)
    except JsonError as error:
        return LeftOut(spec.name, f"its schema {error}")
    try:
        _bounded(schema)
        # 3.
        check_schema(schema)
        # 4.
        cleaned = _cleaned(schema)
        fingerprint = _fingerprint(spec, schema)
    except SchemaUnusable as error:
        return LeftOut(spec.name, str(error))
    except (UnicodeEncodeError, OverflowError):
        return LeftOut(spec.name, "its description or schema holds what is no text or number of JSON")
    return Offered(spec.name, _plain(spec.description, LONGEST_DESCRIPTION), cleaned, fingerprint)


def is_unseen(letter: str) -> bool:
    """Is that a character that shows nothing, or changes how others are shown?"""
    return letter not in _SHOWN_AS_LINES and unicodedata.category(letter) in _UNSEEN


def _fingerprint(spec: ToolSpec, schema: dict[str, Any]) -> Digest:
    whole = canonical_json({"description": spec.description, "name": spec.name, "schema": schema})
    return Digest(f"sha256:{hashlib.sha256(whole).hexdigest()}")


def _plain(text: str, most: int) -> str:
    kept = "".join([letter for letter in text[: 4 * most] if not is_unseen(letter)]).strip()
    return kept if len(kept) <= most else kept[: most - 1] + "…"


def _bounded(schema: Any) -> None:
    waiting: list[tuple[Any, int]] = [(schema, 1)]
    values = 0
    while waiting:
        value, depth = waiting.pop()
        values += 1
        if depth > MOST_DEEP or values > MOST_VALUES:
            raise SchemaUnusable(
                f"its schema is nested more than {MOST_DEEP} deep, or has over {MOST_VALUES} values"
            )
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        waiting += [(one, depth + 1) for one in inner]


def _cleaned(schema: Any, *, named: bool = False) -> Any:
    """The schema with its texts for reading made plain. `named` says that its members are the back end's own names.

    Raises SchemaUnusable where something unseen stands elsewhere.
    """
    if isinstance(schema, str):
        if any(map(is_unseen, schema)):
            raise SchemaUnusable(f"its schema holds characters that nobody sees, in '{_plain(schema, 40)}'")
        return schema
    if isinstance(schema, list):
        return [_cleaned(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    found: dict[str, Any] = {}
    for name, value in schema.items():
        if not named and name in _TEXTS and isinstance(value, str):
            found[name] = _plain(value, LONGEST_NOTE)
        else:
            found[_cleaned(name)] = _cleaned(value, named=not named and name in _MAPS)
    return found


def schema_text(schema: dict[str, Any]) -> str:
    """A schema as text, for whoever shows it."""
    return json.dumps(schema, ensure_ascii=False)
