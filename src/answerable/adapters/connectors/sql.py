"""Facts from a database, by queries that the deployment declares. It offers no writes.

Since nothing is ever done, whatever goes wrong is certain: not done. SQLite is opened with `mode=ro` and
`query_only`, behind an authorizer; PostgreSQL in read-only transactions with a `statement_timeout`. Grant the
role SELECT and nothing else all the same: a function that a query calls can do more than a transaction forbids.

Source: sqlite.org/uri.html, sqlite.org/pragma.html#pragma_query_only, sqlite.org/c3ref/set_authorizer.html;
PostgreSQL documentation, SET TRANSACTION (read only), 20.11.1 (statement_timeout).
"""

import asyncio
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote

import apsw

from answerable.actions import Done, NotDone, Outcome, Uncertain
from answerable.adapters.connectors.secrets import Secret
from answerable.adapters.connectors.sql_text import Select
from answerable.adapters.connectors.sql_values import bound, query_schema, rows_as_json
from answerable.adapters.postgres.place import place
from answerable.adapters.sqlite_errors import what
from answerable.exchange import ToolSpec
from answerable.grants.arguments import read_arguments
from answerable.ports.connectors import BackEndCall
from answerable.values.errors import InvalidRequest, KeyUnavailable, SettingsError, SignatureError

if TYPE_CHECKING:
    import asyncpg

_STEPS = 1000
_BUSY_MS = 1000
_CONNECT_SECONDS = 5.0
_LOOK_SECONDS = 5.0
_ALLOWED = frozenset({apsw.SQLITE_SELECT, apsw.SQLITE_READ, apsw.SQLITE_FUNCTION, apsw.SQLITE_RECURSIVE})


@dataclass(frozen=True, slots=True)
class DeclaredQuery:
    """A tool that is a query. `one`: it finds exactly one row."""

    select: Select
    types: Mapping[str, str]
    one: bool
    description: str = ""


class Unanswered(Exception):
    """A query was not answered; says why, and whether it may be later. Nothing of the data is in it."""

    def __init__(self, reason: str, *, again: bool = False) -> None:
        super().__init__(reason)
        self.again = again


class Database(Protocol):
    """Answers queries, read-only."""

    async def rows(
        self, select: Select, values: Mapping[str, Any], most: int, seconds: float
    ) -> tuple[Sequence[str], list[Sequence[Any]]]:
        """Names of the columns, and at most so many rows and one more. Raises Unanswered."""

    async def close(self) -> None: ...


class SqlConnector:
    """A `Connector` whose tools are queries."""

    checks_grants = False
    repeatable = True
    can_query = False

    def __init__(
        self,
        name: str,
        database: Database,
        queries: Mapping[str, DeclaredQuery],
        most_rows: int,
        most_bytes: int,
    ) -> None:
        self.name = name
        self._database, self._queries = database, queries
        self._most_rows, self._most_bytes = most_rows, most_bytes

    async def tools(self) -> Sequence[ToolSpec]:
        return [
            ToolSpec(name, one.description, query_schema(one.types)) for name, one in self._queries.items()
        ]

    async def call(self, call: BackEndCall, seconds: float) -> Outcome:
        query = self._queries.get(call.tool)
        if query is None:
            return NotDone(f"'{self.name}' has no such tool")
        try:
            values = bound(read_arguments(call.arguments), query.types)
            most = 1 if query.one else self._most_rows
            names, rows = await self._database.rows(query.select, values, most, seconds)
            if len(rows) > most:
                return NotDone(f"there are more than {most} such rows; ask for fewer")
            if query.one and not rows:
                return NotDone("there is no such row")
            text = rows_as_json(names, rows, one=query.one)
        except InvalidRequest as error:
            return NotDone(str(error))
        except Unanswered as error:
            return NotDone(f"'{self.name}' did not answer: {error}", again=error.again)
        except (ValueError, RecursionError) as error:
            return NotDone(f"what '{self.name}' holds can't be told: {error}")
        if len(text.encode("utf-8", "replace")) > self._most_bytes:
            return NotDone(f"the answer is larger than {self._most_bytes} bytes; ask for less")
        return Done(text)

    async def query(self, call: BackEndCall, seconds: float) -> Outcome:  # noqa: ARG002 – there is nothing to ask
        return Uncertain(f"'{self.name}' does nothing that could be asked after")

    async def problem(self) -> str:
        try:
            await self._database.rows(Select("SELECT 1", "SELECT 1", ()), {}, 1, _LOOK_SECONDS)
        except Unanswered as error:
            return f"'{self.name}' does not answer: {error}"
        return ""

    async def close(self) -> None:
        await self._database.close()


