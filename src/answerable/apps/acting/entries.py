"""What the ledger is told of an act, and what it is asked of one.

What names people stands in private parts: the arguments, the back end's answer, and every reason in words that are
not our own. They are sealed under the key of the one whom the act is about.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, TypeVar

import msgspec

from answerable.actions.outcome import Done, NotDone, Outcome, Uncertain
from answerable.actions.state import How
from answerable.grants import Approval, Grant
from answerable.ports.actions import Kept
from answerable.receipts import (
    ActionBody,
    ActionPrivate,
    Body,
    Draft,
    ExchangeBody,
    ExchangePrivate,
    GrantBody,
    Opened,
    Private,
    ReceiptBody,
    ReceiptPrivate,
    data_subject,
    decode,
)
from answerable.values import ActionId, OperatorId, rfc3339

_P = TypeVar("_P", bound=msgspec.Struct)
_OUTCOMES: dict[type[Outcome], str] = {Done: "done", NotDone: "not_done", Uncertain: "uncertain"}


class Found(NamedTuple):
    """The last receipt of an act that the ledger holds."""

    outcome: Outcome
    how: How
    by: OperatorId | None
    leaf: str


class WasDone(NamedTuple):
    """What the ledger has of an act that was done; None where it was erased."""

    arguments: str | None
    result: str | None
    subject: str | None


def action_draft(kept: Kept, event: str, now: datetime, *, attempt: int = 0, detail: str = "") -> Draft:
    """That an act is intended, about to be sent, or given up. `detail` is in our own words and names nobody."""
    action = kept.action
    body = ActionBody(
        action.id,
        event,
        action.tool,
        action.key,
        action.audience,
        action.decision.digest,
        action.workload,
        attempt,
        kept.progress.grant,
        _approval(kept),
        action.undoes,
        action.first.digest,
        detail,
    )
    return _draft(kept, now, body, ActionPrivate(action.arguments) if event == "intended" else None)


def grant_draft(
    kept: Kept, event: str, now: datetime, grant: Grant | None = None, *, detail: str = ""
) -> Draft:
    """That its grant was issued, used up or taken back."""
    action = kept.action
    body = GrantBody(
        grant.id if grant else kept.progress.grant or "",
        event,
        action.decision.digest,
        _approval(kept),
        action.id,
        action.tool,
        action.audience,
        action.workload,
        rfc3339(grant.expires) if grant else None,
        detail=detail,
    )
    return _draft(kept, now, body, None)


def receipt_draft(
    kept: Kept, outcome: Outcome, how: How, now: datetime, *, by: OperatorId | None = None, detail: str = ""
) -> Draft:
    """What became of it."""
    action = kept.action
    body = ReceiptBody(
        action.id, _OUTCOMES[type(outcome)], how.value, kept.progress.attempt, by, detail, action.tool
    )
    if isinstance(outcome, Done):
        return _draft(kept, now, body, ReceiptPrivate(outcome.result, outcome.reference))
    # What the back end said of it may be about somebody: it stands sealed, behind our reason.
    return _draft(
        kept, now, body, ReceiptPrivate(outcome.words if isinstance(outcome, NotDone) else outcome.reason)
    )


def last_receipt(rows: Sequence[Opened], action: ActionId) -> Found | None:
    """What the ledger says last of an act, of the entries of its trace. Raises LedgerBroken."""
    found: Found | None = None
    for row in rows:
        body = decode(row.entry, row.seq).body
        if isinstance(body, ReceiptBody) and body.action == action:
            private = _private(row, ReceiptPrivate) or ReceiptPrivate()
            by = None if body.by is None else OperatorId(body.by)
            found = Found(_outcome(body.outcome, private), How(body.how), by, f"sha256:{row.leaf}")
    return found


def what_was_done(rows: Sequence[Opened], action: ActionId) -> WasDone:
    """The arguments of an act, the back end's answer, and whose data they are. Raises LedgerBroken."""
    arguments = result = subject = None
    for row in rows:
        body = decode(row.entry, row.seq).body
        if isinstance(body, ExchangeBody):
            asked = _private(row, ExchangePrivate)
            customer = None if asked is None else asked.customer
            subject = data_subject(
                customer, body.workload, body.conversation, decode(row.entry, row.seq).trace
            )
        elif isinstance(body, ActionBody) and body.action == action and body.event == "intended":
            intended = _private(row, ActionPrivate)
            arguments = None if intended is None else intended.arguments
        elif isinstance(body, ReceiptBody) and body.action == action and body.outcome == "done":
            answered = _private(row, ReceiptPrivate)
            result = None if answered is None else answered.result
    return WasDone(arguments, result, subject)


def _outcome(said: str, private: ReceiptPrivate) -> Outcome:
    if said == "done":
        return Done(private.result, private.reference)
    if said == "uncertain":
        return Uncertain(private.result)
    reason, _, theirs = private.result.partition("\n")
    return NotDone(reason, said=theirs)


def _approval(kept: Kept) -> str | None:
    basis = kept.action.basis
    return basis.id if isinstance(basis, Approval) else None


def _draft(kept: Kept, now: datetime, body: Body, private: Private | None) -> Draft:
    return Draft(kept.action.trace, rfc3339(now), body, private, kept.action.subject)


def _private(row: Opened, kind: type[_P]) -> _P | None:
    return None if row.private is None else msgspec.json.decode(row.private, type=kind)
