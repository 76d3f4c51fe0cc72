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
from answerable.claims.legibility import LONGEST_LINE
from answerable.claims.line import REMEMBERED, Line, parsed
from answerable.claims.setting import Setting, Settled, accepts, judged
from answerable.claims.subject import words_naming
from answerable.claims.tools import is_write, subjects_of_tool, words_of_tool
from answerable.claims.topics import first_named, subject_words, subjects_named
from answerable.exchange import EARLIER_TURNS

_LONGEST = 60
"""Words of a line that are looked at; the rest of a longer line is left to the rules."""

_CURRENCIES = frozenset(
    "usd eur gbp jpy inr cad aud nzd chf sek nok dkk pln brl dollars dollar bucks euros".split()
)
_DAYS = frozenset("monday tuesday wednesday thursday friday saturday sunday".split())
_MONTHS = frozenset(
    "january february march april june july august september october november december "
    "jan feb mar apr jun jul aug sep sept oct nov dec".split()
)


def features_of(
    line: Line, setting: Setting, settled: Settled, subject: Subject, polarity: Polarity
) -> set[str]:
    """The features of a line. `settled`, `subject` and `polarity` are what the rules read."""
    return {
        f"rp:{polarity.value}",
        f"rp:{polarity.value} {settled.reading.force.value}",
        *_line_features(" ".join(line.words[:_LONGEST])),
        *_rule_features(line, setting, settled, subject),
        *_above(setting.governing),
        *_before(setting.before),
        *_customer(setting.customer),
        *_talk(setting.customer, setting.earlier[-EARLIER_TURNS:]),
        *_calls(setting.calls),
    }


def folded(word: str) -> str:
    """A word, or the kind of figure it is."""
    if word.isalpha():
        if word in _DAYS:
            return "<day>"
        if word in _MONTHS:
            return "<month>"
        return "<money>" if word in _CURRENCIES else word
    if not any(char.isdigit() for char in word):
        return word
    if "$" in word:
        return "<money>"
    if word.endswith("%"):
        return "<percent>"
    plain = word.lstrip("#").replace(",", "").replace(".", "").replace("-", "").replace("/", "")
    return "<num>" if plain.isdigit() and not word.startswith("#") else "<id>"


@lru_cache(maxsize=REMEMBERED)
def _line_features(words: str) -> frozenset[str]:
    plain = [folded(word) for word in words.split()]
    padded = ["^", *plain, "$"]
    found = ["bias", f"len={min(len(plain), 20) // 3}", *plain]
    found += [f"{one} {two}" for one, two in pairwise(padded)]
    found += [f"{one} {two} {three}" for one, two, three in zip(padded, padded[1:], padded[2:], strict=False)]
    return frozenset(found)


def _rule_features(line: Line, setting: Setting, settled: Settled, subject: Subject) -> Iterator[str]:
    reading = settled.reading
    force = reading.force.value
    yield f"r:{force}"
    yield f"r:{reading.rule}"
    yield f"r:{reading.rule} {force}"
    yield f"rs:{subject.value}"
    yield f"rs:{subject.value} {force}"
    if reading.refuses:
        yield "r:refuses"
    for rule in settled.because[1:]:
        yield f"r+:{rule}"
    if line.is_question:
        yield f"r:{force} ?"
    if line.has_terms:
        yield f"r:{force} terms"
    if "c:yes" in _customer(setting.customer):
        yield f"r:{force} yes"
    if "k:write" in _calls(setting.calls):
        yield f"r:{force} called"
    for idiom in line.idioms:
        yield f"i:{idiom}"
    for named in subjects_named(subject_words(line.words)):
        yield f"n:{named.value}"
    for frame in line.parse.frames:
        yield f"v:{frame.verb.base if frame.verb is not None else frame.word}"
        if frame.verb is not None:
            yield f"vs:{frame.verb.subject.value}"
        act = frame.verb.act.name if frame.verb is not None else "-"
        flags = "".join(
            mark
            for mark, is_set in (
                ("n", frame.negated),
                ("p", frame.passive),
                ("s", frame.subordinate),
                ("h", frame.hedged),
                ("a", frame.asked),
            )
            if is_set
        )
        yield f"f:{frame.mood.name} {frame.actor.name} {flags}"
        yield f"f:{frame.mood.name} {frame.actor.name} {act} {flags}"


@lru_cache(maxsize=REMEMBERED)
def _above(governing: str | None) -> frozenset[str]:
    if governing is None:
        return frozenset({"g:-"})
    return frozenset(
        {
            f"g:{_force_of(governing)}",
            *(f"g:{word}" for word in _some_words(governing)),
            *(f"gn:{subject}" for subject in _named_in(governing)),
        }
    )


@lru_cache(maxsize=REMEMBERED)
def _before(before: tuple[str, ...]) -> frozenset[str]:
    if not before:
        return frozenset({"b:-"})
    nearest = before[-1]
    return frozenset(
        {
            f"b1:{_force_of(nearest)}",
            *(f"b:{word}" for word in _some_words(nearest)),
            *(f"bn:{subject}" for subject in _named_in(nearest)),
            *(f"b+:{_force_of(text)}" for text in before[:-1]),
            *(f"bn+:{subject}" for text in before for subject in _named_in(text)),
        }
    )


@lru_cache(maxsize=REMEMBERED)
def _customer(customer: str) -> frozenset[str]:
    found = {f"c:{word}" for word in _some_words(customer)}
    found.update([f"cn:{subject}" for subject in _named_in(customer)])
    return frozenset(found | {"c:yes"} if accepts(customer) else found)


@lru_cache(maxsize=REMEMBERED)
def _talk(customer: str, earlier: tuple[str, ...]) -> frozenset[str]:
    """What the customer has named: after a bare "yes please" it tells what the talk is about."""
    turns = (*earlier, customer)
    found = {f"e:{subject}" for text in turns for subject in _named_in(text)}
    for text in reversed(turns):
        latest = first_named(words_naming(text))
        if latest is not Subject.OTHER:
            return frozenset(found | {f"e1:{latest.value}"})
    return frozenset({"e1:-"})


@lru_cache(maxsize=REMEMBERED)
def _calls(calls: tuple[str, ...]) -> frozenset[str]:
    written = {name for name in calls if is_write(name)}
    subjects = {f"k:{subject.value}" for name in written for subject in subjects_of_tool(name)}
    spoken = {f"kw:{word}" for name in calls for word in words_of_tool(name)}
    last = {f"kw1:{word}" for name in calls[-1:] for word in words_of_tool(name)}
    return frozenset({"k:write" if written else "k:none", *subjects, *spoken, *last})


def _force_of(text: str) -> str:
    _, reading = judged(text[:LONGEST_LINE])
    return reading.force.value if reading is not None else Force.NONE.value


@lru_cache(maxsize=REMEMBERED)
def _named_in(text: str) -> tuple[str, ...]:
    return tuple([subject.value for subject in subjects_named(words_naming(text))])


@lru_cache(maxsize=REMEMBERED)
def _some_words(text: str) -> frozenset[str]:
    return frozenset(folded(word) for word in parsed(text[:LONGEST_LINE]).words[:_LONGEST])
