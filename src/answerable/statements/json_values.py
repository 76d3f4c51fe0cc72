"""A reply that is JSON: its strings are what anybody reads, the rest is structure.

A bot asked for JSON (`response_format`) must get JSON, whatever is decided
about its words. So the structure passes as it comes, each string waits until
it is closed, and a replaced one is still a string.

Structure is brackets, commas, colons, white space, numbers, `true`, `false`,
`null`, and the fence that models like to put around it. A model that was asked
for JSON may answer in prose all the same: at the first word outside a string
the rest is a text like any other, and read as one.
"""

import json
import re

import msgspec

from answerable.statements.splitter import Splitter
from answerable.statements.statement import Shape, Statement

_PUNCTUATION = frozenset("{}[]:, \t\r\n\ufeff")
_LITERAL = re.compile(r"true|false|null|```(?:json)?|-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_LONGEST_LITERAL = 64


class JsonSplitter:
    """Feed pieces of a JSON text; get one statement for each string in it, keys included.

    From where it is no JSON, the statements are those of `Splitter`.

    A statement's `text` is the string as written, escapes and all, without its
    quotation marks; `spoken` reads it. Its `lead` is the structure before it,
    with the opening mark. The same statements however the text is cut; linear.
    """

    def __init__(self, *, limit: int = 2000) -> None:
        self._limit = limit
        self._lead: list[str] = []
        self._word: list[str] = []  # outside any string: a literal, or the start of prose
        self._prose: Splitter | None = None
        self._text: list[str] = []
        self._size = 0
        self._inside = False
        self._escaped = False
        self._cut = False
        self._start = 0
        self._ordinal = 0

    def feed(self, delta: str) -> list[Statement]:
        """The strings that are closed now, and pieces of one that is longer than the limit."""
        if self._prose is not None:
            return self._placed(self._prose.feed(delta))
        found: list[Statement] = []
        for place, letter in enumerate(delta):
            if not self._inside:
                if letter != '"' and letter not in _PUNCTUATION:
                    self._word.append(letter)
                    if len(self._word) <= _LONGEST_LITERAL:
                        continue
                    return found + self._turn_to_prose(delta[place + 1 :])
                if self._word and not self._end_word(found):
                    return found + self._turn_to_prose(delta[place:])
                self._structure(letter, found)
                continue
            if letter == '"' and not self._escaped:
                found.append(self._give(Shape.VALUE, overlong=self._cut))
                self._inside = self._cut = False
                self._lead.append(letter)
                continue
            self._escaped = letter == "\\" and not self._escaped
            self._text.append(letter)
            self._size += 1
            # An escape (at most `\uXXXX`) is never parted: the pieces must each stand alone.
            if self._size >= self._limit and not self._escaped and not self._in_escape():
                self._cut = True
                found.append(self._give(Shape.VALUE, overlong=True))
        return found

    def finish(self) -> list[Statement]:
        """What is left: the structure at the end, a string that was never closed, or prose."""
        found: list[Statement] = []
        if self._word and not self._end_word(found):
            found += self._turn_to_prose("")
        if self._prose is not None:
            return found + self._placed(self._prose.finish())
        if self._text or self._cut:
            return [*found, self._give(Shape.VALUE, overlong=self._cut)]
        return [*found, self._give(Shape.BLANK)] if self._lead else found

    @property
    def pending(self) -> str:
        """What was taken in and not yet given out."""
        later = self._prose.pending if self._prose is not None else ""
        return "".join([*self._lead, *self._word, *self._text, later])

    def _structure(self, letter: str, found: list[Statement]) -> None:
        self._lead.append(letter)
        self._inside = letter == '"'
        if len(self._lead) >= self._limit and not self._inside:
            found.append(self._give(Shape.BLANK))

    def _end_word(self, found: list[Statement]) -> bool:
        """Take what stood outside the strings for structure, if it is a literal."""
        word = "".join(self._word)
        if _LITERAL.fullmatch(word) is None:
            return False
        self._word = []
        for letter in word:
            self._structure(letter, found)
        return True

    def _turn_to_prose(self, rest: str) -> list[Statement]:
        """From the word that is no literal on, this is a text; what stood before it was structure."""
        found = [self._give(Shape.BLANK)] if self._lead else []
        word, self._word = "".join(self._word), []
        self._prose = Splitter(limit=self._limit)
        return found + self._placed(self._prose.feed(word + rest))

    def _placed(self, statements: list[Statement]) -> list[Statement]:
        """Statements of the prose, numbered and placed in the whole reply."""
        return [
            msgspec.structs.replace(
                one,
                ordinal=one.ordinal + self._ordinal,
                start=one.start + self._start,
                end=one.end + self._start,
            )
            for one in statements
        ]

    def _in_escape(self) -> bool:
        tail = "".join(self._text[-6:])
        place = tail.rfind("\\u")
        return place >= 0 and len(tail) - place < len("\\uXXXX") and self._size < self._limit + len(tail)

    def _give(self, shape: Shape, *, overlong: bool = False) -> Statement:
        lead, text = "".join(self._lead), "".join(self._text)
        start = self._start + len(lead)
        statement = Statement(self._ordinal, start, start + len(text), lead, text, shape, None, overlong)
        self._lead, self._text, self._size = [], [], 0
        self._start = start + len(text)
        self._ordinal += 1
        return statement


def spoken(text: str) -> str | None:
    """A JSON string's content as anybody reads it; None where its escapes are malformed."""
    try:
        value = json.loads(f'"{text}"', strict=False)
    except ValueError:
        return None
    return str(value).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def written(words: str) -> str:
    """Words as the inside of a JSON string."""
    return json.dumps(words, ensure_ascii=False)[1:-1]
