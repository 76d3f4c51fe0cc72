"""The lines around a line, and what the customer and the tools have said: judged once, looked at often."""

from dataclasses import dataclass
from functools import lru_cache

from answerable.claims.claim import Force
from answerable.claims.force import readings
from answerable.claims.frame import Condition
from answerable.claims.legibility import LONGEST_LINE
from answerable.claims.line import REMEMBERED, Line, parsed, read_words
from answerable.claims.reasons import Reading, strongest
from answerable.claims.tools import is_write
from answerable.claims.verbs import PAST

LOOK_BACK = 4
_YES = frozenset(
    "yes yeah yep yup sure ok okay confirm confirmed correct absolutely definitely proceed y "
    "please agreed".split()
)
PROPOSING = frozenset(
    "confirm-to-proceed confirm-yes do-you-confirm to-confirm like-to-proceed shall-we ready- "
    "to-proceed".split()
)
_CONFIRM = frozenset("confirm confirmation confirming proposed proposing".split())
_ACCEPTING = frozenset("accept confirm agree approve ahead yes reply proceed ok sign".split())


@dataclass(frozen=True, slots=True)
class Setting:
    """The fields of a ReadingContext, which see."""

    governing: str | None
    before: tuple[str, ...]
    customer: str
    calls: tuple[str, ...]
    earlier: tuple[str, ...] = ()

    @property
    def wrote(self) -> bool:
        """Whether a tool that changes something has succeeded in this conversation."""
        return has_written(self.calls)


@lru_cache(maxsize=REMEMBERED)
def has_written(calls: tuple[str, ...]) -> bool:
    """Whether one of these tools changes something."""
    return any(map(is_write, calls))


@lru_cache(maxsize=REMEMBERED)
def judged(text: str) -> tuple[Line, Reading | None]:
    """A neighbouring line and the strongest reason it gives by itself."""
    line = parsed(text)
    return line, strongest(readings(line))


@lru_cache(maxsize=REMEMBERED)
def accepts(customer: str) -> bool:
    """Whether the customer's last message says yes."""
    words = read_words(customer[:LONGEST_LINE]).words
    head = set(words[:6])
    text = " ".join(words[:40])
    if head & {"no", "not", "never", "stop", "wait"} and not head & {"yes", "problem"}:
        return False
    return bool(head & _YES) or any(
        turn in text for turn in ("go ahead", "please do", "do it", "sounds good", "that works")
    )


def asks(text: str) -> bool:
    """A line that asks the customer for data."""
    return not {"needs-data", "asks-data"}.isdisjoint(parsed(text[:LONGEST_LINE]).idioms)


def asks_to_confirm(above: Line) -> bool:
    """As in "please confirm:", "for confirmation:", "items to be returned:"."""
    if not PROPOSING.isdisjoint(above.idioms) or not _CONFIRM.isdisjoint(above.words):
        return True
    return any(
        word == "be" and at and above.words[at - 1] == "to" and above.words[at + 1] in PAST
        for at, word in enumerate(above.words[:-1])
    )


def waits(above: Line) -> bool:
    """As in the heading "If you accept": what stands below it waits for the customer's yes."""
    return (
        above.words[:1] in (["if"], ["once"], ["when"], ["after"])
        and not _ACCEPTING.isdisjoint(above.words)
        and any(Condition.CUSTOMER in kinds for kinds in above.parse.conditions.values())
    )


def is_done(text: str) -> bool:
    _, reading = judged(text[:LONGEST_LINE])
    return reading is not None and reading.force is Force.COMPLETED


def is_proposal(text: str) -> bool:
    above, reading = judged(text[:LONGEST_LINE])
    return asks_to_confirm(above) or (reading is not None and reading.force is Force.OFFER)
