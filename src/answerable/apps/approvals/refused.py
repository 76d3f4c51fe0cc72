"""What comes back instead of an answer that counts."""

from dataclasses import dataclass

from answerable.roles import Needs


@dataclass(frozen=True, slots=True)
class Refused:
    """Somebody may not do it, or it can't be done any more. `because` is for them."""

    because: str
    policies: tuple[str, ...] = ()
    needs: Needs | None = None
    """Where a better or later sign-in, and nothing else, is missing."""
    closed: bool = False
    """It is not theirs to answer any more, whoever they are: it is over, or another than they were shown."""


def missing() -> Refused:
    return Refused("there is nothing of that id", closed=True)
