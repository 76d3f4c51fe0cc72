"""Published terms: what a company says that it does, typed, owned, dated; and claims held against them."""

from answerable.terms.base import Case, Judgement, TermBase, Verdict, is_past
from answerable.terms.comparison import Comparison, Direction, compare
from answerable.terms.reading import TERMS, parse_terms
from answerable.terms.shown import shown
from answerable.terms.term import Better, PublishedTerm, Source, Value
from answerable.terms.zero import says_zero

__all__ = [
    "TERMS",
    "Better",
    "Case",
    "Comparison",
    "Direction",
    "Judgement",
    "PublishedTerm",
    "Source",
    "TermBase",
    "Value",
    "Verdict",
    "compare",
    "is_past",
    "parse_terms",
    "says_zero",
    "shown",
]
