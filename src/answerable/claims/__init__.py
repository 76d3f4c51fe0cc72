"""A statement, read: its force, polarity, subject and terms."""

from answerable.claims.claim import Claim, Force, Kind, Polarity, Subject
from answerable.claims.reader import ReadingContext, RuleReader
from answerable.claims.terms import (
    DateTerm,
    DurationTerm,
    IdentifierTerm,
    MoneyTerm,
    PercentTerm,
    Term,
    Unit,
)
from answerable.claims.tools import is_write, subjects_of_tool

__all__ = [
    "Claim",
    "DateTerm",
    "DurationTerm",
    "Force",
    "IdentifierTerm",
    "Kind",
    "MoneyTerm",
    "PercentTerm",
    "Polarity",
    "ReadingContext",
    "RuleReader",
    "Subject",
    "Term",
    "Unit",
    "is_write",
    "subjects_of_tool",
]