class SqliteDatabase:
    """A SQLite file that is only read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._door = threading.Lock()
        self._db: apsw.Connection | None = None
        self._until = 0.0

    async def rows(
        self, select: Select, values: Mapping[str, Any], most: int, seconds: float
    ) -> tuple[Sequence[str], list[Sequence[Any]]]:
        bound_values = {
            name: value if isinstance(value, str | int) else str(value) for name, value in values.items()
        }
        # Shielded: a thread can't be stopped, and ends by itself when the time is over.
        return await asyncio.shield(
            asyncio.to_thread(self._rows, select.named, bound_values, most, time.monotonic() + seconds)
        )

    async def close(self) -> None:
        await asyncio.to_thread(self._close)

    def _rows(
        self, text: str, values: Mapping[str, Any], most: int, until: float
    ) -> tuple[Sequence[str], list[Sequence[Any]]]:
        if not self._door.acquire(timeout=max(0.0, until - time.monotonic())):
            raise Unanswered("it is busy with another query", again=True)
        try:
            self._until = until
            cursor = self._opened().execute(text, values)
            names: list[str] = []
            rows: list[Sequence[Any]] = []
            for row in cursor:
                names = names or [one[0] for one in cursor.description]
                rows.append(row)
                if len(rows) > most:
                    break
            cursor.close(force=True)
        except apsw.InterruptError:
            raise Unanswered("it took too long", again=True) from None
        except (apsw.BusyError, apsw.LockedError, apsw.CantOpenError, apsw.IOError) as error:
            raise Unanswered(what(error), again=True) from None
        except apsw.Error as error:
            raise Unanswered(what(error)) from None
        else:
            return names, rows
        finally:
            self._door.release()

    def _opened(self) -> apsw.Connection:
        if self._db is None:
            name = f"file:{quote(str(self._path.absolute()))}?mode=ro"
            db = apsw.Connection(name, flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI)
            db.set_busy_timeout(_BUSY_MS)
            db.execute("PRAGMA query_only = 1; PRAGMA trusted_schema = 0").fetchall()
            db.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)
            db.authorizer = _only_reads
            db.set_progress_handler(lambda: time.monotonic() > self._until, _STEPS)
            self._db = db
        return self._db

    def _close(self) -> None:
        with self._door:
            if self._db is not None:
                self._db.close(force=True)
                self._db = None


def _only_reads(
    operation: int, first: str | None, second: str | None, _database: str | None, _trigger: str | None
) -> int:
    loads = operation == apsw.SQLITE_FUNCTION and "load_extension" in (first, second)
    return apsw.SQLITE_OK if operation in _ALLOWED and not loads else apsw.SQLITE_DENY


class PostgresDatabase:
    """A PostgreSQL database that is only read. Needs the extra `postgres`."""

    def __init__(self, dsn: str, password: Secret | None) -> None:
        """Raises SettingsError."""
        self._place = place(dsn, "the back end")
        if len(self._place.dsns) != 1:
            raise SettingsError("a back end's database is on one host")
        self._password = password
        self._pool: asyncpg.Pool[asyncpg.Record] | None = None
        self._door = asyncio.Lock()

    async def rows(
        self, select: Select, values: Mapping[str, Any], most: int, seconds: float
    ) -> tuple[Sequence[str], list[Sequence[Any]]]:
        import asyncpg  # noqa: PLC0415 – an extra

        ordered = [values[name] for name in select.parameters]
        try:
            async with asyncio.timeout(seconds):
                pool = await self._opened()
                async with pool.acquire() as db, db.transaction(isolation="repeatable_read", readonly=True):
                    await db.execute(f"SET LOCAL statement_timeout = {max(1, int(seconds * 1000))}")
                    statement = await db.prepare(select.numbered)
                    names = [one.name for one in statement.get_attributes()]
                    found = await (await statement.cursor(*ordered)).fetch(most + 1)
                    return names, [tuple(row) for row in found]
        except TimeoutError:
            raise Unanswered("it took too long", again=True) from None
        except asyncpg.QueryCanceledError:
            raise Unanswered("it took too long", again=True) from None
        except (asyncpg.DataError, asyncpg.ReadOnlySQLTransactionError, asyncpg.SyntaxOrAccessError) as error:
            # The server's own text quotes values.
            raise Unanswered(f"the query does not fit ({type(error).__name__})") from None
        except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError) as error:
            raise Unanswered(f"it can't be asked ({type(error).__name__})", again=True) from None
        except KeyUnavailable as error:
            raise Unanswered(str(error), again=True) from None

    async def close(self) -> None:
        if self._pool is not None:
            self._pool.terminate()

    async def _opened(self) -> "asyncpg.Pool[asyncpg.Record]":
        """Raises what asyncpg does, KeyUnavailable."""
        import asyncpg  # noqa: PLC0415 – an extra

        async with self._door:
            if self._pool is None:
                self._pool = await asyncpg.create_pool(
                    self._place.dsns[0],
                    password=self._secret if self._password else None,
                    min_size=0,
                    max_size=4,
                    timeout=_CONNECT_SECONDS,
                    server_settings={
                        "application_name": "answerable",
                        "default_transaction_read_only": "on",
                        "timezone": "UTC",
                    },
                )
            return self._pool

    async def _secret(self) -> str:
        assert self._password is not None  # noqa: S101 – else it is not asked for
        try:
            return await asyncio.to_thread(self._password)
        except (SettingsError, SignatureError) as error:
            raise KeyUnavailable(str(error)) from error
