"""The tool gate over Streamable HTTP: who calls is known, and the body is bounded and strictly read, before all else.

1. The Host header is one that this gate is reached by, and a page's Origin one that may call (DNS rebinding).
2. The caller is a workload that proves itself as everywhere; else 401, with where to read what is taken (RFC 9728).
3. The body arrives within bounds of size and time; it is JSON with no name twice, nested no deeper than bounds.
4. A session is the workload's that opened it; for anybody else there is none of that id (404).
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecurityMiddleware, TransportSecuritySettings
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from answerable.apps.gateway.bodies import read_body
from answerable.apps.gateway.chat import shown_by
from answerable.apps.gateway.customers import Customers
from answerable.apps.toolgate.allowed import Allowed
from answerable.apps.toolgate.gate import ToolGate
from answerable.apps.toolgate.readiness import BackEndsReady
from answerable.apps.toolgate.server import PROGRESS_SECONDS, Context, ToolServer
from answerable.identity import Workload
from answerable.ports.callers import WorkloadAuthenticator
from answerable.values.errors import InvalidRequest, NotAuthenticated, RequestTooLarge
from answerable.values.strict_json import JsonError, read_json
from answerable.wire.limits import Limits

PATH = "/mcp"
PROTECTED = "/.well-known/oauth-protected-resource"
_WORKLOAD = "answerable.workload"
_LOG = logging.getLogger("answerable.tools")
_PARSE_ERROR, _INVALID = -32700, -32600
_LONGEST_SESSION = 128
_LOOK_SECONDS = 1.0
_REFRESH_EVERY = 30
"""Looks at the bundle, for one at the back ends' tools."""
_HERE = ("127.0.0.1:*", "localhost:*", "[::1]:*", "127.0.0.1", "localhost", "[::1]")


