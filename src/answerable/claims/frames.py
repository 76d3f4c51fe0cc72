"""A shallow parse of a line into verb frames: who does what, in which mood, on what condition.

The parse runs once, left to right, over the words. It knows auxiliaries, adverbs
and the verbs of `verbs.py`; everything else is a noun as far as it cares.
"""

from dataclasses import replace

from answerable.claims.conditions import condition_at
from answerable.claims.frame import Actor, Frame, Mood, Parse
from answerable.claims.grammar import (
    AFTER_OWN_PAST,
    BE,
    BEFORE_MONTHS,
    BEFORE_WH,
    CONJUNCTIONS,
    DO,
    GENERIC,
    HAVE,
    HEDGES,
    JOINING,
    MODALS,
    NEGATIONS,
    NO,
    OURS,
    REQUESTS,
    SUBORDINATORS,
    TELLING,
    THINGS,
    US,
    US_NOUNS,
    WH,
    YOU,
    is_adverb,
)
from answerable.claims.notices import is_label, is_notice, is_noun, is_relative, own_verb
from answerable.claims.verb_group import VerbGroup
from answerable.claims.verbs import ACTS, BASE, GERUND, PAST, Act
from answerable.claims.words import BREAKS, STOPS

_SHORT_SUBJECT = 5
_QUESTION_HEAD = 3
_AHEAD = 8
_SHORTEST_PAST = 4
_FINITE_CLAUSE = 2


