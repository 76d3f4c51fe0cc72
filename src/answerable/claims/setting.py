"""A line in its setting: what governs it, what stands before it, what the customer said, what was called."""

from dataclasses import dataclass

from answerable.claims.claim import Force
from answerable.claims.force import readings
from answerable.claims.governed import governed
from answerable.claims.legibility import LONGEST_LINE
from answerable.claims.line import Line
from answerable.claims.neighbours import LOOK_BACK, PROPOSING, Setting, accepts, is_done, judged
from answerable.claims.quiet import quiet
from answerable.claims.reasons import COMMITTAL, RANK, Reading, strongest
from answerable.claims.subject import subject_of
from answerable.claims.tools import subjects_of_tool

__all__ = ["Setting", "Settled", "accepts", "judged", "settle"]

_ASKING = frozenset({"asks-data", "confirm-to-proceed", "confirm-yes", "do-you-confirm"})
_ALONE = Setting(None, (), "", ())
_STRONG, _PLAIN, _WEAK = 930, 800, 650


@dataclass(frozen=True, slots=True)
class Settled:
    """The decided reading, the rules that fired, strongest first, and how sure we are in permille."""

    reading: Reading
    because: tuple[str, ...]
    confidence: int


def settle(line: Line, setting: Setting) -> Settled:
    """Decide the force of a line from what it says and where it stands."""
    found = list(readings(line))
    best = strongest(found)
    placed = governed(line, setting, best)
    if placed is not None:
        found.append(placed)
        best = placed if best is None or best.force not in COMMITTAL or placed.force is Force.OFFER else best
    if best is None or best.force in (Force.NONE, Force.INFORMATIONAL):
        best = _by_what_was_done(line, best, setting) or quiet(line, best, setting)
        found.append(best)
    elif placed is None:
        best = _among_neighbours(line, best, setting)
    because = _because(best, found)
    confidence = _STRONG if best.frame is not None and best.force in COMMITTAL else _PLAIN
    if best.force is Force.INFORMATIONAL and best.rule == "plain-statement":
        confidence = _WEAK
    return Settled(best, because, confidence)


def _by_what_was_done(line: Line, best: Reading | None, setting: Setting) -> Reading | None:
    """Words that tell of a state or of what comes next claim an act once a tool has done one."""
    if line.is_question or "not" in line.words or not setting.wrote:
        return None
    if "comes-next" in line.idioms and (line.has_terms or any(map(is_done, setting.before[-2:]))):
        return Reading(Force.PROMISE, "comes-next")
    in_passing = not line.has_terms and not {"courtesy", "thanks", "greeting"}.isdisjoint(line.idioms)
    if not _STATES.isdisjoint(line.idioms) and _HELD.isdisjoint(line.words) and not in_passing:
        return Reading(Force.COMPLETED, "state-after-act")
    if best is not None and best.rule == "recorded-status" and best.frame is not None and best.frame.passive:
        return Reading(Force.COMPLETED, "status-after-act", best.frame)
    return None


_STATES = frozenset({"state-held", "on-its-way"})
_HELD = frozenset(
    "there here anything help happy glad if when any should please further else question questions more".split()
)


def _because(best: Reading, found: list[Reading]) -> tuple[str, ...]:
    names = [best.rule]
    for reading in sorted(found, key=lambda reading: -RANK[reading.force]):
        if reading.rule not in names:
            names.append(reading.rule)
    return tuple(names)


def _among_neighbours(line: Line, best: Reading, setting: Setting) -> Reading:
    """What the sentences before, the customer's yes and the calls made do to a committal line."""
    if best.rule == "act-under-way" and best.frame is not None:
        subject = best.frame.verb.subject if best.frame.verb is not None else None
        brought = [subjects_of_tool(name) for name in setting.calls]
        named = subject_of(line, best, _ALONE)
        if any(subject in subjects or named in subjects for subjects in brought):
            return Reading(Force.COMPLETED, "under-way-and-called", best.frame)
        return best
    if best.force is not Force.PROMISE or not setting.before:
        return best
    if best.rule in {"negative-undertaking", "no-charge-until", "deal", "consider-done", "word-given"}:
        return best
    earlier = [judged(text[:LONGEST_LINE]) for text in setting.before[-LOOK_BACK:]]
    nearest, _ = earlier[-1]
    asks = not _ASKING.isdisjoint(nearest.idioms)
    if asks and not ("anything" in nearest.words and "else" in nearest.words):
        return Reading(Force.OFFER, "asked-before-" + best.rule, best.frame)
    if accepts(setting.customer) or (
        best.frame is not None and "now" in line.words[best.frame.start : best.frame.at]
    ):
        return best
    for above, reading in reversed(earlier):
        if reading is not None and reading.force is Force.COMPLETED:
            return best
        if not PROPOSING.isdisjoint(above.idioms) or (
            reading is not None
            and reading.force is Force.OFFER
            and best.frame is not None
            and best.frame.passive
        ):
            return Reading(Force.OFFER, "proposed-before-" + best.rule, best.frame)
    return best
