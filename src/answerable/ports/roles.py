"""Where it is kept who has which role, and whose workload is whose.

Implementations are synchronous, may be shared by threads, may have one place in common with other
processes, and are held to one suite: tests/ports/test_role_store.py.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from answerable.identity.operators import Operator
from answerable.roles import Assignment, Role
from answerable.values import OperatorId, WorkloadId


class RoleStore(Protocol):
    """Every method raises RolesUnavailable where the store can't answer: then nobody has a role.

    After that it is not known whether a write took place; ask again, each may be done twice. What is written is
    durable when the method returns. Whether it may be done at all, `roles.Duties` says, and the ledger is told
    first (`apps/operators/role_changes.py`).
    """

    name: str
    """What messages call it: a file, or a database without its password."""

    def of(self, operator: OperatorId, now: datetime) -> Sequence[Assignment]:
        """What somebody has at that instant, oldest first."""

    def all(self) -> Sequence[Assignment]:
        """Everything that was given and not taken, past and coming too, oldest first."""

    def assign(self, assignment: Assignment) -> None:
        """Give a role. The same role of the same person with the same limits is given anew, and not twice.

        Raises RoleError where the assignment can't be kept.
        """

    def assign_first(self, assignment: Assignment) -> bool:
        """Give a role where nobody is an administrator then (`since`) or later. False, and nothing, where one is."""

    def take(self, operator: OperatorId, role: Role) -> int:
        """Take a role away, all parts of it; how many."""

    def owners(self, workload: WorkloadId) -> frozenset[OperatorId]:
        """Whose workload it is."""

    def owned(self) -> Sequence[tuple[WorkloadId, OperatorId]]:
        """Every workload that has an owner, with each of them, in order of their names."""

    def own(self, workload: WorkloadId, operator: OperatorId) -> None:
        """Make somebody an owner of a workload. Raises RoleError where that can't be kept."""

    def disown(self, workload: WorkloadId, operator: OperatorId) -> bool:
        """Make them no owner any more. Were they one?"""

    def problem(self) -> str:
        """What stands in the way of using it, as far as a look can tell; empty where nothing does."""

    def close(self) -> None:
        """Let go. What is asked afterwards raises RolesUnavailable."""


def of_person(
    of: Callable[[OperatorId, datetime], Sequence[Assignment]], who: Operator, now: datetime
) -> list[Assignment]:
    """What somebody has under each of their ids, for the rules on duties. `of` is a store's.

    Raises RolesUnavailable.
    """
    return [one for name in (who.id, *sorted(who.also)) for one in of(name, now)]
