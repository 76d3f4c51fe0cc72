"""Terms of any text: in their places, apart, the same when read again, and at a price linear in the text."""

import json
import sys
from datetime import UTC, datetime
from types import FrameType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from answerable.claims.normalise import normalise
from answerable.claims.terms import (
    Bound,
    ConditionTerm,
    CountTerm,
    DateTerm,
    Day,
    DurationTerm,
    IdentifierTerm,
    Method,
    MethodTerm,
    MoneyTerm,
    Names,
    PercentTerm,
    Shape,
    Term,
    TimeTerm,
    Unit,
    codec,
)
from answerable.claims.terms.extract import resolved, terms_of

PIECES = (
    "$ $20 $1,122.50 20 30 2.5 1.234,50 EUR € £8 ¥ 80 bucks dollars cents and a half hundred fifty-five grand - – to "
    "or between from % 12.5% percent off 3 5 business days day weeks hour an few couple of 24/48 hours fortnight month "
    "two checked bags items passengers GB May 17 17th the 3rd , 2026 2026-05-17 05/17/2026 17.05.2026 Friday next "
    "Mon–Wed weekend tomorrow end week T15:30 3 PM a.m. 15:30 noon o'clock past quarter # #W123 order reservation "
    "ZFA04Y flight code SAVE20 card ending in 4411 1-800-555-0100 +44 (555) gift_card_123 _ store credit Visa check by "
    "original payment method if once you when unless as soon as long up at least most more than no within until . ; ! "
    "* ** ~ ` ' \" ( ) [ ] / : \u200b \u00ad ½ ⑫ é ß 💥 \ud800"
).split(" ")
LINES = st.lists(st.sampled_from(PIECES), max_size=25).map(" ".join) | st.lists(
    st.sampled_from(PIECES), max_size=12
).map("".join)
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=200)


def read(text: str) -> tuple[Term, ...]:
    return terms_of(normalise(text), text)


@settings(max_examples=1000, deadline=None)
@given(LINES | ANY_TEXT)
def test_terms_stand_in_the_text_in_order_and_only_a_condition_holds_others(text: str) -> None:
    found = read(text)
    assert list(found) == sorted(found, key=lambda term: (term.start, not isinstance(term, ConditionTerm)))
    last, held = 0, 0
    for term in found:
        assert 0 <= term.start < term.end <= len(text)
        if isinstance(term, ConditionTerm):
            assert term.start >= max(last, held)
            assert text[term.start : term.end] == term.value
            held = term.end
        else:
            assert term.start >= last
            assert term.end <= held or term.start >= held, "a term reaches out of its condition"
            last = term.end


@settings(max_examples=300, deadline=None)
@given(LINES | ANY_TEXT, st.datetimes(timezones=st.just(UTC)))
def test_every_day_can_be_told_by_every_clock(text: str, now: datetime) -> None:
    for term in resolved(read(text), now):
        if isinstance(term, DateTerm) and term.earliest is not None:
            assert term.latest is not None
            assert term.earliest <= term.latest


def values(term: Term) -> dict[str, Any]:
    left_out = ("start", "end", "bound")
    return {name: value for name, value in codec.encode(term).items() if name not in left_out}


@settings(max_examples=1000, deadline=None)
@given(LINES)
def test_what_a_span_holds_reads_the_same_alone(text: str) -> None:
    """For the kinds that need no neighbour: a range of "between" and a half "off" do."""
    for term in read(text):
        if not isinstance(term, MoneyTerm | PercentTerm | DurationTerm | TimeTerm):
            continue
        span = text[term.start : term.end]
        if " and " in f" {span} " or span.casefold() == "half" or "\u200b" in span or "\u00ad" in span:
            continue
        again = read(span)
        assert [values(one) for one in again] == [values(term)], span


def test_minutes_of_four_digits_are_no_time_of_day() -> None:
    assert [type(one) for one in read("2026-05-17T15:3020")] == [DateTerm]
    assert [type(one) for one in read("2026-05-17T15:30")] == [DateTerm, TimeTerm]


spans = st.integers(0, 4000)
numbers = st.integers(0, 2**53 - 1)
bounds = st.sampled_from(Bound)
days = st.builds(
    Day, st.sampled_from(Shape), st.integers(0, 31), st.integers(0, 12), st.integers(0, 9999),
    st.none() | st.integers(-2, 2), st.booleans(),
)  # fmt: skip
TERMS = st.one_of(
    st.builds(MoneyTerm, spans, spans, numbers, st.sampled_from(["USD", "JPY"]), st.none() | numbers, bounds),
    st.builds(PercentTerm, spans, spans, numbers, st.none() | numbers, bounds),
    st.builds(DurationTerm, spans, spans, numbers, numbers, st.sampled_from(Unit), bounds),
    st.builds(CountTerm, spans, spans, numbers, numbers, st.text(max_size=9), bounds),
    st.builds(DateTerm, spans, spans, days, st.none() | days, bounds, st.none() | st.dates(), st.none() | st.dates()),
    st.builds(TimeTerm, spans, spans, st.integers(0, 1439), st.integers(0, 1439), bounds),
    st.builds(IdentifierTerm, spans, spans, st.text(max_size=9), st.sampled_from(Names)),
    st.builds(MethodTerm, spans, spans, st.sampled_from(Method)),
    st.builds(ConditionTerm, spans, spans, st.text(max_size=9)),
)  # fmt: skip


@given(TERMS)
def test_a_term_comes_back_from_json_as_it_was(term: Term) -> None:
    assert codec.decode(json.loads(json.dumps(codec.encode(term)))) == term


HOSTILE = [
    "1", "1 ", "a ", "$", "$1", "$1 ", "1,", "1.", "1-", "1/", "1:", "one ", "twenty-", "hundred ", "and ", "if ",
    "if you 1 ", "once you ", "1 and a half ", "-", "- ", "# ", "#W1 ", "order ", "order 1 ", "W1-", "_1", "May ",
    "May 1 ", "Mon-", "the 1st ", "Friday, ", "3 to ", "between 1 and ", "12:00 ", "(555) ", "555-", "gift ",
    "couple of ", "end of the ", "a few ", "up to ", "no more than ", "1 234 ", "@", ".com ", "'", "½", "\u0430",
]  # fmt: skip


def calls_to_read(text: str) -> int:
    """How many lines of our own code run while a text is read: a price that no clock sways."""
    count = 0

    def trace(frame: FrameType, event: str, arg: object) -> Any:
        nonlocal count
        if "claims/terms" not in frame.f_code.co_filename:
            return None
        count += event == "line"
        return trace

    line = normalise(text)
    before = sys.gettrace()
    sys.settrace(trace)
    try:
        terms_of(line, text)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("piece", HOSTILE)
def test_twice_the_text_costs_twice_the_steps(piece: str) -> None:
    short, long = (calls_to_read(piece * (size // len(piece))) for size in (600, 1200))
    assert long <= 2.3 * short + 500, (short, long)
    assert long <= 1200 * 200


@pytest.mark.parametrize(
    "text", ["", " ", "\x00", "\ud800", "$", "#", "-", "'", "½", "\u200b$\u200b5", "9" * 4000]
)
def test_reads_odd_text(text: str) -> None:
    assert len(read(text)) <= 1
