"""What a bundle knows beyond the exchange: what each act shows, the published terms, the records read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from answerable.claims import Subject
from answerable.records import Book, Expression, Mappings
from answerable.terms import Case, TermBase


@dataclass(frozen=True, slots=True)
class ActShows:
    """What a successful act bears out: lines on these subjects.

    `amounts` find, by subject, the numbers of its answer that a line on that subject may
    name (major units, sign of no matter); without one, every amount of the answer does.
    `covers` finds the names of all that it was done to: a line that names only some of
    them tells the customer less than was done.
    """

    subjects: frozenset[Subject]
    amounts: Mapping[Subject, Expression] = field(default_factory=dict)
    covers: Expression | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """`book` is asked for when it is needed; `on` is the day by the business's calendar."""

    acts: Mapping[str, ActShows] = field(default_factory=dict)
    records: Mappings = field(default_factory=dict)
    terms: TermBase = field(default_factory=TermBase)
    book: Callable[[], Book] = Book
    on: date | None = None

    def case(self) -> Case:
        """What the records read so far say of this customer's case, by attribute, in lower case."""
        found: dict[str, set[str]] = {}
        for record in self.book().latest():
            for name, value in record.attributes.items():
                values = value if isinstance(value, list) else [value]
                found.setdefault(name, set()).update(
                    str(one).casefold() for one in values if isinstance(one, str | int)
                )
        return {name: frozenset(values) for name, values in found.items()}


NOTHING_KNOWN = Known()
