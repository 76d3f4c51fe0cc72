"""What the PostgreSQL ledger alone must keep to: its server, its neighbours, its keys, its place."""

import asyncio
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path

import pytest
from some_drafts import OTHER, TRACE, call, calls, exchange, numbers, reply
from some_postgres import Proxy, cut, database_of, keys, ledger, sessions, sql, transaction, until_waiting

from answerable.adapters.local_key_wrapper import local_wrapper
from answerable.adapters.postgres.entries import PostgresEntries
from answerable.adapters.postgres.index import PostgresIndex
from answerable.adapters.postgres.ledger import PostgresLedger
from answerable.adapters.postgres.log import PostgresLog
from answerable.adapters.sqlite_keys import SqliteKeys
from answerable.adapters.stored_ledger import StoredLedger
from answerable.ledger.handover import KeyHistory
from answerable.ledger.log import TileRoot, next_checkpoint
from answerable.ports.entry_store import KeyGone, NumberTaken
from answerable.ports.subject_keys import Hold
from answerable.receipts import Erased, Sealer, Stored, subject_month
from answerable.receipts.sealing import ENTROPY_BYTES
from answerable.receipts.verifying import decode
from answerable.signing import new_signer
from answerable.testing.postgres_server import PostgresServer
from answerable.values import TraceId
from answerable.values.errors import LedgerBroken, LedgerUnavailable

LOG = new_signer("answerable/log-1", bytes(range(32)))
ERASED = Erased("2026-02-01T00:00:00.000000Z", "ruth", "er_1")


@pytest.fixture
async def book(database: str, tmp_path: Path) -> AsyncIterator[PostgresLedger]:
    book = ledger(database, tmp_path)
    yield book
    await book.close()


@pytest.fixture
def again(postgres: PostgresServer) -> Iterator[PostgresServer]:
    """A server whose settings may be changed; they are put back."""
    yield postgres
    for name in ("fsync", "full_page_writes", "default_transaction_read_only", "synchronous_standby_names"):
        postgres.sql(f"ALTER SYSTEM RESET {name}")
    _reload(postgres, "fsync", "on")
    _reload(postgres, "full_page_writes", "on")


def _reload(server: PostgresServer, name: str, value: str) -> None:
    server.sql("SELECT pg_reload_conf()")
    for _ in range(1000):
        if server.sql(f"SHOW {name}") == value:
            return
    raise AssertionError(f"the server did not take its new {name}")


# -- durable ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "used"), [("off", "on"), ("local", "on"), ("remote_apply", "remote_apply")]
)
async def test_a_commit_is_durable_whatever_the_database_says_of_its_sessions(
    database: str, tmp_path: Path, postgres: PostgresServer, given: str, used: str
) -> None:
    postgres.sql(f"ALTER DATABASE {database_of(database)} SET synchronous_commit = {given}")
    book = ledger(database, tmp_path)
    assert [row[0] for row in book.store._write.rows("SHOW synchronous_commit")] == [used]
    await book.close()


@pytest.mark.parametrize("setting", ["fsync", "full_page_writes"])
async def test_a_server_that_lies_about_its_disk_is_refused(
    again: PostgresServer, book: PostgresLedger, database: str, tmp_path: Path, setting: str
) -> None:
    again.sql(f"ALTER SYSTEM SET {setting} = off")
    _reload(again, setting, "off")
    with pytest.raises(LedgerUnavailable, match="a commit would not be durable: it runs with fsync or full"):
        ledger(database, tmp_path)
    assert "runs with fsync or full_page_writes off" in await book.ready()
    again.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'answerable'")
    with pytest.raises(LedgerUnavailable, match="a commit would not be durable"):
        await book.append([call(0)])
    again.sql(f"ALTER SYSTEM RESET {setting}")
    _reload(again, setting, "on")
    await book.append([call(1)])
    assert numbers(await book.trace(TRACE)) == [1]


