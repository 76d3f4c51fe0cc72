"""An act that a chat reply's decision let pass: find that decision, and see that it is of exactly this act."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from answerable.apps.toolgate.asked import Permitted
from answerable.decisions import ActDecision, ActOutcome, Policy
from answerable.grants import DecisionId, arguments_digest
from answerable.ports import Ledger
from answerable.receipts import CallBody, CallPrivate, Entry, ExchangeBody, ExchangePrivate, Opened
from answerable.receipts.verifying import decode
from answerable.values import Digest, PolicyId, from_rfc3339
from answerable.values.errors import InvalidRequest

if TYPE_CHECKING:
    from answerable.apps.toolgate.gate import Asked, Caller

LASTS = timedelta(minutes=5)
_NO = "no decision of that trace lets exactly this act pass"


async def find_permitted(
    ledger: Ledger, named: Permitted, caller: "Caller", asked: "Asked", now: datetime
) -> tuple[DecisionId, ActDecision] | str:
    """The decision that a chat reply's entry holds; or why it can't be used. Raises LedgerError.

    1. The trace is of this workload, this conversation and this customer.
    2. It holds the call under that id, and no second one: of this tool, passed, permitted, and that was binding.
    3. Its arguments have the digest of those that are asked for now.
    4. It is not too long ago.

    That it is used once is for the grant: one permit, one act. Whoever guesses at traces learns nothing: all but the
    last have the same answer.
    """
    rows = await ledger.trace(named.trace)
    entries = [(decode(row.entry, row.seq), row) for row in rows]
    # 1.
    if not any(_theirs(entry, row, caller) for entry, row in entries):
        return _NO
    # 2.
    calls = [
        (entry, entry.body, row)
        for entry, row in entries
        if isinstance(entry.body, CallBody) and entry.body.id == named.call
    ]
    if len(calls) != 1:
        return _NO
    entry, body, row = calls[0]
    part = body.decision
    if body.name != asked.tool or not body.passed or part is None or not part.policies:
        return _NO
    if part.outcome != ActOutcome.PERMIT.value or not part.enforced:
        return _NO
    # 3.
    if _digest(row) != asked.arguments.digest:
        return _NO
    # 4.
    if not timedelta(0) <= now - from_rfc3339(entry.at) <= LASTS:
        return f"the decision that let it pass is older than {LASTS.seconds // 60} minutes"
    policies = tuple(Policy(PolicyId(one.id), one.owner, part.because, permits=True) for one in part.policies)
    decision = ActDecision(ActOutcome.PERMIT, part.because, policies, Digest(part.bundle))
    return DecisionId(named.trace, Digest(f"sha256:{row.leaf}")), decision


def _theirs(entry: Entry, row: Opened, caller: "Caller") -> bool:
    body = entry.body
    if not isinstance(body, ExchangeBody) or body.workload != caller.workload.id or row.private is None:
        return False
    asked = msgspec.json.decode(row.private, type=ExchangePrivate)
    return body.conversation == caller.conversation and asked.customer == caller.customer


def _digest(row: Opened) -> Digest | None:
    if row.private is None:
        return None
    try:
        return arguments_digest(msgspec.json.decode(row.private, type=CallPrivate).arguments)
    except InvalidRequest:
        return None
