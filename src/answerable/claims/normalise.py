"""A statement's text, folded to plain ASCII so that disguise does not change its reading.

Markdown emphasis, invisible characters, typographic quotes, full-width forms,
accents and look-alike letters are folded away; currency signs become ISO 4217
codes. Every character of the folded text knows where it came from, so that a
term found there has its span in the statement's own text.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from answerable.claims.disguise.look_alikes import (
    FOREIGN,
    IN_WORDS,
    SAME_LENGTH,
    fold,
    is_flag,
    is_look_alike,
)
from answerable.claims.disguise.markup import is_marked_up, shown
from answerable.claims.disguise.pictures import picture_word

_EMPHASIS = frozenset("*_`~")
_MARK = re.compile(r"[*_`~]")
_ODD = re.compile(r"[^ -~]|[*_`~]")
"""What is looked at one by one: all that is no printable ASCII, and marks of emphasis."""


@dataclass(frozen=True, slots=True)
class Normalised:
    """`text` is ASCII. `origins[i]` is the offset in the statement of `text[i]`, None where equal.

    `ends[i]` is the offset behind what `text[i]` was made of, None where that is one character.
    `foreign` counts the letters that have no Latin reading, `latin` those that have;
    `mixed` tells that such a letter stands inside a Latin word.
    """

    text: str
    origins: tuple[int, ...] | None
    foreign: int
    latin: int
    ends: tuple[int, ...] | None = None
    mixed: bool = False

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The span in the statement's own text of `text[start:end]`, which must not be empty."""
        if self.origins is None:
            return start, end
        behind = self.origins[end - 1] + 1 if self.ends is None else self.ends[end - 1]
        return self.origins[start], behind

    def traced(self, begins: Sequence[int], ends: Sequence[int]) -> "Normalised":
        """The same text, folded not from the statement but from what it came to: its origins there."""
        own = range(len(self.text)) if self.origins is None else self.origins
        return Normalised(
            self.text,
            tuple([begins[at] for at in own]),
            self.foreign,
            self.latin,
            tuple([ends[at] for at in own]),
            self.mixed,
        )


def normalise(text: str) -> Normalised:
    """Fold any string, lone surrogates and control characters included; never raises."""
    if is_marked_up(text):
        plain, begins, ends = shown(text)
        if plain != text:
            return _folded(plain).traced(begins, ends)
    return _folded(text)


def _folded(text: str) -> Normalised:
    if text.isascii() and text.isprintable():
        return _without_emphasis(text)
    plainer = text.translate(SAME_LENGTH)
    if plainer.isascii() and plainer.isprintable():
        return _without_emphasis(plainer)
    folded: list[str] = []
    origins: list[int] = []
    foreign = latin = 0
    mixed = False
    mostly_latin = _mostly_latin(text)
    begin = 0
    for found in _ODD.finditer(text):
        at, char = found.start(), found.group()
        plain = text[begin:at]
        folded.append(plain)
        origins.extend(range(begin, at))
        latin += sum(map(str.isalpha, plain))
        begin = at + 1
        if char in _EMPHASIS:
            if _joins_words(text, at):
                folded.append(char)
                origins.append(at)
            continue
        if is_flag(text, at):
            plain = " "
        elif char in IN_WORDS and text[at - 1 : at].isalpha() and text[at + 1 : at + 2].isalpha():
            plain = IN_WORDS[char]
        else:
            plain = picture_word(text, at) or fold(char, look_alikes=mostly_latin)
        if plain == FOREIGN:
            foreign += 1
            mixed = mixed or _in_latin_word(text, at)
        elif plain.isalpha():
            latin += 1
        folded.append(plain)
        origins.extend([at] * len(plain))
    folded.append(text[begin:])
    origins.extend(range(begin, len(text)))
    latin += sum(map(str.isalpha, text[begin:]))
    return Normalised("".join(folded), tuple(origins), foreign, latin, mixed=mixed)


def _in_latin_word(text: str, at: int) -> bool:
    before, behind = text[max(at - 1, 0) : at], text[at + 1 : at + 2]
    return (before.isascii() and before.isalpha()) or (behind.isascii() and behind.isalpha())


def _without_emphasis(text: str) -> Normalised:
    """The common case: printable ASCII, perhaps with Markdown emphasis to drop."""
    if not ("*" in text or "_" in text or "`" in text or "~" in text):
        return Normalised(text, None, 0, len(text))
    parts: list[str] = []
    origins: list[int] = []
    begin = 0
    for found in _MARK.finditer(text):
        at = found.start()
        if not _joins_words(text, at):
            parts.append(text[begin:at])
            origins.extend(range(begin, at))
            begin = at + 1
    parts.append(text[begin:])
    origins.extend(range(begin, len(text)))
    return Normalised("".join(parts), tuple(origins), 0, len(text))


def _joins_words(text: str, at: int) -> bool:
    """Whether an underscore or tilde stands inside a word, as in `order_id`, and so is no emphasis."""
    inside = 0 < at < len(text) - 1
    return inside and text[at] in "_~" and text[at - 1].isalnum() and text[at + 1].isalnum()


def _mostly_latin(text: str) -> bool:
    """Look-alikes are a disguise only in a line that otherwise reads as Latin."""
    ascii_letters = other_letters = 0
    for char in text:
        if char.isascii():
            ascii_letters += char.isalpha()
        elif is_look_alike(char) or char.isalpha():
            other_letters += 1
    return ascii_letters > other_letters
