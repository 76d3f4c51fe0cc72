"""What the flow answers an event with: entries to make durable, then outputs to send."""

from dataclasses import dataclass, field

import msgspec

from answerable.claims import Claim
from answerable.decisions import ActDecision, Decision
from answerable.exchange import ToolCall
from answerable.findings import Finding
from answerable.receipts import Draft
from answerable.statements import Statement


class Line(msgspec.Struct, frozen=True, gc=False):
    """A decided line. `shown` is what the customer gets for it, lead included; it may be empty."""

    choice: int
    track: str
    statement: Statement
    claim: Claim
    finding: Finding
    decision: Decision
    shown: str
    verbatim: bool
    entry: str = ""
    """The leaf hash of its entry, once that is durable and where somebody has to answer for it (a held line)."""


class PassCall(msgspec.Struct, frozen=True, gc=False):
    """A tool call that goes on to the client, with the decision that let it (None where none was asked for)."""

    choice: int
    index: int
    call: ToolCall
    decision: ActDecision | None = None
    entry: str = ""
    """The leaf hash of its entry, once that is durable: by it the decision is named."""


class StopCall(msgspec.Struct, frozen=True, gc=False):
    """A tool call that does not go on. `told` is what the model hears as its result."""

    choice: int
    index: int
    call: ToolCall
    decision: ActDecision | None
    told: str
    entry: str = ""


class SendBack(msgspec.Struct, frozen=True, gc=False):
    """A choice goes back to the model with the results of its stopped calls, for another try.

    `said` is what the customer has been shown of it so far; `last` says that this is
    the last try, in which it may only speak.
    """

    choice: int
    said: str
    stopped: tuple[StopCall, ...]
    last: bool


class PassExtension(msgspec.Struct, frozen=True, gc=False):
    """Fields outside the gate's vocabulary, as JSON text, that go on to the client."""

    choice: int
    json: str


class PassFrame(msgspec.Struct, frozen=True, gc=False):
    """A part of the protocol without words, passed on in its place."""

    frame: bytes


class EndChoice(msgspec.Struct, frozen=True, gc=False):
    """A choice is over, and every line of it has been decided."""

    choice: int
    reason: str


Output = Line | PassCall | StopCall | SendBack | PassExtension | PassFrame | EndChoice


@dataclass(slots=True)
class Step:
    """Entries and outputs, in order.

    The one rule of the house: none of `outputs` leaves before all of `drafts`
    are durable. Joining steps keeps the rule, so a driver may feed several
    events and commit once.
    """

    drafts: list[Draft] = field(default_factory=list)
    outputs: list[Output] = field(default_factory=list)

    def join(self, later: "Step") -> None:
        """Take a later step into this one."""
        self.drafts += later.drafts
        self.outputs += later.outputs
