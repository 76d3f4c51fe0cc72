"""What every store of approvals keeps to. Each test runs on each of them."""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from answerable.adapters.postgres.approvals import PostgresApprovals
from answerable.adapters.sqlite_approvals import SqliteApprovals
from answerable.approvals import (
    ApprovalRequest,
    Approve,
    Deny,
    Event,
    Expire,
    Finish,
    Of,
    Opened,
    Phase,
    Refusal,
    Result,
    Room,
    Told,
    Use,
    Void,
    opened,
)
from answerable.ports.approvals import Applied, ApprovalStore, Kept, Note, Pending, Unknown, Unrecorded, every
from answerable.testing import sample_approvals as some
from answerable.testing.memory_approvals import MemoryApprovals
from answerable.values import ApprovalId, ConversationId, OperatorId, WorkloadId
from answerable.values.errors import ApprovalsUnavailable

NOW = some.NOW
TICK = timedelta(microseconds=1)


class Place:
    """Where approvals are kept, and openings of it. What is in memory is opened once."""

    def __init__(self, kind: str, folder: Path, dsn: str) -> None:
        self.kind, self.folder, self.dsn = kind, folder, dsn
        self._opened: list[ApprovalStore] = []

    def open(self) -> ApprovalStore:
        if self.kind == "memory":
            store: ApprovalStore = self._opened[0] if self._opened else MemoryApprovals()
        elif self.kind == "sqlite":
            store = SqliteApprovals(self.folder / "approvals.db")
        else:
            store = PostgresApprovals(self.dsn)
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
def store(place: Place) -> ApprovalStore:
    return place.open()


def happened(store: ApprovalStore, approval: str, event: Event, note: Note | None = None) -> Kept:
    """Apply an event, and put it on record."""
    answer = store.apply(ApprovalId(approval), event, note or Note())
    assert isinstance(answer, Applied), answer
    store.recorded(ApprovalId(approval), answer.kept.state.revision)
    found = store.get(ApprovalId(approval))
    assert found is not None
    return found


def waits(store: ApprovalStore, number: int = 0, needs: int = 1) -> ApprovalRequest:
    request = some.request(number, needs=needs)
    kept = store.open(request)
    assert kept == Kept(opened(request), Pending(Opened(NOW)))
    store.recorded(request.id, 1)
    assert store.get(request.id) == Kept(opened(request))
    return request


def yes(request: ApprovalRequest, by: OperatorId = some.RUTH, minutes: int = 1) -> Approve:
    return Approve(NOW + timedelta(minutes=minutes), by, request.binds, 2, ("approver-approves",))


def approved(store: ApprovalStore, number: int = 0) -> ApprovalRequest:
    request = waits(store, number)
    happened(store, request.id, yes(request))
    return request


def use(request: ApprovalRequest, attempt: str = "ac_1", minutes: int = 2) -> Use:
    return Use(NOW + timedelta(minutes=minutes), request.binds, attempt)


# -- one request for one decision -------------------------------------------------------


def test_one_decision_waits_once_however_often_it_is_opened(store: ApprovalStore) -> None:
    first = waits(store)
    again = replace(some.request(0), id=ApprovalId("ap_other"))
    assert store.open(again) == Kept(opened(first))
    assert store.get(ApprovalId("ap_other")) is None
    assert [kept.state.request for kept in store.waiting()] == [first]


def test_what_waits_waits_for_whoever_opens_the_store_next(place: Place) -> None:
    first = place.open()
    request = approved(first)
    again = place.open().get(request.id)
    assert again == first.get(request.id)
    assert again is not None
    assert again.state.phase is Phase.APPROVED
    assert again.state.request == request


def test_an_id_that_nobody_opened_is_unknown(store: ApprovalStore) -> None:
    request = waits(store)
    for name in ("ap_9", "", "ap_%", "AP_0", "x" * 5000, "ap_\0"):
        assert store.get(ApprovalId(name)) is None
        assert store.apply(ApprovalId(name), use(request)) == Unknown()
        store.recorded(ApprovalId(name), 1)


