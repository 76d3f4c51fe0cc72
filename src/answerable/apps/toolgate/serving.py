"""`answerable tools serve`: put the back ends, the ledger and the bundle behind the tool gate, and listen."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from typing import Any

import uvicorn

from answerable.adapters.connectors.opening import open_connectors, read_back_ends
from answerable.adapters.connectors.secrets import Secrets
from answerable.adapters.stored_ledger import StoredLedger
from answerable.apps.assembly import Assembly, assemble
from answerable.apps.deciders import KnownBundles
from answerable.apps.gateway.callers import Callers
from answerable.apps.gateway.customers import Customers
from answerable.apps.gateway.identity_settings import open_callers, open_customers, open_tls
from answerable.apps.key_references import open_vault
from answerable.apps.ledger.checkpointing import Checkpointer
from answerable.apps.ledger.indexing import keep_indexed
from answerable.apps.ledger_place import LedgerPlace
from answerable.apps.readers import make_reader
from answerable.apps.serve import AnnouncingServer, checkpointer_of, decider_of, is_loopback, tls_options
from answerable.apps.settings import Settings
from answerable.apps.toolgate.gate import ToolGate
from answerable.apps.toolgate.http import PATH, create_tool_app
from answerable.apps.toolgate.opening import open_catalogue, open_tool_gate
from answerable.apps.toolgate.stdio import serve_stdio
from answerable.values.errors import SettingsError

_INDEX_SECONDS = 5.0
_CHECKPOINT_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Parts:
    """A gate, and what is to be let go of after it."""

    gate: ToolGate
    behind: Assembly
    ledger: StoredLedger
    place: LedgerPlace
    checkpointer: Checkpointer

    async def close(self) -> None:
        await self.gate.close()
        await self.behind.close()
        await self.ledger.close()

    async def sign(self) -> None:
        """Sign the ledger's checkpoints, until cancelled."""
        await self.checkpointer.run(_CHECKPOINT_SECONDS)

    async def index(self) -> None:
        """Keep the ledger's index up, until cancelled."""
        with closing(self.place.index()) as index:
            await keep_indexed(self.ledger, index, _INDEX_SECONDS)

    @property
    def beside(self) -> list[Callable[[], Coroutine[Any, Any, None]]]:
        """What goes on while calls are answered."""
        return [self.index, self.sign, *self.behind.beside]


def build_gate(settings: Settings, callers: Callers) -> Parts:
    """Raises SettingsError, BundleError, LedgerUnavailable, KeyUnavailable, GrantsUnavailable."""
    if settings.toolgate is None or settings.connectors is None:
        raise SettingsError(
            "the tool gate needs to be told who may use which tools (ANSWERABLE_TOOLGATE) and where those are "
            "(ANSWERABLE_CONNECTORS); see docs/tools.md"
        )
    place = LedgerPlace.of(settings)
    ledger = place.open(create=True)
    bundles = KnownBundles(decider_of(settings))
    behind = assemble(settings, ledger, bundles, make_reader(), callers)
    assert behind.acting is not None  # noqa: S101 – there are connectors
    service = behind.approvals.service if behind.approvals is not None else None
    gate = open_tool_gate(settings, ledger, place, behind.acting, bundles, service)
    return Parts(gate, behind, ledger, place, checkpointer_of(settings, place, ledger))


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
        _listen(settings, callers, customers, as_json=as_json)
        return

    async def speak() -> None:
        async with _opened(settings, callers) as parts:
            beside = [asyncio.create_task(one()) for one in parts.beside]
            try:
                await serve_stdio(parts.gate, callers, settings.svid, customers, settings.limits)
            finally:
                for task in beside:
                    task.cancel()
                await asyncio.gather(*beside, return_exceptions=True)

    asyncio.run(speak())


def _listen(settings: Settings, callers: Callers, customers: Customers, *, as_json: bool) -> None:
    tls = open_tls(settings, callers.trust)

    async def listen() -> None:
        async with _opened(settings, callers) as parts:
            app = create_tool_app(
                parts.gate,
                callers,
                customers,
                limits=settings.limits,
                beside=parts.beside,
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
async def _opened(settings: Settings, callers: Callers) -> AsyncIterator[Parts]:
    parts = build_gate(settings, callers)
    try:
        # Before the first call is recorded: nothing goes on top of a ledger that was cut or exchanged.
        await parts.checkpointer.finish()
        yield parts
        await parts.checkpointer.finish()
    finally:
        await parts.close()


def print_tools(settings: Settings, *, as_json: bool) -> None:
    """Raises SettingsError, BundleError."""
    if settings.connectors is None:
        raise SettingsError("no back end is named; set ANSWERABLE_CONNECTORS to the file that lists them")
    connectors = open_connectors(settings.connectors, Secrets(os.environ, lambda: open_vault(os.environ)))
    catalogue = open_catalogue(settings, connectors, read_back_ends(settings.connectors))
    bundle = KnownBundles(decider_of(settings)).current()

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
