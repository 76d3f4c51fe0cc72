"""The force of one frame on its own, by its mood."""

from answerable.claims.acts import effective_act, is_specific
from answerable.claims.claim import Force
from answerable.claims.facts import done, present, under_way
from answerable.claims.frame import Actor, Frame, Mood
from answerable.claims.line import Line
from answerable.claims.modals import can, future, maybe, must
from answerable.claims.reasons import Reading
from answerable.claims.verbs import ACTS, Act


def judge_frame(line: Line, frame: Frame) -> Reading | None:
    """The force of one frame on its own, before its condition and its place are weighed."""
    act = effective_act(line, frame)
    if frame.subordinate:
        if frame.mood is Mood.PROPOSAL and frame.actor is Actor.US and act in ACTS and not frame.asked:
            return Reading(Force.OFFER, "if-you-would-like-me-to", frame)
        return None
    if frame.mood is Mood.PROPOSAL:
        return _proposal(line, frame, act)
    if frame.mood in (Mood.PERFECT, Mood.PAST, Mood.BARE):
        return done(line, frame, act)
    if frame.mood is Mood.PRESENT:
        return present(line, frame, act)
    if frame.mood in (Mood.PROGRESSIVE, Mood.GERUND):
        return under_way(line, frame, act)
    if frame.mood is Mood.FUTURE:
        return future(line, frame, act)
    if frame.mood in (Mood.CAN, Mood.WOULD):
        return can(line, frame, act)
    if frame.mood in (Mood.MAY, Mood.SHOULD):
        return maybe(line, frame, act)
    if frame.mood is Mood.LET:
        if act in ACTS and not (frame.hedged and act is Act.FOLLOW_UP and "into" not in line.words):
            return Reading(Force.PROMISE, "let-me-write", frame)
        return Reading(Force.NONE, "let-me-read", frame)
    if frame.mood is Mood.WISH:
        if "to-confirm" in line.idioms and act in ACTS:
            return Reading(Force.OFFER, "restated-act", frame)
        if {"confirm-to-proceed", "like-to-proceed"} & line.idioms and "how" not in line.words:
            return Reading(Force.OFFER, "confirm-to-proceed", frame)
        if act is Act.WRITE and not line.is_question and "how" not in line.words and is_specific(line, frame):
            return Reading(Force.OFFER, "restated-wish", frame)
        return Reading(Force.NONE, "customers-wish", frame)
    if frame.mood is Mood.MUST:
        return must(frame)
    return None


def _proposal(line: Line, frame: Frame, act: Act) -> Reading:
    wh = line.words[0] in {"which", "what", "how", "when", "where", "why", "who"}
    if wh:
        return Reading(Force.NONE, "asks-which", frame)
    if frame.helping and act not in ACTS:
        return Reading(Force.NONE, "asks-how-to-help", frame)
    if frame.actor is Actor.YOU:
        if act is Act.WRITE or (
            frame.verb is not None and frame.verb.base in {"receive", "keep", "have", "get", "use", "speak"}
        ):
            return Reading(Force.OFFER, "would-you-like-act", frame)
        return Reading(Force.NONE, "asks-wish", frame)
    if act in ACTS:
        return Reading(Force.OFFER, "would-you-like-act", frame)
    return Reading(Force.NONE, "asks-to-read", frame)
