"""What a line is about: one subject, the most consequential of those that its words name."""

from collections.abc import Iterable

from answerable.claims.claim import Force, Subject
from answerable.claims.frame import Frame, Mood
from answerable.claims.legibility import LONGEST_LINE
from answerable.claims.line import Line, words_naming
from answerable.claims.neighbours import LOOK_BACK, Setting
from answerable.claims.reasons import COMMITTAL, Reading
from answerable.claims.topics import LESSER_TOPICS, TOPICS, first_named, is_money, subject_words
from answerable.claims.verbs import BASE, GERUND, PAST, Act
from answerable.claims.words import STOPS
from answerable.exchange import EARLIER_TURNS

_GIVEN = frozenset({Subject.REFUND, Subject.COMPENSATION, Subject.DISCOUNT})
_MONEY = frozenset({Subject.REFUND, Subject.EXCEPTION, Subject.COMPENSATION, Subject.DISCOUNT})
_VAGUE = frozenset({Subject.OTHER, Subject.RECORD})
_ACTED = frozenset({Subject.DELIVERY, Subject.BOOKING, Subject.ORDER_CHANGE, Subject.PAYMENT})
_RECORDED = frozenset("order orders reservation status booking".split())
_OPTIONS = frozenset("option options available choices choose variants alternatives".split())
_PRICES = frozenset(
    "price prices priced cost costs fee fees charge charges charged total fare rate billed".split()
)
_ACCOUNT = frozenset(
    "account profile membership subscription plan password pin login default line sim roaming "
    "autopay service internet card email phone limit number name surname alerts pack pass bundle wallet "
    "contract tariff "
    "voicemail list".split()
)
_ORDER = frozenset(
    "order reservation booking flight item items address shipping seat bag bags cabin "
    "appointment delivery table stay room trip ticket tickets crossing hike tour rental policy "
    "vehicle allergy checkout slot pickup".split()
)
_PERSONAL = frozenset("profile membership default password login surname subscription plan".split())
_DUE = frozenset("due instalment instalments bill invoice transfer loan".split())
_FOLLOW_VERBS = frozenset(
    "notify email call contact inform monitor investigate follow message ping remind alert "
    "watch text look hear ask chase ring phone dm".split()
)
_PRIVATE = frozenset("receive get have see expect send".split())
_MESSAGES = frozenset(
    "email confirmation text call notification sms update link instructions reminder message".split()
)
_PASSING = frozenset("transfer connect escalate forward hand pass refer route put get bring".split())
_PERSONS = frozenset(
    "manager supervisor specialist human agent advisor adviser colleague team person someone somebody "
    "representative through department".split()
)
_MONEYS = frozenset("funds money balance account payment usd eur gbp".split())
_CHANGING = frozenset(
    "update change set modify add remove switch upgrade close reset activate amend edit move correct apply put pop "
    "take turn adjust include register".split()
)
_CERTAIN = frozenset(
    "cancel exchange return swap refund reimburse waive escalate book reserve prescribe repair".split()
)
_PLAINLY_ACCOUNT = frozenset(
    "password passwords profile membership subscription account accounts plan plans login username pin puk "
    "two-factor "
    "sim esim roaming autopay auto-renewal auto-renew licence license tariff bundle add-on addon broadband unlock "
    "unlocked unlocks freeze frozen unfreeze limit limits alerts mailing handset voicemail router porting "
    "port beneficiary "
    "mandate mailbox permissions suspended block blocked activation activate activated settings language tier".split()
)
"""Words that mean an account and nothing else; "number", "card", "line" or "pass" may be an order's too."""
_PLAINLY_PAYMENT = frozenset(
    "loan loans mortgage transfer transfers wire overdraft cheque check debit debits repayment repayments "
    "arrears payee "
    "withdrawal withdrawals top-up balance instalment instalments invoice dispute disputes".split()
)
_SUMS = frozenset("price prices total fee fees fare difference cost costs premium deposit".split())
_RECORD_LEADS = frozenset(
    "order orders reservation reservations booking flight flights appointment trip items stay".split()
)
_TOLD = frozenset({"recorded-past", "we-see"})
_BY_RULE = {
    "owed-to-you": Subject.REFUND,
    "nothing-to-pay": Subject.PRICE,
    "no-charge": Subject.PRICE,
    "you-would-pay": Subject.PRICE,
    "charge-stands": Subject.PRICE,
    "you-must-pay": Subject.PRICE,
    "no-charge-until": Subject.PRICE,
    "on-us": Subject.PRICE,
}
"""What some turns of phrase are about whatever they name, money given or given back excepted."""
_REACH = 12
_LONG_ITEM = 12
_LEAD = 6


