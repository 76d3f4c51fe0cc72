"""A line without a committal reason: does it say nothing, or a fact?"""

from answerable.claims.claim import Force
from answerable.claims.frame import Actor, Mood
from answerable.claims.idioms import SILENT
from answerable.claims.line import Line
from answerable.claims.neighbours import Setting, asks
from answerable.claims.reasons import Reading
from answerable.claims.verbs import Act

_COURTEOUS = frozenset("greeting thanks apology courtesy good-wishes empathy milestone".split())
"""Said in passing: they silence a line only where it has nothing else to say."""
_HEADING = 4
_LONG_HEADING = 8
_HEADINGS = frozenset(
    "summary details overview options option note notes information steps items flights legs".split()
)
_HEADS = frozenset(
    "what how why where if your our next good step making current proposed before after".split()
)
_ENDS = frozenset({".", "!", "?", ",", ";"})
_FACT_MOODS = (Mood.PRESENT, Mood.PAST, Mood.PERFECT)
_SHORT = 8


def quiet(line: Line, best: Reading | None, setting: Setting) -> Reading:
    """The reading of a line that undertakes, determines and estimates nothing."""
    words = line.words
    if not words or all(not any(char.isalnum() for char in word) for word in words):
        return Reading(Force.NONE, "empty")
    shape = _shape(line, best, setting)
    if shape is not None:
        return shape
    facts = [f for f in line.parse.frames if not f.subordinate and f.mood in _FACT_MOODS]
    silent = sorted(line.idioms & SILENT)
    if best is not None and best.force is Force.INFORMATIONAL and not line.is_question:
        courteous = _courteous_only(line, best)
        if not courteous and not (words[-1] == ":" and not line.has_terms):
            return best
    if line.is_question:
        return Reading(Force.NONE, "asks-only")
    if words[-1] in {":", "-"} and not line.has_terms and len(words) > 1:
        return Reading(Force.NONE, "lead-in")
    if silent and not (line.has_terms and (facts or _COURTEOUS.issuperset(silent))):
        return Reading(Force.NONE, silent[0], best.frame if best is not None else None)
    if best is not None:
        return best
    if line.parse.requests and not line.has_terms:
        return Reading(Force.NONE, "asks-data")
    if setting.governing is not None and asks(setting.governing):
        return Reading(Force.NONE, "governed-by-request")
    if words[-1] == "!" and not line.has_terms and {"your", "will"}.isdisjoint(words):
        return Reading(Force.NONE, "exclaims")
    return Reading(Force.INFORMATIONAL, "plain-statement")


def _shape(line: Line, best: Reading | None, setting: Setting) -> Reading | None:
    """Headings, header rows and signatures say nothing by what they are."""
    words = line.words
    if words[0] == "|" and _heads_table(setting):
        return Reading(Force.NONE, "header-row")
    if words[0][0] == "^" and len(words) <= 2:  # noqa: PLR2004 - "^Ines"
        return Reading(Force.NONE, "signature")
    if setting.governing is not None or words[-1] in _ENDS or line.has_terms:
        return None
    if best is None and len(words) <= _HEADING and (words[-1] in _HEADINGS or ":" not in words):
        return Reading(Force.NONE, "heading")
    if words[0] in _HEADS and len(words) <= _LONG_HEADING:
        return Reading(Force.NONE, "heading")
    return None


def _heads_table(setting: Setting) -> bool:
    return not setting.before or not setting.before[-1].lstrip().startswith("|")


def _courteous_only(line: Line, best: Reading) -> bool:
    """Whether a line that states something states it in passing: "Hi there, hope you are well"."""
    idioms = line.idioms
    if "you-said" in idioms or "you-are-through-to" in idioms:
        return not line.has_terms
    if "greeting" in idioms or "thanks" in idioms:
        return not line.has_terms and not (len(line.words) > _SHORT and _tells(line))
    if {"courtesy", "apology", "needs-data", "asks-data", "good-wishes"} & idioms:
        return not line.has_terms and not best.refuses and not _tells(line)
    if "empathy" in idioms:
        return not line.has_terms and not best.refuses
    return False


def _tells(line: Line) -> bool:
    """Whether something is said of a thing of the case: "the exchange shows ...", "your rental runs"."""
    return any(
        frame.actor is Actor.THING
        and not frame.subordinate
        and not frame.generic
        and frame.verb is not None
        and frame.verb.act in (Act.WRITE, Act.NEUTRAL, Act.READ)
        for frame in line.parse.frames
    ) and not {"your", "the", "it"}.isdisjoint(line.words)
