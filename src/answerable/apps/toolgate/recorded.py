"""A conversation as the ledger has it: what was said through the chat gateway, what was called through this one.

The index finds the exchanges; each is read in the ledger and must be of the same workload, conversation and customer.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime

from answerable.adapters.stored_ledger import StoredLedger
from answerable.apps.chain import TOOL_GATE
from answerable.apps.exchange_on_record import message_of
from answerable.apps.ledger.lookup import find
from answerable.apps.toolgate.talks import DONE, NOT_DONE, UNCERTAIN, Chat, Seen, TalkKey, Told
from answerable.exchange import Message, ToolCall
from answerable.grants import arguments_digest
from answerable.ports.ledger_index import LedgerIndex
from answerable.receipts import (
    ActionBody,
    CallBody,
    CallPrivate,
    Entry,
    ExchangeBody,
    ExchangePrivate,
    Opened,
    ReceiptBody,
    ReceiptPrivate,
    ReplyBody,
)
from answerable.receipts.facets import private_part
from answerable.receipts.query import Query
from answerable.receipts.verifying import decode
from answerable.values import CallId, ConversationId, TraceId, from_rfc3339
from answerable.values.errors import InvalidRequest

MODEL = TOOL_GATE
_MOST_EXCHANGES = 600


class RecordedPast:
    """A `Past` over a ledger and its index."""

    def __init__(self, ledger: StoredLedger, open_index: Callable[[], LedgerIndex]) -> None:
        self._ledger, self._open_index = ledger, open_index

    async def chat(self, key: TalkKey, conversation: ConversationId) -> Chat:
        return await asyncio.to_thread(self._chat, key, conversation)

    async def seen(self, key: TalkKey, conversation: ConversationId) -> Sequence[Seen]:
        return await asyncio.to_thread(self._seen, key, conversation)

    def _chat(self, key: TalkKey, conversation: ConversationId) -> Chat:
        """The conversation as its latest exchange has it, each part of it as of when it was first recorded.

        An exchange holds what is new since the one that it goes on from, or the whole conversation again. Words that
        were erased are not there, and neither is what goes on from them.
        """
        whole: dict[str, tuple[Message, ...]] = {}
        times: dict[str, datetime] = {}
        for exchange in reversed(self._exchanges(key, conversation)):
            if isinstance(exchange.body, ExchangeBody) and exchange.body.model != MODEL:
                found = self._said(key, conversation, TraceId(exchange.trace), whole)
                if found is not None:
                    whole[exchange.trace], times[exchange.trace] = found, from_rfc3339(exchange.at)
        if not whole:
            return Chat()
        latest = list(whole.values())[-1]
        told: list[Told] = []
        traces: list[TraceId] = []
        known = 0
        for trace, messages in whole.items():
            if known < len(messages) and messages == latest[: len(messages)]:
                told.append(Told(times[trace], latest[known : len(messages)]))
                traces.append(TraceId(trace))
                known = len(messages)
        return Chat(tuple(told), tuple(traces))

    def _said(
        self,
        key: TalkKey,
        conversation: ConversationId,
        trace: TraceId,
        before: Mapping[str, tuple[Message, ...]],
    ) -> tuple[Message, ...] | None:
        """The whole conversation as of an exchange; None where it is another's, or part of it is gone."""
        rows = self._ledger.opened(self._ledger.store.of_trace(trace))
        for _, body, private in _bodies(rows):
            if not isinstance(body, ExchangeBody):
                continue
            if not isinstance(private, ExchangePrivate) or not _same(key, conversation, body, private):
                return None
            messages = tuple(message_of(one) for one in private.messages)
            if body.history is None:
                return messages
            earlier = before.get(body.history.trace)
            return None if earlier is None else (*earlier, *messages)
        return None

    def _seen(self, key: TalkKey, conversation: ConversationId) -> list[Seen]:
        own = [
            entry.trace
            for entry in self._exchanges(key, conversation)
            if isinstance(entry.body, ExchangeBody) and entry.body.model == MODEL
        ]
        found: list[Seen] = []
        for trace in reversed(own):
            found += self._calls(key, conversation, TraceId(trace))
        return found

    def _exchanges(self, key: TalkKey, conversation: ConversationId) -> list[Entry]:
        """Newest first. Raises InvalidRequest where there are more than are looked at: an act that was done may be
        among those that are not."""
        query = Query(conversation=conversation, workload=key.workload)
        with closing(self._open_index()) as index:
            found = [one.entry for one in find(self._ledger, index, query, limit=_MOST_EXCHANGES + 1)]
        if len(found) > _MOST_EXCHANGES:
            raise InvalidRequest(
                f"this conversation has more than {_MOST_EXCHANGES} exchanges on record, as many as are looked at; "
                "begin another one"
            )
        return found

    def _calls(self, key: TalkKey, conversation: ConversationId, trace: TraceId) -> Iterator[Seen]:
        """What was called in an exchange of the tool gate. A call that was let pass and has no receipt is uncertain."""
        asked: tuple[Entry, CallBody, CallPrivate] | None = None
        held: tuple[Entry, CallBody, CallPrivate] | None = None
        outcome, result, of_this = UNCERTAIN, _UNKNOWN, False
        for entry, body, private in _bodies(self._ledger.opened(self._ledger.store.of_trace(trace))):
            if isinstance(body, ExchangeBody):
                of_this = (
                    isinstance(private, ExchangePrivate)
                    and _same(key, conversation, body, private)
                    and private.customer == key.customer
                )
            elif isinstance(body, CallBody) and isinstance(private, CallPrivate):
                asked, held = (
                    ((entry, body, private), None) if body.passed else (None, (entry, body, private))
                )
            elif isinstance(body, ActionBody) and held is not None:
                asked = held  # people approved it, and it was begun
            elif isinstance(body, ReplyBody) and outcome == UNCERTAIN and body.detail in (DONE, NOT_DONE):
                outcome, result = (
                    body.detail,
                    _ELSEWHERE,
                )  # its receipt is in the trace whose decision let it pass
            elif isinstance(body, ReceiptBody):
                outcome = body.outcome
                result = private.result if isinstance(private, ReceiptPrivate) else ""
        if asked is None or not of_this:
            return
        entry, body, private = asked
        call = ToolCall(CallId(f"{trace}/{body.id}"), body.name, private.arguments)
        try:
            digest = arguments_digest(private.arguments)
        except InvalidRequest:
            return
        shown = result if outcome == DONE else _FAILED if outcome == NOT_DONE else _UNKNOWN
        yield Seen(from_rfc3339(entry.at), trace, call, digest, body.decision is not None, outcome, shown)


_UNKNOWN = '{"error":"nobody knows yet whether it was done"}'
_ELSEWHERE = '{"status":"ok"}'
_FAILED = '{"error":"it was not done"}'


def _same(key: TalkKey, conversation: ConversationId, body: ExchangeBody, private: ExchangePrivate) -> bool:
    """Whoever is not named by the chat is not somebody else."""
    customer = private.customer
    return (
        body.workload == key.workload
        and body.conversation == conversation
        and (customer is None or key.customer is None or customer == key.customer)
    )


def _bodies(rows: Sequence[Opened]) -> Iterator[tuple[Entry, object, object]]:
    for row in rows:
        entry = decode(row.entry, row.seq)
        yield entry, entry.body, private_part(entry, row.private)
