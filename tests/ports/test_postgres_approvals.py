"""Approvals in a database whose server stops, is killed, or stands still."""

import threading
from collections.abc import Iterator

import pytest

from answerable.adapters.postgres.approvals import PostgresApprovals
from answerable.approvals import Approve, Phase, Use
from answerable.ports.approvals import Applied
from answerable.testing import sample_approvals as some
from answerable.testing.postgres_server import PostgresServer
from answerable.values.errors import ApprovalsUnavailable

NOW = some.NOW
REQUEST = some.request()
YES = Approve(NOW, some.RUTH, REQUEST.binds)


@pytest.fixture
def store(database: str) -> Iterator[PostgresApprovals]:
    made = PostgresApprovals(database, seconds=2)
    made.open(REQUEST)
    made.recorded(REQUEST.id, 1)
    yield made
    made.close()


def test_a_server_that_is_gone_approves_nothing_and_what_it_said_holds_when_it_is_back(
    store: PostgresApprovals, postgres: PostgresServer
) -> None:
    assert isinstance(store.apply(REQUEST.id, YES), Applied)
    postgres.kill()
    use = Use(NOW, REQUEST.binds, "ac_0")
    for ask in (lambda: store.apply(REQUEST.id, use), store.waiting, lambda: store.recorded(REQUEST.id, 2)):
        with pytest.raises(ApprovalsUnavailable):
            ask()
    assert store.problem()
    postgres.start()
    store.recorded(REQUEST.id, 2)
    assert isinstance(store.apply(REQUEST.id, use), Applied)


def test_a_server_that_stands_still_is_not_waited_for_and_the_same_event_can_be_asked_for_again(
    store: PostgresApprovals, postgres: PostgresServer
) -> None:
    postgres.freeze()
    with pytest.raises(ApprovalsUnavailable):
        store.apply(REQUEST.id, YES)
    postgres.thaw()
    store.apply(REQUEST.id, YES)
    kept = store.get(REQUEST.id)
    assert kept is not None
    assert kept.state.phase is Phase.APPROVED
    assert len(kept.state.approvals) == 1


def test_several_that_open_a_new_database_at_once_make_one(database: str) -> None:
    made: list[PostgresApprovals] = []
    threads = [threading.Thread(target=lambda: made.append(PostgresApprovals(database))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 4
    kept = [store.open(REQUEST) for store in made]
    assert kept == [kept[0]] * 4
    for store in made:
        store.close()
