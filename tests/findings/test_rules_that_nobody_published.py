"""A rule in the customer's favour, worded as information, that stands nowhere: the line that cost an airline a fare."""

import pytest
from grounds_of import done, grounds, read

from answerable.claims import Kind
from answerable.findings import Support, check

RULES = [
    "Bereavement fares can be claimed within 90 days of travel.",
    "Refunds are paid within 14 days of the request.",
    "Members get 25% off every order.",
]


@pytest.mark.parametrize("line", RULES)
def test_it_is_unsupported_where_nothing_names_its_figure(line: str) -> None:
    claim = read(line)
    assert claim.kind is Kind.INFORMATIONAL, claim
    assert check(claim, line, grounds()).support is Support.UNSUPPORTED


@pytest.mark.parametrize("line", RULES)
def test_it_is_free_where_the_figure_is_published(line: str) -> None:
    assert check(read(line), line, grounds(published=(line,))).support is Support.UNCHECKED


def test_it_is_free_where_a_tool_answered_with_the_figure() -> None:
    line = "Members get 25% off every order."
    assert check(read(line), line, grounds(done("get_offers", {"percent": 25}))).support is Support.UNCHECKED


@pytest.mark.parametrize(
    "line",
    [
        "Order #W1 was delivered 3 days ago.",
        "The lamp costs $45.00.",
        "Our shop is open from 9 am to 5 pm.",
        "Returned items can't be sent back after 30 days.",
    ],
)
def test_facts_prices_hours_and_refusals_are_no_such_rules(line: str) -> None:
    assert check(read(line), line, grounds()).support is Support.UNCHECKED
