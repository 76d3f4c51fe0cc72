"""What is asked of people: one held line or act, and everything that their answer is bound to."""

import hashlib
import re
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from answerable.approvals.plan import Plan
from answerable.values import (
    ActionId,
    ApprovalId,
    ConversationId,
    Digest,
    Money,
    OperatorId,
    TraceId,
    WorkloadId,
    rfc3339,
)
from answerable.values.canonical_json import canonical_json

UNROUTED = "default"
"""The queue of what no policy names one for."""
LONGEST_TEXT = 512
MOST_NAMES = 64

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}", re.ASCII)  # no repetition of a choice: nothing to backtrack


class Of(StrEnum):
    """What was held."""

    ACT = "act"
    LINE = "line"


@dataclass(frozen=True, slots=True)
class ApprovalRequest:
    """A held decision that waits for people. Two that differ in anything have different `binds`."""

    id: ApprovalId
    of: Of
    trace: TraceId
    decision: Digest
    """The leaf hash of the entry that the decision stands in."""
    content: Digest
    """Of an act, its arguments' (`grants.arguments_digest`); of a line, its statement's (`statement_digest`)."""
    findings: Digest
    bundle: Digest
    workload: WorkloadId
    """Who asked."""
    route: str
    """The queue that the policy names. Who is asked after an escalation is the state's affair."""
    plan: Plan
    opened_at: datetime
    tool: str | None = None
    conversation: ConversationId | None = None
    customer: str | None = None
    """A pseudonym."""
    owners: tuple[OperatorId, ...] = ()
    """Who answers for the workload: none of them approves what it asks for."""
    subjects: tuple[str, ...] = ()
    amount: Money | None = None
    region: str | None = None
    instead_of: Digest | None = None
    """What an approver changed into this: its `binds`."""
    undoes: ActionId | None = None
    """The act that this one takes back: it was allowed at the desk for acts, and is followed for the customer to hear.
    `decision` is that act's own, then."""
    handed_over: bool = False
    """Does the bot's own client do it, with a grant that the approval makes possible? What comes of it is the bot's to
    say, then."""

    def __post_init__(self) -> None:
        """Raises ValueError where it names nothing, or too much."""
        named = (
            self.id,
            self.trace,
            self.workload,
            self.route,
            self.tool,
            self.conversation,
            self.customer,
            self.undoes,
        )
        many = (*self.owners, *self.subjects, self.region)
        for text in (*named, *many):
            if text is not None and not (0 < len(text) <= LONGEST_TEXT and text.isprintable()):
                raise ValueError(
                    f"'{text[:40]!r}' can't be approved under: empty, unprintable or longer than {LONGEST_TEXT}"
                )
        for digest in (self.decision, self.content, self.findings, self.bundle):
            if not _DIGEST.fullmatch(digest):
                raise ValueError(f"'{digest[:80]!r}' is not 'sha256:' and 64 hexadecimal digits")
        if len(self.owners) > MOST_NAMES or len(self.subjects) > MOST_NAMES:
            raise ValueError(f"at most {MOST_NAMES} owners and subjects")
        if (self.of is Of.ACT) != (self.tool is not None):
            raise ValueError("an act has a tool, and a line has none")
        if self.opened_at.utcoffset() is None:
            raise ValueError(f"'{self.opened_at}' has no time zone, so it names no instant")

    @property
    def binds(self) -> Digest:
        """The digest of all of it: SHA-256 of canonical JSON (RFC 8785). An answer names the one that was shown."""
        return digest_of(
            {
                "what": "answerable approval v1",
                "id": self.id,
                "of": self.of.value,
                "trace": self.trace,
                "decision": self.decision,
                "content": self.content,
                "findings": self.findings,
                "bundle": self.bundle,
                "workload": self.workload,
                "route": self.route,
                "plan": {
                    "deadline": rfc3339(self.plan.deadline),
                    "reminders": [rfc3339(one) for one in self.plan.reminders],
                    "escalations": [[rfc3339(at), to] for at, to in self.plan.escalations],
                    "needs": self.plan.needs,
                    "valid_seconds": self.plan.valid.total_seconds(),
                },
                "opened_at": rfc3339(self.opened_at),
                "tool": self.tool,
                "conversation": self.conversation,
                "customer": self.customer,
                "owners": list(self.owners),
                "subjects": list(self.subjects),
                "amount": [self.amount.minor, self.amount.currency] if self.amount else None,
                "region": self.region,
                "instead_of": self.instead_of,
                **({"undoes": self.undoes} if self.undoes else {}),
                **({"handed_over": True} if self.handed_over else {}),
            }
        )

    def changed(self, content: Digest, amount: Money | None) -> "ApprovalRequest":
        """The same request with other arguments or words. Raises ValueError."""
        return replace(self, content=content, amount=amount, instead_of=self.binds)


def action_of(approval: ApprovalId) -> ActionId:
    """The one action that an approval makes possible."""
    return ActionId(f"ac_{approval.removeprefix('ap_')}")


def digest_of(value: Any) -> Digest:
    """SHA-256 over the canonical JSON of a value. Raises ValueError where a text holds half of a surrogate pair."""
    return Digest(f"sha256:{hashlib.sha256(canonical_json(value)).hexdigest()}")


def statement_digest(text: str) -> Digest:
    """The digest of a line's words, code point by code point. Raises ValueError as `digest_of`."""
    return digest_of(["line", text])
