"""Numbers as written: "1,234.50", "1.234,50", "two and a half", "a couple of"; and ranges of them."""

import msgspec

from answerable.claims.terms.kinds import Bound
from answerable.claims.terms.tokens import Tokens

_BELOW_TWENTY = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
).split()
ONES = {word: value for value, word in enumerate(_BELOW_TWENTY)}
TENS = {
    word: 10 * value
    for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2)
}
_SCALES = {"thousand": 3, "million": 6, "billion": 9, "lakh": 5, "lakhs": 5, "crore": 7, "crores": 7}
_SHORT_SCALES = {"k": 3, "m": 6, "mn": 6, "bn": 9}
_LARGEST_DIGITS = 15
_PLACES = 6
_GROUP = 3
NUMBER_WORDS = frozenset(ONES) | frozenset(TENS) | {"hundred", *_SCALES}
STARTS = frozenset(ONES) | frozenset(TENS) | {"a", "an", "couple", "hundred", "thousand", "half", "dozen"}
"""Words that a spoken number may begin with."""
_AFTER_A = ("hundred", "thousand", "million", "dozen")
AFTER_ARTICLE = frozenset((*_AFTER_A, "couple", "few"))
"""What makes a number of an article."""

_OR_MORE = frozenset("more above over longer higher greater up older later".split())
_OR_LESS = frozenset("less fewer under below lower shorter".split())
_NO_START = frozenset("-./,:_'&@")


