"""A login service of the company's people: where it is found, its keys, and the exchange of a code for an ID token.

Source: OpenID Connect Discovery, sections 3 and 4; OpenID Connect Core, section 3.1; RFC 6749, section 2.3.1;
RFC 7636 (PKCE, S256 alone); RFC 9207 (`iss` in the answer).
"""

import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

import aiohttp

from answerable.adapters.identity.discovery import Discovery
from answerable.adapters.identity.https import trusting
from answerable.adapters.identity.refreshed import Fetched, Refreshed
from answerable.adapters.world import utc_now
from answerable.identity import Issuer, KeyNotKnown, Keys
from answerable.identity.operator_sign_in import (
    Expected,
    LevelRule,
    OperatorIssuer,
    contexts_for,
    verify_operator,
)
from answerable.identity.operators import Operator
from answerable.values import AssuranceLevel
from answerable.values.errors import IdentityError, IdentityRefused
from answerable.values.strict_json import JsonError, json_object

_AGAIN = 300
_SECONDS = 10.0
_MOST_ANSWER = 64 * 1024
_OK = 200
_LONGEST_CODE = 64
_BLAND = "this sign-in"


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """What the file of operators says of a login service."""

    issuer: str
    name: str
    """What people read on the sign-in page."""
    client_id: str
    client_secret: str | None = field(default=None, repr=False)
    authorities: Path | None = None
    rules: tuple[LevelRule, ...] = ()


@dataclass(frozen=True, slots=True)
class _Found:
    """What the service's discovery document says, and its keys."""

    authorize: str
    token: str
    keys: Keys
    says_issuer: bool
    """Does it name itself in its answers (RFC 9207)?"""


@dataclass(frozen=True, slots=True)
class Begun:
    """What a sign-in is begun with. The state and the verifier are secrets of this sign-in."""

    state: str = field(repr=False)
    nonce: str
    verifier: str = field(repr=False)
    redirect: str