def _lead_words(setting: Setting) -> frozenset[str]:
    """The words of the governing line, of the lines before and of the customer."""
    around = (setting.governing or "", *setting.before[-LOOK_BACK:], setting.customer)
    return frozenset().union(*[words_naming(text[:LONGEST_LINE]) for text in around])


def _topic(setting: Setting) -> Subject:
    """The act that the talk is about: by what governs, then what stands before, then what the customer said.

    Where none of it names anything, by what the customer said earlier.
    """
    near = (setting.governing, *reversed(setting.before[-LOOK_BACK:]), setting.customer)
    found = _first_act(near)
    return found if found is not Subject.OTHER else _first_act(reversed(setting.earlier[-EARLIER_TURNS:]))


def _first_act(texts: Iterable[str | None]) -> Subject:
    """The first act that texts name, or the first lesser topic where they name none."""
    lesser = Subject.OTHER
    for text in texts:
        if text:
            words = words_naming(text[:LONGEST_LINE])
            found = first_named(words, TOPICS)
            if found is not Subject.OTHER:
                return found
            if lesser is Subject.OTHER:
                lesser = first_named(words, LESSER_TOPICS)
    return lesser


def subject_of(line: Line, reading: Reading, setting: Setting) -> Subject:
    """The subject of a line whose force is decided."""
    if reading.force is Force.NONE:
        return Subject.NONE
    by_rule = _BY_RULE.get(reading.rule)
    if by_rule is not None:
        found = first_named(line.naming)
        return (
            found if found in _MONEY or (found is Subject.WARRANTY and by_rule is Subject.PRICE) else by_rule
        )
    if reading.force is Force.INFORMATIONAL:
        found = _informational(line, line.naming, setting)
        if reading.rule in _TOLD and (found in _ACTED or found in _VAGUE or found is Subject.ACCOUNT_CHANGE):
            return Subject.RECORD
    elif reading.force in COMMITTAL and (frame := _deciding(line, reading)) is not None:
        found = _by_verb(line, frame)
    else:
        found = first_named(line.naming)
        if (
            found is Subject.ACCOUNT_CHANGE
            and not _ORDER.isdisjoint(line.words)
            and not _CHANGING.isdisjoint(line.words)
        ):
            found = Subject.ORDER_CHANGE
        if found in _VAGUE:
            found = _by_any_verb(line.words, found)
    if found is Subject.ACCOUNT_CHANGE and _PLAINLY_ACCOUNT.isdisjoint(line.words):
        topic = _topic(setting)
        return found if topic in _VAGUE or topic is Subject.ESCALATION else topic
    if (
        found is Subject.PAYMENT
        and not _SUMS.isdisjoint(line.words)
        and _PLAINLY_PAYMENT.isdisjoint(line.words)
    ):
        return Subject.PRICE
    if found in _VAGUE and (found is Subject.OTHER or reading.force in COMMITTAL):
        topic = _topic(setting)
        return found if topic is Subject.OTHER else topic
    return found


def _deciding(line: Line, reading: Reading) -> Frame | None:
    """The frame that the reading rests on; of an item that its lead-in decides, the act that it names first."""
    if reading.frame is not None or not reading.rule.startswith(("governed", "menu", "within")):
        return reading.frame
    first = line.parse.frames[0] if line.parse.frames else None
    return first if first is not None and first.mood in (Mood.IMPERATIVE, Mood.GERUND, Mood.BARE) else None


def _by_any_verb(words: list[str], otherwise: Subject) -> Subject:
    """The subject that the first verb of a write brings: "Reply START to resubscribe"."""
    for word in words:
        verb = BASE.get(word) or PAST.get(word) or GERUND.get(word)
        if verb is not None and verb.act is Act.WRITE and verb.subject is not Subject.OTHER:
            return verb.subject
    return otherwise


