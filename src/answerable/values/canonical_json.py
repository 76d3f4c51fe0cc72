"""Canonical JSON (RFC 8785) of any JSON value: one value, one sequence of bytes.

Entries of the ledger need only a small part of it (`receipts.canonical`). Arguments come from a
model, with numbers and names of any kind, so here is the whole.
"""

import json
from decimal import Decimal
from typing import Any

_PLAIN_DIGITS = 21
_MOST_ZEROS = 6


def canonical_json(value: Any) -> bytes:
    """Encode what a JSON parser made. Raises UnicodeEncodeError where a text holds a lone surrogate.

    Integers are written digit by digit: whether a double could hold them is for the caller to ask.
    """
    return _written(value).encode()


def number(value: float) -> str:
    """A finite double as ECMAScript writes it (ECMA-262 Number::toString; RFC 8785 section 3.2.2.3).

    The fewest digits that come back as the same double; an exponent outside of 1e-6 to 1e21.
    """
    if value == 0:
        return "0"  # and so is -0
    # Python's own shortest digits are the same ones; only where the point and the exponent go differs.
    sign, figures, exponent = Decimal(repr(value)).as_tuple()
    written = "".join(map(str, figures))
    digits = written.rstrip("0")
    point = len(written) + int(exponent)
    before = "-" if sign else ""
    if len(digits) <= point <= _PLAIN_DIGITS:
        return before + digits + "0" * (point - len(digits))
    if 0 < point <= _PLAIN_DIGITS:
        return f"{before}{digits[:point]}.{digits[point:]}"
    if -_MOST_ZEROS < point <= 0:
        return f"{before}0.{'0' * -point}{digits}"
    fraction = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{before}{digits[0]}{fraction}e{point - 1:+d}"


def _written(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return _text(value)
        case int():
            return str(value)
        case float():
            return number(value)
        case list():
            return f"[{','.join([_written(one) for one in value])}]"
        case dict():
            members = sorted(value.items(), key=_by_utf16)
            return f"{{{','.join([f'{_text(name)}:{_written(one)}' for name, one in members])}}}"
    raise TypeError(f"'{type(value).__name__}' is nothing that JSON has")


def _by_utf16(member: tuple[str, Any]) -> bytes:
    """Names are sorted by their UTF-16 code units (RFC 8785 section 3.2.3), which is not by code points."""
    return member[0].encode("utf-16-be", "surrogatepass")


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
