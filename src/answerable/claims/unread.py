"""The reading of a line that nobody could read whole."""

from answerable.claims.claim import Claim, Force, Polarity, Subject
from answerable.claims.terms import Term


def unread(reader: str, because: str, terms: tuple[Term, ...] = ()) -> Claim:
    """A claim that says only that the line is unknown. The gate never passes it as harmless."""
    return Claim(Force.UNKNOWN, Polarity.NEUTRAL, Subject.OTHER, terms, 0, (because,), reader)