def _informational(line: Line, words: frozenset[str], setting: Setting) -> Subject:
    """Facts: a price, a row of what can be had (then what it is wanted for), a record, or a rule's subject."""
    found = first_named(words)
    if found in _MONEY:
        return found
    if not _PRICES.isdisjoint(line.words[:3] if setting.governing is not None else words):
        return Subject.PRICE
    if setting.governing is not None:
        if not _OPTIONS.isdisjoint(_lead_words(setting)):
            topic = _topic(setting)
            return found if topic is Subject.OTHER else topic
        if not _RECORD_LEADS.isdisjoint(_lead_words(setting)) and found not in {
            Subject.PRICE,
            Subject.CANCELLATION,
        }:
            return Subject.RECORD
        return Subject.RECORD if found in _ACTED | _VAGUE or len(line.words) > _LONG_ITEM else found
    if found in _ACTED and not words.isdisjoint(_RECORDED):
        return Subject.RECORD
    if found is Subject.OTHER and any(word[0] == "#" for word in words):
        return Subject.RECORD
    if found is Subject.OTHER and any(is_money(word) for word in line.words):
        return Subject.PRICE
    return found


def _by_verb(line: Line, frame: Frame) -> Subject:
    """The deciding verb's subject, unless the words beside it name something of more consequence."""
    verb = frame.verb
    base = verb.base if verb is not None else frame.word
    near = _sentence_of(line, frame)
    clause = set(near)
    lead = subject_words(near)
    named = first_named(lead)
    if verb is not None and verb.subject in _GIVEN:
        return Subject.REFUND if named is Subject.REFUND else verb.subject
    if frame.negated and verb is not None and base in {"cancel", "exchange", "return"}:
        return verb.subject
    if named in _MONEY and not (named is Subject.DISCOUNT and base in _CERTAIN):
        return named
    if verb is not None and base in _CERTAIN:
        return verb.subject
    if base in {"apply", "redeem"} and not {"code", "discount", "coupon"}.isdisjoint(clause):
        return Subject.DISCOUNT
    special = _by_special_verb(base, clause)
    if special is not None:
        return special
    if base in _CHANGING:
        if _PERSONAL & lead and _DUE.isdisjoint(lead):
            return Subject.ACCOUNT_CHANGE
        if _ORDER & lead:
            return Subject.ORDER_CHANGE
        if _DUE & lead:
            return Subject.PAYMENT
        if base in {"update", "change", "modify", "switch"} and {"payment", "payments"} & lead:
            return Subject.ORDER_CHANGE
        if _ACCOUNT & lead:
            return Subject.ACCOUNT_CHANGE
    elif verb is not None and verb.act is Act.WRITE and verb.subject not in _VAGUE:
        return verb.subject
    if named is Subject.OTHER:
        named = first_named(line.naming)
    if named is Subject.OTHER and verb is not None and verb.act is Act.FOLLOW_UP:
        return verb.subject
    return named


def _sentence_of(line: Line, frame: Frame) -> list[str]:
    """The words near a frame, within its sentence."""
    words = line.words
    begin, end = max(0, frame.start - _LEAD), min(len(words), frame.at + _REACH)
    for at in range(frame.start - 1, begin - 1, -1):
        if words[at] in STOPS:
            begin = at + 1
            break
    for at in range(frame.at + 1, end):
        if words[at] in STOPS:
            end = at
            break
    return words[begin:end]


def _by_special_verb(base: str, clause: set[str]) -> Subject | None:
    """Verbs whose object settles it: calling, shipping, charging, passing on."""
    if base in _FOLLOW_VERBS or (base in _PRIVATE and not _MESSAGES.isdisjoint(clause)):
        return Subject.FOLLOW_UP
    if base in {"ship", "deliver", "dispatch", "arrive"}:
        return Subject.DELIVERY
    if base in {"charge", "bill", "deduct", "owe"}:
        return Subject.PRICE
    if base == "pay":
        return Subject.PAYMENT
    if base in _PASSING and _MONEYS.isdisjoint(clause) and not _PERSONS.isdisjoint(clause):
        return Subject.ESCALATION
    return None
