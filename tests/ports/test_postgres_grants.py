"""What the store of grants in a database alone must keep to: its neighbours, and its server's faults."""

import random
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import asyncpg
import pytest

from answerable.adapters.postgres.grants import PostgresGrants
from answerable.grants import (
    KILL_SWITCH,
    AlreadyConsumed,
    Consumed,
    Issued,
    Outstanding,
    Revocation,
    Revoked,
)
from answerable.testing import sample_grants as some
from answerable.testing.postgres_server import PostgresServer
from answerable.values.errors import GrantsUnavailable, SettingsError

sys.path.insert(0, str(Path(__file__).parents[2] / "proofs"))
from grant_once import prove

NOW = some.NOW
DRILL = Revocation(KILL_SWITCH, NOW, "ops", "drill")


def waiting(postgres: PostgresServer, count: int) -> None:
    """Return when that many sessions wait for a lock."""
    give_up = time.monotonic() + 10
    query = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    while int(postgres.sql(query)) < count:
        assert time.monotonic() < give_up
        time.sleep(0.01)


def test_several_processes_make_sixty_attempts_at_once_and_one_succeeds(database: str) -> None:
    total = prove(database, 60, 2, 2, random.Random(7))
    assert total["rounds"] == 2
    assert total["Consumed"] + total["Consumed afterwards"] == 2


async def test_a_revocation_waits_for_uses_under_way_and_none_comes_after_it(
    database: str, postgres: PostgresServer
) -> None:
    stores = [PostgresGrants(database) for _ in range(3)]
    grants = [some.grant(number) for number in range(2)]
    for number, grant in enumerate(grants):
        assert stores[0].issue(grant, some.permit(number)) == Issued()
    order: list[str] = []

    def use(at: int) -> object:
        answer = stores[at].consume(grants[at].id, NOW, "attempt")
        order.append(f"use of {at}")
        return answer

    other = await asyncpg.connect(database)
    transaction = other.transaction()
    await transaction.start()
    await other.execute("SELECT 1 FROM answerable_grants.grants WHERE id = 'gr_0' FOR UPDATE")
    with ThreadPoolExecutor(3) as threads:
        under_way = threads.submit(use, 0)
        waiting(postgres, 1)
        stop = threads.submit(stores[2].revoke, DRILL)
        waiting(postgres, 2)
        late = threads.submit(use, 1)
        waiting(postgres, 3)
        await transaction.rollback()
        assert isinstance(under_way.result(), Consumed)
        stop.result()
        assert late.result() == Revoked(DRILL)
    assert order == ["use of 0", "use of 1"]
    await other.close()
    for store in stores:
        store.close()


def test_a_server_that_dies_loses_no_use_that_was_told(database: str, postgres: PostgresServer) -> None:
    store = PostgresGrants(database)
    used, unused = some.grant(0), some.grant(1)
    store.issue(used, some.permit(0))
    store.issue(unused, some.permit(1))
    assert isinstance(store.consume(used.id, NOW, "one"), Consumed)
    postgres.kill()
    with pytest.raises(GrantsUnavailable):
        store.consume(unused.id, NOW, "one")
    assert store.problem()
    postgres.start()
    assert store.consume(used.id, NOW, "two") == AlreadyConsumed(NOW)
    assert store.state(unused.id, NOW) == Outstanding(unused)
    assert store.consume(unused.id, NOW, "one") == Consumed(unused, NOW)
    store.close()


def test_a_use_whose_answer_was_lost_is_told_again_to_the_same_attempt(
    database: str, postgres: PostgresServer
) -> None:
    """The server is killed while uses are under way: whatever became of each, it is one of two things for good."""
    store = PostgresGrants(database)
    grants = [some.grant(number) for number in range(30)]
    for number, grant in enumerate(grants):
        store.issue(grant, some.permit(number))
    told: dict[str, object] = {}
    killer = threading.Timer(0.02, postgres.kill)
    killer.start()
    for grant in grants:
        try:
            told[grant.id] = store.consume(grant.id, NOW, f"first of {grant.id}")
        except GrantsUnavailable:
            break
    killer.join()
    postgres.start()
    for grant in grants:
        again = store.consume(grant.id, NOW, f"first of {grant.id}")
        assert isinstance(again, Consumed)
        assert store.consume(grant.id, NOW, "another") == AlreadyConsumed(NOW)
    assert all(isinstance(answer, Consumed) for answer in told.values())
    store.close()


def test_a_server_that_stands_still_uses_nothing_up_that_is_told(
    database: str, postgres: PostgresServer
) -> None:
    store = PostgresGrants(database, seconds=0.5)
    grant = some.grant()
    store.issue(grant, some.permit())
    postgres.freeze()
    with pytest.raises(GrantsUnavailable):
        store.consume(grant.id, NOW, "one")
    postgres.thaw()
    assert store.consume(grant.id, NOW, "one") == Consumed(grant, NOW)
    store.close()


def test_several_that_open_a_new_database_at_once_make_one_store(database: str) -> None:
    with ThreadPoolExecutor(4) as threads:
        stores = list(threads.map(lambda _: PostgresGrants(database), range(4)))
    assert stores[0].issue(some.grant(), some.permit()) == Issued()
    assert all(store.state(some.grant().id, NOW) == Outstanding(some.grant()) for store in stores)
    for store in stores:
        store.close()


def test_a_database_that_can_not_be_reached_is_not_quoted(database: str) -> None:
    with pytest.raises(GrantsUnavailable) as error:
        PostgresGrants("postgresql://answerable:hunter2@/none?host=/nowhere")
    assert "hunter2" not in str(error.value)
    with pytest.raises(SettingsError):
        PostgresGrants("mysql://x")
