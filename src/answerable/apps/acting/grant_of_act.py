"""The grant of one act: there before it is sent, and of no use to anybody after the back end has answered."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from answerable.actions import Done, Granted, Outcome, Uncertain
from answerable.apps.acting.entries import grant_draft
from answerable.apps.acting.granting import Granting, Over, Refused
from answerable.apps.acting.journal import Journal
from answerable.grants import Grant, Permit
from answerable.ports.actions import Kept
from answerable.ports.connectors import Connector, ShownGrant
from answerable.values.errors import GrantsUnavailable

_LOG = logging.getLogger("answerable.acting")
_MOST_GRANTS = 2


@dataclass(frozen=True, slots=True)
class Shown:
    """What goes to the back end with the call, and what the ledger is told of the grant before it."""

    drafts: tuple[str, ...]
    grant: ShownGrant | None


class GrantOfAct:
    """Gets it, puts it on record, and takes it back. Raises ActionError, GrantsUnavailable, LedgerError."""

    def __init__(self, journal: Journal, granting: Granting, now: Callable[[], datetime]) -> None:
        self._journal, self._granting, self._now = journal, granting, now

    async def ready(self, kept: Kept, permit: Permit, connector: Connector) -> tuple[Kept, Shown] | str:
        """A grant that is durable, on record and good for this moment; or why there is none."""
        grant = kept.progress.grant if not connector.checks_grants else None
        # Used up before a crash, it is given again to the same attempt, whatever was revoked since.
        if grant is not None and await asyncio.to_thread(self._granting.stops, kept):
            return "a revocation stands against it"
        for _ in range(_MOST_GRANTS):
            if grant is None:
                made = await asyncio.to_thread(self._granting.issued, permit)
                if isinstance(made, Refused):
                    return made.reason
                # A crash before this leaves a grant that nobody can use but us, and nobody does: the next of its
                # permit takes its place.
                await self._journal.record([grant_draft(kept, "issued", self._now(), made)])
                kept = await self._journal.advance(kept, Granted(made.id))
                grant = made.id
            if connector.checks_grants:
                found = await asyncio.to_thread(self._granting.in_force, grant)
            else:
                # A crash after this leaves it used up: the same attempt is told so again, and no other ever.
                found = await asyncio.to_thread(self._granting.used_up, grant, kept.action.id)
            match found:
                case Refused(reason):
                    return reason
                case Over():
                    grant = None
                case Grant():
                    if connector.checks_grants:
                        return kept, Shown((), await asyncio.to_thread(self._granting.shown, found))
                    return kept, Shown(("consumed",), None)
        return "its grants ran out before they could be used"

    async def answered(self, kept: Kept, outcome: Outcome) -> tuple[Outcome, str, str]:
        """What a back end says that checks grants; what became of the grant, and what is odd about it.

        Whatever it says, the grant can't be used any more after this.
        """
        if kept.progress.grant is None:
            return outcome, "", ""
        try:
            unused = await asyncio.to_thread(
                self._granting.never_used, kept.progress.grant, "the back end has answered"
            )
        except GrantsUnavailable as error:
            if isinstance(outcome, Done):
                return outcome, "", ""
            _LOG.warning("the grant of '%s' can't be taken back: %s", kept.action.id, error)
            return Uncertain("it says that it was not done, and its grant can't be taken back"), "", ""
        if not unused:
            return outcome, "" if self._granting.recorded else "consumed", ""
        odd = "the back end says that it did it, and did not use the grant up"
        return outcome, "revoked", odd if isinstance(outcome, Done) else ""