def create_tool_app(
    gate: ToolGate,
    callers: WorkloadAuthenticator,
    customers: Customers | None = None,
    *,
    limits: Limits | None = None,
    look_seconds: float = _LOOK_SECONDS,
    progress_seconds: float = PROGRESS_SECONDS,
    alone: bool = True,
    beside: Sequence[Callable[[], Coroutine[Any, Any, None]]] = (),
    monotonic: Callable[[], float] = time.monotonic,
) -> Starlette:
    """The gate as an application: `/mcp`, the metadata, `/healthz`, `/readyz`.

    `alone`: nobody else keeps the keys fresh that callers and customers are known by.
    """
    allowed = gate.catalogue.allowed
    known = customers or Customers()
    back_ends = BackEndsReady(gate.catalogue, monotonic)
    server = ToolServer(gate, _who, known, progress_seconds=progress_seconds)
    security = security_of(allowed)
    manager = StreamableHTTPSessionManager(app=server.mcp, security_settings=security)
    front = Front(
        manager.asgi_app, callers, allowed, TransportSecurityMiddleware(security), limits or Limits()
    )

    async def look() -> None:
        beats = 0
        while True:
            if beats % _REFRESH_EVERY == 0:
                await gate.catalogue.refresh()
            await server.changed()
            beats += 1
            await asyncio.sleep(look_seconds)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await gate.catalogue.refresh()
        tasks = [
            asyncio.create_task(one())
            for one in (_watched(look), *((callers.run, known.run) if alone else ()), *beside)
        ]
        async with manager.run():
            yield
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await gate.close()

    async def metadata(request: Request) -> Response:
        if (refusal := await front.security.validate_request(request)) is not None:
            return refusal
        return JSONResponse(protected_resource(allowed, _resource(request, allowed)))

    async def health(_: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def ready(_: Request) -> Response:
        failing = {
            "ledger": await gate.ledger.ready(),
            "identity": "some keys to know callers or customers by are missing; the log says whose"
            if callers.problem or known.problem
            else "",
            "back ends": await back_ends.problem(),
        }
        failing = {name: why for name, why in failing.items() if why}
        return JSONResponse({"ready": not failing, "failing": failing}, 503 if failing else 200)

    return Starlette(
        routes=[
            Route(PROTECTED, metadata, methods=["GET"]),
            Route(PROTECTED + PATH, metadata, methods=["GET"]),
            Route("/healthz", health, methods=["GET"]),
            Route("/readyz", ready, methods=["GET"]),
            Route(PATH, front),
            Mount("/", app=_nothing),
        ],
        lifespan=lifespan,
    )


class Front:
    """Steps 1 to 4, in front of the protocol's own server."""

    def __init__(
        self,
        app: ASGIApp,
        callers: WorkloadAuthenticator,
        allowed: Allowed,
        security: TransportSecurityMiddleware,
        limits: Limits,
    ) -> None:
        self._app, self._callers, self._allowed, self._limits = app, callers, allowed, limits
        self.security = security

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        # 1.
        posted = request.method == "POST"
        if (refusal := await self.security.validate_request(request, is_post=posted)) is not None:
            await refusal(scope, receive, send)
            return
        # 2.
        try:
            workload = await self._callers.authenticate(shown_by(request))
        except NotAuthenticated as error:
            await _unknown(request, self._allowed, str(error))(scope, receive, send)
            return
        # 3.
        if posted:
            try:
                body = await read_body(request, self._limits)
                _check(body)
            except RequestTooLarge as error:
                _LOG.warning("'%s' was refused: %s", workload.id, error)
                await _error(413, _INVALID, str(error))(scope, receive, send)
                return
            except InvalidRequest as error:
                _LOG.warning("'%s' was refused: %s", workload.id, error)
                await _error(400, _PARSE_ERROR, str(error))(scope, receive, send)
                return
            receive = _again(body, receive)
        # 4.
        scope.setdefault("state", {})[_WORKLOAD] = workload
        # The SDK binds a session to this; the credential itself stays here.
        scope["user"] = AuthenticatedUser(AccessToken(token="", client_id=workload.id, scopes=[]))
        await self._app(scope, receive, send)


async def _who(ctx: Context) -> tuple[Workload, str | None]:
    request = ctx.request
    assert isinstance(request, Request)  # noqa: S101 – over HTTP there is one
    workload: Workload = request.scope["state"][_WORKLOAD]
    session = request.headers.get("mcp-session-id")
    return workload, None if session is None else session[:_LONGEST_SESSION]


def security_of(allowed: Allowed) -> TransportSecuritySettings:
    """Which Host and Origin headers are answered."""
    return TransportSecuritySettings(
        enable_dns_rebinding_protection=True,
        allowed_hosts=[*(allowed.hosts or _HERE)],
        allowed_origins=[*allowed.origins],
    )


def protected_resource(allowed: Allowed, resource: str) -> dict[str, Any]:
    """Metadata of a protected resource (RFC 9728 section 2)."""
    found: dict[str, Any] = {
        "resource": resource,
        "bearer_methods_supported": ["header"],
        "resource_name": "Answerable tool gate",
    }
    if allowed.authorization_servers:
        found["authorization_servers"] = list(allowed.authorization_servers)
    return found


def _resource(request: Request, allowed: Allowed) -> str:
    """Its own URL: as the file says, or as it was just reached, by a Host header that is one of its own."""
    return allowed.resource or f"{request.url.scheme}://{request.headers['host']}{PATH}"


def _unknown(request: Request, allowed: Allowed, why: str) -> Response:
    base = _resource(request, allowed).removesuffix(PATH)
    named = f'Bearer resource_metadata="{base}{PROTECTED}{PATH}"'
    given = request.headers.get("authorization")
    challenge = f'{named}, error="invalid_token"' if given else named  # RFC 6750 section 3.1
    return _error(401, _INVALID, why, {"WWW-Authenticate": challenge})


def _check(body: bytes) -> None:
    """Raises InvalidRequest: no JSON, a name twice (two parsers may see two calls), or nested too deeply."""
    try:
        read_json(body)
    except JsonError as error:
        raise InvalidRequest(f"the body {error}") from None


def _again(body: bytes, receive: Receive) -> Receive:
    """The body once more, and then whatever else comes: that the client left, above all."""
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


def _error(status: int, code: int, message: str, headers: dict[str, str] | None = None) -> Response:
    body = msgspec.json.encode({"jsonrpc": "2.0", "id": None, "error": {"code": code, "message": message}})
    return Response(body, status, headers, media_type="application/json")


def _watched(look: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[], Coroutine[Any, Any, None]]:
    async def run() -> None:
        while True:
            try:
                await look()
            except Exception:  # noqa: BLE001 – a defect in looking must not end it, nor go unseen
                _LOG.exception("the tools can't be looked at again")
                await asyncio.sleep(_REFRESH_EVERY)

    return run


async def _nothing(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "http":
        await _error(404, _INVALID, f"there is nothing here; the tools are at {PATH}")(scope, receive, send)
