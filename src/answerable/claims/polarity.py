"""Whether a line gives the customer something, withholds it, or neither."""

from answerable.claims.claim import Force, Polarity, Subject
from answerable.claims.line import Line
from answerable.claims.reasons import Reading

_CHARGES = frozenset(
    "charge charged charges pay deduct deducted owe price cost difference total premium rate fee debited".split()
)
_FREE = frozenset(
    "not no free waived zero $0 $0.00 off refunded lower reduced nothing covered 0 without".split()
)
_BARRED = frozenset(
    "refundable returnable eligible allowed permitted possible transferable changeable cancellable covered included "
    "reimbursed reimbursable insured offered accepted valid refunded".split()
)
_BURDENS = frozenset(
    "fee fees charge charges charged cost rise penalty excess surcharge deposit tax interest billed pay owe "
    "paying chargeable payable surcharged penny".split()
)
_NOT = frozenset("not no never nothing nobody none".split())
_LOST = frozenset(
    "non-refundable lost forfeited forfeit void voids expired lapse lapses final unavailable ineligible excluded "
    "exclude excludes".split()
)
_DOUBTED = frozenset("not doubt gone rarely unlikely never".split())
_RIGHTS = frozenset(
    {
        Subject.REFUND,
        Subject.COMPENSATION,
        Subject.DISCOUNT,
        Subject.CANCELLATION,
        Subject.EXCHANGE,
        Subject.RETURN,
        Subject.WARRANTY,
        Subject.EXCEPTION,
    }
)
_GIFTS = frozenset(
    {Subject.REFUND, Subject.COMPENSATION, Subject.DISCOUNT, Subject.EXCEPTION, Subject.WARRANTY}
)
_GENEROUS = frozenset("free refundable exempt welcome entitled eligible covered".split())
_RULES = frozenset({"general-rule", "general-practice"})
_FIELDS = frozenset(
    "field-of-what-is-done field-of-what-is-proposed governed-by-confirmation governed-by-offer "
    "governed-by-completed "
    "within-proposal within-summary priced-proposal state-after-act you-would would-be now-status".split()
)
_LATE = frozenset(
    "out outside past beyond late closed passed ended fell falls short missed expired lapsed".split()
)
_LENGTHS = frozenset("take takes days day hours minutes weeks week within arrive".split())
_BUT_GRANTS = frozenset({"you-qualify", "free-to-leave", "no-need-to", "owed-to-you"})


def polarity_of(line: Line, reading: Reading, subject: Subject) -> Polarity:
    """By the deciding reason first; a charge is a fact, neither gift nor refusal."""
    force = reading.force
    if force in (Force.NONE, Force.UNKNOWN):
        return Polarity.NEUTRAL
    words = frozenset(line.words)
    if force is Force.INFORMATIONAL:
        return _of_a_fact(words, reading, subject)
    if force is Force.ESTIMATE:
        return _of_an_estimate(words, reading, subject)
    if force is Force.ENTITLEMENT:
        return _of_a_determination(words, reading, subject)
    if reading.refuses:
        return Polarity.REFUSES
    if (
        "not" in words
        and not _BARRED.isdisjoint(words)
        and force is not Force.COMPLETED
        and force is not Force.PROMISE
    ):
        return Polarity.REFUSES
    if subject is Subject.PRICE and not _CHARGES.isdisjoint(words) and _FREE.isdisjoint(words):
        return Polarity.NEUTRAL
    if subject in (Subject.PRICE, Subject.PAYMENT) and reading.rule in _FIELDS and _FREE.isdisjoint(words):
        return Polarity.NEUTRAL
    return Polarity.GRANTS


def _of_a_fact(words: frozenset[str], reading: Reading, subject: Subject) -> Polarity:
    """A published limit withholds, a published right gives; most facts do neither."""
    if reading.refuses:
        return Polarity.REFUSES
    if "not" in words and not _BARRED.isdisjoint(words):
        return Polarity.REFUSES
    if not _LOST.isdisjoint(words):
        return Polarity.REFUSES
    if _NOT.isdisjoint(words) and (
        not _GENEROUS.isdisjoint(words) or (reading.rule in _RULES and subject in _RIGHTS)
    ):
        return Polarity.GRANTS
    return Polarity.NEUTRAL


def _of_an_estimate(words: frozenset[str], reading: Reading, subject: Subject) -> Polarity:
    if reading.refuses or (
        reading.rule.startswith(("guess", "likely", "may-be")) and not _DOUBTED.isdisjoint(words)
    ):
        return Polarity.REFUSES
    if "not" in words and not _BARRED.isdisjoint(words):
        return Polarity.REFUSES
    if (
        subject in _GIFTS
        and reading.rule.startswith(("guess", "may-be", "hedged"))
        and _LENGTHS.isdisjoint(words)
    ):
        return Polarity.GRANTS
    return Polarity.NEUTRAL


def _of_a_determination(words: frozenset[str], reading: Reading, subject: Subject) -> Polarity:
    """A burden that is lifted is given; a right that is denied is withheld; a price to pay is a fact."""
    denied = not _NOT.isdisjoint(words)
    if reading.rule in _BUT_GRANTS and not reading.refuses:
        return Polarity.GRANTS
    if denied and not _BURDENS.isdisjoint(words) and (subject is Subject.PRICE or not reading.refuses):
        return Polarity.GRANTS
    if reading.refuses or "non-refundable" in words:
        return Polarity.REFUSES
    if reading.rule == "out-of-window":
        return Polarity.REFUSES if denied or not _LATE.isdisjoint(words) else Polarity.GRANTS
    if "not" in words and (
        not _BARRED.isdisjoint(words) or reading.rule in {"applies-to-you", "you-get", "will-not-be"}
    ):
        return Polarity.REFUSES
    if subject is Subject.PRICE and not denied and not _CHARGES.isdisjoint(words) and _FREE.isdisjoint(words):
        return Polarity.NEUTRAL
    return Polarity.GRANTS
