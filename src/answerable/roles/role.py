"""Roles of the company's people, and how far a role goes."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from answerable.values import Money, OperatorId


class Role(StrEnum):
    """What somebody may do here. What a bot may say, no role decides: policies do."""

    AGENT_OPERATOR = "agent_operator"
    """Runs bots: owns workloads, sees their conversations; never approves their exceptions."""
    APPROVER = "approver"
    """Answers held lines and acts, within limits."""
    POLICY_AUTHOR = "policy_author"
    POLICY_APPROVER = "policy_approver"
    DATA_OWNER = "data_owner"
    """Owns published terms and records; decides on erasure and holds."""
    REVIEWER = "reviewer"
    """Looks at conversations and disputes."""
    AUDITOR = "auditor"
    """Reads everything and changes nothing."""
    ADMINISTRATOR = "administrator"
    """Gives and takes roles, and approves nothing."""


@dataclass(frozen=True, slots=True)
class Hours:
    """A part of the week in the company's time zone: days 0 (Monday) to 6, minutes of the day, end not included."""

    days: frozenset[int]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Limits:
    """How far an approver's authority goes. None is "no limit of this kind"."""

    routes: frozenset[str] | None = None
    """The queues (`route` of a policy) that they answer."""
    subjects: frozenset[str] | None = None
    amount: Money | None = None
    """The most that one approval of theirs may come to; other currencies and unknown amounts are beyond it."""
    regions: frozenset[str] | None = None
    hours: Hours | None = None


@dataclass(frozen=True, slots=True)
class Assignment:
    """A role that somebody has: given by whom, from when, until when."""

    operator: OperatorId
    role: Role
    limits: Limits
    given_by: OperatorId
    since: datetime
    until: datetime | None = None


def stands(assignment: Assignment, now: datetime) -> bool:
    """Is it in force at that instant?"""
    return assignment.since <= now and (assignment.until is None or now < assignment.until)
