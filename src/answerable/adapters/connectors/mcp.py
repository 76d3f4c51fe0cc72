"""An MCP server as back end, over Streamable HTTP or as a program of its own (stdio).

One session is kept and shared; where it broke, the next call opens another. The idempotency key goes along as
`_meta["answerable/idempotency-key"]`: whether the server goes by it is for the deployment to say (`repeatable`).

Source: Model Context Protocol, "Tools" (isError), "Base protocol" (_meta), "Transports". Needs the extra `mcp`.
"""

import asyncio
import json
import os
import ssl
import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import httpx2
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError
from mcp_types import INVALID_PARAMS, METHOD_NOT_FOUND, CallToolResult, RequestParamsMeta, TextContent

from answerable.actions import Done, NotDone, Outcome, Uncertain
from answerable.adapters.connectors.credentials import Credential, Held, fetched
from answerable.adapters.connectors.secrets import Secret
from answerable.adapters.connectors.urls import base_url
from answerable.exchange import ToolSpec
from answerable.grants.arguments import read_arguments
from answerable.ports.connectors import BackEndCall
from answerable.values.errors import (
    InvalidRequest,
    KeyUnavailable,
    SettingsError,
    SignatureError,
    UpstreamError,
    UpstreamUnreachable,
)

KEY = "answerable/idempotency-key"
_OPEN_SECONDS = 10.0
_IDLE_SECONDS = 2.0
_LOOK_SECONDS = 2.0
_MOST_PAGES = 100
_SAID = 2000
_LOST = "the session with '{}' was lost before it answered"


@dataclass(frozen=True, slots=True)
class McpBackEnd:
    """What a deployment says of a server: its `url`, or the `command` that starts it."""

    url: str | None = None
    command: tuple[str, ...] = ()
    environment: Mapping[str, Secret] = field(default_factory=dict, repr=False)
    credential: Credential | None = None
    repeatable: bool = False
    tools: frozenset[str] | None = None
    most_bytes: int = 256 * 1024
    authorities: Path | None = None


