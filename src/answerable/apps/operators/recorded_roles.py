"""Roles that count: those that the store has and the ledger accounts for.

Whoever can write to the store of roles and not to the ledger gets nothing from it: a role that no entry gives, or whose
limits, beginning or end are others than the entry says, is nobody's. What the ledger says is taken is taken, though
a crash left it in the store; whom it names as an owner is one, though the store lacks them.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from answerable.adapters.stored_ledger import StoredLedger
from answerable.ports.roles import RoleStore
from answerable.receipts import decode
from answerable.receipts.acting import RoleBody
from answerable.receipts.format import KINDS
from answerable.roles import Assignment, Limits, Role, limits_text, stands
from answerable.values import OperatorId, WorkloadId, rfc3339
from answerable.values.errors import LedgerError, RolesUnavailable

_KIND = next(kind for kind, body in KINDS.items() if body is RoleBody)
GIVEN, TAKEN = "given", "taken"
NO_LIMITS = limits_text(Limits())


class OnRecord:
    """What the entries about roles come to, in their order."""

    def __init__(self, bodies: Iterable[RoleBody]) -> None:
        self._given: dict[tuple[str, str], dict[str, RoleBody]] = {}
        self._taken: set[tuple[str, str]] = set()
        self.owned: set[tuple[WorkloadId, OperatorId]] = set()
        self.disowned: set[tuple[WorkloadId, OperatorId]] = set()
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

    def _take_in(self, body: RoleBody) -> None:
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


def on_record(ledger: StoredLedger) -> OnRecord:
    """What the ledger says of roles. Raises RolesUnavailable where it can't be read."""
    try:
        found = [decode(row.entry, row.seq).body for row in ledger.store.of_kind(_KIND)]
    except LedgerError as error:
        raise RolesUnavailable(f"what the ledger says of roles can't be read: {error}") from error
    return OnRecord(body for body in found if isinstance(body, RoleBody))


class RecordedRoles:
    """A `RoleStore` over another, of which what is not on record does not count."""

    def __init__(self, store: RoleStore, ledger: StoredLedger) -> None:
        self.kept = store
        """Everything, whether it counts or not."""
        self._ledger = ledger
        self.name = store.name

    def of(self, operator: OperatorId, now: datetime) -> Sequence[Assignment]:
        # The store first: what it has by now, the ledger has had for longer.
        found = [one for one in self.kept.of(operator, now) if stands(one, now)]
        return self._recorded(found) if found else []

    def all(self) -> Sequence[Assignment]:
        return self._recorded(self.kept.all())

    def owners(self, workload: WorkloadId) -> frozenset[OperatorId]:
        return frozenset(owner for owned, owner in self.owned() if owned == workload)

    def owned(self) -> Sequence[tuple[WorkloadId, OperatorId]]:
        kept, known = set(self.kept.owned()), on_record(self._ledger)
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
        known = on_record(self._ledger)
        return [one for one in found if known.accounts_for(one)]
