"""Did the tool do it, and which amounts does it name? Any text a tool may answer with."""

import json
import time
from decimal import Decimal

import pytest
from grounds_of import done
from hypothesis import given, settings
from hypothesis import strategies as st

from answerable.findings import succeeded
from answerable.findings.results import names, numbers_in, spelled

FAILED = [
    "",
    "  \n",
    "null",
    "None",
    "false",
    "{}",
    "[]",
    '""',
    "Error: order not found",
    "error - try later",
    '"Error: order not found"',
    "[ERROR] refused by the bank",
    "Failed to refund",
    "Traceback (most recent call last):",
    "No such order",
    "Not allowed for this order",
    '{"error": "no such order"}',
    '{"error": {"code": 7}}',
    '{"errors": ["amount too large"]}',
    '{"success": false, "refund_id": "r-1"}',
    '{"ok": false}',
    '{"succeeded": false}',
    '{"result": "failed"}',
    '{"outcome": "Declined"}',
    '{"outcome": "pending"}',
    '{"isError": true, "content": [{"type": "text", "text": "no"}]}',
    '{"status": 404}',
    '{"status_code": 500, "body": {}}',
    '{"statusCode": 422}',
    '{"message": "Error: try later"}',
    '[{"type": "text", "text": "Error: no such order"}]',
    '{"refund_id": "r-1"',
    "{not json}",
]
FAILED_WRITES = [
    "Cannot refund an order that was not delivered",
    "The refund could not be issued",
    "Unable to refund: the bank declined",
    "Order W1 was not found",
    "Request denied",
    '{"status": "failed", "reason": "the card was declined"}',
    '{"status": "Declined"}',
    '{"message": "Order W1 not found"}',
    '{"detail": "Refund not permitted"}',
]
SUCCEEDED = [
    "ok",
    "true",
    "Refunded $45.00",
    '"refunded"',
    '{"refund_id": "r-1"}',
    '{"error": null, "refund_id": "r-1"}',
    '{"error": "", "errors": [], "ok": true}',
    '{"success": true}',
    '{"status": "processed"}',
    '{"status": 200}',
    '{"result": "done"}',
    '{"message": "Refund issued"}',
    '[{"refund_id": "r-1"}]',
    '[{"type": "text", "text": "Refund issued"}]',
    "12345",
]


@pytest.mark.parametrize("result", FAILED)
def test_a_result_that_fails_or_says_nothing_is_no_success_of_any_tool(result: str) -> None:
    assert not succeeded(done("refund_order", result))
    assert not succeeded(done("get_order", result))


@pytest.mark.parametrize("result", FAILED_WRITES)
def test_an_act_that_was_refused_is_no_success_but_a_record_may_speak_of_failures(result: str) -> None:
    assert not succeeded(done("refund_order", result))
    assert succeeded(done("get_payment", result))


@pytest.mark.parametrize("result", SUCCEEDED)
def test_a_result_that_says_it_was_done_is_a_success(result: str) -> None:
    assert succeeded(done("refund_order", result))


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Refunded $253.54 of $1,122.20.", {"253.54", "1122.2"}),
        ("45.00 and 45 and 045", {"45"}),
        ("0.50, 0, 0.00", {".5", "0"}),
        ('{"amount": 253.54, "items": [10,20], "n": 1e3}', {"253.54", "10", "20", "1e3"}),
        ("[253.54,10,1122.2]", {"253.54", "10", "1122.2"}),
        ('{"text": "1,122.20 EUR"}', {"1122.2"}),
        ('{"amount": -54.04}', {"54.04"}),
        ("W123,253.54,USD", {"123", "253.54"}),
        ("1,2 and 12,34", {"1", "2", "12", "34"}),
        ("1,234,567.80", {"1234567.8"}),
        ("paid 2024-05-17 at 15:30:00", set()),
        ('{"at": "2024-05-17T15:30:00.000Z", "amount": 9}', {"9"}),
        ("5-7 days, 10/2024, tel. 555-0100", set()),
        ("version 1.2.3", set()),
        ("45.", {"45"}),
        ("item 5.Then", {"5"}),
        ("", set()),
        ("no numbers", set()),
        ("٤٥ ４５ ²", set()),
        ('{"n": NaN}', {"NaN"}),
    ],
)
def test_the_amounts_of_a_result_are_its_numbers_and_not_its_dates(text: str, numbers: set[str]) -> None:
    assert numbers_in(text) == numbers


amounts = st.decimals(min_value=0, max_value=10**9, places=2)


