"""Acts and the ledger, put together: the store has how far each has come, the ledger what it was about."""

import asyncio

from answerable.apps.acting.showing import ShownAct, shown_act
from answerable.ports.actions import ActionStore, Kept
from answerable.ports.ledger import Ledger
from answerable.receipts import ActionBody
from answerable.receipts.verifying import decode
from answerable.values import ActionId, TraceId


async def acts_of_trace(ledger: Ledger, store: ActionStore, trace: TraceId) -> list[Kept]:
    """The acts that the ledger names in a trace and the store still has. Raises LedgerError, ActionsUnavailable."""
    bodies = [decode(row.entry, row.seq).body for row in await ledger.trace(trace)]
    ids = dict.fromkeys(ActionId(body.action) for body in bodies if isinstance(body, ActionBody))
    found = [await asyncio.to_thread(store.find, one) for one in ids]
    return [one for one in found if one is not None]


async def act_on_record(ledger: Ledger, store: ActionStore, kept: Kept) -> ShownAct:
    """An act with what the ledger has of it. Raises LedgerError, ActionsUnavailable."""
    chain = await asyncio.to_thread(store.of_chain, kept.action.first)
    return shown_act(kept, chain, await ledger.trace(kept.action.trace))
