"""An act as an operator sees it: how far it has come, and what the ledger has of it.

The store forgets what is personal once an act is finished. What it was about (arguments, the back end's answer, what
people wrote) is read from the ledger alone, through its sealed parts: what is erased there is gone here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from answerable.actions import Standing, State, standing
from answerable.apps.acting.undoing import taking_back
from answerable.apps.acting_words import Followed, followed
from answerable.apps.chain import Chain, assemble
from answerable.grants import Approval
from answerable.grants.arguments import read_arguments
from answerable.ports.actions import Kept
from answerable.receipts import (
    ActionBody,
    ActionPrivate,
    ApprovalBody,
    ApprovalPrivate,
    GrantBody,
    Opened,
    ReceiptBody,
    ReceiptPrivate,
)
from answerable.receipts.facets import private_part
from answerable.receipts.verifying import decode
from answerable.values import rfc3339
from answerable.values.errors import InvalidRequest

ERASED = "(erased)"


@dataclass(frozen=True, slots=True)
class Receipt:
    """One word on what became of an act. `said` is the back end's or the person's own, None where erased."""

    at: str
    body: ReceiptBody
    said: str | None
    reference: str | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person answered to the decision behind an act."""

    at: str
    body: ApprovalBody
    reason: str


@dataclass(frozen=True, slots=True)
class ShownAct:
    """One act with everything that is on record about it, oldest first."""

    kept: Kept
    chain: Sequence[Kept]
    """The acts that it belongs to, in their order."""
    arguments: str | None
    """None where they are erased, or not on record yet."""
    receipts: Sequence[Receipt]
    grants: Sequence[tuple[str, GrantBody]]
    answers: Sequence[Answer]
    steps: Sequence[Followed]
    exchange: Chain | None

    @property
    def standing(self) -> Standing:
        """What of its chain was done, and what was not."""
        return standing([one.link for one in self.chain])


def shown_act(kept: Kept, chain: Sequence[Kept], rows: list[Opened]) -> ShownAct:
    """It, of its entries and the others of its trace. Raises LedgerBroken."""
    action, basis = kept.action, kept.action.basis
    arguments: str | None = None
    receipts: list[Receipt] = []
    grants: list[tuple[str, GrantBody]] = []
    answers: list[Answer] = []
    steps: list[Followed] = []
    for row in rows:
        entry = decode(row.entry, row.seq)
        private = private_part(entry, row.private)
        match entry.body:
            case ActionBody() as body if body.action == action.id:
                if isinstance(private, ActionPrivate):
                    arguments = private.arguments
            case ReceiptBody() as body if body.action == action.id:
                words = private if isinstance(private, ReceiptPrivate) else None
                said, reference = (words.result, words.reference) if words else (None, None)
                receipts.append(Receipt(entry.at, body, said, reference))
            case GrantBody() as body if body.action == action.id:
                grants.append((entry.at, body))
            case ApprovalBody() as body if (
                isinstance(basis, Approval) and body.approval == basis.id
            ) or body.detail == taking_back(action.id):
                answers.append(
                    Answer(entry.at, body, private.reason if isinstance(private, ApprovalPrivate) else "")
                )
            case _:
                continue
        steps.append(followed(entry.at, body, private))
    return ShownAct(kept, chain, arguments, receipts, grants, answers, steps, assemble(rows))


def row_json(kept: Kept) -> dict[str, Any]:
    """One of a list: nothing that is sealed."""
    action, progress = kept.action, kept.progress
    return {
        "act": action.id,
        "state": progress.state.value,
        "tool": action.tool,
        "back_end": action.audience,
        "workload": action.workload,
        "amount": str(action.amount) if action.amount else None,
        "begun_at": rfc3339(kept.begun),
        "sent_at": rfc3339(progress.quiet_since) if progress.quiet_since else None,
        "attempts": progress.attempt,
        "known_by": progress.how.value if progress.how and progress.state is not State.PERSON else None,
        "by": progress.by,
        "conversation": action.conversation,
        "trace": action.trace,
        "approval": action.basis.id if isinstance(action.basis, Approval) else None,
        "undoes": action.undoes,
    }


def list_json(acts: Sequence[Kept]) -> dict[str, Any]:
    return {"acts": [row_json(one) for one in acts]}


def act_json(one: ShownAct) -> dict[str, Any]:
    """Everything that is on record of one act."""
    action = one.kept.action
    asked = one.exchange
    return {
        **row_json(one.kept),
        "key": action.key,
        "resource": action.resource,
        "decision": action.decision.digest,
        "bundle": action.bundle,
        "policies": [] if isinstance(action.basis, Approval) else list(action.basis.ids),
        "arguments": _arguments(one.arguments),
        "asked": None
        if asked is None
        else {
            "at": asked.at,
            "by": asked.asker,
            "customer": asked.asked.customer if asked.asked else None,
            "customer_proof": asked.vouching or None,
            "assurance": asked.exchange.assurance,
            "conversation": asked.exchange.conversation,
        },
        "receipts": [
            {
                "at": receipt.at,
                "outcome": receipt.body.outcome,
                "how": receipt.body.how,
                "attempt": receipt.body.attempt,
                "by": receipt.body.by,
                "detail": receipt.body.detail,
                "result": receipt.said,
                "reference": receipt.reference,
            }
            for receipt in one.receipts
        ],
        "grants": [
            {"at": at, "grant": body.grant, "event": body.event, "expires": body.expires}
            for at, body in one.grants
        ],
        "approvals": [
            {
                "at": answer.at,
                "event": answer.body.event,
                "by": answer.body.by,
                "level": answer.body.level,
                "policies": list(answer.body.policies),
                "reason": answer.reason,
            }
            for answer in one.answers
        ],
        "chain": [row_json(other) for other in one.chain],
        "standing": str(one.standing),
    }


def _arguments(text: str | None) -> Any:
    if text is None:
        return None
    try:
        return read_arguments(text)
    except InvalidRequest:
        return text
