"""The real clock and real randomness."""

import secrets
from datetime import UTC, datetime

from answerable.values import ApprovalId, TraceId

# Crockford's base 32: no I, L, O, U, so an id can be read out over a telephone.
_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"


def utc_now() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


def new_trace() -> TraceId:
    """A fresh trace id: 128 random bits as 26 letters. Drawn one by one, so threads and forks share none."""
    return TraceId("tr_" + _fresh())


def new_approval() -> ApprovalId:
    """A fresh id of something that waits for people, likewise: who does not know it can't guess it."""
    return ApprovalId("ap_" + _fresh())


def _fresh() -> str:
    number = secrets.randbits(128)
    return "".join([_LETTERS[(number >> shift) & 31] for shift in range(0, 130, 5)])
