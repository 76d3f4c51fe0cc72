"""What every store of grants keeps to. Each test runs on each of them."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from answerable.adapters.postgres.grants import PostgresGrants
from answerable.adapters.sqlite_grants import SqliteGrants
from answerable.grants import (
    KILL_SWITCH,
    LONGEST_LIFETIME,
    AlreadyConsumed,
    Consumed,
    Expired,
    Grant,
    Issued,
    Outstanding,
    PermitUsed,
    Revocation,
    Revoked,
    Selection,
    Selector,
    Unknown,
)
from answerable.ports.grants import GrantStore
from answerable.testing import sample_grants as some
from answerable.testing.memory_grants import MemoryGrants
from answerable.values import GrantId
from answerable.values.errors import GrantsUnavailable

NOW = some.NOW
TICK = timedelta(microseconds=1)
AGO = timedelta(minutes=5)


class Place:
    """Where grants are kept, and openings of it. What is in memory is opened once."""

    def __init__(self, kind: str, folder: Path, dsn: str) -> None:
        self.kind, self.folder, self.dsn = kind, folder, dsn
        self._opened: list[GrantStore] = []

    def open(self) -> GrantStore:
        if self.kind == "memory":
            store: GrantStore = self._opened[0] if self._opened else MemoryGrants()
        elif self.kind == "sqlite":
            store = SqliteGrants(self.folder / "grants.db")
        else:
            store = PostgresGrants(self.dsn)
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
def store(place: Place) -> GrantStore:
    return place.open()


def issued(store: GrantStore, number: int = 0, now: datetime = NOW) -> Grant:
    grant = some.grant(number, now=now)
    assert store.issue(grant, some.permit(number)) == Issued()
    return grant


def revocation(selection: Selection, at: datetime = NOW) -> Revocation:
    return Revocation(selection, at, "ops.ana", "drill")


# -- used once ------------------------------------------------------------------------


def test_a_grant_that_was_issued_can_be_used_once(store: GrantStore) -> None:
    grant = issued(store)
    assert store.state(grant.id, NOW) == Outstanding(grant)
    assert store.consume(grant.id, NOW, "one") == Consumed(grant, NOW)
    assert store.consume(grant.id, NOW + TICK, "two") == AlreadyConsumed(NOW)
    assert store.state(grant.id, NOW) == AlreadyConsumed(NOW)


def test_a_grant_that_nobody_issued_is_unknown(store: GrantStore) -> None:
    issued(store)
    for name in ("gr_1", "", "gr_%", "gr_0 ", "GR_0", "x" * 5000, "gr_\u0000"):
        assert store.consume(GrantId(name), NOW, "one") == Unknown()
        assert store.state(GrantId(name), NOW) == Unknown()


def test_a_lost_answer_can_be_asked_for_again_by_the_same_attempt_only(store: GrantStore) -> None:
    grant = issued(store)
    first = store.consume(grant.id, NOW, "one")
    later = NOW + timedelta(hours=1)
    assert store.consume(grant.id, later, "one") == first == Consumed(grant, NOW)
    assert store.consume(grant.id, NOW, "One") == AlreadyConsumed(NOW)
    store.revoke(revocation(KILL_SWITCH))
    assert store.consume(grant.id, later, "one") == first


def test_looking_at_a_grant_uses_nothing_up(store: GrantStore) -> None:
    grant = issued(store)
    for _ in range(3):
        assert store.state(grant.id, NOW) == Outstanding(grant)
        assert store.outstanding(KILL_SWITCH, NOW) == [grant]
    assert isinstance(store.consume(grant.id, NOW, "one"), Consumed)


def test_of_many_threads_one_gets_it(store: GrantStore) -> None:
    for number in range(5):
        grant = issued(store, number)
        gate = threading.Barrier(16)

        def attempt(at: int, grant: Grant = grant, gate: threading.Barrier = gate) -> bool:
            gate.wait()
            return isinstance(store.consume(grant.id, NOW, f"attempt-{at}"), Consumed)

        with ThreadPoolExecutor(16) as threads:
            assert sum(threads.map(attempt, range(16))) == 1


def test_of_many_openings_one_gets_it(place: Place) -> None:
    stores = [place.open() for _ in range(6)]
    grant = issued(stores[0])
    gate = threading.Barrier(6)

    def attempt(at: int) -> bool:
        gate.wait()
        return isinstance(stores[at].consume(grant.id, NOW, f"attempt-{at}"), Consumed)

    with ThreadPoolExecutor(6) as threads:
        assert sum(threads.map(attempt, range(6))) == 1


def test_what_was_used_is_used_for_whoever_opens_the_store_next(place: Place) -> None:
    store = place.open()
    used, unused = issued(store), issued(store, 1)
    store.consume(used.id, NOW, "one")
    again = place.open()
    assert again.consume(used.id, NOW, "two") == AlreadyConsumed(NOW)
    assert again.consume(unused.id, NOW, "two") == Consumed(unused, NOW)


# -- in its time ----------------------------------------------------------------------


def test_a_grant_can_be_used_until_the_instant_at_which_it_expires(store: GrantStore) -> None:
    one, other = issued(store), issued(store, 1)
    assert store.consume(one.id, one.expires, "late") == Expired(one.expires)
    assert store.state(one.id, one.expires) == Expired(one.expires)
    assert store.outstanding(KILL_SWITCH, one.expires) == []
    assert isinstance(store.consume(other.id, other.expires - TICK, "just"), Consumed)


def test_a_clock_that_is_set_back_does_not_bring_a_used_grant_back(store: GrantStore) -> None:
    grant = issued(store)
    store.consume(grant.id, NOW, "one")
    for back in (1, 3600, 10**7):
        assert store.consume(grant.id, NOW - timedelta(seconds=back), "two") == AlreadyConsumed(NOW)


# -- one permit, one act --------------------------------------------------------------


def test_a_permit_whose_act_was_done_gives_no_other_grant(store: GrantStore) -> None:
    permit = some.permit()
    grant = issued(store)
    store.consume(grant.id, NOW, "one")
    assert store.issue(some.grant(1, permit), permit) == PermitUsed(grant.id, NOW)
    assert store.issue(grant, permit) == PermitUsed(grant.id, NOW)
    assert store.state(GrantId("gr_1"), NOW) == Unknown()


def test_of_a_used_permit_that_is_revoked_as_well_it_is_told_that_it_is_used(store: GrantStore) -> None:
    grant, permit = some.grant(), some.permit()
    store.issue(grant, permit)
    store.consume(grant.id, NOW, "one")
    store.revoke(revocation(KILL_SWITCH))
    assert store.issue(grant, permit) == PermitUsed(grant.id, NOW)
    assert store.issue(some.grant(1, permit), permit) == PermitUsed(grant.id, NOW)


def test_a_grant_that_never_arrived_is_replaced_and_dead(store: GrantStore) -> None:
    permit = some.permit()
    lost = issued(store)
    second = some.grant(1, permit)
    assert store.issue(second, permit) == Issued((lost.id,))
    assert store.consume(lost.id, NOW, "one") == Revoked()
    assert store.state(lost.id, NOW) == Revoked()
    assert store.outstanding(KILL_SWITCH, NOW) == [second]
    assert store.consume(second.id, NOW, "two") == Consumed(second, NOW)


def test_an_expired_grant_is_replaced_too_and_no_slow_clock_uses_both(store: GrantStore) -> None:
    permit = some.permit()
    first = issued(store)
    second = some.grant(1, permit, now=first.expires)
    assert store.issue(second, permit) == Issued((first.id,))
    assert store.consume(first.id, NOW, "by a clock that is behind") == Revoked()
    assert isinstance(store.consume(second.id, first.expires, "two"), Consumed)


def test_the_same_grant_can_be_issued_again_where_the_answer_was_lost(store: GrantStore) -> None:
    permit = some.permit()
    grant = some.grant(0, permit)
    assert store.issue(grant, permit) == store.issue(grant, permit) == Issued()
    assert store.outstanding(KILL_SWITCH, NOW) == [grant]
    store.issue(some.grant(1, permit), permit)
    assert store.issue(grant, permit) == Revoked()


def test_of_many_grants_of_one_permit_one_lives_and_one_act_is_done(place: Place) -> None:
    stores = [place.open() for _ in range(4)]
    permit = some.permit()
    gate = threading.Barrier(4)

    def ask_and_use(at: int) -> int:
        gate.wait()
        used = 0
        for number in range(8):
            grant = some.grant(at * 100 + number, permit)
            if isinstance(stores[at].issue(grant, permit), Issued) and number > 2:
                used += isinstance(stores[at].consume(grant.id, NOW, f"{at}-{number}"), Consumed)
        return used

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(ask_and_use, range(4))) == 1


def test_two_decisions_on_equal_calls_are_two_permits(store: GrantStore) -> None:
    one, other = issued(store), issued(store, 1)
    assert one.intent.arguments == other.intent.arguments
    assert isinstance(store.consume(one.id, NOW, "one"), Consumed)
    assert isinstance(store.consume(other.id, NOW, "two"), Consumed)


def test_a_grant_of_another_permit_is_refused(store: GrantStore) -> None:
    grant = some.grant()
    for permit in (
        some.permit(1),
        some.elsewhere(some.permit(), "https://b.example"),
        replace(some.permit(), bundle=some.digest("another bundle")),
        some.permit(approved_by=("ruth",)),
        some.permit(until=NOW - TICK),
    ):
        with pytest.raises(ValueError, match="permit"):
            store.issue(grant, permit)
    assert store.state(grant.id, NOW) == Unknown()


# -- taken back -----------------------------------------------------------------------

APPROVED = some.permit(7, approved_by=("ruth", "sam"))
SELECTIONS = [
    KILL_SWITCH,
    Selection(Selector.GRANT, "gr_7"),
    Selection(Selector.CONVERSATION, "c-7"),
    Selection(Selector.WORKLOAD, some.WORKLOAD),
    Selection(Selector.BUNDLE, APPROVED.bundle),
    Selection(Selector.APPROVER, "ruth"),
    Selection(Selector.APPROVER, "sam"),
]


@pytest.mark.parametrize("selection", SELECTIONS, ids=str)
def test_what_is_revoked_is_neither_used_nor_issued(store: GrantStore, selection: Selection) -> None:
    grant = some.grant(7, APPROVED)
    store.issue(grant, APPROVED)
    assert store.outstanding(selection, NOW) == [grant]
    taken_back = revocation(selection)
    store.revoke(taken_back)
    assert store.consume(grant.id, NOW, "one") == Revoked(taken_back)
    assert store.state(grant.id, NOW) == Revoked(taken_back)
    assert store.outstanding(selection, NOW) == []
    assert store.revocations() == [taken_back]
    if selection.selector is not Selector.GRANT:
        assert store.issue(some.grant(8, APPROVED), APPROVED) == Revoked(taken_back)


@pytest.mark.parametrize("selection", SELECTIONS[1:], ids=str)
def test_what_is_not_named_goes_on(store: GrantStore, selection: Selection) -> None:
    store.revoke(revocation(replace(selection, value=selection.value + "x")))
    store.revoke(revocation(replace(selection, value=selection.value[:-1] + "%")))
    grant = some.grant(7, APPROVED)
    assert store.issue(grant, APPROVED) == Issued()
    assert isinstance(store.consume(grant.id, NOW, "one"), Consumed)


def test_a_revocation_stops_others_that_have_the_store_open(place: Place) -> None:
    one, other = place.open(), place.open()
    grant = issued(one)
    other.revoke(revocation(KILL_SWITCH))
    assert isinstance(one.consume(grant.id, NOW, "one"), Revoked)
    assert isinstance(one.issue(some.grant(1), some.permit(1)), Revoked)


def test_what_was_issued_before_a_revocation_was_lifted_stays_dead(store: GrantStore) -> None:
    old = issued(store)
    store.revoke(revocation(KILL_SWITCH, NOW + timedelta(seconds=1)))
    lifted = NOW + timedelta(seconds=5)
    assert store.lift(KILL_SWITCH, lifted, "ops.ben") == 1
    assert store.lift(KILL_SWITCH, lifted, "ops.ben") == 0
    assert isinstance(store.consume(old.id, lifted, "one"), Revoked)
    new = issued(store, 1, now=lifted)
    assert isinstance(store.consume(new.id, lifted, "two"), Consumed)
    [kept] = store.revocations()
    assert kept.lifted == lifted


def test_no_clock_that_is_ahead_brings_a_grant_back_when_a_revocation_is_lifted(store: GrantStore) -> None:
    ahead = issued(store, now=NOW + timedelta(seconds=20))
    store.revoke(revocation(KILL_SWITCH))
    store.lift(KILL_SWITCH, NOW, "ops")
    assert store.consume(ahead.id, NOW, "one") == Revoked()
    assert store.outstanding(KILL_SWITCH, NOW) == []


def test_lifting_one_leaves_others_standing(store: GrantStore) -> None:
    grant = issued(store)
    bundle = Selection(Selector.BUNDLE, grant.bundle)
    for selection in (bundle, KILL_SWITCH, bundle):
        store.revoke(revocation(selection))
    assert store.lift(Selection(Selector.BUNDLE, "other"), NOW, "ops") == 0
    assert store.lift(bundle, NOW, "ops") == 2
    later = NOW + timedelta(seconds=10)
    assert store.issue(some.grant(1, now=later), some.permit(1)) == Revoked(revocation(KILL_SWITCH))
    assert store.lift(KILL_SWITCH, NOW, "ops") == 1
    assert store.issue(some.grant(1, now=later), some.permit(1)) == Issued()


def test_a_used_grant_that_is_revoked_says_that_it_was_used(store: GrantStore) -> None:
    grant = issued(store)
    store.consume(grant.id, NOW, "one")
    store.revoke(revocation(Selection(Selector.GRANT, grant.id)))
    assert store.state(grant.id, NOW) == AlreadyConsumed(NOW)


def test_a_revocation_races_with_uses_and_none_comes_after_it(place: Place) -> None:
    """Whatever was used was used before the revocation had returned."""
    users, revoker = place.open(), place.open()
    grants = [issued(users, number) for number in range(60)]
    stopped = threading.Event()
    after: list[bool] = []

    def use(grant: Grant) -> None:
        known = stopped.is_set()
        answer = users.consume(grant.id, NOW, "attempt")
        if known:
            after.append(isinstance(answer, Consumed))

    with ThreadPoolExecutor(8) as threads:
        uses = [threads.submit(use, grant) for grant in grants[:30]]
        revoker.revoke(revocation(KILL_SWITCH))
        stopped.set()
        uses += [threads.submit(use, grant) for grant in grants[30:]]
        for one in uses:
            one.result()
    assert len(after) >= 30
    assert not any(after)


# -- outstanding ----------------------------------------------------------------------


def test_outstanding_grants_are_those_that_can_still_be_used_oldest_first(store: GrantStore) -> None:
    grants = [issued(store, number, now=NOW + timedelta(seconds=number)) for number in range(5)]
    store.consume(grants[1].id, NOW, "one")
    store.revoke(revocation(Selection(Selector.GRANT, grants[2].id)))
    assert store.outstanding(KILL_SWITCH, NOW) == [grants[0], grants[3], grants[4]]
    assert store.outstanding(Selection(Selector.WORKLOAD, some.WORKLOAD), grants[0].expires) == grants[3:]
    assert store.outstanding(Selection(Selector.CONVERSATION, "c-4"), NOW) == [grants[4]]
    assert store.outstanding(Selection(Selector.APPROVER, "ruth"), NOW) == []


# -- proofs ---------------------------------------------------------------------------


def test_a_proof_is_seen_for_the_first_time_once(place: Place) -> None:
    one, other = place.open(), place.open()
    assert one.first_use("a" * 64, NOW + AGO)
    assert not one.first_use("a" * 64, NOW + AGO)
    assert not other.first_use("a" * 64, NOW)
    assert other.first_use("b" * 64, NOW + AGO)
    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(lambda _: one.first_use("c" * 64, NOW + AGO), range(24))) == 1


# -- forgotten ------------------------------------------------------------------------


def test_what_can_no_longer_matter_is_forgotten_and_nothing_else(store: GrantStore) -> None:
    over = some.permit(0, until=NOW + timedelta(seconds=20))
    store.issue(some.grant(0, over), over)
    store.consume(GrantId("gr_0"), NOW, "one")
    living = issued(store, 1)  # its permit lasts for a quarter of an hour
    store.consume(living.id, NOW, "one")
    store.first_use("a" * 64, NOW + timedelta(seconds=20))
    later = NOW + timedelta(minutes=2)
    assert store.clean(later) == 1
    assert store.clean(later) == 0
    assert store.state(GrantId("gr_0"), NOW) == Unknown()
    assert store.state(living.id, NOW) == AlreadyConsumed(NOW)
    assert store.issue(some.grant(2, some.permit(1)), some.permit(1)) == PermitUsed(living.id, NOW)
    assert store.first_use("a" * 64, later)


def test_a_permit_that_was_used_is_remembered_for_as_long_as_it_could_be_used_again(
    store: GrantStore,
) -> None:
    permit = some.permit(until=NOW + timedelta(hours=2))
    store.issue(some.grant(0, permit), permit)
    store.consume(GrantId("gr_0"), NOW, "one")
    store.clean(permit.until)
    almost = permit.until - timedelta(seconds=1)
    assert isinstance(store.issue(some.grant(1, permit, now=almost), permit), PermitUsed)
    store.clean(permit.until + TICK)
    with pytest.raises(ValueError):
        store.issue(some.grant(1, permit, now=permit.until), permit)


def test_standing_revocations_outlast_every_cleaning(store: GrantStore) -> None:
    store.revoke(revocation(KILL_SWITCH))
    store.revoke(revocation(Selection(Selector.WORKLOAD, some.WORKLOAD)))
    store.clean(NOW + timedelta(days=3650))
    assert len(store.revocations()) == 2
    assert isinstance(store.issue(some.grant(0), some.permit(0)), Revoked)


def test_what_a_lifted_revocation_covered_stays_dead_when_that_is_forgotten(store: GrantStore) -> None:
    permit = some.permit(until=NOW + timedelta(days=1))
    old = some.grant(0, permit, lifetime=LONGEST_LIFETIME)
    store.issue(old, permit)
    store.revoke(revocation(KILL_SWITCH))
    store.lift(KILL_SWITCH, NOW + timedelta(seconds=1), "ops")
    store.clean(NOW + timedelta(hours=1))
    assert isinstance(store.consume(old.id, NOW, "one"), Revoked)


# -- faults ---------------------------------------------------------------------------


def test_a_closed_store_says_so_and_does_nothing(store: GrantStore) -> None:
    grant = issued(store)
    assert store.problem() == ""
    store.close()
    assert store.problem()
    for ask in (
        lambda: store.consume(grant.id, NOW, "one"),
        lambda: store.state(grant.id, NOW),
        lambda: store.issue(some.grant(1), some.permit(1)),
        lambda: store.revoke(revocation(KILL_SWITCH)),
        lambda: store.lift(KILL_SWITCH, NOW, "ops"),
        store.revocations,
        lambda: store.outstanding(KILL_SWITCH, NOW),
        lambda: store.first_use("a", NOW),
        lambda: store.clean(NOW),
    ):
        with pytest.raises(GrantsUnavailable):
            ask()
