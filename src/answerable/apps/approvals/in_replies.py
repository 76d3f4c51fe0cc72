"""Approvals as replies meet them: what is held waits for people, and what they answered is told in the next turn."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from answerable.apps.approvals.customers import NEXT_TURN, Outcomes
from answerable.apps.approvals.service import ApprovalService
from answerable.exchange import Exchange
from answerable.flow import Line, News, StopCall
from answerable.receipts import data_subject
from answerable.values import ApprovalId, Digest


@dataclass(frozen=True, slots=True)
class InReplies:
    """A `gate.FollowUp`."""

    service: ApprovalService
    outcomes: Outcomes
    pseudonym: Callable[[str], str]
    """Of whose data it is, as approvals keep it."""

    async def held(self, exchange: Exchange, held: Sequence[Line | StopCall]) -> None:
        for one in held:
            await self.service.open(exchange.trace, Digest(f"sha256:{one.entry}"))

    async def news(self, exchange: Exchange) -> Sequence[News]:
        if exchange.conversation is None:
            return ()
        subject = data_subject(exchange.customer, exchange.workload, exchange.conversation, exchange.trace)
        found = await self.outcomes.of_customer(
            exchange.workload, exchange.conversation, lambda: self.pseudonym(subject)
        )
        # The same words about several are said once: whoever asked for much does not have to read much.
        by_text: dict[str, list[ApprovalId]] = {}
        for one in found:
            by_text.setdefault(one.text.strip(), []).append(one.approval)
        return [News(first, text, tuple(others)) for text, (first, *others) in by_text.items()]

    async def told(self, exchange: Exchange, approvals: Sequence[ApprovalId]) -> None:
        """A crash before this tells them once more, in the turn after."""
        del exchange
        for one in approvals:
            await self.service.mark_told(one, NEXT_TURN)
