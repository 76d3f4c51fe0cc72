"""A question to the ledger, as a value: which entries are wanted, and whether an entry is one of them.

An index narrows the ledger down by `sought`; what it names is read again and held against `answers`.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from answerable.receipts.facet import Amount, Facet, Facets, Kind, bundle_value, facet, person_value, words_in
from answerable.receipts.identifiers import folded
from answerable.values import from_rfc3339
from answerable.values.errors import InvalidRequest

_LONGEST = 512
_LONGEST_WORDS = 400
_MOST_WORDS = 16
_EXCHANGE, _LINE = facet(Kind.ENTRY, "exchange"), facet(Kind.ENTRY, "line")


@dataclass(frozen=True, slots=True)
class Query:
    """Conditions that must all hold.

    `conversation`, `customer`, `identifier` (an order, a booking, any name of a thing), `workload`, `bundle`,
    `author` and `approver` are of the whole exchange; the others must hold for one and the same entry. Where there are
    only conditions on the exchange, its first entry stands for it.
    """

    conversation: str | None = None
    customer: str | None = None
    identifier: str | None = None
    workload: str | None = None
    bundle: str | None = None
    """Its name, its digest, or the digest as `answerable show` prints it."""
    author: str | None = None
    approver: str | None = None
    """Who wrote and who approved the bundle."""
    subject: str | None = None
    """Of a line that commits the company: `refund`."""
    amount: Amount | None = None
    """A line names an amount of this range, ends included."""
    policy: str | None = None
    term: str | None = None
    """A published term, with or without its version, or a passage, that a finding rests on."""
    tool: str | None = None
    outcome: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    """Before this instant."""
    words: str = ""
    """All of them in what is not sealed, in any order: reasons, approved wording, policies, owners, errors."""

    def __post_init__(self) -> None:
        """Raises InvalidRequest where a condition could hold for nothing, or is too long."""
        for name in (*_OF_EXCHANGE, *_OF_ENTRY):
            value = getattr(self, name)
            if value is not None and not 0 < len(value) <= _LONGEST:
                raise InvalidRequest(
                    f"'{name}' has {len(value)} characters; it may have 1 to {_LONGEST}", name
                )
        if self.identifier is not None and not folded(self.identifier):
            raise InvalidRequest(f"'{self.identifier}' has no letter or digit to look for", "identifier")
        if self.amount is not None and self.amount.low > self.amount.high:
            raise InvalidRequest("the amount's lower end is above its upper end", "amount")
        if self.since is not None and self.until is not None and self.since >= self.until:
            raise InvalidRequest("'since' is not before 'until', so nothing lies between", "since")
        if self.words:
            _check_words(self.words)

    def of_exchange(self) -> tuple[Facet, ...]:
        """The facets that must be the whole exchange's."""
        return self._facets(_OF_EXCHANGE)

    def of_entry(self) -> tuple[Facet, ...]:
        """The facets that must be the entry's own, but for words; never none where no word is asked for."""
        found = self._facets(_OF_ENTRY)
        if found or self.words:
            return found
        return (_EXCHANGE,) if self.amount is None else (_LINE,)

    def answers(self, facets: Facets, shared: Collection[Facet], at: str) -> bool:
        """Is an entry with these facets, `shared` those of its whole exchange, written `at`, what was asked for?"""
        if not all(one in facets.own for one in self.of_entry()):
            return False
        if not all(one in shared for one in self.of_exchange()):
            return False
        said = frozenset[str]().union(*map(words_in, facets.texts))
        if not words_in(self.words) <= said:
            return False
        wanted = self.amount
        if wanted is not None and not any(
            one.currency == wanted.currency and one.low <= wanted.high and one.high >= wanted.low
            for one in facets.amounts
        ):
            return False
        return _within(micros(at), self.since, self.until)

    def _facets(self, conditions: "Mapping[str, tuple[Kind, Callable[[str], str]]]") -> tuple[Facet, ...]:
        return tuple(
            facet(kind, fold(value))
            for name, (kind, fold) in conditions.items()
            if (value := getattr(self, name)) is not None
        )


class Sought(NamedTuple):
    """A query as an index is asked: hashes, and nothing that can be read.

    There is at least one facet. Instants are in microseconds since 1970; `until` is not included.
    """

    facets: tuple[int, ...]
    amount: Amount | None = None
    since: int | None = None
    until: int | None = None


def sought(query: Query, pseudonym: Callable[[str], str]) -> Sought:
    """A query for an index. `pseudonym` is the ledger's own keyed hash (`SubjectKeys.pseudonym`)."""
    words = [facet(Kind.WORD, word) for word in sorted(words_in(query.words))]
    facets = tuple(
        [facet_number(one, pseudonym) for one in (*query.of_exchange(), *query.of_entry(), *words)]
    )
    since = None if query.since is None else _micros(query.since)
    until = None if query.until is None else _micros(query.until)
    return Sought(facets, query.amount, since, until)


def facet_number(named: Facet, pseudonym: Callable[[str], str]) -> int:
    """64 bits of a keyed hash: a signed integer. Two facets may share one; what is found is read again."""
    digits = pseudonym("facet/" + named)[:16]
    return int.from_bytes(bytes.fromhex(digits), signed=True)


@lru_cache(maxsize=1024)
def micros(at: str) -> int | None:
    """An entry's instant in microseconds since 1970; None where its text is no instant."""
    try:
        return _micros(from_rfc3339(at))
    except ValueError:
        return None


def _micros(instant: datetime) -> int:
    return round(instant.timestamp() * 1_000_000)


def _within(at: int | None, since: datetime | None, until: datetime | None) -> bool:
    if since is None and until is None:
        return True
    if at is None:
        return False
    return (since is None or at >= _micros(since)) and (until is None or at < _micros(until))


def _check_words(words: str) -> None:
    if len(words) > _LONGEST_WORDS:
        raise InvalidRequest(f"{len(words)} characters to look for; at most {_LONGEST_WORDS} may be", "words")
    found = words_in(words)
    if not found:
        raise InvalidRequest(f"'{words}' has no word to look for", "words")
    if len(found) > _MOST_WORDS:
        raise InvalidRequest(f"{len(found)} words to look for; at most {_MOST_WORDS} may be", "words")


def _as_it_is(value: str) -> str:
    return value


_OF_EXCHANGE: Mapping[str, tuple[Kind, Callable[[str], str]]] = {
    "conversation": (Kind.CONVERSATION, _as_it_is),
    "customer": (Kind.CUSTOMER, _as_it_is),
    "identifier": (Kind.IDENTIFIER, folded),
    "workload": (Kind.WORKLOAD, _as_it_is),
    "bundle": (Kind.BUNDLE, bundle_value),
    "author": (Kind.AUTHOR, person_value),
    "approver": (Kind.APPROVER, person_value),
}
_OF_ENTRY: Mapping[str, tuple[Kind, Callable[[str], str]]] = {
    "subject": (Kind.COMMITMENT, str.casefold),
    "policy": (Kind.POLICY, _as_it_is),
    "term": (Kind.TERM, _as_it_is),
    "tool": (Kind.TOOL, _as_it_is),
    "outcome": (Kind.OUTCOME, str.casefold),
}
