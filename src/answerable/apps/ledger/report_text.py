"""Text for the PDF report: what its fonts can show as it stands, everything else by its number.

What people and models write may hold characters that are invisible, that turn the direction of
the text around, or that no font of the report has. On a page such a character would be nothing, an
empty box, or a different text; so it stands there as `U+202E right-to-left override`, set apart by
the template in a way that text can't imitate.
"""

import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import groupby, islice
from pathlib import Path

MOST_CHARACTERS, MOST_PIECES = 20_000, 2_000
"""Of one text. The rest is in `entries.jsonl` and on the HTML page: a page that nobody leafs to shows nothing,
and text made of nothing but odd characters is slow to typeset."""
_LONGEST_WORD = 16
_MOST_BREAKS = 2
_MOST_MARKS = 3
"""On one letter. Any number of them would be drawn over the lines above and below."""
_TABLE = Path(__file__).with_name("report_fonts.txt")

Run = tuple[str, str]
"""What it is, and its text: `text`; `word`, which may be broken anywhere; `code`; `tab`; `line`, the end of one."""


def runs(text: str) -> list[Run]:
    """The text in pieces for the template, in order."""
    whole = text.replace("\r\n", "\n")
    found: list[Run] = []
    left = len(whole)
    for kind, value in islice(_pieces(whole[:MOST_CHARACTERS]), MOST_PIECES):
        found += _written(kind, value)
        left -= len(value)
    if left:
        found.append(("code", f"… {left} characters more, in the other files"))
    return found


def plain(text: str) -> str:
    """The text on one line, as it may stand where there is no font: in the document's own title."""
    return "".join(f"[{value}]" if kind == "code" else value or " " for kind, value in runs(text))


def _pieces(text: str) -> Iterator[Run]:
    """Runs of characters of the same kind; a `code` run is one character over and over."""
    sorted_out = zip(_kinds(text), text, strict=True)
    for (kind, _), found in groupby(sorted_out, lambda one: (one[0], one[1] if one[0] == "code" else "")):
        yield kind, "".join(character for _, character in found)


def _kinds(text: str) -> Iterator[str]:
    """For each character what it is: `text`, `code`, `tab` or `line`."""
    fonts, marks = 0, 0
    for character in text:
        here = _fonts().get(ord(character), 0)
        if unicodedata.category(character).startswith("M"):
            # A mark goes with its letter, and one font must have both.
            marks, fonts = marks + 1, fonts & here
            yield "text" if fonts and marks <= _MOST_MARKS else "code"
            continue
        marks, fonts = 0, here
        match character:
            case "\n":
                yield "line"
            case "\t":
                yield "tab"
            case " " | "\xa0":
                yield "text"
            case _:
                yield "text" if here else "code"


def _written(kind: str, value: str) -> Iterator[Run]:
    match kind:
        case "code":
            times = f" ×{len(value)}" if len(value) > 1 else ""
            yield kind, _named(value[0]) + times
        case "tab":
            yield from [(kind, "")] * len(value)
        case "line":
            yield from [(kind, "")] * min(len(value), _MOST_BREAKS)
            if len(value) > _MOST_BREAKS:
                yield "code", f"{len(value) - _MOST_BREAKS} more empty lines"
                yield kind, ""
        case _:
            yield from _words(value)


def _words(text: str) -> Iterator[Run]:
    """The text with its long words apart."""
    short: list[str] = []
    for word in text.split(" "):
        if len(word) <= _LONGEST_WORD:
            short.append(word)
            continue
        if short:
            yield "text", " ".join([*short, ""])
        yield "word", word
        short = [""]
    if any(short) or len(short) > 1:
        yield "text", " ".join(short)


def _named(character: str) -> str:
    """`U+1F642 slightly smiling face`; of a letter the number alone, since its name says no more."""
    number = f"U+{ord(character):04X}"
    if unicodedata.category(character).startswith("L"):
        return number
    name = unicodedata.name(character, "").lower()
    return f"{number} {name}" if name else number


@cache
def _fonts() -> dict[int, int]:
    """For each character that a font of the report can show, which of them: a bit for each."""
    found: dict[int, int] = {}
    lines = [line for line in _TABLE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    for bit, line in enumerate(lines):
        for one in line.partition(": ")[2].split():
            first, _, last = one.partition("-")
            for point in range(int(first, 16), int(last or first, 16) + 1):
                found[point] = found.get(point, 0) | 1 << bit
    return found
