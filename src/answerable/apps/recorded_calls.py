"""The calls of a trace, as its entries hold them: what was asked for, and what was decided on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from answerable.decisions import ActOutcome
from answerable.grants import DecisionId, arguments_digest
from answerable.receipts import (
    CallBody,
    CallPrivate,
    ExchangeBody,
    ExchangePrivate,
    Opened,
    decode,
)
from answerable.receipts.facets import private_part
from answerable.values import Digest, TraceId, from_rfc3339
from answerable.values.errors import InvalidRequest

LASTS = timedelta(minutes=5)
"""How long after it was decided an act may still be begun: what was true then need not be true later."""


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """A call and the exchange that it belongs to. What was erased is None."""

    id: DecisionId
    """Of its decision, where there is one."""
    at: datetime
    body: CallBody
    arguments: str | None
    exchange: ExchangeBody
    asked: ExchangePrivate | None

    @property
    def permitted(self) -> bool:
        """Was it let pass, by policies that permit it? What was only observed is nobody's leave to act."""
        part = self.body.decision
        return (
            part is not None
            and part.enforced
            and part.outcome == ActOutcome.PERMIT
            and self.body.passed
            and bool(part.policies)
        )

    @property
    def digest(self) -> Digest | None:
        """Of its arguments; None where they are erased, or could be read in two ways."""
        try:
            return None if self.arguments is None else arguments_digest(self.arguments)
        except InvalidRequest:
            return None


def recorded_calls(rows: Sequence[Opened]) -> list[RecordedCall]:
    """Those of a trace, in their order. Raises LedgerBroken."""
    found: list[RecordedCall] = []
    exchange: ExchangeBody | None = None
    asked: ExchangePrivate | None = None
    for row in rows:
        entry = decode(row.entry, row.seq)
        body, private = entry.body, private_part(entry, row.private)
        if isinstance(body, ExchangeBody):
            exchange, asked = body, private if isinstance(private, ExchangePrivate) else None
        elif isinstance(body, CallBody) and exchange is not None:
            id_ = DecisionId(TraceId(entry.trace), Digest(f"sha256:{row.leaf}"))
            arguments = private.arguments if isinstance(private, CallPrivate) else None
            found.append(RecordedCall(id_, from_rfc3339(entry.at), body, arguments, exchange, asked))
    return found
