"""From frames and turns of phrase to the force of a line (docs/reading.md, rules 1 to 10)."""

from dataclasses import dataclass

from answerable.claims.claim import Force, Subject
from answerable.claims.frames import Actor, Condition, Frame, Mood, Parse
from answerable.claims.idioms import COMPLETED, ENTITLED, ESTIMATED, OFFERED, PROMISED
from answerable.claims.verbs import ACTS, BASE, Act

RANK = {
    Force.NONE: 0,
    Force.INFORMATIONAL: 1,
    Force.ESTIMATE: 2,
    Force.ENTITLEMENT: 3,
    Force.OFFER: 4,
    Force.PROMISE: 5,
    Force.COMPLETED: 6,
    Force.UNKNOWN: 7,
}
COMMITTAL = frozenset({Force.ENTITLEMENT, Force.OFFER, Force.PROMISE, Force.COMPLETED})


@dataclass(frozen=True, slots=True)
class Reading:
    """One reason for a force: the rule, the frame it rests on (None for a turn of phrase), a refusal or not."""

    force: Force
    rule: str
    frame: Frame | None = None
    refuses: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A line as parsed: its words, frames, turns of phrase, and whether it holds a figure or identifier."""

    words: list[str]
    parse: Parse
    idioms: frozenset[str]
    has_terms: bool

    @property
    def is_question(self) -> bool:
        return "?" in self.words[-3:]


GRANTS = frozenset(
    "refund refunds credit credits voucher vouchers certificate certificates discount discounts code coupon "
    "replacement compensation reimbursement gift upgrade extension exception label return exchange cancellation "
    "change changes booking payment rebate waiver transfer repair goodwill adjustment reversal appointment "
    "callback reservation match deal loaner points miles modification price free copy invoice receipt order".split()
)
_ACT_NOUNS = frozenset(
    "refund refunds return returns exchange exchanges cancellation cancellations modification modifications "
    "booking rebooking upgrade replacement reimbursement transfer compensation".split()
)
_KNOWLEDGE = frozenset(
    "details detail information info options list summary overview help assistance update status question "
    "questions look moment minute sense sure idea answer breakdown guidance steps instructions".split()
)
_CHARGE = frozenset("charge deduct bill invoice".split())
_STATUS = frozenset("deliver ship dispatch place order process pay list schedule include request return mark".split())
_RULE_VERBS = frozenset("include cover allow accept accommodate request require order place list handle".split())
_EMPTY_FUTURE = frozenset("need require depend vary help allow enable ensure remain want like love be mean look require have".split())
_HOW_TO = frozenset(
    "check track find visit see view contact call reach use click log sign go tap read look download learn "
    "email text message ask reply monitor expect let tell provide share know print start open drop submit select "
    "respond access follow show identify search review send".split()
)
_MINE = frozenset({"it", "this", "that", "your", "them", "these", "those", "both"})


def object_of(line: Line, frame: Frame, reach: int = 9) -> list[str]:
    """The words after the main verb, to the end of the clause."""
    found: list[str] = []
    for word in line.words[frame.at + 1 : frame.at + 1 + reach]:
        if word in {".", ";", "!", "?", ":"}:
            break
        found.append(word)
    return found


def effective_act(line: Line, frame: Frame) -> Act:
    """What the frame's verb does with its object: "provide" a refund writes, "provide" details reads."""
    verb = frame.verb
    if frame.helping and (verb is None or verb.act is Act.READ or verb.act is Act.LIGHT):
        return Act.WRITE if verb is None and not _ACT_NOUNS.isdisjoint(line.words[frame.at : frame.at + 5]) else Act.READ
    if verb is None:
        return Act.NEUTRAL
    act = verb.act
    if act is Act.FOLLOW_UP and verb.base == "follow" and "up" not in object_of(line, frame, 2):
        return Act.READ
    if act is Act.READ:
        follows = object_of(line, frame, 3)
        if verb.base == "look" and ("into" in follows or frame.hedged):
            return Act.FOLLOW_UP
        if frame.hedged and not GRANTS.isdisjoint(object_of(line, frame)):
            return Act.FOLLOW_UP
        return act
    if verb.base in {"confirm", "process"} and frame.mood is not Mood.PERFECT:
        follows = object_of(line, frame, 4)
        if {"identity", "details", "information", "if", "whether", "that", "with", "eligibility"} & set(follows):
            return Act.READ
    if (
        frame.actor is Actor.YOU
        and frame.mood is not Mood.PROPOSAL
        and verb.base in {"request", "include", "list", "place", "accept", "cover", "allow"}
    ):
        return Act.NEUTRAL
    if act is Act.HELP:
        return act
    if act is Act.LIGHT:
        return _light(line, frame, verb.base)
    return act


