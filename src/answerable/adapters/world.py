"""The real clock and real randomness."""

import secrets
from datetime import UTC, datetime

from answerable.values import TraceId

# Crockford's base 32: no I, L, O, U, so an id can be read out over a telephone.
_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"


def utc_now() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


class NewTraces:
    """Fresh trace ids: 128 random bits as 26 letters.

    Randomness is drawn for many ids at once: a call to the system for each of
    them is a measurable part of a short reply.
    """

    def __init__(self, at_once: int = 64) -> None:
        self._at_once = at_once
        self._drawn: list[bytes] = []

    def __call__(self) -> TraceId:
        if not self._drawn:
            many = secrets.token_bytes(16 * self._at_once)
            self._drawn = [many[start : start + 16] for start in range(0, len(many), 16)]
        number = int.from_bytes(self._drawn.pop())
        return TraceId("tr_" + "".join([_LETTERS[(number >> shift) & 31] for shift in range(0, 130, 5)]))
