"""Whether a line gives the customer something, withholds it, or neither."""

from answerable.claims.claim import Force, Polarity, Subject
from answerable.claims.line import Line
from answerable.claims.reasons import Reading

_CHARGES = frozenset("charge charged charges pay deduct deducted owe price cost difference".split())
_BARRED = frozenset(
    "refundable returnable eligible allowed permitted possible transferable changeable cancellable".split()
)


def polarity_of(line: Line, reading: Reading, subject: Subject) -> Polarity:
    """By the deciding reason first; a charge is a fact, neither gift nor refusal."""
    if reading.force in (Force.NONE, Force.UNKNOWN):
        return Polarity.NEUTRAL
    if reading.refuses:
        return Polarity.REFUSES
    if "not" in line.words and not _BARRED.isdisjoint(line.words):
        return Polarity.REFUSES
    if reading.force in (Force.INFORMATIONAL, Force.ESTIMATE):
        return Polarity.NEUTRAL
    if (
        subject is Subject.PRICE
        and not _CHARGES.isdisjoint(line.words)
        and not {"not", "no", "free"} & frozenset(line.words)
    ):
        return Polarity.NEUTRAL
    return Polarity.GRANTS
