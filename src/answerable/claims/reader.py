"""The first reader: rules, no model. The same line in the same context reads the same, always.

A trained model may later stand behind the same method; these rules stay below it
as the floor that never misses a committal line.
"""

from datetime import datetime

import msgspec

from answerable.claims.carried import in_full
from answerable.claims.claim import Claim
from answerable.claims.idioms import MatcherExhausted
from answerable.claims.legibility import LONGEST_LINE
from answerable.claims.polarity import polarity_of
from answerable.claims.setting import Setting, settle
from answerable.claims.subject import subject_of
from answerable.claims.terms.extract import resolved
from answerable.claims.unread import unread


class ReadingContext(msgspec.Struct, frozen=True, gc=False):
    """What a line is read with.

    `governing` is the text of its governing line; `before` are the statements
    of this reply that came before it, the last few, oldest first; `customer`
    is what the customer said last; `calls` names the tools that succeeded in
    the conversation so far, newest last; `now` is when the line is said, in the
    business's own zone: without it, "Friday" is no day of the calendar. `earlier`
    are the customer's turns before the last, oldest first: after "yes please" they
    tell what the talk is about. The last three are looked at, not far into each.
    """

    governing: str | None = None
    before: tuple[str, ...] = ()
    customer: str = ""
    calls: tuple[str, ...] = ()
    now: datetime | None = None
    earlier: tuple[str, ...] = ()


class RuleReader:
    """Reads a statement by the rule book of docs/reading.md. Holds no state; safe to share."""

    version = "rules-1"

    def read(self, text: str, context: ReadingContext) -> Claim:
        """The claim that a statement makes. Never raises; what can't be read has force UNKNOWN.

        Takes time linear in the length of the text, of which at most
        `LONGEST_LINE` characters are analysed.
        """
        if len(text) > LONGEST_LINE:
            return unread(self.version, "overlong")
        setting = Setting(context.governing, context.before, context.customer, context.calls, context.earlier)
        try:
            line = in_full(text, context.governing, context.before)
            if not line.legible:
                return unread(self.version, "illegible", resolved(line.terms, context.now))
            settled = settle(line, setting)
        except MatcherExhausted:
            return unread(self.version, "matcher-exhausted")
        reading = settled.reading
        subject = subject_of(line, reading, setting)
        return Claim(
            force=reading.force,
            polarity=polarity_of(line, reading, subject),
            subject=subject,
            terms=resolved(line.terms, context.now),
            confidence=settled.confidence,
            because=settled.because,
            reader=self.version,
        )
