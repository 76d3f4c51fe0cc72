"""A claimed value against a published one: which way it errs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerable.claims import DurationTerm, MoneyTerm, Subject, Unit, terms_in
from answerable.terms import Better, Direction, PublishedTerm, Source, Value, compare

OVER, UNDER, AGREES = Direction.OVER, Direction.UNDER, None


def value(text: str) -> Value:
    [one] = [one for one in terms_in(text) if isinstance(one, Value)]
    return one


def term(text: str, better: Better) -> PublishedTerm:
    return PublishedTerm(
        "t", "1", frozenset({Subject.RETURN}), value(text), better, text, "Ana", "Ben", Source("d")
    )


@pytest.mark.parametrize(
    ("claimed", "published", "better", "errs"),
    [
        # windows and guarantees: longer is better
        ("90 days", "within 30 days", Better.MORE, OVER),
        ("within 14 days", "within 30 days", Better.MORE, UNDER),
        ("4 weeks", "28 days", Better.MORE, AGREES),
        ("3-year warranty", "1 year", Better.MORE, OVER),
        ("12 months", "1 year", Better.MORE, AGREES),
        ("at least 30 days", "within 30 days", Better.MORE, OVER),
        # waits: shorter is better
        ("12 business days", "10 to 14 business days", Better.LESS, OVER),
        ("10 to 14 business days", "10-14 business days", Better.LESS, AGREES),
        ("within 14 business days", "10 to 14 business days", Better.LESS, AGREES),
        ("3 weeks", "10 to 14 business days", Better.LESS, UNDER),
        ("5 days", "5 business days", Better.LESS, OVER),
        ("5 business days", "5 days", Better.LESS, UNDER),
        # fees: less is better
        ("$0", "$9.50", Better.LESS, OVER),
        ("$12", "$9.50", Better.LESS, UNDER),
        # goodwill: more is better
        ("$40", "up to $50", Better.MORE, AGREES),
        ("up to $50", "up to $50", Better.MORE, AGREES),
        ("up to $30", "up to $50", Better.MORE, UNDER),
        ("$80", "up to $50", Better.MORE, OVER),
        ("25%", "10%", Better.MORE, OVER),
        ("5%", "10%", Better.MORE, UNDER),
        ("30 days", "at least 30 days", Better.MORE, AGREES),
    ],
)
def test_a_value_agrees_or_errs_in_a_direction(
    claimed: str, published: str, better: Better, errs: Direction | None
) -> None:
    found = compare(value(claimed), term(published, better))
    assert found is not None
    assert (found.agrees, found.direction) == (errs is None, errs)


def test_another_currency_never_agrees_and_has_no_direction() -> None:
    found = compare(value("€9.50"), term("$9.50", Better.LESS))
    assert found is not None
    assert (found.agrees, found.direction) == (False, None)


def test_values_of_two_kinds_are_not_compared() -> None:
    assert compare(value("10%"), term("$10", Better.MORE)) is None


amounts = st.integers(0, 10_000_000)


@given(amounts, amounts, st.sampled_from(Better))
def test_amounts_err_towards_whoever_gains(claimed: int, published: int, better: Better) -> None:
    ours = PublishedTerm(
        "t", "1", frozenset(), MoneyTerm(0, 1, published, "USD"), better, "w", "Ana", None, Source("d")
    )
    found = compare(MoneyTerm(0, 1, claimed, "USD"), ours)
    assert found is not None
    assert found.agrees == (claimed == published)
    if not found.agrees:
        gains = (claimed > published) == (better is Better.MORE)
        assert found.direction is (OVER if gains else UNDER)


@given(st.integers(1, 400), st.integers(1, 400))
def test_a_wait_of_calendar_days_never_agrees_with_as_many_business_days(days: int, more: int) -> None:
    ours = PublishedTerm(
        "t", "1", frozenset(), DurationTerm(0, 1, days, days, Unit.BUSINESS_DAY), Better.LESS,
        "w", "Ana", None, Source("d"),
    )  # fmt: skip
    found = compare(DurationTerm(0, 1, min(days, more), min(days, more), Unit.DAY), ours)
    assert found is not None
    assert found.direction is OVER
