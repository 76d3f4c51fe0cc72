"""A line as parsed, before anything is decided about it."""

from dataclasses import dataclass
from functools import lru_cache

from answerable.claims.extract import terms_of
from answerable.claims.frame import Parse
from answerable.claims.frames import parse
from answerable.claims.idioms import idioms_in
from answerable.claims.legibility import is_legible
from answerable.claims.normalise import normalise
from answerable.claims.terms import Term
from answerable.claims.words import words_of

REMEMBERED = 256
"""Lines kept parsed: each line of a reply is read again as the setting of the next few."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line as parsed: its words, frames, turns of phrase and terms; whether it can be read at all."""

    words: list[str]
    parse: Parse
    idioms: frozenset[str]
    terms: tuple[Term, ...]
    legible: bool

    @property
    def has_terms(self) -> bool:
        return bool(self.terms)

    @property
    def is_question(self) -> bool:
        return "?" in self.words[-3:]


@lru_cache(maxsize=REMEMBERED)
def parsed(text: str) -> Line:
    """Parse a line. Callers bound its length and must not change what they get: it is remembered.

    Raises MatcherExhausted where the idioms could not be matched.
    """
    plain = normalise(text)
    words = words_of(plain.text)
    idioms = idioms_in(" ".join(words))
    terms = terms_of(plain) if "figure" in idioms else ()
    return Line(words, parse(words), idioms, terms, is_legible(plain, words))
