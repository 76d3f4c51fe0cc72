"""Whether a line speaks of this customer's case or states a rule; whether it hedges the outcome."""

from answerable.claims.frame import Actor
from answerable.claims.line import Line

_OF_THE_CASE = frozenset(
    "your yours this that it these those they them my our here still already since because so therefore".split()
)
_PEOPLE = frozenset(
    "customers passengers members patients users guests people everyone anyone readers buyers".split()
)
_RULE_WORDS = frozenset("any every each all whenever per usually normally generally typically".split())
_NO_PLURALS = frozenset(
    "this is as us yes its his plus unless always thanks perhaps was has does yours whereas towards sometimes "
    "regards congrats cheers hours days weeks months".split()
)


def is_rule(line: Line) -> bool:
    """Said of anybody: bare plurals, "customers", "any", and nothing that points at this customer's things."""
    words = line.words
    if "unless-rule" in line.idioms:
        return True
    if not _PEOPLE.isdisjoint(words):
        return True
    if not {"your", "yours"}.isdisjoint(words):
        return False
    if "rule-marker" in line.idioms:
        return True
    for frame in line.parse.frames:
        if not frame.subordinate:
            if frame.generic:
                return True
            break
    return not _RULE_WORDS.isdisjoint(words[:3]) or (
        starts_with_plural(words) and _OF_THE_CASE.isdisjoint(words[:6])
    )


def starts_with_plural(words: list[str]) -> bool:
    """As in "Cracked screens are ...", "Boots that come back wet ..."."""
    return any(
        len(word) > len("cs.")
        and word.endswith("s")
        and not word.endswith(("ss", "us"))
        and word not in _NO_PLURALS
        for word in words[:2]
    )


def is_case(line: Line) -> bool:
    """Said of this customer: by what is theirs, by a demonstrative, by an identifier, or of us and them."""
    words = line.words
    if not _OF_THE_CASE.isdisjoint(words):
        return True
    return any(word[0] == "#" for word in words) or any(
        frame.actor in (Actor.US, Actor.YOU) and not frame.generic for frame in line.parse.frames
    )


def hedges_outcome(line: Line) -> bool:
    """The line doubts the act or the outcome itself, not only its time."""
    return "guess" in line.idioms
