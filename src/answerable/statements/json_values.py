"""A reply that is JSON: its strings are what anybody reads, the rest is structure.

A bot asked for JSON (`response_format`) must get JSON, whatever is decided
about its words. So the structure passes as it comes, each string waits until
it is closed, and a replaced one is still a string.
"""

import json

from answerable.statements.statement import Shape, Statement


class JsonSplitter:
    """Feed pieces of a JSON text; get one statement for each string in it, keys included.

    A statement's `text` is the string as written, escapes and all, without its
    quotation marks; `spoken` reads it. Its `lead` is the structure before it,
    with the opening mark. The same statements however the text is cut; linear.
    """

    def __init__(self, *, limit: int = 2000) -> None:
        self._limit = limit
        self._lead: list[str] = []
        self._text: list[str] = []
        self._size = 0
        self._inside = False
        self._escaped = False
        self._cut = False
        self._start = 0
        self._ordinal = 0

    def feed(self, delta: str) -> list[Statement]:
        """The strings that are closed now, and pieces of one that is longer than the limit."""
        found: list[Statement] = []
        for letter in delta:
            if not self._inside:
                self._lead.append(letter)
                self._inside = letter == '"'
                if len(self._lead) >= self._limit and not self._inside:
                    found.append(self._give(Shape.BLANK))
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
        """What is left: the structure at the end, or a string that was never closed."""
        if self._text or self._cut:
            return [self._give(Shape.VALUE, overlong=self._cut)]
        return [self._give(Shape.BLANK)] if self._lead else []

    @property
    def pending(self) -> str:
        """What was taken in and not yet given out."""
        return "".join(self._lead) + "".join(self._text)

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
