"""Clauses without an auxiliary: "Refund issued", "Sent to: ...", "the part that was kept"."""

from answerable.claims.claim import Subject
from answerable.claims.frame import Mood
from answerable.claims.grammar import (
    AFTER_PARTICIPLE,
    BE_FORMS,
    BEFORE_THAT,
    DO,
    GENERIC,
    HAVE,
    NO_NOTICE,
    OURS,
    STATUS,
    WISHED,
    is_adverb,
)
from answerable.claims.verbs import ACTS, BASE, PAST, Act, Verb
from answerable.claims.words import BREAKS

_SHORT_SUBJECT = 5
_SHORTEST_PAST = 4
_NO_SUBJECT = frozenset("the your a an our this any of to for as".split())


def is_notice(words: list[str], clause: int, at: int) -> bool:
    """As in "refund issued", "$45 refunded to": a short subject and a participle, from `clause` to `at`."""
    before = words[clause:at]
    if not before or len(before) > _SHORT_SUBJECT or before[0] in NO_NOTICE:
        return False
    if before[0] == "to" or before[-1] in _NO_SUBJECT or not BE_FORMS.isdisjoint(before):
        return False
    after = words[at + 1] if at + 1 < len(words) else "."
    return after in BREAKS or after in AFTER_PARTICIPLE or after[0].isdigit() or after[0] in "#$"


def is_noun(words: list[str], at: int, follows: str) -> bool:
    """Whether a word that could be a verb is the subject of a notice's participle."""
    if follows in PAST and PAST[follows].act in ACTS:
        return True
    after = words[at + 2 : at + 4]
    return (
        bool(after)
        and after[0] in PAST
        and after[0] not in BASE
        and PAST[after[0]].act in ACTS
        and follows not in OURS
        and follows not in GENERIC
        and (len(after) == 1 or after[1] in BREAKS or after[1] in AFTER_PARTICIPLE)
    )


def is_label(words: list[str], at: int) -> bool:
    """As in "Sent to: ...", "Paid with: ...", "Status: cancelled": the name or the value of a field."""
    if words[at + 1 : at + 2] == [":"] or words[at + 2 : at + 3] == [":"]:
        return True
    return at > 1 and words[at - 1] in {":", "|"} and _names_state(words, at - 1)


def _names_state(words: list[str], colon: int) -> bool:
    """Whether the words before a colon name a state on record, and not the object of an act."""
    label = words[:colon]
    return words[0] == "|" or not STATUS.isdisjoint(label) or "since" in words[colon + 2 : colon + 3]


def is_relative(words: list[str], clause: int, at: int) -> bool:
    """As in "payments that were set up", "the part which will be kept": a clause that only says which."""
    if at - 2 < clause or words[at - 1] not in {"that", "which", "who"}:
        return False
    before = words[at - 2]
    return before not in BEFORE_THAT and before not in BASE and before not in PAST and not is_adverb(before)


def own_verb(word: str) -> tuple[Verb | None, Mood]:
    """The verb after I or we, and its tense. A past form of a verb unknown here counts as an act."""
    if word in HAVE or word in DO or word == "need":
        return None, Mood.PRESENT
    if word in PAST and not (word in BASE and PAST[word].act is Act.READ):
        return PAST[word], Mood.PAST
    if word in BASE:
        return BASE[word], Mood.PRESENT
    if word.endswith("ed") and len(word) > _SHORTEST_PAST and word not in WISHED:
        return Verb(word, Act.WRITE, Subject.OTHER), Mood.PAST
    return None, Mood.PRESENT
