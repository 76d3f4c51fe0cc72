"""Run acts in this process, under a grant that is used once: for tools that are functions of the same program.

There is nobody to resolve what stays uncertain: an act whose outcome is lost is said to be uncertain, and is not
begun again in its conversation. `apps.acting` runs acts at back ends, and finds out.
"""

import asyncio
import secrets
from datetime import datetime, timedelta

from answerable.actions import Done, NotDone, Outcome, Uncertain
from answerable.adapters.world import utc_now
from answerable.apps.toolgate.running import Wanted
from answerable.grants import Consumed, DpopKey, Grant, Issued, Permit, new_grant
from answerable.ports import Clock, Ledger
from answerable.ports.connectors import BackEndCall
from answerable.ports.grants import GrantStore
from answerable.receipts import (
    ActionBody,
    ActionPrivate,
    Body,
    Draft,
    GrantBody,
    Private,
    ReceiptBody,
    ReceiptPrivate,
)
from answerable.values import ActionId, GrantId, rfc3339
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
        action = ActionId(f"ac_{secrets.token_hex(13)}")
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
        draft = _Drafts(grant, action, wanted, self._clock)
        await self._ledger.append([draft.granted("issued"), draft.intended()])
        # 3.
        used = await asyncio.to_thread(self._grants.consume, grant.id, self._clock(), secrets.token_hex(16))
        if not isinstance(used, Consumed):
            await self._ledger.append(
                [draft.granted("refused"), draft.receipt(NotDone("its grant was not taken"))]
            )
            raise ActionRefused("its grant was not taken: it expired, or was taken back")
        await self._ledger.append([draft.granted("consumed"), draft.sent()])
        # 4.
        outcome = await self._called(wanted, action)
        # 5.
        try:
            await self._ledger.append([draft.receipt(outcome)])
        except LedgerError:
            return Uncertain("its receipt could not be recorded")
        return outcome

    async def _called(self, wanted: Wanted, action: ActionId) -> Outcome:
        call = BackEndCall(action, wanted.tool, wanted.arguments, action)
        try:
            return await asyncio.wait_for(wanted.connector.call(call, self._seconds), self._seconds)
        except TimeoutError:
            return Uncertain(f"it did not answer within {self._seconds:g} seconds")


class _Drafts:
    def __init__(self, grant: Grant, action: ActionId, wanted: Wanted, clock: Clock) -> None:
        self._grant, self._action, self._wanted, self._clock = grant, action, wanted, clock

    def granted(self, event: str) -> Draft:
        grant = self._grant
        return self._draft(
            GrantBody(
                grant.id, event, grant.decision.digest, None, self._action, grant.intent.action,
                grant.intent.audience, grant.intent.workload, rfc3339(grant.expires),
            )
        )  # fmt: skip

    def intended(self) -> Draft:
        return self._draft(self._body("intended", 0), ActionPrivate(self._wanted.arguments))

    def sent(self) -> Draft:
        return self._draft(self._body("sent", 1))

    def receipt(self, outcome: Outcome) -> Draft:
        tool = self._grant.intent.action
        match outcome:
            case Done(result, reference):
                body = ReceiptBody(self._action, "done", "answer", 1, tool=tool)
                return self._draft(body, ReceiptPrivate(result, reference))
            case NotDone(reason, _, said):
                private = ReceiptPrivate(outcome.words) if said else None
                return self._draft(
                    ReceiptBody(self._action, "not_done", "answer", 1, detail=reason, tool=tool), private
                )
        return self._draft(
            ReceiptBody(self._action, "uncertain", "answer", 1, detail=outcome.reason, tool=tool)
        )

    def _body(self, event: str, attempt: int) -> ActionBody:
        grant = self._grant
        return ActionBody(
            self._action, event, grant.intent.action, self._action, grant.intent.audience,
            grant.decision.digest, grant.intent.workload, attempt, grant.id,
        )  # fmt: skip

    def _draft(self, body: Body, private: Private | None = None) -> Draft:
        at: datetime = self._clock()
        return Draft(self._grant.decision.trace, rfc3339(at), body, private, self._wanted.subject)
