"""From settings to whoever does acts in this process."""

import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from answerable.adapters.connectors.opening import open_connectors, read_back_ends
from answerable.adapters.connectors.secrets import Secrets
from answerable.adapters.sqlite_actions import SqliteActions
from answerable.adapters.sqlite_ledger import beside
from answerable.adapters.stored_ledger import StoredLedger
from answerable.adapters.world import utc_now
from answerable.apps.acting.executor import Executor
from answerable.apps.acting.granting import Granting
from answerable.apps.acting.recovery import Recovery
from answerable.apps.acting.undoing import DecideUndo
from answerable.apps.deciders import KnownBundles
from answerable.apps.key_references import open_vault
from answerable.apps.ledger_place import LedgerPlace
from answerable.apps.settings import Settings
from answerable.grants import KeyRing, new_key
from answerable.ports.actions import ActionStore
from answerable.ports.connectors import BackEnds, Connector
from answerable.ports.grants import GrantStore
from answerable.values.errors import SettingsError

HERE = "https://gateway.invalid"
"""The issuer of grants that no back end checks: they are used up in this process."""
_RECOVER_SECONDS = 5.0
_RANDOM_BYTES, _KEY_BYTES = 16, 40


@dataclass(frozen=True, slots=True)
class Acting:
    """Back ends, and whoever does acts at them."""

    executor: Executor
    recovery: Recovery
    store: ActionStore
    connectors: dict[str, Connector]
    back_ends: BackEnds

    async def run(self) -> None:
        """Finish what a crash left, until cancelled. Never raises."""
        await self.recovery.run(_RECOVER_SECONDS)

    async def close(self) -> None:
        """Let go of the back ends and the store."""
        for connector in self.connectors.values():
            await connector.close()
        self.store.close()


def open_acting(
    settings: Settings,
    ledger: StoredLedger,
    bundles: KnownBundles,
    grants: GrantStore,
    ring: Callable[[], KeyRing],
    decide_undo: DecideUndo | None = None,
) -> Acting:
    """Raises SettingsError, ActionsUnavailable."""
    if settings.connectors is None:
        raise SettingsError("no back end is named; set ANSWERABLE_CONNECTORS to the file that lists them")
    connectors = open_connectors(settings.connectors, Secrets(os.environ, lambda: open_vault(os.environ)))
    back_ends = read_back_ends(settings.connectors)
    checking = sorted(
        [name for name, one in connectors.items() if one.checks_grants]
        + [name for name, one in back_ends.items() if one.by_bot]
    )
    if checking and settings.issuer is None:
        raise SettingsError(
            f"the back end '{checking[0]}' checks grants, and nobody issues them; set ANSWERABLE_ISSUER"
        )
    store = open_actions(settings)

    executor = Executor(
        store=store,
        ledger=ledger,
        granting=Granting(
            grants,
            settings.issuer or HERE,
            ring,
            # Made anew with each start: what was granted to the last one is not used any more.
            new_key(secrets.token_bytes(_KEY_BYTES)),
            utc_now,
            random,
            recorded=settings.issuer is not None,
        ),
        connectors=connectors,
        rules=bundles.rules,
        now=utc_now,
        random=random,
        decide_undo=decide_undo,
    )
    return Acting(executor, Recovery(executor), store, connectors, back_ends)


def open_actions(settings: Settings) -> ActionStore:
    """Where acts are kept: beside the ledger's file, or in its database. Raises ActionsUnavailable, SettingsError."""
    place = LedgerPlace.of(settings)
    if place.path is not None:
        Path(place.path).parent.mkdir(parents=True, exist_ok=True)
        return SqliteActions(beside(place.path, "actions"))
    from answerable.adapters.postgres.actions import PostgresActions  # noqa: PLC0415 – an extra

    return PostgresActions(settings.ledger)


def random() -> str:
    """128 random bits."""
    return secrets.token_hex(_RANDOM_BYTES)
