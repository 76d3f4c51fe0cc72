"""Which term a line is about, and for which cases it holds."""

from datetime import date
from typing import Any

import pytest
from test_terms_yaml import WINDOW

from answerable.apps.readers import make_reader
from answerable.claims import ReadingContext
from answerable.terms import Case, Direction, TermBase, Verdict, parse_terms

TODAY = date(2026, 11, 24)
FEE: dict[str, Any] = WINDOW | {
    "subjects": ["return", "price", "discount", "refund"],
    "about": ["return", "send"],
    "value": "$9.50",
    "better": "less",
    "wording": "A return costs $9.50.",
}
GOLD = WINDOW | {"value": "within 90 days", "applies": {"tier": ["gold"]}, "wording": "Gold: 90 days."}
BASE = TermBase(parse_terms({"window": WINDOW, "gold-window": GOLD, "fee": FEE}))
READER = make_reader("rules")


def judged(text: str, case: Case | None = None, on: date = TODAY) -> tuple[Verdict, str, Direction | None]:
    claim = READER.read(text, ReadingContext())
    found = BASE.judge(claim, text, case or {}, on)
    assert found is not None, claim
    return found.verdict, found.term.id, found.direction


def test_the_window_for_everybody_bears_a_line_out() -> None:
    assert judged("You can return it within 30 days.")[0] is Verdict.AGREE


def test_a_longer_window_for_nobody_is_over() -> None:
    verdict, term, direction = judged("You can return it within 120 days.", {"tier": frozenset({"gold"})})
    assert (verdict, term, direction) == (Verdict.DISAGREE, "gold-window", Direction.OVER)


@pytest.mark.parametrize(
    ("tier", "verdict"),
    [("gold", Verdict.AGREE), ("regular", Verdict.DISAGREE), (None, Verdict.DEPENDS)],
)
def test_a_term_for_some_holds_only_where_the_record_says_so(tier: str | None, verdict: Verdict) -> None:
    case = {} if tier is None else {"tier": frozenset({tier})}
    assert judged("You can return it within 90 days.", case)[0] is verdict


def test_the_narrower_term_decides_for_whom_it_is_made() -> None:
    case = {"tier": frozenset({"gold"})}
    assert judged("You can return it within 30 days.", case)[2] is Direction.UNDER


def test_free_against_a_fee_is_over() -> None:
    assert judged("You can return it for free.") == (Verdict.DISAGREE, "fee", Direction.OVER)


def test_an_approved_wording_is_approved_to_the_letter() -> None:
    assert judged("Items can be returned within 30 days of delivery.")[0] is Verdict.AGREE


def test_a_phrase_of_the_term_s_own_outweighs_the_subject_that_was_read() -> None:
    fee = FEE | {"subjects": ["cancellation"], "about": ["termination fee"], "value": "$150"}
    base = TermBase(parse_terms({"fee": fee}))
    for text, verdict in (
        ("The termination fee is $50.", Verdict.DISAGREE),
        ("The termination fee is $150.", Verdict.AGREE),
    ):
        claim = READER.read(text, ReadingContext())
        found = base.judge(claim, text, {}, TODAY)
        assert found is not None, claim
        assert found.verdict is verdict


def test_no_term_speaks_of_another_subject() -> None:
    text = "Your parcel arrives within 90 days."
    assert BASE.judge(READER.read(text, ReadingContext()), text, {}, TODAY) is None


def test_how_long_ago_something_was_is_no_term() -> None:
    claim = READER.read("You bought it 40 days ago, so you can return it.", ReadingContext())
    assert BASE.judge(claim, "You bought it 40 days ago, so you can return it.", {}, TODAY) is None
