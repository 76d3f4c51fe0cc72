"""What a line states of records, held against the records: counts, and which thing an identifier is of."""

import json

from answerable.claims import Claim, IdentifierTerm
from answerable.findings.finding import Evidence, Finding, Support
from answerable.records import Book, Mappings, Record

_ANY_THING = frozenset(
    "order orders item items package parcel shipment delivery reservation booking flight trip purchase product "
    "products return exchange refund account customer details status number address card payment same one other "
    "following first second last entire whole original new current latest".split()
)
_COUNTS = frozenset("are is have has had currently of only all were".split())
_LONGEST_NAME = 4
_LONGEST_COUNT = 6


def against_records(
    claim: Claim, text: str, book: Book, mappings: Mappings, customer: frozenset[str]
) -> Finding | None:
    """The contradiction that a record shows, or None. `customer` are the words that the customer used."""
    words = "".join(c if c.isalnum() else " " for c in text.casefold()).split()
    return _miscounted(words, book, mappings) or _of_another(claim, words, book, mappings, customer)


def _miscounted(words: list[str], book: Book, mappings: Mappings) -> Finding | None:
    """Does the line count otherwise than the record: "11 available options" where it has 10?"""
    for kind, mapping in mappings.items():
        for attribute in mapping.attributes:
            counts = _counted(words, attribute.said_as)
            if not counts:
                continue
            record = _meant(book.all(kind), words)
            known = record.attributes.get(attribute.name) if record else None
            if record and isinstance(known, int) and known not in counts:
                return Finding(
                    Support.CONTRADICTED,
                    f"the record of {kind} {record.id} has {attribute.name} {known}",
                    (Evidence(record.source, f"{attribute.name}: {known}"),),
                )
    return None


def _counted(words: list[str], said_as: frozenset[str]) -> list[int]:
    """The numbers that a line counts with such a word behind: "there are 11 available T-shirts"."""
    return [
        int(word)
        for at, word in enumerate(words)
        if word.isdecimal()
        and len(word) <= _LONGEST_COUNT
        and words[at - 1] in _COUNTS
        and not said_as.isdisjoint(words[at + 1 : at + 4])
    ]


def _meant(records: list[Record], words: list[str]) -> Record | None:
    """The record whose name the line uses, or the only one that was read."""
    for record in reversed(records):
        named = record.attributes.get("name")
        if isinstance(named, str) and set(_words(named)) <= set(words):
            return record
    return records[0] if len(records) == 1 else None


def _of_another(
    claim: Claim, words: list[str], book: Book, mappings: Mappings, customer: frozenset[str]
) -> Finding | None:
    """Does the line take a thing for another's: "the number for the tablet", of an order that holds none?"""
    names = [term.value for term in claim.terms if isinstance(term, IdentifierTerm)]
    if not names:
        return None
    for kind, mapping in mappings.items():
        if mapping.things is None:
            continue
        for record in book.all(kind):
            if not any(json.dumps(name).strip('"') in json.dumps(record.raw) for name in names):
                continue
            held = {word for thing in mapping.things_of(record.raw) for word in _words(thing)}
            said = _thing_after(words, customer)
            if held and said and not any(_alike(word, one) for word in said for one in held):
                return Finding(
                    Support.CONTRADICTED,
                    f"the record of {kind} {record.id} holds no {' '.join(said)}",
                    (Evidence(record.source, ", ".join(mapping.things_of(record.raw))[:500]),),
                )
    return None


def _thing_after(words: list[str], customer: frozenset[str]) -> list[str]:
    """What a line says that something is of, in the customer's own word: "for the tablet"."""
    for at, word in enumerate(words[:-2]):
        if word in ("for", "of") and words[at + 1] in ("the", "your"):
            found: list[str] = []
            for one in words[at + 2 : at + 2 + _LONGEST_NAME]:
                if one in _ANY_THING or one not in customer:
                    break
                found.append(one)
            return found[:1]
    return []


def _alike(word: str, other: str) -> bool:
    return word.rstrip("s") == other.rstrip("s")


def _words(text: str) -> list[str]:
    return "".join(c if c.isalnum() else " " for c in text.casefold()).split()