def _light(line: Line, frame: Frame, base: str) -> Act:
    follows = object_of(line, frame)
    if base in {"do", "make"} and "sure" not in follows[:1]:
        return Act.WRITE
    if base == "take":
        return Act.WRITE if {"care", "off", "over", "down"} & set(follows[:3]) else Act.READ
    if base == "get" and "back" in follows[:1]:
        return Act.FOLLOW_UP
    if base in {"keep", "let"}:
        return Act.FOLLOW_UP if {"posted", "updated", "informed", "know", "you", "eye"} & set(follows[:3]) else Act.READ
    money = any(word[0] in "$#" or word[0].isdigit() for word in follows)
    if not GRANTS.isdisjoint(follows) or (money and base in {"give", "offer", "get", "provide"}):
        return Act.WRITE if _KNOWLEDGE.isdisjoint(follows[:4]) else Act.READ
    if base == "offer" and frame.actor is Actor.US:
        return Act.WRITE if _KNOWLEDGE.isdisjoint(follows) else Act.READ
    if base in {"bring", "leave", "go"}:
        return Act.WRITE if frame.mood is Mood.FUTURE else Act.NEUTRAL
    return Act.READ


def _is_specific(line: Line, frame: Frame) -> bool:
    """Whether the frame speaks of this customer's case and not of a rule."""
    if frame.generic or "unless-rule" in line.idioms:
        return False
    if frame.actor is Actor.THING:
        return True
    follows = object_of(line, frame, 12)
    if follows[:1] == ["the"] and frame.verb is not None and frame.verb.base not in {"use", "start", "open", "send"}:
        return True
    return not _MINE.isdisjoint(follows) or any(word[0] in "#$" for word in follows)


def judge_frame(line: Line, frame: Frame) -> Reading | None:
    """The force of one frame on its own, before its condition and its place are weighed."""
    if frame.subordinate:
        return None
    act = effective_act(line, frame)
    if frame.mood is Mood.PROPOSAL:
        return _proposal(line, frame, act)
    if frame.mood in {Mood.PERFECT, Mood.PAST, Mood.BARE}:
        return _done(line, frame, act)
    if frame.mood is Mood.PRESENT:
        return _present(line, frame, act)
    if frame.mood in {Mood.PROGRESSIVE, Mood.GERUND}:
        return _under_way(line, frame, act)
    if frame.mood is Mood.FUTURE:
        return _future(line, frame, act)
    if frame.mood in {Mood.CAN, Mood.WOULD}:
        return _can(line, frame, act)
    if frame.mood in {Mood.MAY, Mood.SHOULD}:
        return _maybe(line, frame, act)
    if frame.mood is Mood.LET:
        if act in ACTS:
            return Reading(Force.PROMISE, "let-me-write", frame)
        return Reading(Force.NONE, "let-me-read", frame)
    if frame.mood is Mood.WISH:
        if "to-confirm" in line.idioms and act in ACTS:
            return Reading(Force.OFFER, "restated-act", frame)
        if {"confirm-to-proceed", "like-to-proceed"} & line.idioms and "how" not in line.words:
            return Reading(Force.OFFER, "confirm-to-proceed", frame)
        return Reading(Force.NONE, "customers-wish", frame)
    if frame.mood is Mood.MUST:
        return _must(line, frame)
    return None


def _proposal(line: Line, frame: Frame, act: Act) -> Reading:
    wh = line.words[0] in {"which", "what", "how", "when", "where", "why", "who"} and frame.actor is not Actor.US
    if wh:
        return Reading(Force.NONE, "asks-which", frame)
    if frame.helping and act not in ACTS:
        return Reading(Force.NONE, "asks-how-to-help", frame)
    if frame.actor is Actor.YOU:
        if act is Act.WRITE or (frame.verb is not None and frame.verb.base in {"receive", "keep", "have", "get", "use", "speak"}):
            return Reading(Force.OFFER, "would-you-like-act", frame)
        return Reading(Force.NONE, "asks-wish", frame)
    if act in ACTS:
        return Reading(Force.OFFER, "would-you-like-act", frame)
    return Reading(Force.NONE, "asks-to-read", frame)


