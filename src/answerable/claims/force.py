"""From frames and turns of phrase to the force of a line (docs/reading.md, rules 1 to 10)."""

from functools import lru_cache

from answerable.claims.acts import effective_act
from answerable.claims.case import hedges_outcome
from answerable.claims.claim import Force
from answerable.claims.frame import Actor, Condition, Frame, Mood
from answerable.claims.line import REMEMBERED, Line
from answerable.claims.moods import judge_frame
from answerable.claims.reasons import Reading
from answerable.claims.turns import turns_in
from answerable.claims.verbs import Act

_HOLDING = frozenset("hold bear hang wait sit let note remember rest see check know enjoy relax stay".split())
_SUBJECT = 5
_NO_CONDITION: frozenset[Condition] = frozenset()


@lru_cache(maxsize=REMEMBERED)
def readings(line: Line) -> tuple[Reading, ...]:
    """Every reason for a force that the line itself holds, conditions weighed, in no order.

    Remembered: a line is soon looked at again as the one before the next.
    """
    found: list[Reading] = []
    for frame in line.parse.frames:
        reading = judge_frame(line, frame)
        if reading is None:
            continue
        if reading.force is Force.COMPLETED and line.is_question and _is_asked(line, frame):
            continue
        conditions = line.parse.conditions.get(frame.sentence, _NO_CONDITION)
        if (
            reading.force is Force.PROMISE
            and reading.rule != "negative-undertaking"
            and (
                Condition.CUSTOMER in conditions
                or "to-confirm" in line.idioms
                or (
                    frame is not line.parse.frames[0]
                    and line.parse.frames[0].mood is Mood.GERUND
                    and effective_act(line, line.parse.frames[0]) is Act.WRITE
                )
                or (frame.sentence in line.parse.requests and frame.actor is Actor.US)
                or _after_a_request(line, frame)
            )
        ):
            reading = Reading(Force.OFFER, "if-you-then-" + reading.rule, frame)
        if (
            reading.force is Force.COMPLETED
            and Condition.CUSTOMER in conditions
            and reading.rule == "is-written"
        ):
            reading = Reading(Force.OFFER, "if-you-then-" + reading.rule, frame)
        found.append(reading)
    found.extend(turns_in(line))
    if line.is_question and _is_act_asked(line):
        found.append(Reading(Force.OFFER, "act-as-a-question", line.parse.frames[0]))
    if hedges_outcome(line):
        found = [_capped(reading) for reading in found]
    return tuple(found)


def _after_a_request(line: Line, frame: Frame) -> bool:
    """As in "Leave me a number and someone will ring": the act waits for what is asked of the customer."""
    first = line.parse.frames[0]
    return (
        first is not frame
        and first.mood is Mood.IMPERATIVE
        and first.sentence == frame.sentence
        and first.word not in _HOLDING
        and not first.negated
        and "and" in line.words[max(0, frame.start - _SUBJECT) : frame.start]
    )


def _is_act_asked(line: Line) -> bool:
    """As in "Swap slot 4 for slot 7?": a bare act with a question mark is proposed."""
    if not line.parse.frames:
        return False
    first = line.parse.frames[0]
    return first.mood is Mood.IMPERATIVE and not first.negated and effective_act(line, first) is Act.WRITE


def _is_asked(line: Line, frame: Frame) -> bool:
    """An act named in a question is not claimed: "Want it cancelled?", "Would you prefer that I ...?"."""
    return frame.mood is Mood.BARE or any(
        other.asked and other.sentence == frame.sentence and other.start < frame.start
        for other in line.parse.frames
    )


def _capped(reading: Reading) -> Reading:
    """What is only guessed is no undertaking and no determination."""
    if reading.force in (Force.PROMISE, Force.ENTITLEMENT) or reading.rule in {
        "can-write",
        "would-be",
        "happy-to-act",
    }:
        return Reading(Force.ESTIMATE, "guessed-" + reading.rule, reading.frame, refuses=reading.refuses)
    return reading
