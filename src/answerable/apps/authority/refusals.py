"""What proven workloads asked of the issuer and were refused, on record beside the decision that they named.

A stranger's try is in the log alone: whoever has proven nothing writes nothing into the ledger.
"""

from collections.abc import Callable
from dataclasses import dataclass

from answerable.adapters.stored_ledger import StoredLedger
from answerable.apps.authority.recording import Record
from answerable.grants import AlreadyConsumed, ConsumeAnswer, DecisionId, Expired, Revoked
from answerable.ports import Clock
from answerable.receipts import Draft, GrantBody, GrantPrivate, decode
from answerable.values import GrantId, rfc3339
from answerable.values.errors import LedgerError, NotOnRecord

MOST = 20
"""Refusals that are recorded of one trace: who tries without end fills the log, which is thrown away, and no ledger."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A proven workload was told no."""

    by: str
    decision: DecisionId
    what: str
    """In our own words: public for ever."""
    why: str = ""
    """May quote what was asked for: sealed."""
    grant: GrantId | None = None


RecordRefusal = Callable[[Refusal], None]
"""Put it on record. Raises NotOnRecord. For worker threads."""


def in_the_log_alone(_: Refusal) -> None:
    """Where nobody keeps a ledger."""


class RefusalsOnRecord:
    """Each is an entry in the trace of the decision that was named, if that decision is there."""

    def __init__(self, ledger: StoredLedger, record: Record, now: Clock) -> None:
        self._ledger, self._record, self._now = ledger, record, now

    def __call__(self, refusal: Refusal) -> None:
        """Raises NotOnRecord. A crash before it is durable leaves a refusal that nobody was told of."""
        decision, private = refusal.decision, GrantPrivate(refusal.why) if refusal.why else None
        body = GrantBody(refusal.grant or "", "refused", decision.digest, by=refusal.by, detail=refusal.what)
        try:
            if self._has_room(decision):
                self._record([Draft(decision.trace, rfc3339(self._now()), body, private)])
        except LedgerError as error:
            raise NotOnRecord(f"a refusal could not be recorded: {error}") from error

    def _has_room(self, decision: DecisionId) -> bool:
        rows = self._ledger.store.of_trace(decision.trace)
        if not any(f"sha256:{row.leaf}" == decision.digest for row in rows):
            return False  # whoever makes decisions up makes no traces
        bodies = (decode(row.entry, row.seq).body for row in rows)
        return sum(isinstance(body, GrantBody) and body.event == "refused" for body in bodies) < MOST


def why_not(answer: ConsumeAnswer) -> str:
    """Why a grant can't be used, in words for the record; empty where it was, or is none of ours."""
    match answer:
        case AlreadyConsumed():
            return "it was used already"
        case Revoked():
            return "it was taken back"
        case Expired():
            return "its time was over"
        case _:
            return ""
