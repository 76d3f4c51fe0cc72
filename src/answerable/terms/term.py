"""A published term: one value that a company stands by, for whom, from when, and who answers for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from answerable.claims import CountTerm, DurationTerm, MoneyTerm, PercentTerm, Subject

Value = MoneyTerm | PercentTerm | DurationTerm | CountTerm


class Better(StrEnum):
    """Which value is better for the customer: a longer window, a shorter wait, a lower fee."""

    MORE = "more"
    LESS = "less"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a term is published: the document, its SHA-256 and the place in it."""

    document: str
    digest: str | None = None
    place: str | None = None


@dataclass(frozen=True, slots=True)
class PublishedTerm:
    """A term in force between two days, both inclusive.

    `about` are words of which a line must use one to speak of this term; empty, every
    line on its subjects with a value of its kind does. `applies` narrows it to cases:
    an attribute of a record (or a word of the line) and the values that it may have.
    """

    id: str
    version: str
    subjects: frozenset[Subject]
    value: Value
    better: Better
    wording: str
    owner: str
    approver: str | None
    source: Source
    about: frozenset[str] = frozenset()
    applies: Mapping[str, frozenset[str]] = field(default_factory=dict)
    first: date | None = None
    last: date | None = None

    def in_force(self, on: date) -> bool:
        """Is it in force on a day of the business's calendar?"""
        return (self.first is None or self.first <= on) and (self.last is None or on <= self.last)

    @property
    def name(self) -> str:
        """The term and its version, as evidence names them."""
        return f"term:{self.id}@{self.version}"
