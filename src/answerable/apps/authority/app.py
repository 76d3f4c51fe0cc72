"""The issuer's routes. Errors are those of RFC 6749 section 5.2, and say nothing of why."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from answerable.apps.authority.callers import Authenticate, Caller
from answerable.apps.authority.issuing import Form, Issuer
from answerable.apps.gateway.bodies import read_body
from answerable.grants.forms import INVALID, MOST_BYTES, read_form
from answerable.grants.metadata import (
    CONSUME,
    INTROSPECT,
    JWKS,
    LIFT,
    METADATA,
    REVOKE,
    SELECT,
    TOKEN,
    metadata,
    usable_issuer,
)
from answerable.values.errors import (
    AnswerableError,
    GrantRefused,
    GrantsUnavailable,
    InvalidRequest,
    NotAuthenticated,
    Overloaded,
    RequestTooLarge,
)
from answerable.wire.limits import Limits

_LOG = logging.getLogger("answerable.grants")
_FORM = "application/x-www-form-urlencoded"
_NOT_KEPT = {"Cache-Control": "no-store", "Pragma": "no-cache"}  # RFC 6749 section 5.1
_KEYS_SECONDS = 300
_MOST_AT_ONCE = 64

Certificate = Callable[[Request], bytes | None]
Act = Callable[[Request, Form, Caller], Response]


def create_authority(
    issuer: Issuer,
    authenticate: Authenticate,
    *,
    auth_methods: Sequence[str],
    certificate: Certificate = lambda _: None,
    body_seconds: float = 10.0,
) -> Starlette:
    """The application. `certificate` gives the client's certificate in DER, where the connection proved one.

    Raises SettingsError where the issuer's name can't be one.
    """
    described = metadata(usable_issuer(issuer.name), auth_methods)
    limits = Limits(body_bytes=MOST_BYTES, body_seconds=body_seconds)
    under_way = 0
    # A pool of its own: such a thread may wait for the loop, and the loop for a thread of the other pool.
    threads = ThreadPoolExecutor(_MOST_AT_ONCE, thread_name_prefix="grants")

    def route(path: str, act: Act) -> Route:
        async def answer(request: Request) -> Response:
            nonlocal under_way
            caller = await authenticate(request)
            if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
                raise GrantRefused(f"a request is a form: '{_FORM}'", INVALID)
            form = read_form(await read_body(request, limits))
            if under_way >= _MOST_AT_ONCE:
                raise Overloaded(f"{under_way} requests are under way; come back later")
            under_way += 1
            try:
                # In a thread: the store waits for its disk. Shielded: what it has begun, it ends.
                loop = asyncio.get_running_loop()
                return await asyncio.shield(loop.run_in_executor(threads, act, request, form, caller))
            finally:
                under_way -= 1

        return Route(path, answer, methods=["POST"])

    def token(request: Request, form: Form, caller: Caller) -> Response:
        proofs = request.headers.getlist("dpop")
        if len(proofs) > 1:
            raise GrantRefused("a request has one proof", INVALID)
        answer = issuer.exchange(form, caller, proofs[0] if proofs else None, certificate(request))
        return JSONResponse(answer, headers=_NOT_KEPT)

    def introspect(_: Request, form: Form, caller: Caller) -> Response:
        return JSONResponse(issuer.introspect(form, caller), headers=_NOT_KEPT)

    def consume(_: Request, form: Form, caller: Caller) -> Response:
        answer = issuer.consume(form, caller)
        return JSONResponse(answer, 200 if answer["consumed"] else 409, headers=_NOT_KEPT)

    def revoke(_: Request, form: Form, caller: Caller) -> Response:
        issuer.revoke(form, caller)
        return Response(status_code=200)  # RFC 7009 section 2.2: an empty body

    def select(_: Request, form: Form, caller: Caller) -> Response:
        issuer.revoke_selected(form, caller)
        return Response(status_code=204)

    def lift(_: Request, form: Form, caller: Caller) -> Response:
        return JSONResponse({"lifted": issuer.lift(form, caller)})

    async def describe(_: Request) -> Response:
        return JSONResponse(described)

    async def keys(_: Request) -> Response:
        kept = {"Cache-Control": f"public, max-age={_KEYS_SECONDS}"}
        return JSONResponse(issuer.ring().jwks(issuer.now()), headers=kept)

    return Starlette(
        routes=[
            route(TOKEN, token),
            route(INTROSPECT, introspect),
            route(REVOKE, revoke),
            route(CONSUME, consume),
            route(SELECT, select),
            route(LIFT, lift),
            Route(METADATA, describe, methods=["GET"]),
            Route(JWKS, keys, methods=["GET"]),
        ],
        exception_handlers=dict.fromkeys((AnswerableError, Exception), _refuse),
    )


async def _refuse(request: Request, error: Exception) -> Response:
    """Why, for the log; a code, for the caller. Of tokens and proofs nothing stands in either."""
    status, code = _code(error)
    if status == 500:  # noqa: PLR2004 – our own defect
        _LOG.error("%s: %s", request.url.path, type(error).__name__)
    else:
        _LOG.warning("%s: refused as %s: %s", request.url.path, code, error)
    headers = {**_NOT_KEPT, **({"WWW-Authenticate": "Bearer"} if status == 401 else {})}  # noqa: PLR2004
    return JSONResponse({"error": code}, status, headers=headers)


def _code(error: Exception) -> tuple[int, str]:
    match error:
        case NotAuthenticated():
            return 401, "invalid_client"
        case GrantRefused():
            return 400, error.code
        case RequestTooLarge():
            return 413, INVALID
        case InvalidRequest():
            return 400, INVALID
        case GrantsUnavailable() | Overloaded():
            return 503, "temporarily_unavailable"
        case _:
            return 500, "server_error"