def _done(line: Line, frame: Frame, act: Act) -> Reading:
    verb = frame.verb
    base = verb.base if verb is not None else ""
    if frame.actor is Actor.YOU and not frame.passive:
        return Reading(Force.INFORMATIONAL, "customers-own-act", frame)
    if frame.negated:
        return Reading(Force.INFORMATIONAL, "not-done", frame)
    if frame.passive:
        if act is not Act.WRITE and base not in {"notify", "inform", "email", "contact", "give", "make", "take", "do", "provide", "offer"}:
            return Reading(Force.INFORMATIONAL if act is not Act.READ else Force.NONE, "status", frame)
        if base in {"deliver", "dispatch", "ship"} and not ({"replacement", "new", "certificate", "voucher", "refund"} & set(line.words)):
            return Reading(Force.INFORMATIONAL, "recorded-status", frame)
        if frame.mood is Mood.PAST and (
            base in {"make", "place", "order", "book", "pay", "charge", "bill", "deliver", "ship", "process", "schedule", "return", "request", "include"}
            or "by" in object_of(line, frame, 2)
        ):
            return Reading(Force.INFORMATIONAL, "recorded-past", frame)
        if frame.generic and frame.mood is not Mood.PERFECT:
            return Reading(Force.INFORMATIONAL, "general-rule", frame)
        return Reading(Force.COMPLETED, "has-been-written", frame)
    if frame.actor is Actor.THING and base in {"receive", "arrive", "expect", "have"}:
        return Reading(Force.INFORMATIONAL, "recorded-status", frame)
    if act in ACTS:
        if frame.actor is Actor.THING and frame.mood is Mood.PERFECT and base not in {"refund", "cancel", "approve", "credit", "process", "go"}:
            return Reading(Force.INFORMATIONAL, "recorded-status", frame)
        return Reading(Force.COMPLETED, "has-written", frame)
    if act is Act.READ:
        return Reading(Force.NONE, "has-read", frame)
    return Reading(Force.INFORMATIONAL, "recorded-status", frame)


def _present(line: Line, frame: Frame, act: Act) -> Reading:
    base = frame.verb.base if frame.verb is not None else ""
    if frame.passive and act is Act.WRITE:
        if frame.negated:
            return Reading(Force.INFORMATIONAL, "not-done", frame)
        now = {"now", "already", "all", "successfully", "officially"} & set(line.words[frame.start : frame.at])
        if frame.generic or (base in _STATUS | _RULE_VERBS and not now) or "unless-rule" in line.idioms:
            if base == "cover" and _is_specific(line, frame):
                return Reading(Force.ENTITLEMENT, "case-qualifies", frame)
            return Reading(Force.INFORMATIONAL, "recorded-status", frame)
        if frame.asked:
            return Reading(Force.NONE, "asks", frame)
        return Reading(Force.COMPLETED, "is-written", frame)
    if frame.actor is Actor.US and act in ACTS and not frame.negated and not frame.passive and frame.word == base:
        # "we offer", "I cancel"; a habitual present of the company's is a rule.
        return Reading(Force.INFORMATIONAL, "general-practice", frame)
    if frame.actor is Actor.US and frame.negated and act in ACTS:
        return Reading(Force.INFORMATIONAL, "general-refusal", frame, refuses=True)
    if frame.actor is Actor.US and line.words[max(frame.start - 1, 0)] in {"i", "we"}:
        return Reading(Force.NONE, "about-ourselves", frame)
    if frame.asked or line.is_question:
        return Reading(Force.NONE, "asks", frame)
    return Reading(Force.INFORMATIONAL, "states", frame)


def _under_way(line: Line, frame: Frame, act: Act) -> Reading | None:
    if frame.mood is Mood.GERUND and frame.at != 0:
        return None
    if frame.negated:
        return Reading(Force.INFORMATIONAL, "not-done", frame)
    if frame.actor is Actor.YOU:
        if act is Act.WRITE:
            return Reading(Force.OFFER, "restated-act", frame)
        if act is Act.WAIT:
            return Reading(Force.PROMISE, "you-are-receiving", frame)
        return Reading(Force.INFORMATIONAL, "customers-own-act", frame)
    if act not in ACTS:
        if frame.mood is Mood.GERUND or line.words[max(frame.start - 1, 0)] in {"i", "we"}:
            return Reading(Force.NONE, "reading-now", frame)
        return Reading(Force.INFORMATIONAL, "states", frame)
    if frame.generic:
        return Reading(Force.INFORMATIONAL, "general-rule", frame)
    if frame.actor is Actor.THING and frame.verb is not None and frame.verb.base in {"ship", "deliver", "dispatch", "include"}:
        return Reading(Force.INFORMATIONAL, "recorded-status", frame)
    if frame.mood is Mood.GERUND and (
        (line.words[-1] not in {".", "!", "now"} and "now" not in line.words)
        or any(word[-1] == "s" and word[:-1] in BASE for word in line.words[1:8])
    ):
        return None
    return Reading(Force.PROMISE, "act-under-way", frame)


