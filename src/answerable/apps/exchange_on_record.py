"""An exchange as the ledger has it, with everything that was said before it: to decide on something of it anew."""

from dataclasses import dataclass

import msgspec

from answerable.exchange import ContextItem, Exchange, Message, Role, ToolCall, ToolSpec, outcomes
from answerable.ports import Ledger
from answerable.receipts import Entry, ExchangeBody, ExchangePrivate, decode
from answerable.receipts.entries import MessagePrivate
from answerable.receipts.facets import private_part
from answerable.values import (
    AssuranceLevel,
    CallId,
    ConversationId,
    CustomerId,
    TraceId,
    WorkloadId,
    from_rfc3339,
)

_MOST_BEFORE = 600


@dataclass(frozen=True, slots=True)
class _Found:
    entry: Entry
    body: ExchangeBody
    private: ExchangePrivate


async def exchange_on_record(ledger: Ledger, trace: TraceId) -> Exchange | None:
    """The exchange of a trace. None where there is none, or where what was said in it or before it is erased.

    Raises LedgerUnavailable, LedgerBroken.
    """
    found = await _found(ledger, trace)
    if found is None:
        return None
    earlier: list[tuple[Message, ...]] = []
    before = found
    while (history := before.body.history) is not None and len(earlier) < _MOST_BEFORE:
        older = await _found(ledger, TraceId(history.trace))
        if older is None or older.body.workload != found.body.workload:
            return None
        earlier.insert(0, _messages(older.private))
        before = older
    body, private = found.body, found.private
    said = tuple(message for some in earlier for message in some)
    messages = _messages(private)
    return Exchange(
        trace=trace,
        asked_at=from_rfc3339(found.entry.at),
        workload=WorkloadId(body.workload),
        model=body.model,
        messages=messages,
        conversation=ConversationId(body.conversation) if body.conversation else None,
        customer=CustomerId(private.customer) if private.customer else None,
        assurance=AssuranceLevel(body.assurance),
        context=tuple(ContextItem(source, text) for source, text in private.context),
        tools=tuple(ToolSpec(name) for name in body.tools),
        published=tuple(m.text for m in (*said, *messages) if m.role in (Role.SYSTEM, Role.DEVELOPER)),
        outcomes=outcomes((*said, *messages)),
        earlier=said,
        customer_proof=body.customer_proof if body.customer_proof is not msgspec.UNSET else None,
        version=body.version if body.version is not msgspec.UNSET else None,
    )


async def _found(ledger: Ledger, trace: TraceId) -> _Found | None:
    for row in await ledger.trace(trace):
        entry = decode(row.entry, row.seq)
        if isinstance(entry.body, ExchangeBody):
            private = private_part(entry, row.private)
            return _Found(entry, entry.body, private) if isinstance(private, ExchangePrivate) else None
    return None


def _messages(private: ExchangePrivate) -> tuple[Message, ...]:
    return tuple(message_of(one) for one in private.messages)


def message_of(one: MessagePrivate) -> Message:
    """A message as it was recorded."""
    calls = tuple(ToolCall(CallId(id_), name, arguments) for id_, name, arguments in one.tool_calls)
    return Message(Role(one.role), one.text, calls, CallId(one.answers) if one.answers else None)
