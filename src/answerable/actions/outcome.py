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

    `again` says that the same call may succeed later (nobody was there, too many calls). `reason` is in
    our own words and names nobody's data; `said` is what the back end answered, which may be about somebody.
    It speaks of this one try: an earlier try of the same action that ended `Uncertain` stays so.
    """

    reason: str
    again: bool = False
    said: str = ""

    @property
    def words(self) -> str:
        """Our reason and, on the lines after it, theirs: for private parts, and never for a log."""
        return f"{self.reason}\n{self.said}" if self.said else self.reason


@dataclass(frozen=True, slots=True)
class Uncertain:
    """It may have been done: an answer was lost, cut off, or can't be read. Only a query or a safe retry tells.

    `reason` is in our own words and names nobody's data.
    """

    reason: str


Outcome = Done | NotDone | Uncertain
