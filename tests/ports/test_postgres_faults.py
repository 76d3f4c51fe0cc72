"""Everything that can happen to a server, at every call of every store.

"Failed, and not persisted" and "failed, but persisted" are both failures to the caller; the next call
goes on behind whatever is there, without a restart and without a fork.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import NamedTuple

import pytest
from some_drafts import OTHER, TRACE, call, calls, exchange, numbers
from some_postgres import PASSWORD, Proxy, cut, database_of, ledger, transaction, until_waiting

from answerable.adapters.bundle_files import built_in
from answerable.adapters.postgres.ledger import PostgresLedger
from answerable.adapters.postgres.log import PostgresLog
from answerable.apps.gate import Gate
from answerable.apps.readers import make_reader
from answerable.decisions import CedarDecider
from answerable.exchange import Message, Role
from answerable.ledger.checkpoint import Checkpoint
from answerable.ledger.log import TileRoot
from answerable.ports.subject_keys import Hold
from answerable.receipts import Erased, Sealer, Stored, subject_month
from answerable.receipts.sealing import ENTROPY_BYTES
from answerable.signing import new_signer
from answerable.testing.postgres_server import PostgresServer
from answerable.values import TraceId
from answerable.values.errors import LedgerUnavailable

SECONDS = 2.0  # how long a statement may take here
ERASED = Erased("2026-02-01T00:00:00.000000Z", "ruth", "er_1")
NOTE = (
    Checkpoint("answerable/log-1", 1, bytes(32))
    .note()
    .signed(new_signer("answerable/log-1", bytes(range(32))))
)


class Stores(NamedTuple):
    """What a gateway has open."""

    book: PostgresLedger
    log: PostgresLog


@pytest.fixture
async def stores(database: str, tmp_path: Path) -> AsyncIterator[Stores]:
    book = ledger(database, tmp_path, seconds=SECONDS)
    await book.append([exchange(), *calls(2, private=True)])
    with closing(PostgresLog(database)) as log:
        log._line._seconds = SECONDS
        yield Stores(book, log)
    await book.close()


def next_rows(book: PostgresLedger) -> list[Stored]:
    drafts = calls(2, OTHER, private=True)
    keys = book.keys.current({subject_month(draft) for draft in drafts})
    sealer = Sealer(book.store.head(), book.store.last_of({OTHER}), keys)
    sealer.seal(drafts, lambda: bytes(ENTROPY_BYTES))
    return sealer.rows


Call = Callable[[Stores], object]
CALLS: dict[str, Call] = {
    "head": lambda s: s.book.store.head(),
    "last_of": lambda s: s.book.store.last_of({TRACE}),
    "insert": lambda s: s.book.store.insert(next_rows(s.book)),
    "of_trace": lambda s: s.book.store.of_trace(TRACE),
    "exchanges": lambda s: s.book.store.exchanges(3),
    "of_kind": lambda s: s.book.store.of_kind(20),
    "at": lambda s: s.book.store.at([0, 1]),
    "walk": lambda s: list(s.book.store.walk()),
    "current": lambda s: s.book.keys.current([("customer:new", "2026-01")]),
    "known": lambda s: s.book.keys.known(["0000000000000000"]),
    "of_subjects": lambda s: s.book.keys.of_subjects(["customer:new"]),
    "before_month": lambda s: s.book.keys.before_month("2027-01"),
    "destroy": lambda s: s.book.keys.destroy(["0000000000000000"], ERASED),
    "hold": lambda s: s.book.keys.hold(Hold(f"h{len(s.book.keys.holds())}", None, "ruth", "why", "2026")),
    "lift": lambda s: s.book.keys.lift("h"),
    "holds": lambda s: s.book.keys.holds(),
    "held": lambda s: s.book.keys.held(["0000000000000000"]),
    "log size": lambda s: s.log.size(),
    "log leaves": lambda s: s.log.leaves(0, 3),
    "log keep": lambda s: s.log.keep([TileRoot(1, 0, bytes(32))]),
    "log checkpoint": lambda s: list(s.log.checkpoints()),
    "log keep_checkpoint": lambda s: s.log.keep_checkpoint(NOTE),
}
TABLES = (
    "answerable.entries, answerable.tile_roots, answerable.checkpoints, answerable_keys.subject_keys, "
    "answerable_keys.holds, answerable_keys.changes"
)


def refused(what: str, stores: Stores) -> None:
    """The call fails as unavailable, and says nothing of the password."""
    with pytest.raises(LedgerUnavailable) as raised:
        CALLS[what](stores)
    assert "at 'postgresql://" in str(raised.value), what
    assert PASSWORD not in str(raised.value)


async def sound(book: PostgresLedger) -> None:
    """The ledger takes an append at once, and all of it holds."""
    await book.append([call(7, "tr_sound")])
    assert await book.verify() == 1 + (await book.trace(TraceId("tr_sound")))[-1].seq
    assert await book.ready() == ""


# -- the matrix ---------------------------------------------------------------------


async def test_a_connection_that_was_cut_while_nobody_spoke_is_made_again_at_once(
    stores: Stores, database: str
) -> None:
    for what, one in CALLS.items():
        one(stores)
        assert cut(database) > 0, what
        one(stores)
    await sound(stores.book)


async def test_a_server_that_is_gone_is_said_so_and_used_again_when_it_is_back(
    stores: Stores, postgres: PostgresServer
) -> None:
    for one in CALLS.values():
        one(stores)
    postgres.stop()
    for what in CALLS:
        refused(what, stores)
    assert "can't be reached" in await stores.book.ready()
    postgres.start()
    for one in CALLS.values():
        one(stores)
    await sound(stores.book)


async def test_a_server_that_does_not_answer_is_not_waited_for_without_end(
    stores: Stores, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("answerable.adapters.postgres.line._PING_SECONDS", 0.2)
    for one in CALLS.values():
        one(stores)
    stores.book.store._write._seconds = stores.book.store._read._seconds = stores.log._line._seconds = 0.2
    stores.book.keys._line._seconds = stores.book.store._seconds = 0.2  # type: ignore[attr-defined]
    postgres.freeze()
    try:
        for what in CALLS:
            refused(what, stores)
        assert "can't be used" in await stores.book.ready()
    finally:
        postgres.thaw()
    for line in (stores.book.store._write, stores.book.store._read, stores.log._line):
        line._seconds = SECONDS
    stores.book.keys._line._seconds = stores.book.store._seconds = SECONDS  # type: ignore[attr-defined]
    for one in CALLS.values():
        one(stores)
    await sound(stores.book)


@pytest.mark.parametrize("what", [what for what in CALLS if what not in {"current", "hold", "insert"}])
async def test_a_connection_that_is_cut_in_the_middle_of_a_call_is_a_failure_and_the_next_one_works(
    stores: Stores, database: str, what: str
) -> None:
    with transaction(database, f"LOCK TABLE {TABLES} IN ACCESS EXCLUSIVE MODE"):
        asking = asyncio.ensure_future(asyncio.to_thread(refused, what, stores))
        await asyncio.to_thread(until_waiting, database)
        cut(database, waiting=True)
        await asking
    CALLS[what](stores)
    await sound(stores.book)


async def test_a_host_that_is_gone_without_a_word_is_passed_over_for_the_next_one(
    database: str, postgres: PostgresServer, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, Proxy(postgres.folder, tmp_path) as server:
        hosts = f"127.0.0.1:{silent.getsockname()[1]},127.0.0.1:{server.port}"
        dsn = f"postgresql://answerable:{PASSWORD}@{hosts}/{database_of(database)}?sslmode=disable"
        book = ledger(dsn, tmp_path, seconds=1)
        await book.append([call(0)])
        cut(database)
        await book.append([call(1)])
        assert await book.verify() == 2
        assert book.store.name == f"postgresql://{hosts}/{database_of(database)}"
        await book.close()


# -- appends ------------------------------------------------------------------------


async def test_an_append_that_is_cut_off_before_its_commit_failed_and_is_not_there(
    stores: Stores, database: str
) -> None:
    book = stores.book
    with transaction(database, "SELECT pg_advisory_xact_lock(1634628354)"):  # APPENDING
        asking = asyncio.ensure_future(book.append([call(5)]))
        await asyncio.to_thread(until_waiting, database)
        cut(database, waiting=True)
        with pytest.raises(LedgerUnavailable, match="can't be"):
            await asking
    assert numbers(await book.trace(TRACE)) == [0, 1]
    await book.append([call(6)])
    assert numbers(await book.trace(TRACE)) == [0, 1, 6]
    await sound(book)


async def test_an_append_that_is_cut_off_after_its_commit_failed_and_is_there(
    stores: Stores, database: str, waits_for_a_replica: None
) -> None:
    book = stores.book
    asking = asyncio.ensure_future(book.append([call(5)]))
    await asyncio.to_thread(until_waiting, database, "IPC")
    cut(database, waiting=True)
    with pytest.raises(LedgerUnavailable):
        await asking
    assert numbers(await book.trace(TRACE)) == [0, 1, 5]


async def test_an_append_that_nobody_answers_failed_and_may_be_there_and_nothing_forks(
    stores: Stores, postgres: PostgresServer
) -> None:
    book = stores.book
    postgres.freeze()
    try:
        with pytest.raises(LedgerUnavailable, match="did not answer in time"):
            await book.append([call(5)])
    finally:
        postgres.thaw()
    await book.append([call(6)])
    assert numbers(await book.trace(TRACE)) in ([0, 1, 6], [0, 1, 5, 6])
    await sound(book)


@pytest.fixture
def waits_for_a_replica(postgres: PostgresServer, stores: Stores) -> Iterator[None]:
    """Commits wait for a replica that is not there; reads don't."""
    postgres.sql("ALTER SYSTEM SET synchronous_standby_names = 'elsewhere'", "SELECT pg_reload_conf()")
    _until(postgres, "elsewhere")
    yield
    postgres.sql("ALTER SYSTEM RESET synchronous_standby_names", "SELECT pg_reload_conf()")
    _until(postgres, "")


