"""What a line is about: one subject, the most consequential of those that its words name."""

from answerable.claims.claim import Force, Subject
from answerable.claims.frame import Frame
from answerable.claims.legibility import LONGEST_LINE
from answerable.claims.line import Line, parsed
from answerable.claims.reasons import COMMITTAL, Reading

# In order of consequence: money back, money given, rights, acts, facts.
_NAMED: tuple[tuple[Subject, frozenset[str]], ...] = (
    (
        Subject.REFUND,
        frozenset(
            "refund refunds refunded refunding refundable reimburse reimbursed reimbursement "
            "chargeback repaid".split()
        ),
    ),
    (
        Subject.COMPENSATION,
        frozenset(
            "compensation compensate goodwill certificate certificates voucher vouchers gesture "
            "credit credits points miles".split()
        ),
    ),
    (
        Subject.DISCOUNT,
        frozenset(
            "discount discounts discounted promo promotion coupon coupons waive waived waiving waiver "
            "price-match match takesies".split()
        ),
    ),
    (Subject.EXCEPTION, frozenset("exception exceptions".split())),
    (
        Subject.CANCELLATION,
        frozenset(
            "cancel cancelled cancelling cancellation cancellations cancels terminate terminated void".split()
        ),
    ),
    (Subject.EXCHANGE, frozenset("exchange exchanged exchanging exchanges swap swapped swapping".split())),
    (Subject.RETURN, frozenset("return returned returning returns returnable".split())),
    (
        Subject.WARRANTY,
        frozenset(
            "warranty repair repaired repairs repairing replace replaced replacing replacement "
            "coverage covered covers".split()
        ),
    ),
    (
        Subject.ORDER_CHANGE,
        frozenset(
            "change changed changing changes modify modified modifying modification modifications update updated "
            "updating upgrade upgraded upgrading reschedule rescheduled rescheduling rebook rebooked rebooking "
            "switched amend amended seat seats bag bags baggage".split()
        ),
    ),
    (
        Subject.ACCOUNT_CHANGE,
        frozenset(
            "password profile membership subscription account plan login username pin two-factor access sim line "
            "roaming autopay licence license".split()
        ),
    ),
    (
        Subject.ESCALATION,
        frozenset("escalate escalated escalating escalation human supervisor specialist".split()),
    ),
    (
        Subject.BOOKING,
        frozenset(
            "book booked booking appointment slot reservation reserve reserved schedule scheduled "
            "prescription".split()
        ),
    ),
    (
        Subject.DELIVERY,
        frozenset(
            "ship shipped shipping ships deliver delivered delivery dispatch dispatched arrive "
            "arrives arrival courier parcel package resend".split()
        ),
    ),
    (
        Subject.PAYMENT,
        frozenset(
            "payment payments pay paid bill bills balance loan invoice instalment installment "
            "transfer transfers".split()
        ),
    ),
    (
        Subject.PRICE,
        frozenset(
            "price prices priced cost costs fee fees charge charged charges total fare rate tax "
            "deposit co-pay copay".split()
        ),
    ),
    (
        Subject.FOLLOW_UP,
        frozenset(
            "email call contact notify notified update monitor investigate look callback touch hear "
            "follow text instructions".split()
        ),
    ),
    (
        Subject.RECORD,
        frozenset(
            "order orders item items reservation flight flights status tracking delivered shipped "
            "pending departure passenger passengers cabin".split()
        ),
    ),
)
_ACCOUNT = frozenset(
    "account profile membership subscription plan password pin login default line sim roaming "
    "autopay service internet card email phone".split()
)
_ORDER = frozenset(
    "order reservation booking flight item items address shipping seat bag bags cabin "
    "appointment delivery".split()
)
_FOLLOW_VERBS = frozenset(
    "notify email call contact inform monitor investigate follow message ping remind alert "
    "watch text look hear".split()
)
_PRIVATE = frozenset("receive get have see expect send".split())
_MESSAGES = frozenset(
    "email confirmation text call notification sms update link instructions reminder message".split()
)
_PASSING = frozenset("transfer connect escalate forward hand pass refer route put".split())
_MONEYS = frozenset("funds money balance account payment usd eur gbp".split())
_CHANGING = frozenset(
    "update change set modify add remove switch upgrade close reset activate amend edit move".split()
)


class Above:
    """What a line's subject may be taken from where its own words name none: worked out only when asked for."""

    def __init__(self, governing: str | None, before: tuple[str, ...], customer: str) -> None:
        self.is_item = governing is not None
        self._governing = governing or ""
        self._before = before
        self._customer = customer

    def lead_words(self) -> frozenset[str]:
        """The words of the governing line and of the last two lines before."""
        return frozenset().union(*(_words(text) for text in (self._governing, *self._before[-2:])))

    def topic(self) -> Subject:
        """The act that the talk is about: by the governing line, then the lines before, then the customer."""
        for text in (self._governing, *reversed(self._before[-4:]), self._customer):
            found = first_named(_words(text))
            if found in _TOPICS:
                return found
        return Subject.OTHER


