"""Signing in through a login service: begun here, shown there, and finished here.

Source: OpenID Connect Core, section 3.1; RFC 7636; RFC 9700 (best current practice), sections 2.1 and 4.
"""

import asyncio
import secrets
from datetime import timedelta

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from answerable.adapters.identity.openid_provider import Begun, OpenIdProvider
from answerable.apps.operators.pages import HEADERS, HERE, way_back
from answerable.apps.operators.people import People, people_of
from answerable.apps.operators.sessions import key_of
from answerable.identity.operator_sign_in import Expected
from answerable.values import AssuranceLevel
from answerable.values.errors import IdentityRefused, InvalidRequest

CALLBACK = f"{HERE}/callback"
_PURPOSE = "openid"
_COOKIE = "sign-in"
_LIFE = timedelta(minutes=10)
"""How long somebody may take at the login service."""
_SECRET_BYTES = 32
_LONGEST = 4096
_BLAND = "this sign-in"


class _Begun(msgspec.Struct, frozen=True):
    """What is kept of a sign-in under way, by the digest of its state."""

    browser: str
    issuer: str
    nonce: str
    verifier: str
    max_age: int
    way: str


async def start(request: Request) -> Response:
    """Send the browser to a login service. What is asked for can only be more than a sign-in always needs.

    `provider` is a number on the sign-in page, `next` a path of this site, `level` and `max_age` a step-up's.
    """
    people, asked = people_of(request), request.query_params
    provider = _numbered(people, asked.get("provider", "0"))
    most = int(people.sessions.life.most.total_seconds())
    expected = Expected(
        secrets.token_urlsafe(_SECRET_BYTES), timedelta(seconds=_number(asked.get("max_age"), most, most))
    )
    level = AssuranceLevel(_number(asked.get("level"), int(AssuranceLevel.AAL3), int(AssuranceLevel.AAL2)))
    begun = Begun(
        secrets.token_urlsafe(_SECRET_BYTES), expected.nonce, secrets.token_urlsafe(_SECRET_BYTES),
        people.sessions.url + CALLBACK,
    )  # fmt: skip
    there = await provider.authorization_url(begun, expected, level)
    # The same browser may have several sign-ins under way, in several windows.
    browser = people.sessions.cookie(request, _COOKIE) or secrets.token_urlsafe(_SECRET_BYTES)
    kept = _Begun(
        key_of(browser), provider.issuer, begun.nonce, begun.verifier,
        int(expected.max_age.total_seconds()), way_back(asked.get("next")),
    )  # fmt: skip
    data = msgspec.json.encode(kept).decode()
    await asyncio.to_thread(
        people.sessions.store.keep, key_of(begun.state), _PURPOSE, data, people.now() + _LIFE
    )
    response = RedirectResponse(there, 303, headers=HEADERS)
    people.sessions.set_cookie(response, _COOKIE, browser, _LIFE)
    return response


async def callback(request: Request) -> Response:
    """Finish a sign-in. Raises IdentityRefused, whose reason the log has, and InvalidRequest.

    1. The answer has each parameter once, within bounds, and a state.
    2. The state is one that was begun here, not used before and not too old; it is used up by this.
    3. The browser that brings it is the one that it was given to: an attacker's own sign-in can't be finished in
       somebody else's browser (login CSRF).
    4. The login service did not say no.
    5. The service's ID token holds (`OpenIdProvider.operator`), by the nonce and the age that it was begun with.
    6. A new session begins; the one before it, if any, ends.
    """
    people, asked = people_of(request), request.query_params
    pairs = asked.multi_items()  # 1.
    if len(request.url.query) > _LONGEST or len({name for name, _ in pairs}) != len(pairs):
        raise InvalidRequest("the login service's answer is too long, or says something twice; sign in again")
    if not asked.get("state"):
        raise InvalidRequest("the login service's answer has no state; sign in again")
    data = await asyncio.to_thread(  # 2.
        people.sessions.store.use, key_of(asked["state"]), _PURPOSE, people.now()
    )
    if data is None:
        raise IdentityRefused("the state is none that was begun here, or it was used or is too old", _BLAND)
    kept = msgspec.json.decode(data, type=_Begun)
    browser = people.sessions.cookie(request, _COOKIE)  # 3.
    if browser is None or not secrets.compare_digest(key_of(browser), kept.browser):
        raise IdentityRefused("another browser brings the state than the one that it was given to", _BLAND)
    if "error" in asked or not asked.get("code"):  # 4.
        raise IdentityRefused(f"'{kept.issuer}' said {asked.get('error', 'nothing')[:80]!a}", _BLAND)
    provider = next((one for one in people.providers if one.issuer == kept.issuer), None)  # 5.
    if provider is None:
        raise IdentityRefused(f"'{kept.issuer}' is no login service any more", _BLAND)
    begun = Begun(asked["state"], kept.nonce, kept.verifier, people.sessions.url + CALLBACK)
    expected = Expected(kept.nonce, timedelta(seconds=kept.max_age))
    operator = await provider.operator(dict(pairs), begun, expected, people.now)
    response = RedirectResponse(kept.way, 303, headers=HEADERS)  # 6.
    await people.sessions.begin(request, response, operator)
    people.sessions.set_cookie(response, _COOKIE, "", timedelta(0))
    return response


def _numbered(people: People, text: str) -> OpenIdProvider:
    if not text.isascii() or not text.isdigit() or int(text[:4]) >= len(people.providers):
        raise InvalidRequest(f"there is no login service number {text[:20]!a}")
    return people.providers[int(text[:4])]


def _number(text: str | None, most: int, otherwise: int) -> int:
    """A number up to `most`; another where it is none."""
    if text is None or not text.isascii() or not text.isdigit():
        return otherwise
    return min(int(text[:9]), most)
