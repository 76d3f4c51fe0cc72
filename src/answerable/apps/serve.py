"""`answerable serve`: put the adapters behind the ports and listen."""

import dataclasses
import gc
import ipaddress
import json
import sys
from collections.abc import Callable, Coroutine
from contextlib import closing
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from answerable.adapters.anchor_folder import AnchorFolder
from answerable.adapters.bundle_files import built_in, from_folder
from answerable.adapters.http_upstream import HttpUpstream
from answerable.adapters.http_witness import HttpWitness
from answerable.adapters.identity.server_tls import ServerTls
from answerable.adapters.key_files import read_witnesses
from answerable.adapters.sqlite_ledger import SqliteLedger
from answerable.adapters.stored_ledger import StoredLedger
from answerable.adapters.world import new_trace, utc_now
from answerable.apps.assembly import Assembly, assemble
from answerable.apps.bundles import open_shelf
from answerable.apps.deciders import KnownBundles, ShelfDecider
from answerable.apps.gate import Gate
from answerable.apps.gateway.app import create_app
from answerable.apps.gateway.callers import Callers
from answerable.apps.gateway.identity_settings import open_callers, open_customers, open_tls
from answerable.apps.gateway.peer_certificates import TlsProtocol
from answerable.apps.ledger.checkpointing import Checkpointer, check_key
from answerable.apps.ledger.erasing import Officer
from answerable.apps.ledger.indexing import keep_indexed
from answerable.apps.ledger.retention import Retention
from answerable.apps.ledger.serving import LogPages
from answerable.apps.ledger_place import LedgerPlace
from answerable.apps.readers import make_reader
from answerable.apps.settings import Settings, from_environment
from answerable.decisions import CedarDecider
from answerable.ports import Ledger
from answerable.values.errors import SettingsError

_SWITCH_SECONDS = 0.0005
_INDEX_SECONDS = 5.0


def settings_for(**options: object) -> Settings:
    """The environment's settings, with the command line's on top. Raises SettingsError."""
    given = {name: value for name, value in options.items() if value is not None}
    return dataclasses.replace(from_environment(), **given)  # type: ignore[arg-type]


def build(
    settings: Settings, ledger: Ledger, place: LedgerPlace | None = None, callers: Callers | None = None
) -> ASGIApp:
    """The gateway, wired. `place` is where the ledger is, to sign for it and to show its log.

    Raises SettingsError, BundleError, SignatureError, IdentityError, KeyUnavailable.
    """
    if place is None and isinstance(ledger, SqliteLedger):
        place = LedgerPlace(str(ledger.path), settings.ledger_key, settings.ledger_master_key)
    if not settings.upstream.startswith(("http://", "https://")):
        raise SettingsError(f"the upstream '{settings.upstream}' is no URL; write http://HOST:PORT/v1")
    if settings.bundle and settings.bundles:
        raise SettingsError("both a bundle and a shelf of bundles were named; keep one")
    limits, reader, decider = settings.limits, make_reader(), decider_of(settings)
    callers = callers or open_callers(settings)
    behind: Assembly | None = None
    if isinstance(ledger, StoredLedger):
        behind = assemble(
            settings, ledger, KnownBundles(decider), reader, callers, tools_for=open_customers(settings)
        )
    gate = Gate(
        ledger,
        reader,
        decider,
        mode=settings.mode,
        line_limit=limits.line_characters,
        zone=settings.zone,
        follow_up=behind.in_replies if behind is not None else None,
        bot_version=settings.bot_version,
    )
    return create_app(
        gate,
        lambda: HttpUpstream(
            settings.upstream,
            connect_seconds=limits.connect_seconds,
            silence_seconds=limits.silence_seconds,
            connections=limits.replies,
        ),
        callers=callers,
        customers=open_customers(settings),
        limits=limits,
        upstream_key=settings.upstream_key,
        log=LogPages(place) if place else None,
        checkpointer=checkpointer_of(settings, place, ledger) if place else None,
        beside=_beside(settings, place, ledger) if place else (),
        behind=behind,
    )


