"""Give and take roles: the rules are asked, the ledger is told, and then the store is changed.

In this order, so that nobody ever has a role that is not on record. A crash between the two leaves

- a role that the ledger says is given and the store lacks: nobody has it, and it is given again;
- a role that the ledger says is taken and the store still has: it counts for nothing (`recorded_roles`), and `finish`
  takes it;
- an owner whom the ledger names and the store lacks: they are one all the same, and `finish` writes it down.

Which ids are one person's stands in the ledger alone: it counts from its entry on.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from answerable.adapters.stored_ledger import StoredLedger
from answerable.apps.operators.recorded_roles import (
    GIVEN,
    LINKED,
    NO_LIMITS,
    TAKEN,
    UNLINKED,
    RecordedRoles,
    link_of,
)
from answerable.identity import parse_spiffe_id
from answerable.identity.operators import Operator
from answerable.ports.roles import RoleStore, of_person
from answerable.receipts import Draft
from answerable.receipts.acting import RoleBody
from answerable.roles import Assignment, Duties, Limits, Role, Ruling, limits_text
from answerable.values import OperatorId, TraceId, WorkloadId, rfc3339
from answerable.values.errors import IdentityError, RoleError

_UNPROVEN = ("insecure_key:", "insecure_open", "in-process")
"""How workloads that proved no SPIFFE id are named."""
_LOG = logging.getLogger("answerable.operators")
_LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Change:
    """A role that is to be given. `since` and who gives it are not for whoever asks to say."""

    operator: OperatorId
    role: Role
    limits: Limits
    until: datetime | None
    reason: str


class RoleChanges:
    """Changes of who has which role, in a ledger and a store. Every method raises RolesUnavailable, LedgerError."""

    def __init__(
        self,
        ledger: StoredLedger,
        store: RoleStore,
        duties: Duties,
        now: Callable[[], datetime],
        new_trace: Callable[[], TraceId],
    ) -> None:
        self.ledger, self.duties = ledger, duties
        self.store = RecordedRoles(store, ledger)
        """What everybody else asks, too: of the store given, what is on record."""
        self._now, self._new_trace = now, new_trace

    async def give(self, by: Operator, change: Change) -> Ruling:
        """Give a role, where the ruling that comes back allows it. Raises RoleError where it can't be written so."""
        now = self._now()
        wanted = Assignment(change.operator, change.role, change.limits, by.id, now, change.until)
        body = _given(wanted, change.reason)
        # Of the one who asks, what counts; of the one who gets it, all that there is.
        mine, theirs = await asyncio.to_thread(
            lambda: (of_person(self.store.of, by, now), self._theirs(change.operator))
        )
        ruling = self.duties.may_assign(by, mine, wanted, theirs, now)
        if ruling.allowed:
            await self._write(body, now)
            await asyncio.to_thread(self.store.assign, wanted)
        return ruling

    async def take(self, by: Operator, holder: OperatorId, role: Role, reason: str) -> Ruling:
        """Take a role, all parts of it, where the ruling that comes back allows it."""
        now = self._now()
        mine = await asyncio.to_thread(of_person, self.store.of, by, now)
        ruling = self.duties.may_take(by, mine, holder, role, now)
        if ruling.allowed:
            await self.take_here(by.id, holder, role, reason)
        return ruling

    async def give_first(self, by: OperatorId, change: Change) -> bool:
        """Make the first administrator; False where there is one. For whoever has the machine, and nobody else.

        It is on record before it is known whether it was the first of two at once: the second entry then names
        somebody who has no role, and says so by the entry after it.
        """
        now = self._now()
        wanted = Assignment(change.operator, Role.ADMINISTRATOR, Limits(), by, now, change.until)
        body = _given(wanted, change.reason)
        standing = await asyncio.to_thread(self.store.all)
        if any(one.role is Role.ADMINISTRATOR and (one.until is None or one.until > now) for one in standing):
            return False
        await self._write(body, now)
        if await asyncio.to_thread(self.store.assign_first, wanted):
            return True
        undone = RoleBody(
            change.operator, Role.ADMINISTRATOR.value, TAKEN, by, "another was made at the same time"
        )
        await self._write(undone, self._now())
        return False

    async def take_here(self, by: OperatorId, holder: OperatorId, role: Role, reason: str) -> int:
        """Take a role without asking the rules: for whoever has the machine, or has asked them. How many parts."""
        body = RoleBody(holder, role.value, TAKEN, by, _reason(reason))
        await self._write(body, self._now())
        return await asyncio.to_thread(self.store.take, holder, role)

    async def own(
        self, by: OperatorId, workload: WorkloadId, operator: OperatorId, reason: str, *, owns: bool = True
    ) -> None:
        """Say whose workload it is, or is not any more. For whoever has the machine.

        Raises RoleError where the one can't be a person's id or the other no workload's: then the rule that nobody
        approves for their own bot would bind nobody.
        """
        _check_person(operator)
        if owns and not workload.startswith(_UNPROVEN):
            try:
                parse_spiffe_id(workload)
            except IdentityError as error:
                raise RoleError(f"'{workload[:80]}' is no workload: {error}") from None
        event = GIVEN if owns else TAKEN
        role = Role.AGENT_OPERATOR.value
        await self._write(
            RoleBody(operator, role, event, by, _reason(reason), workload=workload), self._now()
        )
        if owns:
            await asyncio.to_thread(self.store.own, workload, operator)
        else:
            await asyncio.to_thread(self.store.disown, workload, operator)

    async def link(
        self, by: Operator, one: OperatorId, other: OperatorId, reason: str, *, linked: bool = True
    ) -> Ruling:
        """Say that two ids are one person's, or with `linked` false that these two are not, where the ruling allows it.

        Raises RoleError where it can't be written so, or nothing of it is on record.
        """
        now = self._now()
        mine, known = await asyncio.to_thread(
            lambda: (of_person(self.store.of, by, now), self.store.on_record())
        )
        people = known.person(one) | known.person(other)
        ruling = self.duties.may_link(by, mine, people, now, linked=linked)
        if ruling.allowed and linked:
            await self.link_here(by.id, one, other, reason)
        elif ruling.allowed:
            if link_of(one, other) not in known.links:
                raise RoleError(f"'{one[:80]}' and '{other[:80]}' are not linked with each other")
            body = RoleBody(one, "", UNLINKED, by.id, _reason(reason), other=other)
            await self._write(body, now)
        return ruling

    async def link_here(self, by: OperatorId, one: OperatorId, other: OperatorId, reason: str) -> None:
        """Say it without asking the rules: for whoever has the machine, or has asked them. It only ever forbids more.

        Raises RoleError where they can't be two ids of a person.
        """
        for each in (one, other):
            _check_person(each)
        if one == other:
            raise RoleError(f"'{one[:80]}' is one id; name two that are the same person's")
        await self._write(RoleBody(one, "", LINKED, by, _reason(reason), other=other), self._now())

    async def finish(self) -> list[str]:
        """Make good what a crash left, and say what the store has that the ledger does not account for."""
        return await asyncio.to_thread(self._finish)

    # -- the ledger and the store ----------------------------------------------------

    async def _write(self, body: RoleBody, now: datetime) -> None:
        await self.ledger.append([Draft(self._new_trace(), rfc3339(now), body)])

    def _theirs(self, holder: OperatorId) -> list[Assignment]:
        """All that the store has of somebody, whichever id of theirs it is under, as theirs under this one."""
        person = self.store.on_record().person(holder)
        return [replace(one, operator=holder) for one in self.store.kept.all() if one.operator in person]

    def _finish(self) -> list[str]:
        # The store first: what it has by now, the ledger has had for longer.
        kept, owned = self.store.kept.all(), set(self.store.kept.owned())
        known = self.store.on_record()
        strange: list[str] = []
        for one in kept:
            if known.took(one):
                _LOG.warning(
                    "'%s' was still '%s', which the ledger says is taken; it is now", one.operator, one.role
                )
                self.store.take(one.operator, one.role)
            elif not known.accounts_for(one):
                strange.append(
                    f"'{one.operator}' is '{one.role}' ({limits_text(one.limits)}), and no entry says so: it counts "
                    "for nothing"
                )
        for workload, operator in sorted(known.owned - owned):
            _LOG.warning("'%s' is an owner of '%s' now, as the ledger says", operator, workload)
            self.store.own(workload, operator)
        for workload, operator in sorted(known.disowned & owned):
            _LOG.warning("'%s' is no owner of '%s' any more, as the ledger says", operator, workload)
            self.store.disown(workload, operator)
        return strange


