"""Adding business time: what a wall clock and a calendar on that wall would say."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerable.approvals.calendar import ALWAYS, Calendar

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = ((9 * 60, 17 * 60),)
WEEK = Calendar(BERLIN, (OFFICE,) * 5 + ((), ()), frozenset({date(2026, 12, 25)}))
HOURS = timedelta(hours=1)


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-11-30T10:00", 4, "2026-11-30T14:00"),
        ("2026-11-30T15:00", 4, "2026-12-01T11:00"),  # over night
        ("2026-11-27T16:00", 2, "2026-11-30T10:00"),  # over the weekend
        ("2026-11-28T12:00", 1, "2026-11-30T10:00"),  # asked on a Saturday
        ("2026-11-30T03:00", 1, "2026-11-30T10:00"),  # before anybody is there
        ("2026-11-30T17:00", 1, "2026-12-01T10:00"),  # the end is not included
        ("2026-12-24T16:00", 2, "2026-12-28T10:00"),  # over a holiday and a weekend
        ("2026-11-30T09:00", 8, "2026-11-30T17:00"),  # to the very end
        ("2026-11-30T09:00", 40, "2026-12-04T17:00"),
    ],
)
def test_business_time_is_counted_as_people_count_it(start: str, hours: int, end: str) -> None:
    assert WEEK.add(berlin(start), hours * HOURS) == berlin(end)


def test_a_day_on_which_the_clock_is_changed_is_as_long_as_it_really_is() -> None:
    nights = Calendar(BERLIN, (((0, 24 * 60),),) * 7)
    assert nights.add(berlin("2026-03-28T12:00"), 24 * HOURS) == berlin("2026-03-29T13:00")  # 23 hours long
    assert nights.add(berlin("2026-10-24T12:00"), 24 * HOURS) == berlin("2026-10-25T11:00")  # 25 hours long
    gone = Calendar(BERLIN, (((2 * 60, 3 * 60),),) * 7)  # an hour that the 29th of March has not
    assert gone.add(berlin("2026-03-28T12:00"), HOURS / 2) == berlin("2026-03-30T02:30")


@given(
    st.integers(0, 400 * 24 * 60).map(
        lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    ),
    st.integers(0, 600).map(lambda minutes: timedelta(minutes=minutes)),
    st.integers(0, 600).map(lambda minutes: timedelta(minutes=minutes)),
)
def test_time_added_in_two_parts_is_the_time_added_at_once(
    start: datetime, one: timedelta, other: timedelta
) -> None:
    split = (9 * 60, 12 * 60 + 30), (13 * 60, 17 * 60)
    for calendar in (WEEK, ALWAYS, Calendar(ZoneInfo("America/New_York"), (split,) * 7)):
        whole = calendar.add(start, one + other)
        assert calendar.add(calendar.add(start, one), other) == whole
        assert whole >= start + one + other
        assert whole.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    "week",
    [
        (OFFICE,) * 6,
        ((),) * 7,
        ((((0, 30),),) + ((),) * 6),
        ((((10, 5),),) * 7),
        ((((0, 60), (30, 90)),) * 7),
        ((((0, 1441),),) * 7),
    ],
)
def test_a_week_that_nobody_works_in_is_none(week: tuple[tuple[tuple[int, int], ...], ...]) -> None:
    with pytest.raises(ValueError):
        Calendar(UTC, week)
