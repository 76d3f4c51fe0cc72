"""A store of grants that forgets everything at exit. For tests and for trying grants in a notebook."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from answerable.adapters.grant_rows import permit_key, row_of
from answerable.grants.grant import Grant, Permit
from answerable.grants.revocation import Revocation, Selection, revoked, selections
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


@dataclass(slots=True)
class _Kept:
    grant: Grant
    permit: str
    ends: datetime
    consumed: datetime | None = None
    attempt: str = ""
    dead: bool = False


class MemoryGrants:
    """A `GrantStore` in dictionaries."""

    name = "memory"

    def __init__(self) -> None:
        self._door = threading.Lock()
        self._kept: dict[GrantId, _Kept] = {}
        self._revocations: list[Revocation] = []
        self._proofs: dict[str, datetime] = {}
        self._closed = False

    def issue(self, grant: Grant, permit: Permit) -> IssueAnswer:
        row_of(grant, permit)  # raises where it is of another
        key = permit_key(permit.decision)
        with self._open():
            of_permit = [one for one in self._kept.values() if one.permit == key]
            for one in of_permit:
                if one.consumed is not None:
                    return PermitUsed(one.grant.id, one.consumed)
            if (why := revoked(grant, self._standing())) is not None:
                return Revoked(why)
            if (mine := self._kept.get(grant.id)) is not None:
                return Revoked() if mine.dead else Issued()
            replaced = [one for one in of_permit if not one.dead]
            for one in replaced:
                one.dead = True
            self._kept[grant.id] = _Kept(grant, key, max(grant.expires, permit.until))
            return Issued(tuple(one.grant.id for one in replaced))

    def consume(self, grant: GrantId, now: datetime, attempt: str) -> ConsumeAnswer:
        with self._open():
            found = self._kept.get(grant)
            if found is not None and found.consumed is not None and found.attempt == attempt:
                return Consumed(found.grant, found.consumed)
            state = self._state(grant, now)
            if isinstance(state, Outstanding) and found is not None:
                found.consumed, found.attempt = now, attempt
                return Consumed(state.grant, now)
            assert not isinstance(state, Outstanding)  # noqa: S101 – for the type checker: there is none without a row
            return state

    def state(self, grant: GrantId, now: datetime) -> State:
        with self._open():
            return self._state(grant, now)

    def revoke(self, revocation: Revocation) -> None:
        with self._open():
            self._revocations.append(revocation)

    def lift(self, selection: Selection, at: datetime, by: str) -> int:  # noqa: ARG002 – nobody asks later
        with self._open():
            standing = [one for one in self._standing() if one.selection == selection]
            for kept in self._kept.values() if standing else ():
                if kept.consumed is None and selection in selections(kept.grant):
                    kept.dead = True
            self._revocations = [
                replace(one, lifted=at) if one in standing else one for one in self._revocations
            ]
            return len(standing)

    def revocations(self) -> Sequence[Revocation]:
        with self._open():
            return list(self._revocations)

    def outstanding(self, selection: Selection, now: datetime) -> Sequence[Grant]:
        with self._open():
            found = [
                one.grant
                for one in self._kept.values()
                if selection in selections(one.grant)
                and isinstance(self._state(one.grant.id, now), Outstanding)
            ]
        return sorted(found, key=lambda grant: (grant.issued, grant.id))

    def first_use(self, proof: str, until: datetime) -> bool:
        with self._open():
            if proof in self._proofs:
                return False
            self._proofs[proof] = until
            return True

    def clean(self, before: datetime) -> int:
        with self._open():
            gone = [one for one, kept in self._kept.items() if kept.ends < before]
            for one in gone:
                del self._kept[one]
            self._proofs = {proof: until for proof, until in self._proofs.items() if until >= before}
            return len(gone)

    def problem(self) -> str:
        return f"the store of grants '{self.name}' is closed" if self._closed else ""

    def close(self) -> None:
        self._closed = True

    # -- behind the door -----------------------------------------------------------

    def _state(self, grant: GrantId, now: datetime) -> State:
        found = self._kept.get(grant)
        if found is None:
            return Unknown()
        if found.consumed is not None:
            return AlreadyConsumed(found.consumed)
        why = revoked(found.grant, self._standing())
        if found.dead or why is not None:
            return Revoked(why)
        return Expired(found.grant.expires) if now >= found.grant.expires else Outstanding(found.grant)

    def _standing(self) -> list[Revocation]:
        return [one for one in self._revocations if one.lifted is None]

    def _open(self) -> threading.Lock:
        if self._closed:
            raise GrantsUnavailable(self.problem())
        return self._door