def _until(server: PostgresServer, value: str) -> None:
    for _ in range(1000):
        if server.sql("SHOW synchronous_standby_names") == value:
            return
    raise AssertionError("the server did not take its new setting")


async def test_failures_at_every_moment_never_leave_half_an_append_or_a_broken_chain(
    database: str, tmp_path: Path
) -> None:
    moment = [""]

    def fail(when: str) -> None:
        if when == moment[0]:
            cut(database)
            raise OSError("no disk today")
        if moment[0] == f"cut {when}":
            cut(database)

    book = ledger(database, tmp_path, on_commit=fail, seconds=SECONDS)
    told: list[int] = []
    for number in range(15):
        moment[0] = ("", "before", "after", "cut before", "cut after")[number % 5]
        with suppress(LedgerUnavailable):
            await book.append(calls(3, f"tr_{number}", private=True))
            told.append(number)
    moment[0] = ""
    there = [number for number in range(15) if await book.trace(TraceId(f"tr_{number}"))]
    assert told == [number for number in range(15) if number % 5 not in (1, 2)]
    assert there == [number for number in range(15) if number % 5 != 1]
    for number in there:
        assert numbers(await book.trace(TraceId(f"tr_{number}"))) == [0, 1, 2]
    await sound(book)
    await book.close()


