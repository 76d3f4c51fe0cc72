"""What a PostgreSQL server could not do, in our own words."""

from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg

from answerable.values.errors import LedgerBroken, LedgerUnavailable

_PLAIN: dict[type[asyncpg.PostgresError], str] = {
    asyncpg.ReadOnlySQLTransactionError: "it takes no writes: it is a standby or read-only; name the server that does",
    asyncpg.DiskFullError: "its disk is full; make room",
    asyncpg.TooManyConnectionsError: "it has no free connection; raise its 'max_connections'",
    asyncpg.CannotConnectNowError: "it is starting up or shutting down",
    asyncpg.AdminShutdownError: "it was shut down",
    asyncpg.CrashShutdownError: "it crashed",
    asyncpg.QueryCanceledError: "it took too long, or was cancelled",
    asyncpg.ConnectionDoesNotExistError: "the connection was lost",
}


@contextmanager
def translated(name: str) -> Iterator[None]:
    """Work on a ledger's database. Raises LedgerBroken where it is damaged, LedgerUnavailable where it can't be used.

    What the server says in detail is left out: it may quote rows.
    """
    try:
        yield
    except (asyncpg.DataCorruptedError, asyncpg.IndexCorruptedError) as error:
        raise LedgerBroken(f"the database of the ledger at '{name}' is damaged: {error.args[0]}") from error
    except asyncpg.PostgresError as error:
        why = next((said for kind, said in _PLAIN.items() if isinstance(error, kind)), error.args[0])
        raise LedgerUnavailable(f"the database of the ledger at '{name}' can't be used: {why}") from error
    except asyncpg.TargetServerAttributeNotMatched as error:
        raise LedgerUnavailable(
            f"the database of the ledger at '{name}' can't be used: none of its hosts takes writes"
        ) from error
    except TimeoutError as error:
        raise LedgerUnavailable(
            f"the database of the ledger at '{name}' can't be used: it did not answer in time"
        ) from error
    except (asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, EOFError) as error:
        raise LedgerUnavailable(
            f"the database of the ledger at '{name}' can't be reached: {error}"
        ) from error
    except (ValueError, OverflowError) as error:  # a text that is no UTF-8, a number that is too large
        raise LedgerUnavailable(
            f"the database of the ledger at '{name}' does not take this: {error}"
        ) from error
