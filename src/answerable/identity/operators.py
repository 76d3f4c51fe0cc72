"""A person of the company who signed in: who they are, how surely, and when they showed it."""

from dataclasses import dataclass
from datetime import datetime

from answerable.values import AssuranceLevel, OperatorId


@dataclass(frozen=True, slots=True)
class Operator:
    """An authenticated person. Roles are given to `id`; `name` is for people to read and decides nothing."""

    id: OperatorId
    name: str
    level: AssuranceLevel
    """How surely they are who they are (NIST SP 800-63B-4), by the sign-in that this session rests on."""
    authenticated_at: datetime
    """When they last showed it: a step-up asks for a recent one."""
    also: frozenset[OperatorId] = frozenset()
    """Their other ids, as administrators put on record. They bind, and give no role: see `Duties`."""
