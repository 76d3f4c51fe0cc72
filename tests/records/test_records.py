"""What tools answered, as typed records: exactly, or not at all."""

import json
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerable.exchange import ToolCall, ToolOutcome
from answerable.records import Book, Expression, Type, Untypable, parse_mappings, typed
from answerable.records.book import LARGEST_ANSWER
from answerable.values import CallId
from answerable.values.errors import BundleError

ORDER = {
    "Order": {
        "read_with": "get_order",
        "also_from": ["cancel_order"],
        "id": "id",
        "attributes": {
            "status": {"type": "text", "from": "status"},
            "total": {"type": "cents", "from": "total"},
            "note": {"type": "text", "from": "note", "optional": True},
        },
    }
}
MAPPINGS = parse_mappings(ORDER)


def answered(tool: str, result: Any, at: int = 0) -> tuple[ToolOutcome, bool]:
    text = result if isinstance(result, str) else json.dumps(result)
    return ToolOutcome(ToolCall(CallId(f"c{at}"), tool, "{}"), text), True


def book(*answers: tuple[str, Any]) -> Book:
    outcomes = [answered(tool, result, at) for at, (tool, result) in enumerate(answers)]
    return Book.read(outcomes, MAPPINGS, frozenset({"cancel_order"}))


PENDING = {"id": "W1", "status": "pending", "total": 20.1}


def test_an_answer_shows_a_record_with_its_source() -> None:
    record = book(("get_order", PENDING)).get("Order", "W1")
    assert record is not None
    assert record.attributes == {"status": "pending", "total": 2010}
    assert record.source == "call:get_order/c0"


def test_a_later_write_supersedes_without_a_conflict() -> None:
    found = book(("get_order", PENDING), ("cancel_order", PENDING | {"status": "cancelled"}))
    record = found.get("Order", "W1")
    assert record is not None
    assert record.attributes["status"] == "cancelled"


def test_two_reads_that_differ_with_no_write_between_are_a_conflict() -> None:
    [conflict] = book(("get_order", PENDING), ("get_order", PENDING | {"total": 21})).conflicts
    assert (conflict.attribute, conflict.values) == ("total", (2010, 2100))


def test_a_conflict_is_settled_by_two_reads_that_agree() -> None:
    changed = PENDING | {"total": 21}
    assert book(("get_order", PENDING), ("get_order", changed), ("get_order", changed)).conflicts == []


def test_a_change_after_a_write_is_no_conflict() -> None:
    found = book(
        ("get_order", PENDING),
        ("cancel_order", PENDING | {"status": "cancelled"}),
        ("get_order", PENDING | {"status": "cancelled"}),
    )
    assert found.conflicts == []


@pytest.mark.parametrize(
    ("result", "fault"),
    [({"id": "W1", "total": 1}, "no status"), (PENDING | {"total": "a lot"}, "no number"),
     (PENDING | {"total": 1.005}, "minor units"), (PENDING | {"status": 7}, "not text")],
)  # fmt: skip
def test_an_answer_that_changed_shape_is_a_record_with_faults(result: Any, fault: str) -> None:
    record = book(("get_order", result)).get("Order", "W1")
    assert record is not None
    assert fault in record.faults[0]


@pytest.mark.parametrize("result", ["{not json", "[" * 100_000, "x" * (LARGEST_ANSWER + 1), "{}", "null", ""])
def test_an_answer_that_cannot_be_read_shows_nothing_and_is_told(result: str) -> None:
    found = book(("get_order", result))
    assert found.all("Order") == []
    assert found.unread


def test_a_failed_call_shows_nothing() -> None:
    outcome, _ = answered("get_order", PENDING)
    assert Book.read([(outcome, False)], MAPPINGS, frozenset()).all("Order") == []


FLIGHTS = parse_mappings(
    {
        "Flight": {
            "read_with": "search",
            "rows": "[]",
            "from_call": {"date": "date"},
            "id": "join('/', [number, date])",
            "attributes": {"price": {"type": "cents", "from": "price"}},
        }
    }
)


