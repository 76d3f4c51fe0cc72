"""The gate as an MCP server: what the protocol says becomes a call, and its answer what the protocol says.

Source: Model Context Protocol, revisions 2025-11-25 and 2026-07-28, "Tools", "Progress" and "Cancellation".
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import mcp_types as types
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel.server import NotificationOptions, Server
from mcp.server.session import ServerSession
from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler, ToolsListChanged
from mcp.shared.exceptions import MCPError

from answerable import __version__
from answerable.apps.gateway.customers import Customers
from answerable.apps.toolgate.answers import Answer
from answerable.apps.toolgate.asked import CUSTOMER, CUSTOMER_ID, Said, said_in
from answerable.apps.toolgate.caller import Caller
from answerable.apps.toolgate.catalogue import Tool
from answerable.apps.toolgate.gate import ToolGate
from answerable.identity import Workload
from answerable.values import CallId
from answerable.values.errors import (
    InvalidRequest,
    LedgerError,
    NotAuthenticated,
    Overloaded,
    UpstreamError,
)

Context = ServerRequestContext[Any, Any]
WhoCalls = Callable[[Context], Awaitable[tuple[Workload, str | None]]]
"""The workload that a message comes from, and its session. Raises NotAuthenticated."""

_LOG = logging.getLogger("answerable.tools")
PROGRESS_SECONDS = 2.0
"""Between two words of a call that takes long."""
_MOST_LISTENING = 10_000
_BUSY, _NOT_RECORDED = -32050, -32051
"""Codes of our own, in the range that JSON-RPC leaves to servers."""
_INSTRUCTIONS = (
    "Every call is decided before it is made. A call that is refused or held was not made: its answer says why, what "
    "is missing and what would be allowed. Do not tell a customer that something is done unless its answer says 'done'."
)


class ToolServer:
    """The protocol's side of a gate. One for all transports."""

    def __init__(
        self,
        gate: ToolGate,
        who: WhoCalls,
        customers: Customers | None = None,
        *,
        progress_seconds: float = PROGRESS_SECONDS,
    ) -> None:
        self._gate, self._who = gate, who
        self._customers = customers or Customers()
        self._progress_seconds = progress_seconds
        self._bus = InMemorySubscriptionBus()
        self._listening: dict[str, ServerSession] = {}
        self._shown: object = None
        self.mcp: Server[Any] = _Server(
            "answerable",
            version=__version__,
            title="Answerable tool gate",
            instructions=_INSTRUCTIONS,
            on_list_tools=self._list,
            on_call_tool=self._call,
            on_subscriptions_listen=ListenHandler(self._bus),
        )

    async def changed(self) -> None:
        """Tell clients to list the tools again, if what they may be shown is another than before."""
        now = (self._gate.bundle().digest, tuple(self._gate.catalogue.all()))
        before, self._shown = self._shown, now
        if before is None or before == now:
            return
        _LOG.info("the tools that are offered have changed")
        await self._bus.publish(ToolsListChanged())
        for session in list(self._listening.values()):
            await session.send_tool_list_changed()  # never raises: where nobody listens it is dropped

    async def _list(self, ctx: Context, _: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        workload, session = await self._caller(ctx)
        self._listen(ctx, session)
        bundle = self._gate.bundle()
        tools = [
            _shown(tool, read=self._gate.catalogue.is_read(tool, bundle), undone=_reversible(tool, bundle))
            for tool in self._gate.catalogue.listed(workload.id, bundle)
        ]
        return types.ListToolsResult(tools=tools)

    async def _call(self, ctx: Context, params: types.CallToolRequestParams) -> types.CallToolResult:
        workload, session = await self._caller(ctx)
        self._listen(ctx, session)
        try:
            said, caller = await self._known(workload, session, ctx)
            name = CallId(f"{ctx.request_id}"[:100])
            call = self._gate.ask(caller, params.name, params.arguments, name, said.permitted, said.once)
            answer = await self._with_progress(ctx, call)
        except InvalidRequest as error:
            # For the model to mend, so it is told as a result; what is not there at all is the client's to mend.
            if error.field == "name":
                raise MCPError(types.INVALID_PARAMS, str(error)) from None
            return _refused(str(error), error.field)
        except Overloaded as error:
            raise MCPError(_BUSY, str(error)) from None
        except LedgerError as error:
            _LOG.error("a call could not be recorded: %s", error)
            raise MCPError(
                _NOT_RECORDED, "the gate can't record what it does, so it does nothing; try again later"
            ) from None
        except UpstreamError as error:
            raise MCPError(types.INTERNAL_ERROR, str(error)) from None
        return _result(answer)

    async def _caller(self, ctx: Context) -> tuple[Workload, str | None]:
        try:
            return await self._who(ctx)
        except NotAuthenticated as error:
            raise MCPError(types.INVALID_REQUEST, str(error)) from None

    async def _known(self, workload: Workload, session: str | None, ctx: Context) -> tuple[Said, Caller]:
        """What `_meta` says, held against who may say so. What is wrong in it is of no conversation that is known."""
        try:
            said = said_in(dict(ctx.meta or {}))
        except InvalidRequest as error:
            _LOG.warning("'%s' was refused a call: '%s' can't be taken", workload.id, error.field)
            raise
        try:
            known = await self._customers.known(said.names)
        except InvalidRequest as error:
            _LOG.warning("'%s' was refused a call: who its customer is does not hold", workload.id)
            text = str(error).replace("metadata.customer_assertion", f"_meta.{CUSTOMER}")
            text = text.replace("metadata.customer_id", f"_meta.{CUSTOMER_ID}")
            raise InvalidRequest(text, f"_meta.{CUSTOMER}") from None
        names = known.names
        return said, Caller(
            workload, session, names.conversation, names.customer, names.assurance, known.proof
        )

    async def _with_progress(self, ctx: Context, call: Awaitable[Answer]) -> Answer:
        """Wait for an answer, and say from time to time that it is being worked on."""
        task = asyncio.ensure_future(call)
        beats = 0
        try:
            while True:
                done, _ = await asyncio.wait({task}, timeout=self._progress_seconds)
                if done:
                    return task.result()
                beats += 1
                await ctx.session.report_progress(float(beats), None, "still under way")
        finally:
            task.cancel()  # of the waiting alone: what the gate has begun goes on

    def _listen(self, ctx: Context, session: str | None) -> None:
        if session is not None:
            self._listening.pop(session, None)
            self._listening[session] = ctx.session
            while len(self._listening) > _MOST_LISTENING:
                del self._listening[next(iter(self._listening))]


class _Server(Server[Any]):
    """Says that the list of tools may change."""

    def get_capabilities(
        self,
        notification_options: NotificationOptions | None = None,
        experimental_capabilities: dict[str, dict[str, Any]] | None = None,
        extensions: dict[str, dict[str, Any]] | None = None,
        *,
        protocol_version: str | None = None,
    ) -> types.ServerCapabilities:
        del notification_options
        return super().get_capabilities(
            NotificationOptions(tools_changed=True),
            experimental_capabilities,
            extensions,
            protocol_version=protocol_version,
        )


def _shown(tool: Tool, *, read: bool, undone: bool) -> types.Tool:
    hints = types.ToolAnnotations(
        read_only_hint=read,
        destructive_hint=False if read else not undone,
        idempotent_hint=True if read else None,
    )
    return types.Tool(
        name=tool.name,
        description=tool.offered.description or None,
        input_schema=tool.offered.schema,
        annotations=hints,
    )


def _reversible(tool: Tool, bundle: Any) -> bool:
    action = bundle.actions.get(tool.name)
    return action is not None and action.reversible


def _result(answer: Answer) -> types.CallToolResult:
    return types.CallToolResult(
        content=[types.TextContent(type="text", text=answer.text)],
        structured_content=answer.facts,
        is_error=answer.error,
    )


def _refused(because: str, field: str | None) -> types.CallToolResult:
    facts: Mapping[str, Any] = {"outcome": "refused", "because": because, "field": field, "trace": None}
    return types.CallToolResult(
        content=[types.TextContent(type="text", text=f"Refused, not run: {because}.")],
        structured_content=json.loads(json.dumps(facts)),
        is_error=True,
    )
