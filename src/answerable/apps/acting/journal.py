"""Each step of an act, durable in its store and on record in the ledger, in an order that a crash can't turn round."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from answerable.actions import (
    UNKNOWN,
    Action,
    Answered,
    Event,
    GivenUp,
    HandedOver,
    How,
    NotDone,
    Outcome,
    Recorded,
    State,
    Uncertain,
    step,
)
from answerable.adapters.action_rows import new_kept
from answerable.apps.acting.entries import Found, action_draft, grant_draft, last_receipt, receipt_draft
from answerable.ports.actions import ActionStore, Kept, Lease
from answerable.ports.ledger import Ledger
from answerable.receipts import Draft
from answerable.values import OperatorId
from answerable.values.errors import ActionError, ActionTaken, LedgerError

_LOG = logging.getLogger("answerable.acting")


class Journal:
    """Writes what happens to acts."""

    def __init__(
        self, store: ActionStore, ledger: Ledger, now: Callable[[], datetime], lease: timedelta
    ) -> None:
        self.store, self.ledger, self.now, self._lease = store, ledger, now, lease
        self.finished: list[Callable[[Kept], None]] = []
        """Called, in the loop's own thread, with each act of which nothing is left to do."""

    def lease(self, holder: str) -> Lease:
        """From now on."""
        return Lease(holder, self.now() + self._lease)

    async def advance(self, kept: Kept, event: Event) -> Kept:
        """Raises ActionTaken, ActionsUnavailable."""
        made = await asyncio.to_thread(self.store.advance, kept, event, self.lease(kept.lease.holder))
        if made.progress.finished:
            for one in self.finished:
                one(made)
        return made

    async def record(self, drafts: Sequence[Draft]) -> str:
        """Append; the leaf hash of the last one. Raises LedgerUnavailable."""
        leaves = await self.ledger.append(drafts)
        return f"sha256:{leaves[-1]}"

    async def learned(
        self,
        kept: Kept,
        outcome: Outcome,
        how: How,
        *,
        by: OperatorId | None = None,
        grant: str = "",
        detail: str = "",
    ) -> Kept:
        """An outcome is known, or known to be unknown; `grant` is what became of its grant.

        Raises ActionTaken, ActionsUnavailable.

        1. What it makes of the act; "not done" to a second call leaves it uncertain.
        2. The receipt, in the ledger. A crash before it leaves the act `sent` or `uncertain`: it is found out again.
           Another look that told nothing new adds no entry.
        3. The store. A crash before it leaves the act unsettled beside its receipt: recovery finds that in the ledger.

        Where the ledger can't take it, the store alone has it, and recovery writes the receipt; until then nobody
        is told that it is done.
        """
        # 1.
        if step(kept.progress, Answered(outcome, how, by=by)).state is State.UNCERTAIN and isinstance(
            outcome, NotDone
        ):
            outcome = Uncertain(outcome.reason)
        # 2.
        receipt = kept.progress.receipt
        if receipt is None or not isinstance(outcome, Uncertain):
            drafts = [grant_draft(kept, grant, self.now())] if grant else []
            drafts.append(receipt_draft(kept, outcome, how, self.now(), by=by, detail=detail))
            try:
                receipt = await self.record(drafts)
            except LedgerError as error:
                _LOG.warning("the receipt of '%s' is not on record yet: %s", kept.action.id, error)
                receipt = None
        # 3.
        return await self._kept_by_store(kept, Answered(outcome, how, receipt, by, self.now()))

    async def _kept_by_store(self, kept: Kept, event: Answered) -> Kept:
        try:
            return await self.advance(kept, event)
        except ActionTaken:
            # It took longer than the lease, and recovery knows less than we do.
            found = await asyncio.to_thread(self.store.find, kept.action.id)
            if found is None or found.progress.state not in UNKNOWN or isinstance(event.outcome, Uncertain):
                raise
            return await self.advance(found, event)

    async def refused(self, wanted: Action, until: datetime, why: str) -> None:
        """An act that was decided on and may not be begun: the chain says so, though no store has it.

        Raises LedgerUnavailable.
        """
        kept = new_kept(wanted, until, None, self.now(), Lease("", self.now()))
        detail = "a limit, or the authority that its chain began with, has no room for it"
        await self.record(
            [
                action_draft(kept, "given_up", self.now(), detail=detail),
                receipt_draft(kept, NotDone(why), How.GRANT, self.now()),
            ]
        )

    async def give_up(self, kept: Kept, reason: str) -> Kept:
        """Nothing was sent, and nothing will be. Raises ActionTaken, ActionsUnavailable, LedgerUnavailable.

        The store first: nobody goes on with it from here. A crash before the entry: recovery writes it.
        """
        kept = await self.advance(kept, GivenUp(reason))
        return await self.recorded(kept)

    async def recorded(self, kept: Kept) -> Kept:
        """The receipt of an act that is settled and has none. Raises as `give_up`."""
        progress = kept.progress
        if progress.outcome is None or progress.how is None:
            raise ActionError(f"the act '{kept.action.id}' is settled and nobody says how")
        found = await self.on_record(kept)
        if found is not None and type(found.outcome) is type(progress.outcome):
            receipt = found.leaf  # its append was taken for failed
        else:
            drafts = [receipt_draft(kept, progress.outcome, progress.how, self.now(), by=progress.by)]
            if progress.state is State.GIVEN_UP:
                detail = progress.outcome.reason if isinstance(progress.outcome, NotDone) else ""
                drafts.insert(0, action_draft(kept, "given_up", self.now(), detail=detail))
            receipt = await self.record(drafts)
        return await self.advance(kept, Recorded(receipt))

    async def on_record(self, kept: Kept) -> Found | None:
        """What the ledger says last of it. Raises LedgerUnavailable, LedgerBroken."""
        return last_receipt(await self.ledger.trace(kept.action.trace), kept.action.id)

    async def hand_over(self, kept: Kept) -> Kept:
        """A person has to look. Raises ActionTaken, ActionsUnavailable, LedgerUnavailable.

        Not before the ledger says that it is uncertain: a crash before that leaves it with the programs.
        """
        progress = kept.progress
        receipt = progress.receipt or await self.record(
            [
                receipt_draft(
                    kept,
                    progress.outcome or Uncertain(""),
                    progress.how or How.ANSWER,
                    self.now(),
                    by=progress.by,
                )
            ]
        )
        _LOG.warning(
            "nobody knows whether '%s' ('%s') was done: a person has to look",
            kept.action.id,
            kept.action.tool,
        )
        return await self.advance(kept, HandedOver(receipt))

    async def look_again(self, kept: Kept, at: datetime) -> Kept:
        """Let go of it until then. Raises ActionTaken, ActionsUnavailable."""
        return await asyncio.to_thread(self.store.renew, kept, Lease(kept.lease.holder, at))
