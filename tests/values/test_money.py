"""Money as it is written for people."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from answerable.values import Money
from answerable.values.money import LARGEST_MINOR


@pytest.mark.parametrize(
    ("money", "written"),
    [
        (Money(4599, "USD"), "45.99 USD"),
        (Money(5, "USD"), "0.05 USD"),
        (Money(0, "EUR"), "0.00 EUR"),
        (Money(-5, "USD"), "-0.05 USD"),
        (Money(-4599, "GBP"), "-45.99 GBP"),
        (Money(4599, "JPY"), "4599 JPY"),
        (Money(-4599, "KRW"), "-4599 KRW"),
        (Money(LARGEST_MINOR, "USD"), "90071992547409.91 USD"),
    ],
)
def test_an_amount_is_written_in_units_of_its_currency(money: Money, written: str) -> None:
    assert str(money) == written


@settings(deadline=None)
@given(st.integers(-LARGEST_MINOR, LARGEST_MINOR), st.sampled_from(["USD", "EUR", "JPY", "KRW"]))
def test_no_digit_of_an_amount_is_lost(minor: int, currency: str) -> None:
    figure, _, named = str(Money(minor, currency)).partition(" ")
    assert int(figure.replace(".", "")) == minor
    assert named == currency
    assert Money(minor, currency).figure == figure.lstrip("-")
