"""What the store of grants in a file alone must keep to: its file, its neighbours, and its faults."""

import random
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import apsw
import pytest

from answerable.adapters import sqlite_grants
from answerable.adapters.sqlite_grants import SqliteGrants
from answerable.grants import KILL_SWITCH, AlreadyConsumed, Consumed, Issued, Outstanding, Revocation
from answerable.testing import sample_grants as some
from answerable.values import GrantId
from answerable.values.errors import GrantsUnavailable

sys.path.insert(0, str(Path(__file__).parents[2] / "proofs"))
from grant_once import prove

NOW = some.NOW


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "grants.db"


def test_a_use_is_durable_when_it_returns(path: Path) -> None:
    store = SqliteGrants(path)
    assert store._store.db.execute("PRAGMA journal_mode").fetchall() == [("wal",)]
    assert store._store.db.execute("PRAGMA synchronous").fetchall() == [(2,)]
    store.close()


def test_a_place_that_can_not_hold_a_durable_store_is_refused() -> None:
    with pytest.raises(GrantsUnavailable, match="store of grants"):
        SqliteGrants(":memory:")
    with pytest.raises(GrantsUnavailable):
        SqliteGrants("/proc/grants.db")


def test_several_processes_make_sixty_attempts_at_once_and_one_succeeds(path: Path) -> None:
    total = prove(str(path), 60, 2, 2, random.Random(7))
    assert total["rounds"] == 2
    assert total["Consumed"] + total["Consumed afterwards"] == 2


def test_a_process_that_is_killed_after_its_commit_leaves_the_grant_used(path: Path) -> None:
    store = SqliteGrants(path)
    grant = some.grant()
    store.issue(grant, some.permit())
    code = (
        "import os, sys; from answerable.adapters.sqlite_grants import SqliteGrants; from answerable.testing import "
        "sample_grants as some; print(SqliteGrants(sys.argv[1]).consume('gr_0', some.NOW, 'theirs')); "
        "sys.stdout.flush(); os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=False)
    assert done.returncode == -9
    assert "Consumed" in done.stdout
    assert store.consume(grant.id, NOW, "mine") == AlreadyConsumed(NOW)
    assert store.consume(grant.id, NOW, "theirs") == Consumed(grant, NOW)
    store.close()


def test_a_process_that_is_killed_before_its_commit_leaves_the_grant_unused(path: Path) -> None:
    store = SqliteGrants(path)
    grant = some.grant()
    store.issue(grant, some.permit())
    code = (
        "import os, sqlite3, sys; db = sqlite3.connect(sys.argv[1], isolation_level=None); "
        "db.execute('BEGIN IMMEDIATE'); db.execute('UPDATE grants SET consumed_at = 1, attempt = 2'); "
        "os.kill(os.getpid(), 9)"
    )
    assert subprocess.run([sys.executable, "-c", code, path], check=False).returncode == -9
    assert store.state(grant.id, NOW) == Outstanding(grant)
    assert store.consume(grant.id, NOW, "mine") == Consumed(grant, NOW)
    store.close()


def test_a_file_that_is_gone_or_exchanged_uses_up_nothing(path: Path) -> None:
    store = SqliteGrants(path)
    grant = some.grant()
    store.issue(grant, some.permit())
    aside = path.with_name("aside.db")
    path.rename(aside)
    for ask in (
        lambda: store.consume(grant.id, NOW, "one"),
        lambda: store.issue(some.grant(1), some.permit(1)),
        lambda: store.revoke(Revocation(KILL_SWITCH, NOW, "ops", "drill")),
    ):
        with pytest.raises(GrantsUnavailable, match="gone"):
            ask()
    assert "gone" in store.problem()
    path.write_bytes(b"another")
    with pytest.raises(GrantsUnavailable, match="gone"):
        store.consume(grant.id, NOW, "one")
    aside.replace(path)
    assert store.consume(grant.id, NOW, "one") == Consumed(grant, NOW)
    store.close()


def test_a_store_that_is_locked_for_too_long_says_so_and_uses_up_nothing(path: Path) -> None:
    store = SqliteGrants(path)
    grant = some.grant()
    store.issue(grant, some.permit())
    store._store.db.set_busy_timeout(10)
    with closing(apsw.Connection(str(path))) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(GrantsUnavailable, match="can't be used"):
            store.consume(grant.id, NOW, "one")
        assert store.problem()
        assert store.state(grant.id, NOW) == Outstanding(grant)
        other.execute("ROLLBACK")
    assert store.consume(grant.id, NOW, "one") == Consumed(grant, NOW)
    store.close()


def test_a_damaged_row_is_no_grant(path: Path) -> None:
    store = SqliteGrants(path)
    store.issue(some.grant(), some.permit())
    with closing(apsw.Connection(str(path))) as other:
        other.execute("UPDATE grants SET claims = CAST('{}' AS BLOB)")
    for ask in (
        lambda: store.outstanding(KILL_SWITCH, NOW),
        lambda: store.consume(GrantId("gr_0"), NOW, "one"),
        lambda: store.consume(GrantId("gr_0"), NOW, "one"),
    ):
        with pytest.raises(GrantsUnavailable, match="can't be read"):
            ask()
    store.close()


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE revocations SET selector = 'planet'",
        "UPDATE revocations SET value = 'x'",
        "UPDATE revocations SET by = CAST(x'ff' AS TEXT)",
        "UPDATE revocations SET at = 9223372036854775807",
    ],
)
def test_a_damaged_revocation_stands(path: Path, damage: str) -> None:
    store = SqliteGrants(path)
    grant = some.grant()
    store.issue(grant, some.permit())
    store.revoke(Revocation(KILL_SWITCH, NOW, "ops", "drill"))
    with closing(apsw.Connection(str(path))) as other:
        other.execute(damage)
    for ask in (
        lambda: store.consume(grant.id, NOW, "one"),
        lambda: store.issue(some.grant(1), some.permit(1)),
        store.revocations,
    ):
        with pytest.raises(GrantsUnavailable):
            ask()
    assert store.outstanding(KILL_SWITCH, NOW) == []
    store.close()


