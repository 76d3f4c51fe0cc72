"""An act as whoever asked for it is told of it."""

from dataclasses import dataclass

from answerable.actions.outcome import Done, NotDone, Outcome, Uncertain
from answerable.values import ActionId


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of an act as far as it is known now; `receipt` is the leaf hash of the entry that says so.

    Without a receipt the outcome is not on record, and is never `Done`.
    """

    outcome: Outcome
    action: ActionId
    receipt: str | None

    @property
    def text(self) -> str:
        """For a model, which says what it reads: nothing here may sound more certain than it is."""
        match self.outcome:
            case Done(result):
                return f"done: {result}" if result else "done"
            case NotDone(reason, again, said):
                later = " it may be asked for again later." if again else ""
                theirs = f" the back end's own words: {said}" if said else ""
                return f"not done, because {reason or 'the back end refused'}. nothing was changed.{later}{theirs}"
            case Uncertain():
                return (
                    "it is not known whether this was done. a person looks into it. don't say that it was done or will "
                    "be, don't promise it, and don't try it again."
                )
