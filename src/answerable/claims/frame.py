"""The parts that a line is parsed into: verb frames, conditions, requests."""

from dataclasses import dataclass, field
from enum import Enum, auto

from answerable.claims.verbs import Verb


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


@dataclass(slots=True)
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
