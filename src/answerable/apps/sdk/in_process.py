"""Run acts in this process, under a grant that is used once: for tools that are functions of the same program.

There is nobody to resolve what stays uncertain: an act whose outcome is lost is said to be uncertain, and is not
begun again in its conversation. `apps.acting` runs acts at back ends, and finds out.
"""

import asyncio
import secrets
from datetime import timedelta

from answerable.actions import Granted, How, NotDone, Outcome, Sent, Uncertain, action_under
from answerable.adapters.action_rows import advanced, new_kept
from answerable.adapters.world import utc_now
from answerable.apps.acting.calls import called
from answerable.apps.acting.entries import action_draft, grant_draft, receipt_draft
from answerable.apps.toolgate.running import Wanted
from answerable.grants import Consumed, DpopKey, Issued, Permit, new_grant
from answerable.ports import Clock, Ledger
from answerable.ports.actions import Lease
from answerable.ports.connectors import BackEndCall
from answerable.ports.grants import GrantStore
from answerable.values import ActionId, GrantId
from answerable.values.errors import ActionRefused, LedgerError

_HOLDER = "A" * 43
"""Nobody outside of this process ever holds the grant, so it is bound to no key that anybody has."""
_LIFETIME = timedelta(seconds=30)


class InProcessActs:
    """A `RunsActs`.

    1. The grant is issued: one permit makes one act possible.
    2. The intent is durable. A crash behind this leaves an act that was never sent, and is never tried.
    3. The grant is used up, and that is durable. A crash behind this leaves an act that may have been done.
    4. The tool is called, once.
    5. The receipt is durable before anybody hears of it.
    """

    def __init__(
        self, ledger: Ledger, grants: GrantStore, *, clock: Clock = utc_now, seconds: float = 60
    ) -> None:
        self._ledger, self._grants, self._clock, self._seconds = ledger, grants, clock, seconds

    async def act(self, wanted: Wanted, *, permit: Permit) -> Outcome:
        now = self._clock()
        # 1.
        try:
            grant = new_grant(
                permit, DpopKey(_HOLDER), id=GrantId(secrets.token_hex(16)), now=now, lifetime=_LIFETIME
            )
        except ValueError as error:
            raise ActionRefused(f"no grant can be issued: {error}") from None
        issued = await asyncio.to_thread(self._grants.issue, grant, permit)
        if not isinstance(issued, Issued):
            raise ActionRefused("what lets it happen has been used already, or was taken back")
        # 2.
        action = action_under(
            permit,
            id=ActionId(f"ac_{secrets.token_hex(13)}"),
            arguments=wanted.arguments,
            connector=wanted.connector.name,
            subject=wanted.subject,
        )
        nobodys = Lease("", now)
        kept = advanced(new_kept(action, permit.until, None, now, nobodys), Granted(grant.id), nobodys)
        await self._ledger.append(
            [grant_draft(kept, "issued", now, grant), action_draft(kept, "intended", now)]
        )
        # 3.
        now = self._clock()
        used = await asyncio.to_thread(self._grants.consume, grant.id, now, secrets.token_hex(16))
        if not isinstance(used, Consumed):
            refused = receipt_draft(kept, NotDone("its grant was not taken"), How.GRANT, now)
            await self._ledger.append([grant_draft(kept, "refused", now, grant), refused])
            raise ActionRefused("its grant was not taken: it expired, or was taken back")
        kept = advanced(kept, Sent(now), nobodys)
        await self._ledger.append(
            [grant_draft(kept, "consumed", now, grant), action_draft(kept, "sent", now, attempt=1)]
        )
        # 4.
        call = BackEndCall(action.id, wanted.tool, wanted.arguments, action.key)
        outcome = await called(wanted.connector, call, self._seconds)
        # 5.
        try:
            await self._ledger.append([receipt_draft(kept, outcome, How.ANSWER, self._clock())])
        except LedgerError:
            return Uncertain("its receipt could not be recorded")
        return outcome