@settings(deadline=None)
@given(amounts, st.sampled_from(["{}", "${}", "{} USD", "Paid {}, thanks.", '{{"text": "{}"}}', "({})"]))
def test_an_amount_is_found_however_it_is_written(amount: Decimal, around: str) -> None:
    wanted = spelled(f"{amount:.2f}")
    for written in (f"{amount:.2f}", f"{amount:,.2f}", f"{amount.normalize():f}", f"{amount.normalize():,f}"):
        assert wanted in numbers_in(around.format(written)), written


@settings(deadline=None)
@given(st.lists(amounts, min_size=1, max_size=6), st.booleans())
def test_the_amounts_of_a_json_list_are_found_with_and_without_spaces(
    values: list[Decimal], spaced: bool
) -> None:
    separators = None if spaced else (",", ":")
    text = json.dumps({"values": [float(value) for value in values]}, separators=separators)
    assert {spelled(repr(float(value))) for value in values} == numbers_in(text)


@settings(deadline=None)
@given(amounts)
def test_one_amount_has_one_spelling(amount: Decimal) -> None:
    spellings = {spelled(f"{amount:.2f}"), spelled(f"{amount:,.2f}"), spelled(f"000{amount:.2f}00")}
    assert len(spellings) == 1
    assert spelled(spellings.pop()) == spelled(f"{amount}")


@settings(deadline=None)
@given(amounts, amounts)
def test_two_amounts_never_share_a_spelling(one: Decimal, other: Decimal) -> None:
    assert (spelled(f"{one:.2f}") == spelled(f"{other:.2f}")) == (one == other)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("order w123", True),
        ("#w123 is cancelled", True),
        ('{"order_id":"w123"}', True),
        ("w123", True),
        ("order-w123.", True),
        ("w1234 and w123", True),
        ("w1234", False),
        ("aw123", False),
        ("w123-b", False),
        ("w123_2", False),
        ("w12 3", False),
        ("", False),
    ],
)
def test_an_identifier_is_found_whole_and_never_as_the_start_of_a_longer_one(text: str, found: bool) -> None:
    assert names(text, "w123") is found


pieces = st.sampled_from(
    [
        '{"',
        '":',
        "[",
        "]",
        "{",
        "}",
        ",",
        '"',
        "error",
        "success",
        "false",
        "null",
        "status",
        "1",
        ".5",
        "-",
        "\\",
        "\\u",
        "é",
        "\x00",
        " ",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(pieces, max_size=30).map("".join) | st.text(max_size=60))
def test_no_result_makes_reading_it_raise(text: str) -> None:
    for tool in ("refund_order", "get_order"):
        assert succeeded(done(tool, text)) in (True, False)
    assert all(isinstance(number, str) for number in numbers_in(text))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(
        ["error", "errors", "isError", "success", "ok", "status", "result", "outcome", "message", "text", "x"]
    ), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(json_values)
def test_no_json_of_any_shape_makes_reading_it_raise(value: object) -> None:
    text = json.dumps(value)
    for tool in ("refund_order", "get_order"):
        assert succeeded(done(tool, text)) in (True, False)
    numbers_in(text)


HUGE = {
    "a megabyte of words": "refund issued " * 80_000,
    "a megabyte of digits": "1" * 1_000_000,
    "digits and commas": "111,111," * 130_000,
    "digits and points": "1." * 500_000,
    "digits and dashes": "1-" * 500_000,
    "a million lists in each other": "[" * 1_000_000,
    "deep and closed": "[" * 500_000 + "]" * 500_000,
    "deep objects": '{"a":' * 200_000 + "1" + "}" * 200_000,
    "a number of a million digits": '{"amount": ' + "9" * 1_000_000 + "}",
    "a wide object": json.dumps({f"k{number}": number for number in range(60_000)}),
    "quotes": '"' * 1_000_000,
    "backslashes": '{"a": "' + "\\\\" * 400_000 + '"}',
    "surrogates": "\ud800" * 300_000,
}


@pytest.mark.parametrize("text", HUGE.values(), ids=HUGE)
def test_a_huge_result_is_read_in_bounded_time_and_never_raises(text: str) -> None:
    started = time.perf_counter()
    succeeded(done("refund_order", text))
    numbers_in(text)
    names(text, "w123")
    assert time.perf_counter() - started < 5


def test_a_huge_result_is_not_kept_in_memory() -> None:
    from answerable.findings import results  # noqa: PLC0415

    results._succeeded.cache_clear()
    results._numbers_in.cache_clear()
    for number in range(3):
        text = f"{number} " + "x" * 100_000
        succeeded(done("refund_order", text))
        numbers_in(text)
    assert results._succeeded.cache_info().currsize == results._numbers_in.cache_info().currsize == 0
