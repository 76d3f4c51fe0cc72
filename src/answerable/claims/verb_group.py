"""One verb group, from its auxiliary to its main verb: "will now go ahead and refund"."""

from answerable.claims.claim import Subject
from answerable.claims.frame import Actor, Mood
from answerable.claims.grammar import BE_FORMS, COMING, HAVE, HEDGES, NEGATIONS, WISHED, is_adverb
from answerable.claims.verbs import BASE, GERUND, PAST, Act, Verb

_ABLE = frozenset(
    {"able", "unable", "allowed", "permitted", "eligible", "entitled", "free", "authorised", "authorized"}
)
_WILLING = frozenset({"happy", "glad", "pleased", "delighted", "prepared", "willing", "more", "welcome"})
_TRYING = frozenset({"try", "trying", "attempt", "aim", "hope", "see"})
_AT_WHAT = frozenset({"to", "if", "about", "what", "whether"})
_BEGINNING = frozenset(
    {"proceed", "proceeding", "start", "starting", "begin", "go", "going", "gone", "went"},
)
_INTO = frozenset({"with", "to", "by", "ahead"})
_HELPING = frozenset({"help", "assist", "helping", "assisting"})
_HELPED = frozenset({"you", "with", "to", "in", "by", "both"})


class VerbGroup:
    """Reads on from `here` until the main verb stands there, and gathers what the words on the way mean.

    `do` says that the auxiliary was do, so that a past form is no participle.
    """

    def __init__(
        self, words: list[str], here: int, mood: Mood, actor: Actor, *, negated: bool, asked: bool, do: bool
    ) -> None:
        self.words = words
        self.here = here
        self.mood = mood
        self.actor = actor
        self.negated = negated
        self.asked = asked
        self.do = do
        self.verb: Verb | None = None
        self.word = ""
        self.passive = self.progressive = self.hedged = self.only = self.helping = self.able = False

    def read(self) -> None:
        """Find the main verb and settle the mood."""
        size = len(self.words)
        while self.here < size:
            word = self.words[self.here]
            after = self.words[self.here + 1] if self.here + 1 < size else ""
            if not (self._filler(word, after) or self._turn(word, after)):
                break
            self.here += 1
        if self.verb is None and self.here < size:
            self.word = self.words[self.here]
            self.verb = self._lexical(self.word)
            if self.verb is None and self.hedged:
                self.verb = BASE["look"]
        self._settle()

    def _filler(self, word: str, after: str) -> bool:
        """Words that colour the verb after them: not, only, probably, be, now."""
        if word in NEGATIONS:
            self.negated = True
        elif word == "no" and after == "longer":
            self.negated = True
            self.here += 1
        elif word == "only":
            self.only = True
        elif word in HEDGES:
            self.hedged = True
        elif word in BE_FORMS and (
            word in {"be", "been", "being"} or after in PAST or after in GERUND or is_adverb(after)
        ):
            self.passive = True
        elif word in HAVE and self.mood is Mood.WOULD and self.actor is Actor.US and after in PAST:
            self.negated = True  # "I would have refunded it if ..."
        elif word in HAVE and self.mood is not Mood.PRESENT and (after == "been" or after in PAST):
            self.mood = Mood.PERFECT
        else:
            return is_adverb(word) or (word in {"with", "to", "you"} and (self.passive or self.helping))
        return True

    def _turn(self, word: str, after: str) -> bool:
        """Verbs that stand before another: able to, going to, happy to, like me to, help with."""
        if after == "to" and self._turn_to(word):
            self.here += 1
            return True
        if word in COMING and after in {"to", "me", "us", "for"}:
            return self._wish(after)
        if word in _HELPING and self.mood is not Mood.IMPERATIVE:
            self.helping = True
            while self.here + 1 < len(self.words) and self.words[self.here + 1] in _HELPED:
                self.here += 1
            return True
        if word in _TRYING and after in _AT_WHAT:
            self.hedged = True
            self.here += 2
            return False
        if word in _BEGINNING and after in _INTO:
            return self._begin(after)
        if word in {"make", "making"} and after in {"sure", "certain"}:
            self.here += 2
        return False

    def _turn_to(self, word: str) -> bool:
        if word in _ABLE:
            self.negated = self.negated or word == "unable"
            self.able = True
            self.passive = False
            if self.mood is Mood.PRESENT:
                self.mood = Mood.CAN
        elif word in _WILLING:
            self.mood, self.passive = Mood.CAN, False
        elif word == "ready":
            self.mood = Mood.WISH if self.actor is Actor.YOU else Mood.CAN
        elif word == "going":
            self.mood, self.passive = Mood.FUTURE, False
        elif word in {"need", "have", "has"}:
            self.mood = self.mood if self.negated else Mood.MUST
        elif word == "wanted":
            self.mood = Mood.WISH if self.actor is Actor.YOU else self.mood
        else:
            return False
        return True

    def _wish(self, after: str) -> bool:
        if after in {"me", "us"}:
            self.mood, self.actor = Mood.PROPOSAL, Actor.US
            self.here += 1
        elif self.actor is Actor.YOU:
            self.mood = Mood.WISH
        elif self.mood in (Mood.WOULD, Mood.PRESENT):
            self.mood = Mood.CAN
        self.here += 1
        if self.words[self.here + 1 : self.here + 2] == ["to"] and self.words[self.here] != "to":
            self.here += 1
        return True

    def _begin(self, after: str) -> bool:
        """As in "go ahead and refund" is to refund; "go ahead with the refund" is to proceed."""
        into = self.here + 2
        if after == "ahead" and self.words[into : into + 1] in (["and"], ["with"], ["to"]):
            into += 1
        if into < len(self.words):
            word = self.words[into]
            if word in GERUND or word in BASE or word in PAST:
                self.here = into - 1
                return True
        self.verb = BASE["proceed"]
        self.word = "proceed"
        return False

    def _lexical(self, word: str) -> Verb | None:
        if self.helping:
            return GERUND.get(word) or BASE.get(word)
        if self.passive:
            return PAST.get(word) or GERUND.get(word)
        if self.mood in (Mood.PERFECT, Mood.PRESENT, Mood.PAST):
            return PAST.get(word) or GERUND.get(word) or BASE.get(word)
        return BASE.get(word) or GERUND.get(word) or PAST.get(word)

    def _tells_of_the_past(self) -> bool:
        """Whether a past form unknown here is an act done: "was boosted", "has been recalibrated"."""
        return (self.mood is Mood.PAST and not self.do) or (
            self.mood is Mood.PERFECT and (self.passive or self.actor is Actor.US)
        )

    def _settle(self) -> None:
        """The mood, now that the form of the main verb is known."""
        word = self.word
        if self.verb is None and word.endswith("ed") and word not in WISHED and self._tells_of_the_past():
            self.passive = self.passive or self.mood is Mood.PAST
            self.verb = Verb(word, Act.WRITE, Subject.OTHER)
            return
        if self.mood in (Mood.PRESENT, Mood.PAST):
            if word in GERUND:
                self.mood, self.progressive = Mood.PROGRESSIVE, True
                self.verb = GERUND[word]
            elif not self.do and word in PAST:
                if self.passive:
                    self.mood, self.progressive = Mood.PROGRESSIVE, True  # "is being refunded"
                self.passive = True
        elif self.passive and word in GERUND:
            self.passive, self.progressive = False, True
            if self.mood is Mood.PERFECT:
                self.mood = Mood.PROGRESSIVE
        if self.mood is Mood.PERFECT and word not in PAST and not self.progressive:
            self.mood = Mood.PRESENT  # "you have a credit": have is the main verb
        if not self.asked:
            return
        ours = self.actor is Actor.US and self.mood in (Mood.FUTURE, Mood.SHOULD, Mood.CAN, Mood.MAY)
        if ours or self.mood is Mood.WISH:
            self.mood = Mood.PROPOSAL
