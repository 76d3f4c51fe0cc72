"""What the shop says: JSON with money as a figure of two places, and no member that has no value."""

from decimal import Decimal
from typing import Any

import msgspec

_encoder = msgspec.json.Encoder(decimal_format="number")
_CENT = Decimal("0.01")


def money(cents: int) -> Decimal:
    """An amount of cents as it is written: `45.00`."""
    return (Decimal(cents) / 100).quantize(_CENT)


def written(value: Any) -> str:
    """The value as JSON text."""
    return _encoder.encode(value).decode()


def without_none(**members: Any) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


class Refused(Exception):
    """The shop does not do that, and did nothing. `status` is the answer's (RFC 9110); `error` a short name."""

    def __init__(self, status: int, error: str, message: str = "") -> None:
        super().__init__(message or error)
        self.status, self.error = status, error


def no_such(what: str) -> Refused:
    return Refused(404, f"no_such_{what}", f"there is no such {what}")
