"""How stores of roles write what they keep: one way, so that each SQL store is only its SQL."""

from typing import NamedTuple

from answerable.adapters.grant_rows import instant, micros
from answerable.roles import Assignment, Role, limits_from_text, limits_text
from answerable.values import OperatorId
from answerable.values.errors import RoleError, RolesUnavailable

_LONGEST_ID = 1000


class RoleRow(NamedTuple):
    """An assignment as it is kept. Instants are microseconds since 1970 in UTC."""

    operator: str
    role: str
    limits: str
    """Canonical JSON."""
    given_by: str
    since: int
    until: int | None


def role_row(assignment: Assignment) -> RoleRow:
    """Raises RoleError where it can't be kept as it is."""
    usable_id(assignment.operator)
    usable_id(assignment.given_by)
    if assignment.until is not None and assignment.until <= assignment.since:
        raise RoleError(
            f"a role ends after it begins; '{assignment.until}' is not after '{assignment.since}'"
        )
    return RoleRow(
        assignment.operator,
        assignment.role.value,
        limits_text(assignment.limits),
        assignment.given_by,
        micros(assignment.since),
        None if assignment.until is None else micros(assignment.until),
    )


def assignment_of(row: RoleRow) -> Assignment:
    """Raises RolesUnavailable where what was kept is damaged: then nobody knows who has a role."""
    try:
        until = None if row.until is None else instant(row.until)
        return Assignment(
            OperatorId(row.operator),
            Role(row.role),
            limits_from_text(row.limits),
            OperatorId(row.given_by),
            instant(row.since),
            until,
        )
    except (ValueError, OverflowError, RoleError) as error:
        raise RolesUnavailable(f"a role that was kept can't be read: {error}") from error


def usable_id(name: str) -> str:
    """A person's id, or a workload's, that can be kept. Raises RoleError."""
    if not 0 < len(name) <= _LONGEST_ID or not name.isprintable():
        raise RoleError(f"'{name[:80]}' is no id; it has 1 to {_LONGEST_ID} letters that can be printed")
    return name
