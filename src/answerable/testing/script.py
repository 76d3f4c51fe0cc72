"""A script: one authored or recorded conversation, with what the gate should make of it.

    Script
    └── Turn            the customer speaks, then the assistant, once or more
        ├── Say         an assistant message of text
        ├── Call        an assistant message that asks tools, with what each will answer
        └── Expectation a line of the turn, its force, and whether it may leave

Scripts hold no state. How far a conversation has come is told by the request
itself: the number of assistant messages in it is the index of the next reply.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from answerable.claims import Force
from answerable.exchange import ContextItem, ToolOutcome


class Variant(StrEnum):
    """What the assistant of a script does."""

    TRUE = "true"
    FALSE = "false"
    HEDGED = "hedged"
    INJECTED = "injected"
    RECORDED = "recorded"


class Outcome(StrEnum):
    """What should become of a line. `STOPPED` is revised, held or withheld."""

    RELEASE = "release"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Say:
    """An assistant message of text.

    `logprobs` gives the natural logarithms of its first tokens; those past the
    end are made up by whoever plays it, the same ones every time.
    """

    text: str
    logprobs: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """An assistant message that asks tools, perhaps with a word before it.

    Each outcome holds the call as the model makes it, and the result that the
    host will send back; an empty one where a recording ends before it came.
    """

    calls: tuple[ToolOutcome, ...]
    text: str = ""


Step = Say | Call


@dataclass(frozen=True, slots=True)
class Expectation:
    """A line, exactly as it stands in a reply of its turn, and its fate under the default bundle."""

    line: str
    force: Force
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Turn:
    """The customer's words, and the assistant messages that follow them.

    `customer` is empty where the assistant speaks first; `steps` is empty where
    nobody answered before the customer spoke again, or at all.
    """

    customer: str
    steps: tuple[Step, ...]
    expect: tuple[Expectation, ...] = ()


@dataclass(frozen=True, slots=True)
class Script:
    """A conversation that an upstream can play.

    `tools` are function tools in the shape of the OpenAI API; `metadata` is
    what the host sends with each request.
    """

    id: str
    title: str
    subject: str
    variant: Variant
    turns: tuple[Turn, ...]
    system: str = ""
    tools: tuple[dict[str, Any], ...] = ()
    context: tuple[ContextItem, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)
    pack: str = ""
    """The shipped pack under which the demo plays it; none is the built-in bundle."""

    @property
    def replies(self) -> tuple[Step, ...]:
        """Every assistant message in order: request history of length n gets `replies[n]`."""
        return tuple(step for turn in self.turns for step in turn.steps)

    @property
    def results(self) -> dict[str, str]:
        """What each tool call answers, by the id of the call."""
        return {
            outcome.call.id: outcome.result
            for step in self.replies
            if isinstance(step, Call)
            for outcome in step.calls
        }
