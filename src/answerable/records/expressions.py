"""What a pack asks of a JSON value: JMESPath (jmespath.org), with functions for joining what it can't.

JMESPath has no arithmetic and can't look from inside a list back at the whole, so a
pack could not compare a call's arguments with a record. `FUNCTIONS` are the few that
close that gap. Each is linear in its input.
"""

import re
from collections import Counter
from datetime import date
from typing import Any

import jmespath
from jmespath import exceptions, functions

from answerable.records.compiled import compiled
from answerable.values.errors import BundleError

# A sum is at most some twenty characters, so a match ends soon: linear on any text.
_SUM = re.compile(
    r"\$\s?(?P<before>\d[\d,]{0,15}(?:\.\d{1,2})?)"
    r"|(?<![\d.,$])(?P<after>\d[\d,]{0,15}(?:\.\d{1,2})?)\s?(?:dollars|USD)\b"
)

_SENTENCES = re.compile(r"[.!?](?=\s)|\n")
_DONE = ("has been", "have been", "successfully")

LONGEST = 2_000
"""Characters of an expression."""


class ExpressionFailed(ValueError):
    """An expression met a value that it can't be applied to; says which and why."""


class Expression:
    """A compiled expression. `find` is pure; share it."""

    def __init__(self, text: str, where: str) -> None:
        """Compile. `where` names the place in errors. Raises BundleError."""
        self.text = text
        self._where = where
        if len(text) > LONGEST:
            raise BundleError(f"{where}: the expression has {len(text)} characters; at most {LONGEST} may be")
        try:
            tree = jmespath.compile(text).parsed
            unknown = _called(tree) - _FUNCTIONS.names
            self.roots = _roots(tree)
            """The names that it looks up in the value that it is given."""
        except exceptions.JMESPathError as error:
            shown = " ".join(str(error).split("\n")[0].split())
            raise BundleError(f"{where}: '{text}' is no JMESPath expression: {shown}; correct it") from error
        self._find = compiled(tree, _FUNCTIONS)
        if unknown:
            raise BundleError(f"{where}: '{text}' calls '{min(unknown)}', and there is no such function")

    def find(self, value: Any) -> Any:
        """What the expression finds, or None for nothing. Raises ExpressionFailed."""
        try:
            return self._find(value)
        except (exceptions.JMESPathError, ArithmeticError, TypeError, ValueError, RecursionError) as error:
            # What went wrong may quote what it was asked of.
            raise ExpressionFailed(f"{self._where}: '{self.text}' failed: {type(error).__name__}") from error

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"


