"""A finding: a claim held against what the exchange holds."""

from dataclasses import dataclass
from enum import StrEnum

from answerable.terms import Direction

__all__ = ["NOTHING_TO_CHECK", "Direction", "Evidence", "Finding", "Support"]


class Support(StrEnum):
    """Is it so, as far as this exchange can show?"""

    SUPPORTED = "supported"
    CONTRADICTED = "contradicted"
    UNSUPPORTED = "unsupported"
    UNCHECKED = "unchecked"
    """Not a line that commits anyone, so nothing was held against it."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A passage or outcome that the finding rests on.

    `source` names where it stands: `context:<name>`, `prompt`, `call:<tool>/<id>`,
    `tool:<name>` for a capability. `quote` is the passage itself.
    """

    source: str
    quote: str


@dataclass(frozen=True, slots=True)
class Finding:
    """The verdict on the facts, with its reason in one sentence and its evidence."""

    support: Support
    because: str
    evidence: tuple[Evidence, ...] = ()
    direction: Direction | None = None


NOTHING_TO_CHECK = Finding(Support.UNCHECKED, "the line commits no one")
