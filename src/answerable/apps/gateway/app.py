"""The gateway's routes, and what they need while it runs."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from answerable.apps.assembly import Assembly
from answerable.apps.gate import Gate
from answerable.apps.gateway.approval_routes import approval_routes
from answerable.apps.gateway.bodies import read_body
from answerable.apps.gateway.callers import Callers
from answerable.apps.gateway.chat import OWN_DEFECT, ChatEndpoint, plain_error, shown_by
from answerable.apps.gateway.customers import Customers
from answerable.apps.gateway.errors import said as said_of
from answerable.apps.gateway.headers import TRACE, upstream_headers
from answerable.apps.gateway.readiness import what_fails
from answerable.apps.ledger.checkpointing import Checkpointer
from answerable.apps.ledger.serving import LogPages
from answerable.flow import ChoiceEnded, Line, ReplyEnded, TextArrived
from answerable.ports import Upstream
from answerable.ports.callers import WorkloadAuthenticator
from answerable.values.errors import AnswerableError
from answerable.wire.checks import check_reply, parse_check
from answerable.wire.limits import Limits

_CHECKPOINT_SECONDS = 2.0

OpenUpstream = Callable[[], Upstream]


def create_app(
    gate: Gate,
    open_upstream: OpenUpstream,
    *,
    callers: WorkloadAuthenticator | None = None,
    customers: Customers | None = None,
    limits: Limits | None = None,
    upstream_key: str | None = None,
    log: LogPages | None = None,
    checkpointer: Checkpointer | None = None,
    behind: Assembly | None = None,
    beside: Sequence[Callable[[], Coroutine[Any, Any, None]]] = (),
) -> ASGIApp:
    """The gateway over a gate and an upstream. The upstream is opened when the server starts.

    With a `checkpointer` the ledger's checkpoints are signed while it runs; `log` serves them. What else goes
    on `beside` the replies is begun with the server and cancelled at its end. What stands `behind` replies is
    served at the same address, and let go of at the end.
    """
    bounds = limits or Limits()
    known: WorkloadAuthenticator = callers or Callers()
    customer = customers or Customers()

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        upstream = open_upstream()
        app.state.upstream = upstream
        app.state.chat = ChatEndpoint(gate, upstream, known, customer, bounds, upstream_key)
        more = behind.beside if behind is not None else []
        async with (
            AsyncExitStack() as started,
            _running(checkpointer, [known.run, customer.run, *beside, *more]),
        ):
            for house in behind.started if behind is not None else ():
                await started.enter_async_context(house.router.lifespan_context(house))
            yield
        await upstream.close()
        if behind is not None:
            await behind.close()

    async def models(request: Request) -> Response:
        await known.authenticate(shown_by(request))
        headers = upstream_headers(request.headers, key=upstream_key, pass_authorization=known.open)
        status, kind, body = await request.app.state.upstream.models(headers)
        return Response(body, status, headers={"Content-Type": kind})

    async def check(request: Request) -> Response:
        workload = await known.authenticate(shown_by(request))
        asked = parse_check(await read_body(request, bounds), bounds)
        names, proof = await customer.known(asked.names)
        exchange = gate.exchange(
            asked.messages, workload=workload.id, model=asked.model, context=asked.context, tools=asked.tools,
            request=names.request, conversation=names.conversation, customer=names.customer,
            assurance=names.assurance, identity=workload.proof, customer_proof=proof,
            version=names.version,
        )  # fmt: skip
        gated = gate.begin(exchange)
        outputs = await gated.feed(
            [TextArrived(0, asked.reply), ChoiceEnded(0, "stop"), ReplyEnded("complete", "checked")]
        )
        lines = [output for output in outputs if isinstance(output, Line)]
        body = check_reply(gated.trace, gate.mode.value, gated.bundle, lines)
        return Response(body, media_type="application/json", headers={TRACE: gated.trace})

    async def ready(request: Request) -> Response:
        problems = {
            # Anybody may read this page, so whose keys they are is for the log to say.
            "identity": "some keys to know callers or customers by are missing; the log says whose"
            if known.problem or customer.problem
            else "",
            "checkpoint": checkpointer.problem if checkpointer is not None else "",
            **(await behind.problems() if behind is not None else {}),
        }
        failing = await what_fails(gate, request.app.state.upstream, upstream_key, problems)
        body: dict[str, Any] = {"ready": not failing, "failing": failing}
        # What waits for people is no failure: the gateway is ready, and whoever watches it sees that they are not.
        if behind is not None and (waiting := await behind.waiting()):
            body["waiting"] = waiting
        return JSONResponse(body, 503 if failing else 200)

    async def log_page(request: Request) -> Response:
        await known.authenticate(shown_by(request))
        if log is None:
            return plain_error(404, "this gateway keeps no log")
        return await log.answer(request.path_params["path"])

    async def health(_: Request) -> Response:
        return JSONResponse({"status": "ok"})

    rest = Starlette(
        routes=[
            Route("/v1/models", models, methods=["GET"]),
            Route("/v1/check", check, methods=["POST"]),
            *approval_routes(known, behind.approvals if behind is not None else None),
            Route("/log/{path:path}", log_page, methods=["GET"]),
            Route("/healthz", health, methods=["GET"]),
            Route("/readyz", ready, methods=["GET"]),
        ],
        lifespan=lifespan,
        exception_handlers={
            AnswerableError: _on_error,
            404: _on_missing,
            405: _on_wrong_method,
            Exception: _on_defect,
        },
    )
    return Front(rest, behind.houses if behind is not None else {})


@asynccontextmanager
async def _running(
    checkpointer: Checkpointer | None, beside: Sequence[Callable[[], Coroutine[Any, Any, None]]]
) -> AsyncIterator[None]:
    """What goes on for the ledger while replies are answered."""
    tasks: list[asyncio.Task[None]] = []
    if checkpointer is not None:
        # Before the first exchange is recorded: nothing goes on top of a ledger that was cut or exchanged.
        await checkpointer.finish()
        tasks.append(asyncio.create_task(checkpointer.run(_CHECKPOINT_SECONDS)))
    tasks += [asyncio.create_task(one()) for one in beside]
    yield
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    if checkpointer is not None:
        await checkpointer.finish()


class Front:
    """Sends chat completions straight to their endpoint, what belongs to another application there, the rest on.

    The router's layers each wrap every single `send`, which a streamed line pays for.
    """

    def __init__(self, rest: Starlette, houses: Mapping[str, ASGIApp]) -> None:
        self.rest = rest
        self._houses = sorted(houses.items(), key=lambda one: -len(one[0]))  # the longest beginning first

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != "/v1/chat/completions":
            await self._elsewhere(scope)(scope, receive, send)
        elif scope["method"] == "POST":
            await self.rest.state.chat(scope, receive, send)
        else:
            wrong = HTTPException(405, headers={"Allow": "POST"})
            await (await _on_wrong_method(Request(scope), wrong))(scope, receive, send)

    def _elsewhere(self, scope: Scope) -> ASGIApp:
        if scope["type"] == "http":
            for beginning, house in self._houses:
                if scope["path"].startswith(beginning):
                    return house
        return self.rest


async def _on_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, AnswerableError)  # noqa: S101 – registered for this class alone
    status, body = said_of(error)
    return Response(body, status, media_type="application/json")


async def _on_missing(request: Request, _: Exception) -> Response:
    return plain_error(
        404, f"there is nothing at '{request.url.path[:200]}'; the gate serves /v1/chat/completions"
    )


async def _on_wrong_method(request: Request, error: Exception) -> Response:
    headers = error.headers if isinstance(error, HTTPException) else None
    return plain_error(405, f"'{request.url.path[:200]}' does not take {request.method}", headers)


async def _on_defect(_: Request, __: Exception) -> Response:
    return plain_error(500, OWN_DEFECT)
