"""Business hours: when people of the company answer, and what comes of adding working time to an instant."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

MINUTES_OF_DAY = 24 * 60
DAYS_OF_WEEK = 7
LEAST_WEEK = timedelta(hours=1)
"""The least that a company works in a week: adding time to less would never end."""

Span = tuple[int, int]
"""Minutes of a day, from and to; the end is not included, and may be 1440."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Working hours by day of the week, Monday first, in one time zone, but for holidays."""

    zone: tzinfo
    week: tuple[tuple[Span, ...], ...]
    holidays: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        """Raises ValueError where that is no week that anybody works in."""
        if len(self.week) != DAYS_OF_WEEK:
            raise ValueError(f"a week has {DAYS_OF_WEEK} days, not {len(self.week)}")
        worked = 0
        for day in self.week:
            end = 0
            for start, stop in day:
                if not end <= start < stop <= MINUTES_OF_DAY:
                    raise ValueError(f"hours stand in order and apart, in one day; {start}-{stop} do not")
                worked += stop - start
                end = stop
        if timedelta(minutes=worked) < LEAST_WEEK:
            raise ValueError(f"a week has at least {LEAST_WEEK} of business hours")

    def add(self, start: datetime, work: timedelta) -> datetime:
        """The instant by which that much business time has passed since `start`, in UTC.

        Time is what passes by the clock on the wall of a day that is long or short: 9 to 17 are eight hours,
        and a span over a change of the clock is as long as it really is. Raises OverflowError past the year 9999.
        """
        left = work
        for begin, end in self._spans(start):
            span = end - begin
            if left <= span:
                return begin + left
            left -= span
        raise OverflowError("no such instant")

    def _spans(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Business hours from an instant on, in UTC; the first is cut where the instant lies in it."""
        begun = start.astimezone(UTC)
        day = begun.astimezone(self.zone).date()
        while True:
            for first, last in () if day in self.holidays else self.week[day.weekday()]:
                begin, end = max(self._at(day, first), begun), self._at(day, last)
                if begin < end:
                    yield begin, end
            day += timedelta(days=1)

    def _at(self, day: date, minutes: int) -> datetime:
        if minutes == MINUTES_OF_DAY:
            return self._at(day + timedelta(days=1), 0)
        wall = datetime.combine(day, time(minutes // 60, minutes % 60), self.zone)
        return wall.astimezone(UTC)


ALWAYS = Calendar(UTC, (((0, MINUTES_OF_DAY),),) * DAYS_OF_WEEK)
"""Somebody is there at any hour."""
