"""Nobody has a role that is not on record, whatever crashes between the record and the store."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from answerable.adapters.duty_files import shipped_duties
from answerable.adapters.world import new_trace
from answerable.apps.operators.role_changes import Change, RoleChanges
from answerable.identity.operators import Operator
from answerable.receipts import Stored
from answerable.receipts.acting import RoleBody
from answerable.receipts.verifying import decode
from answerable.roles import Assignment, Limits, Role
from answerable.testing.memory_ledger import MemoryLedger
from answerable.testing.memory_roles import MemoryRoles
from answerable.values import AssuranceLevel, Money, OperatorId, WorkloadId
from answerable.values.errors import LedgerUnavailable, RoleError, RolesUnavailable

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
ADA, RUTH, SAM = (OperatorId(f"https://login.shop.example#{name}") for name in ("ada", "ruth", "sam"))
HERE = OperatorId("command-line#root")
BOT = WorkloadId("spiffe://shop.example/bot")
ADMINISTRATOR = Operator(ADA, "Ada", AssuranceLevel.AAL2, NOW)


class Crash(Exception):
    """The process ends here."""


class CrashingRoles(MemoryRoles):
    """Crashes at the next change."""

    crashes = True

    def assign(self, assignment: Assignment) -> None:
        self._crash()
        super().assign(assignment)

    def assign_first(self, assignment: Assignment) -> bool:
        self._crash()
        return super().assign_first(assignment)

    def take(self, operator: OperatorId, role: Role) -> int:
        self._crash()
        return super().take(operator, role)

    def own(self, workload: WorkloadId, operator: OperatorId) -> None:
        self._crash()
        super().own(workload, operator)

    def disown(self, workload: WorkloadId, operator: OperatorId) -> bool:
        self._crash()
        return super().disown(workload, operator)

    def _crash(self) -> None:
        if self.crashes:
            raise Crash


def changes(store: MemoryRoles, ledger: MemoryLedger | None = None) -> RoleChanges:
    return RoleChanges(ledger or MemoryLedger(), store, shipped_duties(), lambda: NOW, new_trace)


def change(who: OperatorId, role: Role = Role.APPROVER, limits: Limits | None = None) -> Change:
    return Change(who, role, limits or Limits(), None, "because")


def events(made: RoleChanges) -> list[tuple[str, str, str]]:
    return [
        (body.operator, body.role, body.event)
        for row in made.ledger.store.of_kind(23)
        if isinstance(body := decode(row.entry, row.seq).body, RoleBody)
    ]


async def with_administrator(store: MemoryRoles | None = None) -> RoleChanges:
    made = changes(store or MemoryRoles())
    assert await made.give_first(HERE, change(ADA, Role.ADMINISTRATOR))
    return made


async def test_the_first_administrator_is_made_once() -> None:
    made = await with_administrator()
    assert not await made.give_first(HERE, change(SAM, Role.ADMINISTRATOR))
    assert [one.operator for one in made.store.all()] == [ADA]
    assert events(made) == [(ADA, "administrator", "given")]
    await made.take_here(HERE, ADA, Role.ADMINISTRATOR, "left")
    assert await made.give_first(HERE, change(SAM, Role.ADMINISTRATOR))


async def test_of_two_first_administrators_at_once_the_record_says_which_is_none() -> None:
    class Late(MemoryRoles):
        def assign_first(self, assignment: Assignment) -> bool:
            super().assign_first(Assignment(SAM, Role.ADMINISTRATOR, Limits(), HERE, NOW))
            return super().assign_first(assignment)

    made = changes(Late())
    assert not await made.give_first(HERE, change(ADA, Role.ADMINISTRATOR))
    assert events(made) == [(ADA, "administrator", "given"), (ADA, "administrator", "taken")]
    assert [one.operator for one in made.store.kept.all()] == [SAM]


async def test_a_role_that_was_not_given_is_not_on_record() -> None:
    made = await with_administrator()
    assert not (await made.give(ADMINISTRATOR, change(ADA))).allowed
    assert not (await made.give(Operator(SAM, "", AssuranceLevel.AAL3, NOW), change(RUTH))).allowed
    assert len(events(made)) == 1


async def test_a_ledger_that_can_not_be_written_gives_and_takes_nothing() -> None:
    made = await with_administrator()
    await made.give(ADMINISTRATOR, change(RUTH))
    made.ledger.hold_back("the disk is full")
    with pytest.raises(LedgerUnavailable):
        await made.give(ADMINISTRATOR, change(SAM))
    with pytest.raises(LedgerUnavailable):
        await made.take(ADMINISTRATOR, RUTH, Role.APPROVER, "left")
    assert [one.operator for one in made.store.all()] == [ADA, RUTH]


async def test_a_crash_after_the_record_of_a_role_leaves_nobody_with_it() -> None:
    store = CrashingRoles()
    store.crashes = False
    made = await with_administrator(store)
    store.crashes = True
    with pytest.raises(Crash):
        await made.give(ADMINISTRATOR, change(RUTH))
    assert events(made)[-1] == (RUTH, "approver", "given")
    store.crashes = False
    assert await made.finish() == []
    assert [one.operator for one in store.all()] == [ADA]
    assert (await made.give(ADMINISTRATOR, change(RUTH))).allowed
    assert await made.finish() == []
    assert len(store.all()) == 2


async def test_a_crash_after_the_record_of_a_taking_is_made_good() -> None:
    store = CrashingRoles()
    store.crashes = False
    made = await with_administrator(store)
    await made.give(ADMINISTRATOR, change(RUTH))
    await made.give(ADMINISTRATOR, change(RUTH, limits=Limits(routes=frozenset({"refunds"}))))
    store.crashes = True
    with pytest.raises(Crash):
        await made.take(ADMINISTRATOR, RUTH, Role.APPROVER, "left")
    store.crashes = False
    assert len(store.of(RUTH, NOW)) == 2
    assert await made.finish() == []
    assert store.of(RUTH, NOW) == []
    await made.give(ADMINISTRATOR, change(RUTH))
    assert await made.finish() == []
    assert len(store.of(RUTH, NOW)) == 1


async def test_an_owner_whom_the_record_names_is_one() -> None:
    store = CrashingRoles()
    made = changes(store)
    with pytest.raises(Crash):
        await made.own(HERE, BOT, RUTH, "her bot")
    store.crashes = False
    assert await made.finish() == []
    assert store.owners(BOT) == {RUTH}
    store.crashes = True
    with pytest.raises(Crash):
        await made.own(HERE, BOT, RUTH, "given away", owns=False)
    store.crashes = False
    await made.finish()
    assert store.owners(BOT) == frozenset()


async def test_a_role_that_somebody_wrote_into_the_store_is_told() -> None:
    made = await with_administrator()
    made.store.assign(Assignment(SAM, Role.APPROVER, Limits(), ADA, NOW))
    await made.give(ADMINISTRATOR, change(RUTH, limits=Limits(routes=frozenset({"refunds"}))))
    made.store.assign(Assignment(RUTH, Role.APPROVER, Limits(), ADA, NOW + timedelta(seconds=1)))
    made.store.assign(replace(made.store.of(ADA, NOW)[0], operator=SAM))
    [given] = [one for one in made.store.of(RUTH, NOW) if one.limits != Limits()]
    assert made.store.of(SAM, NOW + timedelta(days=1)) == []
    assert made.store.of(RUTH, NOW + timedelta(days=1)) == [given]
    assert not (await made.give(Operator(SAM, "", AssuranceLevel.AAL2, NOW), change(RUTH))).allowed
    told = await made.finish()
    assert len(told) == 3
    assert "'https://login.shop.example#sam' is 'administrator' ({})" in told[0]
    assert "'https://login.shop.example#ruth' is 'approver' ({})" in told[2]


async def test_what_can_not_be_written_down_is_refused_before_it_is() -> None:
    made = await with_administrator()
    for wrong in (
        Change(OperatorId("ruth"), Role.APPROVER, Limits(), None, "x"),
        Change(RUTH, Role.APPROVER, Limits(), NOW, "x"),
        Change(RUTH, Role.APPROVER, Limits(), None, " "),
        Change(RUTH, Role.APPROVER, Limits(routes=frozenset()), None, "x"),
    ):
        with pytest.raises(RoleError):
            await made.give(ADMINISTRATOR, wrong)
    with pytest.raises(RoleError):
        await made.take(ADMINISTRATOR, RUTH, Role.APPROVER, "a\nb")
    assert len(events(made)) == 1


async def test_a_store_that_is_gone_writes_nothing_down() -> None:
    made = await with_administrator()
    made.store.close()
    with pytest.raises(RolesUnavailable):
        await made.give(ADMINISTRATOR, change(RUTH))
    assert len(events(made)) == 1


async def test_limits_and_ends_that_somebody_changed_in_the_store_count_for_nothing() -> None:
    made = await with_administrator()
    narrow = Change(RUTH, Role.APPROVER, Limits(amount=Money(100, "EUR")), NOW + timedelta(days=1), "x")
    await made.give(ADMINISTRATOR, narrow)
    [given] = made.store.of(RUTH, NOW)
    for changed in (
        replace(given, until=None),
        replace(given, until=NOW + timedelta(days=900)),
        replace(given, since=NOW - timedelta(days=1)),
        replace(given, limits=Limits(amount=Money(99_999, "EUR"))),
        replace(given, role=Role.POLICY_APPROVER),
        replace(given, given_by=SAM),
    ):
        made.store.take(RUTH, Role.APPROVER)
        made.store.assign(changed)
        assert made.store.of(RUTH, NOW) == []
        made.store.take(RUTH, changed.role)
    made.store.assign(given)
    assert made.store.of(RUTH, NOW) == [given]


async def test_a_ledger_that_can_not_be_read_leaves_nobody_with_a_role() -> None:
    made = await with_administrator()
    await made.ledger.close()
    with pytest.raises(RolesUnavailable):
        made.store.of(ADA, NOW)


# -- ids of one person -------------------------------------------------------------------

RUTHS = OperatorId("local#ruth")


async def test_ids_that_are_linked_are_one_person_at_once_and_by_any_chain_of_them() -> None:
    made = await with_administrator()
    before = made.store.linked_with(RUTH)
    assert (await made.link(ADMINISTRATOR, RUTH, RUTHS, "she has both")).allowed
    await made.link_here(HERE, SAM, RUTHS, "and that one")
    assert before == frozenset()
    assert made.store.linked_with(RUTH) == {RUTHS, SAM}
    assert made.store.linked_with(ADA) == frozenset()


async def test_another_gateway_over_the_same_ledger_knows_of_a_link_and_a_role_at_once() -> None:
    made = await with_administrator()
    other = changes(made.store.kept, made.ledger)  # type: ignore[arg-type]
    assert other.store.of(RUTH, NOW) == []
    await made.give(ADMINISTRATOR, change(RUTH))
    await made.link_here(HERE, RUTH, RUTHS, "she has both")
    assert [one.role for one in other.store.of(RUTH, NOW)] == [Role.APPROVER]
    assert other.store.linked_with(RUTHS) == {RUTH}
    await made.take_here(HERE, RUTH, Role.APPROVER, "left")
    other.store.assign(Assignment(RUTH, Role.APPROVER, Limits(), ADA, NOW))
    assert other.store.of(RUTH, NOW) == []


async def test_what_the_ledger_says_of_roles_is_read_once() -> None:
    made = await with_administrator()
    read: list[int] = []
    of_kind = made.ledger.store.of_kind

    def counted(kind: int, first: int = 0) -> list[Stored]:
        found = of_kind(kind, first)
        read.append(len(found))
        return found

    made.ledger.store.of_kind = counted  # type: ignore[method-assign]
    for _ in range(3):
        assert len(made.store.of(ADA, NOW)) == 1
    assert sum(read) <= 1


async def test_a_link_is_taken_back_by_an_administrator_who_is_neither_and_by_nobody_else() -> None:
    made = await with_administrator()
    await made.give(ADMINISTRATOR, change(SAM, Role.ADMINISTRATOR))
    await made.link_here(HERE, ADA, RUTHS, "she has both")
    await made.link_here(HERE, RUTH, RUTHS, "and that one")
    also = made.store.linked_with(ADA)
    assert not (await made.link(replace(ADMINISTRATOR, also=also), RUTH, RUTHS, "no", linked=False)).allowed
    sam = Operator(SAM, "Sam", AssuranceLevel.AAL2, NOW)
    assert (await made.link(sam, RUTHS, RUTH, "a mistake", linked=False)).allowed
    assert made.store.linked_with(ADA) == {RUTHS}
    assert events(made)[-1] == (RUTHS, "", "unlinked")
    with pytest.raises(RoleError, match="are not linked with each other"):
        await made.link(sam, RUTHS, RUTH, "again", linked=False)


async def test_an_approver_is_not_made_an_administrator_under_another_id() -> None:
    made = await with_administrator()
    await made.give(ADMINISTRATOR, change(RUTH))
    await made.link_here(HERE, RUTH, RUTHS, "she has both")
    ruling = await made.give(ADMINISTRATOR, change(RUTHS, Role.ADMINISTRATOR))
    assert ruling.policies == ("administrator-or-approver",)


async def test_what_is_no_two_ids_is_not_linked() -> None:
    made = await with_administrator()
    for one, other in ((RUTH, RUTH), (RUTH, OperatorId("ruth"))):
        with pytest.raises(RoleError):
            await made.link_here(HERE, one, other, "x")
    assert len(events(made)) == 1
