"""The upstream over HTTP: any OpenAI-compatible server, by base URL."""

from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import aiohttp

from answerable.ports import UpstreamReply
from answerable.values.errors import (
    UpstreamCut,
    UpstreamMalformed,
    UpstreamRefused,
    UpstreamTimeout,
    UpstreamUnreachable,
)

_ERROR_BODY_BYTES = 1024 * 1024
_TRIES = 5
"""How many connections that lay idle are tried before the upstream is said to be gone."""


class HttpUpstream:
    """One pooled client for one base URL. Redirects are refused:
    they would leave the upstream that was named."""

    def __init__(
        self, base: str, *, connect_seconds: float, silence_seconds: float, connections: int
    ) -> None:
        self._base = base.rstrip("/")
        self._silence = silence_seconds
        kept = aiohttp.TraceConfig()
        kept.on_connection_reuseconn.append(_note_reuse)
        self._session = aiohttp.ClientSession(
            trace_configs=[kept],
            connector=aiohttp.TCPConnector(limit=connections, ttl_dns_cache=60),
            timeout=aiohttp.ClientTimeout(
                total=None, connect=connect_seconds, sock_connect=connect_seconds, sock_read=silence_seconds
            ),
            auto_decompress=True,
            cookie_jar=aiohttp.DummyCookieJar(),
        )

    async def complete(self, body: bytes, headers: Mapping[str, str]) -> UpstreamReply:
        response = await self._request("POST", "/chat/completions", headers, body)
        if not (response.status == 200 or 400 <= response.status < 600):  # noqa: PLR2004
            response.close()  # passed on as it is, a client would take it for a reply, or follow it elsewhere
            raise UpstreamMalformed(
                f"the upstream answered with status {response.status}, which is neither a reply nor an error"
            )
        if response.status != 200:  # noqa: PLR2004
            raise UpstreamRefused(response.status, await self._error_body(response), dict(response.headers))
        return HttpReply(response, self._silence)

    async def models(self, headers: Mapping[str, str]) -> tuple[int, str, bytes]:
        response = await self._request("GET", "/models", headers, None)
        body = await self._error_body(response)
        return response.status, response.headers.get("Content-Type", "application/json"), body

    async def close(self) -> None:
        await self._session.close()

    async def _request(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None
    ) -> aiohttp.ClientResponse:
        for left in reversed(range(_TRIES)):
            seen = SimpleNamespace(reused=False)
            try:
                return await self._session.request(
                    method,
                    self._base + path,
                    data=body,
                    headers=headers,
                    allow_redirects=False,
                    trace_request_ctx=seen,
                )
            except (aiohttp.ConnectionTimeoutError, aiohttp.ClientConnectorError) as error:
                raise UpstreamUnreachable(
                    "the upstream can't be reached; is its URL right, is it running?"
                ) from error
            except TimeoutError as error:
                raise UpstreamTimeout(f"the upstream said nothing for {self._silence:g} seconds") from error
            except aiohttp.ClientError as error:
                # A server closes an idle connection whenever it likes, also just as we write to it. Of a new
                # connection it is no such thing. To ask a model again does nothing twice.
                if left and seen.reused and isinstance(error, aiohttp.ClientConnectionError):
                    continue
                raise UpstreamUnreachable(
                    f"the upstream hung up before it answered ({type(error).__name__})"
                ) from error
        raise AssertionError("the last try returns or raises")

    async def _error_body(self, response: aiohttp.ClientResponse) -> bytes:
        try:
            body = await response.content.read(_ERROR_BODY_BYTES)
            while len(body) < _ERROR_BODY_BYTES and (
                more := await response.content.read(_ERROR_BODY_BYTES - len(body))
            ):
                body += more
        except (aiohttp.ClientError, TimeoutError):
            body = b""
        finally:
            response.close()
        return body


async def _note_reuse(_session: aiohttp.ClientSession, context: Any, _params: object) -> None:
    context.trace_request_ctx.reused = True


class HttpReply:
    """An answer whose body is still coming."""

    def __init__(self, response: aiohttp.ClientResponse, silence: float) -> None:
        self._response = response
        self._silence = silence
        self.headers: Mapping[str, str] = response.headers
        self.content_type: str = response.content_type if "Content-Type" in response.headers else ""

    async def chunks(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._response.content.iter_any():
                yield chunk
        except TimeoutError as error:
            raise UpstreamTimeout(f"the upstream went silent for {self._silence:g} seconds") from error
        except aiohttp.ClientPayloadError as error:
            raise UpstreamCut("the upstream hung up in the middle of its reply") from error
        except aiohttp.ClientError as error:
            raise UpstreamMalformed(f"the upstream's reply broke ({type(error).__name__})") from error

    async def close(self) -> None:
        with suppress(aiohttp.ClientError):
            self._response.close()
