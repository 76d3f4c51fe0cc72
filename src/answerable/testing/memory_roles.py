"""A store of roles that forgets everything at exit. For tests."""

import threading
from collections.abc import Sequence
from datetime import datetime

from answerable.adapters.role_rows import RoleRow, assignment_of, role_row, usable_id
from answerable.roles import Assignment, Role, stands
from answerable.values import OperatorId, WorkloadId
from answerable.values.errors import RolesUnavailable


class MemoryRoles:
    """A `RoleStore` in dictionaries."""

    name = "memory"

    def __init__(self) -> None:
        self._door = threading.Lock()
        self._rows: dict[tuple[str, str, str], RoleRow] = {}
        self._owners: set[tuple[WorkloadId, OperatorId]] = set()
        self._closed = False

    def of(self, operator: OperatorId, now: datetime) -> Sequence[Assignment]:
        return [one for one in self.all() if one.operator == operator and stands(one, now)]

    def all(self) -> Sequence[Assignment]:
        with self._open():
            rows = sorted(
                self._rows.values(), key=lambda row: (row.since, row.operator, row.role, row.limits)
            )
        return [assignment_of(row) for row in rows]

    def assign(self, assignment: Assignment) -> None:
        row = role_row(assignment)
        with self._open():
            self._rows[row[:3]] = row

    def assign_first(self, assignment: Assignment) -> bool:
        row = role_row(assignment)
        with self._open():
            for one in self._rows.values():
                if one.role == Role.ADMINISTRATOR and (one.until is None or one.until > row.since):
                    return False
            self._rows[row[:3]] = row
            return True

    def take(self, operator: OperatorId, role: Role) -> int:
        with self._open():
            gone = [key for key in self._rows if key[:2] == (operator, role.value)]
            for key in gone:
                del self._rows[key]
            return len(gone)

    def owners(self, workload: WorkloadId) -> frozenset[OperatorId]:
        with self._open():
            return frozenset(operator for owned, operator in self._owners if owned == workload)

    def owned(self) -> Sequence[tuple[WorkloadId, OperatorId]]:
        with self._open():
            return sorted(self._owners)

    def own(self, workload: WorkloadId, operator: OperatorId) -> None:
        usable_id(workload), usable_id(operator)
        with self._open():
            self._owners.add((workload, operator))

    def disown(self, workload: WorkloadId, operator: OperatorId) -> bool:
        with self._open():
            was = (workload, operator) in self._owners
            self._owners.discard((workload, operator))
            return was

    def problem(self) -> str:
        return f"the store of roles '{self.name}' is closed" if self._closed else ""

    def close(self) -> None:
        self._closed = True

    def _open(self) -> threading.Lock:
        if self._closed:
            raise RolesUnavailable(self.problem())
        return self._door