def _future(line: Line, frame: Frame, act: Act) -> Reading:
    base = frame.verb.base if frame.verb is not None else frame.word
    if frame.negated:
        return _negated_future(line, frame, act, base)
    if frame.asked:
        return Reading(Force.NONE, "asks", frame)
    if frame.generic and "your" not in line.words:
        return Reading(Force.INFORMATIONAL, "general-rule", frame)
    if frame.actor is Actor.US:
        if frame.helping:
            return Reading(Force.OFFER if act in ACTS else Force.NONE, "will-help", frame)
        if act in ACTS or act is Act.WAIT:
            return Reading(Force.PROMISE if not frame.able else Force.OFFER, "will-write", frame)
        if act is Act.READ or base in _EMPTY_FUTURE or act is Act.HELP:
            return Reading(Force.NONE, "will-read", frame)
        if frame.verb is None and base in {"here", "happy", "glad", "right", "sure", "in", "with", "", "back", "standing"}:
            return Reading(Force.NONE, "courtesy", frame)
        return Reading(Force.PROMISE, "will-act", frame)
    if frame.actor is Actor.YOU:
        if frame.able:
            return Reading(Force.ENTITLEMENT, "you-will-be-able", frame)
        if act in {Act.WAIT, Act.WRITE} or frame.passive or base in {"get", "see", "have", "save", "earn", "keep", "find"}:
            return Reading(Force.PROMISE, "you-will-receive", frame)
        if base in {"owe", "pay", "only"}:
            return Reading(Force.ENTITLEMENT, "you-will-pay", frame)
        return Reading(Force.INFORMATIONAL, "how-to", frame)
    if frame.helping:
        return Reading(Force.NONE, "will-help", frame)
    if base in _EMPTY_FUTURE and not frame.passive and base != "have":
        return Reading(Force.NONE if base in {"help", "allow", "enable"} else Force.INFORMATIONAL, "states", frame)
    if frame.passive and base in {"require", "need", "ask", "verify", "check", "review", "show", "view", "describe"}:
        return Reading(Force.INFORMATIONAL, "states", frame)
    if frame.hedged and act is not Act.WRITE:
        return Reading(Force.ESTIMATE, "hedged-outcome", frame)
    return Reading(Force.PROMISE, "will-be-written" if frame.passive else "will-happen", frame)


def _negated_future(line: Line, frame: Frame, act: Act, base: str) -> Reading:
    if "without" in line.idioms and act is not Act.WRITE:
        return Reading(Force.INFORMATIONAL, "requirement", frame, refuses=True)
    if frame.able or base in {"able", "possible", "available"}:
        force = Force.ENTITLEMENT if frame.actor is not Actor.THING or _is_specific(line, frame) else Force.INFORMATIONAL
        return Reading(force, "refusal", frame, refuses=True)
    if frame.generic:
        return Reading(Force.INFORMATIONAL, "general-refusal", frame, refuses=True)
    if frame.actor is Actor.US:
        if act in ACTS or act is Act.NEUTRAL:
            return Reading(Force.PROMISE, "negative-undertaking", frame)
        return Reading(Force.NONE, "will-not-read", frame)
    return Reading(Force.ENTITLEMENT, "will-not-be", frame, refuses=base not in _CHARGE and base not in {"pay", "need", "lose", "owe", "affect"})


