"""approvals.yaml is read as it says, and a mistake in it is named with its remedy."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from answerable.adapters.bundle_files import built_in, pack_files, shipped_pack
from answerable.approvals import plan_for
from answerable.approvals.reading import parse_rules, rules_of
from answerable.decisions import parse
from answerable.values import Money
from answerable.values.errors import BundleError

EXAMPLE = """
hours:
  zone: Europe/Berlin
  week: {mon-fri: "09:00-12:30 13:00-17:00", sat: "10:00-14:00"}
  holidays: [2026-12-25]
default: {deadline: 8h, valid: 10m, remind: []}
routes:
  support-lead:
    deadline: 4h business
    remind: [3h, 1h, 9h business]
    escalate: {after: 2h, to: support-director}
    two_above: "500.00 USD"
    valid: 15m
  support-director: {escalate: {after: 1h business, to: board}}
  board: {needs: 2}
"""
NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)  # a Monday, ten o'clock in Berlin


def test_the_plan_is_made_of_what_the_queue_says() -> None:
    rules = parse_rules(yaml.safe_load(EXAMPLE), UTC)
    plan = plan_for(rules, "support-lead", Money(50_000, "USD"), NOW)
    assert plan.deadline == NOW.replace(hour=13, minute=30)  # a lunch break later
    assert plan.reminders == (NOW.replace(hour=10), NOW.replace(hour=12))
    assert plan.escalations == (
        (NOW.replace(hour=11), "support-director"),
        (NOW.replace(hour=12, minute=30), "board"),
    )
    assert (plan.needs, plan.valid) == (1, timedelta(minutes=15))


@pytest.mark.parametrize("amount", [None, Money(50_001, "USD"), Money(1, "EUR")])
def test_two_are_asked_for_above_the_amount_and_in_doubt(amount: Money | None) -> None:
    rules = parse_rules(yaml.safe_load(EXAMPLE), UTC)
    assert plan_for(rules, "support-lead", amount, NOW).needs == 2
    assert plan_for(rules, "anybody's", amount, NOW).needs == 1
    assert plan_for(rules, "board", amount, NOW).needs == 2


def test_without_a_file_there_are_safe_defaults() -> None:
    rules = rules_of(built_in())
    plan = plan_for(rules, "default", None, NOW)
    assert plan.deadline == NOW + timedelta(hours=24)
    assert (plan.needs, plan.valid, plan.escalations) == (1, timedelta(minutes=15), ())


def test_a_packs_file_is_part_of_its_bundle_and_of_its_digest() -> None:
    files = pack_files(shipped_pack("store"))
    before = parse(files)
    with_rules = parse({**files, "approvals.yaml": EXAMPLE.encode()})
    assert before.digest != with_rules.digest
    assert rules_of(with_rules).of("board").needs == 2


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("routs: {}", "'routs' is unknown"),
        ("routes: [x]", "mapping of queues"),
        ("routes: {a: {deadlin: 1h}}", "'deadlin' is unknown"),
        ("routes: {a: {deadline: 4}}", "write 30m, 4h, 2d or 4h business"),
        ("routes: {a: {deadline: 4 h}}", "write 30m"),
        ("routes: {a: {deadline: 0h}}", "more than nothing"),
        ("routes: {a: {deadline: 99999d}}", "up to"),
        ("routes: {a: {deadline: 2d business}}", "write business hours"),
        ("routes: {a: {remind: 1h}}", "must be a list"),
        ("routes: {a: {escalate: {after: 1h}}}", "'to' must name"),
        ("routes: {a: {escalate: {after: 1h, to: b}}}", "'b', which is no queue"),
        ("routes: {a: {escalate: {after: 1h, to: b}}, b: {escalate: {after: 1h, to: a}}}", "a → b → a"),
        ("routes: {a: {escalate: {after: 1h, to: a}}}", "a → a"),
        ("routes: {a: {deadline: 1h, escalate: {after: 1h, to: b}}, b: {}}", "make it earlier"),
        ("routes: {a: {needs: 0}}", "1 to 5"),
        ("routes: {a: {needs: true}}", "1 to 5"),
        ("routes: {a: {two_above: 500}}", 'write it as "500.00 USD"'),
        ("routes: {a: {two_above: '500 USD '}}", 'write it as "500.00 USD"'),
        ("routes: {a: {two_above: '5.0 USD'}}", 'write it as "500.00 USD"'),
        ("routes: {a: {two_above: '5.00 usd'}}", 'write it as "500.00 USD"'),
        ("routes: {a: {two_above: '5.00 JPY'}}", 'write it as "500.00 USD"'),
        ("routes: {a: {valid: 25h}}", "valid for up to"),
        ("routes: {a: {valid: 1h business}}", "by the clock"),
        ("default: {escalate: {after: 1h, to: x}}", "'x', which is no queue"),
        ("hours: {week: {}}", "at least"),
        ("hours: {zone: Mars/Base, week: {mon: '09:00-17:00'}}", "no time zone"),
        ("hours: {week: {montag: '09:00-17:00'}}", "no days"),
        ("hours: {week: {fri-mon: '09:00-17:00'}}", "no days"),
        ("hours: {week: {mon-fri: '09:00-17:00', fri: '09:00-12:00'}}", "named twice"),
        ("hours: {week: {mon: '9-17'}}", "write 09:00-17:00"),
        ("hours: {week: {mon: '09:00-25:00'}}", "write 09:00-17:00"),
        ("hours: {week: {mon: '17:00-09:00'}}", "in order"),
        ("hours: {week: {mon: '09:00-17:00'}, holidays: [christmas]}", "list of up to"),
        ("hours: {week: nine to five}", "must name days"),
    ],
)
def test_a_mistake_is_named_with_its_remedy(text: str, told: str) -> None:
    with pytest.raises(BundleError) as error:
        parse_rules(yaml.safe_load(text), UTC)
    assert told in str(error.value)
    assert "approvals.yaml" in str(error.value)


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(["1h", "mon", "09:00-17:00"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                "hours default routes zone week holidays deadline remind escalate after to needs valid".split()
            )
            | st.text(max_size=4),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["hours", "default", "routes"]), JSON))
def test_whatever_stands_there_it_is_read_or_refused(raw: dict[str, Any]) -> None:
    try:
        rules = parse_rules(raw, ZoneInfo("Europe/Berlin"))
    except BundleError:
        return
    plan_for(rules, "a", None, NOW)