@pytest.mark.parametrize(
    ("row", "arguments", "name"),
    [
        ({"number": "F1", "price": 9}, '{"date": "05-20"}', "F1/05-20"),
        (
            {"number": "F1", "price": 9, "date": "05-21"},
            '{"date": "05-20"}',
            "F1/05-21",
        ),  # its own word counts
        ({"number": "F1", "price": 9}, "{}", None),
        ({"number": "F1", "price": 9}, "no json", None),
    ],
)
def test_a_row_takes_what_it_lacks_from_the_call(row: Any, arguments: str, name: str | None) -> None:
    outcome = ToolOutcome(ToolCall(CallId("c0"), "search", arguments), json.dumps([[row]]))
    found = Book.read([(outcome, True)], FLIGHTS, frozenset()).all("Flight")
    assert [record.id for record in found] == ([] if name is None else [name])


@pytest.mark.parametrize(
    ("expression", "value", "found"),
    [
        ("sums(@)", "It is $1,049.50, not 20 dollars or 7 USD; flight 123.", [1049.5, 20, 7]),
        ("sums(@)", ["$5", 7], [5]),
        ("ahead(@)", ["A refund has been paid to your card. Shall I go on?"], [" Shall I go on?"]),
        ("keyed(@, ['a', 'b'])", [{"a": 1, "b": 2}], {"1/2": {"a": 1, "b": 2}}),
        ("column(@, 'a.b')", [{"a": {"b": 1}}, {}], [1, None]),
        ("filled(a, b)", {"a": [1, None], "b": [3, 4]}, [1, 4]),
        ("choose(@ == `1`, `[]`, 'no')", 1, []),
        ("apart(a, b)", {"a": [1, 2, 2], "b": [2]}, [1]),
        ("taken_from(a, b)", {"a": [1, 1], "b": [1]}, False),
        ("with_each(a, b)", {"a": ["x", "y"], "b": ["z"]}, [["x", "z"], ["y", "z"]]),
        ("last_word(@)", "Action Camera", "Camera"),
        ("cut(@, `-4`)", "card_1234", "1234"),
    ],
)
def test_what_the_functions_find(expression: str, value: Any, found: Any) -> None:
    assert Expression(expression, "here").find(value) == found


@pytest.mark.parametrize(
    "said", ["April 5, 1990", "5 April 1990", "April 5th, 1990", "04/05/1990", "1990-04-05"]
)
def test_a_day_is_known_as_people_write_it(said: str) -> None:
    known = Expression("mentions(a, day_forms(b))", "here").find(
        {"a": f"I was born on {said}.", "b": "1990-04-05"}
    )
    assert known is True


@given(st.floats(allow_nan=True, allow_infinity=True) | st.integers() | st.text() | st.booleans() | st.none())
def test_a_value_is_typed_exactly_or_refused(value: Any) -> None:
    for kind in Type:
        try:
            found = typed(value, kind)
        except Untypable:
            continue
        if kind is Type.CENTS:
            assert isinstance(found, int)
            assert abs(found - float(value) * 100) <= 1e-6 * max(1.0, abs(float(value)))


def test_sums_of_floats_are_cents_again() -> None:
    assert typed(0.1 + 0.2, Type.CENTS) == 30


def test_a_local_time_is_in_the_packs_zone() -> None:
    found = typed("2024-05-15T15:00:00", Type.INSTANT, ZoneInfo("America/New_York"))
    assert found == {"__extn": {"fn": "datetime", "arg": "2024-05-15T19:00:00.000Z"}}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"read_with": None}, "no 'read_with'"),
        ({"id": "total["}, "no JMESPath expression"),
        ({"id": "nonesuch(total)"}, "no such function"),
        ({"attributes": {"a b": {"type": "text", "from": "x"}}}, "can't be an attribute"),
        ({"attributes": {"a": {"type": "string", "from": "x"}}}, "is no type"),
        ({"attributes": {"a": {"type": "text", "form": "x"}}}, "'form' is unknown"),
        ({"atributes": {}}, "'atributes' is unknown"),
    ],
)
def test_a_mapping_that_cannot_be_used_says_why(changed: dict[str, Any], words: str) -> None:
    entry = {key: value for key, value in (ORDER["Order"] | changed).items() if value is not None}
    with pytest.raises(BundleError, match="Order") as raised:
        parse_mappings({"Order": entry})
    assert words in str(raised.value)
