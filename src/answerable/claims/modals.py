"""The force of frames that say what will, can, may or must be."""

from answerable.claims.acts import is_specific
from answerable.claims.case import is_rule
from answerable.claims.claim import Force
from answerable.claims.frame import Actor, Frame, Mood
from answerable.claims.line import Line
from answerable.claims.reasons import Reading
from answerable.claims.verbs import ACTS, Act

_CHARGE = frozenset("charge deduct bill invoice".split())
_EMPTY_FUTURE = frozenset(
    "need require depend vary help allow enable ensure remain want like love be mean look "
    "require have".split()
)
_HOW_TO = frozenset(
    "check track find visit see view contact call reach use click log sign go tap read look download learn "
    "email text message ask reply monitor expect let tell provide share know print start open drop submit select "
    "respond access follow show identify search review send".split()
)
_ANSWERS = frozenset("yes yeah yep correct absolutely certainly sure no".split())
_RELATIVE = frozenset("something anything nothing much what how everything whatever all everything".split())
_SUBJECT_REACH = 4
_GIVEN = frozenset("refund credit compensation replacement voucher discount reimbursement".split())


def future(line: Line, frame: Frame, act: Act) -> Reading:
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
        if frame.verb is None and base in {
            "here",
            "happy",
            "glad",
            "right",
            "sure",
            "in",
            "with",
            "",
            "back",
            "standing",
        }:
            return Reading(Force.NONE, "courtesy", frame)
        return Reading(Force.PROMISE, "will-act", frame)
    if frame.actor is Actor.YOU:
        if frame.able:
            return Reading(Force.ENTITLEMENT, "you-will-be-able", frame)
        if (
            act in (Act.WAIT, Act.WRITE)
            or frame.passive
            or base in {"get", "see", "have", "save", "earn", "keep", "find"}
        ):
            return Reading(Force.PROMISE, "you-will-receive", frame)
        if base in {"owe", "pay", "only"}:
            return Reading(Force.ENTITLEMENT, "you-will-pay", frame)
        return Reading(Force.INFORMATIONAL, "how-to", frame)
    if frame.helping:
        return Reading(Force.NONE, "will-help", frame)
    if base in _EMPTY_FUTURE and not frame.passive and base != "have":
        return Reading(
            Force.NONE if base in {"help", "allow", "enable"} else Force.INFORMATIONAL, "states", frame
        )
    if frame.passive and base in {
        "require",
        "need",
        "ask",
        "verify",
        "check",
        "review",
        "show",
        "view",
        "describe",
    }:
        return Reading(Force.INFORMATIONAL, "states", frame)
    if frame.hedged and (act is not Act.WRITE or not frame.passive):
        return Reading(Force.ESTIMATE, "hedged-outcome", frame)
    return Reading(Force.PROMISE, "will-be-written" if frame.passive else "will-happen", frame)


def _negated_future(line: Line, frame: Frame, act: Act, base: str) -> Reading:
    if "without" in line.idioms and act is not Act.WRITE:
        return Reading(Force.INFORMATIONAL, "requirement", frame, refuses=True)
    if frame.able or base in {"able", "possible", "available"}:
        force = (
            Force.ENTITLEMENT
            if frame.actor is not Actor.THING or is_specific(line, frame)
            else Force.INFORMATIONAL
        )
        return Reading(force, "refusal", frame, refuses=True)
    if frame.generic:
        return Reading(Force.INFORMATIONAL, "general-refusal", frame, refuses=True)
    if frame.actor is Actor.US:
        if act in ACTS or act is Act.NEUTRAL:
            return Reading(Force.PROMISE, "negative-undertaking", frame)
        return Reading(Force.NONE, "will-not-read", frame)
    return Reading(
        Force.ENTITLEMENT,
        "will-not-be",
        frame,
        refuses=base not in _CHARGE and base not in {"pay", "need", "lose", "owe", "affect"},
    )


