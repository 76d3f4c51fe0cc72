"""The words that name a subject, most consequential first: money back, money given, rights, acts, facts."""

from answerable.claims.claim import Subject

NAMED: tuple[tuple[Subject, frozenset[str]], ...] = (
    (
        Subject.REFUND,
        frozenset(
            "refund refunds refunded refunding refundable non-refundable reimburse reimbursed reimbursement "
            "reimbursable chargeback chargebacks repaid reclaim <money-back>".split()
        ),
    ),
    (
        Subject.EXCEPTION,
        frozenset(
            "exception exceptions discretion bend override overridden overrule one-off waivers aside leniency".split()
        ),
    ),
    (
        Subject.COMPENSATION,
        frozenset(
            "compensation compensate compensated goodwill certificate certificates voucher vouchers gesture "
            "credit credits "
            "points miles bonus payout payouts settlement perk".split()
        ),
    ),
    (
        Subject.DISCOUNT,
        frozenset(
            "discount discounts discounted promo promotion promotions promotional coupon coupons waive "
            "waived waiving "
            "waiver price-match match matching takesies loyalty sale offers <percent-off> deal rebate".split()
        ),
    ),
    (
        Subject.CANCELLATION,
        frozenset(
            "cancel cancelled cancelling cancellation cancellations cancels terminate terminated void "
            "termination notice early-exit cooling-off".split()
        ),
    ),
    (
        Subject.EXCHANGE,
        frozenset("exchange exchanged exchanging exchanges swap swapped swapping swaps trade-in".split()),
    ),
    (
        Subject.RETURN,
        frozenset(
            "return returned returning returns returnable restocking label unopened <send-back>".split()
        ),
    ),
    (
        Subject.WARRANTY,
        frozenset(
            "warranty repair repaired repairs repairing replace replaced replacing replacement replacements coverage "
            "covered covers cover insured insurance protection protected deductible defect defects faulty "
            "damage damaged wear adjuster assessor technician underwriting".split()
        ),
    ),
    (
        Subject.ESCALATION,
        frozenset(
            "escalate escalated escalating escalation human supervisor specialist queue advisor adviser "
            "advisors advisers representative colleague agent speak connecting connected".split()
        ),
    ),
    (
        Subject.BOOKING,
        frozenset(
            "book booked booking appointment appointments slot slots reservation reserve reserved schedule "
            "prescription prescriptions refill refills referral table visit visits engineer install "
            "installation reorder "
            "rooms tables walk-in waitlist".split()
        ),
    ),
    (
        Subject.DELIVERY,
        frozenset(
            "ship shipped shipping ships deliver delivery deliveries dispatch dispatched arrive arrives arriving "
            "arrival courier couriers parcel parcels package packages resend post posted van depot carrier express "
            "tracked customs shipment driver route postcode doorstep mail mailed".split()
        ),
    ),
    (
        Subject.ORDER_CHANGE,
        frozenset(
            "seat seats bag bags baggage luggage reschedule rescheduled rescheduling rebook rebooked "
            "rebooking rebookings "
            "cabin upgrade upgraded upgrades checkout check-in breakfast".split()
        ),
    ),
    (
        Subject.PAYMENT,
        frozenset(
            "payment payments pay paid bill bills balance loan loans invoice instalment installment instalments "
            "installments transfer transfers wire mortgage repayment repayments debit debits overdraft cheque "
            "withdrawal withdrawals payee payees arrears due-date borrow lending deposits top-up topped "
            "".split()
        ),
    ),
    (
        Subject.ACCOUNT_CHANGE,
        frozenset(
            "password passwords profile membership subscription account accounts plan plans login username pin puk "
            "two-factor access sim esim line lines roaming autopay auto-renewal auto-renew licence license "
            "number numbers "
            "contract tariff bundle add-on addon pass data broadband unlock unlocked unlocks freeze frozen "
            "unfreeze blocked reset limit "
            "limits card cards alerts texts mailing tier handset voicemail meter meters supply workspace "
            "workspaces api key keys sso admin role roles user users "
            "storage trial domain permit permits registration passport badge benefits enrolment modem porting port "
            "beneficiary beneficiaries mandate mailbox workspace permissions suspended pack filter fibre "
            "activation activate activated settings language".split()
        ),
    ),
    (
        Subject.PRICE,
        frozenset(
            "price prices priced excess monthly cost costs fee fees charge charged charges charging total "
            "fare fares rate rates tax "
            "taxes deposit co-pay copay premium premiums quote quoted surcharge payable chargeable "
            "commission billed".split()
        ),
    ),
    (
        Subject.ORDER_CHANGE,
        frozenset(
            "change changed changes changing modify modified modifying modification modifications update updated "
            "updating switched amend amended moved moving ".split()
        ),
    ),
    (
        Subject.FOLLOW_UP,
        frozenset(
            "email emailed call contact notify notified monitor investigate investigating investigation look "
            "callback "
            "touch hear follow text texted instructions case complaint trace tracing ring review feedback "
            "enquiry inquiry".split()
        ),
    ),
    (
        Subject.RECORD,
        frozenset(
            "order orders delivered item items flight flights status tracking pending departure passenger "
            "passengers application records reference".split()
        ),
    ),
)

