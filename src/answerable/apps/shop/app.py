"""The shop over HTTP: reads for whoever has the shop's key, acts under a grant each."""

import asyncio
import hmac
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from answerable.apps.gateway.bodies import read_body
from answerable.apps.shop.acts import answer_of, done_once
from answerable.apps.shop.answers import Refused, written
from answerable.apps.shop.database import ShopDatabase
from answerable.apps.shop.seed import DAY
from answerable.apps.shop.tools import ACTS, READS, ActTool, ReadTool, openapi
from answerable.backends import Authority, RequireGrant
from answerable.backends.asgi import GRANT
from answerable.grants.arguments import MOST_BYTES, read_arguments
from answerable.values.errors import InvalidRequest, RequestTooLarge
from answerable.wire.limits import Limits

_LONGEST_KEY = 255
_LIMITS = Limits(body_bytes=MOST_BYTES, body_seconds=10.0)
_Answers = Callable[[Request], Awaitable[str]]


def create_shop(
    database: ShopDatabase,
    audience: str,
    authority: Authority | None,
    *,
    base_url: str | None = None,
    reader_key: str | None = None,
    today: date = DAY,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    committed: Callable[[str], None] = lambda _key: None,
) -> ASGIApp:
    """The shop as its grants call it (`audience`), found at `base_url`.

    Without an `authority` acts need no grant: for trying things on one's own machine. `reader_key` is the bearer
    token that reads need, if any. `committed` is called between an act's commit and its answer: a test dies there.
    """

    def reading(tool: ReadTool) -> _Answers:
        async def answer(request: Request) -> str:
            _admit(request, reader_key)
            async with database.transaction() as sql:
                return written(await tool.read(sql, request.path_params[tool.argument], today))

        return answer

    async def act_done(request: Request) -> str:
        _admit(request, reader_key)
        return await answer_of(database, request.path_params["key"])

    async def document(_: Request) -> str:
        return written(openapi(base_url or audience))

    def acting(tool: ActTool) -> _Answers:
        async def answer(request: Request) -> str:
            given = tool.checked(await _arguments(request))
            key, grant = _key(request), request.scope.get(GRANT)
            text = await done_once(
                database, tool.act, tool.name, given, key, granted=grant.id if grant else None, now=now()
            )
            committed(key)
            return text

        return answer

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await database.open()
        yield
        await database.close()

    shown = Starlette(
        routes=[
            *[Route(tool.path, _answered(reading(tool)), methods=["GET"]) for tool in READS],
            Route("/acts/{key}", _answered(act_done), methods=["GET"]),
            Route("/openapi.json", _answered(document), methods=["GET"]),
        ],
        lifespan=lifespan,
    )
    done: ASGIApp = Starlette(
        routes=[Route(f"/{tool.name}", _answered(acting(tool)), methods=["POST"]) for tool in ACTS]
    )
    if authority is not None:
        done = RequireGrant(done, audience, authority, base_url=base_url, now=now)
    return _Split(shown, done)


class _Split:
    """What is shown, and what is done: no act is routed anywhere but behind the grants."""

    def __init__(self, shown: ASGIApp, done: ASGIApp) -> None:
        self._shown, self._done = shown, done
        self._paths = frozenset(f"/{tool.name}" for tool in ACTS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_act = scope["type"] == "http" and scope["path"] in self._paths
        await (self._done if is_act else self._shown)(scope, receive, send)


def _answered(answer: _Answers) -> Callable[[Request], Awaitable[Response]]:
    async def answered(request: Request) -> Response:
        try:
            # Shielded: whoever asked may hang up, and what was begun is ended.
            text = await asyncio.shield(asyncio.ensure_future(answer(request)))
            return Response(text, media_type="application/json")
        except Refused as refused:
            status, error, message = refused.status, refused.error, str(refused)
        except RequestTooLarge as problem:
            status, error, message = 413, "too_large", str(problem)
        except InvalidRequest as problem:
            status, error, message = 400, "invalid_arguments", str(problem)
        body: dict[str, Any] = {"status": "error", "error": error, "message": message}
        headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None  # noqa: PLR2004 – RFC 9110 section 11.6.1
        return Response(written(body), status, headers, "application/json")

    return answered


def _admit(request: Request, key: str | None) -> None:
    """Raises Refused."""
    shown = request.headers.get("authorization", "").encode()
    if key is not None and not hmac.compare_digest(shown, f"Bearer {key}".encode()):
        raise Refused(401, "unauthorized", "reading needs the shop's key")


async def _arguments(request: Request) -> dict[str, Any]:
    """Raises InvalidRequest, RequestTooLarge."""
    try:
        return read_arguments((await read_body(request, _LIMITS)).decode())
    except UnicodeDecodeError:
        raise InvalidRequest("the body is not UTF-8") from None


def _key(request: Request) -> str:
    """The idempotency key, bare or as a string of structured fields (RFC 9651 section 3.3.3). Raises Refused."""
    given = request.headers.getlist("idempotency-key")
    key = given[0] if len(given) == 1 else ""
    if len(key) > 1 and key[0] == key[-1] == '"':
        key = key[1:-1]
    if (
        not 0 < len(key) <= _LONGEST_KEY
        or not key.isascii()
        or not key.isprintable()
        or set(key) & set('"\\/')
    ):
        raise Refused(400, "idempotency_key_missing", "an act comes with one Idempotency-Key")
    return key