def test_a_file_that_is_no_store_of_this_format_is_refused(path: Path) -> None:
    SqliteGrants(path).close()
    with closing(apsw.Connection(str(path))) as other:
        other.execute("PRAGMA user_version = 9")
    with pytest.raises(GrantsUnavailable, match="format 9"):
        SqliteGrants(path)
    path.write_bytes(b"no database at all, but long enough to be looked at" * 20)
    with pytest.raises(GrantsUnavailable):
        SqliteGrants(path)


def test_several_that_open_a_new_store_at_once_make_one(path: Path) -> None:
    stores: list[SqliteGrants] = []
    gate = threading.Barrier(6)

    def make() -> None:
        gate.wait()
        stores.append(SqliteGrants(path))

    threads = [threading.Thread(target=make) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(stores) == 6
    assert stores[0].issue(some.grant(), some.permit()) == Issued()
    assert all(store.state(GrantId("gr_0"), NOW) == Outstanding(some.grant()) for store in stores)
    for store in stores:
        store.close()


def test_neither_token_nor_key_is_in_the_file(path: Path) -> None:
    store = SqliteGrants(path)
    store.issue(some.grant(), some.permit())
    store.close()
    kept = path.read_bytes()
    assert b"gr_0" in kept
    assert b"eyJ" not in kept
    assert str(some.HOLDER.secret.as_dict(private=True)["d"]).encode() not in kept


@pytest.mark.parametrize(
    ("query", "values"),
    [
        (sqlite_grants._CONSUME, ("gr_0", 1, "one")),
        (sqlite_grants._STANDING, ("[]",)),
        (sqlite_grants._FIND, ("gr_0",)),
        (sqlite_grants._COVERING, ("gr_0",)),
    ],
)
def test_using_a_grant_up_reads_no_table_from_end_to_end(
    path: Path, query: str, values: tuple[str | int, ...]
) -> None:
    store = SqliteGrants(path)
    steps = [
        str(step[3]) for step in store._store.db.execute("EXPLAIN QUERY PLAN " + query, values).fetchall()
    ]
    assert not [step for step in steps if step.startswith(("SCAN grants", "SCAN r", "SCAN revocations"))]
    store.close()