# -- nothing goes on before it is on record ---------------------------------------------


def test_what_is_not_on_record_stops_whatever_comes_next(store: ApprovalStore) -> None:
    request = some.request()
    store.open(request)
    assert isinstance(store.apply(request.id, yes(request)), Unrecorded)
    store.recorded(request.id, 1)
    note = Note(reason="the parcel was lost")
    answer = store.apply(request.id, yes(request), note)
    assert isinstance(answer, Applied)
    assert answer.kept.pending == Pending(yes(request), note)
    assert store.get(request.id) == answer.kept
    assert isinstance(store.apply(request.id, use(request)), Unrecorded)
    store.recorded(request.id, 1)  # of an earlier event: says nothing of this one
    assert isinstance(store.apply(request.id, use(request)), Unrecorded)
    store.recorded(request.id, 2)
    assert isinstance(store.apply(request.id, use(request)), Applied)


def test_what_somebody_wrote_is_not_kept_once_it_is_on_record(place: Place) -> None:
    store = place.open()
    request = waits(store)
    kept = happened(store, request.id, yes(request), Note("SECRET-REASON", '{"a":"SECRET-ARGUMENT"}'))
    assert kept.pending is None
    store.close()
    if place.kind == "sqlite":
        for file in place.folder.iterdir():
            assert b"SECRET" not in file.read_bytes()


# -- used once --------------------------------------------------------------------------


def test_an_approval_is_used_once_and_asked_for_again_by_the_same_attempt_only(store: ApprovalStore) -> None:
    request = approved(store)
    used = happened(store, request.id, use(request))
    assert used.state.phase is Phase.USED
    assert store.apply(request.id, use(request, minutes=90)) == Applied(used, again=True)
    assert store.apply(request.id, use(request, "ac_2")) == Refusal("it is closed: used")


def test_of_two_hundred_uses_at_once_one_succeeds(place: Place) -> None:
    stores = [place.open() for _ in range(4)]
    request = approved(stores[0])
    gate = threading.Barrier(200)

    def attempt(number: int) -> bool:
        gate.wait()
        return isinstance(stores[number % 4].apply(request.id, use(request, f"ac_{number}")), Applied)

    with ThreadPoolExecutor(200) as threads:
        assert sum(threads.map(attempt, range(200))) == 1


def test_of_two_approvers_at_once_each_counts_once_and_the_second_makes_it_usable(place: Place) -> None:
    stores = [place.open() for _ in range(2)]
    for number in range(5):
        request = waits(stores[0], number, needs=2)
        gate = threading.Barrier(2)

        def answer(
            at: int, request: ApprovalRequest = request, gate: threading.Barrier = gate
        ) -> list[object]:
            gate.wait()
            found: list[object] = []
            for _ in range(50):
                got = stores[at].apply(request.id, yes(request, (some.RUTH, some.SAM)[at]))
                found.append(got)
                kept = stores[at].get(request.id)
                assert kept is not None
                stores[at].recorded(request.id, kept.state.revision)
                if not isinstance(got, Unrecorded):
                    break
            return found

        with ThreadPoolExecutor(2) as threads:
            last = [found[-1] for found in threads.map(answer, range(2))]
        assert all(isinstance(one, Applied) for one in last)
        kept = stores[0].get(request.id)
        assert kept is not None
        assert kept.state.phase is Phase.APPROVED
        assert {one.by for one in kept.state.approvals} == {some.RUTH, some.SAM}


def test_of_an_answer_and_the_end_of_its_time_at_once_one_counts(place: Place) -> None:
    stores = [place.open() for _ in range(2)]
    for number in range(8):
        request = waits(stores[0], number)
        late = some.DEADLINE
        events: list[Event] = [
            replace_at(yes(request), late - TICK if number % 2 else late),
            Expire(NOW + late),
        ]
        gate = threading.Barrier(2)

        def happen(
            at: int,
            request: ApprovalRequest = request,
            events: list[Event] = events,
            gate: threading.Barrier = gate,
        ) -> bool:
            gate.wait()
            return isinstance(stores[at].apply(request.id, events[at]), Applied)

        with ThreadPoolExecutor(2) as threads:
            did = list(threads.map(happen, range(2)))
        kept = stores[0].get(request.id)
        assert kept is not None
        assert sum(did) == 1
        assert kept.state.phase is (Phase.APPROVED if did[0] else Phase.EXPIRED)