def _can(line: Line, frame: Frame, act: Act) -> Reading | None:
    base = frame.verb.base if frame.verb is not None else frame.word
    if frame.mood is Mood.WOULD and frame.negated and act not in ACTS:
        return Reading(Force.INFORMATIONAL, "states", frame)
    if frame.negated:
        return _cannot(line, frame, act)
    if frame.asked:
        return Reading(Force.NONE, "asks", frame)
    if frame.actor is Actor.US:
        if frame.only and act is Act.WRITE:
            return Reading(Force.ENTITLEMENT, "only-can", frame, refuses=True)
        if act in ACTS:
            return Reading(Force.OFFER, "can-write", frame)
        if act is Act.READ or act is Act.HELP or frame.helping:
            return Reading(Force.NONE, "can-read", frame)
        return Reading(Force.NONE, "can", frame)
    if frame.actor is Actor.YOU:
        if frame.generic:
            return Reading(Force.INFORMATIONAL, "general-rule", frame)
        if frame.mood is Mood.WOULD:
            if act in {Act.WAIT, Act.WRITE} or base in {"get", "save", "pay", "owe", "have"}:
                return Reading(Force.OFFER, "you-would", frame)
            return Reading(Force.INFORMATIONAL, "states", frame)
        if base in _HOW_TO and base not in {"send", "use", "start", "open"}:
            return Reading(Force.INFORMATIONAL, "how-to", frame)
        if act in {Act.WRITE, Act.WAIT, Act.LIGHT} or base in {"choose", "use", "keep", "have", "get", "receive", "still"}:
            if _is_specific(line, frame) and "how-to" not in line.idioms:
                return Reading(Force.ENTITLEMENT, "you-can", frame)
            return Reading(Force.INFORMATIONAL, "general-rule", frame)
        return Reading(Force.INFORMATIONAL, "how-to", frame)
    if frame.generic or "unless-rule" in line.idioms:
        return Reading(Force.INFORMATIONAL, "general-rule", frame)
    if frame.passive and (act is Act.WRITE or base == "use"):
        if frame.mood is Mood.WOULD:
            return Reading(Force.OFFER, "would-be-written", frame)
        return Reading(Force.ENTITLEMENT, "can-be-written", frame)
    if frame.mood is Mood.WOULD and line.has_terms:
        return Reading(Force.OFFER, "would-be", frame)
    return Reading(Force.INFORMATIONAL, "states", frame)


def _cannot(line: Line, frame: Frame, act: Act) -> Reading:
    if "without" in line.idioms:
        return Reading(Force.INFORMATIONAL, "requirement", frame, refuses=True)
    if frame.asked or (act is Act.READ and frame.actor is Actor.US):
        return Reading(Force.INFORMATIONAL if not frame.asked else Force.NONE, "cannot-read", frame)
    if "tool-failure" in line.idioms and frame.actor is not Actor.US:
        return Reading(Force.INFORMATIONAL, "tool-failure", frame)
    if frame.generic or "unless-rule" in line.idioms:
        return Reading(Force.INFORMATIONAL, "general-refusal", frame, refuses=True)
    if frame.actor is Actor.YOU and not _is_specific(line, frame):
        return Reading(Force.INFORMATIONAL, "general-refusal", frame, refuses=True)
    return Reading(Force.ENTITLEMENT, "refusal", frame, refuses=True)


def _maybe(line: Line, frame: Frame, act: Act) -> Reading | None:
    if frame.asked and frame.actor is Actor.YOU:
        return Reading(Force.NONE, "asks", frame)
    if frame.mood is Mood.MAY and frame.actor is Actor.YOU and act is Act.WRITE and not frame.hedged and not frame.passive:
        if _is_specific(line, frame):
            return Reading(Force.ENTITLEMENT, "you-may", frame)
        return Reading(Force.INFORMATIONAL, "general-rule", frame)
    if frame.negated and frame.mood is Mood.MAY and act is Act.WRITE:
        return _cannot(line, frame, act)
    if frame.actor is Actor.YOU and act not in {Act.WAIT, Act.WRITE} and not (frame.able or frame.passive):
        if frame.word in {"eligible", "entitled", "qualify", "see", "have", "get"}:
            return Reading(Force.ESTIMATE, "may-be", frame)
        return Reading(Force.INFORMATIONAL, "advice", frame)
    if frame.actor is Actor.US and act is Act.READ:
        return Reading(Force.NONE, "may-read", frame)
    if frame.generic and "your" not in line.words:
        return Reading(Force.INFORMATIONAL, "general-rule", frame)
    return Reading(Force.ESTIMATE, "may-be", frame)


def _must(line: Line, frame: Frame) -> Reading:
    if frame.actor is Actor.US:
        return Reading(Force.NONE, "needs-data", frame)
    if frame.actor is Actor.YOU and frame.word in {"pay", "owe", "cover"} and not frame.generic:
        return Reading(Force.ENTITLEMENT, "you-must-pay", frame)
    return Reading(Force.INFORMATIONAL, "requirement", frame)