class McpConnector:
    """A `Connector` to one MCP server."""

    checks_grants = False
    can_query = False

    def __init__(self, name: str, back_end: McpBackEnd) -> None:
        """Raises SettingsError."""
        if (back_end.url is None) == (not back_end.command):
            raise SettingsError("an MCP server has a url or a command, and not both")
        if back_end.command and back_end.credential:
            raise SettingsError("a program has no credential in its requests; give it one by 'environment'")
        if back_end.url is not None:
            base_url(back_end.url)
        self.name, self.repeatable = name, back_end.repeatable
        self._back_end = back_end
        self._session: _Session | None = None
        self._door = asyncio.Lock()
        self._closing: set[asyncio.Task[None]] = set()

    async def tools(self) -> Sequence[ToolSpec]:
        found: list[ToolSpec] = []
        cursor: str | None = None
        try:
            async with asyncio.timeout(_OPEN_SECONDS):
                async with self._using() as session:
                    for _ in range(_MOST_PAGES):
                        page = await session.client.list_tools(cursor=cursor)
                        found += [
                            ToolSpec(one.name, one.description or "", json.dumps(one.input_schema))
                            for one in page.tools
                        ]
                        if (cursor := page.next_cursor) is None:
                            break
        except (UpstreamError, KeyUnavailable) as error:
            raise UpstreamUnreachable(str(error)) from error
        except Exception as error:
            raise UpstreamUnreachable(
                f"'{self.name}' can't be asked for its tools: {type(error).__name__}"
            ) from error
        if cursor is not None:
            raise UpstreamUnreachable(f"'{self.name}' lists its tools on more than {_MOST_PAGES} pages")
        only = self._back_end.tools
        return [one for one in found if only is None or one.name in only]

    async def call(self, call: BackEndCall, seconds: float) -> Outcome:
        """Do it, within that many seconds.

        1. Without a session nothing was sent.
        2. What the server itself says of the request (no such tool, wrong arguments) is certain.
        3. Anything else that goes wrong is uncertain, and the next call has a new session.
        """
        if self._back_end.tools is not None and call.tool not in self._back_end.tools:
            return NotDone(f"'{self.name}' has no such tool")
        try:
            arguments = read_arguments(call.arguments)
            json.dumps(arguments, ensure_ascii=False).encode()
            held = await fetched(self._back_end.credential)
        except InvalidRequest as error:
            return NotDone(str(error))
        except UnicodeEncodeError:
            return NotDone("the arguments hold half of a surrogate pair")
        except KeyUnavailable as error:
            return NotDone(f"the credential of '{self.name}' can't be had: {error}", again=True)
        sent, session = False, None
        try:
            async with asyncio.timeout(seconds), self._using() as session:  # 1.
                sent = True
                result = await session.client.session.call_tool(
                    call.tool, arguments, meta=_meta(call.key), allow_input_required=True
                )
        except MCPError as error:
            if error.code in (INVALID_PARAMS, METHOD_NOT_FOUND):  # 2.
                said = _blotted(str(error), held, session)[:_SAID]
                return NotDone("the back end does not take that call", said=said)
            return self._lost(call, session)
        except (UpstreamError, KeyUnavailable) as error:
            return NotDone(str(error), again=True)
        except TimeoutError:
            if not sent:
                return NotDone(f"'{self.name}' was not reached in time: nothing was sent", again=True)
            self._retire(session)  # what it says later is nobody's
            return Uncertain(f"'{self.name}' did not answer within {seconds:g} seconds")
        except Exception:  # noqa: BLE001 – 3. whatever a library makes of a broken session: nobody knows
            return self._lost(call, session)
        if not isinstance(result, CallToolResult):
            return Uncertain(f"'{self.name}' asks back instead of answering")
        return self._outcome(result, held, session)

    async def query(self, call: BackEndCall, seconds: float) -> Outcome:  # noqa: ARG002 – it can't be asked
        return Uncertain(f"'{self.name}' can't be asked what became of a call")

    async def problem(self) -> str:
        try:
            await fetched(self._back_end.credential)
            async with asyncio.timeout(_OPEN_SECONDS), self._using():
                pass
        except (UpstreamError, KeyUnavailable) as error:
            return str(error)
        except TimeoutError:
            return f"'{self.name}' does not answer; is it running?"
        return ""

    async def close(self) -> None:
        self._retire(self._session)
        await asyncio.gather(*self._closing)

    # -- the session ---------------------------------------------------------------

    def _outcome(self, result: CallToolResult, held: Held, session: "_Session") -> Outcome:
        text = _text(result)
        if len(text.encode("utf-8", "replace")) > self._back_end.most_bytes:
            return Uncertain(f"the answer is larger than {self._back_end.most_bytes} bytes")
        text = _blotted(text, held, session)
        if result.is_error:
            return NotDone("the back end says that it did not do it", said=text[:_SAID])
        return Done(text)

    def _lost(self, call: BackEndCall, session: "_Session | None") -> Outcome:
        self._retire(session)
        if session is not None and call.key in session.never_sent:
            return NotDone(f"'{self.name}' was not reached: nothing was sent", again=True)
        return Uncertain(_LOST.format(self.name))

    async def _opened(self) -> "_Session":
        """The session, or a new one. Raises UpstreamUnreachable, KeyUnavailable: nothing was sent."""
        async with self._door:
            await self._look_after(self._session)
            if self._session is None or self._session.over:
                self._session = session = _Session(self.name, self._back_end)
                try:
                    await session.opened()
                except BaseException:
                    self._retire(session)
                    raise
            return self._session

    async def _look_after(self, session: "_Session | None") -> None:
        """Is a session that nobody spoke on still one? Else the next act would be lost with it, and uncertain."""
        if session is None or session.over or session.users or session.idle < _IDLE_SECONDS:
            return
        try:
            async with asyncio.timeout(_LOOK_SECONDS):
                await session.client.list_tools()
            session.spoke = time.monotonic()
        except Exception:  # noqa: BLE001 – whatever it is: that session is not used again
            self._retire(session)

    @asynccontextmanager
    async def _using(self) -> AsyncIterator["_Session"]:
        """The session, for one question. Raises UpstreamUnreachable, KeyUnavailable: nothing was sent."""
        session = await self._opened()
        session.users += 1
        try:
            yield session
        finally:
            session.users -= 1
            session.spoke = time.monotonic()
            if session is not self._session:
                self._retire(session)

    def _retire(self, session: "_Session | None") -> None:
        """Ask nothing more on that session; it is closed when nobody waits for an answer on it any more."""
        if self._session is session:
            self._session = None
        if session is not None and not session.users and not session.closing:
            session.closing = True
            task = asyncio.create_task(session.close())
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)


