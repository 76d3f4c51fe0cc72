"""Instants on paper: text order is time order, and what names no instant is refused."""

from datetime import UTC, datetime, timedelta, timezone, tzinfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from answerable.values import from_rfc3339, rfc3339

zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
instants = st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31), timezones=zones)  # noqa: DTZ001 – bounds


@settings(deadline=None)
@given(instants)
def test_an_instant_written_and_read_back_is_the_same_instant(instant: datetime) -> None:
    text = rfc3339(instant)
    assert from_rfc3339(text) == instant
    assert from_rfc3339(text).tzinfo is UTC
    assert text.endswith("Z")
    assert len(text) == len("2026-01-31T00:00:00.000000Z")


@settings(deadline=None)
@given(instants, instants)
def test_the_order_of_texts_is_the_order_of_time(one: datetime, other: datetime) -> None:
    assert (rfc3339(one) < rfc3339(other)) == (one < other)


class _NoOffset(tzinfo):
    """A zone that does not say how far it is from UTC: python takes such a datetime for naive."""

    def utcoffset(self, when: datetime | None) -> None:
        return None

    def dst(self, when: datetime | None) -> None:
        return None

    def tzname(self, when: datetime | None) -> str:
        return "nowhere"


@pytest.mark.parametrize("zone", [None, _NoOffset()])
def test_a_datetime_without_an_offset_is_refused_and_not_taken_for_local_time(zone: tzinfo | None) -> None:
    with pytest.raises(ValueError, match="has no time zone"):
        rfc3339(datetime(2026, 1, 31, tzinfo=zone))


@pytest.mark.parametrize("text", ["2026-01-31T00:00:00", "2026-01-31", "31.1.2026", "", "Z", "now"])
def test_a_text_that_names_no_instant_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"has no time zone|Invalid isoformat string"):
        from_rfc3339(text)


def test_an_instant_beyond_the_years_that_can_be_written_is_refused_with_the_same_error() -> None:
    with pytest.raises(ValueError, match="outside the years"):
        from_rfc3339("0001-01-01T00:00:00+14:00")
    with pytest.raises(ValueError, match="outside the years"):
        rfc3339(datetime.max.replace(tzinfo=timezone(timedelta(hours=-1))))
