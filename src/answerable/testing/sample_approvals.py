"""Requests for approval to try things with. Each number makes another one, and always the same."""

import hashlib
from datetime import UTC, datetime, timedelta

from answerable.approvals import ApprovalRequest, Of, Plan
from answerable.values import (
    ApprovalId,
    ConversationId,
    Digest,
    Money,
    OperatorId,
    TraceId,
    WorkloadId,
)

NOW = datetime(2026, 11, 30, 9, 30, tzinfo=UTC)
WORKLOAD = WorkloadId("spiffe://shop.example/bot")
RUTH, SAM, OWEN = (OperatorId(f"https://login.example#{name}") for name in ("ruth", "sam", "owen"))
"""Two who approve, and the one whose bot it is."""
ROUTE, NEXT_ROUTE = "support-lead", "support-director"
DEADLINE = timedelta(hours=4)
VALID = timedelta(minutes=15)


def digest(text: str) -> Digest:
    """The digest of some text."""
    return Digest(f"sha256:{hashlib.sha256(text.encode()).hexdigest()}")


def plan(now: datetime = NOW, needs: int = 1) -> Plan:
    """Reminded after one hour, escalated after two, over after four."""
    return Plan(
        now + DEADLINE,
        (now + timedelta(hours=1),),
        ((now + timedelta(hours=2), NEXT_ROUTE),),
        needs,
        VALID,
    )


def request(number: int = 0, *, of: Of = Of.ACT, needs: int = 1, now: datetime = NOW) -> ApprovalRequest:
    """One that waits: an act of $120, or a line about it."""
    return ApprovalRequest(
        id=ApprovalId(f"ap_{number}"),
        of=of,
        trace=TraceId(f"tr_{number}"),
        decision=digest(f"entry {number}"),
        content=digest(f"content {number}"),
        findings=digest("findings"),
        bundle=digest("bundle"),
        workload=WORKLOAD,
        route=ROUTE,
        plan=plan(now, needs),
        opened_at=now,
        tool="refund_order" if of is Of.ACT else None,
        conversation=ConversationId(f"c-{number}"),
        customer="8c1f",
        owners=(OWEN,),
        subjects=("refund",),
        amount=Money(12_000, "USD"),
        region="eu",
    )
