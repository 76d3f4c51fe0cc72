"""Approvals in a file that is damaged, moved, locked, or of another program's."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import apsw
import pytest

from answerable.adapters import sqlite_approvals
from answerable.adapters.sqlite_approvals import SqliteApprovals
from answerable.approvals import Approve, Deny
from answerable.ports.approvals import Applied, Note
from answerable.testing import sample_approvals as some
from answerable.values.errors import ApprovalsUnavailable

NOW = some.NOW


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "approvals.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteApprovals]:
    made = SqliteApprovals(path)
    made.open(some.request())
    made.recorded(some.request().id, 1)
    yield made
    made.close()


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE approvals SET state = CAST('{}' AS BLOB)",
        'UPDATE approvals SET state = CAST(\'{"request":{"id":"ap_0"}}\' AS BLOB)',
        "UPDATE approvals SET state = x'ff00'",
        "UPDATE approvals SET pending = x'7b7d'",
        "UPDATE approvals SET state = CAST(replace(CAST(state AS TEXT), 'sha256:', 'sha1:') AS BLOB)",
    ],
)
def test_what_is_damaged_is_not_approved(store: SqliteApprovals, path: Path, damage: str) -> None:
    with closing(apsw.Connection(str(path))) as other:
        other.execute(damage)
    event = Approve(NOW, some.RUTH, some.request().binds)
    for ask in (lambda: store.apply(some.request().id, event), store.waiting, store.unsettled):
        with pytest.raises(ApprovalsUnavailable, match="can't be read"):
            ask()


def test_a_changed_amount_in_the_file_is_another_request_than_anybody_was_shown(
    store: SqliteApprovals, path: Path
) -> None:
    with closing(apsw.Connection(str(path))) as other:
        other.execute(
            "UPDATE approvals SET state = CAST(replace(CAST(state AS TEXT), '12000', '99000') AS BLOB)"
        )
    event = Approve(NOW, some.RUTH, some.request().binds)
    assert not isinstance(store.apply(some.request().id, event), Applied)


def test_a_file_that_is_gone_or_exchanged_approves_nothing(
    store: SqliteApprovals, path: Path, tmp_path: Path
) -> None:
    event = Approve(NOW, some.RUTH, some.request().binds)
    path.rename(tmp_path / "away.db")
    with pytest.raises(ApprovalsUnavailable, match="gone"):
        store.apply(some.request().id, event)
    SqliteApprovals(path).close()
    with pytest.raises(ApprovalsUnavailable, match="gone"):
        store.apply(some.request().id, event)


def test_a_file_of_another_format_is_refused(path: Path) -> None:
    SqliteApprovals(path).close()
    with closing(apsw.Connection(str(path))) as other:
        other.execute("PRAGMA user_version = 9")
    with pytest.raises(ApprovalsUnavailable, match="format 9"):
        SqliteApprovals(path)


def test_what_somebody_wrote_is_gone_from_the_file_once_it_is_on_record(
    store: SqliteApprovals, path: Path
) -> None:
    request = some.request()
    store.apply(request.id, Deny(NOW, some.RUTH, request.binds), Note("SECRET-WORDS " * 100))
    store.recorded(request.id, 2)
    store.close()  # the write-ahead log goes with the last that has it open
    assert b"SECRET-WORDS" not in path.read_bytes()


@pytest.mark.parametrize(
    ("query", "values"),
    [
        (sqlite_approvals._ONE, ("ap_0",)),
        (sqlite_approvals._OF_DECISION, ("x",)),
        (sqlite_approvals._OF_CONVERSATION, ("c", "w", 0, "", 10)),
        (sqlite_approvals._OPEN, ("", 0, "", 10)),
        (sqlite_approvals._WAITING_OF, ("c", "w")),
        (sqlite_approvals._UNSETTLED, (0, "", 10)),
        (sqlite_approvals._UNTOLD, (0, "", 10)),
    ],
)
def test_nothing_is_found_by_reading_all(
    store: SqliteApprovals, query: str, values: tuple[str | int, ...]
) -> None:
    steps = store._store.db.execute("EXPLAIN QUERY PLAN " + query, values).fetchall()
    plans = [str(step[3]) for step in steps]
    assert not [plan for plan in plans if plan == "SCAN approvals" or "TEMP B-TREE" in plan], plans
