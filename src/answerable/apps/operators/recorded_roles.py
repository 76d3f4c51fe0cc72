"""Roles that count: those that the store has and the ledger accounts for.

Whoever can write to the store of roles and not to the ledger gets nothing from it: a role that no entry gives, or whose
limits, beginning or end are others than the entry says, is nobody's. What the ledger says is taken is taken, though
a crash left it in the store; whom it names as an owner is one, though the store lacks them. Which ids are one
person's, the ledger alone says.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from threading import Lock

from answerable.adapters.stored_ledger import StoredLedger
from answerable.ports.roles import RoleStore
from answerable.receipts import decode
from answerable.receipts.acting import RoleBody
from answerable.receipts.format import KINDS
from answerable.roles import Assignment, Limits, Role, limits_text, stands
from answerable.values import OperatorId, WorkloadId, rfc3339
from answerable.values.errors import LedgerError, RolesUnavailable

_KIND = next(kind for kind, body in KINDS.items() if body is RoleBody)
GIVEN, TAKEN, LINKED, UNLINKED = "given", "taken", "linked", "unlinked"
NO_LIMITS = limits_text(Limits())


class OnRecord:
    """What the entries about roles come to, in their order."""

    def __init__(self, bodies: Iterable[RoleBody]) -> None:
        self._given: dict[tuple[str, str], dict[str, RoleBody]] = {}
        self._taken: set[tuple[str, str]] = set()
        self.owned: set[tuple[WorkloadId, OperatorId]] = set()
        self.disowned: set[tuple[WorkloadId, OperatorId]] = set()
        self.links: set[tuple[OperatorId, OperatorId]] = set()
        """Two ids of one person each, in order of their letters."""
        for body in bodies:
            self._take_in(body)

    def accounts_for(self, one: Assignment) -> bool:
        """Does an entry give exactly this, and none take it?"""
        body = self._given.get((one.operator, one.role.value), {}).get(limits_text(one.limits))
        until = None if one.until is None else rfc3339(one.until)
        return body is not None and (body.by, body.since, body.until) == (
            one.given_by,
            rfc3339(one.since),
            until,
        )

    def took(self, one: Assignment) -> bool:
        """Does the ledger say that the role was taken from them, and not that it was given again?"""
        key = (one.operator, one.role.value)
        return key in self._taken and key not in self._given

    def person(self, who: OperatorId) -> frozenset[OperatorId]:
        """Every id of theirs: what is linked with one of them is linked with each."""
        found, new = {who}, {who}
        while new:
            new = {one for link in self.links if new & set(link) for one in link} - found
            found |= new
        return frozenset(found)

    def _take_in(self, body: RoleBody) -> None:
        if body.other is not None:
            link = link_of(OperatorId(body.operator), OperatorId(body.other))
            if body.event == LINKED:
                self.links.add(link)
            elif body.event == UNLINKED:
                self.links.discard(link)
            return
        if body.workload is not None:
            pair = (WorkloadId(body.workload), OperatorId(body.operator))
            to, out_of = (self.owned, self.disowned) if body.event == GIVEN else (self.disowned, self.owned)
            to.add(pair)
            out_of.discard(pair)
            return
        key = (body.operator, body.role)
        if body.event == GIVEN:
            self._given.setdefault(key, {})[body.limits or NO_LIMITS] = body
        else:
            self._given.pop(key, None)
            self._taken.add(key)


def link_of(one: OperatorId, other: OperatorId) -> tuple[OperatorId, OperatorId]:
    """Two ids, whichever was named first."""
    return (one, other) if one <= other else (other, one)


class RolesOnRecord:
    """What a ledger says of roles. The ledger is asked each time for what came since, by whomever it was written."""

    def __init__(self, ledger: StoredLedger) -> None:
        self._ledger, self._reading = ledger, Lock()
        self._bodies: list[RoleBody] = []
        self._next = 0
        self._known = OnRecord(())

    def __call__(self) -> OnRecord:
        """As it is now. Raises RolesUnavailable where the ledger can't be read."""
        with self._reading:
            try:
                rows = self._ledger.store.of_kind(_KIND, self._next)
                found = [decode(row.entry, row.seq).body for row in rows]
            except LedgerError as error:
                raise RolesUnavailable(f"what the ledger says of roles can't be read: {error}") from error
            if rows:
                self._bodies += [body for body in found if isinstance(body, RoleBody)]
                # Made anew, and not changed: others may be reading the one before.
                self._next, self._known = rows[-1].seq + 1, OnRecord(self._bodies)
            return self._known


class RecordedRoles:
    """A `RoleStore` over another, of which what is not on record does not count."""

    def __init__(self, store: RoleStore, ledger: StoredLedger) -> None:
        self.kept = store
        """Everything, whether it counts or not."""
        self.on_record = RolesOnRecord(ledger)
        self.name = store.name

    def of(self, operator: OperatorId, now: datetime) -> Sequence[Assignment]:
        # The store first: what it has by now, the ledger has had for longer.
        found = [one for one in self.kept.of(operator, now) if stands(one, now)]
        return self._recorded(found) if found else []

    def linked_with(self, operator: OperatorId) -> frozenset[OperatorId]:
        """Their other ids. Raises RolesUnavailable."""
        return self.on_record().person(operator) - {operator}

    def all(self) -> Sequence[Assignment]:
        return self._recorded(self.kept.all())

    def owners(self, workload: WorkloadId) -> frozenset[OperatorId]:
        return frozenset(owner for owned, owner in self.owned() if owned == workload)

    def owned(self) -> Sequence[tuple[WorkloadId, OperatorId]]:
        kept, known = set(self.kept.owned()), self.on_record()
        # An owner may do less than others, so one whom the store alone names counts, too.
        return sorted((kept | known.owned) - known.disowned)

    def assign(self, assignment: Assignment) -> None:
        self.kept.assign(assignment)

    def assign_first(self, assignment: Assignment) -> bool:
        return self.kept.assign_first(assignment)

    def take(self, operator: OperatorId, role: Role) -> int:
        return self.kept.take(operator, role)

    def own(self, workload: WorkloadId, operator: OperatorId) -> None:
        self.kept.own(workload, operator)

    def disown(self, workload: WorkloadId, operator: OperatorId) -> bool:
        return self.kept.disown(workload, operator)

    def problem(self) -> str:
        return self.kept.problem()

    def close(self) -> None:
        self.kept.close()

    def _recorded(self, found: Sequence[Assignment]) -> list[Assignment]:
        known = self.on_record()
        return [one for one in found if known.accounts_for(one)]
