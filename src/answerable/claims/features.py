"""What the trained reader looks at: the words of a line, its setting, and what the rules read.

A feature is a short name: words and runs of two and three of them, `r:` what the rules
read, `f:` and `v:` the verb groups, `i:` turns of phrase, `g:` the governing line, `b:` the lines
before, `c:` the customer, `e:` all that the customer said, `k:` the calls; `n:` and the like are the
subjects that a text names. Words with digits are folded to what they are ("<money>", "<id>"), so that
no amount or order number is learnt by heart.
"""

from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from answerable.claims.claim import Force, Polarity, Subject
from answerable.claims.frame import Actor, Frame, Mood
from answerable.claims.legibility import LONGEST_LINE
from answerable.claims.line import REMEMBERED, Line, folded_words, words_naming
from answerable.claims.neighbours import Setting, accepts, has_written, judged
from answerable.claims.setting import Settled
from answerable.claims.tools import is_write, subjects_of_tool, words_of_tool
from answerable.claims.topics import first_named, subjects_named
from answerable.claims.verbs import Verb
from answerable.exchange import EARLIER_TURNS

_LONG = 20
"""Lines of so many words or more are all of one length."""

Circumstances = tuple[Force, str, Subject, Polarity, bool, bool, bool, bool, bool]
FrameShape = tuple[Mood, Actor, Verb | None, str, bool, bool, bool, bool, bool]


def features_of(
    line: Line, setting: Setting, settled: Settled, subject: Subject, polarity: Polarity
) -> set[str]:
    """The features of a line. `settled`, `subject` and `polarity` are what the rules read.

    Each part has names of its own, so that a reader may add up their weights part by part.
    """
    return {
        *of_words(line),
        *of_rules(circumstances(line, setting, settled, subject, polarity)),
        *of_reasons(line, settled),
        *(name for frame in line.parse.frames for name in of_frame(shape_of(frame))),
        *of_governing(setting.governing),
        *of_nearest(setting.before[-1] if setting.before else None),
        *(name for text in setting.before[:-1] for name in of_further(text)),
        *(name for text in setting.before for name in of_before(text)),
        *of_customer(setting.customer),
        *of_talk(setting.customer, setting.earlier[-EARLIER_TURNS:]),
        *of_calls(setting.calls),
    }


def length(words: int) -> str:
    """The feature of a line of so many words."""
    return f"len={min(words, _LONG) // 3}"


NEAREST = "b:"
"""Begins the features of the words just before."""
ALWAYS = "bias"
"""The feature of every line."""


def of_words(line: Line) -> set[str]:
    """Words and runs of two and three of them, the line's ends among them; its length."""
    plain = line.folded
    padded = ["^", *plain, "$"]
    found = {ALWAYS, length(len(plain)), *plain}
    found.update([f"{one} {two}" for one, two in pairwise(padded)])
    found.update(
        [f"{one} {two} {three}" for one, two, three in zip(padded, padded[1:], padded[2:], strict=False)]
    )
    return found


def circumstances(
    line: Line, setting: Setting, settled: Settled, subject: Subject, polarity: Polarity
) -> Circumstances:
    """What `of_rules` looks at: few enough to be remembered."""
    reading = settled.reading
    return (
        reading.force, reading.rule, subject, polarity, reading.refuses, line.is_question, line.has_terms,
        says_yes(setting.customer), has_written(setting.calls),
    )  # fmt: skip


def of_rules(read: Circumstances) -> Iterator[str]:
    """The rules' decision, and what it was made of."""
    force, rule, subject, polarity, refuses, is_question, has_terms, yes, called = read
    yield f"rp:{polarity}"
    yield f"rp:{polarity} {force}"
    yield f"r:{force}"
    yield f"r:{rule}"
    yield f"r:{rule} {force}"
    yield f"rs:{subject}"
    yield f"rs:{subject} {force}"
    if refuses:
        yield "r:refuses"
    if is_question:
        yield f"r:{force} ?"
    if has_terms:
        yield f"r:{force} terms"
    if yes:
        yield f"r:{force} yes"
    if called:
        yield f"r:{force} called"