class _Functions(functions.Functions):
    """JMESPath's own functions and ours. Every one answers None where an input is None."""

    @functions.signature({"types": []}, {"types": []})
    def _func_pick(self, table: Any, keys: Any) -> Any:
        """The values that stand in `table` under `keys` (a list, or one), None for a missing one."""
        if not isinstance(table, dict) or keys is None:
            return None
        if isinstance(keys, list):
            return [table.get(key) if isinstance(key, str) else None for key in keys]
        return table.get(str(keys))

    @functions.signature({"types": []}, {"types": []}, {"types": []})
    def _func_where(self, rows: Any, field: Any, value: Any) -> Any:
        """The first of `rows` whose `field` is `value`; of a list of values, one row each."""
        rows = _rows(rows)
        if rows is None or value is None or not isinstance(field, str):
            return None
        by_value = {str(_at(row, field)): row for row in reversed(rows)}
        if isinstance(value, list):
            return [by_value.get(str(one)) for one in value]
        return by_value.get(str(value))

    @functions.signature({"types": []}, {"types": []}, {"types": []})
    def _func_every(self, rows: Any, field: Any, value: Any) -> Any:
        """All of `rows` whose `field` is `value`, in their order. A dot goes into an object: 'args.id'."""
        rows = _rows(rows)
        if rows is None or value is None or not isinstance(field, str):
            return None
        return [row for row in rows if str(_at(row, field)) == str(value)]

    @functions.signature({"types": []}, {"types": []}, {"types": []})
    def _func_spoken_of(self, rows: Any, field: Any, texts: Any) -> Any:
        """Those of `rows` whose `field` stands as a word in one of the texts."""
        rows = _rows(rows)
        if rows is None or not isinstance(texts, list) or not isinstance(field, str):
            return None
        said = f" {_spaced(' '.join(text for text in texts if isinstance(text, str)))} "
        return [row for row in rows if f" {_spaced(str(_at(row, field)))} " in said]

    @functions.signature({"types": []}, {"types": []})
    def _func_at_each(self, tables: Any, keys: Any) -> Any:
        """What stands in each table under its key; None unless every one is there."""
        if not isinstance(tables, list) or not isinstance(keys, list) or len(tables) != len(keys):
            return None
        found = [
            table.get(key) if isinstance(table, dict) and isinstance(key, str) else None
            for table, key in zip(tables, keys, strict=True)
        ]
        return None if None in found else found

    @functions.signature({"types": []}, {"types": []})
    def _func_pairs(self, left: Any, right: Any) -> Any:
        """`[[l1, r1], …]`; None unless both are lists of one length."""
        if not isinstance(left, list) or not isinstance(right, list) or len(left) != len(right):
            return None
        return [list(pair) for pair in zip(left, right, strict=True)]

    @functions.signature({"types": []}, {"types": []})
    def _func_minus(self, left: Any, right: Any) -> Any:
        return None if not _numbers(left, right) else left - right

    @functions.signature({"types": []}, {"types": []})
    def _func_plus(self, left: Any, right: Any) -> Any:
        return None if not _numbers(left, right) else left + right

    @functions.signature({"types": []}, {"types": []})
    def _func_times(self, left: Any, right: Any) -> Any:
        return None if not _numbers(left, right) else left * right

    @functions.signature({"types": []})
    def _func_distinct(self, values: Any) -> Any:
        """A list without repeats, in its order."""
        if not isinstance(values, list):
            return None
        found: dict[str, Any] = {}
        for value in values:
            found.setdefault(repr(value), value)
        return list(found.values())

    @functions.signature({"types": []}, {"types": []})
    def _func_subset(self, few: Any, many: Any) -> Any:
        """Is every member of `few` in `many` (a list's members, an object's keys)?"""
        if not isinstance(few, list) or not isinstance(many, list | dict):
            return None
        there = {repr(one) for one in many}
        return all(repr(one) in there for one in few)

    @functions.signature({"types": []}, {"types": []})
    def _func_taken_from(self, few: Any, many: Any) -> Any:
        """Does each member of `few` stand in `many`, and there as often?"""
        if not isinstance(few, list) or not isinstance(many, list):
            return None
        return Counter(map(repr, few)) <= Counter(map(repr, many))

    @functions.signature({"types": []}, {"types": []})
    def _func_same_members(self, left: Any, right: Any) -> Any:
        """Do two lists hold the same things as often, in any order?"""
        if not isinstance(left, list) or not isinstance(right, list):
            return None
        return sorted(map(repr, left)) == sorted(map(repr, right))

    @functions.signature({"types": []}, {"types": []})
    def _func_mentions(self, texts: Any, words: Any) -> Any:
        """Does any text hold any of the words or phrases, as whole words, in any case?"""
        if texts is None or not isinstance(words, list):
            return None
        said = [texts] if isinstance(texts, str) else texts
        spoken = [f" {_spaced(text)} " for text in said if isinstance(text, str)]
        wanted = [f" {_spaced(word)} " for word in words if isinstance(word, str)]
        return any(word in text for text in spoken for word in wanted)

    @functions.signature({"types": []}, {"types": []})
    def _func_keyed(self, rows: Any, fields: Any) -> Any:
        """An object of `rows` by what stands in their `fields`, joined by '/'; the last of a key counts."""
        rows = _rows(rows)
        if rows is None or not isinstance(fields, list):
            return None
        return {"/".join(str(_at(row, str(field))) for field in fields): row for row in rows}

    @functions.signature({"types": []}, {"types": []})
    def _func_column(self, rows: Any, path: Any) -> Any:
        """What stands at `path` in each of `rows`, None kept where nothing does: as many values as rows."""
        rows = _rows(rows)
        if rows is None or not isinstance(path, str):
            return None
        return [_at(row, path) for row in rows]

    @functions.signature({"types": []}, {"types": []})
    def _func_filled(self, left: Any, right: Any) -> Any:
        """`left` with the values of `right` where it has None; None unless both are lists of one length."""
        if not isinstance(left, list) or not isinstance(right, list) or len(left) != len(right):
            return None
        return [other if one is None else one for one, other in zip(left, right, strict=True)]

    @functions.signature({"types": []}, {"types": []}, {"types": []})
    def _func_choose(self, condition: Any, then: Any, otherwise: Any) -> Any:
        """`then` where the condition is true, `otherwise` where it is false; `&&` and `||` skip an empty list."""
        return {True: then, False: otherwise}[condition] if isinstance(condition, bool) else None

    @functions.signature({"types": []}, {"types": []})
    def _func_apart(self, values: Any, others: Any) -> Any:
        """The members of `values` that are not among `others`."""
        if not isinstance(values, list) or not isinstance(others, list):
            return None
        there = {repr(one) for one in others}
        return [one for one in values if repr(one) not in there]

    @functions.signature({"types": []}, {"types": []})
    def _func_with_each(self, values: Any, more: Any) -> Any:
        """`[[v1, *more], …]`: each value with other forms of it, for `shows`."""
        if not isinstance(values, list) or not isinstance(more, list):
            return None
        return [[value, *more] for value in values]

    @functions.signature({"types": []})
    def _func_ahead(self, texts: Any) -> Any:
        """The texts without the sentences that report what is done: 'A refund has been issued to your card.'"""
        if not isinstance(texts, list):
            return None
        said = [_SENTENCES.split(text) for text in texts if isinstance(text, str)]
        return [
            " . ".join(one for one in some if not any(f" {word} " in f" {_spaced(one)} " for word in _DONE))
            for some in said
        ]

    @functions.signature({"types": []})
    def _func_sums(self, texts: Any) -> Any:
        """The sums of money that stand in a text, or in several: '$1,049.50', '20 dollars'."""
        said = [texts] if isinstance(texts, str) else texts
        if not isinstance(said, list):
            return None
        found = [one for text in said if isinstance(text, str) for one in _SUM.finditer(text)]
        amounts = [float((one["before"] or one["after"]).replace(",", "")) for one in found]
        return [int(amount) if amount.is_integer() else amount for amount in amounts]

    @functions.signature({"types": []})
    def _func_day_forms(self, day: Any) -> Any:
        """How people write a day: '1990-04-05' as 'April 5, 1990', '5 April 1990', '04/05/1990' …"""
        try:
            at = date.fromisoformat(day)
        except (TypeError, ValueError):
            return None
        months = (f"{at:%B}", f"{at:%b}")
        numbers = (str(at.day), f"{at.day:02}", f"{at.day}{_ordinal(at.day)}")
        named = [f"{month} {number} {at.year}" for month in months for number in numbers]
        named += [f"{number} {month} {at.year}" for month in months for number in numbers]
        named += [f"{number} of {month} {at.year}" for month in months for number in numbers]
        marked = [f"{at:%m/%d/%Y}", f"{at:%d/%m/%Y}"]
        bare = [f"{at.month}/{at.day}/{at.year}", f"{at.day}/{at.month}/{at.year}"]
        return [day, *named, *marked, *bare]

    @functions.signature({"types": []})
    def _func_last_word(self, text: Any) -> Any:
        """The last word of a name, by which people call the thing: 'camera' of 'Action Camera'."""
        return text.split()[-1] if isinstance(text, str) and text.split() else None

    @functions.signature({"types": []})
    def _func_lower(self, text: Any) -> Any:
        return text.lower() if isinstance(text, str) else None

    @functions.signature({"types": []}, {"types": []})
    def _func_cut(self, text: Any, length: Any) -> Any:
        """The first `length` characters of a text (the day of an instant, say); the last ones of a negative."""
        if not isinstance(text, str) or not _numbers(length, 0):
            return None
        return text[int(length) :] if length < 0 else text[: int(length)]

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self.FUNCTION_TABLE)


