"""A claim: a statement as read."""

from enum import StrEnum

import msgspec

from answerable.claims.terms import Term


class Force(StrEnum):
    """What a line does, weakest first (docs/reading.md)."""

    NONE = "none"
    INFORMATIONAL = "informational"
    ESTIMATE = "estimate"
    ENTITLEMENT = "entitlement"
    OFFER = "offer"
    PROMISE = "promise"
    COMPLETED = "completed"
    UNKNOWN = "unknown"
    """The reader could not tell. Never passes as harmless."""


class Kind(StrEnum):
    NONE = "none"
    INFORMATIONAL = "informational"
    ESTIMATE = "estimate"
    COMMITTAL = "committal"
    UNKNOWN = "unknown"


class Polarity(StrEnum):
    GRANTS = "grants"
    REFUSES = "refuses"
    NEUTRAL = "neutral"


class Subject(StrEnum):
    NONE = "none"
    REFUND = "refund"
    COMPENSATION = "compensation"
    DISCOUNT = "discount"
    PRICE = "price"
    DELIVERY = "delivery"
    RETURN = "return"
    EXCHANGE = "exchange"
    CANCELLATION = "cancellation"
    WARRANTY = "warranty"
    ORDER_CHANGE = "order_change"
    ACCOUNT_CHANGE = "account_change"
    PAYMENT = "payment"
    BOOKING = "booking"
    RECORD = "record"
    ESCALATION = "escalation"
    FOLLOW_UP = "follow_up"
    EXCEPTION = "exception"
    OTHER = "other"


_KINDS = {
    Force.NONE: Kind.NONE,
    Force.INFORMATIONAL: Kind.INFORMATIONAL,
    Force.ESTIMATE: Kind.ESTIMATE,
    Force.UNKNOWN: Kind.UNKNOWN,
}


class Claim(msgspec.Struct, frozen=True, gc=False):
    """A reading of one statement.

    `confidence` is in permille: integers, because entries hold no floats.
    `because` names the rules that fired, strongest first, for the person who
    asks why a line was held. `reader` is the version that read it.
    """

    force: Force
    polarity: Polarity
    subject: Subject
    terms: tuple[Term, ...]
    confidence: int
    because: tuple[str, ...]
    reader: str

    @property
    def kind(self) -> Kind:
        return _KINDS.get(self.force, Kind.COMMITTAL)
