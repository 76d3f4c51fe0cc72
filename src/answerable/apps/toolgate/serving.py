"""`answerable tools serve`: put the back ends, the ledger and the bundle behind the tool gate, and listen."""

import asyncio
import json
import os
import secrets
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass

import uvicorn

from answerable.adapters.connectors.opening import open_connectors
from answerable.adapters.connectors.secrets import Secrets
from answerable.adapters.sqlite_actions import SqliteActions
from answerable.adapters.sqlite_grants import SqliteGrants
from answerable.adapters.sqlite_ledger import beside
from answerable.adapters.stored_ledger import StoredLedger
from answerable.adapters.world import utc_now
from answerable.apps.acting import Executor, Granting
from answerable.apps.acting.recovery import Recovery
from answerable.apps.deciders import ShelfDecider
from answerable.apps.gateway.identity_settings import open_callers, open_customers, open_tls
from answerable.apps.key_references import open_vault
from answerable.apps.ledger.checkpointing import Checkpointer
from answerable.apps.ledger.indexing import keep_indexed
from answerable.apps.ledger_place import LedgerPlace
from answerable.apps.serve import AnnouncingServer, checkpointer_of, decider_of, is_loopback, tls_options
from answerable.apps.settings import Settings
from answerable.apps.toolgate.allowed import read_allowed
from answerable.apps.toolgate.catalogue import Catalogue
from answerable.apps.toolgate.executing import Bundles, ByExecutor
from answerable.apps.toolgate.gate import ToolGate
from answerable.apps.toolgate.http import PATH, create_tool_app
from answerable.apps.toolgate.recorded import RecordedPast
from answerable.apps.toolgate.stdio import serve_stdio
from answerable.apps.toolgate.talks import Talks
from answerable.decisions import Bundle, CedarDecider
from answerable.flow import Mode
from answerable.grants import KeyRing, new_key
from answerable.ports.actions import ActionStore
from answerable.ports.grants import GrantStore
from answerable.values.errors import SettingsError

_INDEX_SECONDS = 5.0
_CHECKPOINT_SECONDS = 2.0
_RECOVER_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Parts:
    """A gate, and what is to be let go of after it."""

    gate: ToolGate
    ledger: StoredLedger
    place: LedgerPlace
    grants: GrantStore
    checkpointer: Checkpointer
    executor: Executor

    async def close(self) -> None:
        await self.gate.close()
        await self.executor.close()
        self.executor.journal.store.close()
        for connector in self.gate.catalogue.connectors:
            await connector.close()
        self.grants.close()
        await self.ledger.close()

    async def recover(self) -> None:
        """Find out what became of acts that nobody works on any more, until cancelled."""
        await Recovery(self.executor).run(_RECOVER_SECONDS)

    async def sign(self) -> None:
        """Sign the ledger's checkpoints, until cancelled."""
        await self.checkpointer.run(_CHECKPOINT_SECONDS)

    async def index(self) -> None:
        """Keep the ledger's index up, until cancelled."""
        with closing(self.place.index()) as index:
            await keep_indexed(self.ledger, index, _INDEX_SECONDS)


def open_catalogue(settings: Settings) -> Catalogue:
    """Raises SettingsError."""
    if settings.toolgate is None or settings.connectors is None:
        raise SettingsError(
            "the tool gate needs to be told who may use which tools (ANSWERABLE_TOOLGATE) and where those are "
            "(ANSWERABLE_CONNECTORS); see docs/tools.md"
        )
    allowed = read_allowed(settings.toolgate)
    connectors = open_connectors(settings.connectors, Secrets(os.environ, lambda: open_vault(os.environ)))
    for workload, share in allowed.workloads.items():
        if unknown := sorted(share.connectors - connectors.keys()):
            raise SettingsError(
                f"{settings.toolgate}: '{workload}' may use '{unknown[0]}', which is no back end of "
                f"{settings.connectors}"
            )
    return Catalogue(list(connectors.values()), allowed)


def in_force(settings: Settings) -> Callable[[], Bundle]:
    """The bundle in force, whenever it is asked for. Raises BundleError, SettingsError."""
    decider = decider_of(settings)
    if isinstance(decider, ShelfDecider):
        return lambda: decider.current().bundle
    assert isinstance(decider, CedarDecider)  # noqa: S101 – there are two
    return lambda: decider.bundle


def build_gate(settings: Settings, granting: Granting | None = None) -> Parts:
    """Raises SettingsError, BundleError, LedgerUnavailable, KeyUnavailable, GrantsUnavailable."""
    if settings.mode is not Mode.ENFORCE:
        raise SettingsError(
            "the tool gate has no 'observe': what it let pass against the rules would be done. Unset ANSWERABLE_MODE"
        )
    catalogue, bundles = open_catalogue(settings), Bundles(in_force(settings))
    for connector in catalogue.connectors:
        if connector.checks_grants and granting is None:
            raise SettingsError(
                f"the back end '{connector.name}' checks grants itself, and this gate issues its own; let it not check "
                "them, or run the gate beside the issuer"
            )
    place = LedgerPlace.of(settings)
    ledger = place.open(create=True)
    grants = _grants(settings, place)
    executor = Executor(
        store=SqliteActions(beside(place.path, "actions")) if place.path else _no_database(),
        ledger=ledger,
        granting=granting or own_granting(grants),
        connectors={connector.name: connector for connector in catalogue.connectors},
        rules=bundles.rules,
        now=utc_now,
        random=random,
    )
    gate = ToolGate(
        ledger,
        bundles.current,
        catalogue,
        ByExecutor(executor, bundles, random),
        talks=Talks(RecordedPast(ledger, place.index)),
        pseudonym=ledger.keys.pseudonym,
    )
    return Parts(gate, ledger, place, grants, checkpointer_of(settings, place, ledger), executor)


