"""What a decision in the ledger permits: looked up again, from the entry itself, for whoever asks for a grant.

    (trace, leaf hash) ─► the call's entry ─► permitted, or approved since ─► a permit for exactly that

Nothing is taken from whoever asks but the name of the decision. Workload, act and arguments are those of the entry;
where it is held, people's approval is asked for, with the arguments that they approved.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from answerable.adapters.stored_ledger import StoredLedger
from answerable.apps.recorded_calls import LASTS, recorded_calls
from answerable.decisions import ActOutcome
from answerable.grants import Approval, DecisionId, Intent, Permit, Policies, confusable
from answerable.receipts import ApprovalBody, Opened, data_subject, decode
from answerable.values import ApprovalId, ConversationId, Digest, PolicyId, WorkloadId


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
ThingOf = Callable[[Digest, str, str], str | None]
"""What an act is done to, by the bundle that it was decided under, its tool and its arguments; None where unknown."""


class Permits:
    """Finds permits. It reads the ledger, so it is for worker threads and not for the event loop."""

    def __init__(
        self, ledger: StoredLedger, audience_of: AudienceOf, approved: FindApproved, thing_of: ThingOf
    ) -> None:
        self._ledger, self._audience_of, self._approved = ledger, audience_of, approved
        self._thing_of = thing_of

    def __call__(self, decision: DecisionId, workload: WorkloadId) -> Permit | None:
        """The permit of a decision; None where there is none. Raises LedgerUnavailable, LedgerBroken.

        1. The decision's entry is in the ledger, under the trace that was named, and that workload's.
        2. A back end is named that does it.
        3. It is of an act that was permitted, or was held and has been approved since: that uses the approval up.
        4. Its arguments are still there, and can be read in one way only.
        """
        rows = self._ledger.opened(self._ledger.store.of_trace(decision.trace))
        found = next((one for one in recorded_calls(rows) if one.id == decision), None)
        part = found.body.decision if found else None
        if found is None or part is None or found.exchange.workload != workload:
            return None
        audience = self._audience_of(found.body.name)
        if audience is None:
            return None
        basis: Policies | Approval
        until = found.at + LASTS
        if found.permitted:
            basis = Policies(tuple(PolicyId(policy.id) for policy in part.policies))
        elif part.outcome == ActOutcome.HOLD and (answer := self._answer(rows, decision)) is not None:
            basis, until = answer.approval, answer.until
            if answer.arguments:
                found = replace(found, arguments=answer.arguments)
        else:
            return None
        if found.arguments is None or found.digest is None:
            return None
        if confusable(found.arguments):
            return None
        exchange, customer = found.exchange, found.asked.customer if found.asked else None
        intent = Intent(
            found.body.name,
            found.digest,
            audience,
            workload,
            self._thing_of(Digest(part.bundle), found.body.name, found.arguments),
            self._ledger.keys.pseudonym(
                data_subject(customer, exchange.workload, exchange.conversation, decision.trace)
            ),
            ConversationId(exchange.conversation) if exchange.conversation else None,
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
