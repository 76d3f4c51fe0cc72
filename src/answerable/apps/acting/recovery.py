"""Acts that nobody works on any more: after a crash, and where one had to be looked at later."""

import asyncio
import logging

from answerable.actions import UNKNOWN, UNSENT, Answered, How, State, Uncertain
from answerable.apps.acting.executor import Executor
from answerable.ports.actions import Kept
from answerable.values.errors import ActionError, ActionTaken, AnswerableError

_LOG = logging.getLogger("answerable.acting")
_AT_ONCE = 100


class Recovery:
    """Finishes what was begun. `problem` says why something could not be; it is tried again."""

    def __init__(self, executor: Executor) -> None:
        self._executor, self._journal = executor, executor.journal
        self.problem = ""

    async def run(self, seconds: float) -> None:
        """At once, and then every so many seconds, until cancelled. Never raises."""
        while True:
            try:
                await self.recover()
            except AnswerableError as error:
                self._tell(str(error))
            except Exception as error:  # noqa: BLE001 – a defect here must not end recovery, nor go unseen
                self.problem = f"{type(error).__name__}: {error}"
                _LOG.exception("acts under way could not be looked at")
            await asyncio.sleep(seconds)

    async def recover(self) -> int:
        """Take up everything that is free, one after another; how many. Raises ActionsUnavailable."""
        journal, count, problem = self._journal, 0, ""
        lease = journal.lease(self._executor.holder())
        for kept in await asyncio.to_thread(journal.store.unfinished, journal.now(), lease, _AT_ONCE):
            count += 1
            try:
                await self._one(kept)
            except ActionTaken:
                continue  # somebody else is at it, and knows more
            except AnswerableError as error:
                problem = f"the act '{kept.action.id}' is not finished yet: {error}"
        self._tell(problem)
        return count

    async def _one(self, kept: Kept) -> None:
        """One act further.

        1. Settled, and not on record: the receipt is written.
        2. Not sent: given up when its permit is over. Until then whoever decided on it may go on with it; it is not
           begun from here, for who asked for it has gone, and may have asked anew.
        3. Sent: the ledger may know more than the store.
        4. Else it is uncertain, and found out.
        """
        journal = self._journal
        state = kept.progress.state
        # 1.
        if kept.progress.settled:
            await journal.recorded(kept)
            return
        # 2.
        if state in UNSENT:
            if journal.now() >= kept.until:
                await journal.give_up(kept, "its permit was over before it was sent")
            else:
                await journal.look_again(kept, journal.now())
            return
        # 3.
        if state in UNKNOWN:
            found = await journal.on_record(kept)
            if found is not None and not isinstance(found.outcome, Uncertain):
                try:
                    await journal.advance(kept, Answered(found.outcome, found.how, found.leaf, found.by))
                except ActionTaken:
                    raise
                except ActionError:
                    _LOG.warning("a receipt of '%s' does not fit how far it has come", kept.action.id)
                else:
                    return
        # 4.
        if state is State.SENT:
            how = How.ANSWER if kept.progress.attempt == 1 else How.RETRY
            lost = Uncertain("the gateway stopped before it heard an answer")
            kept = await journal.learned(kept, lost, how)
        await self._executor.inquiry.go_on(kept)

    def _tell(self, problem: str) -> None:
        if problem and problem != self.problem:
            _LOG.warning("%s", problem)
        self.problem = problem
