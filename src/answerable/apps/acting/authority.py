"""Who may look at an act, say what became of it, and have it taken back: by the rules on duties, and by who has which
role now."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from answerable.approvals import UNROUTED, plan_for
from answerable.approvals.plan import TWO
from answerable.approvals.reading import rules_of
from answerable.apps.acting.undoing import Undoing
from answerable.decisions import Bundle
from answerable.grants import Approval
from answerable.identity.operators import Operator
from answerable.ports.actions import Kept
from answerable.ports.roles import RoleStore, of_person
from answerable.roles import Approvable, Assignment, Duties, Ruling
from answerable.roles import Kept as Looked
from answerable.values import ActionId, ApprovalId, Digest, OperatorId
from answerable.values.errors import NotAllowed


@dataclass(frozen=True, slots=True)
class ActDuties:
    """Asked anew for each thing that somebody wants to do. Raises RolesUnavailable, ActionsUnavailable and
    ApprovalsUnavailable: then nobody may.
    """

    duties: Duties
    roles: RoleStore
    bundle_of: Callable[[Digest], Bundle | None]
    find: Callable[[ActionId], Kept | None]
    """Of the store of actions; may wait for its disk."""
    approvable: Callable[[ApprovalId], Approvable | None]
    """What was approved, as the rules see it; None where that is not known here. May wait for its disk."""
    now: Callable[[], datetime]

    async def to_read(self, operator: Operator, kept: Kept) -> Ruling:
        return await asyncio.to_thread(self._read, operator, kept)

    async def readable(self, operator: Operator, acts: Sequence[Kept]) -> list[Kept]:
        """Those of them that the operator may look at."""
        return await asyncio.to_thread(lambda: [one for one in acts if self._read(operator, one).allowed])

    async def to_resolve(
        self, operator: Operator, kept: Kept, outcome: Literal["done", "not_done"]
    ) -> Ruling:
        def ruled() -> Ruling:
            has, wanted = self._has(operator), self.about(kept)
            return self.duties.may_resolve_act(operator, has, wanted, approvers(kept), outcome, self.now())

        return await asyncio.to_thread(ruled)

    async def to_undo(self, operator: Operator, kept: Kept) -> Ruling:
        """It takes as many people as the act would: by the rules on duties, by its queue's, or as it was approved."""

        def ruled() -> Ruling:
            has, wanted, now = self._has(operator), self.about(kept), self.now()
            ruling = self.duties.may_undo_act(operator, has, wanted, approvers(kept), now)
            bundle = self.bundle_of(kept.action.bundle)
            needs = TWO  # where nobody knows the rules that it was done under
            if bundle is not None:
                needs = plan_for(rules_of(bundle), wanted.route or UNROUTED, wanted.amount, now).needs
            return replace(ruling, approvers_needed=max(ruling.approvers_needed, needs, len(approvers(kept))))

        return await asyncio.to_thread(ruled)

    async def allows_undo(self, wanted: Undoing) -> Ruling:
        """For `RecordedUndo`: the rules that allow it, and how many have to say so. Raises NotAllowed."""
        ruling = await self.to_undo(wanted.by, wanted.original)
        if not ruling.allowed:
            raise NotAllowed("; ".join(ruling.because))
        return ruling

    def about(self, kept: Kept) -> Approvable:
        """An act as the rules see it: as it was approved, else as its pack has it. Blocking.

        An act that takes another back is about what that one is about. What is not known is beyond every limit.
        """
        original = kept if kept.action.undoes is None else self.find(kept.action.undoes)
        action = kept.action if original is None else original.action
        found = self.approvable(action.basis.id) if isinstance(action.basis, Approval) else None
        bundle = self.bundle_of(action.bundle)
        rules = None if bundle is None else bundle.actions.get(action.tool)
        subjects = frozenset(one.value for one in rules.subjects) if rules is not None else frozenset()
        return Approvable(
            kind="act",
            route=found.route if found is not None else rules.route if rules is not None else None,
            subjects=found.subjects if found is not None else subjects,
            amount=action.amount,
            region=None if found is None else found.region,
            requester=action.workload,
            requester_owners=self.roles.owners(action.workload),
            conversation=action.conversation,
        )

    def _read(self, operator: Operator, kept: Kept) -> Ruling:
        about = self.about(kept)
        looked = Looked("act", about.requester_owners, about.route)
        return self.duties.may_read(operator, self._has(operator), looked, self.now())

    def _has(self, operator: Operator) -> Sequence[Assignment]:
        return of_person(self.roles.of, operator, self.now())


def approvers(kept: Kept) -> list[OperatorId]:
    """Who said yes to it; nobody where policies did."""
    basis = kept.action.basis
    return [OperatorId(one) for one in basis.by] if isinstance(basis, Approval) else []
