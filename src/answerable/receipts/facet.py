"""What an entry can be found by, as values: a kind and what it says, an amount, the words of a text."""

import unicodedata
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple, NewType

DIGEST_SHOWN = len("sha256:") + 12
"""Characters of a digest as `answerable show` prints it."""
_DIGEST = len("sha256:") + 64
_LONGEST_TEXT = 4000
_LONGEST_WORD = 40
_SHORTEST_PLURAL = 3


class Kind(StrEnum):
    """What a facet says. The values are hashed into every index: one that is changed needs a new index format."""

    ENTRY = "entry"
    COMMITMENT = "commitment"
    """The subject of a line that commits the company."""
    OUTCOME = "outcome"
    POLICY = "policy"
    """A policy that decided, or that the finding rests on."""
    TERM = "term"
    """A published term (`return-window`, `return-window@2`) or passage that a finding rests on."""
    TOOL = "tool"
    WORD = "word"
    CONVERSATION = "conversation"
    WORKLOAD = "workload"
    BUNDLE = "bundle"
    """Its name, its digest, and the digest as far as it is shown."""
    AUTHOR = "author"
    APPROVER = "approver"
    CUSTOMER = "customer"
    IDENTIFIER = "identifier"


Facet = NewType("Facet", str)
"""A kind and a value: `policy/entitlement-without-support`."""


def facet(kind: Kind, value: str) -> Facet:
    """A facet of a kind."""
    return Facet(kind + "/" + value)


class Amount(NamedTuple):
    """An amount that a line names, or a range of them, in minor units. It comes from a private part."""

    low: int
    high: int
    currency: str


class Facets(NamedTuple):
    """Everything that an entry can be found by."""

    own: tuple[Facet, ...] = ()
    shared: tuple[Facet, ...] = ()
    """Those of the whole exchange."""
    sealed: tuple[Facet, ...] = ()
    """Those of the whole exchange that come from the private part, and go with its key."""
    amounts: tuple[Amount, ...] = ()
    texts: tuple[str, ...] = ()
    """What is not sealed and may be searched by its words (`words_in`)."""


def bundle_value(text: str) -> str:
    """A bundle as it may be asked for: its name, its digest, or the digest as `answerable show` prints it."""
    text = text.removesuffix("…")
    return text[:DIGEST_SHOWN] if text.startswith("sha256:") and len(text) < _DIGEST else text


def person_value(text: str) -> str:
    """A person's name, whatever its capitals and blanks."""
    return " ".join(text.casefold().split())


@lru_cache(maxsize=8192)
def words_in(text: str) -> frozenset[str]:
    """The words of a text, as they are compared: without case, accents and an English plural's ending."""
    plain = unicodedata.normalize("NFKD", text[:_LONGEST_TEXT]).casefold()
    spaced = "".join(char if char.isalnum() else " " for char in plain if not unicodedata.combining(char))
    return frozenset(_singular(word[:_LONGEST_WORD]) for word in spaced.split())


def _singular(word: str) -> str:
    """Harman's S stemmer ("How effective is suffixing?", JASIS 42, 1991): refunds is refund, policies is policy."""
    if len(word) <= _SHORTEST_PLURAL:
        return word
    if word.endswith("ies") and not word.endswith(("eies", "aies")):
        return word[:-3] + "y"
    if word.endswith("es") and not word.endswith(("aes", "ees", "oes")):
        return word[:-1]
    return word[:-1] if word.endswith("s") and not word.endswith(("us", "ss")) else word