def run_tool_server(settings: Settings, *, stdio: bool, as_json: bool) -> None:
    """Serve until told to stop, or until stdin ends. Raises SettingsError, and as `build_gate`."""
    callers, customers = open_callers(settings), open_customers(settings)
    if not stdio and callers.open and not is_loopback(settings.host):
        raise SettingsError(
            f"'{settings.host}' can be reached from other machines, and nothing says who may call: set "
            "ANSWERABLE_TRUST_BUNDLES, ANSWERABLE_WORKLOAD_ISSUERS or ANSWERABLE_INSECURE_CLIENT_KEYS, or listen "
            "on 127.0.0.1"
        )
    if not stdio:
        _listen(settings, as_json=as_json)
        return

    async def speak() -> None:
        async with _opened(settings) as parts:
            beside = [asyncio.create_task(one()) for one in (parts.index, parts.sign, parts.recover)]
            try:
                await serve_stdio(parts.gate, callers, settings.svid, customers, settings.limits)
            finally:
                for task in beside:
                    task.cancel()
                await asyncio.gather(*beside, return_exceptions=True)

    asyncio.run(speak())


def _listen(settings: Settings, *, as_json: bool) -> None:
    callers = open_callers(settings)
    tls = open_tls(settings, callers.trust)

    async def listen() -> None:
        async with _opened(settings) as parts:
            app = create_tool_app(
                parts.gate,
                callers,
                open_customers(settings),
                limits=settings.limits,
                beside=(parts.index, parts.sign, parts.recover),
            )
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
            await AnnouncingServer(config, lambda port: _announce(settings, port, as_json=as_json)).serve()

    asyncio.run(listen())


def _announce(settings: Settings, port: int, *, as_json: bool) -> None:
    scheme = "https" if settings.tls_cert else "http"
    url = f"{scheme}://{settings.host}:{port}{PATH}"
    if as_json:
        print(json.dumps({"url": url, "ledger": str(LedgerPlace.of(settings))}), flush=True)  # noqa: T201
    else:
        print(f"The tool gate listens at {url}", file=sys.stderr, flush=True)  # noqa: T201


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[Parts]:
    parts = build_gate(settings)
    try:
        # Before the first call is recorded: nothing goes on top of a ledger that was cut or exchanged.
        await parts.checkpointer.finish()
        yield parts
        await parts.checkpointer.finish()
    finally:
        await parts.close()


def print_tools(settings: Settings, *, as_json: bool) -> None:
    """Raises SettingsError, BundleError."""
    catalogue, bundle = open_catalogue(settings), in_force(settings)()

    async def ask() -> None:
        await catalogue.refresh()
        for connector in catalogue.connectors:
            await connector.close()

    asyncio.run(ask())
    served = {
        workload: {tool.name for tool in catalogue.listed(workload, bundle)}
        for workload in catalogue.allowed.workloads
    }
    rows = [
        {
            "tool": tool.name,
            "back_end": tool.audience,
            "kind": "read" if catalogue.is_read(tool, bundle) else "act",
            "fingerprint": tool.offered.fingerprint,
            "workloads": sorted(workload for workload, names in served.items() if tool.name in names),
        }
        for tool in catalogue.all()
    ]
    out = [{"tool": one.name, "left_out": one.because} for one in catalogue.left_out]
    if as_json:
        print(json.dumps([*rows, *out], indent=2))  # noqa: T201
        return
    for row in rows:
        whose = ", ".join(row["workloads"]) or "nobody"
        print(f"{row['kind']:4}  {row['tool']}  {row['back_end']}  {row['fingerprint']}")  # noqa: T201
        print(f"      served to {whose}")  # noqa: T201
    for one in out:
        print(f"left out  {one['tool']}: {one['left_out']}")  # noqa: T201


def own_granting(grants: GrantStore) -> Granting:
    """Grants for back ends whose credential the gateway holds: nobody else is ever shown one."""
    ring = KeyRing(new_key(secrets.token_bytes(40)), new_key(secrets.token_bytes(40)))
    holder = new_key(secrets.token_bytes(40))
    return Granting(grants, "answerable:tools", lambda: ring, holder, utc_now, random)


def random() -> str:
    """128 random bits."""
    return secrets.token_hex(16)


def _no_database() -> ActionStore:
    raise SettingsError(
        "acts are kept beside a ledger in a file; one in a database has no place for them yet"
    )


def _grants(settings: Settings, place: LedgerPlace) -> GrantStore:
    if place.path is not None:
        return SqliteGrants(beside(place.path, "grants"))
    from answerable.adapters.postgres.grants import PostgresGrants  # noqa: PLC0415 – an extra

    return PostgresGrants(settings.ledger)
