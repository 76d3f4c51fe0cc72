"""A line as the term grammar reads it: words, figures and marks, each with its place.

The text is cut once, by runs of letters or figures; where an address may stand, at its
spaces, and only chunks that are no plain word are looked at letter by letter. Linear.
"""

import re
from dataclasses import dataclass

from answerable.claims.normalise import Normalised

LOOK = 8
"""How far the grammar may look past either end without asking: there stand empty words."""

_PADDING = [""] * LOOK
_NOWHERE = [-1] * LOOK
_ELSEWHERE = [-2] * LOOK
_TRAILING = ".,;:!?)\"'"
_INSIDE = ".,:"
_DOMAINS = (".com", ".org", ".net", ".co.", ".io", ".eu", ".de", ".gov", ".edu")
_ADDRESSES = ("www.", *_DOMAINS)
_TOKEN = re.compile(r"[a-z]+|[0-9]+(?:[.,:][0-9]+)*|[^ ]")
"""What `_cut_up` cuts ASCII text without addresses into. Each character is looked at once: no run goes back."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens of a folded line. `words` are lower-case; `count` of them are real.

    `words[-1]`, `words[count]` and the like are empty, up to `LOOK` places away:
    the grammar looks around without minding the ends.
    """

    line: Normalised
    own: str
    words: list[str]
    starts: list[int]
    ends: list[int]
    count: int

    def glued(self, at: int) -> bool:
        """Does the token stand right behind the one before it, without a space?"""
        return self.starts[at] == self.ends[at - 1]

    def joined(self, at: int) -> bool:
        """Is it a hyphen inside a word, as in "30-day"?"""
        return self.words[at] == "-" and self.glued(at) and self.glued(at + 1)

    def skip_hyphen(self, at: int) -> int:
        """The place behind a hyphen that joins words; `at` where none stands."""
        return at + 1 if self.joined(at) else at

    def written(self, first: int, end: int) -> str:
        """The folded text of tokens `first` to `end`, letter case kept."""
        return self.line.text[self.starts[first] : self.ends[end - 1]]

    def capital(self, at: int) -> bool:
        """Does the word begin with a capital?"""
        return 0 <= at < self.count and self.line.text[self.starts[at]].isupper()

    def span(self, first: int, end: int) -> tuple[int, int]:
        """The place of tokens `first` to `end` in the statement's own text."""
        return self.line.span(self.starts[first], self.ends[end - 1])

    def folded(self, at: int) -> bool:
        """Was a figure made of one sign of more digits (`½`, `⑫`)? Then it is no figure to read."""
        origins = self.line.origins
        if origins is None:
            return False
        begin, end = self.starts[at], self.ends[at]
        return origins[end - 1] - origins[begin] < end - begin - 1

    def tilde(self, at: int) -> bool:
        """Did a "~" stand before the token? It is folded away as emphasis."""
        if self.line.origins is None:
            return False
        before = self.own[: self.line.origins[self.starts[at]]][-2:].rstrip()
        return before.endswith("~") and not before.endswith("~~")


def tokens_of(line: Normalised, own: str) -> Tokens:
    """Cut a folded line into tokens; `own` is the statement's text that it was folded from."""
    text = line.text
    lower = text.lower()
    if text.isascii() and not _may_hold_address(lower):
        found = list(_TOKEN.finditer(lower))
        words = [one.group() for one in found]
        starts = [one.start() for one in found]
        ends = [one.end() for one in found]
    else:
        words, starts, ends = _cut_up(text)
    count = len(words)
    words += _PADDING
    starts += _NOWHERE
    ends += _ELSEWHERE
    return Tokens(line, own, words, starts, ends, count)


def _may_hold_address(lower: str) -> bool:
    return "@" in lower or "://" in lower or ("." in lower and any(map(lower.__contains__, _ADDRESSES)))


def _cut_up(text: str) -> tuple[list[str], list[int], list[int]]:
    """The tokens of any text, addresses whole."""
    words: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    for chunk in text.split(" "):
        end = at + len(chunk)
        if chunk.isalpha():
            words.append(chunk.lower())
            starts.append(at)
            ends.append(end)
        elif chunk:
            _cut(chunk, at, words, starts, ends)
        at = end + 1
    return words, starts, ends


def _cut(chunk: str, at: int, words: list[str], starts: list[int], ends: list[int]) -> None:
    lower = chunk.lower()
    body = len(chunk)
    if chunk[:-1].isalpha():
        body -= 1  # a word and its punctuation
        words.append(lower[:body])
        starts.append(at)
        ends.append(at + body)
    elif "@" in chunk or "://" in chunk or _is_domain(lower):
        body = len(chunk.rstrip(_TRAILING)) or 1
        words.append("@")
        starts.append(at)
        ends.append(at + body)
    else:
        body = 0
    while body < len(chunk):
        end = _run(chunk, body)
        words.append(lower[body:end])
        starts.append(at + body)
        ends.append(at + end)
        body = end


def _is_domain(chunk: str) -> bool:
    return "." in chunk and (chunk.startswith("www.") or any(domain in chunk for domain in _DOMAINS))


def _run(chunk: str, begin: int) -> int:
    """The end of the run of letters, the figure or the mark that begins here."""
    end, size = begin + 1, len(chunk)
    if chunk[begin].isalpha():
        while end < size and chunk[end].isalpha():
            end += 1
    elif chunk[begin].isdigit():
        while end < size and (
            chunk[end].isdigit() or (chunk[end] in _INSIDE and end + 1 < size and chunk[end + 1].isdigit())
        ):
            end += 1
    return end