def _given(wanted: Assignment, reason: str) -> RoleBody:
    """Raises RoleError where it can't be written."""
    if wanted.until is not None and wanted.until <= wanted.since:
        raise RoleError(f"a role ends after it begins; '{rfc3339(wanted.until)}' is past")
    _check_person(wanted.operator)
    text = limits_text(wanted.limits)
    return RoleBody(
        wanted.operator,
        wanted.role.value,
        GIVEN,
        wanted.given_by,
        _reason(reason),
        limits="" if text == NO_LIMITS else text,
        since=rfc3339(wanted.since),
        until=None if wanted.until is None else rfc3339(wanted.until),
    )


def _check_person(named: OperatorId) -> None:
    """Raises RoleError where it can't be somebody's id. ASCII, so that nobody's looks like another's."""
    if not named.isascii() or not named.isprintable() or "#" not in named:
        raise RoleError(f"'{named[:80]}' is no person's id; it is ISSUER#SUBJECT, as /operators/whoami shows")


def _reason(text: str) -> str:
    """Raises RoleError where it is none."""
    reason = text.strip()
    if not reason or len(reason) > _LONGEST_REASON or not reason.isprintable():
        raise RoleError(f"say why in one line of at most {_LONGEST_REASON} letters; it stays on record")
    return reason
