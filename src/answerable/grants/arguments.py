"""The arguments of an act, so that what was decided on and what is done can be held against each other.

Two texts have one digest where they say the same:

- white space and the order of names don't count, nor does how a letter is escaped;
- `1`, `1.0` and `1e0` are one number, and so are `0` and `-0` (RFC 8785 section 3.2.2.3);
- nothing else is: text is compared by code points, so the two ways to write é differ, and so do `1` and `"1"`,
  a member that is `null` and one that is not there. No text at all is `{}`, as models write it.

What different parsers read differently has no digest. A name that is given twice is refused, and a
number that a double does not hold as it is written: an integer beyond 2^53 - 1, however it is
written, and digits that rounding takes away (RFC 7493 sections 2.2 and 2.3).
"""

import hashlib
import json
import math
from decimal import Decimal, InvalidOperation
from typing import Any

from answerable.grants.canonical_json import canonical_json
from answerable.values import Digest
from answerable.values.errors import InvalidRequest, RequestTooLarge

MOST_BYTES = 64 * 1024
MOST_DEEP = 32
LARGEST_INTEGER = 2**53 - 1

_BIDI_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_LONGEST_INTEGER = len(str(-LARGEST_INTEGER))
_SHOWN = 40


def arguments_digest(json_text: str) -> Digest:
    """The digest of arguments: SHA-256 of their canonical JSON. Raises InvalidRequest, RequestTooLarge.

    It is not salted: who knows what the arguments may be can guess them from it.
    """
    try:
        written = canonical_json(read_arguments(json_text))
    except UnicodeEncodeError:
        raise InvalidRequest(
            "the arguments hold half of a surrogate pair, which is no text", "arguments"
        ) from None
    return Digest(f"sha256:{hashlib.sha256(written).hexdigest()}")


def confusable(json_text: str) -> str:
    """What in the arguments can be read as something else than it is; empty where nothing can.

    Half of a surrogate pair, controls that reorder what is shown (Unicode Standard Annex 9), or a NUL.
    Raises as `arguments_digest` does where they can't be read at all.
    """
    waiting: list[Any] = [read_arguments(json_text)]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            for letter in value:
                if letter == "\0":
                    return "a NUL character"
                if "\ud800" <= letter <= "\udfff":
                    return "half of a surrogate pair"
                if letter in _BIDI_CONTROLS:
                    return f"U+{ord(letter):04X}, which reorders the text around it"
        elif isinstance(value, dict):
            waiting += value.keys()
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return ""


def read_arguments(json_text: str) -> dict[str, Any]:
    """The object that arguments are. Raises InvalidRequest, RequestTooLarge.

    1. The size, before anything looks into them.
    2. The depth, before a parser goes down.
    3. They are JSON, with no name twice and no number that is not exactly kept.
    4. They are one object.
    """
    # 1. A letter is at least a byte: the longest texts need not be encoded to be refused.
    if len(json_text) > MOST_BYTES or len(json_text.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        raise RequestTooLarge(f"the arguments are larger than {MOST_BYTES} bytes", "arguments")
    # 2.
    if _depth(json_text) > MOST_DEEP:
        raise InvalidRequest(f"the arguments are nested more than {MOST_DEEP} deep", "arguments")
    # 3.
    try:
        found = _decoder.decode(json_text or "{}")
    except json.JSONDecodeError as error:
        raise InvalidRequest(
            f"the arguments are not JSON at character {error.pos}: {_lower(error.msg)}", "arguments"
        ) from None
    # 4.
    if not isinstance(found, dict):
        raise InvalidRequest("the arguments are no JSON object; write them as one", "arguments")
    return found


def _depth(text: str) -> int:
    """How deep brackets stand in each other outside of strings, at most, in text that may be no JSON at all."""
    opened = text.count("{") + text.count("[")
    if opened <= MOST_DEEP:
        return opened  # wherever they stand
    depth = deepest = at = 0
    while at < len(text):
        letter = text[at]
        if letter == '"':
            at = _string_end(text, at + 1)
        elif letter in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif letter in "]}":
            depth -= 1
        at += 1
    return deepest


def _string_end(text: str, at: int) -> int:
    """Where the string that goes on at `at` has its closing quote, or the text its end."""
    while at < len(text) and text[at] != '"':
        at += 2 if text[at] == "\\" else 1
    return at


def _once(members: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in members:
        if name in found:
            raise InvalidRequest(f"'{_shown(name)}' is given twice in one object", "arguments")
        found[name] = value
    return found


def _integer(text: str) -> int:
    # Counted before it is converted: that takes longer than linearly.
    if len(text) > _LONGEST_INTEGER or abs(int(text)) > LARGEST_INTEGER:
        raise _beyond(text)
    return int(text)


def _number(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise InvalidRequest(f"the number '{_shown(text)}' is too large", "arguments")
    if value.is_integer() and abs(value) > LARGEST_INTEGER:
        raise _beyond(text)
    try:
        exact = Decimal(text) == Decimal(repr(value))
    except InvalidOperation:
        exact = False  # an exponent of more digits than there are
    if not exact:
        raise InvalidRequest(
            f"the number '{_shown(text)}' has more digits than a program may keep; round it", "arguments"
        )
    return value


def _beyond(text: str) -> InvalidRequest:
    return InvalidRequest(
        f"the integer '{_shown(text)}' is beyond 2^53 - 1, which not every program keeps; write it as a string",
        "arguments",
    )


def _constant(text: str) -> float:
    raise InvalidRequest(f"'{text}' is no number of JSON", "arguments")


_decoder = json.JSONDecoder(
    object_pairs_hook=_once, parse_int=_integer, parse_float=_number, parse_constant=_constant
)


def _shown(text: str) -> str:
    return text[:_SHOWN].encode("utf-8", "replace").decode() + ("…" if len(text) > _SHOWN else "")


def _lower(message: str) -> str:
    return message[:1].lower() + message[1:]