TOPICS = frozenset(
    {
        Subject.REFUND,
        Subject.EXCEPTION,
        Subject.COMPENSATION,
        Subject.DISCOUNT,
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
"""Acts that the talk may be about, and a line with no name of its own with it."""
LESSER_TOPICS = frozenset({Subject.DELIVERY, Subject.PAYMENT, Subject.PRICE})
"""What the talk is about where it names no act."""

CURRENCIES = frozenset(
    "usd eur gbp jpy inr cad aud nzd chf sek nok dkk brl dollars bucks euros pounds cents quid kr".split()
)

_OTHER_CREDIT = frozenset(
    "card cards limit limits score scores check bureau bureaus agencies report history union".split()
)
_PLACED = frozenset("to on in into onto from under".split())
_TO = frozenset("to on into in onto".split())
_PURSES = frozenset("card account wallet bank balance paypal method".split())
_SENT = frozenset("send sending sent post ship bring take mail hand drop come go give".split())


def subject_words(words: list[str]) -> frozenset[str]:
    """The words of a line that may name its subject: "credit card" names no credit, "free of charge" no charge."""
    found = set(words)
    if "credit" in found and all(
        words[at + 1 : at + 2] and words[at + 1] in _OTHER_CREDIT
        for at, word in enumerate(words)
        if word == "credit"
    ):
        found.discard("credit")
    if "charge" in found and ("free of charge" in (text := " ".join(words)) or "no charge" in text):
        found.discard("charge")
    if "account" in found and all(_is_place(words, at) for at, word in enumerate(words) if word == "account"):
        found.discard("account")
    if "back" in found:
        _add_back(words, found)
    if "off" in found and any(word[-1] == "%" or word == "percent" for word in words):
        found.add("<percent-off>")
    return frozenset(found)


def _is_place(words: list[str], at: int) -> bool:
    """As in "to your account": where something goes, and not what is changed."""
    return not _PLACED.isdisjoint(words[max(0, at - 3) : at])


def _add_back(words: list[str], found: set[str]) -> None:
    """Money that goes back is a refund; a thing that is sent back, a return."""
    at = words.index("back")
    before, after = words[max(0, at - 6) : at], words[at + 1 : at + 6]
    if (
        "money" in before
        or any(is_money(word) for word in before)
        or (after[:1] and after[0] in _TO and not _PURSES.isdisjoint(after))
    ):
        found.add("<money-back>")
    elif not _SENT.isdisjoint(before):
        found.add("<send-back>")


def is_money(word: str) -> bool:
    return word[0] == "$" or word in CURRENCIES


def _groups() -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    for place, (_, names) in enumerate(NAMED):
        for name in names:
            found[name] = (*found.get(name, ()), place)
    return found


_PLACES = _groups()
"""Where each word stands in `NAMED`."""
_NAMING = frozenset(_PLACES)


def subjects_named(words: frozenset[str]) -> frozenset[Subject]:
    """Every subject that the words name."""
    return frozenset([NAMED[place][0] for word in _NAMING & words for place in _PLACES[word]])


def first_named(words: frozenset[str], among: frozenset[Subject] | None = None) -> Subject:
    """The most consequential subject that the words name, OTHER where they name none."""
    places = [
        place
        for word in _NAMING & words
        for place in _PLACES[word]
        if among is None or NAMED[place][0] in among
    ]
    return NAMED[min(places)][0] if places else Subject.OTHER
