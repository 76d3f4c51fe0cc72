"""Identifiers: "order #W123", "flight HAT136", "card ending in 4411", "1-800-555-0100", "gift_card_123"."""

from answerable.claims.terms import counts, dates, durations, money, percent
from answerable.claims.terms.kinds import IdentifierTerm, Names
from answerable.claims.terms.numbers import quantity_at
from answerable.claims.terms.tokens import Tokens

NOUNS = {
    **dict.fromkeys(("order", "orders"), Names.ORDER),
    **dict.fromkeys(("item", "items", "product", "sku"), Names.ITEM),
    **dict.fromkeys(("reservation", "reservations", "booking", "bookings", "pnr"), Names.RESERVATION),
    **dict.fromkeys(("flight", "flights"), Names.FLIGHT),
    **dict.fromkeys(("tracking", "shipment", "parcel", "consignment"), Names.TRACKING),
    **dict.fromkeys(("code", "codes", "coupon", "coupons", "voucher", "vouchers", "promo"), Names.CODE),
    **dict.fromkeys(("ticket", "tickets"), Names.TICKET),
    **dict.fromkeys(("case", "cases", "claim", "claims", "complaint", "incident", "report"), Names.CASE),
    **dict.fromkeys(("invoice", "invoices"), Names.INVOICE),
    **dict.fromkeys(("account", "accounts", "iban"), Names.ACCOUNT),
    **dict.fromkeys(("customer", "member", "membership", "user"), Names.ACCOUNT),
    **dict.fromkeys(("card", "cards"), Names.CARD),
    **dict.fromkeys(("policy", "policies"), Names.POLICY),
    **dict.fromkeys(("appointment", "appointments"), Names.APPOINTMENT),
    **dict.fromkeys(
        (
            "reference ref confirmation id rma serial transaction meter loan contract quote application prescription "
            "imei vin subscription patient repair job request return docket certificate request"
        ).split(),
        Names.OTHER,
    ),
}
ALPHABETIC = frozenset(
    "code codes coupon voucher promo reservation booking bookings confirmation pnr reference ref".split()
)
"""Nouns whose identifier may have no digit: "code SPRINGTIME", "reservation QKZRTP"."""

_LINKS = frozenset("id ids number numbers no code is was as reference ref . : # \" ' ( , are under".split())
_LOOSE_LINKS = frozenset(("was", "as", ",", "under", "."))
_ACRONYMS = frozenset("asap faqs visa null none this here must only your have been will with from".split())
_REACH = 5
_SHORTEST_NAMED, _SHORTEST_WORD, _SHORTEST_DIGITS, _SHORTEST_SHAPED = 3, 4, 7, 5
_ENDING = (2, 8)
_MOST_TOKENS = 24
_AIRLINE, _FLIGHT_DIGITS = 2, 4

Found = tuple[IdentifierTerm, int] | None


def after_noun(tokens: Tokens, noun: int) -> Found:
    """The identifier that follows a noun, perhaps behind "number", "is", "#" or a quote."""
    words = tokens.words
    at, linked, loose = noun + 1, False, False
    for _ in range(_REACH):
        if words[at] not in _LINKS:
            break
        linked = linked or words[at] not in (",", ".", "(")
        loose = loose or words[at] in _LOOSE_LINKS
        at += 1
    word = words[at]
    if not word[:1].isalnum() or at >= tokens.count:
        return None
    if word.isalpha() and not (tokens.capital(at) or tokens.glued(at + 1) or words[at + 1].isdigit()):
        return None  # a plain word
    end = code_end(tokens, at)
    airline = NOUNS[words[noun]] is Names.FLIGHT and len(word) == _AIRLINE
    if airline and words[end].isdigit() and len(words[end]) <= _FLIGHT_DIGITS:
        end += 1  # "flight AA 1234"
    written = tokens.written(at, end)
    if not _may_be_named(tokens, at, end, written, loose=loose):
        return None
    if not any(char.isdigit() for char in written):
        told = words[noun] in ALPHABETIC or (linked and words[at - 1] != "is")
        if loose or not told or not _is_word_code(tokens, written):
            return None
    names = NOUNS[words[noun]]
    if names is Names.OTHER:
        names = _noun_before(tokens, noun)
    hashed = at - 1 if words[at - 1] == "#" and tokens.glued(at) else at
    return _term(tokens, hashed, end, written, names)


