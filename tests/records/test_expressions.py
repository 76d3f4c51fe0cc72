"""Where an expression enters the value that it is given."""

import pytest

from answerable.records import Expression


@pytest.mark.parametrize(
    ("text", "roots"),
    [
        ("args.a.b", {"args"}),
        ("records.Order.*.items[?price > `5`].name | [0]", {"records"}),
        ("where(plans.all, 'name', args.plan).price", {"plans", "args"}),
        ("[a, b.c][]", {"a", "b"}),
        ("{x: a, y: b}", {"a", "b"}),
        ("a && !b || c == `1`", {"a", "b", "c"}),
        ("map(&join('/', [n, d]), args.flights)", {"args"}),
        ("items[].[n, d]", {"items"}),
        ("@ | x", set()),
        ("`1`", set()),
    ],
)
def test_the_names_at_which_an_expression_begins(text: str, roots: set[str]) -> None:
    assert Expression(text, "here").roots == roots
