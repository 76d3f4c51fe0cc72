"""A line as parsed, before anything is decided about it."""

from dataclasses import dataclass
from functools import lru_cache

from answerable.claims.disguise.pretence import is_pretence
from answerable.claims.disguise.undone import Undone, undone
from answerable.claims.folding import folded
from answerable.claims.frame import Parse
from answerable.claims.frames import parse
from answerable.claims.idioms import idioms_in
from answerable.claims.legibility import LONGEST_LINE, is_legible
from answerable.claims.normalise import normalise
from answerable.claims.terms import FIGURES, Term
from answerable.claims.terms.extract import terms_of
from answerable.claims.topics import subject_words

REMEMBERED = 256
"""Lines kept parsed: each line of a reply is read again as the setting of the next few."""


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A line as parsed: its words, frames, turns of phrase and terms; whether it can be read at all.

    Parsed once, a line is itself and no other: what is worked out for it is remembered by it.
    """

    words: list[str]
    parse: Parse
    idioms: frozenset[str]
    terms: tuple[Term, ...]
    legible: bool
    naming: frozenset[str]
    """The words that may name the line's subject."""
    folded: list[str]
    """The words as a model knows them."""

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
def words_naming(text: str) -> frozenset[str]:
    """The words of a line that may name its subject."""
    return subject_words(read_words(text).words)


@lru_cache(maxsize=REMEMBERED)
def folded_words(text: str) -> list[str]:
    """The words of a line as a model knows them. Nobody may change what they get: it is remembered."""
    return folded(read_words(text).words)


@lru_cache(maxsize=REMEMBERED)
def parsed(text: str) -> Line:
    """Parse a line. Callers bound its length and must not change what they get: it is remembered.

    Raises MatcherExhausted where the idioms could not be matched.
    """
    line = read_words(text)
    words = line.words
    idioms = idioms_in(" ".join(words))
    legible = is_legible(line) and not is_pretence(words, text)
    return Line(
        words,
        parse(words),
        idioms,
        terms_of(line.plain, text),
        legible,
        words_naming(text),
        folded_words(text),
    )


def terms_in(text: str) -> tuple[Term, ...]:
    """The terms of a text that stands alone, as a line's are read. At most `LONGEST_LINE` characters count."""
    return parsed(text[:LONGEST_LINE]).terms
