"""terms.yaml: the published terms, as their owners write them.

    return-window:
      subjects: [return, refund]
      about: [return]
      value: within 30 days
      better: more
      applies: {membership: [gold]}
      effective: {from: 2026-01-01, until: 2026-12-31}
      wording: Items can be returned within 30 days of delivery.
      version: 2
      owner: returns-team
      approver: Dana Reyes
      source: {document: returns-policy.md, digest: "sha256:…", place: section 2}

A value is written as a customer would read it, and read as a line is. Things are
counted as `value: {count: 5 passengers}`, so that a misspelt unit is not taken for them.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from answerable.claims import CountTerm, DurationTerm, MoneyTerm, PercentTerm, Subject, terms_in
from answerable.terms.term import Better, PublishedTerm, Source, Value
from answerable.values.errors import BundleError

TERMS = "terms.yaml"

_KEYS = frozenset(
    "subjects about value better applies effective wording version owner approver source".split()
)
_UNITS = "an amount with its currency, a percentage, a length of time or a count"


def parse_terms(raw: Mapping[str, Any]) -> tuple[PublishedTerm, ...]:
    """Check the parsed file. Raises BundleError, naming the entry and the remedy."""
    found = tuple(_term(name, entry) for name, entry in raw.items())
    for at, one in enumerate(found):
        for other in found[:at]:
            _apart(one, other)
    return found


def _term(name: str, entry: Any) -> PublishedTerm:
    where = f"{TERMS}: {name}"
    if not isinstance(entry, dict):
        raise BundleError(f"{where} must be a mapping with {', '.join(sorted(_KEYS))}")
    for key in entry:
        if key not in _KEYS:
            raise BundleError(f"{where}: '{key}' is unknown; write one of {', '.join(sorted(_KEYS))}")
    value = _value(entry.get("value"), where)
    about = _words(entry.get("about", []), f"{where}: about")
    if isinstance(value, MoneyTerm) and not about:
        raise BundleError(
            f"{where}: a term about money needs 'about', words that tell a line about it from one about any other sum"
        )
    first, last = _effective(entry.get("effective", {}), where)
    owner, approver = _text(entry, "owner", where), entry.get("approver")
    if approver is not None and (not isinstance(approver, str) or not approver.strip()):
        raise BundleError(f"{where}: 'approver' must be somebody's name")
    if approver is not None and approver.casefold().split() == owner.casefold().split():
        raise BundleError(f"{where}: '{owner}' is both owner and approver; someone else must approve")
    return PublishedTerm(
        name,
        str(entry.get("version", 1)),
        _subjects(entry.get("subjects"), where),
        value,
        _better(entry.get("better"), where),
        _text(entry, "wording", where),
        owner,
        approver,
        _source(entry.get("source"), where),
        about,
        _applies(entry.get("applies", {}), where),
        first,
        last,
    )


def _value(text: Any, where: str) -> Value:
    kinds: tuple[type, ...] = (MoneyTerm, PercentTerm, DurationTerm)
    if isinstance(text, dict) and text.keys() == {"count"}:
        text, kinds = text["count"], (CountTerm,)
    found = [
        one
        for one in (terms_in(text) if isinstance(text, str) else ())
        if isinstance(one, Value) and isinstance(one, kinds)
    ]
    if len(found) != 1:
        raise BundleError(
            f"{where}: the value '{text}' can't be read; write {_UNITS}, as 'within 30 days', '5 to 7 business days', "
            "'up to $50' or '10%'"
        )
    return found[0]


def _better(word: Any, where: str) -> Better:
    try:
        return Better(word)
    except ValueError:
        raise BundleError(
            f"{where}: 'better' must be 'more' or 'less': which value is the more generous to the customer?"
        ) from None


def _subjects(raw: Any, where: str) -> frozenset[Subject]:
    try:
        found = frozenset(Subject(one) for one in raw)
    except (ValueError, TypeError):
        found = frozenset()
    if not found:
        raise BundleError(f"{where}: 'subjects' must be a list of {', '.join(Subject)}")
    return found


def _words(raw: Any, where: str) -> frozenset[str]:
    if not isinstance(raw, list) or not all(isinstance(one, str) and one.strip() for one in raw):
        raise BundleError(f"{where} must be a list of words")
    return frozenset(one.casefold() for one in raw)


def _applies(raw: Any, where: str) -> dict[str, frozenset[str]]:
    if not isinstance(raw, dict):
        raise BundleError(f"{where}: 'applies' must be a mapping of attributes to values")
    return {
        str(key): _words([values] if isinstance(values, str) else values, f"{where}: applies.{key}")
        for key, values in raw.items()
    }


def _effective(raw: Any, where: str) -> tuple[date | None, date | None]:
    if not isinstance(raw, dict) or not raw.keys() <= {"from", "until"}:
        raise BundleError(f"{where}: 'effective' must be a mapping with from and until, days as 2026-01-31")
    for key, day in raw.items():
        if day is not None and (not isinstance(day, date) or isinstance(day, datetime)):
            raise BundleError(f"{where}: effective.{key} is '{day}'; write a day as 2026-01-31")
    first, last = raw.get("from"), raw.get("until")
    if first is not None and last is not None and last < first:
        raise BundleError(f"{where}: it ends on {last}, before it begins on {first}; correct either day")
    return first, last


def _source(raw: Any, where: str) -> Source:
    if not isinstance(raw, dict) or not isinstance(raw.get("document"), str):
        raise BundleError(f"{where}: 'source' must name the published document: source: {{document: …}}")
    if not raw.keys() <= {"document", "digest", "place"}:
        raise BundleError(f"{where}: 'source' has document, digest and place, and nothing else")
    digest, place = raw.get("digest"), raw.get("place")
    return Source(
        raw["document"], None if digest is None else str(digest), None if place is None else str(place)
    )


def _text(entry: dict[str, Any], key: str, where: str) -> str:
    text = entry.get(key)
    if not isinstance(text, str) or not text.strip():
        raise BundleError(f"{where}: '{key}' is missing; write it")
    return text


def _apart(one: PublishedTerm, other: PublishedTerm) -> None:
    """Two values for the same thing on the same day: nobody could say which is published."""
    alike = (
        one.subjects & other.subjects
        and type(one.value) is type(other.value)
        and one.about == other.about
        and one.applies == other.applies
    )
    first = max((day for day in (one.first, other.first) if day), default=None)
    last = min((day for day in (one.last, other.last) if day), default=None)
    if alike and (first is None or last is None or first <= last):
        raise BundleError(
            f"{TERMS}: {other.id} and {one.id} both name a value for the same thing from "
            f"{first or 'the beginning'} on; end one before the other begins, or tell them apart with 'about'"
        )
