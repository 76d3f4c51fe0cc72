"""Where the company's people sign in and out, see who they are here, and give roles: a part of a larger application.

Mount("/operators", create_operators(people))
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from html import escape
from importlib import resources
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from answerable.adapters.passkeys import need_webauthn
from answerable.apps.operators import openid, passkeys, role_pages
from answerable.apps.operators.pages import HEADERS, HERE, on_error, page, way_back
from answerable.apps.operators.people import People, people_of
from answerable.values.errors import AnswerableError

_LOG = logging.getLogger("answerable.operators")
_SCRIPT, _STYLE = "passkeys.js", "style.css"
_TIDY_SECONDS = 600.0
_FILES = {_SCRIPT: "text/javascript", _STYLE: "text/css"}


def create_operators(people: People) -> Starlette:
    """The application, to be mounted at `/operators`. Whoever mounts it runs `keep_fresh` beside it.

    Raises SettingsError where passkeys are asked for and can't be had.
    """
    if people.directory is not None:
        need_webauthn()
    app = Starlette(
        routes=[
            Route("/", _begin, methods=["GET"]),
            Route("/sign-in", sign_in_page, methods=["GET"]),
            Route("/start", openid.start, methods=["GET"]),
            Route("/callback", openid.callback, methods=["GET"]),
            Route("/sign-out", role_pages.sign_out, methods=["POST"]),
            Route("/whoami", role_pages.whoami, methods=["GET"]),
            Route("/roles", role_pages.list_roles, methods=["GET"]),
            Route("/roles/give", role_pages.give_role, methods=["POST"]),
            Route("/roles/take", role_pages.take_role, methods=["POST"]),
            Route("/roles/link", role_pages.link_ids, methods=["POST"]),
            Route("/roles/unlink", role_pages.unlink_ids, methods=["POST"]),
            Route("/register", register_page, methods=["GET"]),
            Route("/passkeys/registration-options", passkeys.registration_options, methods=["POST"]),
            Route("/passkeys/registration", passkeys.register, methods=["POST"]),
            Route("/passkeys/sign-in-options", passkeys.sign_in_options, methods=["POST"]),
            Route("/passkeys/sign-in", passkeys.sign_in, methods=["POST"]),
            *(Route(f"/{name}", _file(name, kind), methods=["GET"]) for name, kind in _FILES.items()),
        ],
        exception_handlers=dict.fromkeys((AnswerableError, Exception), on_error),
    )
    app.state.people = people
    return app


async def keep_fresh(people: People) -> None:
    """Keep the login services' keys fresh, forget sessions that are over, and make good what a crash left of roles.

    Until cancelled. Never raises.
    """

    async def tidy() -> None:
        while True:
            try:
                before = people.now() - people.sessions.life.most
                await asyncio.to_thread(people.sessions.store.clean, before)
                for one in await people.changes.finish():
                    _LOG.error("the store of roles was changed by other means: %s", one)
            except AnswerableError as error:
                _LOG.warning("sessions and roles were not tidied: %s", error)
            await asyncio.sleep(_TIDY_SECONDS)

    await asyncio.gather(tidy(), *(one.run() for one in people.providers))


async def sign_in_page(request: Request) -> Response:
    """Every way to sign in. What a step-up needs goes along."""
    people, asked = people_of(request), request.query_params
    way = way_back(asked.get("next"))
    more = {name: asked[name] for name in ("level", "max_age") if asked.get(name, "").isdigit()}
    ways = ""
    for number, provider in enumerate(people.providers):
        query = urlencode({"provider": str(number), "next": way, **more})
        name = escape(provider.settings.name)
        ways += f'<p><a class="button" href="{HERE}/start?{escape(query)}">Sign in with {name}</a></p>'
    scripts: Sequence[str] = ()
    if people.directory is not None:
        scripts = (f"{HERE}/{_SCRIPT}",)
        ways += (
            '<form method="post" data-passkey="sign-in"><input type="hidden" name="next" value="'
            + escape(way)
            + '">'
            "<button>Sign in with a passkey</button></form>"
            f'<p id="said" role="status"></p><p><a href="{HERE}/register">You have an invitation?</a></p>'
        )
    why = "<p>What you want to do needs a fresh or a stronger sign-in.</p>" if more else ""
    return page("Sign in", why + ways, None, scripts=scripts)


async def _begin(_: Request) -> Response:
    return RedirectResponse(f"{HERE}/whoami", 303, headers=HEADERS)


async def register_page(request: Request) -> Response:
    """Where an invitation's code becomes a passkey."""
    if people_of(request).directory is None:
        return page("Passkeys", "<p>Nobody signs in with a passkey here.</p>", None, status=404)
    body = (
        '<form method="post" data-passkey="register"><label for="code">The code of your invitation</label>'
        '<input id="code" name="code" autocomplete="off" autocapitalize="none" spellcheck="false" required>'
        '<button>Make a passkey</button></form><p id="said" role="status"></p>'
    )
    return page("Register a passkey", body, None, scripts=(f"{HERE}/{_SCRIPT}",))


def _file(name: str, kind: str) -> Callable[[Request], Awaitable[Response]]:
    content = (resources.files("answerable.apps.operators") / "static" / name).read_bytes()
    headers = {**HEADERS, "Cache-Control": "max-age=3600"}

    async def answer(_: Request) -> Response:
        return Response(content, media_type=kind, headers=headers)

    return answer
