"""One customer turn: what was asked and retrieved, who asked, who answers."""

from dataclasses import dataclass
from datetime import datetime

from answerable.exchange.messages import ContextItem, Message, ToolSpec, with_turn
from answerable.exchange.outcomes import ToolOutcome
from answerable.identity import Proof
from answerable.values import (
    AssuranceLevel,
    ConversationId,
    CustomerId,
    Digest,
    RequestId,
    TraceId,
    WorkloadId,
)


@dataclass(frozen=True, slots=True)
class History:
    """The part of the conversation that an earlier exchange already recorded.

    `digest` is over the raw bytes of those `count` messages.
    """

    trace: TraceId
    count: int
    digest: Digest


@dataclass(frozen=True, slots=True)
class Exchange:
    """Everything that a decision about the reply may rest on.

    `messages` holds what is new since `history`; `outcomes` holds every tool
    outcome of the whole conversation, oldest first; `published` holds every
    system and developer message of it (what the company told the bot).
    `structured` says that the reply was asked for as JSON.
    """

    trace: TraceId
    asked_at: datetime
    workload: WorkloadId
    model: str
    messages: tuple[Message, ...]
    request: RequestId | None = None
    conversation: ConversationId | None = None
    customer: CustomerId | None = None
    assurance: AssuranceLevel = AssuranceLevel.NONE
    context: tuple[ContextItem, ...] = ()
    tools: tuple[ToolSpec, ...] = ()
    published: tuple[str, ...] = ()
    outcomes: tuple[ToolOutcome, ...] = ()
    history: History | None = None
    structured: bool = False
    earlier: tuple[Message, ...] = ()
    """The messages that `history` stands for, where they are still at hand."""
    said_before: tuple[str, ...] = ()
    """What the customer said in the part that `history` names: the last turns, as `with_turn` keeps them."""
    identity: Proof | None = None
    """How `workload` was proven; None in-process, where nobody had to."""
    customer_proof: str | None = None
    """Whose signature `customer` and `assurance` rest on: a login service's URL, or `unproven`. None where no such
    service is known here, or nothing was claimed."""
    version: str | None = None
    """Of the bot, as its host names it."""

    @property
    def customer_turns(self) -> tuple[str, ...]:
        """What the customer said in the whole conversation: the last turns, oldest first; perhaps none."""
        turns = self.said_before
        for message in self.messages:
            if message.role == "user":
                turns = with_turn(turns, message.text)
        return turns
