"""Who lets an act be taken back. The act that does it is decided on like any other."""

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from answerable.actions.compensation import Compensation
from answerable.grants import Approval, DecisionId, Intent, Permit, arguments_digest
from answerable.identity.operators import Operator
from answerable.ports.actions import Kept
from answerable.ports.ledger import Ledger
from answerable.receipts import ApprovalBody, ApprovalPrivate, Draft, Opened, decode
from answerable.roles import Ruling
from answerable.values import ActionId, ApprovalId, AssuranceLevel, Digest, OperatorId, from_rfc3339, rfc3339
from answerable.values.errors import NotAllowed, UndoWaits

LIFETIME = timedelta(minutes=5)
WORD_HOLDS = timedelta(hours=1)
"""How long the first of two who take an act back is waited for."""


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
    """Raises NotAllowed where `by` may not, UndoWaits where others have to say so, too.

    What it permits is on record when it returns.
    """

    async def __call__(self, wanted: Undoing) -> Permit: ...


Followed = Callable[[Undoing, ApprovalId, Digest], Awaitable[None]]
"""See to it that the customer hears of an act that is about to be taken back under this approval, with arguments of
this digest, once it was. What it does is durable when it returns."""


async def nobody_hears(_: Undoing, __: ApprovalId, ___: Digest) -> None:
    """Where nobody speaks with customers."""


class RecordedUndo:
    """Operators' word is the decision: each is an entry of its own, and the permit names the last.

    `allowed` asks the roles: it says by which rules, and how many different people have to say so, or raises
    NotAllowed. Of several, the first's word holds for `WORD_HOLDS`, for exactly the same act and arguments, and as
    long as they may.
    """

    def __init__(
        self,
        ledger: Ledger,
        *,
        now: Callable[[], datetime],
        new_id: Callable[[], ApprovalId],
        allowed: Callable[[Undoing], Awaitable[Ruling]],
        followed: Followed = nobody_hears,
    ) -> None:
        self._ledger, self._now, self._new_id, self._allowed = ledger, now, new_id, allowed
        self._followed = followed

    async def __call__(self, wanted: Undoing) -> Permit:
        """1. They may. 2. Their word is on record. 3. Enough have said so. 4. The customer will hear of it.

        Raises UndoWaits where somebody else has to say so, too.
        """
        # 1.
        ruling = await self._allowed(wanted)
        # 2.
        original, now = wanted.original.action, self._now()
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
        binds = f"sha256:{hashlib.sha256(bound.encode()).hexdigest()}"
        said = words_for(await self._ledger.trace(original.trace), binds, now)
        # Two ids of one person are one person, and who may not any more has not said it.
        elses = [one for one in said if one.by not in (wanted.by.id, *wanted.by.also)]
        others = [one for one in elses if await self._may_still(wanted, one)]
        # Where two said it at the same moment, each as the first, either says it again: then it is enough.
        if len(elses) < len(said) and len(others) + 1 < ruling.approvers_needed:
            raise _waits(len(others) + 1, ruling)
        by = tuple(dict.fromkeys([*(OperatorId(one.by or "") for one in others), wanted.by.id]))
        approval = ApprovalId(others[0].approval) if others else self._new_id()
        body = ApprovalBody(
            approval=approval,
            event="approved",
            of="act",
            decision=original.decision.digest,
            binds=binds,
            bundle=original.bundle,
            by=wanted.by.id,
            level=int(wanted.by.level),
            policies=ruling.policies,
            approvals=len(by),
            needed=ruling.approvers_needed,
            detail=taking_back(wanted.act.undoes),
        )
        private = ApprovalPrivate(wanted.reason, wanted.act.arguments)
        # A crash after this leaves a word that nothing was done under: whoever said it says it again, or somebody
        # else does where that is enough.
        [leaf] = await self._ledger.append(
            [Draft(original.trace, rfc3339(now), body, private, wanted.subject)]
        )
        # 3.
        if len(by) < ruling.approvers_needed:
            raise _waits(len(by), ruling)
        # 4. A crash after this leaves something to follow of which no act comes: that is found out, and nobody told.
        await self._followed(wanted, approval, intent.arguments)
        decision = DecisionId(original.trace, Digest(f"sha256:{leaf}"))
        return Permit(decision, intent, Approval(approval, by), original.bundle, now + LIFETIME)

    async def _may_still(self, wanted: Undoing, said: ApprovalBody) -> bool:
        """Would whoever said it be let now? Their sign-in was late enough then, and need not be any more."""
        level = AssuranceLevel(said.level or 0)
        theirs = Operator(OperatorId(said.by or ""), "", level, authenticated_at=self._now())
        try:
            await self._allowed(replace(wanted, by=theirs))
        except NotAllowed:
            return False
        return True


def taking_back(action: ActionId) -> str:
    """How an entry says what its approval is for."""
    return f"takes back the act {action}"


def words_for(rows: Sequence[Opened], binds: str, now: datetime) -> list[ApprovalBody]:
    """Who has said so, and still counts: each once, since it was last enough. Raises LedgerBroken."""
    found: dict[str | None, ApprovalBody] = {}
    for row in rows:
        entry = decode(row.entry, row.seq)
        body = entry.body
        if not isinstance(body, ApprovalBody) or body.event != "approved" or body.binds != binds:
            continue
        if body.approvals >= body.needed:
            found.clear()
        elif from_rfc3339(entry.at) + WORD_HOLDS > now:
            found[body.by] = body
    return list(found.values())


def _waits(said: int, ruling: Ruling) -> UndoWaits:
    more = ruling.approvers_needed - said
    return UndoWaits(
        f"your word is on record: {said} of {ruling.approvers_needed} people have said that it is to be taken back. "
        f"{'Somebody else has' if more == 1 else f'{more} others have'} to say so, too, within an hour of the first"
    )
