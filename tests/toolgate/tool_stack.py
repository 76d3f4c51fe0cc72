"""A tool gate over the shop's pack and a back end in memory, and the conversation that earns an act."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import uvicorn
from starlette.types import ASGIApp

from answerable.adapters.bundle_files import from_folder
from answerable.adapters.sqlite_index import SqliteIndex
from answerable.adapters.sqlite_ledger import SqliteLedger
from answerable.adapters.stored_ledger import StoredLedger
from answerable.apps.gate import Gate
from answerable.apps.gateway.callers import Callers
from answerable.apps.gateway.customers import Customers
from answerable.apps.readers import make_reader
from answerable.apps.sdk.in_process import InProcessActs
from answerable.apps.toolgate.allowed import Allowed, Share
from answerable.apps.toolgate.caller import Caller
from answerable.apps.toolgate.catalogue import Catalogue
from answerable.apps.toolgate.gate import ToolGate
from answerable.apps.toolgate.http import create_tool_app
from answerable.apps.toolgate.recorded import RecordedPast
from answerable.apps.toolgate.talks import Talks
from answerable.decisions import Bundle, CedarDecider
from answerable.exchange import Message, Role
from answerable.identity import Proof, Workload
from answerable.ports.connectors import Connector
from answerable.receipts import Entry, kind_name
from answerable.receipts.verifying import decode
from answerable.testing.memory_grants import MemoryGrants
from answerable.testing.shop_connector import ShopConnector
from answerable.values import CallId, ConversationId, CustomerId, TraceId, WorkloadId
from answerable.wire.limits import Limits

STORE = Path(__file__).parents[2] / "packs" / "store"
BUNDLE = from_folder(STORE)
BOT = Workload(WorkloadId("insecure_open"), Proof.INSECURE_OPEN)
TALK = ConversationId("c-1")
ASK = "Would you like me to refund $45.00 for the Blue planter in order L-1?"
REFUND: Mapping[str, Any] = {"order_id": "L-1", "amount": 45, "currency": "USD", "reason": "damaged"}
EARNED = (
    Message(Role.USER, "My planter from order L-1 is broken."),
    Message(Role.ASSISTANT, ASK),
    Message(Role.USER, "Yes, please."),
)


@dataclass
class Tools:
    """A gate and everything behind it."""

    gate: ToolGate
    ledger: StoredLedger
    shop: ShopConnector
    folder: Path
    bundle: Bundle = BUNDLE

    async def say(
        self, *messages: Message, customer: str | None = None, workload: Workload = BOT, talk: str = TALK
    ) -> TraceId:
        """Put words on record, as the chat gateway does: the whole conversation with each turn."""
        gate = Gate(self.ledger, make_reader(), CedarDecider(self.bundle))
        exchange = gate.exchange(
            messages,
            workload=workload.id,
            conversation=ConversationId(talk),
            customer=CustomerId(customer) if customer else None,
        )
        verdict = await gate.check(exchange, "One moment, please.")
        return verdict.trace

    async def call(self, tool: str, arguments: Any, caller: Caller | None = None, **options: Any) -> Any:
        who = caller or Caller(BOT, conversation=TALK)
        return await self.gate.call(who, self.gate.asked(who, tool, arguments, **{"call": "1", **options}))

    async def ask(self, tool: str, arguments: Any, caller: Caller | None = None) -> Any:
        """As a client's call comes in: what is refused is on record, too."""
        return await self.gate.ask(caller or Caller(BOT, conversation=TALK), tool, arguments, CallId("1"))

    async def entries(self, trace: str) -> list[tuple[Entry, Any]]:
        rows = await self.ledger.trace(TraceId(trace))
        return [
            (decode(row.entry, row.seq), msgspec.json.decode(row.private) if row.private else None)
            for row in rows
        ]

    async def kinds(self, trace: str) -> list[str]:
        return [kind_name(entry.body) for entry, _ in await self.entries(trace)]


def allowed(*connectors: str, **options: Any) -> Allowed:
    share = Share(frozenset(connectors or ("shop",)), options.pop("tools", None))
    return Allowed({BOT.id: share}, **options)


@asynccontextmanager
async def tools(
    folder: Path,
    *,
    connectors: Sequence[Connector] = (),
    may: Allowed | None = None,
    shop: ShopConnector | None = None,
    **options: Any,
) -> AsyncIterator[Tools]:
    """A gate on a ledger of its own."""
    ledger = SqliteLedger(folder / "ledger.db")
    shop = shop or ShopConnector()
    catalogue = Catalogue([*connectors] or [shop], may or allowed())
    await catalogue.refresh()
    past = RecordedPast(ledger, lambda: SqliteIndex(folder / "ledger.db.index"))
    runs = options.pop("runs", None) or InProcessActs(ledger, MemoryGrants())
    made: list[Tools] = []

    def in_force() -> Bundle:
        return made[0].bundle

    gate = ToolGate(ledger, in_force, catalogue, runs, talks=Talks(past), **options)
    made.append(Tools(gate, ledger, shop, folder))
    try:
        yield made[0]
    finally:
        shop.gate.set()
        await gate.close()
        await ledger.close()


@asynccontextmanager
async def served(
    folder: Path,
    *,
    callers: Callers | None = None,
    customers: Customers | None = None,
    limits: Limits | None = None,
    look_seconds: float = 0.05,
    progress_seconds: float = 2,
    monotonic: Callable[[], float] = time.monotonic,
    **options: Any,
) -> AsyncIterator[tuple[str, Tools]]:
    """The same over HTTP, in this loop: its URL and what is behind it."""
    async with tools(folder, **options) as made:
        app = create_tool_app(
            made.gate,
            callers or Callers(),
            customers,
            limits=limits,
            look_seconds=look_seconds,
            progress_seconds=progress_seconds,
            monotonic=monotonic,
        )
        async with listening(app) as url:
            yield url, made


@asynccontextmanager
async def listening(app: ASGIApp) -> AsyncIterator[str]:
    """A server of this loop; its URL."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(
            app, log_config=None, access_log=False, lifespan="on", ws="none", timeout_graceful_shutdown=1
        )
        server = uvicorn.Server(config)
        running = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            while not server.started:
                assert not running.done(), "the server did not start"
                await asyncio.sleep(0.005)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            await running
