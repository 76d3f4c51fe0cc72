"""A shallow parse of a line into verb frames: who does what, in which mood, on what condition.

The parse runs once, left to right, over the words. It knows auxiliaries, adverbs
and the verbs of `verbs.py`; everything else is a noun as far as it cares.
"""

from dataclasses import dataclass, field, replace
from enum import Enum, auto

from answerable.claims.verbs import ACTS, BASE, GERUND, PAST, Act, Verb
from answerable.claims.words import BREAKS, STOPS


class Mood(Enum):
    """The grammatical mood or tense of a frame, as far as force depends on it."""

    FUTURE = auto()
    CAN = auto()
    MAY = auto()
    SHOULD = auto()
    WOULD = auto()
    PERFECT = auto()
    PAST = auto()
    PRESENT = auto()
    PROGRESSIVE = auto()
    MUST = auto()
    LET = auto()
    IMPERATIVE = auto()
    GERUND = auto()
    BARE = auto()
    WISH = auto()
    """You would like to ..., you want to ...."""
    PROPOSAL = auto()
    """Would you like me to ..., shall I ...."""


class Actor(Enum):
    US = auto()
    YOU = auto()
    THING = auto()


class Condition(Enum):
    """What a sentence makes its main clause wait for."""

    CUSTOMER = auto()
    MILESTONE = auto()
    COURTESY = auto()


@dataclass(frozen=True, slots=True)
class Frame:
    """One verb group. `at` is the index of its main verb in the words, `sentence` of its sentence.

    `subordinate` frames stand in an if, when or after clause and claim nothing
    themselves. `generic` marks a subject that is nobody's in particular.
    """

    mood: Mood
    actor: Actor
    verb: Verb | None
    word: str
    at: int
    start: int
    sentence: int
    negated: bool = False
    passive: bool = False
    progressive: bool = False
    subordinate: bool = False
    generic: bool = False
    hedged: bool = False
    only: bool = False
    helping: bool = False
    able: bool = False
    asked: bool = False


@dataclass(slots=True)
class Parse:
    """A line's words and frames; `conditions` and `requests` are by sentence index."""

    words: list[str]
    frames: list[Frame] = field(default_factory=list)
    conditions: dict[int, set[Condition]] = field(default_factory=dict)
    requests: set[int] = field(default_factory=set)
    sentences: int = 0


_WILL = frozenset({"will", "shall"})
_MODALS = {
    "will": Mood.FUTURE,
    "shall": Mood.FUTURE,
    "can": Mood.CAN,
    "could": Mood.CAN,
    "may": Mood.MAY,
    "might": Mood.MAY,
    "should": Mood.SHOULD,
    "ought": Mood.SHOULD,
    "would": Mood.WOULD,
    "must": Mood.MUST,
    "need": Mood.MUST,
}
_HAVE = frozenset({"have", "has", "had"})
_BE = frozenset({"is", "are", "am", "was", "were", "'s"})
_DO = frozenset({"do", "does", "did"})
_NEGATIONS = frozenset({"not", "never", "neither", "nor"})
_HEDGES = frozenset(
    "probably likely possibly usually typically generally normally perhaps maybe hopefully ordinarily "
    "presumably potentially".split()
)
_ADVERBS = frozenset(
    "now also just then already once still even always simply straight soon first next all both each "
    "please again right hereby either too more indeed further instead only back ever so that better best "
    "of course at this time today at".split()
)
_NOT_ADVERBS = frozenset("reply apply supply family daily early only assembly monthly weekly yearly".split())
_US = frozenset({"i", "we"})
_US_NOUNS = frozenset(
    "team agent agents representative representatives rep specialist specialists technician technicians engineer "
    "engineers manager supervisor department support company colleague colleagues someone advisor adviser "
    "advisors nurse clinic office courier driver crew staff bank system desk".split()
)
_YOU = frozenset({"you", "customers", "passengers", "members", "patients", "users"})
_THINGS = frozenset("it this that which they he she these those there who what everything".split())
_OURS = frozenset("your this that these those the it our my its his her their".split())
_GENERIC = frozenset("a an any all most some each every no customers passengers members patients users one".split())
_SUBORDINATORS = frozenset("if when once after before unless until whether while whenever till provided assuming".split())
_THROUGH = frozenset("proceed start begin continue go ahead with by to and on making sure".split())
_COURTESY = frozenset("any other further more else questions question anything additional help assistance".split())
_REQUESTS = frozenset(
    "provide share send give tell let reply confirm choose select specify enter say type respond dm message "
    "verify describe state list click tap sign text upload attach note pick check clarify indicate".split()
)
_CONJUNCTIONS = frozenset({"and", "then", "or", ",", "but"})
_BE_FORMS = frozenset({"be", "been", "being", "get", "gets", "getting", "got"})
_BEFORE_MONTHS = frozenset("on in of by from until since for to through".split())
_WH = frozenset("which what how why where whether".split())
_BEFORE_WH = frozenset("of about on exactly out for with me us if see know to".split())
_NO = frozenset("no nothing none neither nobody".split())
_INFORMATION = frozenset(
    "this that it confirmation approval reply response answer go-ahead details information info email number id "
    "choice choices preference these those them address code date permission consent".split()
)
_COMING = frozenset({"like", "love", "prefer", "want", "wish"})


