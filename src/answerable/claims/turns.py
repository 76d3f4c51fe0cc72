"""The force of a fixed turn of phrase, weighed against the line that it stands in."""

from answerable.claims.case import is_case, is_rule
from answerable.claims.claim import Force
from answerable.claims.frame import Actor, Condition, Mood
from answerable.claims.idioms import FORCE_OF
from answerable.claims.line import Line
from answerable.claims.reasons import Reading
from answerable.claims.verbs import ACTS, BASE, GERUND, Act

_REFUSING = frozenset(
    "you-do-not-qualify expired-here not-possible must-decline system-bars does-not-meet not-open-to-us "
    "charge-stands".split()
)
_CASE_ONLY = frozenset(
    "applies-to-you owed-to-you nothing-to-pay charge-stands out-of-window does-not-meet meets-it is-covered you-get "
    "not-open-to-us free-to-leave case-possible you-would-pay case-qualifies no-charge you-do-not-qualify "
    "not-possible expired-here".split()
)
"""Determinations that hold only of this customer's case; of anybody's they are rules."""
_LONG_KNOWN = frozenset({"not-possible", "you-do-not-qualify", "case-qualifies", "expired-here"})
"""Name a case themselves: only a bare plural at the head makes them rules."""
_LASTING = frozenset({"in-effect", "is-complete", "now-status"})
RESULTS = frozenset(
    "state-now it-is-in in-your-inbox that-is-it-done gone-through taken-off you-are-down-for "
    "they-have-it "
    "is-lifted".split()
)
"""Says an act done by its result alone."""
_TERSE = 8
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
    if name in RESULTS and (
        is_rule(line) or "not" in line.words or (line.parse.requests and name != "state-now")
    ):
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
    if name == "confirm-yes" and "yes" in words and not _OTHERS.isdisjoint(words[: words.index("yes")]):
        return None
    if name == "shall-i" and (not line.is_question or _reads_after(words, "i", "we")):
        return None
    if name == "for-me-to" and (
        not (line.is_question or "if" in words) or _reads_after(words, "me", "us", "i", "we")
    ):
        return None
    if name == "want-it" and (
        not line.is_question or not _WANTED_TO_KNOW.isdisjoint(words[:6]) or _reads_after(words, "me", "us")
    ):
        return None
    if name == "is-that-right" and not line.is_question:
        return None
    if name == "reply-to-act" and (not _TOLD.isdisjoint(words[:9]) or not {"if", "code"}.isdisjoint(words)):
        return None
    if name in {"to-act-reply", "press-a-key"} and not _TOLD.isdisjoint(words):
        return None
    if name == "if-you-take" and not any(
        frame.actor is Actor.US
        and frame.mood in (Mood.CAN, Mood.FUTURE, Mood.WOULD)
        and frame.verb is not None
        and frame.verb.act is Act.WRITE
        for frame in line.parse.frames
    ):
        return None
    return Reading(Force.OFFER, name)


_OTHERS = frozenset("they she he".split())
_WANTED_TO_KNOW = frozenset("know see hear check help talk think say mean".split())
_TOLD = frozenset("hear see view check track repeat learn find know read again listen look".split())


def _reads_after(words: list[str], *actors: str) -> bool:
    """Whether what is proposed is only a look: "want me to check?"."""
    for at, word in enumerate(words):
        if word in actors:
            for after in words[at + 1 : at + 5]:
                verb = BASE.get(after) or GERUND.get(after)
                if verb is not None and after != "like":
                    return verb.act is Act.READ
    return False


def _entitled(line: Line, name: str) -> Reading | None:
    if line.is_question or "tool-failure" in line.idioms or line.words[0] == "to":
        return None
    if name == "meets-it" and any(frame.mood is Mood.MUST for frame in line.parse.frames):
        return None
    if name in _CASE_ONLY and (_is_rule(line) if name in _LONG_KNOWN else is_rule(line)):
        refuses = name in _REFUSING or "not" in line.words or "no" in line.words
        return Reading(Force.INFORMATIONAL, "general-refusal" if refuses else "general-rule", refuses=refuses)
    if name in _CASE_ONLY and not is_case(line) and not line.has_terms and len(line.words) > _TERSE:
        return None
    if name in _REFUSING and "without" in line.idioms:
        return Reading(Force.INFORMATIONAL, "general-refusal", refuses=True)
    if name == "you-qualify" and _is_rule(line):
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
