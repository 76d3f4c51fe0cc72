"""The same limits are the same text, and what is no limit is refused."""

import pytest
import some_people as some
from hypothesis import given
from hypothesis import strategies as st

from answerable.roles import Hours, Limits, limits_from_text, limits_text
from answerable.values import Money
from answerable.values.errors import RoleError


@given(some.limits)
def test_limits_come_back(limits: Limits) -> None:
    text = limits_text(limits)
    assert limits_from_text(text) == limits
    assert limits_text(limits_from_text(text)) == text


@given(st.text())
def test_any_text_is_limits_or_refused(text: str) -> None:
    try:
        found = limits_from_text(text)
    except RoleError:
        return
    assert limits_from_text(limits_text(found)) == found


def test_no_limits_are_an_empty_object() -> None:
    assert limits_text(Limits()) == "{}"
    full = Limits(
        frozenset({"b", "a"}), None, Money(1, "USD"), frozenset({"ü"}), Hours(frozenset({4, 0}), 480, 1080)
    )
    assert limits_text(full) == (
        '{"amount":{"currency":"USD","minor":1},"hours":{"days":[0,4],"end":1080,"start":480},'
        '"regions":["ü"],"routes":["a","b"]}'
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        '{"amount":1}',
        '{"amount":{"currency":"USD","minor":1.0}}',
        '{"amount":{"currency":"USD","minor":true}}',
        '{"amount":{"currency":"USD","minor":-1}}',
        '{"amount":{"currency":"usd","minor":1}}',
        '{"amount":{"currency":"USD","minor":1,"x":1}}',
        '{"amount":null}',
        '{"routes":[]}',
        '{"routes":"refunds"}',
        '{"routes":[1]}',
        '{"routes":["a\\n"]}',
        '{"route":["a"]}',
        '{"routes":["a"],"routes":["b"]}',
        '{"hours":{"days":[],"end":1,"start":0}}',
        '{"hours":{"days":[7],"end":1,"start":0}}',
        '{"hours":{"days":[0],"end":0,"start":0}}',
        '{"hours":{"days":[0],"end":1441,"start":0}}',
    ],
)
def test_what_is_no_limit_is_refused(text: str) -> None:
    with pytest.raises(RoleError):
        limits_from_text(text)


def test_limits_that_could_not_be_read_back_are_not_written() -> None:
    for limits in (
        Limits(routes=frozenset()),
        Limits(amount=Money(-1, "USD")),
        Limits(hours=Hours(frozenset({0}), 600, 500)),
        Limits(regions=frozenset({"x" * 300})),
    ):
        with pytest.raises(RoleError):
            limits_text(limits)
