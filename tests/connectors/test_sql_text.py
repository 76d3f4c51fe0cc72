"""Nothing but one SELECT with named parameters is ever put to a database."""

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerable.adapters.connectors.sql_text import read_select
from answerable.values.errors import SettingsError


@pytest.mark.parametrize(
    ("text", "numbered", "parameters"),
    [
        ("SELECT 1", "SELECT 1", ()),
        ("select a from t where b = :b and c = :c and d = :b;\n",
         "select a from t where b = $1 and c = $2 and d = $1", ("b", "c")),
        ("SELECT ':x' AS \"a:b\", id::text FROM t WHERE id = :id::uuid",
         "SELECT ':x' AS \"a:b\", id::text FROM t WHERE id = $1::uuid", ("id",)),
        ("SELECT 'it''s -- no comment; ?' FROM t", "SELECT 'it''s -- no comment; ?' FROM t", ()),
        ("WITH x AS (SELECT 1) SELECT * FROM x", "WITH x AS (SELECT 1) SELECT * FROM x", ()),
        ('SELECT "update" FROM t', 'SELECT "update" FROM t', ()),
    ],
)  # fmt: skip
def test_a_select_is_read_for_both_databases(text: str, numbered: str, parameters: tuple[str, ...]) -> None:
    found = read_select(text)
    assert (found.numbered, found.parameters) == (numbered, parameters)


@pytest.mark.parametrize(
    "text",
    ["", "UPDATE t SET a = 1", "SELECT 1; DELETE FROM t", "WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x",
     "SELECT * INTO copied FROM t", "SELECT 1 -- more", "SELECT /* x */ 1", "SELECT 'a", "SELECT $1", "SELECT ?",
     "SELECT E'a\\'b'", "PRAGMA query_only = 0", "ATTACH 'x' AS y", "SELECT : FROM t", "SELECT $a$x$a$", "VALUES (1)",
     "EXPLAIN SELECT 1", "SELECT a FROM t FOR UPDATE", "SELECT @x", "x" * 30_000, "SELECT a; SELECT 2",
     "select * from t where a = :a; drop table t"],
)  # fmt: skip
def test_anything_else_is_refused_at_load(text: str) -> None:
    with pytest.raises(SettingsError):
        read_select(text)


@given(st.text("SELCTselct 'aA1:;-/*\\\"$?()=,.\n", max_size=60))
def test_what_is_taken_is_one_statement_that_reads(text: str) -> None:
    try:
        found = read_select("SELECT " + text)
    except SettingsError:
        return
    db = apsw.Connection(":memory:")
    seen: list[int] = []

    def watch(operation: int, *_: object) -> int:
        seen.append(operation)
        return int(apsw.SQLITE_OK)

    db.authorizer = watch
    statements: list[str] = []

    def trace(_: object, sql: str, __: object) -> bool:
        statements.append(sql)
        return True

    db.exec_trace = trace
    try:
        db.execute(found.named, dict.fromkeys(found.parameters, 1)).fetchall()
    except (apsw.Error, ValueError):
        return
    assert len(statements) == 1
    assert set(seen) <= {apsw.SQLITE_SELECT, apsw.SQLITE_READ, apsw.SQLITE_FUNCTION, apsw.SQLITE_RECURSIVE}
