"""A back end over HTTP. What can't be told to have failed before the first byte was sent is uncertain."""

import asyncio
import ssl
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote, urlsplit

import aiohttp
from yarl import URL

from answerable.actions import NotDone, Outcome, Uncertain
from answerable.adapters.connectors.argument_schemas import route_schema
from answerable.adapters.connectors.credentials import NOTHING, Credential, Held, fetched
from answerable.adapters.connectors.http_outcomes import BY_DEFAULT, HttpAnswer, asked_after, outcome_of
from answerable.adapters.connectors.routes import Asked, Route, path_for, request_for
from answerable.adapters.connectors.urls import base_url
from answerable.exchange import ToolSpec
from answerable.ports.connectors import BackEndCall
from answerable.values.errors import GrantError, InvalidRequest, KeyUnavailable, SettingsError

MOST_ANSWER = 256 * 1024
_CONNECTIONS = 16
_IDLE_SECONDS = 3.0
"""Shorter than servers keep idle connections: on one that a server has just closed an act would be lost."""
_LOOK_SECONDS = 2.0
_OK = range(200, 300)


@dataclass(frozen=True, slots=True)
class QueryRoute:
    """Where a back end is asked what became of a call: `/acts/{key}`.

    `absent_means_not_done` is for one that finishes an act within its call's time or not at all, and knows
    of every act that it has begun.
    """

    path: str
    absent_means_not_done: bool = False


@dataclass(frozen=True, slots=True)
class HttpBackEnd:
    """What a deployment says of a back end."""

    url: str
    routes: Mapping[str, Route]
    grants: bool = False
    repeatable: bool = False
    query: QueryRoute | None = None
    credential: Credential | None = None
    not_done: frozenset[int] = BY_DEFAULT
    most_bytes: int = MOST_ANSWER
    authorities: Path | None = None
    """Whom to trust for its certificate instead of the system's."""


