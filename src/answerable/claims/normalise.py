"""A statement's text, folded to plain ASCII so that disguise does not change its reading.

Markdown emphasis, invisible characters, typographic quotes, full-width forms,
accents and look-alike letters are folded away; currency signs become ISO 4217
codes. Every character of the folded text knows where it came from, so that a
term found there has its span in the statement's own text.
"""

import unicodedata
from dataclasses import dataclass

# Letters of other scripts that are drawn like Latin ones (a hand-picked part of Unicode TR 39).
_LOOK_ALIKES = dict(
    zip(
        "\u0430\u0441\u0435\u0456\u0458\u043e\u0440\u0455\u0443\u0445\u0501\u0261\u04bb\u051b\u051d"
        "\u0410\u0412\u0421\u0415\u041d\u0406\u0408\u041a\u041c\u041e\u0420\u0405\u0422\u0425\u03bf"
        "\u03b1\u03c1\u03bd\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4"
        "\u03a5\u03a7\u0131\u0251\u04c0\u04cf\u0442\u043a\u043c\u043d\u0432\u0433\u0578\u057d\u0585",
        "aceijopsyxdghqwABCEHIJKMOPSTXoapvABEZHIKMNOPTYXiaIltkmhbrnuo",
        strict=True,
    )
)

_REPLACED = {
    "\u2018": "'",
    "\u2019": "'",
    "\u201b": "'",
    "\u02bc": "'",
    "\u2032": "'",
    "\u00b4": "'",
    "\u201c": '"',
    "\u201d": '"',
    "\u201e": '"',
    "\u00ab": '"',
    "\u00bb": '"',
    "\u2010": "-",
    "\u2011": "-",
    "\u2012": "-",
    "\u2013": "-",
    "\u2212": "-",
    "\u2014": " - ",
    "\u2015": " - ",
    "\u20ac": "EUR ",
    "\u00a3": "GBP ",
    "\u00a5": "JPY ",
    "\uffe5": "JPY ",
    "\uffe1": "GBP ",
    "\u20b9": "INR ",
    "\u20a8": "INR ",
    "\u00a2": " cents",
    "\u2022": " - ",
    "\u2192": " -> ",
    "\u00df": "ss",
    "\u00e6": "ae",
    "\u00f8": "o",
    "\u0142": "l",
    "\u3002": ". ",
    "\u2044": "/",
}

_SAME_LENGTH = str.maketrans(
    {char: plain for char, plain in _REPLACED.items() if len(plain) == 1}
    | dict.fromkeys("\t\n\r\v\f\u00a0\u202f", " ")
)
_EMPHASIS = frozenset("*_`~")
_FOREIGN = "\x1a"
"""Stands for one letter that has no Latin reading."""

_SPACES = frozenset("\t\n\r\v\f")


@dataclass(frozen=True, slots=True)
class Normalised:
    """`text` is ASCII. `origins[i]` is the offset in the statement of `text[i]`, None where equal.

    `foreign` counts the letters that have no Latin reading, `latin` those that have.
    """

    text: str
    origins: tuple[int, ...] | None
    foreign: int
    latin: int

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The span in the statement's own text of `text[start:end]`, which must not be empty."""
        if self.origins is None:
            return start, end
        return self.origins[start], self.origins[end - 1] + 1


def normalise(text: str) -> Normalised:
    """Fold any string, lone surrogates and control characters included; never raises."""
    plainer = text.translate(_SAME_LENGTH)
    if plainer.isascii() and plainer.isprintable():
        return _without_emphasis(plainer)
    folded: list[str] = []
    origins: list[int] = []
    foreign = latin = 0
    mostly_latin = _mostly_latin(text)
    for at, char in enumerate(text):
        if " " <= char <= "~":
            if char in _EMPHASIS and not _joins_words(text, at):
                continue
            folded.append(char)
            origins.append(at)
            latin += char.isalpha()
            continue
        plain = _fold(char, look_alikes=mostly_latin)
        if plain == _FOREIGN:
            foreign += 1
        elif plain.isalpha():
            latin += 1
        folded.append(plain)
        origins.extend([at] * len(plain))
    return Normalised("".join(folded), tuple(origins), foreign, latin)


def _without_emphasis(text: str) -> Normalised:
    """The common case: printable ASCII, perhaps with Markdown emphasis to drop."""
    if not ("*" in text or "_" in text or "`" in text or "~" in text):
        return Normalised(text, None, 0, len(text))
    parts: list[str] = []
    origins: list[int] = []
    begin = 0
    for at, char in enumerate(text):
        if char in _EMPHASIS and not _joins_words(text, at):
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
        elif char in _LOOK_ALIKES or char.isalpha():
            other_letters += 1
    return ascii_letters > other_letters


def _fold(char: str, *, look_alikes: bool) -> str:
    """The ASCII reading of one non-printable or non-ASCII character; may be empty."""
    if char in _SPACES:
        return " "
    replaced = _REPLACED.get(char)
    if replaced is not None:
        return replaced
    if look_alikes and char in _LOOK_ALIKES:
        return _LOOK_ALIKES[char]
    category = unicodedata.category(char)
    if category in {"Cc", "Cf", "Mn", "Me", "Mc"}:
        return ""  # zero-width, direction marks, soft hyphens, combining marks, controls
    if category in {"Zs", "Zl", "Zp"}:
        return " "
    plain = "".join(c for c in unicodedata.normalize("NFKD", char) if " " <= c <= "~")
    if plain:
        return plain
    return _FOREIGN if category.startswith("L") or category in {"Cs", "Co", "Cn"} else " "
