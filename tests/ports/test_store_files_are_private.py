"""The files that stores keep are their owner's alone to read, whatever the umask, and before anything is in them."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from answerable.adapters import sqlite_store
from answerable.adapters.sqlite_actions import SqliteActions
from answerable.adapters.sqlite_approvals import SqliteApprovals
from answerable.adapters.sqlite_directory import SqliteDirectory
from answerable.adapters.sqlite_files import open_file
from answerable.adapters.sqlite_grants import SqliteGrants
from answerable.adapters.sqlite_roles import SqliteRoles
from answerable.adapters.sqlite_sign_ins import SqliteSignIns
from answerable.values.errors import RolesUnavailable

STORES = [SqliteActions, SqliteApprovals, SqliteDirectory, SqliteGrants, SqliteRoles, SqliteSignIns]


@pytest.fixture(autouse=True)
def open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


@pytest.mark.parametrize("store", STORES)
def test_what_a_store_keeps_can_not_be_read_by_others(store: Callable[[Path], Any], tmp_path: Path) -> None:
    path = tmp_path / "new" / "kept.db"
    with closing(store(path)):
        found = {one.name: mode(one) for one in path.parent.iterdir()}
    assert found == dict.fromkeys(("kept.db", "kept.db-wal", "kept.db-shm"), 0o600)


def test_it_is_private_before_there_is_anything_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def opened(path: str, **options: Any) -> Any:
        seen.append((mode(Path(path)), Path(path).read_bytes()))
        return open_file(path, **options)

    monkeypatch.setattr(sqlite_store, "open_file", opened)
    SqliteRoles(tmp_path / "kept.db").close()
    assert seen == [(0o600, b"")]


def test_a_file_that_is_there_keeps_the_mode_that_its_owner_gave_it(tmp_path: Path) -> None:
    path = tmp_path / "kept.db"
    SqliteRoles(path).close()
    path.chmod(0o640)
    with closing(SqliteRoles(path)):
        assert {mode(one) for one in tmp_path.iterdir()} == {0o640}


def test_several_that_make_it_at_once_make_one(tmp_path: Path) -> None:
    gate = threading.Barrier(6)

    def make() -> None:
        gate.wait()
        with closing(SqliteRoles(tmp_path / "kept.db")) as store:
            assert store.problem() == ""

    threads = [threading.Thread(target=make) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [one.name for one in tmp_path.iterdir()] == ["kept.db"]
    assert mode(tmp_path / "kept.db") == 0o600


def test_a_place_that_is_no_file_is_refused_and_makes_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for path in (":memory:", "", "/proc/kept.db"):
        with pytest.raises(RolesUnavailable, match="store of roles"):
            SqliteRoles(path)
    assert list(tmp_path.iterdir()) == []
