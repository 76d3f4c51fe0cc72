"""What people answer: yes to exactly what they were shown, yes to something else, no, or not any more."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Literal

from answerable.approvals import ApprovalRequest, Approve, Change, Deny, Of, Phase, State, Void, Withdraw
from answerable.apps.approvals.authority import Authority
from answerable.apps.approvals.held import Held, content_digest
from answerable.apps.approvals.on_record import OnRecord
from answerable.apps.approvals.refused import Refused, missing
from answerable.apps.approvals.stopped import Stopped, nothing_stopped
from answerable.identity.operators import Operator
from answerable.ports import Clock
from answerable.ports.approvals import Kept, Note
from answerable.roles import Ruling
from answerable.values import ApprovalId, AssuranceLevel, Digest, Money, WorkloadId
from answerable.values.errors import GrantsUnavailable, InvalidRequest, LedgerUnavailable

LONGEST_REASON = 2000
_GOES_ON_WAITING = (
    "It goes on waiting until that is lifted or its time is over; it can be denied or withdrawn"
)


@dataclass(frozen=True, slots=True)
class Reconsidered:
    """What the rules say of other arguments, or other words. `because` says why not; empty where they may stand."""

    amount: Money | None = None
    because: str = ""


Reconsider = Callable[[Held, str], Awaitable[Reconsidered]]
"""Decide on an approver's change as on the model's own: what policies refuse, no person can approve."""

StillStands = Callable[[ApprovalRequest], Awaitable[str]]
"""Why what is asked does not hold any more (its bundle was taken back, …); empty where it does."""


async def no_changes(_: Held, __: str) -> Reconsidered:
    """Where nothing decides on a change, none is made."""
    return Reconsidered(because="changes can't be checked here; deny it, and let it be asked for anew")


async def it_stands(_: ApprovalRequest) -> str:
    """Where nothing is ever taken back."""
    return ""


@dataclass
class Answering:
    """Takes answers from those who may give them."""

    on_record: OnRecord
    authority: Authority
    clock: Clock
    reconsider: Reconsider = no_changes
    still_stands: StillStands = it_stands
    stopped: Stopped = nothing_stopped
    """What keeps an act from being done now. While anything does, no act is approved: it goes on waiting."""

    async def approve(
        self, approval: ApprovalId, operator: Operator, binds: Digest, reason: str = ""
    ) -> Kept | Refused:
        """Say yes to exactly what was shown: `binds`."""
        ready = await self._answerable(approval, operator, "approve")
        if isinstance(ready, Refused):
            return ready
        kept, _, policies, needed = ready
        if gone := await self._no_longer(kept.state):
            return Refused(
                f"'{gone}' has said yes, and may not approve it any more, so that yours would stand alone; deny it, so "
                "that it can be asked for anew, or approve it with a change, which begins anew",
                closed=True,
            )
        also = tuple(sorted(operator.also))
        event = Approve(self.clock(), operator.id, binds, int(operator.level), policies, needed, also)
        return await self.on_record.happen(kept, event, Note(reason=_reason(reason)))

    async def change(
        self, approval: ApprovalId, operator: Operator, binds: Digest, text: str, reason: str = ""
    ) -> Kept | Refused:
        """Say yes to something else instead: other arguments, or other words. Raises InvalidRequest.

        Policies decide on it as on the model's own; whoever approved what was there before approves anew.
        """
        ready = await self._answerable(approval, operator, "change")
        if isinstance(ready, Refused):
            return ready
        kept, held, policies, needed = ready
        content = content_digest(held.of, text)
        again = await self.reconsider(held, text)
        if again.because:
            return Refused(f"what you wrote is not allowed: {again.because}")
        event = Change(
            self.clock(), operator.id, binds, content, again.amount, int(operator.level), policies, needed
        )
        reason = _reason(reason)
        note = Note(reason, wording=text) if held.of is Of.LINE else Note(reason, arguments=text)
        return await self.on_record.happen(kept, event, note)

    async def deny(
        self, approval: ApprovalId, operator: Operator, binds: Digest, reason: str = ""
    ) -> Kept | Refused:
        """Say no: that ends it."""
        ready = await self._answerable(approval, operator, "deny")
        if isinstance(ready, Refused):
            return ready
        kept, _, policies, _ = ready
        event = Deny(self.clock(), operator.id, binds, int(operator.level), policies)
        return await self.on_record.happen(kept, event, Note(reason=_reason(reason)))

    async def withdraw(self, approval: ApprovalId, operator: Operator, reason: str = "") -> Kept | Refused:
        """Take it back before anything was done."""
        kept = await self.on_record.ready(approval)
        if kept is None:
            return missing()
        ruling = await self.authority.to_withdraw(operator, kept.state, self.clock())
        if not ruling.allowed:
            return await self._not_theirs(kept, operator, "withdraw", ruling)
        event = Withdraw(self.clock(), operator.id, int(operator.level), ruling.policies)
        return await self.on_record.happen(kept, event, Note(reason=_reason(reason)))

    async def withdraw_by_workload(self, approval: ApprovalId, workload: WorkloadId) -> Kept | Refused:
        """Whoever asked does not want it any more (the customer changed their mind, the conversation is over)."""
        kept = await self.on_record.ready(approval)
        if kept is None or kept.state.request.workload != workload:
            return missing()
        return await self.on_record.happen(kept, Withdraw(self.clock(), workload))

    async def stops(self, state: State | None = None, operator: Operator | None = None) -> str:
        """What keeps it from being done if this person approves it now, in words to be shown before they do.

        Without a state: whether everything is stopped.
        """
        by = [] if state is None else [one.by for one in state.approvals]
        by += [] if operator is None else [operator.id, *sorted(operator.also)]
        try:
            return await asyncio.to_thread(self.stopped, state.request if state else None, by)
        except GrantsUnavailable:
            return "it can't be known now whether everything is stopped"

    async def _no_longer(self, state: State) -> str:
        """Whose yes stands there though their role was taken since; empty where nobody's does.

        Asked as of when they said it, in any queue that it was in: that their hours or their sign-in are over, or that
        it was handed on, takes nothing back.
        """
        request = state.request
        queues = dict.fromkeys((request.route, *(queue for _, queue in request.plan.escalations)))
        for one in state.approvals:
            then = Operator(one.by, "", AssuranceLevel(one.level), one.at)
            others = tuple(other.by for other in state.approvals if other.by != one.by)
            for queue in queues:
                there = replace(state, route=queue)
                if (await self.authority.to_answer(then, there, others, one.at)).allowed:
                    break
            else:
                return one.by
        return ""

    async def _answerable(
        self, approval: ApprovalId, operator: Operator, wanted: Literal["approve", "change", "deny"]
    ) -> tuple[Kept, Held, tuple[str, ...], int] | Refused:
        """1. It is there. 2. They may answer it. 3. It would be done, and is what it was. 4. It is all on record."""
        # 1.
        kept = await self.on_record.ready(approval)
        if kept is None:
            return missing()
        state, now, denies = kept.state, self.clock(), wanted == "deny"
        if why := await self.on_record.ledger.ready():
            # Said before anything happens: an answer that can't be put on record would count later, unseen.
            raise LedgerUnavailable(f"nothing can be put on record now: {why}")
        # 2. Whoever said yes before may still say no.
        earlier = () if denies else tuple(one.by for one in state.approvals)
        ruling = await self.authority.to_answer(operator, state, earlier, now)
        if not ruling.allowed:
            return await self._not_theirs(kept, operator, wanted, ruling)
        # 3.
        by = (*(one.by for one in state.approvals), operator.id, *sorted(operator.also))
        if not denies and (stops := await asyncio.to_thread(self.stopped, state.request, by)):
            return Refused(f"{stops}: approved now, it would not be done. {_GOES_ON_WAITING}", closed=True)
        held = await self.on_record.held_of(kept)
        why = await self.still_stands(state.request)
        # 4.
        if not why and held.text_of(state.request.id, state.request.content) is None:
            why = "what it is about is erased"
        if why and state.phase in (Phase.OPEN, Phase.APPROVED):
            await self.on_record.happen(kept, Void(now, why))
            return Refused(why, closed=True)
        return kept, held, ruling.policies, ruling.approvers_needed

    async def _not_theirs(self, kept: Kept, operator: Operator, wanted: str, ruling: Ruling) -> Refused:
        """Who may not answer is on record as that; who has only to sign in again is about to."""
        if ruling.needs is None:
            await self.on_record.refuse(kept, operator, wanted, ruling.policies, self.clock())
        return Refused("; ".join(ruling.because), ruling.policies, ruling.needs)


def _reason(text: str) -> str:
    if len(text) > LONGEST_REASON:
        raise InvalidRequest(f"a reason has up to {LONGEST_REASON} characters", "reason")
    return text.strip()
