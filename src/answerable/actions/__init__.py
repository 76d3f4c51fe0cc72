"""An act at a back end: what is to be done, how far it came, and what became of it."""

from answerable.actions.outcome import Done, NotDone, Outcome, Uncertain

__all__ = ["Done", "NotDone", "Outcome", "Uncertain"]
