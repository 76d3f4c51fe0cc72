"""Where the gateway of proofs/crash.py keeps its ledger, and how that dies with it."""

from pathlib import Path
from typing import Protocol

from answerable.adapters.local_key_wrapper import local_wrapper
from answerable.adapters.postgres.ledger import PostgresLedger
from answerable.adapters.sqlite_ledger import SqliteLedger
from answerable.adapters.stored_ledger import StoredLedger
from answerable.testing.postgres_server import PostgresServer


class Store(Protocol):
    """A place for a ledger."""

    options: list[str]
    """What `answerable serve` is told of it."""
    environment: dict[str, str]

    def open(self) -> StoredLedger:
        """The ledger, as an auditor opens it."""

    def kill(self) -> bool:
        """Kill what keeps the ledger, where that is a process of its own."""

    def start(self) -> None:
        """Start that again."""

    def close(self) -> None:
        """Throw away what is not in the proof's folder."""


class SqliteStore:
    """A file. It has no process that could die."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "ledger.db"
        self.options = ["--ledger", str(self._path)]
        self.environment: dict[str, str] = {}

    def open(self) -> StoredLedger:
        return SqliteLedger(self._path)

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
        self._wrapper = local_wrapper(folder / "ledger.master")
        self.options = ["--ledger-key", str(folder / "ledger.key")]
        # Not on the command line, where every user of the machine could read the password.
        self.environment = {
            "ANSWERABLE_LEDGER": self._dsn,
            "ANSWERABLE_LEDGER_MASTER_KEY": str(folder / "ledger.master"),
        }

    def open(self) -> StoredLedger:
        return PostgresLedger(self._dsn, self._wrapper)

    def kill(self) -> bool:
        self._server.kill()
        return True

    def start(self) -> None:
        self._server.start()

    def close(self) -> None:
        self._server.close()
