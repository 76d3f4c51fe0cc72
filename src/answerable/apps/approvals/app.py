"""What waits for people, over HTTP: to look at, and to answer. JSON for programs, pages for browsers.

Mount("/approvals", create_approvals(service, people))

Who answers is who is signed in, by the session alone: a body that names anybody is refused.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from html import escape
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from answerable.approvals import UNDECIDED, Phase
from answerable.apps.approvals.pages import list_html, show_html, stopped_html
from answerable.apps.approvals.refused import Refused
from answerable.apps.approvals.service import ApprovalService
from answerable.apps.approvals.showing import ConversationLink, list_json, shown, shown_json
from answerable.apps.operators.forms import fields_of
from answerable.apps.operators.pages import HEADERS, on_error, page, refusal, wants_json
from answerable.apps.operators.people import People, check_csrf, csrf_token, require_operator
from answerable.identity.operators import Operator
from answerable.ports.approvals import Kept
from answerable.roles import Ruling
from answerable.values import ApprovalId, Digest
from answerable.values.errors import AnswerableError, InvalidRequest

HERE = "/approvals"
_FIELDS = frozenset({"csrf", "binds", "reason"})
_MANY = frozenset({"arguments", "wording"})

Answer = Callable[[ApprovalId, Operator, dict[str, str]], Coroutine[Any, Any, Kept | Refused]]


def create_approvals(
    service: ApprovalService,
    *,
    people: People | None = None,
    operator_of: Callable[[Request], Awaitable[Operator]] = require_operator,
    csrf_checked: Callable[[Request, str | None], None] = check_csrf,
    csrf_of: Callable[[Request], str] = csrf_token,
    link: ConversationLink = lambda _conversation, _trace: "",
    here: str = HERE,
) -> Starlette:
    """The application, to be mounted at `here`. `people` is what `require_operator` and the others ask.

    `operator_of` says who sends a request, and raises NotAuthenticated; `csrf_checked` raises it where a page of
    this site did not send it; `csrf_of` gives a token for one.
    """

    async def list_them(request: Request) -> Response:
        operator = await operator_of(request)
        states = [kept.state for kept in await service.waiting(request.query_params.get("route") or None)]
        mine = await service.authority.readable(operator, states, service.clock())
        if wants_json(request):
            return JSONResponse(list_json(mine), headers=HEADERS)
        return page("What waits", stopped_html(await service.stops()) + list_html(mine, here), operator)

    async def show(request: Request) -> Response:
        operator = await operator_of(request)
        kept = await service.ready(_id(request))
        if kept is None:
            return _missing(request, operator)
        ruling = await service.authority.to_read(operator, kept.state, service.clock())
        if not ruling.allowed:
            return refusal(request, ruling, operator)
        stops = await service.stops(kept.state, operator) if kept.state.phase in UNDECIDED else ""
        one = shown(
            kept.state, await service.held_of(kept), link, stops, done_here=service.does(kept.state.request)
        )
        if wants_json(request):
            return JSONResponse(shown_json(one), headers=HEADERS)
        title = kept.state.request.tool or "A line"
        return page(f"{title} waits" if kept.state.phase is Phase.OPEN else title,
                    show_html(one, csrf_of(request), here), operator)  # fmt: skip

    def answering(answer: Answer, *more: str) -> Callable[[Request], Awaitable[Response]]:
        async def answered(request: Request) -> Response:
            operator = await operator_of(request)
            form = await fields_of(request, _FIELDS | frozenset(more))
            csrf_checked(request, form.get("csrf"))
            # Shielded: whoever hangs up half-way has answered, or has not.
            found = await asyncio.shield(asyncio.create_task(answer(_id(request), operator, form)))
            return _said(request, operator, found, here)

        return answered

    async def approve(approval: ApprovalId, operator: Operator, form: dict[str, str]) -> Kept | Refused:
        return await service.approve(approval, operator, _binds(form), form.get("reason", ""))

    async def deny(approval: ApprovalId, operator: Operator, form: dict[str, str]) -> Kept | Refused:
        return await service.deny(approval, operator, _binds(form), form.get("reason", ""))

    async def withdraw(approval: ApprovalId, operator: Operator, form: dict[str, str]) -> Kept | Refused:
        return await service.withdraw(approval, operator, form.get("reason", ""))

    async def change(approval: ApprovalId, operator: Operator, form: dict[str, str]) -> Kept | Refused:
        given = [form[name] for name in sorted(_MANY) if name in form]
        if len(given) != 1:
            raise InvalidRequest("a change has 'arguments' of an act, or 'wording' of a line", "arguments")
        return await service.change(approval, operator, _binds(form), given[0], form.get("reason", ""))

    app = Starlette(
        routes=[
            Route("/", list_them, methods=["GET"]),
            Route("/{approval}", show, methods=["GET"]),
            Route("/{approval}/approve", answering(approve), methods=["POST"]),
            Route("/{approval}/deny", answering(deny), methods=["POST"]),
            Route("/{approval}/withdraw", answering(withdraw), methods=["POST"]),
            Route("/{approval}/change", answering(change, *_MANY), methods=["POST"]),
        ],
        exception_handlers=dict.fromkeys((AnswerableError, Exception), on_error),
    )
    app.state.people = people
    return app


def _said(request: Request, operator: Operator, found: Kept | Refused, here: str) -> Response:
    if isinstance(found, Kept):
        state = found.state
        if wants_json(request):
            body = {"approval": state.request.id, "phase": state.phase.value, "binds": state.binds,
                    "approved": len(state.approvals), "needed": state.needed}  # fmt: skip
            return JSONResponse(body, headers=HEADERS)
        return RedirectResponse(f"{here}/{state.request.id}", 303, headers=HEADERS)
    if not found.closed:
        ruling = Ruling(allowed=False, because=(found.because,), policies=found.policies, needs=found.needs)
        return refusal(request, ruling, operator, f"{here}/{_id(request)}")
    if wants_json(request):
        return JSONResponse({"error": "closed", "because": [found.because]}, 409, headers=HEADERS)
    return page("That can't be answered so", f"<p>{escape(found.because)}.</p>", operator, status=409)


def _binds(form: dict[str, str]) -> Digest:
    if not form.get("binds"):
        raise InvalidRequest("'binds' is missing: an answer names the digest of what was shown", "binds")
    return Digest(form["binds"])


def _id(request: Request) -> ApprovalId:
    return ApprovalId(request.path_params["approval"])


def _missing(request: Request, operator: Operator) -> Response:
    if wants_json(request):
        return JSONResponse({"error": "not_found"}, 404, headers=HEADERS)
    return page("Nothing is here", "<p>There is nothing of that id.</p>", operator, status=404)
