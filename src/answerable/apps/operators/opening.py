"""From a file of operators and a ledger's place to everything about people that a gateway needs."""

import os
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from answerable.adapters.duty_files import shipped_duties
from answerable.adapters.identity.openid_provider import OpenIdProvider
from answerable.adapters.operator_file import read_operator_file
from answerable.adapters.secret_sources import parse_reference, read_secret
from answerable.adapters.sqlite_directory import SqliteDirectory
from answerable.adapters.sqlite_ledger import beside
from answerable.adapters.sqlite_roles import SqliteRoles
from answerable.adapters.sqlite_sign_ins import SqliteSignIns
from answerable.adapters.stored_ledger import StoredLedger
from answerable.adapters.world import new_trace, utc_now
from answerable.apps.ledger_place import LedgerPlace
from answerable.apps.operators.limits_form import money_typed
from answerable.apps.operators.people import People
from answerable.apps.operators.role_changes import RoleChanges
from answerable.apps.operators.sessions import OperatorSessions, SessionLife
from answerable.apps.settings import Settings
from answerable.ports.roles import RoleStore
from answerable.values import Money
from answerable.values.errors import RoleError, SettingsError

_LOCAL = Path("var/ledger.db")
"""Beside which sessions and passkeys are kept on this machine where the ledger is in a database."""


def open_roles(place: LedgerPlace, dsn: str) -> RoleStore:
    """Who has which role: beside a ledger's file, or in its database. Raises RolesUnavailable, SettingsError."""
    if place.path is not None:
        return SqliteRoles(beside(place.path, "roles"))
    from answerable.adapters.postgres.roles import PostgresRoles  # noqa: PLC0415 – an extra

    return PostgresRoles(dsn)


def open_directory(place: LedgerPlace) -> SqliteDirectory:
    """The people of this machine. Raises RolesUnavailable."""
    return SqliteDirectory(beside(place.path or _LOCAL, "people"))


def open_sign_ins(place: LedgerPlace) -> SqliteSignIns:
    """Who is signed in on this machine. Raises RolesUnavailable."""
    return SqliteSignIns(beside(place.path or _LOCAL, "sign-ins"))


def open_people(
    file: Path,
    settings: Settings,
    ledger: StoredLedger,
    *,
    environment: Mapping[str, str] | None = None,
    now: Callable[[], datetime] = utc_now,
) -> People:
    """Everything about people. `ledger` is the open one that the gateway writes.

    Raises SettingsError, IdentityError, RolesUnavailable.
    """
    given = os.environ if environment is None else environment
    said = read_operator_file(file, lambda text: read_secret(parse_reference(text), given), _money(file))
    place = LedgerPlace.of(settings)
    roles, duties = open_roles(place, settings.ledger), shipped_duties(said.rules)
    changes = RoleChanges(ledger, roles, duties, now, new_trace)
    return People(
        OperatorSessions(open_sign_ins(place), said.url, now, SessionLife(said.idle, said.most)),
        changes.store,
        duties,
        changes,
        now,
        tuple(OpenIdProvider(one, clock=now) for one in said.providers),
        open_directory(place) if said.passkeys else None,
    )


def _money(file: Path) -> Callable[[str], Money]:
    def read(text: str) -> Money:
        try:
            return money_typed(text)
        except RoleError as error:
            raise SettingsError(f"'{file}': {error}") from error

    return read
