"""From a JSON value to a value that Cedar knows, exactly or not at all.

Cedar (docs.cedarpolicy.com/policies/syntax-datatypes.html) has 64-bit integers, text,
truth, sets, and extensions for decimals and instants. There are no floats: money is
counted in minor units.
"""

from datetime import UTC, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

CedarValue = str | bool | int | dict[str, Any] | list[str]
"""JSON as Cedar's entity format has it; an extension value is `{"__extn": {"fn", "arg"}}`."""

_LONGEST_TEXT = 10_000
_MOST_MEMBERS = 1_000
_MOST = 2**63 - 1
_FIGURES = frozenset("0123456789.+-")


class Type(StrEnum):
    """What an attribute or a fact is."""

    TEXT = "text"
    FLAG = "flag"
    COUNT = "count"
    CENTS = "cents"
    """A number of major units in the source; minor units in Cedar."""
    DECIMAL = "decimal"
    """At most four places, as Cedar has it."""
    INSTANT = "instant"
    """RFC 3339, or a date, or a local date and time in the pack's zone."""
    TEXTS = "texts"


CEDAR_NAMES = {
    Type.TEXT: "String",
    Type.FLAG: "Bool",
    Type.COUNT: "Long",
    Type.CENTS: "Long",
    Type.DECIMAL: "decimal",
    Type.INSTANT: "datetime",
    Type.TEXTS: "Set<String>",
}
"""What each type is called in a Cedar schema."""


class Untypable(ValueError):
    """A value is not of the type that the pack says it is; says which of both it is."""


def typed(value: Any, kind: Type, zone: tzinfo = UTC) -> CedarValue:
    """The value as Cedar takes it. Raises Untypable: nothing is rounded, guessed or cut off."""
    match kind:
        case Type.TEXT if isinstance(value, str) and len(value) <= _LONGEST_TEXT:
            return value
        case Type.FLAG if isinstance(value, bool):
            return value
        case Type.COUNT if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _MOST:
            return value
        case Type.COUNT if isinstance(value, float) and value.is_integer() and abs(value) <= _MOST:
            return int(value)
        case Type.CENTS:
            return _whole(_decimal(value) * 100, value)
        case Type.DECIMAL:
            return {"__extn": {"fn": "decimal", "arg": _four_places(_decimal(value))}}
        case Type.INSTANT if isinstance(value, str):
            return instant(_instant(value, zone))
        case Type.TEXTS if isinstance(value, list) and all(isinstance(one, str) for one in value):
            if len(value) <= _MOST_MEMBERS:
                return sorted(set(value))
        case _:
            pass
    raise Untypable(f"{_shown(value)} is not {kind.value}")


def instant(at: datetime) -> CedarValue:
    """An instant as Cedar takes it: milliseconds, in UTC."""
    text = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z"
    return {"__extn": {"fn": "datetime", "arg": text}}


def _decimal(value: Any) -> Decimal:
    """The number as it was written. A sum of floats may be off in the 12th place: that is taken away again."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise Untypable(f"{_shown(value)} is no number")
    if isinstance(value, str) and not _FIGURES.issuperset(value):  # Decimal takes blanks and "1_000"
        raise Untypable(f"{_shown(value)} is no number")
    try:
        number = Decimal(str(round(value, 9)) if isinstance(value, float) else value)
    except InvalidOperation:
        raise Untypable(f"{_shown(value)} is no number") from None
    if not number.is_finite():
        raise Untypable(f"{_shown(value)} is no finite number")
    return number


def _whole(number: Decimal, value: Any) -> int:
    if number != number.to_integral_value() or abs(number) > _MOST:
        raise Untypable(f"{_shown(value)} is no whole number of minor units")
    return int(number)


def _four_places(number: Decimal) -> str:
    places = Decimal("0.0001")
    if abs(number) >= Decimal(10) ** 14 or number.quantize(places) != number:
        raise Untypable("this number has more places than a Cedar decimal")
    return str(number.quantize(places))


def _instant(text: str, zone: tzinfo) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Untypable(f"{_shown(text)} is no instant") from None
    return at if at.tzinfo is not None else at.replace(tzinfo=zone)


def _shown(value: Any) -> str:
    """What it is, and not what it says: it ends up in reasons, which stand where nothing is ever erased."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "a flag"
        case int() | float():
            return "this number"
        case str():
            return "this text"
        case list():
            return "a list"
        case _:
            return "an object"
