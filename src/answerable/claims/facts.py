"""The force of frames that say what was done, is, or is being done."""

from answerable.claims.acts import is_specific, object_of
from answerable.claims.case import is_rule
from answerable.claims.claim import Force
from answerable.claims.frame import Actor, Frame, Mood
from answerable.claims.line import Line
from answerable.claims.reasons import Reading
from answerable.claims.verbs import ACTS, BASE, Act

_TOLD_OR_GIVEN = frozenset("notify inform email contact give make take do provide offer".split())
_PAST_FACTS = frozenset(
    "make place order book pay charge bill deliver ship process schedule return request include".split()
)
_MINDS = frozenset("want know see think worry mind need wish like mean sure hear".split())
_DOWN = frozenset("down in booked set signed listed scheduled up".split())
_JUST = frozenset("just now successfully today".split())
_TELLS = frozenset("see show shows showing seems looks appears say says records that".split())
_ONCE = frozenset("by at on yesterday ago earlier before after since last in once".split())
_OPENERS = frozenset({"sure", "ok", "okay", "yes", "great", "alright", "perfect", "now", ",", "!", ".", "-"})
_SHORT_NOTICE = 12
_DENIALS = frozenset({"deny", "decline", "reject"})
_STATUS = frozenset(
    "deliver ship dispatch place order process pay list schedule include request return mark charge bill run reject "
    "price stick".split()
)
_RULE_VERBS = frozenset(
    "include cover allow accept accommodate request require order place list handle".split()
)


def done(line: Line, frame: Frame, act: Act) -> Reading:
    verb = frame.verb
    base = verb.base if verb is not None else ""
    if frame.actor is Actor.YOU and not frame.passive:
        return Reading(Force.INFORMATIONAL, "customers-own-act", frame)
    if frame.negated:
        return Reading(Force.INFORMATIONAL, "not-done", frame)
    if base in _DENIALS and (frame.mood is Mood.BARE or (frame.passive and frame.mood is Mood.PAST)):
        return Reading(Force.INFORMATIONAL, "recorded-past", frame, refuses=True)
    if base in _DENIALS:
        force = Force.INFORMATIONAL if frame.generic else Force.ENTITLEMENT
        return Reading(force, "denied", frame, refuses=True)
    if base == "get" and frame.word == "got" and frame.mood is Mood.PERFECT and not frame.passive:
        kept = not _DOWN.isdisjoint(object_of(line, frame, 3)[1:])
        force = Force.COMPLETED if kept else Force.INFORMATIONAL if line.has_terms else Force.NONE
        return Reading(force, "has-got", frame)
    if frame.mood is Mood.BARE and (
        line.words[:1] == ["|"] or base in _RULE_VERBS or base in {"fix", "pay"} or is_rule(line)
    ):
        return Reading(Force.INFORMATIONAL, "recorded-status", frame)
    if frame.passive:
        if act is not Act.WRITE and base not in _TOLD_OR_GIVEN:
            return Reading(Force.INFORMATIONAL if act is not Act.READ else Force.NONE, "status", frame)
        if base in {"deliver", "dispatch", "ship"} and not (
            {"replacement", "new", "certificate", "voucher", "refund"} & set(line.words)
        ):
            return Reading(Force.INFORMATIONAL, "recorded-status", frame)
        if frame.mood is Mood.PAST and _is_history(line, frame, base):
            return Reading(Force.INFORMATIONAL, "recorded-past", frame)
        if frame.generic and frame.mood is not Mood.PERFECT:
            return Reading(Force.INFORMATIONAL, "general-rule", frame)
        return Reading(Force.COMPLETED, "has-been-written", frame)
    if frame.actor is Actor.THING and base in {"receive", "arrive", "expect", "have"}:
        return Reading(Force.INFORMATIONAL, "recorded-status", frame)
    if act in ACTS:
        if (
            frame.actor is Actor.THING
            and frame.mood is Mood.PERFECT
            and base not in {"refund", "cancel", "approve", "credit", "process", "go"}
        ):
            return Reading(Force.INFORMATIONAL, "recorded-status", frame)
        return Reading(Force.COMPLETED, "has-written", frame)
    if act is Act.READ:
        return Reading(Force.NONE, "has-read", frame)
    return Reading(Force.INFORMATIONAL, "recorded-status", frame)


