"""The throw-away PostgreSQL server: a real one, and all gone afterwards."""

import shutil
from pathlib import Path

import pytest

from answerable.testing import postgres_server
from answerable.testing.postgres_server import PostgresServer
from answerable.values.errors import AnswerableError


def test_a_machine_without_a_server_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(postgres_server, "_DEBIAN", tmp_path)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(AnswerableError, match=r"'apt-get install postgresql', or run 'scripts/setup dev'"):
        PostgresServer()


def test_it_is_a_server_that_keeps_what_it_has_committed(postgres: PostgresServer) -> None:
    assert [postgres.sql(f"SHOW {name}") for name in ("fsync", "full_page_writes")] == ["on", "on"]
    assert postgres.sql("SHOW listen_addresses") == "", "nobody else can reach it"
    postgres.sql("CREATE TABLE kept AS SELECT 7 AS number")
    for end in (postgres.kill, postgres.stop, postgres.kill):
        end()
        postgres.start()
        assert postgres.sql("SELECT number FROM kept") == "7"
    postgres.sql("DROP TABLE kept")


def test_a_failure_says_what_the_server_said_and_not_the_password(postgres: PostgresServer) -> None:
    with pytest.raises(AnswerableError, match=r"'psql' failed: .*does not exist") as raised:
        postgres.sql("SELECT 1", database="nowhere")
    assert "correct-horse" not in str(raised.value)


def test_a_closed_server_leaves_nothing_behind() -> None:
    server = PostgresServer()
    server.start()
    server.kill()
    server.start()
    server.freeze()
    server.close()
    assert not server.folder.exists()
    assert not [one for one in Path("/proc").glob("[0-9]*/cwd") if str(server.folder) in place_of(one)]


def place_of(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:  # it ended meanwhile
        return ""
