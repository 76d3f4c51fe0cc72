"""Records: what a tool's answer shows of the business's things, typed, with its source and its time."""

from answerable.records.book import Book, Conflict, Record
from answerable.records.expressions import Expression, ExpressionFailed
from answerable.records.mapping import Attribute, Mapping, Mappings, parse_mappings
from answerable.records.typed import CedarValue, Type, Untypable, typed

__all__ = [
    "Attribute",
    "Book",
    "CedarValue",
    "Conflict",
    "Expression",
    "ExpressionFailed",
    "Mapping",
    "Mappings",
    "Record",
    "Type",
    "Untypable",
    "parse_mappings",
    "typed",
]
