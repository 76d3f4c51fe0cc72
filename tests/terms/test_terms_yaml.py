"""terms.yaml: what can't be read is an error that names the entry and the remedy."""

from datetime import date
from typing import Any

import pytest

from answerable.terms import parse_terms
from answerable.values.errors import BundleError

WINDOW: dict[str, Any] = {
    "subjects": ["return"],
    "value": "within 30 days",
    "better": "more",
    "wording": "Items can be returned within 30 days of delivery.",
    "owner": "Ana",
    "approver": "Ben",
    "source": {"document": "returns.md", "place": "section 2"},
}


def error_of(**changed: Any) -> str:
    entry = {key: value for key, value in (WINDOW | changed).items() if value is not None}
    with pytest.raises(BundleError) as raised:
        parse_terms({"window": entry})
    assert "window" in str(raised.value)
    return str(raised.value)


def test_a_whole_entry_is_read() -> None:
    [term] = parse_terms({"window": WINDOW | {"effective": {"from": date(2026, 1, 1)}, "version": 3}})
    assert term.name == "term:window@3"
    assert term.in_force(date(2026, 1, 1))
    assert not term.in_force(date(2025, 12, 31))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"value": "thirty parsecs"}, "can't be read"),
        ({"value": "10 to 14 days or $5"}, "can't be read"),
        ({"value": 30}, "can't be read"),
        ({"better": "longer"}, "'more' or 'less'"),
        ({"better": None}, "'more' or 'less'"),
        ({"owner": None}, "'owner' is missing"),
        ({"wording": " "}, "'wording' is missing"),
        ({"approver": "ana"}, "both owner and approver"),
        ({"source": None}, "must name the published document"),
        ({"subjects": ["returns"]}, "list of"),
        ({"effective": {"from": "soon"}}, "2026-01-31"),
        ({"effective": {"from": date(2026, 2, 1), "until": date(2026, 1, 1)}}, "before it begins"),
        ({"value": "$9.50", "better": "less"}, "needs 'about'"),
        ({"vaule": "x"}, "'vaule' is unknown"),
    ],
)
def test_an_entry_that_cannot_be_used_says_why(changed: dict[str, Any], words: str) -> None:
    assert words in error_of(**changed)


def test_two_values_for_one_thing_on_one_day_are_refused() -> None:
    later = WINDOW | {"value": "within 60 days", "effective": {"from": date(2026, 6, 1)}}
    earlier = WINDOW | {"effective": {"until": date(2026, 6, 1)}}
    with pytest.raises(BundleError, match="end one before the other begins"):
        parse_terms({"old": earlier, "new": later})
    ended = WINDOW | {"effective": {"until": date(2026, 5, 31)}}
    assert len(parse_terms({"old": ended, "new": later})) == 2