class _Session:
    """A session, kept open by a task of its own: whoever opened it has to be the one that closes it."""

    def __init__(self, name: str, back_end: McpBackEnd) -> None:
        self._name, self._back_end = name, back_end
        self._ready: asyncio.Future[Client] = asyncio.get_running_loop().create_future()
        self._leave = asyncio.Event()
        self._task = asyncio.create_task(self._keep())
        self.users, self.closing, self.spoke = 0, False, time.monotonic()
        self.never_sent: set[str] = set()
        self.secrets: tuple[str, ...] = ()
        """Those that the program was started with: they are in none of its answers, either."""

    @property
    def over(self) -> bool:
        return self._task.done() or self._leave.is_set()

    @property
    def idle(self) -> float:
        """Seconds since anybody spoke on it."""
        return time.monotonic() - self.spoke

    @property
    def client(self) -> Client:
        return self._ready.result()

    async def opened(self) -> None:
        """Raises UpstreamUnreachable, KeyUnavailable."""
        await asyncio.shield(self._ready)

    async def close(self) -> None:
        self._leave.set()
        if not self._ready.done():
            self._task.cancel()
        done, _ = await asyncio.wait({self._task}, timeout=5)
        if not done:
            self._task.cancel()
            await asyncio.wait({self._task}, timeout=5)
        if self._ready.done() and not self._ready.cancelled():
            self._ready.exception()  # it was told, or nobody waits for it any more

    async def _keep(self) -> None:
        try:
            async with (
                asyncio.timeout(_OPEN_SECONDS) as opening,
                self._transport() as transport,
                Client(transport, cache=None) as client,
            ):
                await client.list_tools()  # else the client asks after the first call, with that one's time
                opening.reschedule(None)
                if not self._ready.done():
                    self._ready.set_result(client)
                await self._leave.wait()
        except (KeyUnavailable, SettingsError, SignatureError) as error:
            self._fail(KeyUnavailable(f"a credential of '{self._name}' can't be had: {error}"))
        except TimeoutError:
            self._fail(UpstreamUnreachable(f"'{self._name}' does not answer; is it running?"))
        except Exception as error:  # noqa: BLE001 – a group of whatever broke; its text may hold what was sent
            self._fail(UpstreamUnreachable(f"no session with '{self._name}' can be opened ({_first(error)})"))
        finally:
            self._leave.set()
            if not self._ready.done():
                self._ready.cancel()

    def _fail(self, error: Exception) -> None:
        if not self._ready.done():
            self._ready.set_exception(error)

    @asynccontextmanager
    async def _transport(self) -> AsyncIterator[Any]:
        back_end = self._back_end
        if back_end.url is None:
            values = {name: await asyncio.to_thread(secret) for name, secret in back_end.environment.items()}
            self.secrets = tuple(values.values())
            program, *arguments = back_end.command
            parameters = StdioServerParameters(command=program, args=arguments, env=values)
            # Its standard error is not ours to keep: it may hold what the program was started with.
            with Path(os.devnull).open("w") as nowhere:  # noqa: ASYNC230 – it never waits
                yield stdio_client(parameters, nowhere)
            return
        tls = ssl.create_default_context(cafile=back_end.authorities)
        transport = _Bounded(httpx2.AsyncHTTPTransport(verify=tls), back_end.most_bytes, self.never_sent)
        async with httpx2.AsyncClient(
            transport=transport,
            auth=_Auth(back_end.credential) if back_end.credential else None,
            timeout=httpx2.Timeout(None, connect=_OPEN_SECONDS),
            max_redirects=0,
            trust_env=False,
        ) as client:
            yield streamable_http_client(
                back_end.url, http_client=client, max_sse_event_size=_most_of_message(back_end.most_bytes)
            )