class HttpConnector:
    """A `Connector` to one base URL, with tools that are declared."""

    def __init__(self, name: str, back_end: HttpBackEnd) -> None:
        """Raises SettingsError. The pool is made with the first call."""
        self.name = name
        self.checks_grants, self.repeatable = back_end.grants, back_end.repeatable
        self.can_query = back_end.query is not None
        self._back_end, self._base = back_end, base_url(back_end.url)
        self._session: aiohttp.ClientSession | None = None
        try:
            self._tls = ssl.create_default_context(cafile=back_end.authorities)
        except OSError as error:
            raise SettingsError(f"'{back_end.authorities}' holds no certificates") from error
        if back_end.query is not None and path_names(back_end.query.path) != ["key"]:
            raise SettingsError(f"the query's path '{back_end.query.path}' has no '{{key}}', or more than it")
        for route in back_end.routes.values():
            if back_end.grants and route.method != "GET" and not _is_an_act(route):
                raise SettingsError(
                    f"'{route.tool}' is done under grants, so it is POST /{route.tool} with the arguments as body; "
                    "leave its method, path and query out"
                )

    async def tools(self) -> Sequence[ToolSpec]:
        return [
            ToolSpec(route.tool, route.description, route.schema or route_schema(route))
            for route in self._back_end.routes.values()
        ]

    async def call(self, call: BackEndCall, seconds: float) -> Outcome:
        route = self._back_end.routes.get(call.tool)
        if route is None:
            return NotDone(f"'{self.name}' has no such tool")
        try:
            asked = request_for(route, call.arguments)
            headers = {} if route.method == "GET" else {"Idempotency-Key": _key(call.key)}
            if self.checks_grants and route.method != "GET":
                held, shown = NOTHING, self._shown(call)
                headers |= shown
            else:
                held = await fetched(self._back_end.credential)
            if asked.body is not None:
                headers["Content-Type"] = "application/json"
        except (InvalidRequest, GrantError) as error:
            return NotDone(str(error))
        except KeyUnavailable as error:
            return NotDone(f"the credential of '{self.name}' can't be had: {error}", again=True)
        answer = await self._ask(route.method, asked, headers, held, seconds)
        if not isinstance(answer, HttpAnswer):
            return answer
        return outcome_of(answer, not_done=self._back_end.not_done, reference=route.reference)

    async def query(self, call: BackEndCall, seconds: float) -> Outcome:
        query, route = self._back_end.query, self._back_end.routes.get(call.tool)
        if query is None:
            return Uncertain(f"'{self.name}' can't be asked what became of a call")
        try:
            asked = Asked(path_for(query.path, {"key": _key(call.key)}), None)
            held = await fetched(self._back_end.credential)
        except (InvalidRequest, KeyUnavailable) as error:
            return Uncertain(f"'{self.name}' can't be asked what became of it: {error}")
        answer = await self._ask("GET", asked, {}, held, seconds)
        if isinstance(answer, HttpAnswer):
            absent = query.absent_means_not_done
            return asked_after(
                answer, absent_means_not_done=absent, reference=route.reference if route else None
            )
        return Uncertain(f"'{self.name}' can't be asked what became of it: {answer.reason}")

    async def problem(self) -> str:
        try:
            await fetched(self._back_end.credential)
        except KeyUnavailable as error:
            return f"the credential of '{self.name}' can't be had: {error}"
        parts = urlsplit(self._base)
        tls = parts.scheme == "https"
        try:
            async with asyncio.timeout(_LOOK_SECONDS):
                _, writer = await asyncio.open_connection(
                    parts.hostname, parts.port or (443 if tls else 80), ssl=self._tls if tls else None
                )
        except TimeoutError:
            return f"'{self.name}' does not answer at {self._base}; is it running?"
        except OSError as error:
            reason = error.reason if isinstance(error, ssl.SSLError) else error.strerror
            return f"'{self.name}' can't be reached at {self._base}: {reason or type(error).__name__}"
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
        return ""

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    # -- one request ---------------------------------------------------------------

    def _shown(self, call: BackEndCall) -> dict[str, str]:
        """What shows the grant, for exactly this request (RFC 9449). Raises GrantError."""
        if call.grant is None:
            raise GrantError(f"'{self.name}' does '{call.tool}' only under a grant, and there is none")
        url = f"{self._base}/{quote(call.tool, safe='')}"
        return {"Authorization": f"DPoP {call.grant.token}", "DPoP": call.grant.proof("POST", url)}

    async def _ask(
        self, method: str, asked: Asked, headers: Mapping[str, str], held: Held, seconds: float
    ) -> HttpAnswer | NotDone | Uncertain:
        """The answer; or what is known where there is none. Never raises for what the network does.

        1. A connection was not had: nothing was sent, so nothing was done.
        2. From then on bytes may be under way, and silence says nothing.
        """
        target = asked.target
        if held.query is not None:
            name, value = held.query
            target += f"{'&' if '?' in target else '?'}{quote(name, safe='')}={quote(value, safe='')}"
        progress = SimpleNamespace(connected=False)
        try:
            async with asyncio.timeout(seconds):
                async with self._pool().request(
                    method,
                    URL(self._base + target, encoded=True),
                    data=asked.body,
                    headers={**headers, **held.headers},
                    allow_redirects=False,
                    trace_request_ctx=progress,
                ) as response:
                    return await self._read(response, held)
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            # 1. Nothing of what a library says of it is told: it may quote the URL, and what is in it.
            if not progress.connected:
                return NotDone(
                    f"'{self.name}' was not reached ({_kind(error)}): nothing was sent", again=True
                )
            # 2.
            if isinstance(error, TimeoutError):
                return Uncertain(f"'{self.name}' did not answer within {seconds:g} seconds")
            return Uncertain(f"'{self.name}' hung up before it answered ({_kind(error)})")

    async def _read(self, response: aiohttp.ClientResponse, held: Held) -> HttpAnswer:
        """The answer, whole. A body that is cut or too large is none."""
        retry_after = "Retry-After" in response.headers
        unreadable, body = "", bytearray()
        if response.headers.get("Content-Encoding", "identity").lower() != "identity":
            unreadable = "it is compressed, though nobody asked for that"
        try:
            while not unreadable and (chunk := await response.content.read(1 << 16)):
                body += chunk
                if len(body) > self._back_end.most_bytes:
                    unreadable = f"it is larger than {self._back_end.most_bytes} bytes"
        except (aiohttp.ClientError, OSError, ValueError):
            unreadable = "it was cut off"
        if unreadable:
            response.close()
            return HttpAnswer(response.status, None, unreadable, retry_after)
        try:
            return HttpAnswer(response.status, held.blot(body.decode()), "", retry_after)
        except UnicodeDecodeError:
            return HttpAnswer(response.status, None, "it is not UTF-8", retry_after)

    def _pool(self) -> aiohttp.ClientSession:
        if self._session is None:
            trace = aiohttp.TraceConfig()
            trace.on_connection_create_end.append(_connected)
            trace.on_connection_reuseconn.append(_connected)
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=_CONNECTIONS, ssl=self._tls, ttl_dns_cache=60, keepalive_timeout=_IDLE_SECONDS
                ),
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=None, sock_read=None),
                auto_decompress=False,
                headers={"Accept": "application/json", "Accept-Encoding": "identity"},
                cookie_jar=aiohttp.DummyCookieJar(),
                trace_configs=[trace],
                middlewares=(_once,),
                requote_redirect_url=False,
            )
        return self._session


class _Cut(aiohttp.ClientError):
    """The connection broke after it was there."""


async def _once(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Send a request once: the client would send a PUT or DELETE again by itself (RFC 9112 section 9.3.1)."""
    try:
        return await handler(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise _Cut from error


async def _connected(_: aiohttp.ClientSession, context: SimpleNamespace, __: Any) -> None:
    context.trace_request_ctx.connected = True


def _is_an_act(route: Route) -> bool:
    return route.method == "POST" and route.path == f"/{route.tool}" and not route.query


def path_names(path: str) -> list[str]:
    """The arguments in a path. Raises SettingsError."""
    return Route("query", "GET", path).names


def _key(key: str) -> str:
    """Raises InvalidRequest: it would end the header that it is put into."""
    if not key or len(key) > 255 or not key.isascii() or not key.isprintable():  # noqa: PLR2004
        raise InvalidRequest("the idempotency key is no printable ASCII")
    return key


def _kind(error: BaseException) -> str:
    """What kind of failure, in a word or two."""
    match error:
        case _Cut():
            return "the connection broke"
        case aiohttp.ClientConnectorDNSError():
            return "its name is not known"
        case aiohttp.ClientConnectorSSLError() | aiohttp.ClientConnectorCertificateError():
            return "its certificate does not hold, or it speaks no TLS"
        case aiohttp.ClientConnectorError():
            return "no connection"
        case TimeoutError():
            return "no connection in time"
    return type(error).__name__
