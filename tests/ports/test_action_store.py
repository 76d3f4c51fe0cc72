"""What every store of actions keeps to. Each test runs on each of them."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from answerable.actions import (
    Action,
    Answered,
    Authority,
    Done,
    GivenUp,
    Granted,
    HandedOver,
    How,
    NotDone,
    Recorded,
    Sent,
    State,
    Uncertain,
    action_under,
    authority_of,
)
from answerable.adapters.postgres.actions import PostgresActions
from answerable.adapters.sqlite_actions import SqliteActions
from answerable.decisions.act_rules import LeadsTo, Limit, Per
from answerable.grants import DecisionId
from answerable.ports.actions import ActionStore, Kept, Lease
from answerable.testing import sample_grants as some
from answerable.testing.memory_actions import MemoryActions
from answerable.values import ActionId, ConversationId, GrantId, Money, OperatorId, WorkloadId
from answerable.values.errors import (
    ActionError,
    ActionRefused,
    ActionsUnavailable,
    ActionTaken,
    InvalidRequest,
)

NOW = some.NOW
LEASE = Lease("one", NOW + timedelta(seconds=60))
OTHER = Lease("two", NOW + timedelta(seconds=300))
RECEIPT = some.digest("receipt")
SECRET = "Anna Kowalska"
DAY = timedelta(days=1)


class Place:
    """Where actions are kept, and openings of it. What is in memory is opened once."""

    def __init__(self, kind: str, folder: Path, dsn: str) -> None:
        self.kind, self.folder, self.dsn = kind, folder, dsn
        self._opened: list[ActionStore] = []

    def open(self) -> ActionStore:
        if self.kind == "memory":
            store: ActionStore = self._opened[0] if self._opened else MemoryActions()
        elif self.kind == "sqlite":
            store = SqliteActions(self.folder / "actions.db")
        else:
            store = PostgresActions(self.dsn)
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
def store(place: Place) -> ActionStore:
    return place.open()


def act(number: int = 0, **changed: object) -> Action:
    permit = some.permit(number)
    made = action_under(
        permit,
        id=ActionId(f"ac_{number}"),
        arguments=some.ARGUMENTS,
        connector="shop",
        subject=f"customer:{SECRET}",
        amount=Money(4000, "USD"),
    )
    return replace(made, **changed)  # type: ignore[arg-type]


def begin(
    store: ActionStore, action: Action, *limits: Limit, lease: Lease = LEASE, leads_to: LeadsTo | None = None
) -> Kept:
    authority = authority_of(action, leads_to or LeadsTo()) if action.begins_chain else None
    return store.begin(
        action, until=NOW + timedelta(minutes=15), authority=authority, limits=limits, now=NOW, lease=lease
    )


def sent(store: ActionStore, number: int = 0, **changed: object) -> Kept:
    kept = begin(store, act(number, **changed))
    kept = store.advance(kept, Granted(GrantId(f"gr_{number}")), LEASE)
    return store.advance(kept, Sent(NOW), LEASE)


def done(store: ActionStore, number: int = 0, **changed: object) -> Kept:
    return store.advance(
        sent(store, number, **changed), Answered(Done("ok", "rf-1"), How.ANSWER, RECEIPT), LEASE
    )


# -- one decision, one act -------------------------------------------------------------


def test_what_is_kept_is_read_as_it_was(store: ActionStore, place: Place) -> None:
    action = act(1, budget=Money(9000, "USD"), conversation=ConversationId("c-1"))
    kept = begin(store, action, leads_to=LeadsTo(frozenset({"create_return"}), 3))
    assert kept.progress.state is State.INTENDED
    for one in (store, place.open()):
        assert one.find(action.id) == kept
        assert one.of_decision(action.decision) == kept
        assert one.of_conversation(ConversationId("c-1")) == [kept]
        assert one.of_chain(action.decision) == [kept]
    assert kept.authority == Authority(
        frozenset({some.ACTION, "create_return"}), action.customer, action.resource, Money(9000, "USD"), 3
    )


def test_an_approved_act_names_its_approval(store: ActionStore) -> None:
    permit = some.permit(1, approved_by=("ruth", "sam"))
    action = action_under(permit, id=ActionId("ac_1"), arguments=some.ARGUMENTS, connector="shop")
    begin(store, action)
    found = store.find(action.id)
    assert found is not None
    assert found.action == action


def test_of_one_decision_there_is_one_act(store: ActionStore) -> None:
    kept = begin(store, act())
    again = begin(store, act(id=ActionId("ac_another")), lease=OTHER)
    assert again == kept
    assert store.find(ActionId("ac_another")) is None


def test_an_act_that_nobody_works_on_is_taken_over_by_whoever_begins_it_again(store: ActionStore) -> None:
    begin(store, act(), lease=Lease("one", NOW))
    again = begin(store, act(), lease=OTHER)
    assert again.lease == OTHER
    assert begin(store, act(), lease=Lease("three", OTHER.until)).lease == OTHER


def test_what_is_finished_is_taken_over_by_nobody(store: ActionStore) -> None:
    done(store)
    again = begin(store, act(), lease=OTHER)
    assert again.lease != OTHER
    assert again.progress.state is State.DONE


def test_a_permit_that_is_over_begins_nothing(store: ActionStore) -> None:
    with pytest.raises(ActionRefused):
        store.begin(act(), until=NOW, authority=None, limits=(), now=NOW, lease=LEASE)
    assert store.find(act().id) is None


def test_arguments_that_can_not_be_read_begin_nothing(store: ActionStore) -> None:
    with pytest.raises(InvalidRequest):
        begin(store, act(arguments='{"a":1,"a":2}'))


def test_many_that_begin_one_decision_at_once_have_one_act(place: Place) -> None:
    stores = [place.open() for _ in range(4)]
    barrier = threading.Barrier(8)

    def once(number: int) -> Kept:
        barrier.wait()
        lease = Lease(f"holder {number}", LEASE.until)
        return begin(stores[number % 4], act(id=ActionId(f"ac_{number}")), lease=lease)

    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(once, range(8)))
    assert len({(one.action.id, one.lease.holder) for one in found}) == 1


# -- step by step -------------------------------------------------------------------------


def test_whoever_knows_an_older_state_changes_nothing(store: ActionStore) -> None:
    kept = begin(store, act())
    newer = store.advance(kept, Granted(GrantId("gr_1")), LEASE)
    with pytest.raises(ActionTaken):
        store.advance(kept, Granted(GrantId("gr_2")), LEASE)
    with pytest.raises(ActionTaken):
        store.renew(kept, OTHER)
    assert store.find(kept.action.id) == newer


def test_what_can_not_be_is_not_kept(store: ActionStore) -> None:
    kept = begin(store, act())
    with pytest.raises(ActionError):
        store.advance(kept, Sent(NOW), LEASE)
    assert store.find(kept.action.id) == kept


def test_of_many_that_go_on_at_once_one_does(place: Place) -> None:
    stores = [place.open() for _ in range(4)]
    kept = store_granted(stores[0])
    barrier = threading.Barrier(8)

    def once(number: int) -> bool:
        barrier.wait()
        try:
            stores[number % 4].advance(kept, Sent(NOW), LEASE)
        except ActionTaken:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(once, range(8))) == 1


def store_granted(store: ActionStore) -> Kept:
    return store.advance(begin(store, act()), Granted(GrantId("gr_0")), LEASE)


def test_what_is_personal_is_gone_once_it_is_finished_and_not_before(
    store: ActionStore, place: Place
) -> None:
    action = act(arguments=f'{{"name":"{SECRET}"}}')
    kept = begin(store, action)
    kept = store.advance(kept, Granted(GrantId("gr_1")), LEASE)
    kept = store.advance(kept, Sent(NOW), LEASE)
    kept = store.advance(kept, Answered(Done(f"refunded {SECRET}", SECRET), How.ANSWER), LEASE)
    read = store.find(action.id)
    assert read == kept
    assert read.action.subject == f"customer:{SECRET}"
    kept = store.advance(kept, Recorded(RECEIPT), LEASE)
    assert kept.progress.outcome == Done(f"refunded {SECRET}", SECRET)
    read = place.open().find(action.id)
    assert read is not None
    assert SECRET not in repr(read)
    assert read.arguments == kept.arguments
    assert read.progress.receipt == RECEIPT
    place.open().clean(NOW)
    if place.kind == "sqlite":
        for file in place.folder.iterdir():
            assert SECRET.encode() not in file.read_bytes()
            assert file.stat().st_mode & 0o077 == 0


def test_every_state_is_read_as_it_was(store: ActionStore) -> None:
    lost = Answered(Uncertain("lost"), How.ANSWER, RECEIPT, at=NOW)
    kept = store.advance(sent(store, 1), lost, LEASE)
    assert store.find(kept.action.id) == kept
    kept = store.advance(kept, Answered(Uncertain("?"), How.QUERY, RECEIPT), LEASE)
    assert store.find(kept.action.id) == kept
    kept = store.advance(kept, HandedOver(RECEIPT), LEASE)
    assert store.find(kept.action.id) == kept
    said = Answered(NotDone("not there"), How.PERSON, None, OperatorId("https://idp.example#ruth"))
    kept = store.advance(kept, said, LEASE)
    assert store.find(kept.action.id) == kept
    given_up = store.advance(begin(store, act(2)), GivenUp("no grant"), LEASE)
    assert store.find(given_up.action.id) == given_up


# -- after a crash ----------------------------------------------------------------------------


def test_what_is_unfinished_is_found_once_its_lease_is_over(store: ActionStore) -> None:
    kept = sent(store, 1)
    done(store, 2)
    assert store.unfinished(NOW, OTHER, 10) == []
    [found] = store.unfinished(LEASE.until, OTHER, 10)
    assert found.action == kept.action
    assert found.lease == OTHER
    assert store.unfinished(LEASE.until, LEASE, 10) == []
    with pytest.raises(ActionTaken):
        store.advance(kept, Answered(Done(""), How.ANSWER, RECEIPT), LEASE)


def test_what_is_settled_and_not_on_record_is_unfinished(store: ActionStore) -> None:
    store.advance(sent(store), Answered(Done(""), How.ANSWER), LEASE)
    [found] = store.unfinished(LEASE.until, OTHER, 10)
    assert found.progress.state is State.DONE


def test_what_waits_for_a_person_is_found_by_no_program(store: ActionStore) -> None:
    kept = store.advance(sent(store), Answered(Uncertain(""), How.ANSWER, RECEIPT), LEASE)
    kept = store.advance(kept, HandedOver(RECEIPT), LEASE)
    assert store.unfinished(LEASE.until, OTHER, 10) == []
    assert store.unknown(10) == [kept]
    assert store.waiting(10) == [kept]
    assert begin(store, act(), lease=OTHER).lease != OTHER


def test_what_somebody_may_say_it_of_is_what_nobody_knows_of(store: ActionStore) -> None:
    assert (store.waiting(10), store.count_waiting()) == ([], 0)
    begin(store, act(1))
    sent(store, 2)
    done(store, 3)
    store.advance(sent(store, 4), Answered(NotDone("no"), How.ANSWER, RECEIPT), LEASE)
    uncertain = [
        store.advance(sent(store, number), Answered(Uncertain(""), How.ANSWER, RECEIPT), LEASE)
        for number in (5, 6)
    ]
    uncertain[0] = store.advance(uncertain[0], HandedOver(RECEIPT), LEASE)
    assert store.waiting(10) == uncertain
    assert store.waiting(1) == uncertain[:1]
    assert store.count_waiting() == 2
    store.advance(uncertain[0], Answered(Done(""), How.PERSON, RECEIPT, OperatorId("x#ruth")), LEASE)
    assert store.waiting(10) == uncertain[1:]
    assert store.count_waiting() == 1


def test_two_that_recover_at_once_share_the_work(place: Place) -> None:
    stores = [place.open() for _ in range(4)]
    for number in range(12):
        begin(stores[0], act(number))
    barrier = threading.Barrier(4)

    def once(number: int) -> list[ActionId]:
        barrier.wait()
        lease = Lease(f"recovery {number}", OTHER.until)
        return [one.action.id for one in stores[number].unfinished(LEASE.until, lease, 5)]

    with ThreadPoolExecutor(4) as threads:
        found = [one for some_of in threads.map(once, range(4)) for one in some_of]
    assert len(found) == len(set(found))
    assert len(found) >= 5


def test_what_is_looked_at_later_is_not_found_before(store: ActionStore) -> None:
    kept = begin(store, act())
    store.renew(kept, Lease("one", OTHER.until))
    assert store.unfinished(LEASE.until, OTHER, 10) == []
    assert len(store.unfinished(OTHER.until, LEASE, 10)) == 1


# -- limits and scope ------------------------------------------------------------------------------


@pytest.mark.parametrize("per", list(Per))
def test_a_limit_counts_what_it_says(store: ActionStore, per: Per) -> None:
    limit = Limit(per, DAY, most=2)
    same = {"customer": "8c1f", "conversation": ConversationId("c"), "workload": WorkloadId("w")}
    for number in range(2):
        begin(store, act(number, **same), limit)
    with pytest.raises(ActionRefused, match="at most 2 times"):
        begin(store, act(2, **same), limit)
    begin(store, act(3, **same, tool="another"), limit)
    if per is not Per.TOOL:
        begin(store, act(4, **{**same, per.value: "another"}), limit)


def test_an_act_that_was_not_done_counts_no_longer(store: ActionStore) -> None:
    limit = Limit(Per.TOOL, DAY, most=1)
    kept = begin(store, act(1), limit)
    with pytest.raises(ActionRefused):
        begin(store, act(2), limit)
    store.advance(kept, GivenUp("no grant", RECEIPT), LEASE)
    begin(store, act(2), limit)


def test_what_may_have_been_done_counts(store: ActionStore) -> None:
    store.advance(sent(store, 1), Answered(Uncertain(""), How.ANSWER, RECEIPT), LEASE)
    with pytest.raises(ActionRefused):
        begin(store, act(2), Limit(Per.TOOL, DAY, most=1))


def test_a_sum_has_a_limit_in_its_own_currency(store: ActionStore) -> None:
    limit = Limit(Per.CUSTOMER, DAY, amount=Money(9000, "USD"))
    begin(store, act(1), limit)
    begin(store, act(2), limit)
    with pytest.raises(ActionRefused, match=r"10\.00 USD are left"):
        begin(store, act(3), limit)
    begin(store, act(4, amount=Money(1000, "USD")), limit)
    for unknown in (None, Money(1, "EUR")):
        with pytest.raises(ActionRefused, match="not known"):
            begin(store, act(5, amount=unknown), limit)
    begin(store, act(6, amount=None))
    with pytest.raises(ActionRefused, match="not known"):
        begin(store, act(7, amount=Money(0, "USD")), limit)


def test_an_act_of_nobody_is_beyond_a_limit_per_customer(store: ActionStore) -> None:
    with pytest.raises(ActionRefused, match="not known which customer"):
        begin(store, act(1, customer=None), Limit(Per.CUSTOMER, DAY, most=5))


def test_what_is_longer_ago_counts_no_longer(store: ActionStore) -> None:
    begin(store, act(1), Limit(Per.TOOL, DAY, most=1))
    later = NOW + DAY
    limits = [Limit(Per.TOOL, DAY, most=1)]
    store.begin(act(2), until=later + DAY, authority=None, limits=limits, now=later, lease=LEASE)


def test_of_many_that_want_the_last_of_a_limit_one_gets_it(place: Place) -> None:
    stores = [place.open() for _ in range(4)]
    begin(stores[0], act(100))
    limit = Limit(Per.CUSTOMER, DAY, most=2, amount=Money(8000, "USD"))
    barrier = threading.Barrier(8)

    def once(number: int) -> bool:
        barrier.wait()
        try:
            begin(stores[number % 4], act(number), limit)
        except ActionRefused:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(once, range(8))) == 1


def test_a_chain_that_is_not_known_is_followed_by_nothing(store: ActionStore) -> None:
    with pytest.raises(ActionRefused, match="no act is on record"):
        begin(store, act(1, first=DecisionId(act().trace, some.digest("elsewhere"))))


def test_an_act_beyond_its_chain_is_not_begun(store: ActionStore) -> None:
    first = done(store, 1)
    with pytest.raises(ActionRefused, match="would come to"):
        begin(store, act(2, first=first.action.decision))
    kept = begin(store, act(2, first=first.action.decision, amount=None))
    assert [one.action.id for one in store.of_chain(first.action.decision)] == ["ac_1", "ac_2"]
    with pytest.raises(ActionRefused, match="under way"):
        begin(store, act(3, first=kept.action.first, amount=None))


def test_an_act_is_taken_back_once(store: ActionStore) -> None:
    first = done(store, 1)
    undo = act(2, first=first.action.decision, undoes=first.action.id, tool="cancel_refund")
    kept = begin(store, undo)
    with pytest.raises(ActionRefused, match="taken back already"):
        begin(store, replace(undo, id=ActionId("ac_3"), decision=act(3).decision))
    store.advance(kept, GivenUp("no grant", RECEIPT), LEASE)
    begin(store, replace(undo, id=ActionId("ac_3"), decision=act(3).decision))
    with pytest.raises(ActionRefused, match="nothing to take back"):
        begin(store, act(4, first=first.action.decision, undoes=ActionId("ac_9")))


# -- the rest ------------------------------------------------------------------------------------------


def test_what_is_finished_and_over_is_forgotten(store: ActionStore) -> None:
    done(store, 1)
    sent(store, 2)
    assert store.clean(NOW + timedelta(minutes=15)) == 0
    assert store.clean(NOW + timedelta(minutes=16)) == 1
    assert store.find(ActionId("ac_1")) is None
    assert store.find(ActionId("ac_2")) is not None


def test_what_nobody_began_is_not_there(store: ActionStore) -> None:
    begin(store, act())
    for name in ("ac_1", "", "ac_%", "AC_0", "ac_\u0000"):
        assert store.find(ActionId(name)) is None
    assert store.of_conversation(ConversationId("nobody")) == []


def test_a_closed_store_says_so(store: ActionStore) -> None:
    kept = begin(store, act())
    assert store.problem() == ""
    store.close()
    assert store.problem()
    for ask in (
        lambda: begin(store, act(1)),
        lambda: store.find(kept.action.id),
        lambda: store.advance(kept, Granted(GrantId("gr_1")), LEASE),
        lambda: store.unfinished(NOW, LEASE, 1),
    ):
        with pytest.raises(ActionsUnavailable):
            ask()