def _is_history(line: Line, frame: Frame, base: str) -> bool:
    """Whether a past passive tells what once happened: "was suspended on the 3rd because ..."."""
    if base in _PAST_FACTS:
        return True
    before, after = line.words[: frame.start], line.words[frame.at + 1 :]
    if not _JUST.isdisjoint(line.words[frame.start : frame.at + 4]):
        return False
    return (
        "because" in line.words
        or not _TELLS.isdisjoint(before)
        or not _ONCE.isdisjoint(after[:6])
        or not {"because", "as", "since"}.isdisjoint(before[:1])
    )


def present(line: Line, frame: Frame, act: Act) -> Reading:
    base = frame.verb.base if frame.verb is not None else ""
    if frame.passive and act is Act.WRITE:
        if frame.hedged:
            return Reading(Force.INFORMATIONAL, "general-rule", frame)
        if frame.negated:
            return Reading(Force.INFORMATIONAL, "not-done", frame)
        if "still" in line.words[frame.start : frame.at]:
            return Reading(Force.INFORMATIONAL, "recorded-status", frame)
        now = {"now", "already", "all", "successfully", "officially"} & set(
            line.words[frame.start : frame.at]
        )
        if (
            frame.generic
            or frame.verb is None
            or (frame.verb.act is Act.LIGHT and base != "do")
            or (base in _STATUS | _RULE_VERBS and not now)
            or "unless-rule" in line.idioms
        ):
            if base == "cover" and is_specific(line, frame):
                return Reading(Force.ENTITLEMENT, "case-qualifies", frame)
            return Reading(Force.INFORMATIONAL, "recorded-status", frame)
        if frame.asked:
            return Reading(Force.NONE, "asks", frame)
        return Reading(Force.COMPLETED, "is-written", frame)
    if (
        frame.actor is Actor.US
        and act in ACTS
        and not frame.negated
        and not frame.passive
        and frame.word == base
    ):
        # "we offer", "I cancel"; a habitual present of the company's is a rule.
        return Reading(Force.INFORMATIONAL, "general-practice", frame)
    if frame.actor is Actor.US and frame.negated and act in ACTS:
        return Reading(Force.INFORMATIONAL, "general-refusal", frame, refuses=True)
    if frame.actor is Actor.US and frame.negated and base not in _MINDS and frame.word not in _MINDS:
        return Reading(Force.INFORMATIONAL, "general-refusal", frame, refuses=True)
    if frame.actor is Actor.US and base in {"see", "have", "do"} and line.has_terms:
        return Reading(Force.INFORMATIONAL, "we-see", frame)
    if frame.actor is Actor.US and line.words[max(frame.start - 1, 0)] in {"i", "we"}:
        return Reading(Force.NONE, "about-ourselves", frame)
    if frame.asked or line.is_question:
        return Reading(Force.NONE, "asks", frame)
    return Reading(Force.INFORMATIONAL, "states", frame)


def under_way(line: Line, frame: Frame, act: Act) -> Reading | None:
    if frame.mood is Mood.GERUND and not _OPENERS.issuperset(line.words[: frame.at]):
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
        if frame.mood is Mood.GERUND and (act is not Act.READ or ("," in line.words and line.has_terms)):
            return None
        if frame.mood is Mood.GERUND or line.words[max(frame.start - 1, 0)] in {"i", "we"}:
            return Reading(Force.NONE, "reading-now", frame)
        return Reading(Force.INFORMATIONAL, "states", frame)
    if frame.generic:
        return Reading(Force.INFORMATIONAL, "general-rule", frame)
    if (
        frame.actor is Actor.THING
        and frame.verb is not None
        and frame.verb.base in {"ship", "deliver", "dispatch", "include"}
    ):
        return Reading(Force.INFORMATIONAL, "recorded-status", frame)
    if frame.mood is Mood.GERUND and (
        len(line.words) > _SHORT_NOTICE
        or (line.words[-1] not in {".", "!", "now"} and "now" not in line.words)
        or any(word[-1] == "s" and word[:-1] in BASE for word in line.words[1:8])
    ):
        return None
    return Reading(Force.PROMISE, "act-under-way", frame)