def _is_adverb(word: str) -> bool:
    return word in _ADVERBS or (word.endswith("ly") and len(word) > 4 and word not in _NOT_ADVERBS)  # noqa: PLR2004


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
            if word in _SUBORDINATORS:
                self._subordinate(at)
                at += 1
                continue
            if word == "as" and at + 2 < size and words[at + 1] in {"soon", "long"} and words[at + 2] == "as":
                self._subordinate(at + 2)
                at += 3
                continue
            at = self._step(at, word)
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
        if word == "may" and (follows[:1].isdigit() or (at and words[at - 1] in _BEFORE_MONTHS)):
            return at + 1
        if word in _MODALS or word in _HAVE or word in _BE or word in _DO:
            return self._auxiliary(at, word)
        if word in _WH and at > self.clause and (words[at - 1] in BASE or words[at - 1] in _BEFORE_WH):
            self.subordinate, self.finite_in_subordinate = True, False
            self.clause = at + 1
            return at + 1
        if word == "let" and follows in {"me", "us"}:
            return self._verb(at + 2, Mood.LET, Actor.US, at)
        if word in _US and follows:
            return self._simple_past(at)
        if word in {"unable", "able", "happy", "glad", "ready"} and follows == "to":
            return self._verb(at + 2, Mood.CAN, Actor.US, at, negated=word == "unable")
        if word in {"want", "need", "like"} and words[at + 1 : at + 3] == ["me", "to"] and at == self._clause_begin():
            return self._verb(at + 3, Mood.PROPOSAL, Actor.US, at, asked=True)
        if at == self._clause_begin() and not self.subordinate:
            return self._clause_first(at, word)
        if word in PAST and word not in BASE and PAST[word].act in ACTS and self._bare_participle(at):
            self._add(Frame(Mood.BARE, Actor.THING, PAST[word], word, at, self.clause, self.sentence, passive=True))
        return at + 1

    def _clause_begin(self) -> int:
        """The first word of the clause that carries meaning."""
        at = self.clause
        while at < len(self.words) and (
            self.words[at] in {"and", "or", "but", "so", "then", "please", "just", "simply", "kindly"}
            or _is_adverb(self.words[at])
            or self.words[at] in {"ok", "okay", "yes", "sure", "great"}
        ):
            at += 1
        return at

    def _clause_first(self, at: int, word: str) -> int:
        """A clause without a subject: an imperative, a gerund, a bare participle, or a shared verb."""
        shared = self._shared(at, word)
        if shared:
            return at + 1
        if word in _REQUESTS:
            self.parse.requests.add(self.sentence)
        follows = self.words[at + 1] if at + 1 < len(self.words) else ""
        if word in BASE and follows in PAST and PAST[follows].act in ACTS:
            return at + 1  # "refund issued": a noun here
        if word in BASE and (word not in PAST or follows not in BREAKS | {""}):
            verb = BASE[word]
            return self._verb(at, Mood.IMPERATIVE, Actor.YOU, at) if verb.act is not Act.NEUTRAL else at + 1
        if word in PAST and PAST[word].act in ACTS and not self._has_finite():
            self._add(Frame(Mood.BARE, Actor.US, PAST[word], word, at, at, self.sentence, passive=True))
        elif word in GERUND:
            return self._verb(at, Mood.GERUND, Actor.US, at)
        return at + 1

    def _shared(self, at: int, word: str) -> bool:
        """A second verb that shares the first one's auxiliary: "I've checked it and issued a refund"."""
        last = self.last
        if last is None or last.sentence != self.sentence or self.subordinate:
            return False
        if at == 0 or self.words[at - 1] not in _CONJUNCTIONS and not _is_adverb(self.words[at - 1]):
            return False
        verb = None
        if last.mood in {Mood.PERFECT, Mood.PAST} and not last.passive:
            verb = PAST.get(word)
        elif last.mood in {Mood.FUTURE, Mood.CAN, Mood.LET, Mood.PROPOSAL} and not last.passive:
            verb = BASE.get(word)
        if verb is None:
            return False
        self._add(replace(last, verb=verb, word=word, at=at, start=at, only=False, helping=False))
        return True

    def _has_finite(self) -> bool:
        """Whether this sentence has a frame with a verb of its own already."""
        return self.last is not None and self.last.sentence == self.sentence and self.last.mood is not Mood.BARE

    def _bare_participle(self, at: int) -> bool:
        """ "Refund issued", "$45 refunded to": short subject without a verb, then a participle, then nothing finite."""
        before = self.words[self.clause : at]
        if self.subordinate or self._has_finite():
            return False
        if not before or len(before) > 5 or before[0] in {"a", "an", "any", "every", "each", "by", "items"}:  # noqa: PLR2004
            return False
        after = self.words[at + 1] if at + 1 < len(self.words) else "."
        if before[0] == "to" or not _BE_FORMS.isdisjoint(before):
            return False
        if before[-1] in {"the", "your", "a", "an", "our", "this", "any", "of", "to", "for", "as"}:
            return False
        return after in BREAKS or after in {"to", "for", "from", "on", "back", "successfully", "and", "as", "with", "today"}

    def _subordinate(self, at: int) -> None:
        self.subordinate = True
        self.finite_in_subordinate = False
        self.clause = at + 1
        kind = self._condition(at)
        if kind is not None:
            self.parse.conditions.setdefault(self.sentence, set()).add(kind)

    def _condition(self, at: int) -> Condition | None:
        words = self.words
        head = words[at]
        ahead = words[at + 1 : at + 9]
        for stop, word in enumerate(ahead):
            if word in STOPS or word == ",":
                ahead = ahead[:stop]
                break
        if not ahead or head in {"whether", "while", "before", "until", "till"}:
            return None
        first = ahead[0]
        if first in {"you", "customer"}:
            if not _COURTESY.isdisjoint(ahead) and not {"like", "want", "prefer"} & set(ahead[:4]):
                return Condition.COURTESY
            second = ahead[1] if len(ahead) > 1 else ""
            if second in PAST and second not in BASE or second in {"were", "did", "had"}:
                return None
            if {"else", "anything", "questions"} & set(ahead):
                return Condition.COURTESY
            return Condition.CUSTOMER
        if first in {"i", "we"} and {"have", "receive", "get", "hear", "know"} & set(ahead[1:3]):
            return Condition.MILESTONE if _INFORMATION.isdisjoint(ahead[2:]) else Condition.CUSTOMER
        if first in {"confirmed", "approved", "accepted", "agreed", "so", "needed", "that", "this", "everything", "yes"}:
            return Condition.CUSTOMER
        if first == "your" and {"confirmation", "approval", "reply", "response", "consent", "answer"} & set(ahead[1:3]):
            return Condition.CUSTOMER
        return Condition.MILESTONE

    def _auxiliary(self, at: int, word: str) -> int:
        """A frame that begins with an auxiliary; its subject stands left of it, or right in a question."""
        words = self.words
        after = words[at + 1] if at + 1 < len(words) else ""
        asked = False
        here = at + 1
        if self._opens_question(at) and (after in _US or after in _YOU or after in _THINGS or after == "your"):
            asked = True
            actor, generic = (Actor.US if after in _US else Actor.YOU if after in _YOU else Actor.THING), False
            here = at + 2
        else:
            actor, generic = self._actor(at)
            if self.subordinate and self.finite_in_subordinate and (words[at - 1] in _US or words[at - 1] in {"it", "you"}):
                self.subordinate = False  # "if you want I can ...": the second clause has no comma before it
        if self.subordinate:
            self.finite_in_subordinate = True
        if word in _MODALS:
            mood = _MODALS[word]
        elif word in _HAVE:
            mood = Mood.PERFECT
        elif word in _BE:
            mood = Mood.PAST if word in {"was", "were"} else Mood.PRESENT
        else:
            mood = Mood.PRESENT
        negated, self.none_at_all = self.none_at_all, False
        return self._verb(here, mood, actor, at, negated=negated, generic=generic, asked=asked, do=word in _DO)

    def _opens_question(self, at: int) -> bool:
        begin = self._clause_begin()
        return at == begin or (at - begin <= 3 and self.words[begin] in {"how", "what", "which", "when", "where", "why", "who"})  # noqa: PLR2004

    def _actor(self, at: int) -> tuple[Actor, bool]:
        """Who does it, and whether that is nobody in particular."""
        words = self.words
        here = at - 1
        while here >= self.clause and (_is_adverb(words[here]) or words[here] in _HEDGES or words[here] in {"and", "or"}):
            here -= 1
        if here < self.clause:
            return (self.last.actor, self.last.generic) if self.last is not None else (Actor.US, False)
        head = words[here]
        if head in _US:
            return Actor.US, False
        if head == "you":
            return Actor.YOU, False
        if head in _THINGS:
            return Actor.THING, False
        noun_phrase = words[self.clause : here + 1]
        if head in _US_NOUNS:
            return Actor.US, False
        if head in _YOU:
            return Actor.YOU, True
        if not _NO.isdisjoint(noun_phrase[:2]):
            self.none_at_all = True
        named = not _OURS.isdisjoint(noun_phrase) or any(w[0] in "#$" or w[0].isdigit() for w in noun_phrase)
        generic = not named and (head.endswith("s") or not _GENERIC.isdisjoint(noun_phrase))
        return Actor.THING, generic

    def _verb(  # noqa: PLR0915
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
        """Find the main verb of the group from `here` on and add its frame."""
        words = self.words
        size = len(words)
        passive = progressive = hedged = only = helping = able = False
        while here < size:
            word = words[here]
            after = words[here + 1] if here + 1 < size else ""
            if word in _NEGATIONS:
                negated = True
            elif word == "no" and after == "longer":
                negated = True
                here += 1
            elif word == "only":
                only = True
            elif word in _HEDGES:
                hedged = True
            elif word in _BE_FORMS and (after in PAST or after in GERUND or _is_adverb(after) or word in {"be", "been", "being"}):
                passive = True
            elif word in _HAVE and mood is not Mood.PRESENT and (after == "been" or after in PAST):
                mood = Mood.PERFECT
            elif word in {"able", "unable", "allowed", "permitted", "eligible", "entitled", "free"} and after == "to":
                negated = negated or word == "unable"
                able = True
                mood = Mood.CAN if mood in {Mood.PRESENT, Mood.CAN} else mood
                passive = False
                here += 1
            elif word in {"happy", "glad", "pleased", "delighted", "prepared", "willing", "more"} and after in {"to", "than"}:
                mood = Mood.CAN
                passive = False
                here += 1
            elif word == "ready" and after == "to":
                mood = Mood.WISH if actor is Actor.YOU else Mood.CAN
                here += 1
            elif word == "going" and after == "to":
                mood = Mood.FUTURE
                passive = False
                here += 1
            elif word in {"need", "have", "has"} and after == "to":
                mood = Mood.MUST if not negated else mood
                here += 1
            elif word in _COMING and (after in {"to", "me", "us"} or (after == "for" and here + 2 < size)):
                if after in {"me", "us"}:
                    mood, actor = Mood.PROPOSAL, Actor.US
                    here += 1
                elif actor is Actor.YOU:
                    mood = Mood.WISH
                elif mood is Mood.WOULD or mood is Mood.PRESENT:
                    mood = Mood.CAN
                here += 1
                if here + 1 < size and words[here] != "to" and words[here + 1] == "to":
                    here += 1
            elif word in {"help", "assist", "helping", "assisting"} and mood is not Mood.IMPERATIVE:
                helping = True
                while here + 1 < size and words[here + 1] in {"you", "with", "to", "in", "by", "both"}:
                    here += 1
            elif word in {"try", "trying", "attempt", "aim", "hope", "see"} and after in {"to", "if", "about", "what", "whether"}:
                hedged = True
                here += 1
                break
            elif word in {"want", "wanted"} and after == "to":
                mood = Mood.WISH if actor is Actor.YOU else mood
                here += 1
            elif word in {"proceed", "proceeding", "start", "starting", "begin", "go", "going", "gone", "went"} and after in {
                "with",
                "to",
                "by",
                "ahead",
            }:
                nxt = here + 2
                if after == "ahead" and nxt < size and words[nxt] in {"and", "with", "to"}:
                    nxt += 1
                if nxt < size and (words[nxt] in GERUND or words[nxt] in BASE or words[nxt] in PAST):
                    here = nxt
                    continue
                word = "proceed"
                break
            elif word in {"make", "making"} and after in {"sure", "certain"}:
                here += 2
                break
            elif word == "get" and after in {"started"}:
                here += 1
            elif _is_adverb(word) or word in {"with", "to", "you", "also"} and (passive or helping):
                pass
            else:
                break
            here += 1
        if here >= size:
            verb, word = None, ""
        else:
            word = words[here]
            verb = self._lexical(word, mood, passive=passive, helping=helping)
            if verb is None and hedged:
                verb = BASE["look"]
        if mood in {Mood.PRESENT, Mood.PAST} and word in GERUND:
            mood, progressive = Mood.PROGRESSIVE, True
            verb = GERUND[word]
        elif passive and word in GERUND and mood is not Mood.PERFECT:
            passive, progressive = False, True
        elif passive and word in GERUND:
            mood, progressive, passive = Mood.PROGRESSIVE, True, False
        elif mood in {Mood.PRESENT, Mood.PAST} and not do and word in PAST:
            if passive:
                mood, progressive = Mood.PROGRESSIVE, True  # "is being refunded"
            passive = True
        if mood is Mood.PERFECT and word not in PAST and not progressive:
            mood = Mood.PRESENT  # "you have a credit": have is the main verb
        if asked and mood in {Mood.FUTURE, Mood.SHOULD, Mood.CAN, Mood.MAY} and actor is Actor.US:
            mood = Mood.PROPOSAL
        if asked and mood is Mood.WISH:
            mood = Mood.PROPOSAL
            actor = Actor.YOU
        self._add(
            Frame(
                mood,
                actor,
                verb,
                word,
                min(here, size - 1),
                start,
                self.sentence,
                negated=negated,
                passive=passive,
                progressive=progressive,
                subordinate=self.subordinate,
                generic=generic,
                hedged=hedged,
                only=only,
                helping=helping,
                able=able,
                asked=asked,
            )
        )
        return max(here + (verb is not None), start + 1)

    @staticmethod
    def _lexical(word: str, mood: Mood, *, passive: bool, helping: bool) -> Verb | None:
        if helping:
            return GERUND.get(word) or BASE.get(word)
        if mood in {Mood.PERFECT, Mood.PRESENT, Mood.PAST, Mood.BARE} or passive:
            return PAST.get(word) or GERUND.get(word) or (None if passive else BASE.get(word))
        return BASE.get(word) or GERUND.get(word) or PAST.get(word)

    def _simple_past(self, at: int) -> int:
        """ "I refunded", "we've" is an auxiliary's work; "I went ahead and refunded"."""
        words = self.words
        here = at + 1
        size = len(words)
        while here < size and _is_adverb(words[here]):
            here += 1
        if here < size and words[here] == "went" and here + 2 < size and words[here + 1] == "ahead":
            here += 3 if words[here + 2] in {"and", "to", "with"} else 2
        while here < size and _is_adverb(words[here]):
            here += 1
        word = words[here] if here < size else ""
        if word in PAST and word not in _HAVE and word not in _DO and not (word in BASE and PAST[word].act is Act.READ):
            if self.subordinate and self.finite_in_subordinate:
                self.subordinate = False
            self._add(
                Frame(Mood.PAST, Actor.US, PAST[word], word, here, at, self.sentence, subordinate=self.subordinate)
            )
            return here + 1
        if word in BASE and word not in _HAVE and word not in _DO and word != "need":
            self._add(
                Frame(Mood.PRESENT, Actor.US, BASE[word], word, here, at, self.sentence, subordinate=self.subordinate)
            )
            return here + 1
        return at + 1

    def _add(self, frame: Frame) -> None:
        self.parse.frames.append(frame)
        self.last = frame


def parse(words: list[str]) -> Parse:
    """The frames of a line, in the order in which they stand."""
    return _Parser(words).run()
