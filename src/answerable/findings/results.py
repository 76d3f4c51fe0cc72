"""What a tool's answer says: whether the act was done, and which amounts it names.

A tool answers in its own text: JSON of any shape, or words. In doubt it was not
done, and a number that may be something else (a date, a range) is no amount.
"""

import json
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import islice
from typing import Any, TypeVar

from answerable.claims import is_write
from answerable.exchange import ToolOutcome

T = TypeVar("T")

_OPENINGS = ("error", "fail", "exception", "traceback", "[error", "[fail", "no ", "not ")
_EMPTY = frozenset({"", "null", "none", "false", "undefined", "nil"})
_REFUSALS = (
    "error", "fail", "cannot", "can't", "could not", "couldn't", "unable to", "not found", "not allowed",
    "not eligible", "not permitted", "denied", "declined", "rejected", "invalid", "unsuccessful",
)  # fmt: skip
_ERRORS = ("error", "errors", "isError", "is_error")
_SUCCESSES = ("success", "ok", "succeeded")
_STATUSES = ("status", "status_code", "statusCode")
_FAILED = frozenset("error failed failure denied rejected declined".split())
_BAD_REQUEST = 400

_REMEMBERED_LENGTH = 8192  # longer answers are read anew each time: memory is for the many short ones
_WORDS_READ = 500  # of an answer in words: it says at once whether it was done
_VALUES_READ = 100_000
_NOISE, _LONGEST_FLOAT = 10, 30  # places behind the point that nobody wrote


def succeeded(outcome: ToolOutcome) -> bool:
    """Does a tool's answer say that the call did what it was for? Never raises; in doubt, no.

    No call succeeds with an empty answer, one that opens with an error, or a JSON
    object that has an `error`, `success: false` or an HTTP status of 400 and above.
    An act moreover must not be refused: in words ("could not ..."), or by a
    `status` of `failed`, which for a read is merely the state of what was read.
    """
    return _short(_succeeded, outcome.result, writes=is_write(outcome.call.name))


def numbers_in(text: str) -> frozenset[str]:
    """Every number in a text that can be an amount, in one spelling: no separators, no trailing zeros.

    `"1,122.20"` and `1122.2` are both `"1122.2"`. Numbers that are parts of a date, a
    time or a range are none. In JSON a comma parts two numbers, save within a text.
    Linear in the text.
    """
    return _short(_numbers_in, text)


def spelled(number: str) -> str:
    """One spelling for a number as written."""
    plain = number.replace(",", "").rstrip(".")
    if "." in plain:
        whole, _, places = plain.partition(".")
        if _NOISE <= len(places) <= _LONGEST_FLOAT and len(whole) <= _LONGEST_FLOAT:
            plain = f"{float(plain):.9f}"  # a sum of floats, off in the 12th place: 10.359999999999985
        plain = plain.rstrip("0").rstrip(".")
    return plain.lstrip("0") or "0"


def names(text: str, name: str) -> bool:
    """Does an identifier stand in a text, and not merely the start of a longer one? Compares as given."""
    at = text.find(name)
    while at >= 0:
        end = at + len(name)
        joined = text[end : end + 1] in ("-", "_") and text[end + 1 : end + 2].isalnum()
        if not text[at - 1 : at].isalnum() and not text[end : end + 1].isalnum() and not joined:
            return True
        at = text.find(name, at + 1)
    return False


def _short(function: Callable[..., T], text: str, **how: bool) -> T:
    if len(text) <= _REMEMBERED_LENGTH:
        return function(text, **how)
    longhand: Callable[..., T] = function.__wrapped__  # type: ignore[attr-defined]
    return longhand(text, **how)


@lru_cache(maxsize=4096)
def _succeeded(text: str, *, writes: bool) -> bool:
    value = _parsed(text)
    if value is None:
        return _words_succeed(text, writes=writes)
    return _value_succeeds(value, writes=writes)


