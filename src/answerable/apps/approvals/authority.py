"""Who may answer what waits, take it back, and look at it."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from answerable.approvals import State
from answerable.identity.operators import Operator
from answerable.ports.roles import of_person
from answerable.roles import Approvable, Assignment, Duties, Kept, Ruling
from answerable.values import OperatorId


class Authority(Protocol):
    """Asked anew for each thing that somebody wants to do. Raises RolesUnavailable: then nobody may."""

    async def to_answer(
        self, operator: Operator, state: State, earlier: Sequence[OperatorId], now: datetime
    ) -> Ruling: ...

    async def to_withdraw(self, operator: Operator, state: State, now: datetime) -> Ruling: ...

    async def to_read(self, operator: Operator, state: State, now: datetime) -> Ruling: ...

    async def readable(self, operator: Operator, states: Sequence[State], now: datetime) -> list[State]:
        """Those of them that the operator may look at."""


class ByDuties:
    """By the rules on duties, and by who has which role now."""

    def __init__(
        self, duties: Duties, assignments: Callable[[OperatorId, datetime], Sequence[Assignment]]
    ) -> None:
        """`assignments` is a store's, and may wait for its disk: it is asked in a thread."""
        self._duties, self._assignments = duties, assignments

    async def to_answer(
        self, operator: Operator, state: State, earlier: Sequence[OperatorId], now: datetime
    ) -> Ruling:
        has = await asyncio.to_thread(of_person, self._assignments, operator, now)
        return self._duties.may_approve(operator, has, wanted(state), earlier, now)

    async def to_withdraw(self, operator: Operator, state: State, now: datetime) -> Ruling:
        has = await asyncio.to_thread(of_person, self._assignments, operator, now)
        approved = [one.by for one in state.approvals]
        return self._duties.may_withdraw(operator, has, wanted(state), approved, now)

    async def to_read(self, operator: Operator, state: State, now: datetime) -> Ruling:
        has = await asyncio.to_thread(of_person, self._assignments, operator, now)
        return self._duties.may_read(operator, has, _kept(state), now)

    async def readable(self, operator: Operator, states: Sequence[State], now: datetime) -> list[State]:
        has = await asyncio.to_thread(of_person, self._assignments, operator, now)
        # It depends on the queue and the owners alone, and many have these in common.
        wanted = {_kept(state) for state in states}
        may = {one for one in wanted if self._duties.may_read(operator, has, one, now).allowed}
        return [state for state in states if _kept(state) in may]


def _kept(state: State) -> Kept:
    return Kept("approval", frozenset(state.request.owners), state.route)


def wanted(state: State) -> Approvable:
    """What waits, as the rules on duties see it. The queue is the one that it is in now."""
    request = state.request
    return Approvable(
        kind=request.of.value,
        route=state.route,
        subjects=frozenset(request.subjects),
        amount=request.amount,
        region=request.region,
        requester=request.workload,
        requester_owners=frozenset(request.owners),
        conversation=request.conversation,
    )
