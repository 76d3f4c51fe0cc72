"""The shop's database: a SQLite file, or PostgreSQL. Statements are written once, with `$1` for both."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

import apsw

from answerable.adapters.postgres.place import place
from answerable.adapters.sqlite_files import open_file
from answerable.apps.shop.seed import ROWS
from answerable.apps.shop.tables import TABLES
from answerable.values.errors import SettingsError
from answerable.values.extras import how_to_install

_SECONDS = 10.0
Row = dict[str, Any]


class Statements(Protocol):
    """Inside of one transaction."""

    async def rows(self, sql: str, *values: Any) -> list[Row]:
        """Do a statement; what it returns."""


class ShopDatabase(Protocol):
    """What is done in a transaction is durable when that ends well, and was never done where it does not."""

    async def open(self) -> None:
        """Make the tables and, in an empty database, what the shop begins with."""

    def transaction(self) -> AbstractAsyncContextManager[Statements]: ...

    async def close(self) -> None: ...


def shop_database(where: str) -> ShopDatabase:
    """A file, or `postgresql://…`. Raises SettingsError."""
    if where.startswith(("postgresql://", "postgres://")):
        return PostgresShop(where)
    return SqliteShop(Path(where))


async def furnish(database: ShopDatabase) -> None:
    """Make what is missing. A crash half-way leaves nothing of it: it is one transaction."""
    async with database.transaction() as sql:
        for table in TABLES:
            await sql.rows(table)
        if await sql.rows("SELECT kind FROM numbers"):
            return
        for name, columns, rows in ROWS:
            listed = columns.split()
            marks = ", ".join(f"${number + 1}" for number in range(len(listed)))
            for row in rows:
                await sql.rows(f"INSERT INTO {name} ({', '.join(listed)}) VALUES ({marks})", *row)  # noqa: S608 – our own words


class SqliteShop:
    """In one file. Transactions come one after another; whoever begins one sees it to its end, uncancelled."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._door = asyncio.Lock()
        self._db: apsw.Connection | None = None

    async def open(self) -> None:
        def opened() -> apsw.Connection:
            return open_file(str(self._path), create=True, kept="the shop")

        self._db = await asyncio.to_thread(opened)
        await furnish(self)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Statements]:
        async with self._door:
            await self.rows("BEGIN IMMEDIATE")
            try:
                yield self
                await self.rows("COMMIT")
            except BaseException:
                if self._db is not None and self._db.in_transaction:
                    await self.rows("ROLLBACK")
                raise

    async def rows(self, sql: str, *values: Any) -> list[Row]:
        return await asyncio.to_thread(self._rows, sql, values)

    async def close(self) -> None:
        if self._db is not None:
            await asyncio.to_thread(self._db.close)

    def _rows(self, sql: str, values: tuple[Any, ...]) -> list[Row]:
        assert self._db is not None, "the database was not opened"  # noqa: S101
        cursor = self._db.execute(sql, {str(number): value for number, value in enumerate(values, 1)})
        return [dict(zip([one[0] for one in cursor.description], row, strict=True)) for row in cursor]


class PostgresShop:
    """In a database that several processes may use. Needs the extra `postgres`."""

    def __init__(self, dsn: str) -> None:
        """Raises SettingsError."""
        try:
            import asyncpg  # noqa: PLC0415 – an extra
        except ImportError as error:
            raise SettingsError(
                f"a shop on PostgreSQL needs the extra 'postgres'; {how_to_install('postgres')}"
            ) from error
        self._dsn = place(dsn, "the shop").dsns[0]
        self._pool: asyncpg.Pool[asyncpg.Record] | None = None

    async def open(self) -> None:
        import asyncpg  # noqa: PLC0415 – an extra

        self._pool = await asyncpg.create_pool(
            self._dsn,
            min_size=1,
            max_size=8,
            command_timeout=_SECONDS,
            server_settings={"synchronous_commit": "on"},
        )
        await furnish(self)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Statements]:
        assert self._pool is not None, "the database was not opened"  # noqa: S101
        async with self._pool.acquire() as db, db.transaction():
            yield _PostgresStatements(db)

    async def close(self) -> None:
        if self._pool is not None:
            await self._pool.close()


class _PostgresStatements:
    def __init__(self, db: Any) -> None:
        self._db = db

    async def rows(self, sql: str, *values: Any) -> list[Row]:
        return [dict(row) for row in await self._db.fetch(sql, *values)]