class _Parser:
    """Walks the words once; `frames` grows as it goes."""

    def __init__(self, words: list[str]) -> None:
        self.words = words
        self.parse = Parse(words)
        self.sentence = 0
        self.clause = 0
        self.subordinate = False
        self.finite_in_subordinate = False
        self.last: Frame | None = None
        self.none_at_all = False
        self.begin = (-1, 0)

    def run(self) -> Parse:
        words = self.words
        size = len(words)
        at = 0
        while at < size:
            word = words[at]
            if word in BREAKS:
                self._break(at, word)
                at += 1
                continue
            if word in SUBORDINATORS:
                self._subordinate(at)
                at += 1
                continue
            if word == "as" and at + 2 < size and words[at + 1] in {"soon", "long"} and words[at + 2] == "as":
                self._subordinate(at + 2)
                at += 3
                continue
            begin = self.begin[1] if self.begin[0] == self.clause else self._clause_begin()
            if at == begin or word in TELLING or (at and words[at - 1] in CONJUNCTIONS):
                at = self._step(at, word)
            else:
                at += 1
        self.parse.sentences = self.sentence + 1
        return self.parse

    def _break(self, at: int, word: str) -> None:
        self.clause = at + 1
        if word not in {'"', "(", ")"}:
            self.subordinate = False
        if word in STOPS:
            self.sentence += 1

    def _step(self, at: int, word: str) -> int:
        """Read the frame that begins at `at`, if one does; returns where to go on."""
        words = self.words
        follows = words[at + 1] if at + 1 < len(words) else ""
        if word == "may" and (follows[:1].isdigit() or (at and words[at - 1] in BEFORE_MONTHS)):
            return at + 1
        if word in {"should", "had", "were"} and follows == "you" and at == self.clause and "?" not in words:
            self._subordinate(at)  # "should you wish to go ahead, ..."
            return at + 1
        if word in MODALS or word in HAVE or word in BE or word in DO:
            return self._auxiliary(at, word)
        if word in WH and at > self.clause and (words[at - 1] in BASE or words[at - 1] in BEFORE_WH):
            self.subordinate, self.finite_in_subordinate = True, False
            self.clause = at + 1
            return at + 1
        if word == "allow" and words[at + 1 : at + 3] == ["me", "to"]:
            return self._verb(at + 3, Mood.LET, Actor.US, at)
        if word == "let" and follows in {"me", "us"}:
            return self._verb(at + 2, Mood.LET, Actor.US, at)
        if word in US and follows:
            return self._simple_past(at)
        if word in {"unable", "able", "happy", "glad", "ready"} and follows == "to":
            return self._verb(at + 2, Mood.CAN, Actor.US, at, negated=word == "unable")
        if self._is_purpose(at, word, follows):
            self.subordinate, self.finite_in_subordinate = True, False
            return at + 1
        if (
            word in {"want", "need", "like"}
            and words[at + 1 : at + 3] == ["me", "to"]
            and at == self._clause_begin()
        ):
            return self._verb(at + 3, Mood.PROPOSAL, Actor.US, at, asked=True)
        if at == self._clause_begin() and not self.subordinate:
            return self._clause_first(at, word)
        if at and words[at - 1] in CONJUNCTIONS and self._shared(at, word):
            return at + 1
        if (
            word in PAST
            and word not in BASE
            and PAST[word].act in ACTS
            and self._is_free(at)
            and is_notice(words, self.clause, at)
        ):
            negated = not NEGATIONS.isdisjoint(words[self.clause : at])
            self._add(
                Frame(
                    Mood.BARE, Actor.THING, PAST[word], word, at, self.clause, self.sentence,
                    passive=True, negated=negated,
                )
            )  # fmt: skip
        return at + 1

    def _clause_begin(self) -> int:
        """The first word of the clause that carries meaning."""
        if self.begin[0] != self.clause:
            self.begin = (self.clause, self._skip_openers())
        return self.begin[1]

    def _skip_openers(self) -> int:
        at = self.clause
        while at < len(self.words) and (
            self.words[at] in {"and", "or", "but", "so", "then", "please", "just", "simply", "kindly"}
            or is_adverb(self.words[at])
            or self.words[at] in {"ok", "okay", "yes", "sure", "great"}
        ):
            at += 1
        return at

    def _clause_first(self, at: int, word: str) -> int:
        """A clause without a subject: an imperative, a gerund, a bare participle, or a shared verb."""
        shared = self._shared(at, word)
        if shared:
            return at + 1
        if word in REQUESTS:
            self.parse.requests.add(self.sentence)
        follows = self.words[at + 1] if at + 1 < len(self.words) else ""
        if word in BASE and is_noun(self.words, at, follows):
            return at + 1  # "refund issued", "credit limit updated": a noun here
        if word in BASE and (word not in PAST or follows not in BREAKS | {""}):
            verb = BASE[word]
            return self._verb(at, Mood.IMPERATIVE, Actor.YOU, at) if verb.act is not Act.NEUTRAL else at + 1
        if (
            word in PAST
            and PAST[word].act in ACTS
            and not self._has_finite()
            and not is_label(self.words, at)
            and (
                follows in AFTER_OWN_PAST or not follows.isalpha() or follows in BREAKS or is_adverb(follows)
            )
        ):
            self._add(Frame(Mood.BARE, Actor.US, PAST[word], word, at, at, self.sentence, passive=True))
        elif word in GERUND:
            return self._verb(at, Mood.GERUND, Actor.US, at)
        return at + 1

    def _shared(self, at: int, word: str) -> bool:
        """A second verb that shares the first one's auxiliary: "I've checked it and issued a refund"."""
        last = self.last
        if last is None or last.sentence != self.sentence or self.subordinate:
            return False
        if at == 0 or (self.words[at - 1] not in CONJUNCTIONS and not is_adverb(self.words[at - 1])):
            return False
        verb = None
        if last.mood in (Mood.PERFECT, Mood.PAST) and not last.passive:
            verb = PAST.get(word)
        elif last.mood in (Mood.FUTURE, Mood.CAN, Mood.LET, Mood.PROPOSAL) and not last.passive:
            verb = BASE.get(word)
        if verb is None or verb.act in (Act.NEUTRAL, Act.READ):
            return False
        if verb.act is Act.HELP:
            self._verb(at, last.mood, last.actor, at)
            return True
        self._add(replace(last, verb=verb, word=word, at=at, start=at, only=False, helping=False))
        return True

    def _is_purpose(self, at: int, word: str, follows: str) -> bool:
        """Whether it is one: "to proceed, ..." before its main clause claims nothing; "to confirm, ..." restates."""
        return (
            word == "to"
            and follows in BASE
            and follows not in {"confirm", "recap", "clarify", "summarize", "summarise"}
            and at == self.clause
            and not self._has_finite()
        )

    def _has_finite(self) -> bool:
        """Whether this sentence has a frame with a verb of its own already."""
        return (
            self.last is not None and self.last.sentence == self.sentence and self.last.mood is not Mood.BARE
        )

    def _is_free(self, at: int) -> bool:
        """Whether a main clause stands here that has no verb yet."""
        return at > self.clause and not self.subordinate and not self._has_finite()

    def _subordinate(self, at: int) -> None:
        self.subordinate = True
        self.finite_in_subordinate = False
        self.clause = at + 1
        kind = condition_at(self.words, at)
        if kind is not None:
            self.parse.conditions.setdefault(self.sentence, set()).add(kind)

    def _auxiliary(self, at: int, word: str) -> int:
        """A frame that begins with an auxiliary; its subject stands left of it, or right in a question."""
        words = self.words
        after = words[at + 1] if at + 1 < len(words) else ""
        asked = False
        here = at + 1
        if self._opens_question(at) and (after in US or after in YOU or after in THINGS or after == "your"):
            asked = True
            actor, generic = (
                (Actor.US if after in US else Actor.YOU if after in YOU else Actor.THING),
                False,
            )
            here = at + 2
        else:
            actor, generic = self._actor(at)
            if self.subordinate and (
                (self.finite_in_subordinate and (words[at - 1] in US or words[at - 1] in {"it", "you"}))
                or (
                    words[at - 1] in US
                    and at - self.clause > _FINITE_CLAUSE
                    and words[self.clause] in {"you", "that", "it"}
                )
            ):
                self.subordinate = False  # "if you want I can ...": the second clause has no comma before it
        relative = not asked and is_relative(words, self.clause, at)
        if self.subordinate:
            self.finite_in_subordinate = True
        if word in MODALS:
            mood = MODALS[word]
        elif word in HAVE:
            mood = Mood.PERFECT
        elif word in BE:
            mood = Mood.PAST if word in {"was", "were"} else Mood.PRESENT
        else:
            mood = Mood.PRESENT
        negated, self.none_at_all = self.none_at_all, False
        was, self.subordinate = self.subordinate, self.subordinate or relative
        here = self._verb(here, mood, actor, at, negated=negated, generic=generic, asked=asked, do=word in DO)
        self.subordinate = was
        return here

    def _opens_question(self, at: int) -> bool:
        begin = self._clause_begin()
        return at == begin or (
            at - begin <= _QUESTION_HEAD
            and self.words[begin] in {"how", "what", "which", "when", "where", "why", "who"}
        )

    def _actor(self, at: int) -> tuple[Actor, bool]:
        """Who does it, and whether that is nobody in particular."""
        words = self.words
        here = at - 1
        joined = False
        while here >= self.clause and (
            is_adverb(words[here]) or words[here] in HEDGES or words[here] in JOINING
        ):
            joined = joined or words[here] in JOINING
            here -= 1
        if here < self.clause or (joined and self.last is not None and self.last.sentence == self.sentence):
            return (self.last.actor, self.last.generic) if self.last is not None else (Actor.US, False)
        head = words[here]
        if head in US:
            return Actor.US, False
        if head == "you":
            return Actor.YOU, False
        if head in THINGS:
            return Actor.THING, False
        noun_phrase = words[self.clause : here + 1]
        if head in US_NOUNS:
            return Actor.US, False
        if head in YOU:
            return Actor.YOU, True
        if not NO.isdisjoint(noun_phrase[:2]):
            self.none_at_all = True
        named = not OURS.isdisjoint(noun_phrase) or any(w[0] in "#$" or w[0].isdigit() for w in noun_phrase)
        generic = not named and (
            (head.endswith("s") and not head.endswith("ss")) or not GENERIC.isdisjoint(noun_phrase)
        )
        return Actor.THING, generic

    def _verb(
        self,
        here: int,
        mood: Mood,
        actor: Actor,
        start: int,
        *,
        negated: bool = False,
        generic: bool = False,
        asked: bool = False,
        do: bool = False,
    ) -> int:
        """Read the verb group from `here` on and add its frame; returns where to go on."""
        group = VerbGroup(self.words, here, mood, actor, negated=negated, asked=asked, do=do)
        group.read()
        self._add(
            Frame(
                group.mood,
                group.actor,
                group.verb,
                group.word,
                min(group.here, len(self.words) - 1),
                start,
                self.sentence,
                negated=group.negated,
                passive=group.passive,
                progressive=group.progressive,
                subordinate=self.subordinate,
                generic=generic,
                hedged=group.hedged,
                only=group.only,
                helping=group.helping,
                able=group.able,
                asked=asked,
            )
        )
        return max(group.here + (group.verb is not None), start + 1)

    def _simple_past(self, at: int) -> int:
        """As in "I refunded", "I went ahead and refunded"; "I've refunded" has an auxiliary."""
        words = self.words
        here = at + 1
        size = len(words)
        while here < size and is_adverb(words[here]):
            here += 1
        if here < size and words[here] == "went" and here + 2 < size and words[here + 1] == "ahead":
            here += 3 if words[here + 2] in {"and", "to", "with"} else 2
        while here < size and is_adverb(words[here]):
            here += 1
        if words[here : here + 2] == ["managed", "to"] and words[here + 2 : here + 3]:
            word, verb, mood = words[here + 2], BASE.get(words[here + 2]), Mood.PAST
            here += 2
        else:
            word = words[here] if here < size else ""
            verb, mood = own_verb(word)
        if verb is None:
            return at + 1
        if self.subordinate and self.finite_in_subordinate:
            self.subordinate = False
        self._add(
            Frame(mood, Actor.US, verb, word, here, at, self.sentence, subordinate=self.subordinate),
        )
        return here + 1

    def _add(self, frame: Frame) -> None:
        self.parse.frames.append(frame)
        self.last = frame


def parse(words: list[str]) -> Parse:
    """The frames of a line, in the order in which they stand."""
    return _Parser(words).run()