def _ordinal(number: int) -> str:
    if number in (11, 12, 13):
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


def _rows(rows: Any) -> list[Any] | None:
    """A list's members, or an object's values."""
    if isinstance(rows, dict):
        return list(rows.values())
    return rows if isinstance(rows, list) else None


def _at(row: Any, field: str) -> Any:
    for key in field.split("."):
        row = row.get(key) if isinstance(row, dict) else None
    return row


def _numbers(*values: Any) -> bool:
    return all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)


def _spaced(text: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in text.casefold()).split())


_RELATIVE = frozenset(
    "subexpression projection value_projection filter_projection index_expression pipe".split()
)
"""Of these only the first part looks at the value itself; the others look at what that finds."""


def _roots(tree: Any) -> frozenset[str]:
    """The names at which an expression enters the value that it is given."""
    found: set[str] = set()
    ahead: list[Any] = [tree]
    while ahead:
        one = ahead.pop()
        kind = one.get("type")
        if kind == "field":
            found.add(one["value"])
        elif kind != "expref":
            children = [child for child in one.get("children", ()) if isinstance(child, dict)]
            ahead += children[:1] if kind in _RELATIVE else children
    return frozenset(found)


def _called(node: Any) -> frozenset[str]:
    """The names of all functions that a parsed expression calls."""
    found: set[str] = set()
    ahead: list[Any] = [node]
    while ahead:
        one = ahead.pop()
        if one.get("type") == "function_expression":
            found.add(one["value"])
        ahead += [child for child in one.get("children", ()) if isinstance(child, dict)]
    return frozenset(found)


_FUNCTIONS = _Functions()
