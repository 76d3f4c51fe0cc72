"""A DSN has a password in it. Nobody is shown that, however the DSN was written."""

from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from some_postgres import PASSWORD, ledger

from answerable.adapters.postgres.line import Line
from answerable.adapters.postgres.place import place
from answerable.testing.postgres_server import PostgresServer
from answerable.values.errors import LedgerUnavailable, SettingsError

PUNCTUATION = st.text("@/:?#[]%&= ", max_size=4)


@given(before=PUNCTUATION, middle=PUNCTUATION, after=PUNCTUATION)
def test_a_password_that_was_not_escaped_is_not_shown_either(before: str, middle: str, after: str) -> None:
    password = f"{before}hunter{middle}secret{after}"
    shown = said(f"postgresql://ana:{password}@localhost/ledger")
    assert "hunter" not in shown
    assert "secret" not in shown
    assert "ana" not in shown


def said(dsn: str) -> str:
    """All that is said of a DSN."""
    try:
        return repr(place(dsn)) + place(dsn).name
    except SettingsError as error:
        return str(error)


@given(st.text(min_size=1, max_size=20))
def test_an_escaped_password_may_be_any_text(password: str) -> None:
    escaped = quote(password.encode("utf-8", "surrogatepass"), safe="")
    shown = place(f"postgres://ana:{escaped}@127.0.0.1:5433/ledger")
    assert shown.name == "postgresql://127.0.0.1:5433/ledger"
    assert "ana" not in repr(shown)


@pytest.mark.parametrize(
    ("dsn", "name"),
    [
        ("postgresql://localhost/l", "postgresql://localhost/l"),
        ("postgresql:///l?host=/tmp/x&user=u&password=p&port=6", "postgresql:///l?host=/tmp/x&port=6"),
        ("postgresql://u@[::1]:5432/l?passfile=/etc/p", "postgresql://[::1]:5432/l"),
        (
            "postgresql://u:p@a:1,b:2/l?sslmode=verify-full&target_session_attrs=read-write",
            "postgresql://a:1,b:2/l",
        ),
        ("postgresql://", "postgresql:///"),
    ],
)
def test_a_name_is_the_dsn_without_what_is_nobodys_business(dsn: str, name: str) -> None:
    assert place(dsn).name == name


@pytest.mark.parametrize(
    "dsn",
    [
        "",
        "var/ledger.db",
        "mysql://u:hunter2@h/l",
        "postgresql:u:hunter2@h/l",
        "postgresql://u:hunter2/l",
        "postgresql://u@v:hunter2@localhost/l",
        "postgresql://u:hunter2@localhost/l/m",
        "postgresql://u:hunter2@localhost:port/l",
    ],
)
def test_what_can_not_be_read_is_refused_and_not_quoted(dsn: str) -> None:
    with pytest.raises(SettingsError) as raised:
        place(dsn)
    assert "hunter2" not in str(raised.value)


ELSEWHERE = (
    "db.example",
    "10.0.0.7:5432",
    "localhost,db.example",
    "[2001:db8::1]",
    "localhost.example:5432",
    "127.example",
)


@pytest.mark.parametrize("host", ELSEWHERE)
def test_a_line_to_another_machine_says_whether_it_is_encrypted(host: str) -> None:
    with pytest.raises(SettingsError, match="does not say whether the line is encrypted"):
        place(f"postgresql://u:p@{host}/l")
    with pytest.raises(SettingsError, match="does not say whether the line is encrypted"):
        place(f"postgresql:///l?host={host}")
    assert place(f"postgresql://u:p@{host}/l?sslmode=verify-full").name == f"postgresql://{host}/l"


def test_no_failure_to_connect_shows_the_password(postgres: PostgresServer, tmp_path: Path) -> None:
    dsns = [
        f"postgresql://u:{PASSWORD}@127.0.0.1:9/l",
        f"postgresql://u:{PASSWORD}@/l?host={tmp_path}",
        f"postgresql://u:{PASSWORD}@/l?host={'/x' * 100}",
        f"postgresql://u:{PASSWORD}@127.0.0.1:99999/l",
        f"postgresql://u:{PASSWORD}@127.0.0.1:9/l?sslmode={PASSWORD}x",
        f"postgresql://u:{PASSWORD}@127.0.0.1:9/l?sslmode=verify-full&sslrootcert=/none",
        postgres.dsn("nowhere"),
        postgres.dsn(user="nobody"),
        postgres.dsn(password="wrong"),
        postgres.dsn(password=PASSWORD + "%00x"),
    ]
    for dsn in dsns:
        with pytest.raises(LedgerUnavailable) as raised:
            ledger(dsn, tmp_path)
        assert PASSWORD not in str(raised.value)
        assert "at 'postgresql://" in str(raised.value)


def test_nothing_that_holds_a_dsn_shows_it_in_its_representation(database: str) -> None:
    line = Line(place(database))
    assert PASSWORD not in repr(line) + repr(place(database)) + line.name
    line.close()
