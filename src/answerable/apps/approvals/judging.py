"""What a bundle says of something that waits: what authority it takes, and whether an approver's change may stand.

The exchange is read from the ledger again and decided on by the bundle that decided the first time.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from answerable.adapters.stored_ledger import StoredLedger
from answerable.apps.approvals.answering import Reconsidered
from answerable.apps.approvals.held import Facts, Held, plain_facts
from answerable.apps.exchange_on_record import exchange_on_record
from answerable.claims import ReadingContext
from answerable.claims.terms.kinds import MoneyTerm
from answerable.decisions import (
    ActDecider,
    ActDecision,
    ActOutcome,
    Bundle,
    CedarDecider,
    Outcome,
    by_authority,
)
from answerable.exchange import Exchange, ToolCall
from answerable.findings import Grounds, check
from answerable.flow import Acts, published_texts
from answerable.flow.acts import unusable
from answerable.ports import Reader
from answerable.receipts import CallBody
from answerable.values import CallId, Digest, Money
from answerable.values.errors import ActionRefused

_ERASED = "what was said is erased, so nothing can be decided on it anew"
_GONE = "the bundle that it was decided under is not here any more"

BundleOf = Callable[[Digest], Bundle | None]


@dataclass(frozen=True, slots=True)
class Judging:
    """Asks bundles again. Reads the ledger: `facts` is for worker threads."""

    ledger: StoredLedger
    bundle_of: BundleOf
    reader: Reader

    def facts(self, held: Held) -> Facts:
        """What authority is measured by. Of an act: its subjects, amount and region by its pack, as far as known."""
        pseudonym = self.ledger.keys.pseudonym(held.subject)
        plain = plain_facts(held)
        if not isinstance(held.body, CallBody) or held.body.decision is None:
            return Facts(plain.subjects, plain.amount, plain.region, pseudonym)
        bundle = self.bundle_of(Digest(held.body.decision.bundle))
        action = None if bundle is None else bundle.actions.get(held.body.name)
        if bundle is None or action is None or held.text is None:
            return Facts(customer=pseudonym)
        exchange = asyncio.run(exchange_on_record(self.ledger, held.trace))
        values: Any = {}
        if exchange is not None:
            call = ToolCall(CallId(held.body.id), held.body.name, held.text)
            values = ActDecider(bundle).values(call, Acts(exchange, bundle).situation)
        try:
            amount = action.rules.amount_of(values)
        except ActionRefused:
            amount = None  # nobody knows how much: beyond every limit
        return Facts(
            tuple(sorted(subject.value for subject in action.subjects)),
            amount,
            action.rules.region_of(values),
            pseudonym,
        )

    async def reconsider(self, held: Held, text: str) -> Reconsidered:
        """Decide on an approver's change as on the model's own: what policies refuse, no person can approve."""
        decision = held.body.decision
        bundle = None if decision is None else self.bundle_of(Digest(decision.bundle))
        if bundle is None:
            return Reconsidered(because=_GONE)
        exchange = await exchange_on_record(self.ledger, held.trace)
        if exchange is None:
            return Reconsidered(because=_ERASED)
        if isinstance(held.body, CallBody):
            call = ToolCall(CallId(held.body.id), held.body.name, text)
            return _act(call, exchange, bundle)
        return self._line(text, exchange, bundle)

    def _line(self, text: str, exchange: Exchange, bundle: Bundle) -> Reconsidered:
        """Words of an approver's own may promise, and may not say what is published or recorded otherwise."""
        acts = Acts(exchange, bundle)
        claim = self.reader.read(text, ReadingContext(now=exchange.asked_at))
        grounds = Grounds(exchange, published_texts(self.reader), acts.known)
        finding = check(claim, text, grounds)
        if acts.decides:
            finding = by_authority(claim, text, finding, ActDecider(bundle), acts.situation)
        decision = CedarDecider(bundle).decide(claim, finding, exchange.assurance)
        if decision.errors or decision.outcome is Outcome.WITHHOLD:
            return Reconsidered(because=decision.because)
        sums = [term.high for term in claim.terms if isinstance(term, MoneyTerm)]
        one = len({money.currency for money in sums}) == 1
        return Reconsidered(max(sums, key=lambda money: money.minor) if one else None)


def _act(call: ToolCall, exchange: Exchange, bundle: Bundle) -> Reconsidered:
    if unclear := unusable(call):
        return Reconsidered(because=unclear)
    decider, situation = ActDecider(bundle), Acts(exchange, bundle).situation
    # The customer said yes to something else; what the company gives instead is for the approver to answer for.
    decision: ActDecision = decider.decide(call, situation, agreed=True)
    if decision.outcome is ActOutcome.REFUSE or decision.errors:
        return Reconsidered(because=decision.because)
    action = bundle.actions[call.name]
    amount: Money | None
    try:
        amount = action.rules.amount_of(decider.values(call, situation))
    except ActionRefused:
        amount = None
    return Reconsidered(amount)
