"""How stores of grants write what they keep: one way, so that each SQL store is only its SQL."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from answerable.grants.claims import grant_from_json, grant_json
from answerable.grants.grant import DecisionId, Grant, Permit
from answerable.grants.revocation import Revocation, Selection, Selector, selections
from answerable.grants.state import (
    AlreadyConsumed,
    ConsumeAnswer,
    Consumed,
    Expired,
    IssueAnswer,
    Issued,
    Outstanding,
    PermitUsed,
    Revoked,
    State,
    Unknown,
)
from answerable.values import GrantId
from answerable.values.errors import GrantsUnavailable

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class GrantRow(NamedTuple):
    """A grant that is about to be kept. Instants are microseconds since 1970 in UTC."""

    id: str
    permit: str
    """The decision: grants of one permit have it in common."""
    selections: tuple[str, ...]
    issued_at: int
    expires_at: int
    ends_at: int
    """After that neither it nor another of its permit can matter."""
    claims: bytes


class Found(NamedTuple):
    """What a store knows of one grant."""

    claims: bytes
    expires_at: int
    consumed_at: int | None
    attempt: str | None
    dead: bool
    """Replaced by another of its permit, or revoked by what was lifted since."""
    revocation: "RevocationRow | None"


class RevocationRow(NamedTuple):
    """A revocation as it is kept."""

    selector: str
    value: str
    at: int
    by: str
    reason: str
    lifted_at: int | None


REVOCATION_COLUMNS = ", ".join(RevocationRow._fields)


class Beside(NamedTuple):
    """A grant of the same permit as the one that is asked for, or that one itself."""

    id: str
    consumed_at: int | None
    dead: bool


def row_of(grant: Grant, permit: Permit) -> GrantRow:
    """Raises ValueError where the grant is not one of that permit's."""
    same = (grant.intent, grant.decision, grant.basis, grant.bundle) == (
        permit.intent,
        permit.decision,
        permit.basis,
        permit.bundle,
    )
    if not same or grant.issued > permit.until:
        raise ValueError(f"the grant '{grant.id}' is not one that its permit makes possible")
    ends = max(grant.expires, permit.until)
    return GrantRow(
        grant.id,
        permit_key(permit.decision),
        tuple(str(one) for one in selections(grant)),
        micros(grant.issued),
        micros(grant.expires),
        micros(ends),
        grant_json(grant),
    )


def permit_key(decision: DecisionId) -> str:
    """One text for one decision."""
    return f"{decision.digest} {decision.trace}"


def in_the_way(
    row: GrantRow, beside: Sequence[Beside], standing: Sequence[RevocationRow]
) -> IssueAnswer | None:
    """Why a grant is not put in: its permit is used, a standing revocation covers it, or it is there already."""
    for one in beside:
        if one.consumed_at is not None:
            return PermitUsed(GrantId(one.id), instant(one.consumed_at))
    for revocation in standing:
        return Revoked(revocation_of(revocation))
    for one in beside:
        if one.id == row.id:  # asked for again: the answer was lost
            return Revoked() if one.dead else Issued()
    return None


def state_of(found: Found | None, now: datetime) -> State:
    """What became of a grant, the plainest reason first."""
    if found is None:
        return Unknown()
    if found.consumed_at is not None:
        return AlreadyConsumed(instant(found.consumed_at))
    if found.dead or found.revocation is not None:
        return Revoked(revocation_of(found.revocation) if found.revocation else None)
    if micros(now) >= found.expires_at:
        return Expired(instant(found.expires_at))
    return Outstanding(grant_kept(found.claims))


def answer_of(found: Found | None, now: datetime, attempt: str) -> ConsumeAnswer:
    """What an attempt is told that did not use the grant up just now: it may have done so before.

    Raises GrantsUnavailable where the grant became free since the attempt was made.
    """
    if found is not None and found.consumed_at is not None and found.attempt == attempt:
        return Consumed(grant_kept(found.claims), instant(found.consumed_at))
    state = state_of(found, now)
    if isinstance(state, Outstanding):
        raise GrantsUnavailable(f"the grant '{state.grant.id}' changed while it was asked for; ask again")
    return state


def grant_kept(claims: bytes) -> Grant:
    """Raises GrantsUnavailable where what was kept is damaged."""
    try:
        return grant_from_json(claims)
    except ValueError as error:
        raise GrantsUnavailable(f"a grant that was kept can't be read: {error}") from error


def revocation_row(revocation: Revocation) -> RevocationRow:
    return RevocationRow(
        revocation.selection.selector.value,
        revocation.selection.value,
        micros(revocation.at),
        revocation.by,
        revocation.reason,
        None if revocation.lifted is None else micros(revocation.lifted),
    )


def revocation_of(row: RevocationRow) -> Revocation:
    """Raises GrantsUnavailable where what was kept is damaged."""
    try:
        selection = Selection(Selector(row.selector), row.value)
        lifted = None if row.lifted_at is None else instant(row.lifted_at)
        return Revocation(selection, instant(row.at), row.by, row.reason, lifted)
    except (ValueError, OverflowError) as error:
        raise GrantsUnavailable(f"a revocation that was kept can't be read: {error}") from error


def micros(when: datetime) -> int:
    """Microseconds since 1970, exactly. Raises TypeError for a naive datetime."""
    return (when - _EPOCH) // _MICROSECOND


def instant(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)
