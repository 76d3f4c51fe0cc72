"""What customers hear of what people decided: asked for, put before the next reply, or sent to the host application."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from answerable.approvals import Of
from answerable.approvals.telling import Heard, Outcome, heard, outcome, told_now
from answerable.apps.approvals.service import ApprovalService
from answerable.decisions import Wording
from answerable.ports.approvals import Kept
from answerable.values import ConversationId, WorkloadId, rfc3339

POLLED, NEXT_TURN, WEBHOOK = "polled", "next_turn", "webhook"


@dataclass
class Outcomes:
    """The outcomes of one conversation, for the workload that it is with and no other."""

    service: ApprovalService
    wording: Callable[[], Mapping[str, Wording]]
    """Of the bundle in force now."""

    async def of_conversation(self, workload: WorkloadId, conversation: ConversationId) -> list[Outcome]:
        """What there is to tell, oldest first. Changes nothing."""
        return [one for _, one in await self._found(workload, conversation)]

    async def of_customer(
        self, workload: WorkloadId, conversation: ConversationId, subject: Callable[[], str]
    ) -> list[Outcome]:
        """What there is to tell, and was not told, of what was asked for the same customer: `subject` is their
        pseudonym. Two customers may have been given one conversation's id.
        """
        found = [(kept, one) for kept, one in await self._found(workload, conversation) if not one.told]
        if not found:
            return []
        mine = (None, await asyncio.to_thread(subject))
        return [one for kept, one in found if kept.state.request.customer in mine]

    async def polled(self, workload: WorkloadId, conversation: ConversationId) -> list[Outcome]:
        """The same, for a host that asks: what it was given need not be told in the next turn.

        It is given all of it each time, so an answer that was lost is asked for again.
        """
        found = await self._found(workload, conversation)
        for kept, one in found:
            if not one.told:
                await self.service.mark_told(kept.state.request.id, POLLED)
        return [one for _, one in found]

    async def take_untold(self, workload: WorkloadId, conversation: ConversationId) -> str:
        """Words to put before the next reply; empty where there are none. Each is given out once.

        A crash after this leaves something that counts as told, and was not: a host that asks still gets it.
        """
        mine: list[Outcome] = []
        for kept, one in await self._found(workload, conversation):
            if not one.told and await self.service.mark_told(kept.state.request.id, NEXT_TURN):
                mine.append(one)
        return told_now(mine)

    async def of(self, kept: Kept) -> Outcome | None:
        """What there is to tell of one; None where nothing is yet."""
        line = None
        if heard(kept.state) is Heard.APPROVED and kept.state.request.of is Of.LINE:
            held = await self.service.held_of(kept)
            line = held.text_of(kept.state.request.id, kept.state.request.content)
        found = outcome(kept.state, self.wording(), line)
        request = kept.state.request
        if found is None or found.heard is not Heard.APPROVED or request.of is Of.LINE:
            return found
        text = (await self.service.held_of(kept)).text_of(request.id, request.content)
        decision = (request.trace, request.decision)
        return replace(found, decision=decision, arguments=text, until=kept.state.usable_until)

    async def _found(self, workload: WorkloadId, conversation: ConversationId) -> list[tuple[Kept, Outcome]]:
        found: list[tuple[Kept, Outcome]] = []
        for kept in await self.service.of_conversation(workload, conversation):
            # What is not on record yet is told to nobody.
            ready = await self.service.put_on_record(kept)
            if (one := await self.of(ready)) is not None:
                found.append((ready, one))
        return found


def _handed_over(one: Outcome) -> dict[str, Any]:
    """What the bot asks for a grant by; the arguments are as they were approved."""
    if one.decision is None or one.until is None:
        return {}
    trace, digest = one.decision
    decision = {"trace": trace, "digest": digest}
    return {"decision": decision, "arguments": one.arguments, "until": rfc3339(one.until)}


def outcomes_json(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The body of `GET /v1/conversations/{id}/outcomes`."""
    return {
        "outcomes": [
            {
                "approval": one.approval,
                "of": one.of.value,
                "tool": one.tool,
                "outcome": one.heard.value,
                "text": one.text,
                "at": rfc3339(one.at),
                "told": one.told,
                **_handed_over(one),
            }
            for one in outcomes
        ]
    }