class OpenIdProvider:
    """One login service. Its document and keys are read when they are first needed, and kept fresh by `run`."""

    def __init__(self, settings: ProviderSettings, *, clock: Callable[[], datetime] = utc_now) -> None:
        """Raises IdentityError where its issuer can't be one."""
        self.settings = settings
        self.issuer = url = settings.issuer
        self._discovery = Discovery(url, settings.authorities)
        self._context = trusting(settings.authorities)
        self._known: Refreshed[_Found | None] = Refreshed(
            f"the login service '{url}'", self._fetch, None, again=_AGAIN, clock=clock
        )

    @property
    def problem(self) -> str:
        """Why nobody can sign in with it now; empty where people can, as far as is known."""
        return self._known.problem

    async def run(self) -> None:
        """Keep what is known of it fresh, until cancelled."""
        await self._known.run()

    async def authorization_url(self, begun: Begun, expected: Expected, level: AssuranceLevel) -> str:
        """Where to send the browser. Raises IdentityError where the service can't be asked.

        `level` is what is needed: the contexts that are worth as much are asked for (`acr_values`).
        """
        found = await self._ready()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(begun.verifier.encode()).digest()).rstrip(b"=")
        asked = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": begun.redirect,
            "scope": "openid profile",
            "state": begun.state,
            "nonce": begun.nonce,
            "code_challenge": challenge.decode(),
            "code_challenge_method": "S256",
            "max_age": str(int(expected.max_age.total_seconds())),
        }
        if contexts := contexts_for(self.settings.rules, level):
            asked["acr_values"] = " ".join(contexts)
        return found.authorize + ("&" if "?" in found.authorize else "?") + urlencode(asked)

    async def operator(
        self, answer: Mapping[str, str], begun: Begun, expected: Expected, clock: Callable[[], datetime]
    ) -> Operator:
        """The person, by what the browser brought back. Raises IdentityRefused, IdentityError.

        1. The answer names this issuer, where it names one or the service says that it always does: a code of
           one service is not shown to another (mix-up, RFC 9207).
        2. The service gives an ID token for the code, to this client, with the verifier of this sign-in.
        3. The token is verified (`verify_operator`), after one more look at the keys if its key is not known.
        """
        found = await self._ready()
        said = answer.get("iss")  # 1.
        if said != self.issuer and (said is not None or found.says_issuer):
            raise IdentityRefused(f"the answer is of '{said}', and '{self.issuer}' was asked", _BLAND)
        token = await self._redeem(found, answer["code"], begun)  # 2.
        try:  # 3.
            return verify_operator(token, self._as_issuer(found), expected, clock())
        except KeyNotKnown:
            if not await self._known.hurry():
                raise
            return verify_operator(token, self._as_issuer(await self._ready()), expected, clock())

    # -- over the network ------------------------------------------------------------

    def _as_issuer(self, found: _Found) -> OperatorIssuer:
        return OperatorIssuer(Issuer(self.issuer, self.settings.client_id, found.keys), self.settings.rules)

    async def _ready(self) -> _Found:
        known = self._known.current()
        if known is None:
            await self._known.hurry()
            known = self._known.current()
        if known is None:
            raise IdentityError(self._known.problem)
        return known

    async def _fetch(self, _: _Found | None) -> Fetched[_Found | None]:
        """Read the document and the keys that it points to."""
        said = await self._discovery.read()
        methods = said.get("code_challenge_methods_supported")
        if isinstance(methods, list) and "S256" not in methods:
            raise IdentityError(
                f"'{self.issuer}' does not take PKCE with S256, so a stolen code could be used"
            )
        found = _Found(
            self._discovery.endpoint(said, "authorization_endpoint"),
            self._discovery.endpoint(said, "token_endpoint"),
            await self._discovery.keys(said),
            said.get("authorization_response_iss_parameter_supported") is True,
        )
        return Fetched(found, _AGAIN)

    async def _redeem(self, found: _Found, code: str, begun: Begun) -> str:
        """The ID token. The code and the verifier stand in no message. Raises IdentityRefused, IdentityError."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": begun.redirect,
            "code_verifier": begun.verifier,
        }
        headers = {"Accept": "application/json"}
        if self.settings.client_secret is None:
            form["client_id"] = self.settings.client_id
        else:  # RFC 6749 section 2.3.1: each part encoded as in a form
            pair = f"{quote_plus(self.settings.client_id)}:{quote_plus(self.settings.client_secret)}"
            headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        try:
            async with (
                aiohttp.ClientSession(
                    timeout=aiohttp.ClientTimeout(total=_SECONDS), cookie_jar=aiohttp.DummyCookieJar()
                ) as session,
                session.post(
                    found.token, data=form, headers=headers, ssl=self._context, allow_redirects=False
                ) as answer,
            ):
                body = await answer.content.read(_MOST_ANSWER + 1)
                while len(body) <= _MOST_ANSWER and (more := await answer.content.read(_MOST_ANSWER)):
                    body += more
                status = answer.status
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            host = urlsplit(found.token).netloc
            raise IdentityError(f"'{host}' gave no ID token: {str(error) or 'no answer in time'}") from error
        if len(body) > _MOST_ANSWER:
            raise IdentityError(
                f"the login service '{self.issuer}' answered with more than {_MOST_ANSWER} bytes"
            )
        if status != _OK:
            raise IdentityRefused(
                f"'{self.issuer}' gave no ID token for the code: status {status}, {_error_in(body)}", _BLAND
            )
        token = _document(body, f"the answer of '{self.issuer}'").get("id_token")
        if not isinstance(token, str):
            raise IdentityRefused(f"the answer of '{self.issuer}' holds no ID token", _BLAND)
        return token


def _document(raw: bytes, what: str) -> dict[str, Any]:
    try:
        return json_object(raw)
    except JsonError as error:
        raise IdentityError(f"{what} {error}") from None


def _error_in(body: bytes) -> str:
    """The code of an OAuth error (RFC 6749 section 5.2), and nothing else that the service may have said."""
    try:
        code = json_object(body).get("error")
    except JsonError:
        code = None
    usable = isinstance(code, str) and code.replace("_", "").isalnum() and len(code) <= _LONGEST_CODE
    return f"'{code}'" if usable else "with no reason that can be shown"
