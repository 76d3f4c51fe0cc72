"""A statement: one sentence, list item, table row or heading of a reply."""

from enum import StrEnum

import msgspec


class Shape(StrEnum):
    SENTENCE = "sentence"
    ITEM = "item"
    ROW = "row"
    HEADING = "heading"
    CODE = "code"
    BLANK = "blank"
    VALUE = "value"
    """A string in a reply that is JSON."""


class Statement(msgspec.Struct, frozen=True, gc=False):
    """A statement and its place in the reply.

    `start` and `end` are character offsets of `text` in the reply. `lead` is
    what stands between the statement before and this one: white space, list
    markers, heading marks. Leads and texts, joined in order, are the whole
    reply, character for character. A BLANK statement has a lead and no text:
    it closes a reply that ends in white space.

    `governing` is the text of the line that governs this one (the lead-in of a
    list, a heading), or None. `overlong` marks a piece of a line that went past
    the limit, so that nobody read it whole.
    """

    ordinal: int
    start: int
    end: int
    lead: str
    text: str
    shape: Shape
    governing: str | None = None
    overlong: bool = False