class _Auth(httpx2.Auth):
    """Puts the credential into each request, as it is then."""

    def __init__(self, credential: Credential) -> None:
        self._credential = credential

    async def async_auth_flow(
        self, request: httpx2.Request
    ) -> AsyncGenerator[httpx2.Request, httpx2.Response]:
        held = await self._credential.fetch()
        for name, value in held.headers.items():
            request.headers[name] = value
        yield request


class _Bounded(httpx2.AsyncBaseTransport):
    """Reads no more of an answer than may be, and notes which calls were never sent."""

    def __init__(self, inner: httpx2.AsyncBaseTransport, most: int, never_sent: set[str]) -> None:
        self._inner, self._most, self._never_sent = inner, most, never_sent

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        try:
            response = await self._inner.handle_async_request(request)
        except (httpx2.ConnectError, httpx2.ConnectTimeout):
            with suppress(ValueError, KeyError, TypeError, httpx2.RequestNotRead):
                self._never_sent.add(json.loads(request.content)["params"]["_meta"][KEY])
            raise
        # Of an event stream each event has the same limit: a session's stream of events goes on for long.
        if not response.headers.get("content-type", "").startswith("text/event-stream"):
            response.stream = _Stream(response.stream, self._most)
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()


class _Stream(httpx2.AsyncByteStream):
    def __init__(self, inner: Any, most: int) -> None:
        self._inner, self._left = inner, _most_of_message(most)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._inner:
            self._left -= len(chunk)
            if self._left < 0:
                raise httpx2.ReadError("the answer is too large")
            yield chunk

    async def aclose(self) -> None:
        await self._inner.aclose()


def _most_of_message(most: int) -> int:
    """Bytes of a message whose result has that many: it may have it twice, as a text and structured, and escaped."""
    return 4 * most + 4096


def _meta(key: str) -> RequestParamsMeta:
    meta: dict[str, str] = {KEY: key}
    return cast("RequestParamsMeta", meta)


def _text(result: CallToolResult) -> str:
    """The answer as text.

    A server whose tool returns text may wrap it as `{"result": TEXT}` for its structured form. Where its only content
    is that same text, the text is the answer; a tool that means such an object has the object's JSON there ("Tools",
    structured content).
    """
    alone = result.content[0] if len(result.content) == 1 else None
    text = alone.text if isinstance(alone, TextContent) else None
    structured = result.structured_content
    if structured is not None and (text is None or structured != {"result": text}):
        return json.dumps(structured, ensure_ascii=False)
    if text is not None:
        return text
    return json.dumps(
        [one.model_dump(mode="json", by_alias=True, exclude_none=True) for one in result.content]
    )


def _blotted(text: str, held: Held, session: "_Session | None") -> str:
    text = held.blot(text)
    for secret in session.secrets if session else ():
        text = text.replace(secret, "[credential]")
    return text


def _first(error: BaseException) -> str:
    """What kind of failure is at the bottom of a group of them."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return type(error).__name__
