"""The force of a fixed turn of phrase."""

from answerable.claims.claim import Force
from answerable.claims.frame import Condition, Mood
from answerable.claims.idioms import COMPLETED, ENTITLED, ESTIMATED, OFFERED, PROMISED
from answerable.claims.line import Line
from answerable.claims.reasons import Reading
from answerable.claims.verbs import ACTS

_REFUSING = frozenset({"you-do-not-qualify", "expired-here", "not-possible", "must-decline", "system-bars"})


def turns_in(line: Line) -> list[Reading]:
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


def _turn(line: Line, name: str, force: Force) -> Reading | None:
    idioms = line.idioms
    customer = any(Condition.CUSTOMER in kinds for kinds in line.parse.conditions.values())
    rule = "unless-rule" in idioms
    if force is Force.COMPLETED:
        if customer or line.is_question:
            return None
        if name in {"in-effect", "is-complete", "now-status"} and (
            rule or not {"now", "already", "officially"} & set(line.words)
        ):
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
        if line.is_question or "tool-failure" in idioms or line.words[0] == "to":
            return None
        if name in _REFUSING and ("without" in idioms or rule):
            return Reading(Force.INFORMATIONAL, "general-refusal", refuses=True)
        if rule and name in {"case-qualifies", "no-charge", "you-qualify"}:
            return Reading(Force.INFORMATIONAL, "general-rule")
        if any(f.mood in (Mood.MAY,) for f in line.parse.frames) or "likely" in idioms:
            force = Force.ESTIMATE
        if line.parse.frames and all(f.subordinate for f in line.parse.frames):
            return None
        return Reading(force, name, refuses=name in _REFUSING)
    if force is Force.ESTIMATE:
        if line.is_question or rule and name == "usually":
            return None if line.is_question else Reading(Force.ESTIMATE, name)
        if name in {"likely", "may-be", "should-be"} and not any(
            not f.subordinate for f in line.parse.frames
        ):
            return None
        if name in {"approximately"}:
            return Reading(Force.ESTIMATE, name)
        return Reading(force, name)
    return Reading(force, name)
