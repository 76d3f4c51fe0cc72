"""Where a ledger is, and everything that belongs to it: opened from a setting or an option."""

import secrets
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

from answerable.adapters.key_files import ledger_key
from answerable.adapters.local_key_wrapper import local_wrapper
from answerable.adapters.no_keys import NoKeys
from answerable.adapters.secret_sources import Place, parse_reference
from answerable.adapters.sqlite_index import SqliteIndex
from answerable.adapters.sqlite_ledger import SqliteLedger, beside
from answerable.adapters.sqlite_log import SqliteLog
from answerable.adapters.sqlite_migrations import is_older
from answerable.adapters.stored_ledger import StoredLedger
from answerable.apps.key_references import open_signing_key, open_wrapper
from answerable.apps.settings import Settings, from_environment
from answerable.ports.kept_log import KeptLog
from answerable.ports.keys import KeyWrapper
from answerable.ports.ledger_index import LedgerIndex
from answerable.signing import SigningKey, new_signer
from answerable.signing.keys import SEED_BYTES
from answerable.values.errors import LedgerUnavailable, SettingsError
from answerable.values.extras import how_to_install

_SCHEMES = ("postgresql://", "postgres://")


class LedgerPlace:
    """A file (`var/ledger.db`, with keys beside it) or a PostgreSQL database (`postgresql://…`).

    `key` and `master` are references (a path, `env:NAME`, `vault:KEY`) to what signs its checkpoints and what
    wraps the keys of data subjects; without them they are in files beside a file, and a database needs both.
    """

    def __init__(self, text: str | Path, key: str | None = None, master: str | None = None) -> None:
        self._text, self._key, self._master = str(text), key, master
        self.path = None if self._text.startswith(_SCHEMES) else Path(text)

    @classmethod
    def of(cls, settings: Settings) -> "LedgerPlace":
        return cls(settings.ledger, settings.ledger_key, settings.ledger_master_key)

    def __str__(self) -> str:
        """For messages: without a password."""
        if self.path is not None:
            return str(self.path)
        from answerable.adapters.postgres.place import place  # noqa: PLC0415 – an extra

        return place(self._text).name

    def open(self, *, create: bool = False) -> StoredLedger:
        """The ledger, to write or to read. Without its keys beside it, a file is opened to read what is not sealed.

        Raises LedgerUnavailable where there is none and none is to be made, and as the adapters do.
        """
        if self.path is None:
            _need_asyncpg()
            from answerable.adapters.postgres.ledger import PostgresLedger  # noqa: PLC0415 – an extra

            return PostgresLedger(self._text, self.wrapper(make=create))
        if not create and not self.path.exists():
            raise LedgerUnavailable(f"there is no ledger at '{self}'; name one with --ledger")
        if not create and not beside(self.path, "keys").exists() and not is_older(self.path):
            return SqliteLedger(self.path, keys=NoKeys(str(self.path)))
        return SqliteLedger(self.path, wrapper=self.wrapper(make=create))

    def log(self) -> KeptLog:
        """Its tree, checkpoints and handovers. Raises LedgerUnavailable where there is no ledger."""
        if self.path is None:
            _need_asyncpg()
            from answerable.adapters.postgres.log import PostgresLog  # noqa: PLC0415 – an extra

            return PostgresLog(self._text)
        if not self.path.exists():
            raise LedgerUnavailable(f"there is no ledger at '{self}'; name one with --ledger")
        return SqliteLog(self.path)

    def index(self) -> LedgerIndex:
        """What look-ups in it go by. Raises LedgerUnavailable, SettingsError."""
        if self.path is None:
            _need_asyncpg()
            from answerable.adapters.postgres.index import PostgresIndex  # noqa: PLC0415 – an extra

            return PostgresIndex(self._text)
        return SqliteIndex(beside(self.path, "index"))

    def signing_key(self, reference: str | None = None, *, make: bool = False) -> SigningKey:
        """What signs its checkpoints: as named, as the settings say, or in a file beside it.

        With `make`, a file that is not there is made. Raises SettingsError, SignatureError, KeyUnavailable.
        """
        chosen = reference or self._key
        if chosen is None:
            if self.path is None:
                raise SettingsError(
                    f"the ledger is in a database ('{self}'), so say where its signing key is: ANSWERABLE_LEDGER_KEY"
                )
            chosen = str(beside(self.path, "key"))
        if make and parse_reference(chosen).place is Place.FILE:
            return ledger_key(
                Path(chosen), lambda: new_signer(_fresh_name(), secrets.token_bytes(SEED_BYTES))
            )
        return open_signing_key(chosen, self._kept_name)

    def _kept_name(self) -> str:
        with closing(self.log()) as log:
            return log.name(_fresh_name())

    def wrapper(self, *, make: bool = False) -> KeyWrapper:
        """What wraps the keys of its data subjects. With `make`, a named file that is not there is made.

        Raises SettingsError, KeyUnavailable.
        """
        if self._master is not None:
            if make and parse_reference(self._master).place is Place.FILE:
                return local_wrapper(Path(self._master))
            return open_wrapper(self._master)
        if self.path is None:
            raise SettingsError(
                f"the ledger is in a database ('{self}'), so say where the master key is that wraps its keys: "
                "ANSWERABLE_LEDGER_MASTER_KEY"
            )
        return local_wrapper(beside(self.path, "master"))


def ledger_at(text: str | None) -> LedgerPlace:
    """The ledger that an option names, or the settings. Raises SettingsError."""
    settings = from_environment()
    return LedgerPlace(text or settings.ledger, settings.ledger_key, settings.ledger_master_key)


def _need_asyncpg() -> None:
    """Raises SettingsError where the extra for PostgreSQL is not installed."""
    if find_spec("asyncpg") is None:
        raise SettingsError(
            "the ledger is in a PostgreSQL database, and what speaks to one is not installed; "
            + how_to_install("postgres")
        )


def _fresh_name() -> str:
    # The name is the log's: no two logs may have the same, or a witness would take one for the other.
    return f"answerable/log-{secrets.token_hex(6)}"
