"""Middleware for ASGI applications: nothing reaches them but acts under a grant that was just used up for them."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Collection, MutableMapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from answerable.backends.authority import Authority
from answerable.backends.checking import check_grant
from answerable.backends.refusing import refusal
from answerable.backends.requests import ActOf, BackendRequest, act_in_path
from answerable.grants import Grant
from answerable.grants.arguments import MOST_BYTES
from answerable.values.errors import AnswerableError, InvalidRequest, RequestTooLarge

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

GRANT = "answerable.grant"
"""Where the application finds the grant: `scope["answerable.grant"]`, `environ["answerable.grant"]`."""


class RequireGrant:
    """`app`, behind grants. Every request but one to a path in `open_paths` needs a grant of its own."""

    def __init__(
        self,
        app: App,
        audience: str,
        authority: Authority,
        *,
        base_url: str | None = None,
        act_of: ActOf | None = None,
        certificate: Callable[[Scope], bytes | None] = lambda _: None,
        open_paths: Collection[str] = (),
        body_seconds: float = 10.0,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`base_url` is where callers find it, if that is not the audience: never what a Host header says."""
        self._app, self._audience, self._authority = app, audience, authority
        self._base = (base_url or audience).rstrip("/")
        self._act_of = act_of or act_in_path()
        self._certificate, self._open = certificate, frozenset(open_paths)
        self._seconds, self._now = body_seconds, now

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or (scope["type"] == "http" and scope["path"] in self._open):
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})  # no grant is for a conversation
            return
        try:
            body = await self._body(receive)
            # In a thread: it waits for the issuer.
            grant = await asyncio.to_thread(self._check, scope, body)
        except AnswerableError as error:
            status, headers, answer = refusal(error)
            raw = [(name.lower().encode(), value.encode()) for name, value in headers]
            await send({"type": "http.response.start", "status": status, "headers": raw})
            await send({"type": "http.response.body", "body": answer})
            return
        await self._app({**scope, GRANT: grant}, _again(body, receive), send)

    def _check(self, scope: Scope, body: bytes) -> Grant:
        raw = scope.get("raw_path") or quote(scope["path"]).encode()
        url = self._base + raw.decode("latin-1").partition("?")[0]
        query = scope.get("query_string", b"").decode("latin-1")
        method: str = scope["method"]
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
        return check_grant(
            headers,
            method,
            url,
            self._act_of(BackendRequest(method, scope["path"], query, body, url)),
            audience=self._audience,
            authority=self._authority,
            now=self._now(),
            attempt=secrets.token_urlsafe(24),
            certificate=self._certificate(scope),
        )

    async def _body(self, receive: Receive) -> bytes:
        """All of it, and no more than arguments may be. Raises RequestTooLarge, InvalidRequest."""
        body = bytearray()
        more = True
        try:
            async with asyncio.timeout(self._seconds):
                while more:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise InvalidRequest("the body broke off")
                    body += message.get("body", b"")
                    more = message.get("more_body", False)
                    if len(body) > MOST_BYTES:
                        raise RequestTooLarge(f"the body is larger than {MOST_BYTES} bytes")
        except TimeoutError:
            raise InvalidRequest(f"the body did not arrive within {self._seconds:g} seconds") from None
        return bytes(body)


def _again(body: bytes, receive: Receive) -> Receive:
    """The body that was checked, and no other; afterwards whatever else comes."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