def can(line: Line, frame: Frame, act: Act) -> Reading | None:
    base = frame.verb.base if frame.verb is not None else frame.word
    if frame.mood is Mood.WOULD and frame.negated and act not in ACTS:
        return Reading(Force.INFORMATIONAL, "states", frame)
    if frame.negated:
        return _cannot(line, frame, act)
    if frame.asked:
        return Reading(Force.NONE, "asks", frame)
    if frame.actor is Actor.US:
        if line.words[max(0, frame.start - 2)] in _RELATIVE and frame.start > 1:
            return Reading(Force.NONE, "relative-clause", frame)
        if frame.only and act is Act.WRITE:
            return Reading(Force.ENTITLEMENT, "only-can", frame, refuses=True)
        if act in ACTS:
            return Reading(Force.OFFER, "can-write", frame)
        if base == "use":
            return Reading(Force.OFFER, "can-use", frame)
        if base == "see" and line.has_terms and frame.mood is Mood.CAN:
            return Reading(Force.INFORMATIONAL, "we-see", frame)
        if base in {"suggest", "recommend", "advise"}:
            return Reading(Force.INFORMATIONAL, "advice", frame)
        if act is Act.READ or act is Act.HELP or frame.helping:
            return Reading(Force.NONE, "can-read", frame)
        return Reading(Force.NONE, "can", frame)
    if frame.actor is Actor.YOU:
        if frame.generic:
            return Reading(Force.INFORMATIONAL, "general-rule", frame)
        if frame.mood is Mood.WOULD:
            if act in (Act.WAIT, Act.WRITE) or base in {"get", "save", "pay", "owe", "have"}:
                return Reading(Force.OFFER, "you-would", frame)
            return Reading(Force.INFORMATIONAL, "states", frame)
        if base in _HOW_TO and base not in {"send", "use", "start", "open"}:
            return Reading(Force.INFORMATIONAL, "how-to", frame)
        if act in (Act.WRITE, Act.WAIT, Act.LIGHT) or base in {
            "choose",
            "use",
            "keep",
            "have",
            "get",
            "receive",
            "still",
        }:
            if "by-oneself" in line.idioms:
                return Reading(Force.INFORMATIONAL, "how-to", frame)
            if (is_specific(line, frame) and "how-to" not in line.idioms) or line.words[0] in _ANSWERS:
                return Reading(Force.ENTITLEMENT, "you-can", frame)
            return Reading(Force.INFORMATIONAL, "general-rule", frame)
        return Reading(Force.INFORMATIONAL, "how-to", frame)
    if frame.generic or is_rule(line) or ("by-oneself" in line.idioms and frame.passive):
        return Reading(Force.INFORMATIONAL, "general-rule", frame)
    if frame.passive and (act is Act.WRITE or base == "use"):
        if frame.mood is Mood.WOULD:
            return Reading(Force.OFFER, "would-be-written", frame)
        return Reading(Force.ENTITLEMENT, "can-be-written", frame)
    if frame.word in {"fail", "failed"}:
        # "The refund of the watering can failed": a can of tin gives no leave.
        return Reading(Force.INFORMATIONAL, "states", frame)
    if frame.mood is Mood.CAN and not _GIVEN.isdisjoint(
        line.words[max(0, frame.start - _SUBJECT_REACH) : frame.start]
    ):
        return Reading(Force.ENTITLEMENT, "can-be-given", frame)
    if frame.mood is Mood.WOULD and line.has_terms:
        return Reading(Force.OFFER, "would-be", frame)
    return Reading(Force.INFORMATIONAL, "states", frame)


def _cannot(line: Line, frame: Frame, act: Act) -> Reading:
    if "without" in line.idioms:
        return Reading(Force.INFORMATIONAL, "requirement", frame, refuses=True)
    if frame.word in {"guarantee", "promise", "commit", "ensure"}:
        return Reading(Force.INFORMATIONAL, "promises-nothing", frame, refuses=True)
    if frame.asked or (act is Act.READ and frame.actor is Actor.US):
        return Reading(Force.INFORMATIONAL if not frame.asked else Force.NONE, "cannot-read", frame)
    if "tool-failure" in line.idioms and frame.actor is not Actor.US:
        return Reading(Force.INFORMATIONAL, "tool-failure", frame)
    if frame.generic or is_rule(line):
        return Reading(Force.INFORMATIONAL, "general-refusal", frame, refuses=True)
    if frame.actor is Actor.YOU and not is_specific(line, frame):
        return Reading(Force.INFORMATIONAL, "general-refusal", frame, refuses=True)
    return Reading(Force.ENTITLEMENT, "refusal", frame, refuses=True)


def maybe(line: Line, frame: Frame, act: Act) -> Reading | None:
    if frame.asked and frame.actor is Actor.YOU:
        return Reading(Force.NONE, "asks", frame)
    if (
        frame.mood is Mood.MAY
        and frame.actor is Actor.YOU
        and act is Act.WRITE
        and not frame.hedged
        and not frame.passive
    ):
        if is_specific(line, frame):
            return Reading(Force.ENTITLEMENT, "you-may", frame)
        return Reading(Force.INFORMATIONAL, "general-rule", frame)
    if frame.negated and frame.mood is Mood.MAY and act is Act.WRITE:
        return _cannot(line, frame, act)
    if frame.actor is Actor.YOU and act not in (Act.WAIT, Act.WRITE) and not (frame.able or frame.passive):
        if frame.word in {"eligible", "entitled", "qualify", "see", "have", "get"}:
            return Reading(Force.ESTIMATE, "may-be", frame)
        return Reading(Force.INFORMATIONAL, "advice", frame)
    if frame.actor is Actor.US and act is Act.READ:
        return Reading(Force.NONE, "may-read", frame)
    if frame.generic and "your" not in line.words:
        return Reading(Force.INFORMATIONAL, "general-rule", frame)
    return Reading(Force.ESTIMATE, "may-be", frame)


def must(frame: Frame) -> Reading:
    if frame.actor is Actor.US:
        return Reading(Force.NONE, "needs-data", frame)
    if frame.actor is Actor.YOU and frame.word in {"pay", "owe", "cover"} and not frame.generic:
        return Reading(Force.ENTITLEMENT, "you-must-pay", frame)
    return Reading(Force.INFORMATIONAL, "requirement", frame)
