"""Calls to back ends: on record before they are made, and never raising once one may have done something."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from answerable.actions import Done, NotDone, Outcome, Sent, State, TakenBack, Uncertain, is_final
from answerable.actions.resolving import PATIENCE
from answerable.apps.acting.entries import action_draft, grant_draft
from answerable.apps.acting.journal import Journal
from answerable.ports.actions import Kept
from answerable.ports.connectors import BackEndCall, Connector, ShownGrant
from answerable.values.errors import ActionsUnavailable, AnswerableError

_LOG = logging.getLogger("answerable.acting")
_GRACE = 1.0


@dataclass(frozen=True, slots=True)
class Pace:
    """How long things may take, in seconds."""

    call: float = 10.0
    pause: float = 0.2
    """Before the same call is sent again."""
    lease: float = 90.0
    """How long an act is nobody else's. Longer than a call and everything around it."""
    still: float = 5.0
    """How long it may take to keep `sent`, and then to call. What takes longer is not sent."""
    patience: float = PATIENCE.total_seconds()
    """How long a back end may still be at work on a call that nobody listens to any more."""


class Calls:
    """Makes them."""

    def __init__(self, journal: Journal, pace: Pace, now: Callable[[], datetime]) -> None:
        self._journal, self._pace, self._now = journal, pace, now

    async def sending(self, kept: Kept, events: tuple[str, ...]) -> Kept:
        """On record, and then in the store, that the back end is about to be called."""
        now, attempt = self._now(), kept.progress.attempt + 1
        drafts = [grant_draft(kept, event, now) for event in events]
        # A crash after this and before the next leaves an entry that says "sent" of what was not: the entry after it
        # says that it was given up.
        await self._journal.record([*drafts, action_draft(kept, "sent", now, attempt=attempt)])
        try:
            return await self._journal.advance(kept, Sent(self._now()))
        except ActionsUnavailable:
            await self._take_back(kept)
            raise

    def stood_still(self, kept: Kept) -> bool:
        """Has so much time gone by since `sent` that a call now might come after somebody was told "not done"?"""
        quiet_since = kept.progress.quiet_since
        return quiet_since is None or (self._now() - quiet_since).total_seconds() > self._pace.still

    async def made(self, kept: Kept, connector: Connector, shown: ShownGrant | None) -> Outcome:
        return await called(connector, self._call(kept, shown), self._pace.call)

    async def queried(self, kept: Kept, connector: Connector) -> Outcome:
        asked = self._now()  # what it knows, it may know from then
        try:
            async with asyncio.timeout(self._pace.call + _GRACE):
                found = readable(await connector.query(self._call(kept, None), self._pace.call))
        except TimeoutError:
            return Uncertain("the back end did not say in time what became of it")
        except Exception as error:  # noqa: BLE001 – nor may one keep an act unknown without a word
            _LOG.exception("the connector '%s' failed", connector.name)
            return Uncertain(f"the connector failed: {type(error).__name__}")
        if isinstance(found, NotDone) and not is_final(
            kept.progress, asked, timedelta(seconds=self._pace.patience)
        ):
            return Uncertain("the back end knows nothing of it yet; it may still be at work")
        return found

    def _call(self, kept: Kept, shown: ShownGrant | None) -> BackEndCall:
        action = kept.action
        return BackEndCall(action.id, action.tool, action.arguments, action.key, shown)

    async def _take_back(self, kept: Kept) -> None:
        """The store may say `sent` of a call that is not made. Where it can't be told now, recovery finds out."""
        try:
            found = await asyncio.to_thread(self._journal.store.find, kept.action.id)
            if (
                found is not None
                and found.progress.state is State.SENT
                and found.lease.holder == kept.lease.holder
            ):
                await self._journal.advance(
                    found, TakenBack("the store of actions failed before it was sent")
                )
        except AnswerableError as error:
            _LOG.warning("'%s' was not sent, and its store may say so: %s", kept.action.id, error)


async def called(connector: Connector, call: BackEndCall, seconds: float) -> Outcome:
    """What came of one call. Never raises: once it is sent, it may have been done."""
    try:
        async with asyncio.timeout(seconds + _GRACE):
            return readable(await connector.call(call, seconds))
    except TimeoutError:
        return Uncertain("the back end did not answer in time")
    except Exception as error:  # noqa: BLE001 – a defect in a connector must not lose what may have been done
        _LOG.exception("the connector '%s' failed", connector.name)
        return Uncertain(f"the connector failed: {type(error).__name__}")


def readable(outcome: Outcome) -> Outcome:
    """It with texts that can be written as UTF-8."""

    def text(raw: str) -> str:
        return raw.encode("utf-8", "replace").decode()

    match outcome:
        case Done(result, reference):
            return Done(text(result), None if reference is None else text(reference))
        case NotDone(reason, again, said):
            return NotDone(text(reason), again, text(said))
        case Uncertain(reason):
            return Uncertain(text(reason))
