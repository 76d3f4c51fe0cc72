"""A statement, read: its force, polarity, subject and terms."""

from answerable.claims.claim import Claim, Force, Kind, Polarity, Subject
from answerable.claims.line import terms_in
from answerable.claims.reader import ReadingContext, RuleReader
from answerable.claims.terms import (
    Bound,
    ConditionTerm,
    CountTerm,
    DateTerm,
    DurationTerm,
    IdentifierTerm,
    Method,
    MethodTerm,
    MoneyTerm,
    Names,
    PercentTerm,
    Term,
    TimeTerm,
    Unit,
)
from answerable.claims.tools import is_read, is_write, subjects_of_tool
from answerable.claims.trained_reader import TrainedReader

__all__ = [
    "Bound",
    "Claim",
    "ConditionTerm",
    "CountTerm",
    "DateTerm",
    "DurationTerm",
    "Force",
    "IdentifierTerm",
    "Kind",
    "Method",
    "MethodTerm",
    "MoneyTerm",
    "Names",
    "PercentTerm",
    "Polarity",
    "ReadingContext",
    "RuleReader",
    "Subject",
    "Term",
    "TimeTerm",
    "TrainedReader",
    "Unit",
    "is_read",
    "is_write",
    "subjects_of_tool",
    "terms_in",
]
