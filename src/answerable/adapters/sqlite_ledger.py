"""The ledger on this machine alone: entries in one SQLite file, keys in another beside it."""

from collections.abc import Callable
from pathlib import Path

from answerable.adapters.clock_watch import ClockWatch
from answerable.adapters.local_key_wrapper import local_wrapper
from answerable.adapters.sqlite_entries import SqliteEntries
from answerable.adapters.sqlite_files import open_file
from answerable.adapters.sqlite_keys import SqliteKeys
from answerable.adapters.stored_ledger import StoredLedger
from answerable.ports.keys import KeyWrapper
from answerable.ports.subject_keys import SubjectKeys


class SqliteLedger(StoredLedger):
    """`ledger.db`, its keys in `ledger.db.keys`; their master key in `ledger.db.master` unless a wrapper is given."""

    store: SqliteEntries

    def __init__(
        self,
        path: Path | str,
        *,
        wrapper: KeyWrapper | None = None,
        keys: SubjectKeys | None = None,
        on_commit: Callable[[str], None] | None = None,
        clock: ClockWatch | None = None,
    ) -> None:
        """Open or create; `keys` that are kept elsewhere are closed with the ledger.

        Raises LedgerUnavailable, LedgerBroken, KeyUnavailable, SettingsError.
        """
        self.path = Path(path)
        open_file(str(path), create=True).close()  # before anything is made beside it
        if keys is None:
            keys = SqliteKeys(
                beside(self.path, "keys"), wrapper or local_wrapper(beside(self.path, "master"))
            )
        super().__init__(SqliteEntries(path, keys), keys, on_commit=on_commit, clock=clock)


def beside(ledger: Path, what: str) -> Path:
    """A file of the ledger's: `ledger.db.keys`."""
    return ledger.with_name(f"{ledger.name}.{what}")
