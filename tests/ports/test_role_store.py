"""What every store of roles keeps to. Each test runs on each of them."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import apsw
import pytest

from answerable.adapters.postgres.roles import PostgresRoles
from answerable.adapters.sqlite_roles import SqliteRoles
from answerable.ports.roles import RoleStore
from answerable.roles import Assignment, Hours, Limits, Role
from answerable.testing.memory_roles import MemoryRoles
from answerable.values import Money, OperatorId, WorkloadId
from answerable.values.errors import RoleError, RolesUnavailable, SettingsError

NOW = datetime(2026, 11, 30, 12, 0, 0, 1, tzinfo=UTC)
TICK = timedelta(microseconds=1)
RUTH, SAM = OperatorId("https://login.shop.example#ruth"), OperatorId("local#säm")
BOT, OTHER_BOT = WorkloadId("spiffe://shop.example/bot"), WorkloadId("spiffe://shop.example/other")
LIMITS = Limits(
    frozenset({"refunds", "claims"}),
    frozenset({"refund"}),
    Money(25_000, "EUR"),
    frozenset({"eu"}),
    Hours(frozenset({0, 4}), 480, 1080),
)
GIVEN = Assignment(RUTH, Role.APPROVER, LIMITS, SAM, NOW, NOW + timedelta(days=30))


class Place:
    """Where roles are kept, and openings of it. What is in memory is opened once."""

    def __init__(self, kind: str, folder: Path, dsn: str) -> None:
        self.kind, self.folder, self.dsn = kind, folder, dsn
        self._opened: list[RoleStore] = []

    def open(self) -> RoleStore:
        if self.kind == "memory":
            store: RoleStore = self._opened[0] if self._opened else MemoryRoles()
        elif self.kind == "sqlite":
            store = SqliteRoles(self.folder / "roles.db")
        else:
            store = PostgresRoles(self.dsn)
        self._opened.append(store)
        return store

    def close(self) -> None:
        for store in self._opened:
            store.close()


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    dsn = request.getfixturevalue("database") if request.param == "postgres" else ""
    place = Place(request.param, tmp_path, dsn)
    yield place
    place.close()


@pytest.fixture
def store(place: Place) -> RoleStore:
    return place.open()


def administrator(operator: OperatorId = RUTH, since: datetime = NOW) -> Assignment:
    return Assignment(operator, Role.ADMINISTRATOR, Limits(), operator, since)


def test_a_role_is_as_it_was_given_for_whoever_opens_the_store_next(place: Place) -> None:
    place.open().assign(GIVEN)
    again = place.open()
    assert again.of(RUTH, NOW) == [GIVEN]
    assert again.all() == [GIVEN]
    assert again.of(SAM, NOW) == []


def test_a_role_is_had_from_its_beginning_until_its_end(store: RoleStore) -> None:
    store.assign(GIVEN)
    assert GIVEN.until is not None
    assert store.of(RUTH, NOW - TICK) == []
    assert store.of(RUTH, GIVEN.until - TICK) == [GIVEN]
    assert store.of(RUTH, GIVEN.until) == []
    assert store.all() == [GIVEN]


def test_the_same_role_with_the_same_limits_is_given_anew_and_not_twice(store: RoleStore) -> None:
    store.assign(GIVEN)
    longer = replace(GIVEN, since=NOW + TICK, until=None, given_by=RUTH)
    store.assign(longer)
    store.assign(longer)
    assert store.all() == [longer]
    other = replace(GIVEN, limits=Limits(), since=NOW + 2 * TICK)
    store.assign(other)
    assert store.all() == [longer, other]
    assert store.of(RUTH, NOW + 2 * TICK) == [longer, other]


def test_taking_a_role_takes_every_part_of_it_and_no_other(store: RoleStore) -> None:
    kept = replace(GIVEN, role=Role.REVIEWER, limits=Limits())
    theirs = replace(GIVEN, operator=SAM)
    for one in (GIVEN, replace(GIVEN, limits=Limits()), kept, theirs):
        store.assign(one)
    assert store.take(RUTH, Role.APPROVER) == 2
    assert store.take(RUTH, Role.APPROVER) == 0
    assert store.all() == [theirs, kept] or store.all() == [kept, theirs]


def test_of_many_first_administrators_there_is_one(place: Place) -> None:
    stores = [place.open() for _ in range(4)]
    gate = threading.Barrier(4)

    def give(at: int) -> bool:
        gate.wait()
        return stores[at].assign_first(administrator(OperatorId(f"local#{at}")))

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(give, range(4))) == 1
    assert len(stores[0].all()) == 1


def test_the_first_administrator_is_made_only_while_there_is_none_and_will_be_none(store: RoleStore) -> None:
    store.assign(replace(administrator(), until=NOW + timedelta(days=1)))
    assert not store.assign_first(administrator(SAM, NOW + timedelta(days=1) - TICK))
    assert store.assign_first(administrator(SAM, NOW + timedelta(days=1)))
    store.take(SAM, Role.ADMINISTRATOR)
    store.assign(administrator(RUTH, NOW + timedelta(days=9)))
    assert not store.assign_first(administrator(SAM, NOW + timedelta(days=2)))


def test_a_workload_is_whose_it_was_made(store: RoleStore) -> None:
    assert store.owners(BOT) == frozenset()
    for one in (RUTH, SAM, RUTH):
        store.own(BOT, one)
    store.own(OTHER_BOT, SAM)
    assert store.owners(BOT) == {RUTH, SAM}
    assert store.owned() == [(BOT, RUTH), (BOT, SAM), (OTHER_BOT, SAM)]
    assert store.disown(BOT, SAM)
    assert not store.disown(BOT, SAM)
    assert store.owners(BOT) == {RUTH}
    assert store.owners(OTHER_BOT) == {SAM}


@pytest.mark.parametrize("name", ["", "x" * 1001, "a\nb", "a\0b"])
def test_what_is_no_id_is_not_kept(store: RoleStore, name: str) -> None:
    with pytest.raises(RoleError):
        store.assign(replace(GIVEN, operator=OperatorId(name)))
    with pytest.raises(RoleError):
        store.own(WorkloadId(name), RUTH)
    assert store.of(OperatorId(name), NOW) == []
    assert store.owners(WorkloadId(name)) == frozenset()
    assert store.take(OperatorId(name), Role.APPROVER) == 0
    assert not store.disown(WorkloadId(name), RUTH)


def test_what_can_not_be_read_back_is_not_kept(store: RoleStore) -> None:
    with pytest.raises(RoleError):
        store.assign(replace(GIVEN, until=NOW))
    with pytest.raises(RoleError):
        store.assign(replace(GIVEN, limits=Limits(routes=frozenset())))
    assert store.all() == []


def test_names_are_not_patterns(store: RoleStore) -> None:
    store.assign(GIVEN)
    for name in ("%", "https://login.shop.example#_uth", "HTTPS://LOGIN.SHOP.EXAMPLE#RUTH", f"{RUTH} "):
        assert store.of(OperatorId(name), NOW) == []


def test_a_store_that_is_closed_knows_nobody(store: RoleStore) -> None:
    assert store.problem() == ""
    store.close()
    for ask in (
        lambda: store.of(RUTH, NOW),
        store.all,
        lambda: store.assign(GIVEN),
        lambda: store.take(RUTH, Role.APPROVER),
        lambda: store.owners(BOT),
    ):
        with pytest.raises(RolesUnavailable):
            ask()
    assert store.problem()


def test_a_server_that_is_gone_leaves_nobody_with_a_role(database: str) -> None:
    with pytest.raises(RolesUnavailable) as error:
        PostgresRoles("postgresql://answerable:hunter2@/none?host=/nowhere")
    assert "hunter2" not in str(error.value)
    with pytest.raises(SettingsError):
        PostgresRoles("mysql://x")


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE roles SET role = 'emperor'",
        "UPDATE roles SET limits = '{\"amounts\":1}'",
        "UPDATE roles SET operator = CAST(x'ff' AS TEXT)",
        "UPDATE roles SET since = 9223372036854775807",
    ],
)
def test_a_damaged_role_is_nobodys(tmp_path: Path, damage: str) -> None:
    store = SqliteRoles(tmp_path / "roles.db")
    store.assign(GIVEN)
    with closing(apsw.Connection(str(tmp_path / "roles.db"))) as other:
        other.execute(damage)
    with pytest.raises(RolesUnavailable):
        store.all()
    store.close()


def test_a_file_that_is_gone_or_of_another_format_knows_nobody(tmp_path: Path) -> None:
    path = tmp_path / "roles.db"
    store = SqliteRoles(path)
    store.assign(GIVEN)
    path.rename(tmp_path / "aside")
    with pytest.raises(RolesUnavailable, match="gone"):
        store.of(RUTH, NOW)
    store.close()
    (tmp_path / "aside").rename(path)
    with closing(apsw.Connection(str(path))) as other:
        other.execute("PRAGMA user_version = 9")
    with pytest.raises(RolesUnavailable, match="format 9"):
        SqliteRoles(path)
