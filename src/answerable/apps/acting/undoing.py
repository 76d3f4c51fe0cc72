"""Who lets an act be taken back. The act that does it is decided on like any other."""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from answerable.actions.compensation import Compensation
from answerable.grants import Approval, DecisionId, Intent, Permit, arguments_digest
from answerable.identity.operators import Operator
from answerable.ports.actions import Kept
from answerable.ports.ledger import Ledger
from answerable.receipts import ApprovalBody, ApprovalPrivate, Draft
from answerable.values import ApprovalId, Digest, rfc3339

LIFETIME = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Undoing:
    """Somebody wants an act taken back."""

    original: Kept
    act: Compensation
    by: Operator
    reason: str
    subject: str | None
    """Whom it is about, for sealing."""


class DecideUndo(Protocol):
    """Raises NotAllowed where `by` may not. What it permits is on record when it returns."""

    async def __call__(self, wanted: Undoing) -> Permit: ...


class RecordedUndo:
    """An operator's word is the decision: it is an entry of its own, and the permit names that.

    `allowed` asks the roles: it gives the rules that allow it, or raises NotAllowed.
    """

    def __init__(
        self,
        ledger: Ledger,
        *,
        now: Callable[[], datetime],
        new_id: Callable[[], ApprovalId],
        allowed: Callable[[Undoing], Awaitable[tuple[str, ...]]],
    ) -> None:
        self._ledger, self._now, self._new_id, self._allowed = ledger, now, new_id, allowed

    async def __call__(self, wanted: Undoing) -> Permit:
        policies = await self._allowed(wanted)
        original, now = wanted.original.action, self._now()
        approval = self._new_id()
        intent = Intent(
            wanted.act.tool,
            arguments_digest(wanted.act.arguments),
            original.audience,
            original.workload,
            original.resource,
            original.customer,
            original.conversation,
        )
        bound = f"{wanted.act.tool}\n{intent.arguments}\n{wanted.act.undoes}\n{original.bundle}"
        body = ApprovalBody(
            approval=approval,
            event="approved",
            of="act",
            decision=original.decision.digest,
            binds=f"sha256:{hashlib.sha256(bound.encode()).hexdigest()}",
            bundle=original.bundle,
            by=wanted.by.id,
            level=int(wanted.by.level),
            policies=policies,
            approvals=1,
            detail=f"takes back the act {wanted.act.undoes}",
        )
        private = ApprovalPrivate(wanted.reason, wanted.act.arguments)
        # A crash after this leaves a decision that nothing was done under: taking it back is asked for again.
        [leaf] = await self._ledger.append(
            [Draft(original.trace, rfc3339(now), body, private, wanted.subject)]
        )
        decision = DecisionId(original.trace, Digest(f"sha256:{leaf}"))
        return Permit(decision, intent, Approval(approval, (wanted.by.id,)), original.bundle, now + LIFETIME)