def readings(line: Line) -> list[Reading]:
    """Every reason for a force that the line itself holds, conditions weighed, in no order."""
    found: list[Reading] = []
    for frame in line.parse.frames:
        reading = judge_frame(line, frame)
        if reading is None:
            continue
        conditions = line.parse.conditions.get(frame.sentence, frozenset())
        if reading.force is Force.PROMISE and reading.rule != "negative-undertaking" and (
            Condition.CUSTOMER in conditions
            or "to-confirm" in line.idioms
            or line.parse.frames[0].mood is Mood.GERUND
            or (frame.sentence in line.parse.requests and frame.actor is Actor.US)
        ):
            reading = Reading(Force.OFFER, "if-you-then-" + reading.rule, frame)
        if reading.force is Force.COMPLETED and Condition.CUSTOMER in conditions and reading.rule in {"is-written"}:
            reading = Reading(Force.OFFER, "if-you-then-" + reading.rule, frame)
        found.append(reading)
    found.extend(_turns(line))
    return found


def _turns(line: Line) -> list[Reading]:
    idioms = line.idioms
    found: list[Reading] = []
    for name in idioms:
        if name in COMPLETED:
            force = Force.COMPLETED
        elif name in PROMISED:
            force = Force.PROMISE
        elif name in OFFERED:
            force = Force.OFFER
        elif name in ENTITLED:
            force = Force.ENTITLEMENT
        elif name in ESTIMATED:
            force = Force.ESTIMATE
        else:
            continue
        checked = _turn(line, name, force)
        if checked is not None:
            found.append(checked)
    return found


_REFUSING = frozenset({"you-do-not-qualify", "expired-here", "not-possible", "must-decline"})


def _turn(line: Line, name: str, force: Force) -> Reading | None:  # noqa: PLR0912
    idioms = line.idioms
    customer = any(Condition.CUSTOMER in kinds for kinds in line.parse.conditions.values())
    rule = "unless-rule" in idioms
    if force is Force.COMPLETED:
        if customer or line.is_question:
            return None
        if name in {"in-effect", "is-complete", "now-status"} and (rule or not {"now", "already", "officially"} & set(line.words)):
            return Reading(Force.INFORMATIONAL, name)
    if name == "word-given":
        negated = {"not", "no", "never"} & set(line.words)
        if negated and not any(f.mood is Mood.FUTURE for f in line.parse.frames):
            return Reading(Force.INFORMATIONAL, "promises-nothing", refuses=True)
    if force is Force.PROMISE and customer:
        force = Force.OFFER
    if name in {"happy-to-act", "we-offer-you"} and not set(line.words).isdisjoint({"not", "unable"}):
        return None
    if name in {"would-you-like-thing", "would-you-like-act"} and not line.is_question:
        return None
    if name == "would-you-like-act":
        return None  # the frame decides: an act or a read
    if name == "to-confirm" and not any(f.verb is not None and f.verb.act in ACTS for f in line.parse.frames):
        return None
    if name in {"like-to-proceed"} and (line.words[0] in {"how", "which", "what"} or "how" in line.words):
        return None
    if name == "confirm-to-proceed" and "how" in line.words:
        return None
    if force is Force.ENTITLEMENT:
        if name == "case-allowed":
            return None  # the frame decides
        if line.is_question or "tool-failure" in idioms:
            return None
        if name in _REFUSING and ("without" in idioms or rule):
            return Reading(Force.INFORMATIONAL, "general-refusal", refuses=True)
        if rule and name in {"case-qualifies", "no-charge", "you-qualify"}:
            return Reading(Force.INFORMATIONAL, "general-rule")
        if any(f.mood in {Mood.MAY} for f in line.parse.frames) or "likely" in idioms:
            force = Force.ESTIMATE
        if line.parse.frames and all(f.subordinate for f in line.parse.frames):
            return None
        return Reading(force, name, refuses=name in _REFUSING)
    if force is Force.ESTIMATE:
        if line.is_question or rule and name == "usually":
            return None if line.is_question else Reading(Force.ESTIMATE, name)
        if name in {"likely", "may-be", "should-be"} and not any(not f.subordinate for f in line.parse.frames):
            return None
        if name in {"approximately"}:
            return Reading(Force.ESTIMATE, name)
        return Reading(force, name)
    return Reading(force, name)


def strongest(found: list[Reading]) -> Reading | None:
    """The strongest of the reasons; of equals, the first."""
    return max(found, key=lambda reading: RANK[reading.force], default=None)


def subject_hint(reading: Reading) -> Subject | None:
    """The subject of the verb that decided, where a verb did."""
    if reading.frame is None or reading.frame.verb is None:
        return None
    return reading.frame.verb.subject
