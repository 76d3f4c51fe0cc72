"""Open a SQLite file so that a commit is durable when it returns."""

import time
from pathlib import Path

import apsw

from answerable.adapters.sqlite_errors import what
from answerable.values.errors import LedgerUnavailable

BUSY_MS = 5000
_PAGE_BYTES = 8192
_TRIES = 10
_SWITCH_SECONDS = 0.05


def open_file(
    path: str, *, create: bool, busy_ms: int = BUSY_MS, kept: str = "the ledger"
) -> apsw.Connection:
    """A connection of its own. Raises LedgerUnavailable where the file can't be opened or can't be durable.

    `kept` is what the file holds, for the message.
    """
    try:
        flags = apsw.SQLITE_OPEN_READWRITE | (apsw.SQLITE_OPEN_CREATE if create else 0)
        if create:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        connection = apsw.Connection(path, flags=flags)
        connection.set_busy_timeout(busy_ms)
        # Of a new file only. An entry of 2 KB leaves half of SQLite's usual page of 4 KB empty: twice the
        # pages to write, and to keep (benchmarks/ledger.py).
        connection.execute(f"PRAGMA page_size = {_PAGE_BYTES}").fetchall()
        mode = _write_ahead(connection)
        if mode != "wal":
            raise LedgerUnavailable(
                f"{kept} at '{path}' can't have a write-ahead log there (its journal is '{mode}'), so a "
                "commit would not be durable; put it in a file on a local disk"
            )
        # Read to the end: a row left unread ends the batch.
        connection.execute("PRAGMA synchronous = FULL").fetchall()
    except (apsw.Error, OSError) as error:
        raise LedgerUnavailable(f"{kept} at '{path}' can't be opened: {what(error)}") from error
    return connection


def _write_ahead(connection: apsw.Connection) -> str:
    """Switch to a write-ahead log, and say what the journal is then.

    SQLite does not wait for others that switch the same new file at the same moment.
    """
    for _ in range(_TRIES):
        try:
            return str(connection.execute("PRAGMA journal_mode = WAL").fetchall()[0][0])
        except apsw.BusyError:
            time.sleep(_SWITCH_SECONDS)
    return str(connection.execute("PRAGMA journal_mode = WAL").fetchall()[0][0])
