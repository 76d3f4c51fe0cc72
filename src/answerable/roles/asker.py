"""Who asks whether they may do something: the signed-in person, and what the store has of them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from answerable.identity.operators import Operator
from answerable.roles import cedar_values as cedar
from answerable.roles.role import Assignment, Limits, Role, stands
from answerable.roles.ruling import Approvable
from answerable.values import OperatorId

_NO_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Asker:
    """Whatever another id of theirs did, asked for or owns, they did; its roles permit them nothing."""

    operator: Operator
    assignments: tuple[Assignment, ...]
    now: datetime

    @property
    def standing(self) -> tuple[Assignment, ...]:
        """Of what was handed over, the operator's own that is in force."""
        return tuple(
            one for one in self.assignments if one.operator == self.operator.id and stands(one, self.now)
        )

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(one.role for one in self.standing)

    @property
    def elsewhere(self) -> frozenset[Role]:
        """What the same person has under other ids."""
        return frozenset(
            one.role
            for one in self.assignments
            if one.operator in self.operator.also and stands(one, self.now)
        )

    def one(self, who: OperatorId) -> OperatorId:
        """Whoever it is: the one who asks, if it is another id of theirs."""
        return self.operator.id if who in self.operator.also else who

    def all(self, people: Iterable[OperatorId]) -> frozenset[OperatorId]:
        return frozenset(map(self.one, people))

    def held(self, wanted: Approvable, approved: Iterable[OperatorId]) -> dict[str, Any]:
        """What waits, with each of their ids as the one that they signed in with."""
        requester, owners = self.one(OperatorId(wanted.requester)), self.all(wanted.requester_owners)
        return cedar.held(replace(wanted, requester=requester, requester_owners=owners), self.all(approved))

    @property
    def limits(self) -> tuple[Limits, ...]:
        """Each part of their authority as an approver; one without limits where there is none, for other roles."""
        parts = tuple(one.limits for one in self.standing if one.role is Role.APPROVER)
        return parts or (_NO_LIMITS,)
