"""What whoever asked for an act is told of it."""

import asyncio

from answerable.actions import Done, Settled, Uncertain
from answerable.apps.acting.journal import Journal
from answerable.ports.actions import Kept
from answerable.values.errors import LedgerError


async def known(journal: Journal, kept: Kept) -> Settled:
    """What is known of an act that somebody else has, or had. The ledger has the words; the store forgets them."""
    found = await asyncio.to_thread(journal.store.find, kept.action.id)
    kept = found or kept
    if not kept.progress.finished:
        return told(kept)
    try:
        said = await journal.on_record(kept)
    except LedgerError:
        said = None
    if said is not None and type(said.outcome) is type(kept.progress.outcome):
        return Settled(said.outcome, kept.action.id, kept.progress.receipt)
    return told(kept)


def told(kept: Kept) -> Settled:
    """What is known of it as it is kept. Nobody is told that it was done before its receipt is on record."""
    progress = kept.progress
    if progress.outcome is None or (isinstance(progress.outcome, Done) and not progress.finished):
        why = "another request is at it" if progress.outcome is None else "its receipt is not on record yet"
        return Settled(Uncertain(why), kept.action.id, None)
    return Settled(progress.outcome, kept.action.id, progress.receipt)
