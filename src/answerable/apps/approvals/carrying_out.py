"""What becomes of what waits: used up once for one attempt, handed to the bot, reminded of, over, told."""

import asyncio
from dataclasses import dataclass

from answerable.approvals import (
    Escalate,
    Expire,
    Finish,
    Noticed,
    Phase,
    Remind,
    Result,
    State,
    Told,
    Use,
    Void,
    action_of,
)
from answerable.apps.approvals.answering import StillStands, it_stands
from answerable.apps.approvals.on_record import OnRecord
from answerable.apps.approvals.refused import Refused, missing
from answerable.apps.approvals.stopped import Stopped, nothing_stopped
from answerable.grants import DecisionId
from answerable.ports import Clock
from answerable.ports.approvals import Kept
from answerable.values import ApprovalId, Digest


@dataclass
class CarryingOut:
    """The follow-up's side: everything that happens to it by no person's answer."""

    on_record: OnRecord
    clock: Clock
    still_stands: StillStands = it_stands
    stopped: Stopped = nothing_stopped

    async def use(self, approval: ApprovalId, binds: Digest, attempt: str) -> Kept | Refused:
        """Use it up for one attempt, before anything is done. The same attempt may ask again.

        A crash after this leaves something that is used and may not have been done: the same attempt goes on.
        """
        kept = await self.on_record.ready(approval)
        if kept is None:
            return missing()
        if kept.state.phase is Phase.APPROVED and (why := await self.still_stands(kept.state.request)):
            await self.on_record.happen(kept, Void(self.clock(), why))
            return Refused(why, closed=True)
        found = await self.on_record.happen(kept, Use(self.clock(), binds, attempt))
        if isinstance(found, Kept) and found.state.phase is not Phase.USED:
            return Refused(found.state.why, closed=True)
        return found

    async def hand_over(self, approval: ApprovalId, decision: DecisionId) -> tuple[State, str] | None:
        """Use it up for the bot's own client, which asks for a grant; with the arguments that were approved.

        The same again while it can be used: what becomes of the grant, its store says. None where it permits nothing.
        """
        kept = await self.on_record.ready(approval)
        if kept is None:
            return None
        state, request = kept.state, kept.state.request
        mine = request.handed_over and (request.trace, request.decision) == (decision.trace, decision.digest)
        if not mine or state.usable_until is None or self.clock() >= state.usable_until:
            return None
        text = (await self.on_record.held_of(kept)).text_of(request.id, request.content)
        by = [one.by for one in state.approvals]
        stops = await asyncio.to_thread(self.stopped, request, by)
        if text is None or stops:
            return None
        # A crash after this leaves it used, and no grant: the same decision gets one while it can be used.
        used = await self.use(approval, state.binds, action_of(approval))
        return None if isinstance(used, Refused) else (used.state, text)

    async def finished(self, approval: ApprovalId, attempt: str, result: Result) -> Kept | Refused:
        """What became of the act: its receipt is on record by now."""
        kept = await self.on_record.ready(approval)
        return (
            missing()
            if kept is None
            else await self.on_record.happen(kept, Finish(self.clock(), attempt, result))
        )

    async def expire(self, kept: Kept) -> Kept | Refused:
        """Its time is over. Recorded as that, and as nobody's answer."""
        return await self.on_record.happen(kept, Expire(self.clock()))

    async def remind(self, kept: Kept) -> Kept | Refused:
        return await self.on_record.happen(kept, Remind(self.clock(), kept.state.reminded + 1))

    async def escalate(self, kept: Kept) -> Kept | Refused:
        return await self.on_record.happen(kept, Escalate(self.clock(), kept.state.escalated + 1))

    async def noticed(self, approval: ApprovalId, event: Noticed) -> None:
        """Those who answer were told. That decides nothing, and has no entry."""
        kept = await self.on_record.ready(approval)
        if kept is not None:
            await self.on_record.happen(kept, event)

    async def void(self, approval: ApprovalId, why: str) -> Kept | Refused:
        """What was asked about is not what it was. `why` names nobody's data."""
        kept = await self.on_record.ready(approval)
        return missing() if kept is None else await self.on_record.happen(kept, Void(self.clock(), why))

    async def mark_told(self, approval: ApprovalId, how: str) -> bool:
        """The customer was given the outcome, or is about to be. Once: False where they were before."""
        kept = await self.on_record.ready(approval)
        return kept is not None and isinstance(
            await self.on_record.happen(kept, Told(self.clock(), how)), Kept
        )
