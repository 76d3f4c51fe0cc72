"""Held decisions that wait for people: what is asked, who may answer, and what the answer is good for."""

from answerable.approvals.events import (
    Approve,
    Change,
    Deny,
    Escalate,
    Event,
    Expire,
    Finish,
    Opened,
    Remind,
    Result,
    Told,
    Use,
    Void,
    Withdraw,
)
from answerable.approvals.plan import Plan, Rules, plan_for
from answerable.approvals.request import UNROUTED, ApprovalRequest, Of, digest_of, statement_digest
from answerable.approvals.state import UNDECIDED, Answer, Phase, Refusal, State, opened, step

__all__ = [
    "UNDECIDED",
    "UNROUTED",
    "Answer",
    "ApprovalRequest",
    "Approve",
    "Change",
    "Deny",
    "Escalate",
    "Event",
    "Expire",
    "Finish",
    "Of",
    "Opened",
    "Phase",
    "Plan",
    "Refusal",
    "Remind",
    "Result",
    "Rules",
    "State",
    "Told",
    "Use",
    "Void",
    "Withdraw",
    "digest_of",
    "opened",
    "plan_for",
    "statement_digest",
    "step",
]