def _may_be_named(tokens: Tokens, at: int, end: int, written: str, *, loose: bool) -> bool:
    """Can a chunk behind a noun be its identifier, and not a quantity or a date?"""
    words = tokens.words
    digits = sum(char.isdigit() for char in written)
    if digits == 0:
        return written.isupper() and "-" not in written
    if len(written) < _SHORTEST_NAMED and words[at - 1] != "#":
        return False
    if written.isdigit():
        short = len(written) < _SHORTEST_WORD and words[at - 1] != "#"
        flight = words[at - 1] in ("flight", "number", "id", "sku", "case", "no") or words[at - 2] == "flight"
        if (short and not flight) or (loose and digits < _SHORTEST_DIGITS):
            return False
    elif loose and not (written.isupper() and len(written) >= _SHORTEST_SHAPED):
        return False
    if not words[at][:1].isdigit():
        return True
    if (phone(tokens, at) is not None and "-" not in written) or dates.at(tokens, at) is not None:
        return False
    return words[end] not in ("%", ":") and not _is_amount(tokens, at, end)


def _is_amount(tokens: Tokens, at: int, end: int) -> bool:
    quantity = quantity_at(tokens, at)
    if quantity is None:
        return False
    if money.after(tokens, quantity) or percent.after(tokens, quantity) or durations.after(tokens, quantity):
        return True
    counted = tokens.words[quantity.end] in counts.NOUNS and not tokens.glued(quantity.end)
    return counted and end == quantity.number_end and tokens.words[at - 1] != "#"


def _is_word_code(tokens: Tokens, written: str) -> bool:
    """Capitals that are a code and not an acronym, nor a word of a line that shouts."""
    return (
        written.isalpha()
        and written.isupper()
        and len(written) >= _SHORTEST_WORD
        and written.lower() not in _ACRONYMS
        and not tokens.line.text.isupper()
    )


def _noun_before(tokens: Tokens, at: int) -> Names:
    """What a "reference" or an "id" is of: the noun right before it."""
    return NOUNS.get(tokens.words[at - 1], Names.OTHER)


def by_shape(tokens: Tokens, at: int, last: IdentifierTerm | None, last_end: int) -> Found:
    """A chunk that looks like an identifier by itself; `last` ends at token `last_end`."""
    words = tokens.words
    hashed = words[at] == "#"
    first = at + 1 if hashed else at
    if not words[first][:1].isalnum() or (hashed and not tokens.glued(first)):
        return None
    end = code_end(tokens, first)
    written = tokens.written(first, end)
    if not hashed and not _is_shaped(written):
        return None
    if hashed and not any(char.isdigit() for char in written) and not _is_word_code(tokens, written):
        return None
    return _term(tokens, at, end, written, _named(tokens, at, end, last, last_end))


def _named(tokens: Tokens, at: int, end: int, last: IdentifierTerm | None, last_end: int) -> Names:
    """By the noun behind it, or that of the identifier it is listed with: "orders #W1 and #W2"."""
    words = tokens.words
    if last is not None and last_end:
        between = words[last_end:at]
        if between and len(between) <= 2 and all(word in (",", "and", "or", "&", "/") for word in between):  # noqa: PLR2004
            return last.of
    behind = NOUNS.get(words[end])
    if behind is not None and behind is not Names.OTHER:
        return behind
    before = words[at - 1]
    return NOUNS.get(before, Names.OTHER)


