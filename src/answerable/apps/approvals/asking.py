"""What the gateway asks people: a held decision begins to wait, once for the same thing in a conversation."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from answerable.actions import Action
from answerable.approvals import (
    UNBOUNDED,
    UNROUTED,
    ApprovalRequest,
    Of,
    Phase,
    Plan,
    Room,
    Rules,
    digest_of,
    plan_for,
)
from answerable.apps.approvals.held import FactsOf, Held, content_digest, find_held, plain_facts
from answerable.apps.approvals.on_record import OnRecord
from answerable.ports import Clock
from answerable.ports.approvals import Kept
from answerable.values import ApprovalId, ConversationId, Digest, OperatorId, TraceId, WorkloadId
from answerable.values.errors import ApprovalError

_LOG = logging.getLogger("answerable.approvals")


@dataclass
class Asking:
    """Opens what waits."""

    on_record: OnRecord
    rules: Callable[[], Rules]
    """Of the bundle in force now."""
    clock: Clock
    new_id: Callable[[], ApprovalId]
    owners: Callable[[WorkloadId], frozenset[OperatorId]] = lambda _: frozenset()
    """Whose workload it is; may wait for its disk."""
    facts: FactsOf = plain_facts
    """May wait for its disk."""
    hands_over: Callable[[Digest, str], bool] = lambda _, __: False
    """Does the bot's own client do the act of that name under that bundle, with a grant of its own?"""
    room: Room = UNBOUNDED
    """How much may wait at once of one workload and one conversation: what is beyond it asks nobody."""

    async def open(self, trace: TraceId, decision: Digest) -> Kept:
        """Let a held decision wait for people. Call it when its entry is durable, and before anybody is told.

        A crash before this returns leaves a held decision that the customer and the model have heard nothing of:
        the reply broke off, and is asked for again. Where too much waits already, it comes back as voided: it is on
        record why, nobody is asked, and the customer hears later that nothing came of it.

        Raises ApprovalError where nothing of the kind is on record, InvalidRequest where its arguments can't be read
        in one way only.
        """
        held = await find_held(self.on_record.ledger, trace, decision)
        now = self.clock()
        facts, rules = await asyncio.to_thread(self.facts, held), self.rules()
        owners = await asyncio.to_thread(self.owners, WorkloadId(held.exchange.workload))
        route = held.route or UNROUTED
        text = held.text
        if text is None or held.body.decision is None:
            raise ApprovalError(f"what '{decision[:20]}…' is about is erased: nobody can approve it")
        content = content_digest(held.of, text)
        if (same := await self._same_waits(held, route, content, facts.customer)) is not None:
            return same
        request = ApprovalRequest(
            id=self.new_id(),
            of=held.of,
            trace=trace,
            decision=decision,
            content=content,
            findings=held.findings,
            bundle=Digest(held.body.decision.bundle),
            workload=WorkloadId(held.exchange.workload),
            route=route,
            plan=plan_for(rules, route, facts.amount, now),
            opened_at=now,
            tool=held.tool,
            conversation=ConversationId(held.exchange.conversation) if held.exchange.conversation else None,
            customer=facts.customer,
            owners=tuple(sorted(owners)),
            subjects=tuple(sorted(facts.subjects)),
            amount=facts.amount,
            region=facts.region,
            handed_over=held.tool is not None
            and self.hands_over(Digest(held.body.decision.bundle), held.tool),
        )
        kept = await self.on_record.record(
            await asyncio.to_thread(self.on_record.store.open, request, self.room), held
        )
        if kept.state.phase is Phase.VOIDED:
            _LOG.warning("'%s' waits for nobody: %s", request.id, kept.state.why)
        self.on_record.tell_of(kept.state.request.id)
        return kept

    async def follow_undo(self, original: Action, tool: str, approval: ApprovalId, content: Digest) -> None:
        """An act is about to be taken back under this approval: once it was, the customer hears of it.

        What takes back something that took something back is nobody's news.
        """
        if original.undoes is not None:
            return
        now = self.clock()
        request = ApprovalRequest(
            id=approval,
            of=Of.ACT,
            trace=original.trace,
            decision=original.decision.digest,
            content=content,
            findings=digest_of({"undoes": original.id}),
            bundle=original.bundle,
            workload=original.workload,
            route=UNROUTED,
            plan=Plan(now),
            opened_at=now,
            tool=tool,
            conversation=original.conversation,
            customer=original.customer,
            undoes=original.id,
        )
        # A crash after this leaves one of which no act comes: the follow-up finds that out.
        await asyncio.to_thread(self.on_record.store.open, request)
        self.on_record.tell_of(approval)

    async def _same_waits(self, held: Held, route: str, content: Digest, customer: str | None) -> Kept | None:
        """What waits already in the same conversation for the same thing: a bot that asks again asks nobody twice."""
        exchange, decision = held.exchange, held.body.decision
        if exchange.conversation is None or decision is None:
            return None
        for kept in await self.on_record.of_conversation(
            WorkloadId(exchange.workload), ConversationId(exchange.conversation)
        ):
            asked = kept.state.request
            mine = (held.of, held.tool, content, route, decision.bundle, customer)
            if kept.state.phase is Phase.OPEN and mine == (
                asked.of, asked.tool, asked.content, asked.route, asked.bundle, asked.customer,
            ):  # fmt: skip
                return await self.on_record.put_on_record(kept)
        return None
