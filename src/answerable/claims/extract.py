"""The exact things a line says: one RE2 pass finds candidates, plain code reads each."""

from collections.abc import Iterator

import re2

from answerable.claims.normalise import Normalised
from answerable.claims.terms import (
    DateTerm,
    DurationTerm,
    IdentifierTerm,
    MoneyTerm,
    PercentTerm,
    Term,
    Unit,
)
from answerable.values import Money
from answerable.values.money import LARGEST_MINOR

_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty"
).split()
_COUNTS = {word: count for count, word in enumerate(_SMALL)} | {
    "thirty": 30,
    "forty": 40,
    "forty-eight": 48,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "seventy-two": 72,
    "eighty": 80,
    "ninety": 90,
    "a": 1,
    "an": 1,
    "couple": 2,
    "few": 3,
    "a couple of": 2,
    "a couple": 2,
}
_NUMBER_WORDS = "|".join(
    sorted((w for w in _COUNTS if w not in {"a", "an", "zero", "few", "couple"}), key=len, reverse=True)
)
_ISO = "USD|EUR|GBP|JPY|INR|CAD|AUD|NZD|CHF|SEK|NOK|DKK|SGD|HKD|CNY|MXN|BRL|ZAR|PLN|CZK|KRW|AED"
_NO_MINOR = frozenset({"JPY", "KRW"})
_SPOKEN = {
    "dollar": "USD",
    "dollars": "USD",
    "buck": "USD",
    "bucks": "USD",
    "euro": "EUR",
    "euros": "EUR",
    "pound": "GBP",
    "pounds": "GBP",
    "quid": "GBP",
    "yen": "JPY",
    "rupee": "INR",
    "rupees": "INR",
    "cent": "USD",
    "cents": "USD",
    "pence": "GBP",
}
_MINOR_SPOKEN = frozenset({"cent", "cents", "pence"})
_UNITS = {
    "second": None,
    "minute": Unit.MINUTE,
    "min": Unit.MINUTE,
    "hour": Unit.HOUR,
    "hr": Unit.HOUR,
    "day": Unit.DAY,
    "week": Unit.WEEK,
    "month": Unit.MONTH,
    "year": Unit.YEAR,
    "yr": Unit.YEAR,
}
_MONTHS = (
    "January|February|March|April|May|June|July|August|September|October|November|December|"
    "Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec"
)
_WEEKDAYS = "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
_DIGITS = r"[0-9][0-9,]*(?:\.[0-9]+)?"
_COUNT = rf"(?:[0-9]{{1,4}}|{_NUMBER_WORDS}|a couple of|a few)"