def replace_at(event: Approve, after: timedelta) -> Approve:
    return Approve(NOW + after, event.by, event.binds)


# -- finding them -----------------------------------------------------------------------


def test_what_waits_is_found_by_its_queue_and_oldest_first(store: ApprovalStore) -> None:
    later = some.request(1, now=NOW + timedelta(minutes=1))
    store.open(later)
    store.open(some.request(0))
    store.open(replace(some.request(2), route="claims"))
    store.open(some.request(3))
    store.recorded(ApprovalId("ap_3"), 1)
    happened(store, "ap_3", Deny(NOW, some.RUTH, some.request(3).binds))
    assert [kept.state.request.id for kept in store.waiting()] == ["ap_0", "ap_2", "ap_1"]
    assert [kept.state.request.id for kept in store.waiting("claims")] == ["ap_2"]
    assert store.waiting("nobody's") == []
    assert store.count_waiting() == 3
    assert store.waiting("\0") == []


def test_a_conversation_has_its_own_and_another_workloads_has_not(store: ApprovalStore) -> None:
    store.open(some.request(0))
    store.open(replace(some.request(1), conversation=ConversationId("c-0")))
    store.open(replace(some.request(2), conversation=ConversationId("c-0"), workload=WorkloadId("other")))
    store.open(replace(some.request(3), conversation=None))
    found = store.of_conversation(some.WORKLOAD, ConversationId("c-0"))
    assert [kept.state.request.id for kept in found] == ["ap_0", "ap_1"]
    assert store.of_conversation(some.WORKLOAD, ConversationId("c-%")) == []
    assert store.of_conversation(some.WORKLOAD, ConversationId("\0")) == []


def ids(found: Sequence[Kept]) -> list[str]:
    return [kept.state.request.id for kept in found]


def test_what_is_done_and_told_needs_nothing_more(store: ApprovalStore) -> None:
    request = approved(store)
    happened(store, request.id, use(request))
    assert (ids(store.unsettled()), ids(store.untold())) == ([request.id], [])
    happened(store, request.id, Finish(NOW, "ac_1", Result.UNCERTAIN))
    assert (ids(store.unsettled()), ids(store.untold())) == ([request.id], [])
    happened(store, request.id, Finish(NOW, "ac_1", Result.DONE))
    assert (ids(store.unsettled()), ids(store.untold())) == ([], [request.id])
    answer = store.apply(request.id, Told(NOW, "polled"))
    assert isinstance(answer, Applied)
    assert (ids(store.unsettled()), ids(store.untold())) == ([request.id], [])
    store.recorded(request.id, answer.kept.state.revision)
    assert (ids(store.unsettled()), ids(store.untold())) == ([], [])
    assert store.apply(request.id, Told(NOW, "polled")) == Refusal("it was told already")


def test_a_line_that_was_released_needs_to_be_told_alone(store: ApprovalStore) -> None:
    request = some.request(0, of=Of.LINE)
    store.open(request)
    store.recorded(request.id, 1)
    happened(store, request.id, yes(request))
    happened(store, request.id, use(request))
    assert (ids(store.unsettled()), ids(store.untold())) == ([], [request.id])
    happened(store, request.id, Told(NOW, "next_turn"))
    assert (ids(store.unsettled()), ids(store.untold())) == ([], [])


def test_what_is_left_is_found_page_by_page(store: ApprovalStore) -> None:
    for number in (2, 0, 1):
        waits(store, number)
    all_of_them = store.unsettled()
    assert ids(all_of_them) == ["ap_0", "ap_1", "ap_2"]
    assert ids(store.unsettled(all_of_them[0])) == ["ap_1", "ap_2"]
    assert store.unsettled(all_of_them[-1]) == []


