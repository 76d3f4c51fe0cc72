"""What a tool does, judged by its name: reads or writes, and on which subjects."""

from functools import lru_cache

from answerable.claims.claim import Subject

_READS = frozenset(
    "get find search list read check lookup look calculate compute think verify fetch describe query view "
    "show count validate preview estimate quote retrieve load browse track is has can authenticate identify "
    "resolve_user compare inspect status".split()
)

_WRITES = frozenset(
    "cancel refund return exchange modify update book create issue send transfer pay apply reset change set "
    "add remove delete place submit process approve reject reserve order charge credit debit waive extend "
    "renew close open enable disable activate deactivate suspend resume restore reinstate unlock lock block "
    "unblock assign escalate dispatch ship schedule reschedule rebook upgrade downgrade replace swap switch "
    "register enroll subscribe unsubscribe notify email text call log file raise redeem grant revoke adjust "
    "reverse void settle disburse make post put patch write insert upsert complete finalize confirm start "
    "initiate stop pause port provision hold release edit rename merge move mark toggle request report "
    "reimburse compensate discount topup recharge deposit withdraw enrol handoff handover".split()
)

_BY_VERB: dict[str, frozenset[Subject]] = {
    "cancel": frozenset({Subject.CANCELLATION, Subject.REFUND}),
    "void": frozenset({Subject.CANCELLATION, Subject.REFUND}),
    "refund": frozenset({Subject.REFUND}),
    "reimburse": frozenset({Subject.REFUND}),
    "reverse": frozenset({Subject.REFUND}),
    "return": frozenset({Subject.RETURN, Subject.REFUND}),
    "exchange": frozenset({Subject.EXCHANGE}),
    "swap": frozenset({Subject.EXCHANGE}),
    "replace": frozenset({Subject.WARRANTY, Subject.EXCHANGE}),
    "repair": frozenset({Subject.WARRANTY}),
    "book": frozenset({Subject.BOOKING}),
    "reserve": frozenset({Subject.BOOKING}),
    "schedule": frozenset({Subject.BOOKING}),
    "place": frozenset({Subject.BOOKING}),
    "reschedule": frozenset({Subject.ORDER_CHANGE, Subject.BOOKING}),
    "rebook": frozenset({Subject.ORDER_CHANGE, Subject.BOOKING}),
    "pay": frozenset({Subject.PAYMENT}),
    "charge": frozenset({Subject.PAYMENT, Subject.PRICE}),
    "waive": frozenset({Subject.DISCOUNT}),
    "discount": frozenset({Subject.DISCOUNT}),
    "compensate": frozenset({Subject.COMPENSATION}),
    "credit": frozenset({Subject.COMPENSATION, Subject.REFUND}),
    "ship": frozenset({Subject.DELIVERY}),
    "dispatch": frozenset({Subject.DELIVERY}),
    "escalate": frozenset({Subject.ESCALATION}),
    "handoff": frozenset({Subject.ESCALATION}),
    "handover": frozenset({Subject.ESCALATION}),
    "notify": frozenset({Subject.FOLLOW_UP}),
    "email": frozenset({Subject.FOLLOW_UP}),
    "text": frozenset({Subject.FOLLOW_UP}),
    "call": frozenset({Subject.FOLLOW_UP}),
}

