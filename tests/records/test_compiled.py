"""Our walk of a JMESPath expression gives what the library's gives, value or error."""

from typing import Any

import jmespath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jmespath import exceptions

from answerable.records.expressions import _FUNCTIONS, Expression, ExpressionFailed

OPTIONS = jmespath.Options(custom_functions=_FUNCTIONS)
EXPRESSIONS = [
    "a", "a.b", "a.b.c", "@", "a[0]", "a[-1]", "a[1:3]", "a[::-1]", "a[*]", "a[*].b", "a[].b", "a[][]", "*", "*.b",
    "a.*",
    "a[?b]", "a[?b == `1`]", "a[?b > `1`].c", "a[?b != 'x'] | [0]", "a || b", "a && b", "!a", "!(a == b)", "a == b",
    "a < b", "a >= `2`", "[a, b]", "{x: a, y: b.c}", "a[*].{x: b}", "a | b", "`[1, true, null]`", "length(a)", "sum(a)",
    "max_by(a, &b)", "sort(a)", "sort_by(a, &b)[*].b", "map(&b, a)", "keys(a)", "values(a)", "contains(a, `1`)",
    "starts_with(a, 'x')", "pick(a, b)", "where(a, 'b', `1`)", "every(a, 'b.c', b)", "pairs(a, b)", "minus(a, b)",
    "subset(a, b)", "mentions(a, ['x y'])", "a[?contains(b, 'x')]", "not_null(a, b)", "to_number(a)", "a[?!b].c",
    "distinct(a)", "same_members(a, b)", "at_each(a, b)", "cut(a, `2`)", "times(a, b)", "plus(a, b)", "lower(a)",
    "keyed(a, ['b', 'c'])", "column(a, 'b')", "filled(a, b)", "choose(a, b, c)", "choose(a == `1`, b, c)",
    "apart(a, b)", "with_each(a, b)", "sums(a)", "ahead(a)", "day_forms(a)", "last_word(a)", "taken_from(a, b)",
    "cut(a, `-2`)",
]  # fmt: skip

names = st.sampled_from(["a", "b", "c"])
leaves = (
    st.none() | st.booleans() | st.integers(-2, 3) | st.floats(-2, 2) | st.sampled_from(["", "x", "x y", "1"])
)
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=3),
    max_leaves=12,
)


def by_library(text: str, value: Any) -> Any:
    try:
        return ("found", jmespath.compile(text).search(value, OPTIONS))
    except (exceptions.JMESPathError, ArithmeticError, TypeError, ValueError):
        return ("failed", None)


def by_us(text: str, value: Any) -> Any:
    try:
        return ("found", Expression(text, "here").find(value))
    except ExpressionFailed:
        return ("failed", None)


@pytest.mark.parametrize("text", EXPRESSIONS)
@settings(max_examples=60, deadline=None)
@given(value=values)
def test_the_two_walks_agree(text: str, value: Any) -> None:
    assert repr(by_us(text, value)) == repr(by_library(text, value))
