"""An act that a chat reply's decision let pass: find that decision, and see that it is of exactly this act."""

from datetime import datetime, timedelta

from answerable.apps.recorded_calls import LASTS, RecordedCall, recorded_calls
from answerable.apps.toolgate.asked import Asked, Permitted
from answerable.apps.toolgate.caller import Caller
from answerable.decisions import ActDecision, ActOutcome, Policy
from answerable.grants import DecisionId
from answerable.ports import Ledger
from answerable.values import Digest, PolicyId

_NO = "no decision of that trace lets exactly this act pass"


async def find_permitted(
    ledger: Ledger, named: Permitted, caller: Caller, asked: Asked, now: datetime
) -> tuple[DecisionId, ActDecision] | str:
    """The decision that a chat reply's entry holds; or why it can't be used. Raises LedgerError.

    1. The trace is of this workload, this conversation and this customer.
    2. It holds the call under that id, and no second one: of this tool, passed, permitted, and that was binding.
    3. Its arguments have the digest of those that are asked for now.
    4. It is not too long ago.

    That it is used once is for the grant: one permit, one act. Whoever guesses at traces learns nothing: all but the
    last have the same answer.
    """
    # 1.
    calls = [one for one in recorded_calls(await ledger.trace(named.trace)) if _theirs(one, caller)]
    # 2.
    found = [one for one in calls if one.body.id == named.call]
    if len(found) != 1:
        return _NO
    [call] = found
    part = call.body.decision
    if call.body.name != asked.tool or not call.permitted or part is None:
        return _NO
    # 3.
    if call.digest != asked.arguments.digest:
        return _NO
    # 4.
    if not timedelta(0) <= now - call.at <= LASTS:
        return f"the decision that let it pass is older than {LASTS.seconds // 60} minutes"
    policies = tuple(Policy(PolicyId(one.id), one.owner, part.because, permits=True) for one in part.policies)
    return call.id, ActDecision(ActOutcome.PERMIT, part.because, policies, Digest(part.bundle))


def _theirs(call: RecordedCall, caller: Caller) -> bool:
    exchange, asked = call.exchange, call.asked
    return (
        asked is not None
        and exchange.workload == caller.workload.id
        and exchange.conversation == caller.conversation
        and asked.customer == caller.customer
    )