def _words(text: str) -> frozenset[str]:
    return frozenset(parsed(text[:LONGEST_LINE]).words)


_OPTIONS = frozenset("option options available choices choose variants alternatives".split())
_PRICES = frozenset(
    "price prices priced cost costs fee fees charge charges charged total fare rate billed".split()
)
_GIVEN = frozenset({Subject.REFUND, Subject.COMPENSATION, Subject.DISCOUNT})
_TOPICS = frozenset(
    {
        Subject.REFUND,
        Subject.COMPENSATION,
        Subject.CANCELLATION,
        Subject.EXCHANGE,
        Subject.RETURN,
        Subject.WARRANTY,
        Subject.ORDER_CHANGE,
        Subject.BOOKING,
        Subject.ACCOUNT_CHANGE,
        Subject.ESCALATION,
    }
)


def first_named(words: frozenset[str]) -> Subject:
    """The most consequential subject that the words name, OTHER where they name none."""
    for subject, names in _NAMED:
        if not names.isdisjoint(words):
            return subject
    return Subject.OTHER


def subject_of(line: Line, reading: Reading, above: Above) -> Subject:
    """The subject of a line whose force is decided."""
    if reading.force is Force.NONE:
        return Subject.NONE
    if reading.frame is not None and reading.force in COMMITTAL:
        found = _by_verb(line, reading.frame)
    elif reading.force is Force.INFORMATIONAL:
        return _informational(line, frozenset(line.words), above)
    else:
        found = first_named(frozenset(line.words))
    if found in (Subject.OTHER, Subject.RECORD) and reading.force in COMMITTAL:
        topic = above.topic()
        return found if topic is Subject.OTHER else topic
    return found


def _informational(line: Line, words: frozenset[str], above: Above) -> Subject:
    """Facts: a price, a row of what can be had (then what it is wanted for), a record, or a rule's subject."""
    found = first_named(words)
    if found in _GIVEN:
        return found
    if not _PRICES.isdisjoint(line.words[:3] if above.is_item else words):
        return Subject.PRICE
    if above.is_item:
        if not _OPTIONS.isdisjoint(above.lead_words()):
            topic = above.topic()
            return found if topic is Subject.OTHER else topic
        return Subject.RECORD
    if found in _ACTED and not words.isdisjoint(_RECORDED):
        return Subject.RECORD
    if found is Subject.OTHER and any(word[0] == "#" for word in words):
        return Subject.RECORD
    return found


_ACTED = frozenset({Subject.DELIVERY, Subject.BOOKING, Subject.ORDER_CHANGE, Subject.PAYMENT})
_RECORDED = frozenset("order orders reservation status booking".split())


def _by_verb(line: Line, frame: Frame) -> Subject:
    """The deciding verb's subject, unless the words beside it name something of more consequence."""
    base = frame.verb.base if frame.verb is not None else frame.word
    clause = set(line.words[frame.start : frame.at + 12])
    lead = set(line.words[max(0, frame.start - 6) : frame.at + 12])
    if frame.verb is not None and frame.verb.subject in _GIVEN:
        return frame.verb.subject if _NAMED[0][1].isdisjoint(lead) else Subject.REFUND
    if frame.negated and base in {"cancel", "exchange", "return"} and frame.verb is not None:
        return frame.verb.subject
    for subject, names in _NAMED[:2]:
        if not names.isdisjoint(lead):
            return subject
    if base in {"apply", "redeem"} and not {"code", "discount", "coupon"}.isdisjoint(clause):
        return Subject.DISCOUNT
    if base in {"cancel", "exchange", "return", "swap"} and frame.verb is not None:
        return frame.verb.subject
    if base in _FOLLOW_VERBS or (base in _PRIVATE and not _MESSAGES.isdisjoint(clause)):
        return Subject.FOLLOW_UP
    if base in {"ship", "deliver", "dispatch", "arrive"}:
        return Subject.DELIVERY
    if base in {"charge", "bill", "deduct", "owe"}:
        return Subject.PRICE
    if base == "pay":
        return Subject.PAYMENT
    if base in _PASSING and _MONEYS.isdisjoint(clause):
        return Subject.ESCALATION
    if base in _CHANGING:
        if _ORDER & lead:
            return Subject.ORDER_CHANGE
        if _ACCOUNT & lead:
            return Subject.ACCOUNT_CHANGE
    found = first_named(frozenset(lead))
    if found is Subject.OTHER:
        found = first_named(frozenset(line.words))
    if found is Subject.OTHER and frame.verb is not None and frame.verb.subject is not Subject.NONE:
        return frame.verb.subject
    return found
