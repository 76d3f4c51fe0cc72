"""Which exchanges evidence, an erasure or a hold is of."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, fields

import msgspec

from answerable.adapters.stored_ledger import StoredLedger
from answerable.receipts import ExchangeBody, ExchangePrivate, decode
from answerable.values import TraceId

_EXCHANGE = 1


@dataclass(frozen=True, slots=True)
class Selection:
    """What exchanges have in common; of several, all. Instants are RFC 3339 texts in UTC, `until` not included."""

    trace: str | None = None
    conversation: str | None = None
    customer: str | None = None
    bundle: str | None = None
    since: str | None = None
    until: str | None = None

    @property
    def named(self) -> str:
        """In words, as evidence says what it is of; empty where nothing was chosen."""
        return ", ".join(
            f"{one.name} {value}" for one in fields(self) if (value := getattr(self, one.name)) is not None
        )


async def traces(ledger: StoredLedger, selection: Selection) -> list[TraceId]:
    """The traces that are chosen, oldest first. Raises LedgerError."""
    if selection.trace is not None:
        return [TraceId(selection.trace)]
    return await asyncio.to_thread(lambda: list(_chosen(ledger, selection)))


def _chosen(ledger: StoredLedger, selection: Selection) -> Iterator[TraceId]:
    for placed in ledger.store.walk():
        if placed.row.kind != _EXCHANGE:
            continue
        entry = decode(placed.row.entry, placed.row.seq)
        body = entry.body
        if not isinstance(body, ExchangeBody):
            continue
        wanted = (
            (selection.conversation in (None, body.conversation))
            and (selection.bundle in (None, body.bundle, body.bundle_name))
            and (selection.since is None or entry.at >= selection.since)
            and (selection.until is None or entry.at < selection.until)
        )
        if wanted and selection.customer is not None:
            [opened] = ledger.opened([placed.row])
            asked = msgspec.json.decode(opened.private, type=ExchangePrivate) if opened.private else None
            wanted = asked is not None and asked.customer == selection.customer
        if wanted:
            yield TraceId(entry.trace)
