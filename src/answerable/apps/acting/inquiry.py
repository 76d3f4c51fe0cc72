"""Finding out what became of an act that may have been done and may not."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta

from answerable.actions import (
    AskPerson,
    How,
    NotDone,
    Query,
    Retry,
    RevokeAndLook,
    State,
    TakenBack,
    Wait,
    Ways,
    next_step,
)
from answerable.apps.acting.calls import Calls, Pace
from answerable.apps.acting.granting import Granting
from answerable.apps.acting.journal import Journal
from answerable.ports.actions import Kept
from answerable.ports.connectors import Connector


class Inquiry:
    """Goes one way after the other, as `actions.next_step` says."""

    def __init__(
        self,
        journal: Journal,
        calls: Calls,
        granting: Granting,
        connectors: Mapping[str, Connector],
        *,
        pace: Pace,
        now: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._journal, self._calls, self._granting, self._connectors = journal, calls, granting, connectors
        self._pace, self._now, self._sleep = pace, now, sleep

    async def go_on(self, kept: Kept) -> Kept:
        """An uncertain act, as far as can be found out now. Any other is left as it is.

        Raises ActionTaken, and ActionsUnavailable or LedgerError where a store can't take the next step.
        """
        grant_used: bool | None = None
        asked = False
        while kept.progress.state is State.UNCERTAIN:
            connector = self._connectors.get(kept.action.connector)
            if connector is None:
                return await self._journal.hand_over(kept)
            ways = Ways(connector.checks_grants, connector.repeatable, connector.can_query)
            stopped = ways.repeatable and await asyncio.to_thread(self._granting.stops, kept)
            match next_step(
                kept.progress,
                ways,
                now=self._now(),
                until=kept.until,
                grant_used=grant_used,
                asked=asked,
                stopped=stopped,
                patience=timedelta(seconds=self._pace.patience),
            ):
                case RevokeAndLook():
                    if kept.progress.grant is not None and await asyncio.to_thread(
                        self._granting.never_used, kept.progress.grant, "what became of its act is not known"
                    ):
                        unused = NotDone("the back end never used its grant, and can't any more", again=True)
                        kept = await self._journal.learned(kept, unused, How.GRANT, grant="revoked")
                    grant_used = True
                case Query():
                    kept = await self._journal.learned(
                        kept, await self._calls.queried(kept, connector), How.QUERY
                    )
                    asked = True
                case Retry():
                    await self._sleep(self._pace.pause)
                    # The same key: a back end that is `repeatable` does it once, whatever became of the first call.
                    kept = await self._calls.sending(kept, ())
                    if self._calls.stood_still(kept):
                        kept = await self._journal.advance(
                            kept, TakenBack("it took too long before it was sent")
                        )
                        return await self._journal.look_again(kept, self._now())
                    outcome = await self._calls.made(kept, connector, None)
                    kept = await self._journal.learned(kept, outcome, How.RETRY)
                    asked = False
                case Wait(until):
                    return await self._journal.look_again(kept, until)
                case AskPerson():
                    return await self._journal.hand_over(kept)
        return kept