_MONEY = (
    rf"(?:(?:US|CA|AU|NZ|A|C|HK|S)?\$ ?{_DIGITS}(?: ?(?:k|thousand|million|m))?\b(?: ?(?:{_ISO}))?)"
    rf"|(?:\b(?:{_ISO}) ?{_DIGITS}\b)|(?:\b{_DIGITS} ?(?:{_ISO})\b)"
    rf"|(?:\b(?i:{_DIGITS}|(?:{_NUMBER_WORDS}|a)(?: hundred| thousand)?(?: and)?(?:[ -](?:{_NUMBER_WORDS}))?)[ -]"
    rf"(?i:{'|'.join(sorted(_SPOKEN, key=len, reverse=True))})\b)"
)
_PERCENT = r"\b[0-9]{1,4}(?:\.[0-9]{1,3})? ?(?:%|(?i:per ?cent)\b)"
_DURATION = (
    rf"(?i:\b{_COUNT}(?: ?(?:-|to|or|and) ?{_COUNT})?[ -]?(?:(?:full|more) )?"
    r"(?:(?:business|working|calendar|week)[ -]?)?(?:day|week|month|year|hour|minute|min|hr|yr)s?\b)"
    r"|(?i:\b(?:an hour|a day|a week|a month|a year|a minute|a business day|one business day)\b)"
)
_DATE = (
    r"(?:\b[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9]{2}:[0-9]{2}(?::[0-9]{2})?)?\b)"
    rf"|(?:\b(?:{_MONTHS})\.? [0-9]{{1,2}}(?:st|nd|rd|th)?(?:,? [0-9]{{4}})?\b)"
    rf"|(?:\b[0-9]{{1,2}}(?:st|nd|rd|th)?(?: of)? (?:{_MONTHS})(?:,? [0-9]{{4}})?\b)"
    rf"|(?i:\b(?:next |this )?(?:{_WEEKDAYS})\b)"
    r"|(?i:\b(?:tomorrow|today|tonight|end of (?:the )?day|next week|next month)\b)"
    r"|(?i:\b[0-9]{1,2}(?::[0-9]{2})? ?(?:am|pm|a\.m\.|p\.m\.))"
    r"|(?:\b[0-9]{1,2}:[0-9]{2}\b)"
    r"|(?:\b[0-9]{1,2}/[0-9]{1,2}(?:/[0-9]{2,4})?\b)"
)
_IDENTIFIER = (
    r"(?:#[A-Za-z0-9][A-Za-z0-9_-]*)"
    r"|(?:\b[A-Z]{1,5}[-_]?[0-9][A-Z0-9_-]{2,}\b)"
    r"|(?:\b[0-9][A-Z0-9]*[A-Z][A-Z0-9]{2,}\b)"
    r"|(?:\b[A-Z]{2,}[0-9]+[A-Z0-9]*\b)"
    r"|(?:\b[A-Z]{1,3}-[0-9]{2,}\b)"
    r"|(?:\b[A-Z0-9]{2,}[0-9][A-Z0-9]*\b)"
    r"|(?:\b[0-9]{7,}\b)"
    r"|(?:\b[a-z]+_[a-z]+(?:_[0-9]+)+\b)"
    r"|(?:\b(?:certificate|gift_card|credit_card|paypal)_[0-9]+\b)"
)
_NAMED = (
    r"(?i:\b(?:reservation|booking|confirmation|order|ticket|case|claim|reference|ref|tracking|flight|policy|account|item|code|coupon|voucher|promo)"
    r"(?: (?:id|number|code|no\.?|reference))?(?: is)?(?:: ?| )\"?)(#?[A-Z0-9][A-Z0-9-]{3,})\b"
)


def _compile() -> "re2._Regexp[bytes]":
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.max_mem = 64 << 20
    kinds = f"({_MONEY})|({_PERCENT})|({_DURATION})|({_DATE})|({_IDENTIFIER})|(?:{_NAMED})"
    return re2.compile(kinds.encode("ascii"), options)


_CANDIDATE = _compile()
_A_MONEY, _A_PERCENT, _A_DURATION, _A_DATE, _AN_IDENTIFIER, _A_NAMED = range(1, 7)
_SHORTEST_NUMBER = 7
_NUMBER = re2.compile(r"[0-9][0-9,]*(?:\.[0-9]+)?")


def terms_of(line: Normalised) -> tuple[Term, ...]:
    """The terms of a line in the order in which they stand; they do not overlap.

    Spans are in the statement's own text. Amounts of 2**53 minor units or more
    are not read: an entry could not hold them.
    """
    found: list[Term] = []
    text = line.text
    shouted = text.isupper()
    for match in _CANDIDATE.finditer(text.encode("ascii", "replace")):
        kind = match.lastindex
        start, end = match.span(kind)
        written = text[start:end]
        stripped = written.rstrip(" ,.-")
        end -= len(written) - len(stripped)
        if kind == _A_NAMED and not _is_code(stripped, shouted=shouted):
            continue
        term = _read(kind, stripped, *line.span(start, end))
        if term is not None and (not found or term.start >= found[-1].end):
            found.append(term)
    return tuple(found)


