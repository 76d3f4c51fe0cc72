"""From frames and turns of phrase to the force of a line (docs/reading.md, rules 1 to 10)."""

from answerable.claims.acts import effective_act
from answerable.claims.claim import Force
from answerable.claims.frame import Actor, Condition, Mood
from answerable.claims.line import Line
from answerable.claims.moods import judge_frame
from answerable.claims.reasons import Reading
from answerable.claims.turns import turns_in
from answerable.claims.verbs import Act

_NO_CONDITION: frozenset[Condition] = frozenset()


def readings(line: Line) -> list[Reading]:
    """Every reason for a force that the line itself holds, conditions weighed, in no order."""
    found: list[Reading] = []
    for frame in line.parse.frames:
        reading = judge_frame(line, frame)
        if reading is None:
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
    return found