def _parsed(text: str) -> Any:
    """The JSON object, array or text that a text is; None where it is none."""
    if text.lstrip()[:1] not in ("{", "[", '"'):
        return None
    try:
        return json.loads(text, parse_int=_Figure, parse_float=_Figure, parse_constant=_Figure)
    except (ValueError, RecursionError):
        return None


class _Figure(str):
    """A number as it was written, of any length."""

    __slots__ = ()


def _words_succeed(text: str, *, writes: bool) -> bool:
    words = text.strip()[:_WORDS_READ].casefold()
    if words in _EMPTY or words.startswith((*_OPENINGS, "{")):  # an object that can't be read
        return False
    return not (writes and any(refusal in words for refusal in _REFUSALS))


def _value_succeeds(value: Any, *, writes: bool) -> bool:
    if isinstance(value, str):
        return _words_succeed(value, writes=writes)
    if isinstance(value, list):
        return bool(value) and all(
            _value_succeeds(item, writes=False) for item in value if isinstance(item, dict | str)
        )
    return bool(value) and not _object_fails(value, writes=writes)


def _object_fails(value: dict[str, Any], *, writes: bool) -> bool:
    if any(value.get(key) for key in _ERRORS) or any(value.get(key) is False for key in _SUCCESSES):
        return True
    for key in _STATUSES:
        status = value.get(key)
        if isinstance(status, _Figure) and status.isdecimal() and float(status) >= _BAD_REQUEST:
            return True
    # `text` is where MCP's and OpenAI's parts have their words.
    for key in ("message", "detail", "text"):
        words = value.get(key)
        if isinstance(words, str) and not _words_succeed(words, writes=writes):
            return True
    state = str(value.get("result", value.get("outcome", ""))).casefold()
    if state in _FAILED or state == "pending":
        return True
    return writes and str(value.get("status", "")).casefold() in _FAILED


@lru_cache(maxsize=4096)
def _numbers_in(text: str) -> frozenset[str]:
    value = _parsed(text)
    if value is None:
        return frozenset(_numbers_in_words(text))
    found: set[str] = set()
    for part in islice(_leaves(value), _VALUES_READ):
        if isinstance(part, _Figure):
            found.add(spelled(part.lstrip("-")))
        else:
            found.update(_numbers_in_words(part))
    return frozenset(found)


def _leaves(value: Any) -> Iterator[str]:
    """Every text and figure of a JSON value."""
    ahead = [value]
    while ahead:
        one = ahead.pop()
        if isinstance(one, dict):
            ahead += one.values()
        elif isinstance(one, list):
            ahead += one
        elif isinstance(one, str):
            yield one


def _numbers_in_words(text: str) -> Iterator[str]:
    start = -1
    for position, letter in enumerate(text):
        if letter in _DIGITS or (start >= 0 and letter in ".,-:/"):
            if start < 0:
                start = position
        elif start >= 0:
            yield from _numbers_of(text[start:position], glued=text[start - 1 : start].isalpha())
            start = -1
    if start >= 0:
        yield from _numbers_of(text[start:], glued=text[start - 1 : start].isalpha())


_DIGITS = frozenset("0123456789")
_THOUSAND = 3


def _numbers_of(run: str, *, glued: bool) -> Iterator[str]:
    """The numbers of a run of digits and what may stand between them."""
    run = run.rstrip(".,-:/")
    if any(mark in run for mark in "-:/"):
        return  # a date, a time, a range, a telephone number
    groups = run.split(",")
    last, _, _ = groups[-1].partition(".")
    grouped = len(groups[0]) <= _THOUSAND and all(len(one) == _THOUSAND for one in [*groups[1:-1], last])
    if len(groups) > 1 and grouped and not glued and "." not in "".join(groups[:-1]):
        groups = ["".join(groups)]
    for group in groups:
        if group and group.count(".") <= 1:
            yield spelled(group)
