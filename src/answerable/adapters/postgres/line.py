"""One line to a PostgreSQL server, for threads.

asyncpg speaks the protocol; the stores are synchronous. So a line has an event loop of its own, which
runs only while somebody asks something. It connects when it is first used, and again after it was cut.
"""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeAlias, TypeVar

import asyncpg

from answerable.adapters.postgres.errors import translated
from answerable.adapters.postgres.place import Place
from answerable.values.errors import LedgerError, LedgerUnavailable

CONNECT_SECONDS = 5.0
STATEMENT_SECONDS = 10.0
_IDLE_SECONDS = 5.0
_OLDEST = 130000
_FRESH_SECONDS = 0.02  # how long after an answer the line is taken to be there still
_PING_SECONDS = 1.0


Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
_T = TypeVar("_T")

_SETTINGS = {
    "application_name": "answerable",
    "search_path": "pg_catalog",  # a table or function that somebody else put elsewhere is never taken for one of ours
    "default_transaction_isolation": "read committed",
    "enable_seqscan": "off",  # every query has its index; a new table's first guess at its size must not pass it by
    "plan_cache_mode": "force_generic_plan",  # and each is planned once
    "jit": "off",
}
# What makes a commit durable when it returns. Source: PostgreSQL documentation, 20.5.1.
_CHECK = """
SELECT set_config('synchronous_commit', CASE current_setting('synchronous_commit')
        WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END, false) AS commit,
    current_setting('fsync') AS fsync, current_setting('full_page_writes') AS pages,
    current_setting('server_encoding') AS encoding, current_setting('server_version_num')::integer AS version,
    current_setting('server_version') AS version_name, pg_backend_pid() AS pid
"""


