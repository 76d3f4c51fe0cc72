"""Do the terms of a claim agree with a published statement's? First, typed version."""

from answerable.claims import (
    Claim,
    DurationTerm,
    Force,
    MoneyTerm,
    PercentTerm,
    Subject,
    Term,
    Unit,
)
from answerable.findings.finding import Direction

Comparable = MoneyTerm | PercentTerm | DurationTerm

_HOURS = {
    Unit.MINUTE: 1 / 60,
    Unit.HOUR: 1,
    Unit.DAY: 24,
    # A business day is longer than a day and shorter than a weekend: close enough to
    # order two lengths, never close enough to call them equal (see `same`).
    Unit.BUSINESS_DAY: 33.6,
    Unit.WEEK: 168,
    Unit.MONTH: 730,
    Unit.YEAR: 8760,
}
# Where a shorter time may be the better one for the customer: a wait, not a window.
_WAITS = frozenset({Subject.DELIVERY, Subject.REFUND, Subject.FOLLOW_UP, Subject.COMPENSATION})


def comparable(claim: Claim) -> tuple[Comparable, ...]:
    """The terms of a claim that another statement could confirm or contradict."""
    return tuple(term for term in claim.terms if isinstance(term, MoneyTerm | PercentTerm | DurationTerm))


def same(one: Term, other: Term) -> bool:
    """Are two terms the same quantity? 14 days are 2 weeks; 5 days are not 5 business days."""
    if isinstance(one, MoneyTerm) and isinstance(other, MoneyTerm):
        return one.amount == other.amount
    if isinstance(one, PercentTerm) and isinstance(other, PercentTerm):
        return one.permille == other.permille
    if isinstance(one, DurationTerm) and isinstance(other, DurationTerm):
        if (one.unit is Unit.BUSINESS_DAY) != (other.unit is Unit.BUSINESS_DAY):
            return False
        return _span(one) == _span(other)
    return False


def like(one: Term, other: Term) -> bool:
    """Could the one be meant as a value of the other: both money, both percent, both a time?"""
    return type(one) is type(other)


def direction(claimed: Comparable, published: Comparable, claim: Claim) -> Direction:
    """Is a claim's term that disagrees more generous than the published one (over), or less?

    What comes within 5 days is better than what comes within 10; what a customer
    may do or ask for within 10 days is better than within 5.
    """
    if isinstance(claimed, MoneyTerm) and isinstance(published, MoneyTerm):
        more = claimed.amount.minor > published.amount.minor
    elif isinstance(claimed, PercentTerm) and isinstance(published, PercentTerm):
        more = claimed.permille > published.permille
    elif isinstance(claimed, DurationTerm) and isinstance(published, DurationTerm):
        more = _span(claimed)[1] > _span(published)[1]
        if claim.subject in _WAITS and claim.force is not Force.ENTITLEMENT:
            more = not more
    else:
        raise TypeError(f"{claimed!r} and {published!r} can't be compared")
    return Direction.OVER if more else Direction.UNDER


def _span(term: DurationTerm) -> tuple[float, float]:
    hours = _HOURS[term.unit]
    return term.low * hours, term.high * hours