@pytest.mark.parametrize("how", ["kill", "stop", "freeze"])
async def test_no_acknowledged_entry_is_lost_when_the_server_dies_under_load(
    stores: Stores, postgres: PostgresServer, how: str
) -> None:
    book = stores.book
    told: set[str] = set()
    running = [True]
    book.store._write._seconds = 0.4

    async def client(name: str) -> None:
        number = 0
        while running[0]:
            number += 1
            trace = f"tr_{name}_{number}"
            try:
                await book.append(calls(3, trace, private=True))
                told.add(trace)
            except LedgerUnavailable:
                await asyncio.sleep(0.02)

    clients = [asyncio.ensure_future(client(f"{number}")) for number in range(8)]
    for _ in range(3):
        enough = len(told) + 40
        while len(told) < enough:  # it goes on by itself each time
            await asyncio.sleep(0.01)
        getattr(postgres, how)()
        await asyncio.sleep(0.6)
        postgres.thaw()
        await asyncio.to_thread(postgres.start)
    running[0] = False
    await asyncio.gather(*clients)
    await sound(book)
    for trace in told:
        assert numbers(await book.trace(TraceId(trace))) == [0, 1, 2]


async def test_the_gate_holds_while_there_is_no_server_and_goes_on_by_itself(
    stores: Stores, postgres: PostgresServer
) -> None:
    gate = Gate(stores.book, make_reader(), CedarDecider(built_in()))
    asked = [Message(Role.USER, "Where is my order?")]
    said = "Order 7 was delivered on March 2."
    assert (await gate.check(gate.exchange(asked), said)).text
    for stop in (postgres.stop, postgres.kill):
        stop()
        for _ in range(2):
            with pytest.raises(LedgerUnavailable):
                await gate.check(gate.exchange(asked), said)
        assert await stores.book.ready() != ""
        postgres.start()
        verdict = await gate.check(gate.exchange(asked), said)
        assert verdict.text
        assert await stores.book.trace(verdict.trace)
    await sound(stores.book)
