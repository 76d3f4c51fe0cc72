"""Roles in a schema of their own, beside the ledger, for several gateways at once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from answerable.adapters.grant_rows import micros
from answerable.adapters.postgres.line import Connection
from answerable.adapters.postgres.migrations import Steps
from answerable.adapters.postgres.store import PostgresStore
from answerable.adapters.role_rows import RoleRow, assignment_of, role_row, usable_id
from answerable.roles import Assignment, Role
from answerable.values import OperatorId, WorkloadId
from answerable.values.errors import RolesUnavailable

_ROLES_1 = """
CREATE TABLE answerable_roles.roles (
    operator text COLLATE "C" NOT NULL,
    role text COLLATE "C" NOT NULL,
    limits text COLLATE "C" NOT NULL,
    given_by text COLLATE "C" NOT NULL,
    since bigint NOT NULL,
    until bigint,
    PRIMARY KEY (operator, role, limits)
);
CREATE TABLE answerable_roles.owners (
    workload text COLLATE "C" NOT NULL,
    operator text COLLATE "C" NOT NULL,
    PRIMARY KEY (workload, operator)
);
"""
ROLES = Steps("answerable_roles", (_ROLES_1,))

_COLUMNS = "operator, role, limits, given_by, since, until"
_ORDER = "ORDER BY since, operator, role, limits"
_OF = f"""
SELECT {_COLUMNS} FROM answerable_roles.roles
WHERE operator = $1 AND since <= $2 AND (until IS NULL OR until > $2) {_ORDER}
"""  # noqa: S608 – our own words
_ASSIGN = f"""
INSERT INTO answerable_roles.roles ({_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (operator, role, limits)
DO UPDATE SET given_by = excluded.given_by, since = excluded.since, until = excluded.until
"""  # noqa: S608 – our own words
_ADMINISTRATORS = """
SELECT 1 FROM answerable_roles.roles WHERE role = $1 AND (until IS NULL OR until > $2) LIMIT 1
"""
# Nobody else gives a role beside it: of two first administrators there is one.
_ALONE = "LOCK TABLE answerable_roles.roles IN SHARE ROW EXCLUSIVE MODE"
_NUL = "\0"


class PostgresRoles(PostgresStore):
    """A `RoleStore` in one database, which several processes may share.

    What a crash leaves is as in `SqliteRoles`.
    """

    _steps, _kept, _error = ROLES, "the store of roles", RolesUnavailable

    def of(self, operator: OperatorId, now: datetime) -> Sequence[Assignment]:
        return [] if _NUL in operator else self._found(_OF, operator, micros(now))

    def all(self) -> Sequence[Assignment]:
        return self._found(f"SELECT {_COLUMNS} FROM answerable_roles.roles {_ORDER}")  # noqa: S608 – our own words

    def assign(self, assignment: Assignment) -> None:
        row = role_row(assignment)
        self._run(lambda db: db.execute(_ASSIGN, *row))

    def assign_first(self, assignment: Assignment) -> bool:
        row = role_row(assignment)

        async def assign(db: Connection) -> bool:
            async with db.transaction():
                await db.execute(_ALONE)
                if await db.fetch(_ADMINISTRATORS, Role.ADMINISTRATOR.value, row.since):
                    return False
                await db.execute(_ASSIGN, *row)
                return True

        return self._run(assign)

    def take(self, operator: OperatorId, role: Role) -> int:
        query = "DELETE FROM answerable_roles.roles WHERE operator = $1 AND role = $2"
        return 0 if _NUL in operator else self._count(query, operator, role.value)

    def owners(self, workload: WorkloadId) -> frozenset[OperatorId]:
        if _NUL in workload:
            return frozenset()
        rows = self._rows("SELECT operator FROM answerable_roles.owners WHERE workload = $1", workload)
        return frozenset(OperatorId(row["operator"]) for row in rows)

    def owned(self) -> Sequence[tuple[WorkloadId, OperatorId]]:
        rows = self._rows("SELECT workload, operator FROM answerable_roles.owners ORDER BY 1, 2")
        return [(WorkloadId(row["workload"]), OperatorId(row["operator"])) for row in rows]

    def own(self, workload: WorkloadId, operator: OperatorId) -> None:
        query = "INSERT INTO answerable_roles.owners VALUES ($1, $2) ON CONFLICT DO NOTHING"
        self._count(query, usable_id(workload), usable_id(operator))

    def disown(self, workload: WorkloadId, operator: OperatorId) -> bool:
        query = "DELETE FROM answerable_roles.owners WHERE workload = $1 AND operator = $2"
        return _NUL not in workload + operator and self._count(query, workload, operator) > 0

    def _found(self, query: str, *values: Any) -> list[Assignment]:
        return [assignment_of(RoleRow(*row)) for row in self._rows(query, *values)]