class Line:
    """A session with a server. Whoever asks waits until the one before has been answered."""

    def __init__(self, place: Place, *, seconds: float = STATEMENT_SECONDS, **settings: str) -> None:
        """`seconds` is how long an answer may take; `settings` are the session's own."""
        self.name = place.name
        self._dsns = list(place.dsns)
        self._seconds = seconds
        self._settings = {
            **_SETTINGS,
            "statement_timeout": f"{seconds * 1000:.0f}",
            # Whoever stands still in a transaction is put out: others may wait for what it holds.
            "idle_in_transaction_session_timeout": f"{_IDLE_SECONDS * 1000:.0f}",
            **settings,
        }
        self._door = threading.Lock()
        self._loop = asyncio.new_event_loop()
        self._db: Connection | None = None
        self._closed = False
        self._spoke = 0.0
        self.warnings: list[str] = []
        """What the server warned of since this was last emptied."""

    def run(self, work: Callable[[Connection], Awaitable[_T]], *, seconds: float | None = None) -> _T:
        """Do something on the connection. Raises LedgerUnavailable, LedgerBroken.

        Where it fails half-way it is not known what of it was done.
        """
        within = self._seconds if seconds is None else seconds
        if not self._door.acquire(timeout=within):
            raise LedgerUnavailable(
                f"the database of the ledger at '{self.name}' is busy with another question"
            )
        try:
            if self._closed:
                raise LedgerUnavailable(f"the ledger at '{self.name}' can't be read: it is closed")
            with translated(self.name):
                return self._spoken(work, within)
        finally:
            self._door.release()

    def rows(self, query: str, *values: Any, seconds: float | None = None) -> list[asyncpg.Record]:
        """What a query finds. Raises as `run`."""
        return self.run(lambda db: db.fetch(query, *values), seconds=seconds)

    def do(self, query: str, *values: Any) -> str:
        """Do one statement, which is durable when this returns; its tag, such as `INSERT 0 3`. Raises as `run`."""
        return self.run(lambda db: db.execute(query, *values))

    def close(self) -> None:
        """Hang up. What is asked afterwards raises LedgerUnavailable."""
        with self._door:
            if not self._closed:
                self._closed = True
                _outside_of_loops(self._hang_up)

    # -- behind the door -----------------------------------------------------------

    def _spoken(self, work: Callable[[Connection], Awaitable[_T]], seconds: float) -> _T:
        return _outside_of_loops(lambda: self._loop.run_until_complete(self._within(work, seconds)))

    async def _within(self, work: Callable[[Connection], Awaitable[_T]], seconds: float) -> _T:
        db = await self._connection(min(seconds, CONNECT_SECONDS))
        try:
            async with asyncio.timeout(seconds):
                done = await work(db)
        except BaseException as error:
            # Where the server itself said no, the session is as it was before; else nobody knows. One that
            # takes no writes may not be the one to ask any more.
            said_no = isinstance(error, asyncpg.PostgresError | LedgerError)
            if (
                not said_no
                or isinstance(error, asyncpg.ReadOnlySQLTransactionError)
                or db.is_in_transaction()
            ):
                await self._drop()
            raise
        self._spoke = time.monotonic()
        return done

    async def _connection(self, seconds: float) -> Connection:
        if self._db is not None and not await self._answers(self._db):
            await self._drop()
        if self._db is None:
            self._db = await self._connected(seconds)
            self._db.add_log_listener(self._heard)
        return self._db

    async def _connected(self, seconds: float) -> Connection:
        """To the host of last time, or else to the next one. Each has its time: one may be gone without a word."""
        for left in reversed(range(len(self._dsns))):
            try:
                async with asyncio.timeout(seconds):
                    db: Connection = await asyncpg.connect(self._dsns[0], server_settings=self._settings)
                    try:
                        await self._check(db)
                    except BaseException:
                        db.terminate()
                        raise
                    return db
            except Exception:
                self._dsns.append(self._dsns.pop(0))
                if not left:
                    raise
        raise AssertionError("a place has a host")

    async def _answers(self, db: Connection) -> bool:
        """Is somebody there? What was cut off while nobody spoke must not be taken for a failed commit."""
        if time.monotonic() - self._spoke < _FRESH_SECONDS:
            return True
        try:
            async with asyncio.timeout(_PING_SECONDS):
                await db.execute("SELECT")
        except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError):
            return False
        return True

    async def _drop(self) -> None:
        db, self._db = self._db, None
        if db is not None:
            db.terminate()
            await asyncio.sleep(0)  # what it had under way ends now

    def _hang_up(self) -> None:
        async def leave() -> None:
            db, self._db = self._db, None
            if db is not None:
                try:
                    await db.close(timeout=1)
                except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
                    db.terminate()
            await asyncio.sleep(0)

        self._loop.run_until_complete(leave())
        self._loop.close()

    async def _check(self, db: Connection) -> None:
        """Is a commit durable there when it returns? Raises LedgerUnavailable."""
        found = await db.fetchrow(_CHECK)
        assert found is not None  # noqa: S101 – a query without a table has one row
        why = ""
        if found["pid"] != db.get_server_pid():
            why = "a pooler stands before it, which may give our session to somebody else; name the server's own port"
        elif found["version"] < _OLDEST:
            why = f"it is PostgreSQL {found['version_name']}; 13 or newer is needed"
        elif found["fsync"] != "on" or found["pages"] != "on":
            why = (
                "a commit would not be durable: it runs with fsync or full_page_writes off; switch both on, or use "
                "another server"
            )
        elif found["commit"] not in ("on", "remote_apply"):
            why = f"a commit would not be durable: synchronous_commit is '{found['commit']}' there"
        elif found["encoding"] != "UTF8":
            why = f"the database is in {found['encoding']}; make one with ENCODING 'UTF8'"
        if why:
            raise LedgerUnavailable(f"the database of the ledger at '{self.name}' can't be used: {why}")

    def _heard(self, _connection: object, message: asyncpg.PostgresLogMessage) -> None:
        if message.severity_en == "WARNING" and message.message:
            self.warnings.append(message.message)


def _outside_of_loops(act: Callable[[], _T]) -> _T:
    """Run what runs an event loop. A loop can't run inside of another: where one does, a thread is lent for it."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return act()
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(act).result()
