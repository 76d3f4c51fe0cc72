"""A ledger on a PostgreSQL server, and a hand at the server from outside."""

import asyncio
import re
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Self

import asyncpg

from answerable.adapters.local_key_wrapper import local_wrapper
from answerable.adapters.postgres.keys import PostgresKeys
from answerable.adapters.postgres.ledger import PostgresLedger
from answerable.adapters.postgres.line import Line
from answerable.adapters.postgres.place import place

PASSWORD = "correct-horse"


def keys(dsn: str, folder: Path, *, seconds: float = 10) -> PostgresKeys:
    return PostgresKeys(dsn, local_wrapper(folder / "master"), seconds=seconds)


def ledger(dsn: str, folder: Path, **options: Any) -> PostgresLedger:
    return PostgresLedger(dsn, local_wrapper(folder / "master"), **options)


def sql(dsn: str, query: str, *values: Any) -> list[asyncpg.Record]:
    """Do something to a ledger's database that the ledger itself would never do."""
    with closing(Line(place(dsn), application_name="test")) as line:
        return line.rows(query, *values)


@contextmanager
def transaction(dsn: str, *statements: str) -> Iterator[None]:
    """Statements that are done, and not committed before the end of the `with` block."""
    with closing(Line(place(dsn), application_name="test", idle_in_transaction_session_timeout="0")) as line:
        for statement in ("BEGIN", *statements):
            line.do(statement)
        yield
        line.do("COMMIT")


def cut(dsn: str, *, waiting: bool = False) -> int:
    """End our sessions in the database, or only those that wait for a lock; how many."""
    query = (
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
        "WHERE datname = current_database() AND application_name = 'answerable'"
    )
    return len(sql(dsn, query + (" AND wait_event_type IN ('Lock', 'IPC')" if waiting else "")))


def until_waiting(dsn: str, event: str = "Lock") -> None:
    """Return when one of our sessions waits for that."""
    query = (
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'answerable' "
        "AND wait_event_type = $1"
    )
    for _ in range(500):
        if sql(dsn, query, event):
            return
        threading.Event().wait(0.02)
    raise AssertionError("nobody waits")


def sessions(dsn: str) -> int:
    """How many sessions of ours there are in the database, when those that were let go are gone."""
    query = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'answerable'"
    found = 0
    for _ in range(100):
        if not (found := len(sql(dsn, query))):
            return 0
        threading.Event().wait(0.02)
    return found


def database_of(dsn: str) -> str:
    found = re.search(r"@/(\w+)", dsn)
    assert found is not None
    return found[1]


class Proxy:
    """Stands between us and a server, on a socket in a folder and on a port, and may change what the server says."""

    def __init__(self, server: Path, folder: Path) -> None:
        self._server, self._folder = str(server), str(folder)
        self.port = 0
        self.changes: list[tuple[bytes, bytes]] = []
        """What is said instead of what: a pattern, and what is put there."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(10)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _start(self) -> None:
        here = await asyncio.start_unix_server(self._serve, f"{self._folder}/.s.PGSQL.5432")
        there = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = there.sockets[0].getsockname()[1]
        self._listen = (here, there)

    async def _stop(self) -> None:
        for one in self._listen:
            one.close()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_unix_connection(f"{self._server}/.s.PGSQL.5432")
        try:
            await asyncio.gather(self._pass(reader, back, ()), self._pass(there, writer, self.changes))
        finally:
            for one in (back, writer):
                one.close()

    async def _pass(self, source: asyncio.StreamReader, to: asyncio.StreamWriter, changes: Any) -> None:
        while data := await source.read(1 << 16):
            for pattern, instead in changes:
                data = re.sub(pattern, instead, data, flags=re.DOTALL)
            to.write(data)
            await to.drain()
        to.close()
