"""Where the proofs by SIGKILL keep the ledger, acts and grants, and how that dies with whoever uses it."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from answerable.adapters.clock_watch import ClockWatch
from answerable.adapters.local_key_wrapper import local_wrapper
from answerable.adapters.postgres.actions import PostgresActions
from answerable.adapters.postgres.grants import PostgresGrants
from answerable.adapters.postgres.ledger import PostgresLedger
from answerable.adapters.sqlite_actions import SqliteActions
from answerable.adapters.sqlite_grants import SqliteGrants
from answerable.adapters.sqlite_ledger import SqliteLedger
from answerable.adapters.stored_ledger import StoredLedger
from answerable.ports.actions import ActionStore
from answerable.ports.grants import GrantStore
from answerable.testing.postgres_server import PostgresServer


class Store(Protocol):
    """A place for a ledger, and for acts and grants beside it."""

    options: list[str]
    """What `answerable serve` is told of it."""
    environment: dict[str, str]

    def open(self, clock: ClockWatch | None = None) -> StoredLedger:
        """The ledger, as an auditor opens it."""

    def open_actions(self) -> ActionStore: ...

    def open_grants(self) -> GrantStore: ...

    def left_to_do(self) -> int:
        """Of how many acts the tables say that a program may still do something about them."""

    def kill(self) -> bool:
        """Kill what keeps the ledger, where that is a process of its own."""

    def start(self) -> None:
        """Start that again."""

    def close(self) -> None:
        """Throw away what is not in the proof's folder."""


class SqliteStore:
    """A file. It has no process that could die."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._path = folder, folder / "ledger.db"
        self.options = ["--ledger", str(self._path)]
        self.environment: dict[str, str] = {}

    def open(self, clock: ClockWatch | None = None) -> StoredLedger:
        return SqliteLedger(self._path, clock=clock)

    def open_actions(self) -> ActionStore:
        return SqliteActions(self._folder / "actions.db")

    def open_grants(self) -> GrantStore:
        return SqliteGrants(self._folder / "grants.db")

    def left_to_do(self) -> int:
        with closing(sqlite3.connect(self._folder / "actions.db")) as db:
            return int(db.execute("SELECT count(*) FROM actions WHERE open = 2").fetchone()[0])

    def kill(self) -> bool:
        return False

    def start(self) -> None: ...

    def close(self) -> None: ...


class PostgresStore:
    """A server of the proof's own, on a disk and with `fsync` on."""

    def __init__(self, folder: Path) -> None:
        self._server = PostgresServer()
        self._server.start()
        self._dsn = self._server.new_database()
        self._master = folder / "ledger.master"
        self.options = ["--ledger-key", str(folder / "ledger.key")]
        # Not on the command line, where every user of the machine could read the password.
        self.environment = {
            "ANSWERABLE_LEDGER": self._dsn,
            "ANSWERABLE_LEDGER_MASTER_KEY": str(self._master),
        }

    def __getstate__(self) -> dict[str, Any]:
        """What another process needs to use it. To kill it is the first one's."""
        return {name: value for name, value in self.__dict__.items() if name != "_server"}

    def open(self, clock: ClockWatch | None = None) -> StoredLedger:
        return PostgresLedger(self._dsn, local_wrapper(self._master), clock=clock)

    def open_actions(self) -> ActionStore:
        return PostgresActions(self._dsn)

    def open_grants(self) -> GrantStore:
        return PostgresGrants(self._dsn)

    def left_to_do(self) -> int:
        query = "SELECT count(*) FROM answerable_actions.actions WHERE open = 2"
        return int(self._server.sql(query, database=urlsplit(self._dsn).path[1:]))

    def kill(self) -> bool:
        self._server.kill()
        return True

    def start(self) -> None:
        self._server.start()

    def close(self) -> None:
        self._server.close()