def of_reasons(line: Line, settled: Settled) -> list[str]:
    """The rules that also fired, the turns of phrase, and the subjects that the words name."""
    return [
        *["r+:" + rule for rule in settled.because[1:]],
        *["i:" + idiom for idiom in line.idioms],
        *["n:" + named for named in subjects_named(line.naming)],
    ]


def shape_of(frame: Frame) -> FrameShape:
    """What `of_frame` looks at."""
    return (
        frame.mood, frame.actor, frame.verb, "" if frame.verb is not None else frame.word,
        frame.negated, frame.passive, frame.subordinate, frame.hedged, frame.asked,
    )  # fmt: skip


def of_frame(shape: FrameShape) -> Iterator[str]:
    """A verb group: who does what in which mood, and the verb with its subject."""
    mood, actor, verb, word, *is_so = shape
    act = "-"
    if verb is None:
        yield f"v:{word}"
    else:
        act = verb.act.name
        yield f"v:{verb.base}"
        yield f"vs:{verb.subject}"
    flags = "".join([mark for mark, is_set in zip("npsha", is_so, strict=True) if is_set])
    yield f"f:{mood.name} {actor.name} {flags}"
    yield f"f:{mood.name} {actor.name} {act} {flags}"


def of_governing(governing: str | None) -> set[str]:
    if governing is None:
        return {"g:-"}
    return {
        f"g:{_force_of(governing)}",
        *(f"g:{word}" for word in _some_words(governing)),
        *(f"gn:{subject}" for subject in _named_in(governing)),
    }


def of_nearest(text: str | None) -> set[str]:
    """The line just before."""
    return (
        {"b:-"} if text is None else {*(NEAREST + word for word in _some_words(text)), *of_nearest_read(text)}
    )


def of_nearest_read(text: str) -> list[str]:
    """What was read in the line just before."""
    return ["b1:" + _force_of(text), *["bn:" + subject for subject in _named_in(text)]]


def of_further(text: str) -> set[str]:
    """A line before that one."""
    return {f"b+:{_force_of(text)}"}


def of_before(text: str) -> set[str]:
    """Any line before."""
    return {f"bn+:{subject}" for subject in _named_in(text)}


def of_customer(customer: str) -> set[str]:
    found = {f"c:{word}" for word in _some_words(customer)}
    found.update([f"cn:{subject}" for subject in _named_in(customer)])
    return found | {"c:yes"} if accepts(customer) else found


@lru_cache(maxsize=REMEMBERED)
def says_yes(customer: str) -> bool:
    return accepts(customer) or "yes" in _some_words(customer)


def of_talk(customer: str, earlier: tuple[str, ...]) -> set[str]:
    """What the customer has named: after a bare "yes please" it tells what the talk is about."""
    turns = (*earlier, customer)
    found = {f"e:{subject}" for text in turns for subject in _named_in(text)}
    for text in reversed(turns):
        latest = first_named(words_naming(text[:LONGEST_LINE]))
        if latest is not Subject.OTHER:
            return found | {f"e1:{latest}"}
    return {"e1:-"}


def of_calls(calls: tuple[str, ...]) -> set[str]:
    written = {name for name in calls if is_write(name)}
    subjects = {f"k:{subject}" for name in written for subject in subjects_of_tool(name)}
    spoken = {f"kw:{word}" for name in calls for word in words_of_tool(name)}
    last = {f"kw1:{word}" for name in calls[-1:] for word in words_of_tool(name)}
    return {"k:write" if written else "k:none", *subjects, *spoken, *last}


def _force_of(text: str) -> Force:
    _, reading = judged(text[:LONGEST_LINE])
    return reading.force if reading is not None else Force.NONE


@lru_cache(maxsize=REMEMBERED)
def _named_in(text: str) -> frozenset[Subject]:
    return subjects_named(words_naming(text[:LONGEST_LINE]))


@lru_cache(maxsize=REMEMBERED)
def _some_words(text: str) -> frozenset[str]:
    return frozenset(folded_words(text[:LONGEST_LINE]))
