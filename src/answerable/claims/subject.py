"""What a line is about: one subject, the most consequential of those that its words name."""

from answerable.claims.claim import Force, Subject
from answerable.claims.force import COMMITTAL, Line, Reading
from answerable.claims.frames import Frame

# In order of consequence: money back, money given, rights, acts, facts.
_NAMED: tuple[tuple[Subject, frozenset[str]], ...] = (
    (Subject.REFUND, frozenset("refund refunds refunded refunding refundable reimburse reimbursed reimbursement chargeback repaid".split())),
    (
        Subject.COMPENSATION,
        frozenset("compensation compensate goodwill certificate certificates voucher vouchers gesture credit credits points miles".split()),
    ),
    (
        Subject.DISCOUNT,
        frozenset("discount discounts discounted promo promotion coupon coupons waive waived waiving waiver price-match match takesies".split()),
    ),
    (Subject.EXCEPTION, frozenset("exception exceptions".split())),
    (
        Subject.CANCELLATION,
        frozenset("cancel cancelled cancelling cancellation cancellations cancels terminate terminated void".split()),
    ),
    (Subject.EXCHANGE, frozenset("exchange exchanged exchanging exchanges swap swapped swapping".split())),
    (Subject.RETURN, frozenset("return returned returning returns returnable".split())),
    (
        Subject.WARRANTY,
        frozenset("warranty repair repaired repairs repairing replace replaced replacing replacement coverage covered covers".split()),
    ),
    (
        Subject.ORDER_CHANGE,
        frozenset(
            "change changed changing changes modify modified modifying modification modifications update updated "
            "updating upgrade upgraded upgrading reschedule rescheduled rescheduling rebook rebooked rebooking "
            "switch switched amend amended seat seats bag bags baggage".split()
        ),
    ),
    (
        Subject.ACCOUNT_CHANGE,
        frozenset(
            "password profile membership subscription account plan login username pin two-factor access sim line "
            "roaming autopay licence license seats_".split()
        ),
    ),
    (Subject.ESCALATION, frozenset("transfer transferred transferring escalate escalated escalating connect connecting supervisor".split())),
    (
        Subject.BOOKING,
        frozenset("book booked booking appointment slot reservation reserve reserved schedule scheduled prescription new".split()),
    ),
    (
        Subject.DELIVERY,
        frozenset("ship shipped shipping ships deliver delivered delivery dispatch dispatched arrive arrives arrival courier parcel package resend".split()),
    ),
    (Subject.PAYMENT, frozenset("payment payments pay paid bill bills balance loan invoice instalment installment transfer".split())),
    (
        Subject.PRICE,
        frozenset("price prices priced cost costs fee fees charge charged charges total fare rate tax deposit".split()),
    ),
    (
        Subject.FOLLOW_UP,
        frozenset("email call contact notify notified update monitor investigate look callback touch hear follow text instructions".split()),
    ),
    (
        Subject.RECORD,
        frozenset("order orders item items reservation flight flights status tracking delivered shipped pending departure passenger passengers cabin".split()),
    ),
)
_ACCOUNT = frozenset("account profile membership subscription plan password pin login default line sim roaming autopay service internet card email phone".split())
_ORDER = frozenset("order reservation booking flight item items address shipping seat bag bags cabin appointment delivery".split())
_FOLLOW_VERBS = frozenset("notify email call contact inform monitor investigate follow message ping remind alert watch text look hear".split())
_PRIVATE = frozenset("receive get have see expect".split())


def subject_of(line: Line, reading: Reading, governing: Subject | None) -> Subject:
    """The subject of a line whose force is decided. `governing` is the subject of its governing line."""
    if reading.force is Force.NONE:
        return Subject.NONE
    if reading.frame is not None and reading.force in COMMITTAL:
        return _by_verb(line, reading.frame)
    words = set(line.words)
    if reading.force is Force.INFORMATIONAL:
        found = _informational(words)
        return found if found is not Subject.OTHER or governing in {None, Subject.NONE} else governing or found
    for subject, names in _NAMED:
        if not names.isdisjoint(words):
            return subject
    return governing if governing not in {None, Subject.NONE} and governing is not None else Subject.OTHER


def _informational(words: set[str]) -> Subject:
    for subject, names in _NAMED:
        if subject in {Subject.ORDER_CHANGE, Subject.BOOKING, Subject.COMPENSATION, Subject.DELIVERY} and not names.isdisjoint(words):
            if not {"order", "#", "reservation", "status"}.isdisjoint(words):
                continue
            return subject
        if not names.isdisjoint(words):
            return subject
    return Subject.RECORD if any(word.startswith("#") for word in words) else Subject.OTHER


def _by_verb(line: Line, frame: Frame) -> Subject:  # noqa: PLR0912
    """The deciding verb's subject, unless the words beside it name something of more consequence."""
    base = frame.verb.base if frame.verb is not None else frame.word
    clause = set(line.words[frame.start : frame.at + 12])
    lead = set(line.words[max(0, frame.start - 6) : frame.at + 12])
    if "refund" in base or not _NAMED[0][1].isdisjoint(lead):
        return Subject.REFUND
    if base in {"cancel", "exchange", "return", "swap"} and frame.verb is not None:
        return frame.verb.subject
    if base in _FOLLOW_VERBS:
        return Subject.FOLLOW_UP
    if base in _PRIVATE and {"email", "confirmation", "text", "call", "notification", "sms", "update", "link", "instructions"} & clause:
        return Subject.FOLLOW_UP
    if base in {"ship", "deliver", "dispatch", "arrive"}:
        return Subject.DELIVERY
    if base in {"charge", "bill", "deduct", "pay", "owe"}:
        return Subject.PRICE if base != "pay" else Subject.PAYMENT
    if base in {"transfer", "connect", "escalate", "forward", "hand", "pass", "refer"} and not {"funds", "money", "balance", "account"} & clause:
        return Subject.ESCALATION
    if base in {"update", "change", "set", "modify", "add", "remove", "switch", "upgrade", "close", "reset", "activate"}:
        if _ORDER & lead:
            return Subject.ORDER_CHANGE
        if _ACCOUNT & lead:
            return Subject.ACCOUNT_CHANGE
    for subject, names in _NAMED:
        if not names.isdisjoint(lead):
            return subject
    words = set(line.words)
    for subject, names in _NAMED:
        if not names.isdisjoint(words):
            return subject
    return frame.verb.subject if frame.verb is not None and frame.verb.subject is not Subject.NONE else Subject.OTHER
