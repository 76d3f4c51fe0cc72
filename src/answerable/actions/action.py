"""An act that is to be done at a back end, as it was decided.

    decision ─► permit ─► action ─► grant ─► call ─► receipt

One decision makes one action, however often it is tried, and every try has the same idempotency key.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from answerable.grants import Approval, DecisionId, Intent, Permit, Policies, arguments_digest
from answerable.values import ActionId, ConversationId, Digest, Money, TraceId, WorkloadId

_KEY_OF = "answerable action 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """What is to be done, where, for whom, and what allows it."""

    id: ActionId
    tool: str
    arguments: str
    """JSON text as it was decided on; empty once the act is settled and a store has forgotten it."""
    connector: str
    """The name of the back end's connector here."""
    audience: str
    """The back end, as its grants name it."""
    workload: WorkloadId
    decision: DecisionId
    basis: Policies | Approval
    bundle: Digest
    first: DecisionId
    """The decision that began the chain of acts that this one belongs to: its own, where it begins one."""
    conversation: ConversationId | None = None
    customer: str | None = None
    """A pseudonym: what limits are counted by."""
    subject: str | None = None
    """Whom the arguments are about, as `receipts.data_subject` has it: whose key they are sealed under."""
    resource: str | None = None
    amount: Money | None = None
    budget: Money | None = None
    """What the whole chain that this act begins may come to; None: what this act comes to."""
    undoes: ActionId | None = None
    """The action that this one takes back."""

    @property
    def trace(self) -> TraceId:
        return self.decision.trace

    @property
    def key(self) -> str:
        """The idempotency key: one for each decision."""
        return idempotency_key(self.decision)

    @property
    def begins_chain(self) -> bool:
        return self.first == self.decision

    def intent(self) -> Intent:
        """What its permit has to say. Raises InvalidRequest, RequestTooLarge, ValueError."""
        return Intent(
            self.tool,
            arguments_digest(self.arguments),
            self.audience,
            self.workload,
            self.resource,
            self.customer,
            self.conversation,
        )

    def permit(self, until: datetime) -> Permit:
        """The permit that it is done under. Raises as `intent`."""
        return Permit(self.decision, self.intent(), self.basis, self.bundle, until)


def action_under(
    permit: Permit,
    *,
    id: ActionId,  # noqa: A002 – the field's name
    arguments: str,
    connector: str,
    first: DecisionId | None = None,
    subject: str | None = None,
    amount: Money | None = None,
    budget: Money | None = None,
    undoes: ActionId | None = None,
) -> Action:
    """The act that a permit allows; without a `first` it begins a chain of its own."""
    intent = permit.intent
    return Action(
        id=id,
        tool=intent.action,
        arguments=arguments,
        connector=connector,
        audience=intent.audience,
        workload=intent.workload,
        decision=permit.decision,
        basis=permit.basis,
        bundle=permit.bundle,
        first=first or permit.decision,
        conversation=intent.conversation,
        customer=intent.customer,
        subject=subject,
        resource=intent.resource,
        amount=amount,
        budget=budget,
        undoes=undoes,
    )


def idempotency_key(decision: DecisionId) -> str:
    """64 hexadecimal digits: the same for one decision wherever and whenever it is asked, and for no other.

    Whoever holds the log can compute it, so it is no secret and no credential.
    """
    return hashlib.sha256(f"{_KEY_OF}\n{decision.trace}\n{decision.digest}".encode()).hexdigest()