def test_what_was_settled_long_ago_is_forgotten_and_nothing_else(store: ApprovalStore) -> None:
    request = waits(store)
    happened(store, request.id, Deny(NOW + timedelta(minutes=1), some.RUTH, request.binds))
    waits(store, 1)
    running = approved(store, 2)
    happened(store, running.id, use(running))
    assert store.clean(NOW + timedelta(minutes=1)) == 0
    assert store.clean(NOW + timedelta(days=400)) == 1
    assert store.get(request.id) is None
    assert store.get(running.id) is not None
    waits(store)


def test_a_closed_store_says_so(store: ApprovalStore) -> None:
    request = waits(store)
    assert store.problem() == ""
    store.close()
    assert store.problem()
    for ask in (
        lambda: store.open(request),
        lambda: store.apply(request.id, use(request)),
        lambda: store.recorded(request.id, 1),
        lambda: store.get(request.id),
        store.waiting,
        store.count_waiting,
        store.unsettled,
        store.untold,
        lambda: store.of_conversation(some.WORKLOAD, ConversationId("c-0")),
        lambda: store.clean(NOW),
    ):
        with pytest.raises(ApprovalsUnavailable):
            ask()


# -- how much may wait ------------------------------------------------------------------


def test_a_workload_that_asks_for_too_much_waits_for_nobody_and_others_do(store: ApprovalStore) -> None:
    room = Room(of_workload=2, of_conversation=2)
    for number in range(2):
        assert store.open(some.request(number), room).state.phase is Phase.OPEN
    beyond = store.open(some.request(2), room)
    assert beyond.state.phase is Phase.VOIDED
    assert isinstance(beyond.pending, Pending)
    assert isinstance(beyond.pending.event, Void)
    assert some.WORKLOAD in beyond.state.why
    assert store.open(some.request(2)) == beyond, "it is that one's end"
    assert store.open(some.request(1), room).state.phase is Phase.OPEN, "what waits already waits"
    other = replace(some.request(3), workload=WorkloadId("spiffe://shop.example/other"))
    assert store.open(other, room).state.phase is Phase.OPEN
    assert store.count_waiting() == 3


def test_one_conversation_does_not_take_all_the_room_of_its_workload(store: ApprovalStore) -> None:
    room = Room(of_workload=10, of_conversation=1)
    assert store.open(some.request(0), room).state.phase is Phase.OPEN
    same = replace(some.request(1), conversation=some.request(0).conversation)
    assert store.open(same, room).state.phase is Phase.VOIDED
    assert store.open(some.request(2), room).state.phase is Phase.OPEN
    for number in (3, 4):
        assert store.open(replace(some.request(number), conversation=None), room).state.phase is Phase.OPEN


def test_there_is_room_again_when_people_have_answered(store: ApprovalStore) -> None:
    room = Room(of_workload=1)
    first = approved(store)
    assert store.open(some.request(1), room).state.phase is Phase.OPEN, first


def test_of_many_that_want_the_last_of_the_room_at_once_one_gets_it(place: Place) -> None:
    stores, room = [place.open() for _ in range(4)], Room(of_workload=3)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda n: stores[n % 4].open(some.request(n), room), range(16)))
    assert sum(kept.state.phase is Phase.OPEN for kept in found) == 3
    assert stores[0].count_waiting() == 3


def test_what_waits_is_listed_to_the_last_however_much_it_is(
    store: ApprovalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("adapters.sqlite_approvals", "adapters.postgres.approvals", "testing.memory_approvals"):
        monkeypatch.setattr(f"answerable.{module}.MOST_FOUND", 2)
    one = some.request(0)
    for number in range(5):
        store.open(replace(some.request(number), conversation=one.conversation))
    everything = [f"ap_{number}" for number in range(5)]
    assert [kept.state.request.id for kept in every(lambda after: store.waiting(None, after))] == everything
    assert one.conversation is not None
    of_one = partial(store.of_conversation, one.workload, one.conversation)
    assert [kept.state.request.id for kept in every(of_one)] == everything
