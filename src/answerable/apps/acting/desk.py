"""The operators' desk for acts, over HTTP: which nobody knows of, what is on record of each, and what is done about it.

Mount("/acts", create_acts_desk(desk, people))

Who says something is who is signed in, by the session alone: a body that names anybody is refused.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Literal

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from answerable.actions import Done, NotDone, Settled
from answerable.apps.acting.authority import ActDuties
from answerable.apps.acting.executor import Executor
from answerable.apps.acting.on_record import act_on_record, acts_of_trace
from answerable.apps.acting.pages import act_html, list_html, table_html
from answerable.apps.acting.showing import ShownAct, act_json, list_json
from answerable.apps.operators.forms import fields_of, reason_in
from answerable.apps.operators.pages import HEADERS, on_error, page, refusal, wants_json
from answerable.apps.operators.people import People, check_csrf, csrf_token, require_operator
from answerable.identity.operators import Operator
from answerable.ports.actions import ActionStore, Kept
from answerable.ports.ledger import Ledger
from answerable.roles import Ruling
from answerable.values import ActionId, ConversationId, TraceId
from answerable.values.errors import (
    ActionRefused,
    ActionsUnavailable,
    ActionTaken,
    AnswerableError,
    InvalidRequest,
    LedgerUnavailable,
    NotAllowed,
    UndoWaits,
)

HERE = "/acts"
MOST_SHOWN = 200
_ASKED = frozenset({"conversation", "trace"})


@dataclass(frozen=True, slots=True)
class Refused:
    """It was not done so. Without a `ruling` it is not for anybody to do now: `because` says why."""

    because: str
    ruling: Ruling | None = None


@dataclass(frozen=True, slots=True)
class Waits:
    """Their word is on record, and somebody else has to say so, too."""

    because: str


@dataclass(frozen=True, slots=True)
class ActsDesk:
    """What the desk goes by. Methods raise ActionsUnavailable, RolesUnavailable and LedgerError."""

    executor: Executor
    ledger: Ledger
    authority: ActDuties

    @property
    def store(self) -> ActionStore:
        return self.executor.journal.store

    async def waiting(self, operator: Operator) -> list[Kept]:
        """Acts of which nobody knows whether they were done, as far as the operator may look; oldest first."""
        return await self.authority.readable(
            operator, await asyncio.to_thread(self.store.waiting, MOST_SHOWN)
        )

    async def of_conversation(self, operator: Operator, conversation: ConversationId) -> list[Kept]:
        """The latest acts of a conversation, in the order in which they were begun."""
        found = await asyncio.to_thread(self.store.of_conversation, conversation)
        return await self.authority.readable(operator, found[-MOST_SHOWN:])

    async def of_trace(self, operator: Operator, trace: TraceId) -> list[Kept]:
        """The latest acts of a trace, as the ledger names them, in the order in which they were begun."""
        found = await acts_of_trace(self.ledger, self.store, trace)
        return await self.authority.readable(operator, found[-MOST_SHOWN:])

    async def find(self, action: ActionId) -> Kept | None:
        return await asyncio.to_thread(self.store.find, action)

    async def shown(self, kept: Kept) -> ShownAct:
        return await act_on_record(self.ledger, self.store, kept)

    async def resolve(
        self, kept: Kept, operator: Operator, outcome: Literal["done", "not_done"], reason: str
    ) -> Settled | Refused:
        """Say what became of it.

        1. They may.
        2. It can be put on record. Said before anything happens, so that what counts is seen by everybody.
        3. It is uncertain still, and nobody else says something (`Executor.resolve`).
        """
        # 1.
        ruling = await self.authority.to_resolve(operator, kept, outcome)
        if not ruling.allowed:
            return Refused("; ".join(ruling.because), ruling)
        # 2.
        if why := await self.ledger.ready():
            raise LedgerUnavailable(f"nothing can be put on record now: {why}")
        # 3.
        said = Done("") if outcome == "done" else NotDone("")
        detail = f"AAL{int(operator.level)}; by {', '.join(ruling.policies)}"
        try:
            return await self.executor.resolve(kept.action.id, said, operator.id, reason, detail=detail)
        except (ActionRefused, ActionTaken) as error:
            return Refused(str(error))

    async def undo(self, kept: Kept, operator: Operator, reason: str) -> Settled | Waits | Refused:
        """Have it taken back, by the act that its pack names. The rules are asked again where it is decided."""
        ruling = await self.authority.to_undo(operator, kept)
        if not ruling.allowed:
            return Refused("; ".join(ruling.because), ruling)
        try:
            return await self.executor.undo(kept.action.id, operator, reason)
        except UndoWaits as error:
            return Waits(str(error))
        except (ActionRefused, ActionTaken, NotAllowed) as error:
            return Refused(str(error))


def create_acts_desk(desk: ActsDesk, people: People, *, here: str = HERE) -> Starlette:
    """The application, to be mounted at `here`."""

    async def list_them(request: Request) -> Response:
        operator = await require_operator(request)
        asked = _asked(request)
        if asked is None:
            found = await desk.waiting(operator)
            title, body = "Acts that nobody knows of", list_html(found, here)
        else:
            name, value = asked
            if name == "conversation":
                found = await desk.of_conversation(operator, ConversationId(value))
            else:
                found = await desk.of_trace(operator, TraceId(value))
            title, body = f"Acts of the {name} {value}", table_html(found, here)
        if wants_json(request):
            return JSONResponse(list_json(found), headers=HEADERS)
        return page(title, body, operator)

    async def show(request: Request) -> Response:
        operator = await require_operator(request)
        kept = await desk.find(_id(request))
        if kept is None:
            return _missing(request, operator)
        ruling = await desk.authority.to_read(operator, kept)
        if not ruling.allowed:
            return refusal(request, ruling, operator)
        one = await desk.shown(kept)
        # The other acts of its chain are shown as in a list: with nothing that is sealed.
        if wants_json(request):
            return JSONResponse(act_json(one), headers=HEADERS)
        return page(f"The act {kept.action.tool}", act_html(one, csrf_token(request), here), operator)

    def answering(
        answer: Callable[[Kept, Operator, dict[str, str]], Coroutine[Any, Any, Settled | Waits | Refused]],
        *more: str,
    ) -> Callable[[Request], Awaitable[Response]]:
        async def answered(request: Request) -> Response:
            operator = await require_operator(request)
            form = await fields_of(request, {"csrf", "reason", *more})
            check_csrf(request, form.get("csrf"))
            kept = await desk.find(_id(request))
            if kept is None:
                return _missing(request, operator)
            try:
                # Shielded: whoever hangs up half-way has said it, or has not.
                found = await asyncio.shield(asyncio.create_task(answer(kept, operator, form)))
            except ActionsUnavailable:
                return _not_known(request, operator, here)
            return _said(request, operator, kept, found, here)

        return answered

    async def resolve(kept: Kept, operator: Operator, form: dict[str, str]) -> Settled | Refused:
        return await desk.resolve(kept, operator, _outcome(form), reason_in(form))

    async def undo(kept: Kept, operator: Operator, form: dict[str, str]) -> Settled | Waits | Refused:
        return await desk.undo(kept, operator, reason_in(form))

    app = Starlette(
        routes=[
            Route("/", list_them, methods=["GET"]),
            Route("/{act}", show, methods=["GET"]),
            Route("/{act}/resolve", answering(resolve, "outcome"), methods=["POST"]),
            Route("/{act}/undo", answering(undo), methods=["POST"]),
        ],
        exception_handlers=dict.fromkeys((AnswerableError, Exception), on_error),
    )
    app.state.people = people
    return app


def _said(
    request: Request, operator: Operator, kept: Kept, found: Settled | Waits | Refused, here: str
) -> Response:
    if isinstance(found, Settled):
        if wants_json(request):
            outcome = {Done: "done", NotDone: "not_done"}.get(type(found.outcome), "uncertain")
            body = {"act": found.action, "outcome": outcome, "receipt": found.receipt}
            return JSONResponse(body, headers=HEADERS)
        return RedirectResponse(f"{here}/{found.action}", 303, headers=HEADERS)
    if isinstance(found, Waits):
        if wants_json(request):
            waits = {"act": kept.action.id, "outcome": "waits", "because": [found.because]}
            return JSONResponse(waits, 202, headers=HEADERS)
        body_html = (
            f'<p>{escape(found.because)}.</p><p><a href="{here}/{escape(kept.action.id)}">The act</a></p>'
        )
        return page("Somebody else has to say so, too", body_html, operator, status=202)
    if found.ruling is not None:
        return refusal(request, found.ruling, operator, f"{here}/{kept.action.id}")
    if wants_json(request):
        return JSONResponse({"error": "closed", "because": [found.because]}, 409, headers=HEADERS)
    html = f'<p>{escape(found.because)}.</p><p><a href="{here}/{escape(kept.action.id)}">Back</a></p>'
    return page("That can't be done now", html, operator, status=409)


def _not_known(request: Request, operator: Operator, here: str) -> Response:
    """The store failed, so it is not known whether it has what was said."""
    words = "it is not known whether that was kept; look at the act again before you do anything else"
    if wants_json(request):
        return JSONResponse({"error": "temporarily_unavailable", "message": words}, 503, headers=HEADERS)
    body = f'<p>{escape(words)}.</p><p><a href="{here}/{escape(_id(request))}">The act</a></p>'
    return page("Look again", body, operator, status=503)


def _outcome(form: dict[str, str]) -> Literal["done", "not_done"]:
    match form.get("outcome"):
        case "done":
            return "done"
        case "not_done":
            return "not_done"
        case other:
            raise InvalidRequest(f"'outcome' is '{str(other)[:40]}'; say 'done' or 'not_done'", "outcome")


def _asked(request: Request) -> tuple[str, str] | None:
    """What is looked for; None for what waits. Raises InvalidRequest."""
    given: Sequence[tuple[str, str]] = request.query_params.multi_items()
    if not given:
        return None
    if len(given) != 1 or given[0][0] not in _ASKED or not given[0][1]:
        raise InvalidRequest("acts are looked for by one 'conversation' or one 'trace'", "conversation")
    return given[0]


def _id(request: Request) -> ActionId:
    return ActionId(request.path_params["act"])


def _missing(request: Request, operator: Operator) -> Response:
    if wants_json(request):
        return JSONResponse({"error": "not_found"}, 404, headers=HEADERS)
    return page("Nothing is here", "<p>There is nothing of that id.</p>", operator, status=404)
