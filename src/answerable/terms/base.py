"""All published terms of a bundle, and the question that they answer: do they bear a line out?"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from answerable.claims import Claim, CountTerm, DurationTerm, MoneyTerm, PercentTerm
from answerable.terms.comparison import Comparison, Direction, compare
from answerable.terms.term import PublishedTerm, Value
from answerable.terms.zero import says_zero

Case = Mapping[str, frozenset[str]]
"""What is known of this customer's case: attributes of the records that were read, with their values, lower case."""


_A_WORD = 12  # characters looked at behind a value


class Verdict(StrEnum):
    """What the terms say of a line."""

    AGREE = "agree"
    DISAGREE = "disagree"
    DEPENDS = "depends"
    """It agrees only with a term for cases that this one is not known to be."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict, with the term and both values."""

    verdict: Verdict
    term: PublishedTerm
    claimed: Value | None
    direction: Direction | None = None


class TermBase:
    """The terms of one bundle. Pure; share it."""

    def __init__(self, terms: Iterable[PublishedTerm] = ()) -> None:
        self.terms = tuple(terms)
        self._wordings = {_plain(term.wording): term for term in self.terms}

    def judge(self, claim: Claim, text: str, case: Case, on: date) -> Judgement | None:
        """Hold a line against the terms in force on a day. None where no term speaks of it.

        One value that errs makes the line false, however many others agree.
        """
        own = self._wordings.get(_plain(text))
        if own is not None and own.in_force(on):
            return Judgement(Verdict.AGREE, own, None)
        meant = [term for term in self.terms if _speaks_of(term, claim, text) and term.in_force(on)]
        judged = [one for value in _values(claim, text, meant) if (one := _judged(value, meant, case, text))]
        order = (Verdict.DISAGREE, Verdict.DEPENDS, Verdict.AGREE)
        return min(judged, key=lambda one: order.index(one.verdict), default=None)


def _values(claim: Claim, text: str, meant: list[PublishedTerm]) -> Iterator[Value]:
    found = [
        one
        for one in claim.terms
        if isinstance(one, MoneyTerm | PercentTerm | DurationTerm | CountTerm) and not is_past(one, text)
    ]
    yield from found
    if not any(isinstance(one, MoneyTerm) for one in found) and says_zero(text):
        fees = [term.value for term in meant if isinstance(term.value, MoneyTerm)]
        yield from (MoneyTerm(0, 0, 0, fee.currency) for fee in fees[:1])


def is_past(value: object, text: str) -> bool:
    """Does it say how long ago something was? That is a fact of the case, and no term."""
    if not isinstance(value, DurationTerm):
        return False
    after = _plain(text[value.end : value.end + _A_WORD]).split()
    return after[:1] in (["ago"], ["old"], ["earlier"])


def _judged(value: Value, meant: list[PublishedTerm], case: Case, text: str) -> Judgement | None:
    """One value against the terms of its kind: the narrowest of those for this case decides."""
    found: list[tuple[int, PublishedTerm, Comparison]] = []
    depends: list[tuple[PublishedTerm, Comparison]] = []
    for term in meant:
        comparison = compare(value, term)
        applies = _applies(term, case, text)
        if comparison is None or applies is False:
            continue
        if applies is None:
            depends.append((term, comparison))
        else:
            found.append((len(term.applies), term, comparison))
    narrowest = max((width for width, _, _ in found), default=0)
    deciding = [(term, comparison) for width, term, comparison in found if width == narrowest]
    for term, comparison in deciding:
        if comparison.agrees:
            return Judgement(Verdict.AGREE, term, value)
    for term, comparison in depends:
        if comparison.agrees:
            return Judgement(Verdict.DEPENDS, term, value)
    for term, comparison in (*deciding, *depends):
        return Judgement(Verdict.DISAGREE, term, value, comparison.direction)
    return None


def _speaks_of(term: PublishedTerm, claim: Claim, text: str) -> bool:
    words = f" {_plain(text)}"
    named = [word for word in term.about if f" {word}" in words]
    if claim.subject in term.subjects:
        return not term.about or bool(named)
    # The subject is what is read least surely: a phrase of two words ("termination fee") is surer.
    return any(" " in word for word in named)


def _applies(term: PublishedTerm, case: Case, text: str) -> bool | None:
    """Is a term for this case? None where that is not known."""
    unknown = False
    words = f" {_plain(text)} "
    for key, values in term.applies.items():
        if any(f" {_plain(value)} " in words for value in values):
            continue
        known = case.get(key)
        if known is None:
            unknown = True
        elif known.isdisjoint(values):
            return False
    return None if unknown else True


def _plain(text: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in text.casefold()).split())