def _is_shaped(written: str) -> bool:
    digits = sum(char.isdigit() for char in written)
    letters = sum(char.isalpha() for char in written)
    if not letters:
        return digits >= (_SHORTEST_DIGITS if written.isdigit() else _SHORTEST_DIGITS + 3)
    if "_" in written:
        return written[-1].isdigit() and written[0].isalpha()
    if not digits or not written.isupper() or written[-1] == "-":
        return False
    if "-" in written:
        return digits > _ENDING[0]
    return digits >= _ENDING[0] and digits + letters >= _SHORTEST_SHAPED


def code_end(tokens: Tokens, at: int) -> int:
    """The place behind a chunk of letters, digits, hyphens and underscores; a longer one is cut off."""
    words = tokens.words
    end = at + 1
    most = min(tokens.count, at + _MOST_TOKENS)
    while end < most and tokens.glued(end):
        word = words[end]
        if not word[0].isalnum() and not (word in ("-", "_") and _goes_on(tokens, end + 1)):
            break
        if "." in word or "," in word or ":" in word:
            break
        end += 1
    return end


def _goes_on(tokens: Tokens, at: int) -> bool:
    return tokens.glued(at) and (tokens.words[at][:1].isalnum() or tokens.words[at] in ("-", "_"))


def ending(tokens: Tokens, at: int) -> Found:
    """The last digits of a card or an account: "ending in 4411"."""
    words = tokens.words
    figure = at + 2 if words[at + 1] in ("in", "with", "on") else at + 1
    if not words[figure].isdigit() or not _ENDING[0] < len(words[figure]) <= _ENDING[1]:
        return None
    if words[figure + 1] in ("-", "/") and tokens.glued(figure + 1):
        return None
    names = next((NOUNS[word] for word in reversed(words[max(at - 4, 0) : at]) if word in NOUNS), Names.CARD)
    return _term(tokens, figure, figure + 1, words[figure], names)


def phone(tokens: Tokens, at: int) -> Found:
    """A telephone number: groups of digits with hyphens, dots, spaces or brackets between them."""
    words = tokens.words
    first = at
    if words[at - 1] == "(" and tokens.glued(at):
        first = at - 1
    if words[first - 1] == "+" and tokens.glued(first):
        first -= 1
    groups: list[str] = []
    end = at
    while len(groups) < 6 and words[end].replace(".", "").isdigit():  # noqa: PLR2004
        groups += words[end].split(".")
        end += 1
        if words[end] == ")":
            end += 1
        if words[end] == "(" and words[end + 1].isdigit():
            end += 1
        if words[end] == "-" and words[end + 1][:1].isdigit():
            end += 1
    called = not _CALLED.isdisjoint(words[max(first - 3, 0) : first])
    if not _is_phone(groups, international=words[first] == "+", called=called):
        return None
    if tokens.glued(end) and words[end][:1].isalnum():
        return None
    return _term(tokens, first, end, tokens.written(first, end), Names.PHONE)


_CALLED = frozenset("call ring dial phone telephone tel text hotline helpline sms".split())


def _is_phone(groups: list[str], *, international: bool, called: bool) -> bool:
    sizes = [len(group) for group in groups]
    total = sum(sizes)
    if called and 6 <= total <= 15:  # noqa: PLR2004
        return True
    if not 2 <= len(groups) <= 6 or not 7 <= total <= 15:  # noqa: PLR2004
        return False
    if international:
        return max(sizes) <= 10  # noqa: PLR2004
    if sizes[-3:] == [3, 3, 4]:
        return len(groups) == 3 or (len(groups) == 4 and groups[0] == "1")  # noqa: PLR2004
    if sizes == [3, 4]:
        return True
    return groups[0].startswith("0") and total in (10, 11) and max(sizes) <= 8  # noqa: PLR2004


def _term(tokens: Tokens, first: int, end: int, value: str, names: Names) -> Found:
    start, stop = tokens.span(first, end)
    return IdentifierTerm(start, stop, value, names), end
