"""What the tool gate asks of whoever runs acts, and of whoever takes what is held to people."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from answerable.actions import Outcome
from answerable.decisions import ActDecision
from answerable.grants import DecisionId, Intent, Permit
from answerable.ports.connectors import Connector
from answerable.values import ApprovalId


@dataclass(frozen=True, slots=True)
class Wanted:
    """An act to be run: everything that whoever runs it needs beside the permit."""

    tool: str
    """As the back end calls it; `Intent.action` is what the bundle calls it."""
    arguments: str
    """In their one form: what is sent, and what the permit's digest is of."""
    connector: Connector
    subject: str
    """Whose key seals what is private of it."""
    values: Mapping[str, Any] = field(default_factory=dict)
    """What the pack's expressions see of it: `args`, and what is known of `resource` and each need."""
    agreed: bool = True
    """Did the customer have to say yes to exactly this? Then it begins a chain of its own."""
    since: datetime | None = None
    """When the customer's last words came in: what followed them without a yes of its own is one chain."""


class RunsActs(Protocol):
    """Runs an act under a grant, at most once, with its receipt in the ledger before it returns."""

    async def act(self, wanted: Wanted, *, permit: Permit) -> Outcome:
        """What became of it. Raises ActionRefused where it was not begun, and nothing was done.

        Whatever else it raises, the act may have been done.
        """


@dataclass(frozen=True, slots=True)
class Held:
    """An act that waits for a person."""

    id: DecisionId
    intent: Intent
    arguments: str
    decision: ActDecision
    subject: str


class OpensApprovals(Protocol):
    """Takes what is held to those who may approve it."""

    async def __call__(self, held: Held) -> ApprovalId | None:
        """The approval that is open from now on; None where nobody takes it. Raises ApprovalError."""
