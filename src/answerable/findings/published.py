"""Published texts, read once: a system prompt is the same text turn after turn."""

from collections.abc import Callable
from dataclasses import dataclass

from answerable.claims import Claim
from answerable.statements import split

Read = Callable[[str], Claim]
"""Reads a line that stands alone."""

# Enough for a long policy. What stands past it supports nothing.
_MOST_STATEMENTS = 400
_MOST_TEXTS = 512


@dataclass(frozen=True, slots=True)
class Published:
    """A statement that the company published, with its reading."""

    source: str
    text: str
    claim: Claim


class PublishedTexts:
    """Splits and reads published texts, and remembers the latest few hundred.

    What it returns depends on the text alone, so remembering changes nothing
    but the time it takes.
    """

    def __init__(self, read: Read) -> None:
        self._read = read
        self._known: dict[str, tuple[tuple[str, Claim], ...]] = {}

    def statements(self, source: str, text: str) -> list[Published]:
        """Every readable statement of a text, up to a bound."""
        known = self._known.get(text)
        if known is None:
            lines = (statement.text for statement in split(text) if statement.text)
            known = tuple((line, self._read(line)) for line, _ in zip(lines, range(_MOST_STATEMENTS)))  # noqa: B905
            if len(self._known) >= _MOST_TEXTS:
                self._known.pop(next(iter(self._known)))
            self._known[text] = known
        return [Published(source, line, claim) for line, claim in known]
