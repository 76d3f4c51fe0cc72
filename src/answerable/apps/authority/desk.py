"""The operators' desk for grants, over HTTP: what is stopped, what can be used, stopping it, and letting it go on.

Mount("/revocations", create_grants_desk(desk, people))

Who stops something is who is signed in, by the session alone, and stands in the ledger as that.
"""

import asyncio
from collections.abc import Awaitable, Callable
from html import escape

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from answerable.apps.authority.pages import desk_html, outstanding_html
from answerable.apps.authority.revoking import Changed, GrantsDesk, named, selection_of
from answerable.apps.authority.showing import grant_json, revocation_json
from answerable.apps.operators.forms import fields_of, reason_in
from answerable.apps.operators.pages import HEADERS, on_error, page, refusal, wants_json
from answerable.apps.operators.people import People, check_csrf, csrf_token, require_operator
from answerable.grants import Selection, Selector
from answerable.identity.operators import Operator
from answerable.values.errors import AnswerableError, GrantsUnavailable, InvalidRequest, NotOnRecord

HERE = "/revocations"
_FIELDS = frozenset({"csrf", "selector", "value", "reason"})


def create_grants_desk(desk: GrantsDesk, people: People, *, here: str = HERE) -> Starlette:
    """The application, to be mounted at `here`."""

    async def look(request: Request) -> Response:
        operator = await require_operator(request)
        ruling = await asyncio.to_thread(desk.to_look, operator)
        if not ruling.allowed:
            return refusal(request, ruling, operator)
        if request.query_params:
            raise InvalidRequest("what stands is not looked for by anything", "query")
        standing = await asyncio.to_thread(desk.standing, operator)
        if wants_json(request):
            return JSONResponse({"standing": [revocation_json(one) for one in standing]}, headers=HEADERS)
        return page("What is stopped", desk_html(standing, csrf_token(request), here), operator)

    async def outstanding(request: Request) -> Response:
        operator = await require_operator(request)
        ruling = await asyncio.to_thread(desk.to_look, operator)
        if not ruling.allowed:
            return refusal(request, ruling, operator)
        asked = dict(request.query_params.multi_items())
        if set(asked) - {"selector", "value"}:
            raise InvalidRequest("grants are looked for by a 'selector' and its 'value'", "selector")
        selection = selection_of(asked.get("selector", Selector.EVERYTHING), asked.get("value", ""))
        found = await asyncio.to_thread(desk.outstanding, operator, selection)
        if wants_json(request):
            return JSONResponse({"grants": [grant_json(one) for one in found]}, headers=HEADERS)
        return page("Grants that can be used", outstanding_html(found, selection), operator)

    def changing(
        change: Callable[[Operator, Selection, str], Changed], told: str
    ) -> Callable[[Request], Awaitable[Response]]:
        async def changed(request: Request) -> Response:
            operator = await require_operator(request)
            form = await fields_of(request, _FIELDS)
            check_csrf(request, form.get("csrf"))
            selection = selection_of(form.get("selector", ""), form.get("value", ""))
            work = asyncio.to_thread(change, operator, selection, reason_in(form))
            try:
                # Shielded: whoever hangs up half-way has stopped it, or has not.
                found = await asyncio.shield(asyncio.create_task(work))
            except GrantsUnavailable as error:
                return await _half_done(desk, request, operator, selection, error)
            if not found.ruling.allowed:
                return refusal(request, found.ruling, operator, f"{here}/")
            if wants_json(request):
                return JSONResponse({told: named(selection), "count": found.count}, headers=HEADERS)
            return RedirectResponse(f"{here}/", 303, headers=HEADERS)

        return changed

    app = Starlette(
        routes=[
            Route("/", look, methods=["GET"]),
            Route("/outstanding", outstanding, methods=["GET"]),
            Route("/revoke", changing(desk.revoke, "revoked"), methods=["POST"]),
            Route("/lift", changing(desk.lift, "lifted"), methods=["POST"]),
        ],
        exception_handlers=dict.fromkeys((AnswerableError, Exception), on_error),
    )
    app.state.people = people
    return app


async def _half_done(
    desk: GrantsDesk, request: Request, operator: Operator, selection: Selection, error: GrantsUnavailable
) -> Response:
    """The store or the ledger failed on the way: say what holds now, and not that nothing was done."""
    try:
        stands = await asyncio.to_thread(desk.stands, selection)
    except GrantsUnavailable:
        words = "it can't be known now whether that is stopped; stop it again, and the gateway itself if it must be"
    else:
        words = f"'{named(selection)}' is {'stopped' if stands else 'not stopped'} now"
        if isinstance(error, NotOnRecord):
            words += ", and what you did is not on record: do it again once the ledger can be written"
    if wants_json(request):
        return JSONResponse({"error": "temporarily_unavailable", "message": words}, 503, headers=HEADERS)
    return page("That did not go through", f"<p>{escape(words)}.</p>", operator, status=503)
