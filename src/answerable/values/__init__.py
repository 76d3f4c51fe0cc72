"""Values that every stage shares: ids, money, instants, assurance; and the error tree."""

from answerable.values.assurance import AssuranceLevel
from answerable.values.ids import (
    ActionId,
    ApprovalId,
    CallId,
    ConversationId,
    CustomerId,
    Digest,
    GrantId,
    OperatorId,
    PolicyId,
    RequestId,
    TraceId,
    WorkloadId,
)
from answerable.values.instants import from_rfc3339, rfc3339
from answerable.values.money import Money

__all__ = [
    "ActionId",
    "ApprovalId",
    "AssuranceLevel",
    "CallId",
    "ConversationId",
    "CustomerId",
    "Digest",
    "GrantId",
    "Money",
    "OperatorId",
    "PolicyId",
    "RequestId",
    "TraceId",
    "WorkloadId",
    "from_rfc3339",
    "rfc3339",
]
