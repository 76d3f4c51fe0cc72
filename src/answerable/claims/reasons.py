"""Reasons for a force, and which of them wins."""

from collections.abc import Sequence
from dataclasses import dataclass

from answerable.claims.claim import Force
from answerable.claims.frame import Frame

RANK = {
    Force.NONE: 0,
    Force.INFORMATIONAL: 1,
    Force.ESTIMATE: 2,
    Force.ENTITLEMENT: 3,
    Force.OFFER: 4,
    Force.PROMISE: 5,
    Force.COMPLETED: 6,
    Force.UNKNOWN: 7,
}
COMMITTAL = frozenset({Force.ENTITLEMENT, Force.OFFER, Force.PROMISE, Force.COMPLETED})


@dataclass(frozen=True, slots=True)
class Reading:
    """One reason for a force: the rule, the frame it rests on (None for a turn of phrase), a refusal or not."""

    force: Force
    rule: str
    frame: Frame | None = None
    refuses: bool = False


def strongest(found: Sequence[Reading]) -> Reading | None:
    """The strongest of the reasons; of equals, the first."""
    return max(found, key=lambda reading: RANK[reading.force], default=None)