def _read(kind: int, written: str, start: int, end: int) -> Term | None:
    if kind == _A_MONEY:
        money = _money(written)
        return None if money is None else MoneyTerm(start, end, money)
    if kind == _A_PERCENT:
        return PercentTerm(start, end, _permille(written))
    if kind == _A_DURATION:
        return _duration(written, start, end)
    if kind == _A_DATE:
        return DateTerm(start, end, written)
    if kind == _AN_IDENTIFIER and written.isdigit() and len(written) < _SHORTEST_NUMBER:
        return None
    return IdentifierTerm(start, end, written.lstrip("#"))


def _is_code(written: str, *, shouted: bool) -> bool:
    """After "reservation" or "code": capitals or digits, not a word of the sentence."""
    return (written.isupper() and not shouted) or any(char.isdigit() for char in written)


def _money(written: str) -> Money | None:
    lower = written.lower()
    currency = next((code for code in _ISO.split("|") if code.lower() in lower), None)
    spoken = lower.replace("-", " ").split()[-1]
    if currency is None:
        if spoken in _SPOKEN:
            currency = _SPOKEN[spoken]
        else:
            currency = {
                "ca$": "CAD",
                "c$": "CAD",
                "a$": "AUD",
                "au$": "AUD",
                "nz$": "NZD",
                "hk$": "HKD",
                "s$": "SGD",
            }.get(lower[: lower.find("$") + 1].strip(), "USD")
    figure = _NUMBER.search(lower)
    if figure is None:
        units = _spoken_count(lower.replace("-", " ").split()[:-1])
        return None if units is None else _bounded(units, "", currency, minor_only=spoken in _MINOR_SPOKEN)
    whole, _, cents = figure.group(0).replace(",", "").partition(".")
    tail = lower[figure.end() :].strip()
    if tail[:1] == "k" or tail.startswith("thousand"):
        return _scaled(whole, cents, 3, currency)
    if tail[:1] == "m" and not tail.startswith("mxn"):
        return _scaled(whole, cents, 6, currency)
    return _bounded(int(whole[:18]), cents, currency, minor_only=spoken in _MINOR_SPOKEN)


def _scaled(whole: str, cents: str, power: int, currency: str) -> Money | None:
    shifted = (cents + "0" * power)[:power]
    return _bounded(int((whole + shifted)[:18]), cents[power:], currency)


def _bounded(units: int, cents: str, currency: str, *, minor_only: bool = False) -> Money | None:
    whole_only = minor_only or currency in _NO_MINOR
    minor = units if whole_only else units * 100 + int((cents + "00")[:2])
    return Money(minor, currency) if minor <= LARGEST_MINOR else None


def _spoken_count(words: list[str]) -> int | None:
    total = current = 0
    for word in words:
        if word == "and":
            continue
        if word == "hundred":
            current = max(current, 1) * 100
        elif word == "thousand":
            total, current = total + max(current, 1) * 1000, 0
        elif word in _COUNTS:
            current += _COUNTS[word]
        else:
            return None
    return total + current


def _permille(written: str) -> int:
    whole, _, tenth = written.lower().rstrip("%percnt ").partition(".")
    return int(whole) * 10 + int((tenth + "0")[:1])


def _duration(written: str, start: int, end: int) -> DurationTerm | None:
    lower = written.lower()
    unit = next((unit for name, unit in _UNITS.items() if _has_unit(lower, name)), None)
    if unit is None:
        return None
    if unit is Unit.DAY and any(kind in lower for kind in ("business", "working", "week")):
        unit = Unit.BUSINESS_DAY
    counts = list(_counts(lower))
    if not counts:
        return None
    low, high = counts[0], counts[-1]
    return DurationTerm(start, end, min(low, high), max(low, high), unit)


def _has_unit(lower: str, name: str) -> bool:
    return lower.endswith((name, name + "s"))


def _counts(lower: str) -> Iterator[int]:
    words = lower.replace("couple of", "couple").replace("a couple", "couple").replace("a few", "few")
    for word in words.replace("-", " ").split():
        figure = _NUMBER.match(word)
        if figure is not None:
            yield int(figure.group(0).replace(",", "").partition(".")[0][:6])
        elif word in _COUNTS:
            yield _COUNTS[word]
