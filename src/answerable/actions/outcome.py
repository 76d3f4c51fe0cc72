"""What became of one call to a back end."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Done:
    """The back end says that it did it. `result` is its answer, as text; `reference` its own name for what it did."""

    result: str
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class NotDone:
    """It is certain that nothing was done: the back end refused, or was never reached.

    `again` says that the same call may succeed later (nobody was there, too many calls).
    """

    reason: str
    again: bool = False


@dataclass(frozen=True, slots=True)
class Uncertain:
    """It may have been done: an answer was lost, cut off, or can't be read. Only a query or a safe retry tells."""

    reason: str


Outcome = Done | NotDone | Uncertain
