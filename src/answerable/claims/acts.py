"""What a verb does with its object: "provide" a refund writes, "provide" details reads."""

from answerable.claims.frame import Actor, Frame, Mood
from answerable.claims.line import Line
from answerable.claims.verbs import ACTS, BASE, PAST, Act

GRANTS = frozenset(
    "refund refunds credit credits voucher vouchers certificate certificates discount discounts code coupon "
    "replacement compensation reimbursement gift upgrade extension exception label return exchange cancellation "
    "change changes booking payment rebate waiver transfer repair goodwill adjustment reversal appointment "
    "callback reservation match deal loaner points miles modification price free copy invoice "
    "receipt order".split()
)
_ACT_NOUNS = frozenset(
    "refund refunds return returns exchange exchanges cancellation cancellations modification modifications "
    "booking rebooking upgrade replacement reimbursement transfer compensation".split()
)
_KNOWLEDGE = frozenset(
    "details detail information info options list summary overview help assistance update status question "
    "questions look moment minute sense sure idea answer breakdown guidance steps instructions".split()
)
_CALLS = frozenset("call callback ring bell buzz shout".split())
_DOWN = frozenset("down in booked set signed listed scheduled up on".split())
_ERRORS = frozenset("error errors message details detail info information idea bottom sense look".split())
_GOT_TO_KNOW = frozenset(
    "to into your a the some more details detail info information idea started bottom sense look".split()
) - frozenset({"your", "a", "the"})
_PEOPLE = frozenset("someone somebody colleague manager supervisor specialist agent human".split())
_ASKED_OF_YOU = frozenset("you for if whether about that this a your some why how what ,".split())
_TESTS = frozenset("test tests check checks search scan diagnostic diagnostics trace query".split())
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
        return (
            Act.WRITE
            if verb is None and not _ACT_NOUNS.isdisjoint(line.words[frame.at : frame.at + 5])
            else Act.READ
        )
    if verb is None:
        return Act.NEUTRAL
    act = verb.act
    if act is Act.FOLLOW_UP and verb.base == "follow" and "up" not in object_of(line, frame, 2):
        return Act.READ
    if act is Act.READ:
        follows = object_of(line, frame, 3)
        if verb.base == "look" and frame.mood in (Mood.PAST, Mood.PERFECT):
            return Act.READ
        if verb.base == "look" and ("into" in follows or frame.hedged):
            return Act.FOLLOW_UP
        if verb.base == "ask" and follows[:1] and follows[0] not in _ASKED_OF_YOU and frame.actor is Actor.US:
            return Act.FOLLOW_UP
        if (
            verb.base in {"note", "list"}
            and frame.actor is Actor.US
            and follows[1:2]
            and "you" not in follows[:1]
        ):
            return Act.WRITE
        if (
            verb.base in {"try", "attempt"}
            and frame.actor is Actor.US
            and frame.mood in (Mood.FUTURE, Mood.LET)
        ):
            return Act.WRITE if not {"again", "once"}.isdisjoint(object_of(line, frame)) else act
        if verb.base == "review" and frame.actor is Actor.US and frame.mood is Mood.FUTURE:
            return Act.FOLLOW_UP
        if frame.hedged and not GRANTS.isdisjoint(object_of(line, frame)):
            return Act.FOLLOW_UP
        return act
    if verb.base in {"confirm", "process"} and frame.mood is not Mood.PERFECT:
        follows = object_of(line, frame, 4)
        if {"identity", "details", "information", "if", "whether", "that", "with", "eligibility"} & set(
            follows
        ):
            return Act.READ
    if (
        frame.actor is Actor.YOU
        and frame.mood is not Mood.PROPOSAL
        and verb.base in {"request", "include", "list", "place", "accept", "cover", "allow"}
    ):
        return Act.NEUTRAL
    if act is Act.HELP:
        return act
    if verb.base in {"run", "rerun"} and not _TESTS.isdisjoint(object_of(line, frame, 5)):
        return Act.READ
    if act is Act.LIGHT:
        return _light(line, frame, verb.base)
    return act


def _light(line: Line, frame: Frame, base: str) -> Act:
    follows = object_of(line, frame)
    if base in {"do", "make"} and "sure" not in follows[:1]:
        return Act.WRITE
    if base == "take":
        return Act.WRITE if {"care", "off", "over", "down", "back"} & set(follows) else Act.READ
    if base == "have" and follows[:1] == ["you"] and not _DOWN.isdisjoint(follows[1:2]):
        return Act.WRITE
    if base in {"get", "have", "give"} and not _CALLS.isdisjoint(follows[:6]):
        return Act.FOLLOW_UP
    if base == "have" and follows[1:] and frame.mood in (Mood.FUTURE, Mood.CAN, Mood.LET):
        if any(word in BASE and BASE[word].act in ACTS for word in follows[1:5]):
            return Act.WRITE
        return Act.WRITE if not {"on", "in", "off", "over", "with", "back"}.isdisjoint(follows) else Act.READ
    if base == "get" and frame.mood in (Mood.FUTURE, Mood.CAN, Mood.LET, Mood.PROGRESSIVE, Mood.PROPOSAL):
        if not follows or follows[0] in _GOT_TO_KNOW or not _ERRORS.isdisjoint(follows[:5]):
            return Act.READ
        return Act.WRITE
    if (
        base == "keep"
        and frame.actor is Actor.US
        and "as" not in follows
        and {"for", "in", "at", "on", "until"} & set(follows)
    ):
        return Act.FOLLOW_UP if {"posted", "updated", "informed", "eye"} & set(follows[:3]) else Act.WRITE
    if base == "bring" and frame.mood in (Mood.FUTURE, Mood.CAN, Mood.PROPOSAL) and "up" not in follows[:2]:
        return Act.WRITE
    if base in {"get", "have"} and any(word in PAST and PAST[word].act in ACTS for word in follows[:5]):
        return Act.WRITE
    if base == "get" and not _PEOPLE.isdisjoint(follows[:3]):
        return Act.WRITE
    if base == "get" and "back" in follows[:1]:
        return Act.FOLLOW_UP
    if base in {"keep", "let"}:
        return (
            Act.FOLLOW_UP
            if {"posted", "updated", "informed", "know", "you", "eye"} & set(follows[:3])
            else Act.READ
        )
    money = any(word[0] in "$#" or word[0].isdigit() for word in follows)
    if not GRANTS.isdisjoint(follows) or (money and base in {"give", "offer", "get", "provide"}):
        return Act.WRITE if _KNOWLEDGE.isdisjoint(follows[:4]) else Act.READ
    if base == "offer" and frame.actor is Actor.US:
        return Act.WRITE if _KNOWLEDGE.isdisjoint(follows) else Act.READ
    if base in {"bring", "leave", "go"}:
        return Act.WRITE if frame.mood is Mood.FUTURE else Act.NEUTRAL
    return Act.READ


def is_specific(line: Line, frame: Frame) -> bool:
    """Whether the frame speaks of this customer's case and not of a rule."""
    if frame.generic or "unless-rule" in line.idioms:
        return False
    if frame.actor is Actor.THING:
        return True
    follows = object_of(line, frame, 12)
    if (
        follows[:1] == ["the"]
        and frame.verb is not None
        and frame.verb.base not in {"use", "start", "open", "send"}
    ):
        return True
    return not _MINE.isdisjoint(follows) or any(word[0] in "#$" for word in follows)
