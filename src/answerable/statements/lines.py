"""What a line of a reply starts with: list, heading, table, fence and quote marks.

The marks are those that support bots write, not the whole of Markdown. Each is
told by a few characters, so a stream never waits for more than its next token.
"""

from enum import Enum, auto
from typing import TypeAlias

# A vertical tab and a form feed start a new line too; so do the Unicode separators.
NEWLINES = "\n\r\v\f\x85\u2028\u2029"

# Characters that show nothing and are not white space. Models and attackers put
# them between words; they must not hide the start of a line or of a sentence.
INVISIBLE = frozenset(
    "\u00ad\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
    "\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\ufeff\x7f"
    + "".join(map(chr, (*range(9), *range(14, 28))))
)

FENCE = 3  # the fewest characters of a fence

_LOOSE_BULLETS = frozenset("-*+\u2013\u2014")  # a bullet only when a space follows
_TIGHT_BULLETS = frozenset("•◦▪‣●○·")
_ROMAN = frozenset("ivxIVX")
_LONGEST_NUMBER = 3
_LONGEST_ROMAN = 4
_DEEPEST_HEADING = 6
_STEP = "Step "


class Mark(Enum):
    """The first mark of a line. WAIT: the text at hand is too short to tell."""

    NONE = auto()
    WAIT = auto()
    QUOTE = auto()
    HEADING = auto()
    BULLET = auto()
    NUMBER = auto()
    LETTER = auto()
    ROW = auto()
    FENCE = auto()


LISTS = frozenset({Mark.BULLET, Mark.NUMBER, Mark.LETTER})

_Read: TypeAlias = tuple[Mark, int]
_NONE: _Read = (Mark.NONE, 0)
_WAIT: _Read = (Mark.WAIT, 0)


def blank(char: str) -> bool:
    """Whether the character shows nothing."""
    return char.isspace() or char in INVISIBLE


def read_mark(text: str, at: int, *, final: bool) -> _Read:
    """Return the mark at a line's first visible character, and its length.

    A length of 0 means that the mark is part of the line's text (a table's
    pipe, a fence). `final`: no more text will come, so never WAIT.
    """
    first = text[at]
    if first.isalpha():
        return _lettered(text, at, at, final=final)
    if first.isdecimal() and first.isascii():
        return _numbered(text, at, at, final=final)
    if first in _LOOSE_BULLETS:
        return _spaced(text, at, at + 1, Mark.BULLET, final=final)
    if first in _TIGHT_BULLETS:
        return Mark.BULLET, 1
    if first == ">":
        return Mark.QUOTE, 1
    if first == "|":
        return Mark.ROW, 0
    if first == "#":
        stop = _run(text, at, frozenset("#"), _DEEPEST_HEADING + 1)
        return _NONE if stop - at > _DEEPEST_HEADING else _spaced(text, at, stop, Mark.HEADING, final=final)
    if first in "`~":
        stop = _run(text, at, frozenset(first), FENCE)
        if stop - at == FENCE:
            return Mark.FENCE, 0
        return _WAIT if stop == len(text) and not final else _NONE
    if first == "(":
        return _bracketed(text, at, final=final)
    return _NONE


def _spaced(text: str, at: int, stop: int, mark: Mark, *, final: bool) -> _Read:
    """The mark text[at:stop] counts only when white space follows it."""
    if stop == len(text):
        return _NONE if final else _WAIT
    return (mark, stop - at) if blank(text[stop]) else _NONE


def _run(text: str, at: int, chars: frozenset[str], most: int) -> int:
    stop = at
    end = min(len(text), at + most)
    while stop < end and text[stop] in chars:
        stop += 1
    return stop


def _numbered(text: str, at: int, digits: int, *, final: bool, closers: str = ".)") -> _Read:
    """Read "1." or "1)"; `digits` is where the number starts, after `at` in "(1)" and "Step 1:"."""
    stop = _run(text, digits, frozenset("0123456789"), _LONGEST_NUMBER)
    if stop == len(text):
        return _NONE if final else _WAIT
    if stop == digits or text[stop] not in closers:
        return _NONE
    return _spaced(text, at, stop + 1, Mark.NUMBER, final=final)


def _lettered(text: str, at: int, letters: int, *, final: bool) -> _Read:
    """Read "a)", "iv)" and "Step 1:"."""
    if text[letters] == "S" and at == letters:
        stop = at
        while stop < len(text) and stop - at < len(_STEP) and text[stop] == _STEP[stop - at]:
            stop += 1
        if stop - at == len(_STEP):
            return _numbered(text, at, stop, final=final, closers=":.)")
        if stop == len(text) and not final:
            return _WAIT
    stop = max(letters + 1, _run(text, letters, _ROMAN, _LONGEST_ROMAN))
    if stop == len(text):
        return _NONE if final else _WAIT
    return _spaced(text, at, stop + 1, Mark.LETTER, final=final) if text[stop] == ")" else _NONE


def _bracketed(text: str, at: int, *, final: bool) -> _Read:
    """Read "(1)" and "(a)"."""
    inner = at + 1
    if inner == len(text):
        return _NONE if final else _WAIT
    if text[inner].isalpha():
        return _lettered(text, at, inner, final=final)
    return _numbered(text, at, inner, final=final, closers=")")
