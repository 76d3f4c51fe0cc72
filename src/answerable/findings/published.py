"""Published texts, read once: a system prompt is the same text turn after turn."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from answerable.claims import Claim
from answerable.statements import Splitter

Read = Callable[[str], Claim]
"""Reads a line that stands alone."""

# Enough for a long policy. What stands past it supports nothing.
_MOST_STATEMENTS = 400
_MOST_TEXTS = 512
_MOST_CHARACTERS = 8_000_000  # of all remembered texts together
_PIECE = 8192


@dataclass(frozen=True, slots=True)
class Published:
    """A statement that the company published, with its reading."""

    source: str
    text: str
    claim: Claim


class PublishedTexts:
    """Splits and reads published texts, and remembers the latest few hundred, up to 8 million characters.

    What it returns depends on the text alone, so remembering changes nothing
    but the time it takes.
    """

    def __init__(self, read: Read) -> None:
        self._read = read
        self._known: dict[str, tuple[tuple[str, Claim], ...]] = {}
        self._characters = 0

    def statements(self, source: str, text: str) -> list[Published]:
        """Every readable statement of a text, up to a bound."""
        known = self._known.get(text)
        if known is None:
            known = tuple((line, self._read(line)) for line in islice(_lines(text), _MOST_STATEMENTS))
            while self._known and (
                len(self._known) >= _MOST_TEXTS or self._characters + len(text) > _MOST_CHARACTERS
            ):
                oldest = next(iter(self._known))
                del self._known[oldest]
                self._characters -= len(oldest)
            self._known[text] = known
            self._characters += len(text)
        return [Published(source, line, claim) for line, claim in known]


def _lines(text: str) -> Iterator[str]:
    """The statements of a text. Piece by piece: of a huge one no more is cut than is taken."""
    splitter = Splitter()
    for start in range(0, len(text), _PIECE):
        for statement in splitter.feed(text[start : start + _PIECE]):
            if statement.text:
                yield statement.text
    for statement in splitter.finish():
        if statement.text:
            yield statement.text
