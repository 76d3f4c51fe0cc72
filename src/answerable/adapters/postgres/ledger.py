"""The ledger on a PostgreSQL server: entries in one schema, their keys in another."""

from collections.abc import Callable

from answerable.adapters.clock_watch import ClockWatch
from answerable.adapters.postgres.entries import PostgresEntries
from answerable.adapters.postgres.keys import PostgresKeys
from answerable.adapters.postgres.line import STATEMENT_SECONDS
from answerable.adapters.stored_ledger import StoredLedger
from answerable.ports.keys import KeyWrapper


class PostgresLedger(StoredLedger):
    """Entries in the schema `answerable`, keys in `answerable_keys` of the same database.

    For keys that are kept elsewhere there is `StoredLedger` over `PostgresEntries`.
    """

    store: PostgresEntries

    def __init__(
        self,
        dsn: str,
        wrapper: KeyWrapper,
        *,
        seconds: float = STATEMENT_SECONDS,
        on_commit: Callable[[str], None] | None = None,
        clock: ClockWatch | None = None,
    ) -> None:
        """Open or create. `seconds` is how long the server may take for an answer.

        Raises LedgerUnavailable, LedgerBroken, KeyUnavailable, SettingsError.
        """
        keys = PostgresKeys(dsn, wrapper, seconds=seconds)
        try:
            store = PostgresEntries(dsn, keys, seconds=seconds)
            try:
                super().__init__(store, keys, on_commit=on_commit, clock=clock)
            except BaseException:
                store.close()
                raise
        except BaseException:
            keys.close()
            raise
