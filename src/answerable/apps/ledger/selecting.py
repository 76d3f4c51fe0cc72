"""Which exchanges evidence, an erasure or a hold is of: found by the ledger's index."""

from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

from answerable.adapters.stored_ledger import StoredLedger
from answerable.apps.ledger.lookup import traces
from answerable.apps.ledger_place import LedgerPlace
from answerable.receipts.query import Query
from answerable.values import TraceId, rfc3339


@dataclass(frozen=True, slots=True)
class Selection:
    """What exchanges have in common; of several conditions, all. `until` is not included."""

    trace: str | None = None
    conversation: str | None = None
    customer: str | None = None
    bundle: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def named(self) -> str:
        """In words, as evidence says what it is of; empty where nothing was chosen."""
        said = (
            ("trace", self.trace),
            ("conversation", self.conversation),
            ("customer", self.customer),
            ("bundle", self.bundle),
            ("since", self.since and rfc3339(self.since)),
            ("until", self.until and rfc3339(self.until)),
        )
        return ", ".join(f"{name} {value}" for name, value in said if value)


def chosen_traces(ledger: StoredLedger, place: LedgerPlace, selection: Selection) -> list[TraceId]:
    """The traces that are chosen, oldest first. Raises LedgerError, InvalidRequest."""
    if selection.trace is not None:
        return [TraceId(selection.trace)]
    query = Query(
        conversation=selection.conversation,
        customer=selection.customer,
        bundle=selection.bundle,
        since=selection.since,
        until=selection.until,
    )
    with closing(place.index()) as index:
        return list(traces(ledger, index, query))