class Number(msgspec.Struct, frozen=True, gc=False):
    """`digits` over ten to the power of `places`; `end` is the token behind it."""

    digits: int
    places: int
    end: int

    def scaled(self, power: int) -> int:
        """The value times ten to a power, rounded down."""
        shift = power - self.places
        return self.digits * 10**shift if shift >= 0 else int(self.digits // 10**-shift)

    @property
    def whole(self) -> int | None:
        """The value where it is whole."""
        units, rest = divmod(self.digits, 10**self.places)
        return None if rest else units


class Quantity(msgspec.Struct, frozen=True, gc=False):
    """A number or a range of numbers, in tokens `first` to `end`.

    `bound` is what was written between number and noun: "20 or more items" ends
    its number at `number_end` and goes on at `end`. `joint` is the range's word.
    """

    low: Number
    high: Number
    first: int
    number_end: int
    end: int
    bound: Bound | None = None
    joint: str = ""


def value_of(figure: str, *, dots_group: bool = False) -> tuple[int, int] | None:
    """Digits and decimal places of a figure; None where it is a time, a date or a version.

    The last of two kinds of separators is the decimal one. A lone comma before
    three digits groups them; a lone dot does so only where `dots_group`.
    """
    if len(figure) > _LARGEST_DIGITS + _PLACES:
        return None
    if figure.isdigit():
        return (int(figure), 0) if len(figure) <= _LARGEST_DIGITS else None
    if ":" in figure:
        return None
    cut = max(figure.rfind(","), figure.rfind("."))
    mark, head, tail = figure[cut], figure[:cut], figure[cut + 1 :]
    other = "." if mark == "," else ","
    if mark in head:
        groups, tail = (head + mark + tail, "") if other not in head else ("", "")
    elif other in head:
        groups, mark = head, other
    elif len(tail) == _GROUP and (mark == "," or dots_group):
        groups, tail = figure, ""
    elif mark == "," and len(tail) > _GROUP - 1:
        return None
    else:
        groups = head
    parts = groups.split(mark)
    grouped = len(parts) == 1 or (
        len(parts[-1]) == _GROUP
        and 0 < len(parts[0]) <= _GROUP
        and {len(p) for p in parts[1:]} <= {2, _GROUP}
    )
    whole = "".join(parts)
    if not grouped or not whole or len(whole) > _LARGEST_DIGITS:
        return None
    return int(whole + tail[:_PLACES]), len(tail[:_PLACES])


def stands_free(tokens: Tokens, at: int) -> bool:
    """May a number begin here? Not in the middle of "W123", "INV-2201", "1-800" or "v.2"."""
    if not tokens.glued(at):
        return True
    before = tokens.words[at - 1]
    if before == "-":
        return not tokens.glued(at - 1) or not tokens.words[at - 2][-1:].isalnum()
    return not before[-1:].isalnum() and before not in _NO_START


def number_at(tokens: Tokens, at: int, *, dots_group: bool = False) -> Number | None:
    """The number that begins at a token, with its scale ("1.2k", "two million") and its half."""
    word = tokens.words[at]
    if word[:1].isdigit():
        if tokens.folded(at):
            return None
        number = _figure(tokens, at, dots_group=dots_group)
    elif word in STARTS:
        number = _spoken(tokens, at)
    else:
        return None
    if number is None:
        return None
    words, end = tokens.words, number.end
    if words[end] == "and" and words[end + 1] == "a" and words[end + 2] == "half":
        return Number(number.digits * 10 + 5, number.places + 1, end + 3)
    return number


def _figure(tokens: Tokens, at: int, *, dots_group: bool) -> Number | None:
    value = value_of(tokens.words[at], dots_group=dots_group)
    if value is None:
        return None
    digits, places = value
    follows = tokens.words[at + 1]
    power = _SCALES.get(follows)
    if power is None and tokens.glued(at + 1):
        power = _SHORT_SCALES.get(follows)
    if power is None or digits > 10**_LARGEST_DIGITS:
        return Number(digits, places, at + 1)
    return Number(digits * 10**power, places, at + 2)


def _spoken(tokens: Tokens, at: int) -> Number | None:
    """A number in words. Two numbers side by side ("twelve fifty") are none."""
    words = tokens.words
    total = current = 0
    last = ""
    begin = at
    if words[at] in ("a", "an"):
        loose = _loose(tokens, at + 1)
        if loose is not None or words[at + 1] not in _AFTER_A:
            return loose
        at += 1
    elif words[at] == "couple":
        return _loose(tokens, at)
    while True:
        word = words[at]
        if word in ONES:
            if last == "ones":
                return None
            current, last = current + ONES[word], "ones"
        elif word in TENS:
            if last in ("ones", "tens"):
                return None
            current, last = current + TENS[word], "tens"
        elif word == "hundred":
            current, last = max(current, 1) * 100, word
        elif word in _SCALES:
            total, current, last = total + max(current, 1) * 10 ** _SCALES[word], 0, word
        elif word == "dozen":
            return Number(12 * max(current, 1), 0, at + 1)
        elif (word == "-" and last == "tens" and tokens.joined(at) and words[at + 1] in ONES) or (
            word == "and" and last in ("hundred", *_SCALES) and words[at + 1] in NUMBER_WORDS
        ):
            pass
        else:
            break
        at += 1
        if total + current > 10**_LARGEST_DIGITS:
            return None
    return Number(total + current, 0, at) if at > begin and last else None


def _loose(tokens: Tokens, at: int) -> Number | None:
    """The number of "couple of" and "few", behind their article."""
    words = tokens.words
    if words[at] == "couple":
        return Number(2, 0, at + 2 if words[at + 1] == "of" else at + 1)
    if words[at] == "few":
        return Number(3, 0, at + 1)
    return None


def joint_at(tokens: Tokens, at: int, *, between: bool) -> int:
    """The place behind the word that makes a range of what stands on both sides; 0 where none stands."""
    words = tokens.words
    word = words[at]
    if word in ("-", "to"):
        if word == "-" and words[at + 1] == "to" and words[at + 2] == "-":
            return at + 3
        return at + 1
    return at + 1 if between and word == "and" else 0


def quantity_at(tokens: Tokens, at: int) -> Quantity | None:
    """A number or a range that begins at a token, and what binds it before its noun."""
    words = tokens.words
    if not stands_free(tokens, at) or (words[at - 1] in NUMBER_WORDS and words[at - 1] != "one"):
        return None
    low = number_at(tokens, at)
    if low is None:
        return None
    high, end, joint = low, low.end, ""
    behind = joint_at(tokens, end, between=words[at - 1] == "between")
    if not behind and words[end] in ("or", "/"):
        behind = end + 1
    if behind:
        other = number_at(tokens, behind)
        if other is not None:
            if words[end] in ("or", "/") and other.scaled(_PLACES) <= low.scaled(_PLACES):
                other = None
            elif tokens.joined(other.end) and words[other.end + 1][:1].isdigit():
                return None  # a telephone number, a date
        if other is not None:
            joint, high, end = words[end], other, other.end
            if high.scaled(_PLACES) < low.scaled(_PLACES):
                low, high = high, low
    number_end = end
    bound: Bound | None = None
    if words[end] == "+" and tokens.glued(end):
        bound, end = Bound.AT_LEAST, end + 1
    elif words[end] in ("or", "and") and words[end + 1] in _OR_MORE:
        bound, end = Bound.AT_LEAST, end + 2
    elif words[end] == "or" and words[end + 1] in _OR_LESS:
        bound, end = Bound.UP_TO, end + 2
    return Quantity(low, high, at, number_end, end, bound, joint)
