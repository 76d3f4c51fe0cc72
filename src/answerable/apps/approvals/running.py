"""An act that people approved, handed to whoever does acts: once, whatever crashes."""

import asyncio
from dataclasses import dataclass

from answerable.actions import Done, NotDone, State, action_under
from answerable.approvals import ApprovalRequest, Of, Result
from answerable.apps.acting.executor import Executor
from answerable.apps.approvals.following import Approved
from answerable.apps.approvals.held import find_held
from answerable.apps.approvals.judging import BundleOf
from answerable.apps.intents import thing_named
from answerable.ports import Ledger
from answerable.ports.actions import Kept
from answerable.ports.connectors import BackEnd, BackEnds
from answerable.values import ActionId
from answerable.values.errors import ActionRefused


@dataclass(frozen=True, slots=True)
class RunsApproved:
    """A `following.RunAct` over an executor. The action's id is the approval's, and its decision has one action."""

    executor: Executor
    ledger: Ledger
    bundle_of: BundleOf
    back_ends: BackEnds

    async def __call__(self, approved: Approved) -> Result | None:
        """Do it, or say what became of it. Raises ActionsUnavailable, GrantsUnavailable, LedgerError: ask again."""
        request = approved.state.request
        place = self._place(request)
        if place is None:
            return await self._not_begun_now(approved.action)
        connector, back_end = place
        held = await find_held(self.ledger, request.trace, request.decision)
        thing = thing_named(self.bundle_of(request.bundle), request.tool or "", approved.arguments)
        permit = approved.permit(back_end.audience, thing)
        wanted = action_under(
            permit,
            id=approved.action,
            arguments=approved.arguments,
            connector=connector,
            subject=held.subject,
            amount=request.amount,
            budget=request.amount,
        )
        try:
            settled = await self.executor.act(wanted, permit=permit)
        except ActionRefused:
            return await self._not_begun_now(approved.action)
        match settled.outcome:
            case Done():
                return Result.DONE
            case NotDone():
                return Result.NOT_DONE
            case _:
                return Result.UNCERTAIN

    def does(self, request: ApprovalRequest) -> bool:
        """Is there a back end here that would do it? A line needs none."""
        return request.of is Of.LINE or self._place(request) is not None

    def _place(self, request: ApprovalRequest) -> tuple[str, BackEnd] | None:
        """The connector and the back end that its rules name; None where there is none here."""
        bundle = self.bundle_of(request.bundle)
        action = None if bundle is None or request.tool is None else bundle.actions.get(request.tool)
        connector = None if action is None else action.rules.connector
        back_end = None if connector is None else self.back_ends.get(connector)
        return None if connector is None or back_end is None else (connector, back_end)

    async def became(self, action: ActionId) -> Result | None:
        """What is known of an act, without beginning it; None of one that was not begun. Raises ActionsUnavailable."""
        kept = await asyncio.to_thread(self.executor.journal.store.find, action)
        return None if kept is None else _result(kept)

    async def _not_begun_now(self, action: ActionId) -> Result:
        """It can't be begun now. That says nothing of one that was begun before: its bundle may have gone since."""
        kept = await asyncio.to_thread(self.executor.journal.store.find, action)
        return Result.NOT_DONE if kept is None else _result(kept)


def _result(kept: Kept) -> Result:
    if not kept.progress.finished:
        return Result.UNCERTAIN
    return Result.DONE if kept.progress.state is State.DONE else Result.NOT_DONE
