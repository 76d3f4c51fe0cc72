"""Roles in a SQLite file of their own, beside the ledger."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import cast

from answerable.adapters.grant_rows import micros
from answerable.adapters.role_rows import RoleRow, assignment_of, role_row, usable_id
from answerable.adapters.sqlite_store import SqliteStore
from answerable.roles import Assignment, Role
from answerable.values import OperatorId, WorkloadId
from answerable.values.errors import RolesUnavailable

_VERSION = 1
_SCHEMA = """
CREATE TABLE IF NOT EXISTS roles (
    operator TEXT NOT NULL,
    role TEXT NOT NULL,
    limits TEXT NOT NULL,
    given_by TEXT NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER,
    PRIMARY KEY (operator, role, limits)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS owners (
    workload TEXT NOT NULL,
    operator TEXT NOT NULL,
    PRIMARY KEY (workload, operator)
) STRICT, WITHOUT ROWID;
"""
_COLUMNS = "operator, role, limits, given_by, since, until"
_ORDER = "ORDER BY since, operator, role, limits"
_OF = f"SELECT {_COLUMNS} FROM roles WHERE operator = ?1 AND since <= ?2 AND (until IS NULL OR until > ?2) {_ORDER}"  # noqa: S608 – our own words
_ASSIGN = f"INSERT OR REPLACE INTO roles ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)"  # noqa: S608 – our own words
_ADMINISTRATORS = "SELECT 1 FROM roles WHERE role = ?1 AND (until IS NULL OR until > ?2) LIMIT 1"


class SqliteRoles:
    """A `RoleStore` in one file, which several processes may open."""

    def __init__(self, path: Path | str) -> None:
        """Open or create. Raises RolesUnavailable."""
        self._store = SqliteStore(path, _SCHEMA, _VERSION, "the store of roles", RolesUnavailable)
        self.name = self._store.path

    def of(self, operator: OperatorId, now: datetime) -> Sequence[Assignment]:
        return self._found(_OF, operator, micros(now))

    def all(self) -> Sequence[Assignment]:
        return self._found(f"SELECT {_COLUMNS} FROM roles {_ORDER}")  # noqa: S608 – our own words

    def assign(self, assignment: Assignment) -> None:
        row = role_row(assignment)
        with self._store.using(), self._store.writing():
            # A crash before the commit leaves the ledger saying that a role was given which nobody has: they can
            # do nothing with it, and it is given again.
            self._store.db.execute(_ASSIGN, row)

    def assign_first(self, assignment: Assignment) -> bool:
        row = role_row(assignment)
        with self._store.using(), self._store.writing():
            if self._store.db.execute(_ADMINISTRATORS, (Role.ADMINISTRATOR.value, row.since)).fetchall():
                return False
            # A crash before the commit leaves none: the first administrator is still to be made.
            self._store.db.execute(_ASSIGN, row)
            return True

    def take(self, operator: OperatorId, role: Role) -> int:
        with self._store.using(), self._store.writing():
            # A crash before the commit leaves a role that the ledger says is taken: `RoleChanges.finish` takes it
            # when the gateway or a command next opens the store.
            self._store.db.execute(
                "DELETE FROM roles WHERE operator = ? AND role = ?", (operator, role.value)
            )
            return self._store.db.changes()

    def owners(self, workload: WorkloadId) -> frozenset[OperatorId]:
        with self._store.using():
            rows = self._store.db.execute(
                "SELECT operator FROM owners WHERE workload = ?", (workload,)
            ).fetchall()
        return frozenset(OperatorId(cast("str", one)) for (one,) in rows)

    def owned(self) -> Sequence[tuple[WorkloadId, OperatorId]]:
        with self._store.using():
            rows = self._store.db.execute("SELECT workload, operator FROM owners ORDER BY 1, 2").fetchall()
        return [(WorkloadId(cast("str", one)), OperatorId(cast("str", other))) for one, other in rows]

    def own(self, workload: WorkloadId, operator: OperatorId) -> None:
        row = (usable_id(workload), usable_id(operator))
        with self._store.using(), self._store.writing():
            # A crash before the commit leaves the ledger naming an owner whom the store does not know:
            # `RoleChanges.finish` makes them one, since an owner may do less than others.
            self._store.db.execute("INSERT OR IGNORE INTO owners VALUES (?, ?)", row)

    def disown(self, workload: WorkloadId, operator: OperatorId) -> bool:
        with self._store.using(), self._store.writing():
            # A crash before the commit leaves an owner, who may do less than others; it is said again.
            self._store.db.execute(
                "DELETE FROM owners WHERE workload = ? AND operator = ?", (workload, operator)
            )
            return self._store.db.changes() > 0

    def problem(self) -> str:
        return self._store.problem()

    def close(self) -> None:
        self._store.close()

    def _found(self, query: str, *values: str | int) -> list[Assignment]:
        with self._store.using():
            rows = self._store.db.execute(query, values).fetchall()
        return [
            assignment_of(RoleRow(*cast("tuple[str, str, str, str, int, int | None]", row))) for row in rows
        ]