async def test_a_database_that_can_not_hold_every_text_is_refused(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    postgres.sql(
        "DROP DATABASE IF EXISTS latin", "CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0"
    )
    with pytest.raises(LedgerUnavailable, match="is in LATIN1; make one with ENCODING 'UTF8'"):
        ledger(postgres.dsn("latin"), tmp_path)


async def test_a_pooler_in_between_is_refused(
    postgres: PostgresServer, database: str, tmp_path: Path
) -> None:
    (tmp_path / "p").mkdir()
    dsn = database.replace(str(postgres.folder), str(tmp_path / "p"))
    with Proxy(postgres.folder, tmp_path / "p") as proxy:
        await ledger(dsn, tmp_path).close()
        proxy.changes.append((rb"K\x00\x00\x00\x0c....", b"K\x00\x00\x00\x0c\x00\x00\x01\x00"))
        with pytest.raises(LedgerUnavailable, match="a pooler stands before it"):
            ledger(dsn, tmp_path)


async def test_a_commit_that_no_replica_has_though_it_should_is_a_failure(
    again: PostgresServer, book: PostgresLedger, database: str
) -> None:
    await book.append([call(0)])
    again.sql("ALTER SYSTEM SET synchronous_standby_names = 'elsewhere'")
    _reload(again, "synchronous_standby_names", "elsewhere")
    waiting = asyncio.ensure_future(book.append([call(1)]))
    await asyncio.to_thread(until_waiting, database, "IPC")
    sql(
        database,
        "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep' "
        "AND datname = current_database()",
    )
    with pytest.raises(LedgerUnavailable, match="warned: canceling wait for synchronous replication"):
        await waiting
    again.sql("ALTER SYSTEM RESET synchronous_standby_names")
    _reload(again, "synchronous_standby_names", "")
    await book.append([call(2)])
    assert numbers(await book.trace(TRACE)) == [0, 1, 2], "it was there, and nobody was told so"
    assert await book.verify() == 3


# -- writes that are not taken ------------------------------------------------------


async def test_a_database_that_takes_no_writes_is_unavailable_until_it_does(
    book: PostgresLedger, database: str, postgres: PostgresServer
) -> None:
    await book.append([call(0)])
    postgres.sql(f"ALTER DATABASE {database_of(database)} SET default_transaction_read_only = on")
    cut(database)
    assert "is read-only" in await book.ready()
    with pytest.raises(LedgerUnavailable, match="it takes no writes"):
        await book.append([call(1)])
    assert numbers(await book.trace(TRACE)) == [0]
    postgres.sql(f"ALTER DATABASE {database_of(database)} RESET default_transaction_read_only")
    cut(database)
    await book.append([call(2)])
    assert numbers(await book.trace(TRACE)) == [0, 2]


async def test_a_standby_is_read_from_and_written_to_once_it_is_the_primary(
    book: PostgresLedger, postgres: PostgresServer
) -> None:
    await book.append(calls(3, private=True))
    postgres.stop()
    (postgres.data / "standby.signal").touch()
    postgres.start()
    assert "is a standby and takes no writes" in await book.ready()
    with pytest.raises(LedgerUnavailable, match="it is a standby or read-only"):
        await book.append([call(3)])
    assert await book.verify() == 3
    postgres.sql("SELECT pg_promote()")
    await book.append([call(4)])
    assert await book.verify() == 4
    assert numbers(await book.trace(TRACE)) == [0, 1, 2, 4]


async def test_a_full_disk_is_unavailable_and_appending_goes_on_when_there_is_room(
    book: PostgresLedger, database: str
) -> None:
    await book.append([call(0)])
    sql(
        database,
        "CREATE FUNCTION public.full() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION "
        "'could not extend file' USING ERRCODE = 'disk_full'; END $$",
    )
    sql(
        database,
        "CREATE TRIGGER no_room BEFORE INSERT ON answerable.entries EXECUTE FUNCTION public.full()",
    )
    with pytest.raises(LedgerUnavailable, match="its disk is full; make room"):
        await book.append(calls(200, "tr_large", private=True))
    assert "its disk is full" in await book.ready()
    sql(database, "DROP TRIGGER no_room ON answerable.entries")
    await book.append([call(1)])
    assert numbers(await book.trace(TRACE)) == [0, 1]
    assert await book.ready() == ""
    assert await book.verify() == 2


async def test_what_the_server_tells_in_detail_of_a_row_is_told_to_nobody(
    book: PostgresLedger, database: str
) -> None:
    sql(database, "ALTER TABLE answerable.entries ADD CHECK (kind <> 5)")
    with pytest.raises(LedgerUnavailable, match="violates check constraint") as raised:
        await book.append([reply("tr_secret")])
    assert "Failing row" not in str(raised.value)
    assert "\n" not in str(raised.value)


# -- failing over -------------------------------------------------------------------


async def test_entries_that_are_gone_are_missed_by_the_next_append(
    book: PostgresLedger, database: str
) -> None:
    await book.append(calls(5))
    sql(database, "CREATE TABLE public.kept AS SELECT * FROM answerable.entries WHERE seq >= 3")
    sql(database, "DELETE FROM answerable.entries WHERE seq >= 3")
    for _ in range(2):
        with pytest.raises(LedgerBroken, match="does not hold entry 4 as it was written"):
            await book.append([call(5)])
    assert sql(database, "SELECT max(seq) FROM answerable.entries")[0][0] == 2
    sql(database, "INSERT INTO answerable.entries SELECT * FROM public.kept")
    await book.append([call(6)])
    assert numbers(await book.trace(TRACE)) == [0, 1, 2, 3, 4, 6]
    assert await book.verify() == 6


async def test_other_entries_in_the_place_of_ours_are_not_continued(
    book: PostgresLedger, database: str, tmp_path: Path
) -> None:
    await book.append(calls(5))
    sql(database, "DELETE FROM answerable.entries WHERE seq >= 3")
    other = ledger(database, tmp_path)
    await other.append(calls(4, "tr_forged"))
    for _ in range(2):
        with pytest.raises(LedgerBroken, match="does not hold entry 4 as it was written"):
            await book.append([call(5)])
    assert await other.verify() == 7
    await other.close()


async def test_a_replica_that_lost_what_was_acknowledged_is_not_continued(
    book: PostgresLedger, postgres: PostgresServer
) -> None:
    await book.append(calls(3))
    postgres.stop()
    copy = postgres.copy()
    postgres.start()
    await book.append(calls(4, OTHER))
    postgres.kill()
    postgres.restore(copy)
    postgres.start()
    for _ in range(2):
        with pytest.raises(LedgerBroken, match="does not hold entry 6 as it was written"):
            await book.append([call(3)])
    assert await book.verify() == 3
    assert "does not hold entry 6" in await book.ready()


@pytest.mark.parametrize(
    "damage",
    [
        "entry = convert_to(replace(convert_from(entry, 'UTF8'), 'tool', 'fool'), 'UTF8')",
        "entry = 'x'",
        "leaf = sha256('x')",
        "sealed = '{}'",
        "seq = 7",
    ],
)
async def test_a_ledger_whose_last_entry_is_damaged_does_not_open(
    book: PostgresLedger, database: str, tmp_path: Path, damage: str
) -> None:
    await book.append(calls(3, private=True))
    sql(database, f"UPDATE answerable.entries SET {damage} WHERE seq = 2")
    with pytest.raises(LedgerBroken, match=r"entry [27]"):
        ledger(database, tmp_path)
    with pytest.raises(LedgerBroken, match=r"entry [27]"):
        await book.verify()


# -- neighbours ---------------------------------------------------------------------


async def test_two_ledgers_in_one_database_interleave_into_one_chain(database: str, tmp_path: Path) -> None:
    one, other = ledger(database, tmp_path), ledger(database, tmp_path)
    for number in range(20):
        await one.append(calls(2, f"tr_a{number}"))
        await other.append(calls(3, f"tr_b{number}"))
    await asyncio.gather(*(book.append([call(0)]) for book in (one, other) for _ in range(40)))
    assert await one.verify() == await other.verify() == 180
    assert [row.seq for row in await one.trace(TraceId("tr_b0"))] == [2, 3, 4]
    await one.close()
    await other.close()


_CHILD = """
import asyncio, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from some_drafts import calls
from some_postgres import ledger
async def main():
    book = ledger(sys.argv[2], Path(sys.argv[3]))
    print("ready", flush=True); sys.stdin.readline()
    for number in range(60):
        await book.append(calls(3, f"tr_{sys.argv[4]}_{number}", private=True))
    await book.close()
asyncio.run(main())
"""


def _append_from_processes(database: str, folder: Path, names: tuple[str, ...]) -> None:
    arguments = [sys.executable, "-c", _CHILD, str(Path(__file__).parent), database, str(folder)]
    children = [
        subprocess.Popen([*arguments, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for name in names
    ]
    try:
        for child in children:
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
        for child in children:
            assert child.stdin is not None
            child.stdin.write("go\n")
            child.stdin.flush()
        for child in children:
            child.communicate(timeout=120)
            assert child.returncode == 0
    finally:
        for child in children:
            child.kill()
            child.communicate()


async def test_processes_that_start_at_once_and_append_at_once_make_one_sound_chain(
    database: str, tmp_path: Path
) -> None:
    names = ("a", "b", "c")
    local_wrapper(tmp_path / "master")
    await asyncio.to_thread(_append_from_processes, database, tmp_path, names)
    book = ledger(database, tmp_path)
    assert await book.verify() == 540, "and none of them was told that there was no room"
    for name in names:
        rows = await book.trace(TraceId(f"tr_{name}_59"))
        assert numbers(rows) == [0, 1, 2]
        assert rows[2].seq - rows[0].seq == 2
    await book.close()


async def test_whoever_came_late_once_is_given_a_turn(database: str, tmp_path: Path) -> None:
    slow = ledger(database, tmp_path)
    behind: list[asyncio.Future[list[str]]] = []
    loop = asyncio.get_running_loop()

    def overtake(when: str) -> None:
        """In the moment between the look at the head and the commit the other one appends, too."""
        if when == "before" and late.store.crowded and not behind:
            loop.call_soon_threadsafe(lambda: behind.append(asyncio.ensure_future(slow.append([call(9)]))))
            until_waiting(database)

    late = ledger(database, tmp_path, on_commit=overtake)
    await late.append([call(0)])
    await slow.append([call(1)])
    await late.append([call(2)])
    await behind[0]
    assert numbers(await late.trace(TRACE)) == [0, 1, 2, 9]
    await late.close()
    await slow.close()


async def test_whoever_stands_still_in_its_turn_is_put_out(database: str, tmp_path: Path) -> None:
    still, other = ledger(database, tmp_path), ledger(database, tmp_path)
    still.store._crowd = 5
    still.store.head()
    await other.append([call(0)])
    await still.append([call(1)])
    assert numbers(await other.trace(TRACE)) == [0, 1]
    await still.close()
    await other.close()


async def test_a_crowd_that_has_gone_is_no_longer_reckoned_with(database: str, tmp_path: Path) -> None:
    one, other = ledger(database, tmp_path), ledger(database, tmp_path)
    await one.append([call(0)])
    await other.append([call(1)])
    await one.append([call(2)])
    crowded = [one.store.crowded]
    for number in range(60):
        await one.append([call(number)])
        crowded.append(one.store.crowded)
    assert (crowded[0], crowded[-1]) == (True, False)
    assert await one.verify() == 63
    await one.close()
    await other.close()


async def test_a_reply_of_thousands_of_lines_is_one_append_all_or_none(
    book: PostgresLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("answerable.adapters.postgres.entries._LARGEST_INSERT", 100_000)
    await book.append(calls(9001))
    stale = ledger_rows(book, 5000)
    await book.append(calls(2, OTHER))
    with pytest.raises(NumberTaken):
        await asyncio.to_thread(book.store.insert, stale)
    assert await book.verify() == 9003
    await asyncio.to_thread(book.store.insert, ledger_rows(book, 700))
    assert await book.verify() == 9703


def ledger_rows(book: PostgresLedger, count: int) -> list[Stored]:
    drafts = calls(count, "tr_rows", private=True)
    wanted = {subject_month(draft) for draft in drafts}
    sealer = Sealer(book.store.head(), book.store.last_of({"tr_rows"}), book.keys.current(wanted))
    sealer.seal(drafts, lambda: bytes(ENTROPY_BYTES))
    return sealer.rows


# -- keys ---------------------------------------------------------------------------


async def test_nothing_is_written_under_a_key_that_was_destroyed_meanwhile(
    book: PostgresLedger, database: str, tmp_path: Path
) -> None:
    rows = ledger_rows(book, 3)
    with closing(keys(database, tmp_path)) as others:
        others.destroy([row.key for row in rows[1:2] if row.key], ERASED)
    with pytest.raises(KeyGone):
        await asyncio.to_thread(book.store.insert, rows)
    assert book.store.head().seq == 0
    await asyncio.to_thread(book.store.insert, ledger_rows(book, 3))
    assert await book.verify() == 3


async def test_an_append_during_which_a_key_is_destroyed_is_sealed_under_a_new_one(
    database: str, tmp_path: Path
) -> None:
    gone: list[str] = []

    def destroy(when: str) -> None:
        if when == "before" and not gone:
            with closing(keys(database, tmp_path)) as others:
                gone.extend(others.of_subjects([f"trace:{TRACE}"]))
                others.destroy(gone, ERASED)

    book = ledger(database, tmp_path, on_commit=destroy)
    await book.append(calls(2, private=True))
    rows = await book.trace(TRACE)
    assert len(gone) == 1
    assert all(decode(row.entry, row.seq).key not in [None, *gone] for row in rows)
    assert all(row.private for row in rows)
    await book.close()


async def test_an_insert_and_the_destruction_of_its_key_at_one_moment_go_one_after_the_other(
    book: PostgresLedger, database: str
) -> None:
    rows = ledger_rows(book, 2)
    with transaction(
        database,
        "UPDATE answerable_keys.subject_keys SET wrapped = NULL, erased_at = 'now', erased_by = 'ruth'",
    ):
        waiting = asyncio.ensure_future(asyncio.to_thread(book.store.insert, rows))
        await asyncio.to_thread(until_waiting, database)
    with pytest.raises(KeyGone):
        await waiting
    assert book.store.head().seq == 0


async def test_a_destroyed_key_is_not_in_its_table_any_more(
    book: PostgresLedger, database: str, tmp_path: Path
) -> None:
    await book.append(calls(3, private=True))
    sql(database, "CREATE EXTENSION pageinspect WITH SCHEMA public")
    query = (
        "SELECT count(*) FROM generate_series(0, pg_relation_size('answerable_keys.subject_keys') / 8192 - 1) AS page, "
        "LATERAL public.heap_page_items(public.get_raw_page('answerable_keys.subject_keys', page::integer)) "
        "WHERE position($1::bytea IN t_data) > 0"
    )
    [(key_id, wrapped)] = sql(database, "SELECT id, wrapped FROM answerable_keys.subject_keys")
    assert sql(database, query, wrapped)[0][0] == 1
    await asyncio.to_thread(book.keys.destroy, [key_id], ERASED)
    assert sql(database, query, wrapped)[0][0] == 0
    assert [row.private for row in await book.trace(TRACE)] == [None] * 3


async def test_a_dump_without_the_schema_of_the_keys_has_every_entry_and_no_key(
    book: PostgresLedger, database: str, postgres: PostgresServer, tmp_path: Path
) -> None:
    await book.append(calls(3, private=True))
    dump = postgres.run("pg_dump", "--exclude-schema=answerable_keys", f"--dbname={database}")
    [(key_id, wrapped)] = sql(database, "SELECT id, wrapped FROM answerable_keys.subject_keys")
    assert dump.count(f"\t{key_id}\t") == 3
    assert "subject_keys" not in dump
    assert wrapped.hex() not in dump
    other = postgres.new_database()
    restore(postgres, other, dump)
    copy = ledger(other, tmp_path)
    assert await copy.verify() == 3
    assert [row.private for row in await copy.trace(TRACE)] == [None] * 3
    await copy.close()


async def test_keys_may_be_kept_somewhere_else(database: str, tmp_path: Path) -> None:
    elsewhere = SqliteKeys(tmp_path / "keys.db", local_wrapper(tmp_path / "master"))
    book = StoredLedger(PostgresEntries(database), elsewhere)
    await book.append([exchange(), *calls(2, private=True)])
    assert await book.verify() == 3
    assert all(row.private for row in await book.trace(TRACE))
    assert not sql(database, "SELECT FROM pg_namespace WHERE nspname = 'answerable_keys'")
    await book.close()


# -- opening and closing ------------------------------------------------------------


async def test_a_reopened_ledger_goes_on_where_it_stopped(database: str, tmp_path: Path) -> None:
    for number in range(3):
        book = ledger(database, tmp_path)
        await book.append([call(number)])
        await book.close()
    book = ledger(database, tmp_path)
    assert numbers(await book.trace(TRACE)) == [0, 1, 2]
    assert await book.verify() == 3
    await book.close()


async def test_a_closed_ledger_has_let_go_of_the_server(database: str, tmp_path: Path) -> None:
    book = ledger(database, tmp_path)
    await book.append(calls(600))
    walk = book.store.walk()
    next(walk)
    assert await book.traces(1) == []
    await book.close()
    del walk
    assert sessions(database) == 0
    for one in (book.trace(TRACE), book.traces(1)):
        with pytest.raises(LedgerUnavailable, match="can't be read: it is closed"):
            await one


async def test_several_ledgers_opening_one_new_database_at_once_all_open(
    database: str, tmp_path: Path
) -> None:
    local_wrapper(tmp_path / "master")
    with ThreadPoolExecutor(6) as threads:
        opened = list(threads.map(lambda _: ledger(database, tmp_path), range(6)))
    await asyncio.gather(*(book.append([call(0, arguments="{}")]) for book in opened))
    assert await opened[0].verify() == 6
    for book in opened:
        await book.close()


@pytest.mark.parametrize("schema", ["answerable", "answerable_keys"])
async def test_a_ledger_of_a_newer_format_does_not_open(
    book: PostgresLedger, database: str, tmp_path: Path, schema: str
) -> None:
    sql(database, f"UPDATE {schema}.schema_version SET version = 9")
    with pytest.raises(
        LedgerBroken, match=r"is of format 9; this program knows formats up to [12]: use a newer one"
    ):
        ledger(database, tmp_path)
    if schema == "answerable":
        with pytest.raises(LedgerBroken, match="is of format 9"):
            PostgresLog(database)


async def test_a_step_that_fails_leaves_the_database_as_it_was(database: str, tmp_path: Path) -> None:
    sql(database, "CREATE SCHEMA answerable")
    sql(database, "CREATE TABLE answerable.checkpoints (in_the_way integer)")
    with pytest.raises(LedgerUnavailable, match="already exists"):
        PostgresEntries(database)
    there = "SELECT tablename FROM pg_tables WHERE schemaname = 'answerable'"
    assert [row[0] for row in sql(database, there)] == ["checkpoints"]
    sql(database, "DROP TABLE answerable.checkpoints")
    await ledger(database, tmp_path).close()


async def test_a_gateway_needs_no_right_to_change_or_delete_an_entry(
    book: PostgresLedger, database: str, postgres: PostgresServer, tmp_path: Path
) -> None:
    name = database_of(database)
    page = (Path(__file__).parents[2] / "docs" / "postgres.md").read_text(encoding="utf-8")
    [grants] = re.findall(r"```sql\n(.*?)```", page, re.DOTALL)
    postgres.sql(*grants.splitlines(), database=name)
    try:
        dsn = postgres.dsn(name, user="gateway", password="choose-one")
        one = ledger(dsn, tmp_path)
        await one.append([exchange(), *calls(3, private=True)])
        assert await one.ready() == ""
        [(key_id,)] = sql(
            database, "SELECT id FROM answerable_keys.subject_keys WHERE month = '2026-01' LIMIT 1"
        )
        await asyncio.to_thread(one.keys.destroy, [key_id], ERASED)
        await one.append([call(4)])
        assert await one.verify() == 5
        with closing(PostgresLog(dsn)) as log:
            note = next_checkpoint(log, None, LOG, KeyHistory.of(LOG.verifier))
            assert note is not None
            log.keep_checkpoint(note)
            for _ in range(2):
                log.keep([TileRoot(1, 0, bytes(32))])
        PostgresIndex(dsn).close()
        one.keys.hold(Hold("h", None, "ruth", "why", "2026-03-01"))
        one.keys.lift("h")
        for query in (
            "DELETE FROM answerable.entries",
            "UPDATE answerable.entries SET kind = 1",
            "TRUNCATE answerable.entries",
        ):
            with pytest.raises(LedgerUnavailable, match="permission denied"):
                one.store._write.do(query)
        postgres.sql("REVOKE INSERT ON answerable.entries FROM gateway", database=name)
        assert "does not let us insert entries" in await one.ready()
        await one.close()
    finally:
        with suppress(LedgerUnavailable):
            postgres.sql("DROP OWNED BY gateway", "DROP ROLE gateway", database=name)


def restore(server: PostgresServer, dsn: str, dump: str) -> None:
    path = server.folder / "dump.sql"
    path.write_text(dump)
    server.run("psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", f"--file={path}", dsn)
    path.unlink()
