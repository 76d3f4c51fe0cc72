"""The ledger on a PostgreSQL server: entries in one schema, their keys in another."""

from collections.abc import Callable

from answerable.adapters.clock_watch import ClockWatch
from answerable.adapters.postgres.entries import PostgresEntries
from answerable.adapters.postgres.keys import PostgresKeys
from answerable.adapters.postgres.line import STATEMENT_SECONDS
from answerable.adapters.stored_ledger import StoredLedger
from answerable.ports.keys import KeyWrapper
from answerable.ports.subject_keys import SubjectKeys


class PostgresLedger(StoredLedger):
    """Entries in the schema `answerable`, keys in `answerable_keys` of the same database unless others are given."""

    store: PostgresEntries

    def __init__(
        self,
        dsn: str,
        wrapper: KeyWrapper,
        *,
        keys: SubjectKeys | None = None,
        seconds: float = STATEMENT_SECONDS,
        on_commit: Callable[[str], None] | None = None,
        clock: ClockWatch | None = None,
    ) -> None:
        """Open or create. `keys` that are kept elsewhere are closed with the ledger, and `wrapper` is not used then.

        `seconds` is how long the server may take for an answer.
        Raises LedgerUnavailable, LedgerBroken, KeyUnavailable, SettingsError.
        """
        guarded = keys is None
        keys = keys or PostgresKeys(dsn, wrapper, seconds=seconds)
        try:
            store = PostgresEntries(dsn, guarded=guarded, seconds=seconds)
            try:
                super().__init__(store, keys, on_commit=on_commit, clock=clock)
            except BaseException:
                store.close()
                raise
        except BaseException:
            keys.close()
            raise
