"""What became of a grant, as its store answers."""

from dataclasses import dataclass
from datetime import datetime

from answerable.grants.grant import Grant
from answerable.grants.revocation import Revocation
from answerable.values import GrantId


@dataclass(frozen=True, slots=True)
class Issued:
    """The grant is durable: its token may be given out. `superseded` are earlier ones of its permit, now dead."""

    superseded: tuple[GrantId, ...] = ()


@dataclass(frozen=True, slots=True)
class PermitUsed:
    """The permit's act was done, under that grant: no other is issued."""

    grant: GrantId
    at: datetime


@dataclass(frozen=True, slots=True)
class Outstanding:
    """It can still be used."""

    grant: Grant


@dataclass(frozen=True, slots=True)
class Consumed:
    """It is used up by this attempt, durably: the act may be done now, and never again under it."""

    grant: Grant
    at: datetime


@dataclass(frozen=True, slots=True)
class AlreadyConsumed:
    """Another attempt was first."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Revoked:
    """It was taken back; `revocation` is None where that was lifted since, or where another grant took its place."""

    revocation: Revocation | None = None


@dataclass(frozen=True, slots=True)
class Expired:
    """Its time is over."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Unknown:
    """No such grant was issued here, or its record is long gone."""


IssueAnswer = Issued | PermitUsed | Revoked
ConsumeAnswer = Consumed | AlreadyConsumed | Revoked | Expired | Unknown
State = Outstanding | AlreadyConsumed | Revoked | Expired | Unknown
