"""From settings to the issuer of grants that runs inside the gateway."""

import asyncio
import os
import secrets
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from starlette.applications import Starlette
from starlette.requests import Request

from answerable.adapters.grant_ring import RingFile, fixed_ring
from answerable.adapters.secret_sources import Place, Reference, parse_reference, read_secret
from answerable.adapters.sqlite_grants import SqliteGrants
from answerable.adapters.stored_ledger import StoredLedger
from answerable.adapters.world import new_trace, utc_now
from answerable.apps.authority.app import create_authority
from answerable.apps.authority.callers import Caller
from answerable.apps.authority.issuing import Issuer
from answerable.apps.authority.recording import Record, RecordedGrants
from answerable.apps.authority.refusals import RefusalsOnRecord
from answerable.apps.gateway.chat import shown_by
from answerable.apps.gateway.peer_certificates import certificates_of
from answerable.apps.intents import thing_named
from answerable.apps.permits import FindApproved, Permits, nothing_approved
from answerable.apps.settings import Settings
from answerable.decisions import Bundle
from answerable.grants import KeyRing
from answerable.grants.metadata import usable_issuer
from answerable.ports.callers import Shown, WorkloadAuthenticator
from answerable.ports.connectors import BackEnds
from answerable.ports.grants import GrantStore
from answerable.ports.ledger import Ledger
from answerable.receipts import Draft
from answerable.values import Digest, GrantId, WorkloadId
from answerable.values.errors import SettingsError

_CLEAN_SECONDS = 600.0
_KEPT = timedelta(days=1)
_ID_BYTES = 16
_SCHEMES = ("postgresql://", "postgres://")


class Authority(NamedTuple):
    """The issuer of a gateway: its routes, its store, its keys."""

    app: Starlette
    issuer: Issuer
    store: RecordedGrants
    ring: Callable[[], KeyRing]

    async def run(self) -> None:
        """Forget now and then what can no longer matter, until cancelled."""
        while True:
            await asyncio.to_thread(self.store.clean, utc_now() - _KEPT)
            await asyncio.sleep(_CLEAN_SECONDS)


def open_authority(
    settings: Settings,
    ledger: StoredLedger,
    callers: WorkloadAuthenticator,
    back_ends: BackEnds,
    connector_of: Callable[[str], str | None],
    bundle_of: Callable[[Digest], Bundle | None],
    kept: GrantStore,
    ring: Callable[[], KeyRing],
    approved: FindApproved = nothing_approved,
) -> Authority:
    """The issuer. `connector_of` names the back end of a tool, as the bundle in force has it; `bundle_of` is asked for
    the one that an act was decided under.

    Raises SettingsError, SignatureError, GrantsUnavailable.
    """
    if settings.issuer is None:
        raise SettingsError("no issuer is named; set ANSWERABLE_ISSUER to the URL that back ends know it by")
    store, known = recorded(kept, ledger), _Known(callers, back_ends)
    issuer = Issuer(
        usable_issuer(settings.issuer),
        store,
        ring,
        known.subject,
        Permits(
            ledger,
            lambda tool: _audience(back_ends, connector_of(tool)),
            approved,
            lambda bundle, tool, arguments: thing_named(bundle_of(bundle), tool, arguments),
        ),
        utc_now,
        lambda: GrantId(f"gr_{secrets.token_hex(_ID_BYTES)}"),
        record_refusal=RefusalsOnRecord(ledger, recording(ledger), utc_now),
    )
    app = create_authority(
        issuer,
        known.caller,
        auth_methods=["private_key_jwt", "tls_client_auth"],
        certificate=lambda request: next(iter(certificates_of(request.scope)), None),
    )
    return Authority(app, issuer, store, ring)


def recorded(kept: GrantStore, ledger: Ledger) -> RecordedGrants:
    """The store, with every change of it in that ledger. For worker threads."""
    return RecordedGrants(kept, recording(ledger), utc_now, new_trace)


def recording(ledger: Ledger) -> Record:
    """Append to that ledger, and wait. For worker threads."""

    def record(drafts: Sequence[Draft]) -> None:
        asyncio.run(ledger.append(drafts))

    return record


def open_grants(settings: Settings) -> GrantStore:
    """Where grants are kept: as named, else beside the ledger's file, else in its database.

    Raises SettingsError, GrantsUnavailable.
    """
    path = grants_file(settings)
    if path is None:
        from answerable.adapters.postgres.grants import PostgresGrants  # noqa: PLC0415 – an extra

        return PostgresGrants(settings.grants or settings.ledger)
    path.parent.mkdir(parents=True, exist_ok=True)
    return SqliteGrants(path)


def grants_file(settings: Settings) -> Path | None:
    """The file that grants are kept in; None where that is a database."""
    place = settings.grants or settings.ledger
    if place.startswith(_SCHEMES):
        return None
    return Path(place) if settings.grants else Path(f"{place}.grants")


def open_ring(settings: Settings) -> Callable[[], KeyRing]:
    """The keys that grants are signed with. A file that is not there is made. Raises SettingsError, SignatureError."""
    found = ring_place(settings)
    if found.place is Place.FILE:
        return RingFile(Path(found.name)).ring
    if found.place is Place.ENVIRONMENT:
        return fixed_ring(read_secret(found, os.environ))
    raise SettingsError("the keys of grants are signed with in this process; name a file or env:NAME")


def ring_place(settings: Settings) -> Reference:
    """Where the keys are that grants are signed with. Raises SettingsError."""
    if settings.grant_keys is not None:
        return parse_reference(settings.grant_keys)
    if settings.ledger.startswith(_SCHEMES):
        raise SettingsError(
            "the ledger is in a database, so say where the keys of grants are: ANSWERABLE_GRANT_KEYS"
        )
    return Reference(Place.FILE, f"{settings.ledger}.grant-keys")


def _audience(back_ends: BackEnds, connector: str | None) -> str | None:
    found = back_ends.get(connector) if connector is not None else None
    return None if found is None else found.audience


class _Known:
    """Who asks, and whose token is shown: both are known by what the gateway knows workloads by."""

    def __init__(self, callers: WorkloadAuthenticator, back_ends: BackEnds) -> None:
        self._callers, self._back_ends = callers, back_ends
        self._loop: asyncio.AbstractEventLoop | None = None

    async def caller(self, request: Request) -> Caller:
        """A workload asks for its own grants, and for the back ends that it is. It revokes by no selector."""
        self._loop = asyncio.get_running_loop()
        workload = await self._callers.authenticate(shown_by(request))
        audiences = {one.audience for one in self._back_ends.values() if one.workload == workload.id}
        return Caller(workload.id, frozenset({workload.id}), frozenset(audiences))

    def subject(self, token: str) -> WorkloadId:
        """The workload that a subject token is of. For the worker thread that its caller's request is answered in."""
        assert self._loop is not None  # noqa: S101 – no request is answered before its caller is known
        shown = self._callers.authenticate(Shown(f"Bearer {token}"))
        return asyncio.run_coroutine_threadsafe(shown, self._loop).result().id
