"""A line as parsed, before anything is decided about it."""

from dataclasses import dataclass
from functools import lru_cache

from answerable.claims.disguise.pretence import is_pretence
from answerable.claims.disguise.undone import Undone, undone
from answerable.claims.frame import Parse
from answerable.claims.frames import parse
from answerable.claims.idioms import idioms_in
from answerable.claims.legibility import is_legible
from answerable.claims.normalise import normalise
from answerable.claims.terms import FIGURES, Term
from answerable.claims.terms.extract import terms_of

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
        """Does it say something exact? A count, a way to pay or a condition alone does not."""
        return any(isinstance(term, FIGURES) for term in self.terms)

    @property
    def is_question(self) -> bool:
        return "?" in self.words[-3:]


@lru_cache(maxsize=REMEMBERED)
def read_words(text: str) -> Undone:
    """The words of a line, disguise undone: all that is looked at of what a customer says. Linear; bound it."""
    return undone(normalise(text))


@lru_cache(maxsize=REMEMBERED)
def parsed(text: str) -> Line:
    """Parse a line. Callers bound its length and must not change what they get: it is remembered.

    Raises MatcherExhausted where the idioms could not be matched.
    """
    line = read_words(text)
    words = line.words
    idioms = idioms_in(" ".join(words))
    legible = is_legible(line) and not is_pretence(words, text)
    return Line(words, parse(words), idioms, terms_of(line.plain, text), legible)
