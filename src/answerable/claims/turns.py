"""The force of a fixed turn of phrase, weighed against the line that it stands in."""

from answerable.claims.claim import Force
from answerable.claims.frame import Condition, Mood
from answerable.claims.idioms import FORCE_OF
from answerable.claims.line import Line
from answerable.claims.reasons import Reading
from answerable.claims.verbs import ACTS

_REFUSING = frozenset({"you-do-not-qualify", "expired-here", "not-possible", "must-decline", "system-bars"})
_LASTING = frozenset({"in-effect", "is-complete", "now-status"})
_NOW = frozenset({"now", "already", "officially"})
_FRAME_DECIDES = frozenset({"would-you-like-act", "case-allowed"})
"""Turns that are an act or a read, allowed or not, only by their verb."""


def turns_in(line: Line) -> list[Reading]:
    """The reasons that the fixed turns of phrase in a line give, by name."""
    found: list[Reading] = []
    for name in sorted(line.idioms):
        force = FORCE_OF.get(name)
        if force is None or name in _FRAME_DECIDES:
            continue
        reading = _WEIGH[force](line, name)
        if reading is not None:
            found.append(reading)
    return found


def _waits_for_customer(line: Line) -> bool:
    return any(Condition.CUSTOMER in kinds for kinds in line.parse.conditions.values())


def _is_rule(line: Line) -> bool:
    return "unless-rule" in line.idioms


def _completed(line: Line, name: str) -> Reading | None:
    if line.is_question or _waits_for_customer(line):
        return None
    if name in _LASTING and (_is_rule(line) or _NOW.isdisjoint(line.words)):
        return Reading(Force.INFORMATIONAL, name)
    return Reading(Force.COMPLETED, name)


def _promised(line: Line, name: str) -> Reading | None:
    negated = not {"not", "no", "never"}.isdisjoint(line.words)
    if name == "word-given" and negated and all(frame.mood is not Mood.FUTURE for frame in line.parse.frames):
        return Reading(Force.INFORMATIONAL, "promises-nothing", refuses=True)
    return Reading(Force.OFFER if _waits_for_customer(line) or line.parse.requests else Force.PROMISE, name)


def _offered(line: Line, name: str) -> Reading | None:
    words = line.words
    if name in {"happy-to-act", "we-offer-you"} and not {"not", "unable"}.isdisjoint(words):
        return None
    if name == "would-you-like-thing" and not line.is_question:
        return None
    if name == "to-confirm" and not any(f.verb is not None and f.verb.act in ACTS for f in line.parse.frames):
        return None
    if name in {"like-to-proceed", "confirm-to-proceed"} and (
        "how" in words or words[0] in {"which", "what"}
    ):
        return None
    return Reading(Force.OFFER, name)


def _entitled(line: Line, name: str) -> Reading | None:
    if line.is_question or "tool-failure" in line.idioms or line.words[0] == "to":
        return None
    if name in _REFUSING and ("without" in line.idioms or _is_rule(line)):
        return Reading(Force.INFORMATIONAL, "general-refusal", refuses=True)
    if _is_rule(line) and name in {"case-qualifies", "no-charge", "you-qualify"}:
        return Reading(Force.INFORMATIONAL, "general-rule")
    if line.parse.frames and all(frame.subordinate for frame in line.parse.frames):
        return None
    hedged = "likely" in line.idioms or any(frame.mood is Mood.MAY for frame in line.parse.frames)
    return Reading(Force.ESTIMATE if hedged else Force.ENTITLEMENT, name, refuses=name in _REFUSING)


def _estimated(line: Line, name: str) -> Reading | None:
    if line.is_question:
        return None
    if name in {"likely", "may-be", "should-be"} and all(frame.subordinate for frame in line.parse.frames):
        return None
    return Reading(Force.ESTIMATE, name)


_WEIGH = {
    Force.COMPLETED: _completed,
    Force.PROMISE: _promised,
    Force.OFFER: _offered,
    Force.ENTITLEMENT: _entitled,
    Force.ESTIMATE: _estimated,
}