_BY_NOUN: dict[str, frozenset[Subject]] = {
    "refund": frozenset({Subject.REFUND}),
    "certificate": frozenset({Subject.COMPENSATION}),
    "voucher": frozenset({Subject.COMPENSATION}),
    "credit": frozenset({Subject.COMPENSATION}),
    "goodwill": frozenset({Subject.COMPENSATION}),
    "compensation": frozenset({Subject.COMPENSATION}),
    "discount": frozenset({Subject.DISCOUNT}),
    "coupon": frozenset({Subject.DISCOUNT}),
    "promo": frozenset({Subject.DISCOUNT}),
    "promocode": frozenset({Subject.DISCOUNT}),
    "fee": frozenset({Subject.DISCOUNT}),
    "return": frozenset({Subject.RETURN, Subject.REFUND}),
    "returns": frozenset({Subject.RETURN, Subject.REFUND}),
    "rma": frozenset({Subject.RETURN, Subject.REFUND}),
    "label": frozenset({Subject.RETURN, Subject.FOLLOW_UP}),
    "exchange": frozenset({Subject.EXCHANGE}),
    "replacement": frozenset({Subject.WARRANTY, Subject.EXCHANGE}),
    "cancellation": frozenset({Subject.CANCELLATION, Subject.REFUND}),
    "claim": frozenset({Subject.WARRANTY}),
    "item": frozenset({Subject.ORDER_CHANGE}),
    "items": frozenset({Subject.ORDER_CHANGE}),
    "address": frozenset({Subject.ORDER_CHANGE, Subject.ACCOUNT_CHANGE}),
    "shipping": frozenset({Subject.DELIVERY, Subject.ORDER_CHANGE}),
    "order": frozenset({Subject.ORDER_CHANGE}),
    "orders": frozenset({Subject.ORDER_CHANGE}),
    "reservation": frozenset({Subject.ORDER_CHANGE}),
    "booking": frozenset({Subject.ORDER_CHANGE}),
    "flights": frozenset({Subject.ORDER_CHANGE}),
    "flight": frozenset({Subject.ORDER_CHANGE}),
    "baggages": frozenset({Subject.ORDER_CHANGE}),
    "bags": frozenset({Subject.ORDER_CHANGE}),
    "seat": frozenset({Subject.ORDER_CHANGE}),
    "passengers": frozenset({Subject.ORDER_CHANGE}),
    "shipment": frozenset({Subject.DELIVERY}),
    "delivery": frozenset({Subject.DELIVERY, Subject.ORDER_CHANGE}),
    "account": frozenset({Subject.ACCOUNT_CHANGE}),
    "user": frozenset({Subject.ACCOUNT_CHANGE}),
    "customer": frozenset({Subject.ACCOUNT_CHANGE}),
    "profile": frozenset({Subject.ACCOUNT_CHANGE}),
    "password": frozenset({Subject.ACCOUNT_CHANGE}),
    "pin": frozenset({Subject.ACCOUNT_CHANGE}),
    "plan": frozenset({Subject.ACCOUNT_CHANGE}),
    "subscription": frozenset({Subject.ACCOUNT_CHANGE}),
    "membership": frozenset({Subject.ACCOUNT_CHANGE}),
    "card": frozenset({Subject.ACCOUNT_CHANGE}),
    "sim": frozenset({Subject.ACCOUNT_CHANGE}),
    "licence": frozenset({Subject.ACCOUNT_CHANGE}),
    "license": frozenset({Subject.ACCOUNT_CHANGE}),
    "bill": frozenset({Subject.PAYMENT}),
    "payment": frozenset({Subject.PAYMENT}),
    "loan": frozenset({Subject.PAYMENT}),
    "funds": frozenset({Subject.PAYMENT}),
    "appointment": frozenset({Subject.BOOKING}),
    "warranty": frozenset({Subject.WARRANTY}),
    "repair": frozenset({Subject.WARRANTY}),
    "human": frozenset({Subject.ESCALATION}),
    "agent": frozenset({Subject.ESCALATION}),
    "agents": frozenset({Subject.ESCALATION}),
    "ticket": frozenset({Subject.ESCALATION}),
    "callback": frozenset({Subject.FOLLOW_UP}),
    "email": frozenset({Subject.FOLLOW_UP}),
    "sms": frozenset({Subject.FOLLOW_UP}),
    "reminder": frozenset({Subject.FOLLOW_UP}),
    "notification": frozenset({Subject.FOLLOW_UP}),
}

# With these verbs a noun that names an order or an account says what is changed, not what is opened.
_MAKES = frozenset("book create place reserve make open schedule".split())
_PERSONS = frozenset("user customer account profile member".split())
_PASSES_ON = frozenset("human agent agents".split())


def is_write(tool_name: str) -> bool:
    """Whether a tool of that name changes something.

    The first known verb decides; a name without one counts as a read, so that
    it can never vouch for a "done".
    """
    for token in words_of_tool(tool_name):
        if token in _READS:
            return False
        if token in _WRITES:
            return True
    return False


def is_read(tool_name: str) -> bool:
    """Whether a tool's name says that it only looks: it begins with a verb of looking.

    Not the opposite of `is_write`: what a name does not say is neither, and is not run as a read.
    """
    words = words_of_tool(tool_name)
    return bool(words) and words[0] in _READS


@lru_cache(maxsize=512)
def subjects_of_tool(tool_name: str) -> frozenset[Subject]:
    """The subjects that a successful call of a tool of that name can bring about; none for a read."""
    if not is_write(tool_name):
        return frozenset()
    tokens = words_of_tool(tool_name)
    if "transfer" in tokens and not _PASSES_ON.isdisjoint(tokens):
        return frozenset({Subject.ESCALATION})
    verb = next(token for token in tokens if token in _WRITES)
    nouns: frozenset[Subject] = frozenset()
    for token in tokens:
        if token != verb:
            nouns |= _BY_NOUN.get(token, frozenset())
    if not _PERSONS.isdisjoint(tokens):
        nouns = nouns - {Subject.ORDER_CHANGE}  # a person's address is not an order's
    if verb in _MAKES:
        nouns = nouns - {Subject.ORDER_CHANGE}
        if not nouns or nouns <= {Subject.PAYMENT} or verb in {"book", "reserve", "place", "schedule"}:
            nouns = nouns | {Subject.BOOKING}
        return nouns
    if verb == "transfer":
        return nouns | {Subject.PAYMENT}
    if verb in {"apply", "redeem"} and "code" in tokens:
        return nouns | {Subject.DISCOUNT}
    if verb in {"send", "issue", "apply", "grant"} and not nouns:
        return frozenset({Subject.FOLLOW_UP} if verb == "send" else {Subject.OTHER})
    by_verb = _BY_VERB.get(verb)
    if by_verb is not None:
        extra = nouns - {Subject.ORDER_CHANGE, Subject.DELIVERY}
        return by_verb | extra
    return nouns or frozenset({Subject.OTHER})


@lru_cache(maxsize=512)
def words_of_tool(tool_name: str) -> tuple[str, ...]:
    """The words of a snake, kebab, dotted or camel case name, lower-case."""
    words: list[str] = []
    current = ""
    for char in tool_name:
        if not char.isalnum():
            if current:
                words.append(current)
            current = ""
        elif char.isupper() and current and not current[-1].isupper():
            words.append(current)
            current = char
        else:
            current += char
    if current:
        words.append(current)
    return tuple(word.lower() for word in words[:24])
