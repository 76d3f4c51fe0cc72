"""A claimed value against a published one, with the direction in which it errs.

*Over*: more generous than the term, so the company would owe what it never offered.
*Under*: less generous, so the customer is kept from what is theirs. Both are false.
"""

from dataclasses import dataclass
from enum import StrEnum

from answerable.claims import Bound, CountTerm, DurationTerm, MoneyTerm, PercentTerm, Unit
from answerable.terms.term import Better, PublishedTerm, Value

_DAY = 86_400
_SECONDS = {
    Unit.SECOND: 1,
    Unit.MINUTE: 60,
    Unit.HOUR: 3600,
    Unit.DAY: _DAY,
    Unit.WEEK: 7 * _DAY,
    Unit.MONTH: 2_628_000,
    Unit.YEAR: 31_536_000,
}
_WEEK = 5
_FLOORS = frozenset({Bound.AT_LEAST, Bound.MORE_THAN})
_CEILINGS = frozenset({Bound.UP_TO, Bound.WITHIN, Bound.LESS_THAN, Bound.BY})


class Direction(StrEnum):
    """Which way a contradicted claim errs."""

    OVER = "over"
    UNDER = "under"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Whether a claimed value agrees; if not, which way it errs (None: in another currency)."""

    agrees: bool
    direction: Direction | None = None


AGREES = Comparison(agrees=True)


def compare(claimed: Value, term: PublishedTerm) -> Comparison | None:
    """Hold a claimed value against a term. None where the two are no values of one kind.

    Of a range its end counts that the company can be held to: of a wait (less is
    better) and of a window (more is better) the longer one, of an amount the higher.
    A wait of business days is compared by its longest reading: "5 days" promises more
    than "5 business days", which may take 7.
    """
    if type(claimed) is not type(term.value):
        return None
    if _currency(claimed) != _currency(term.value):
        return Comparison(agrees=False)
    if isinstance(claimed, CountTerm) and isinstance(term.value, CountTerm) and claimed.of != term.value.of:
        return None
    (low, high), (least, most) = _ends(claimed), _ends(term.value)
    return _within(low, high, claimed.bound, least, most, term)


def _currency(value: Value) -> str | None:
    return value.currency if isinstance(value, MoneyTerm) else None


def _within(low: int, high: int, bound: Bound, least: int, most: int, term: PublishedTerm) -> Comparison:
    published = term.value.bound
    if bound in _FLOORS:
        # "At least 30 days" promises no end: only a term with no end bears that out.
        agrees = published in _FLOORS and low <= least
        return AGREES if agrees else _err(more=low >= least or published not in _FLOORS, better=term.better)
    if published in _FLOORS:
        return AGREES if high <= least else _err(more=True, better=term.better)
    if (low, high) == (least, most) or (low == high == most):
        return AGREES
    if published is Bound.UP_TO and not isinstance(term.value, DurationTerm):
        # "Up to $50": any amount below is one of those that the term allows.
        agrees = high <= most and (bound not in _CEILINGS or high == most)
        return AGREES if agrees else _err(more=high > most, better=term.better)
    if least < most and low < high and least <= low and high == most:
        return AGREES
    if least < most and not isinstance(term.value, DurationTerm) and least <= low and high <= most:
        return AGREES
    return _err(more=high > most, better=term.better)


def _err(*, more: bool, better: Better) -> Comparison:
    over = more is (better is Better.MORE)
    return Comparison(agrees=False, direction=Direction.OVER if over else Direction.UNDER)


def _ends(value: Value) -> tuple[int, int]:
    """The lower and upper end, in one measure for each kind; of durations in seconds, at the longest."""
    match value:
        case MoneyTerm():
            return value.minor, value.high.minor
        case PercentTerm():
            high = value.high_basis_points
            return value.basis_points, value.basis_points if high is None else high
        case DurationTerm():
            return _longest(value.low, value.unit), _longest(value.high, value.unit)
        case CountTerm():
            return value.low, value.high


def _longest(number: int, unit: Unit) -> int:
    if unit is not Unit.BUSINESS_DAY:
        return number * _SECONDS[unit]
    weekends = (number + _WEEK - 1) // _WEEK
    return (number + 2 * weekends) * _DAY