def checkpointer_of(settings: Settings, place: LedgerPlace, ledger: Ledger) -> Checkpointer:
    """What signs the ledger's checkpoints.

    Raises SettingsError, KeyUnavailable; SignatureError where the key is not the one the log signs with now.
    """
    signer = place.signing_key(make=True)
    check_key(place, signer)
    known = read_witnesses(settings.witnesses) if settings.witnesses else []
    anchor = AnchorFolder(settings.anchor, signer.verifier.name) if settings.anchor else None
    hold_back = ledger.hold_back if isinstance(ledger, StoredLedger) else lambda _why: None
    return Checkpointer(place, signer, [HttpWitness(url, key) for url, key in known], anchor, hold_back)


def _beside(
    settings: Settings, place: LedgerPlace, ledger: Ledger
) -> list[Callable[[], Coroutine[Any, Any, None]]]:
    """What goes on for the ledger beside the replies. Raises SettingsError, SignatureError, KeyUnavailable."""
    if not isinstance(ledger, StoredLedger):
        return []

    async def indexing() -> None:
        with closing(place.index()) as index:
            await keep_indexed(ledger, index, _INDEX_SECONDS)

    if settings.retention_days is None:
        return [indexing]
    officer = Officer(place.signing_key(), utc_now, new_trace)
    return [indexing, Retention(ledger, settings.retention_days, officer).run]


def decider_of(settings: Settings) -> CedarDecider | ShelfDecider:
    """What decides, as the settings have it. Raises BundleError, SettingsError."""
    if settings.bundles:
        shelf = open_shelf(settings.bundles, settings.approvers, unsigned=settings.insecure_unsigned_bundles)
        return ShelfDecider(shelf)
    return CedarDecider(from_folder(settings.bundle) if settings.bundle else built_in())


def run_server(settings: Settings, *, as_json: bool) -> None:
    """Serve until told to stop. Raises SettingsError, above all where an open gateway would leave this machine."""
    callers = open_callers(settings)
    if callers.open and not is_loopback(settings.host):
        raise SettingsError(
            f"'{settings.host}' can be reached from other machines, and nothing says who may call: set "
            "ANSWERABLE_TRUST_BUNDLES, ANSWERABLE_WORKLOAD_ISSUERS or ANSWERABLE_INSECURE_CLIENT_KEYS, or listen "
            "on 127.0.0.1"
        )
    tls = open_tls(settings, callers.trust)
    # The ledger's thread needs the interpreter for microseconds at a time; the default lets it
    # wait five milliseconds for each turn behind a busy event loop.
    sys.setswitchinterval(_SWITCH_SECONDS)
    # What is loaded now stays; the collector need not look through it again and again.
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    place = LedgerPlace.of(settings)
    ledger = place.open(create=True)
    app = build(settings, ledger, place, callers)
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="none",
        timeout_graceful_shutdown=30,
        **tls_options(tls),
    )
    server = AnnouncingServer(config, lambda port: _announce(settings, port, as_json=as_json))
    server.run()


def tls_options(tls: ServerTls | None) -> dict[str, Any]:
    """What uvicorn is told so that it serves TLS, and callers' certificates reach the app."""
    if tls is None:
        return {}
    return {"http": TlsProtocol, "ssl_context_factory": lambda _, __: tls.context}


class AnnouncingServer(uvicorn.Server):
    """Says where it listens once it does, also where port 0 was asked for."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[int], None]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        await super().startup(sockets)  # type: ignore[arg-type]
        for server in self.servers:
            for one in server.sockets:
                self._announce(one.getsockname()[1])
                return


def _announce(settings: Settings, port: int, *, as_json: bool) -> None:
    scheme = "https" if settings.tls_cert else "http"
    url = f"{scheme}://{settings.host}:{port}/v1"
    if as_json:
        facts = {
            "url": url,
            "upstream": settings.upstream,
            "ledger": str(LedgerPlace.of(settings)),
            "mode": settings.mode,
        }
        print(json.dumps(facts), flush=True)  # noqa: T201
        return
    print(  # noqa: T201
        f"Answerable listens. Set your bot's base URL to {url}\n"
        f"  upstream {settings.upstream}\n  ledger   {LedgerPlace.of(settings)}\n  mode     {settings.mode.value}",
        file=sys.stderr,
        flush=True,
    )


def is_loopback(host: str) -> bool:
    """Can that address be reached from this machine alone?"""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
