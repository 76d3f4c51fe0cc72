"""What a decision in the ledger permits: looked up again, from the entry itself, for whoever asks for a grant.

    (trace, leaf hash) ─► the call's entry ─► permitted, or approved since ─► a permit for exactly that

Nothing is taken from whoever asks but the name of the decision. Workload, act and arguments are those of the entry;
where it is held, people's approval is asked for, with the arguments that they approved.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from answerable.adapters.stored_ledger import StoredLedger
from answerable.decisions import ActOutcome
from answerable.grants import (
    Approval,
    DecisionId,
    Intent,
    Permit,
    Policies,
    arguments_digest,
    confusable,
)
from answerable.receipts import (
    ActDecisionPart,
    ApprovalBody,
    CallBody,
    CallPrivate,
    Entry,
    ExchangeBody,
    Opened,
    data_subject,
    decode,
)
from answerable.receipts.facets import private_part
from answerable.values import (
    ApprovalId,
    ConversationId,
    Digest,
    PolicyId,
    WorkloadId,
    from_rfc3339,
)
from answerable.values.errors import InvalidRequest

PERMIT_LIFE = timedelta(minutes=5)
"""How long after it was decided an act may still be begun: what was true then need not be true later."""


@dataclass(frozen=True, slots=True)
class Approved:
    """What people approved in the place of a held act. `arguments` are None where they are as they were asked for."""

    approval: Approval
    arguments: str | None
    until: datetime


FindApproved = Callable[[DecisionId, ApprovalId], Approved | None]
"""What an approval of a held decision permits the bot's own client, used up for it; None where it permits nothing."""
AudienceOf = Callable[[str], str | None]
"""The one back end that does an act, by its tool's name; None where none does."""


class Permits:
    """Finds permits. It reads the ledger, so it is for worker threads and not for the event loop."""

    def __init__(self, ledger: StoredLedger, audience_of: AudienceOf, approved: FindApproved) -> None:
        self._ledger, self._audience_of, self._approved = ledger, audience_of, approved

    def __call__(self, decision: DecisionId) -> Permit | None:
        """The permit of a decision; None where there is none. Raises LedgerUnavailable, LedgerBroken.

        1. The decision's entry is in the ledger, under the trace that was named.
        2. It is of an act that was permitted, or was held and has been approved since.
        3. Its arguments are still there, and can be read in one way only.
        4. A back end is named that does it.
        """
        ledger = self._ledger
        rows = ledger.opened(ledger.store.of_trace(decision.trace))
        found = _in_trace(rows, decision)
        if found is None:
            return None
        exchange, entry, call, part, arguments = found
        basis: Policies | Approval
        until = from_rfc3339(entry.at) + PERMIT_LIFE
        if part.outcome == ActOutcome.PERMIT and call.passed and part.policies:
            basis = Policies(tuple(PolicyId(policy.id) for policy in part.policies))
        elif part.outcome == ActOutcome.HOLD and (answer := self._answer(rows, decision)) is not None:
            basis, until = answer.approval, answer.until
            arguments = answer.arguments or arguments
        else:
            return None
        audience = self._audience_of(call.name)
        if audience is None or arguments is None:
            return None
        try:
            digest = arguments_digest(arguments)
            if confusable(arguments):
                return None
        except InvalidRequest:
            return None
        intent = Intent(
            call.name,
            digest,
            audience,
            WorkloadId(exchange.workload),
            customer=ledger.keys.pseudonym(
                data_subject(_customer(rows), exchange.workload, exchange.conversation, decision.trace)
            ),
            conversation=ConversationId(exchange.conversation) if exchange.conversation else None,
        )
        return Permit(decision, intent, basis, Digest(part.bundle), until)

    def _answer(self, rows: Sequence[Opened], decision: DecisionId) -> Approved | None:
        for row in rows:
            body = decode(row.entry, row.seq).body
            if isinstance(body, ApprovalBody) and body.decision == decision.digest and body.event == "opened":
                return self._approved(decision, ApprovalId(body.approval))
        return None


def nothing_approved(_: DecisionId, __: ApprovalId) -> None:
    """For a gate without approvals: what is held stays held."""


_Found = tuple[ExchangeBody, Entry, CallBody, ActDecisionPart, str | None]


def _in_trace(rows: Sequence[Opened], decision: DecisionId) -> _Found | None:
    exchange: ExchangeBody | None = None
    for row in rows:
        entry = decode(row.entry, row.seq)
        if isinstance(entry.body, ExchangeBody):
            exchange = entry.body
        if f"sha256:{row.leaf}" != decision.digest or not isinstance(entry.body, CallBody):
            continue
        part = entry.body.decision
        if exchange is None or part is None:
            return None
        private = private_part(entry, row.private)
        arguments = private.arguments if isinstance(private, CallPrivate) else None
        return exchange, entry, entry.body, part, arguments
    return None


class _Asker(msgspec.Struct):
    customer: str | None = None


def _customer(rows: Sequence[Opened]) -> str | None:
    """Who the exchange is with, where that is not erased."""
    for row in rows:
        if row.private is not None and isinstance(decode(row.entry, row.seq).body, ExchangeBody):
            return msgspec.json.decode(row.private, type=_Asker).customer
    return None
