"""What looks like the name of an order, a booking, an account: in an act's arguments, and in what a customer writes.

It is for finding entries, not for proving anything: too much found costs a few bytes of an index.
Everything is bounded, because arguments come from a model and messages from anybody.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

LONGEST = 64
"""Characters that an identifier may have."""
_LARGEST_JSON = 64 * 1024
_DEEPEST = 6
_MOST = 64
_SHORTEST_IN_WORDS = 4
_LONGEST_MESSAGE = 8 * 1024
_LEAST_NUMBER = 1000
_NAMING = ("id", "ids", "number", "no", "code", "ref", "reference", "email", "phone")
_decoder = msgspec.json.Decoder()


def folded(identifier: str) -> str:
    """An identifier without what people write differently: case, `#`, dashes, blanks. `#W-12 3` is `w123`."""
    return "".join(filter(str.isalnum, identifier.casefold()))


def in_json(text: str) -> tuple[str, ...]:
    """Values of a JSON text that look like identifiers, folded, each once; none where it can't be read.

    A text with a digit and without blanks, a whole number of four digits or more, and any
    short text under a key that says so (`reservation_id`, `member-number`).
    """
    if len(text) > _LARGEST_JSON or text in ("", "{}"):
        return ()
    try:
        value = _decoder.decode(text)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return ()  # a model wrote it: arguments that are no JSON are on record as they are, and name nothing
    return _unique(_in_value(value, "", 0))


def in_words(text: str) -> tuple[str, ...]:
    """Words of what a customer wrote that look like identifiers (a digit, four characters or more), folded."""
    return _unique(
        word
        for word in text[:_LONGEST_MESSAGE].split()
        if not word.isalpha()
        and len(word) <= LONGEST
        and _has_digit(word)
        and sum(map(str.isalnum, word)) >= _SHORTEST_IN_WORDS
    )


def _in_value(value: Any, key: str, depth: int) -> Iterator[str]:
    if depth > _DEEPEST:
        return
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _in_value(inner, name, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from _in_value(inner, key, depth + 1)
    elif isinstance(value, str):
        if 0 < len(value) <= LONGEST and (_names(key) or (_has_digit(value) and " " not in value)):
            yield value
    elif isinstance(value, int) and not isinstance(value, bool) and value >= _LEAST_NUMBER:
        yield str(value)


def _names(key: str) -> bool:
    """Does a key say that what it holds is an identifier?"""
    last = key.casefold().replace("-", "_").rsplit("_", 1)[-1]
    return last in _NAMING or key.endswith(("Id", "Number", "Code"))


def _has_digit(text: str) -> bool:
    return any(map(str.isdigit, text))


def _unique(found: Iterator[str]) -> tuple[str, ...]:
    kept: dict[str, None] = {}
    for one in found:
        if name := folded(one):
            kept[name] = None
        if len(kept) >= _MOST:
            break
    return tuple(kept)
