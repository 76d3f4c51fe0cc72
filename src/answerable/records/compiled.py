"""A parsed JMESPath expression as nested functions: the library's meaning, without walking its tree each time.

The library parses, checks and calls functions; only the walk is ours, because a pack
asks some thirty expressions of every act. `tests/records/test_compiled.py` holds both
to the same answers. Rules are those of the specification (jmespath.org/specification.html).
"""

from collections.abc import Callable
from typing import Any

from jmespath import functions

Find = Callable[[Any], Any]


def compiled(tree: Any, library: functions.Functions) -> Find:
    """The function of a parsed expression. It raises what the library's functions raise."""
    return _Compiler(library).of(tree)


class _Compiler:
    def __init__(self, library: functions.Functions) -> None:
        self._library = library

    def of(self, node: Any) -> Find:
        make: Callable[[Any], Find] = getattr(self, f"_{node['type']}")
        return make(node)

    def _parts(self, node: Any) -> list[Find]:
        return [self.of(child) for child in node["children"]]

    def _identity(self, _: Any) -> Find:
        return lambda value: value

    _current = _identity

    def _literal(self, node: Any) -> Find:
        constant = node["value"]
        return lambda _: constant

    def _field(self, node: Any) -> Find:
        name = node["value"]
        return lambda value: value.get(name) if isinstance(value, dict) else None

    def _subexpression(self, node: Any) -> Find:
        parts = self._parts(node)

        def find(value: Any) -> Any:
            for part in parts:
                value = part(value)
            return value

        return find

    _index_expression = _subexpression

    def _pipe(self, node: Any) -> Find:
        left, right = self._parts(node)
        return lambda value: right(left(value))

    def _index(self, node: Any) -> Find:
        at = node["value"]

        def find(value: Any) -> Any:
            if not isinstance(value, list) or not -len(value) <= at < len(value):
                return None
            return value[at]

        return find

    def _slice(self, node: Any) -> Find:
        wanted = slice(*node["children"])
        return lambda value: value[wanted] if isinstance(value, list) else None

    def _projection(self, node: Any) -> Find:
        left, right = self._parts(node)

        def find(value: Any) -> Any:
            base = left(value)
            return _each(base, right) if isinstance(base, list) else None

        return find

    def _value_projection(self, node: Any) -> Find:
        left, right = self._parts(node)

        def find(value: Any) -> Any:
            base = left(value)
            return _each(list(base.values()), right) if isinstance(base, dict) else None

        return find

    def _filter_projection(self, node: Any) -> Find:
        left, right, wanted = self._parts(node)

        def find(value: Any) -> Any:
            base = left(value)
            if not isinstance(base, list):
                return None
            return _each([one for one in base if _true(wanted(one))], right)

        return find

    def _flatten(self, node: Any) -> Find:
        (inner,) = self._parts(node)

        def find(value: Any) -> Any:
            base = inner(value)
            if not isinstance(base, list):
                return None
            flat: list[Any] = []
            for one in base:
                if isinstance(one, list):
                    flat += one
                else:
                    flat.append(one)
            return flat

        return find

    def _or_expression(self, node: Any) -> Find:
        left, right = self._parts(node)

        def find(value: Any) -> Any:
            found = left(value)
            return found if _true(found) else right(value)

        return find

    def _and_expression(self, node: Any) -> Find:
        left, right = self._parts(node)

        def find(value: Any) -> Any:
            found = left(value)
            return right(value) if _true(found) else found

        return find

    def _not_expression(self, node: Any) -> Find:
        (inner,) = self._parts(node)

        def find(value: Any) -> Any:
            found = inner(value)
            return not found and not _number(found)  # 0 is not false

        return find

    def _comparator(self, node: Any) -> Find:
        left, right = self._parts(node)
        compare = _COMPARE[node["value"]]
        return lambda value: compare(left(value), right(value))

    def _multi_select_list(self, node: Any) -> Find:
        parts = self._parts(node)
        return lambda value: None if value is None else [part(value) for part in parts]

    def _multi_select_dict(self, node: Any) -> Find:
        pairs = [(child["value"], self.of(child["children"][0])) for child in node["children"]]
        return lambda value: None if value is None else {name: part(value) for name, part in pairs}

    def _expref(self, node: Any) -> Find:
        (inner,) = self._parts(node)
        reference = _Expression(inner)
        return lambda _: reference

    def _function_expression(self, node: Any) -> Find:
        parts, name, call = self._parts(node), node["value"], self._library.call_function
        return lambda value: call(name, [part(value) for part in parts])


class _Expression:
    """A reference to an expression (`&price`). The library's functions know it by this name, and ask it so."""

    def __init__(self, find: Find) -> None:
        self.expression = self
        self._find = find

    def visit(self, _: Any, value: Any) -> Any:
        """What the expression finds in a value."""
        return self._find(value)


def _each(values: list[Any], find: Find) -> list[Any]:
    return [found for one in values if (found := find(one)) is not None]


def _true(value: Any) -> bool:
    """What is empty, false or null is false; a number never is."""
    return bool(value) or _number(value)


def _equal(left: Any, right: Any) -> bool:
    """1 and true are two things, though Python has them equal."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    return bool(left == right)


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool | None]:
    """Numbers have an order, and texts; a number and a text have none, which is an error (TypeError)."""
    return lambda left, right: compare(left, right) if _comparable(left) and _comparable(right) else None


def _comparable(value: Any) -> bool:
    return _number(value) or isinstance(value, str)


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "eq": _equal,
    "ne": lambda left, right: not _equal(left, right),
    "lt": _ordered(lambda left, right: left < right),
    "lte": _ordered(lambda left, right: left <= right),
    "gt": _ordered(lambda left, right: left > right),
    "gte": _ordered(lambda left, right: left >= right),
}
