"""The exact things a line says: amounts, percentages, durations, dates, identifiers.

`start` and `end` are character offsets in the statement's text.
"""

from dataclasses import dataclass
from enum import StrEnum

from answerable.values import Money


class Unit(StrEnum):
    """Units of time, as a customer counts them."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    BUSINESS_DAY = "business_day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class MoneyTerm:
    start: int
    end: int
    amount: Money


@dataclass(frozen=True, slots=True)
class PercentTerm:
    """`permille` of the whole: 12.5 % is 125."""

    start: int
    end: int
    permille: int


@dataclass(frozen=True, slots=True)
class DurationTerm:
    """A length of time, `low` to `high` in `unit`; the same twice where one number is named."""

    start: int
    end: int
    low: int
    high: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class DateTerm:
    """A day or time as written ("Friday", "May 17"), not yet resolved against a clock."""

    start: int
    end: int
    written: str


@dataclass(frozen=True, slots=True)
class IdentifierTerm:
    """An order, item, reservation, flight or code identifier, as written without `#`."""

    start: int
    end: int
    written: str


Term = MoneyTerm | PercentTerm | DurationTerm | DateTerm | IdentifierTerm
