"""A login service made up for tests: an OpenID provider over real HTTP with real keys, whose every answer can be wrong.

It signs whoever is `subject` in at once, without a page. What it checks, it checks as the specifications say: the
client's secret, the redirect's exact address, the verifier of PKCE, and that a code is used once.
"""

import base64
import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlencode

from joserfc.jwk import ECKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from answerable.testing.authorities import token

Claims = dict[str, Any]


@dataclass
class LoginService:
    """The service. Set `url` once it is served; everything may be changed between two sign-ins."""

    now: Callable[[], datetime]
    url: str = ""
    client_id: str = "answerable"
    client_secret: str | None = "correct horse"  # noqa: S105 – of a service made up for tests
    subject: str = "ruth"
    name: str = "Ruth O."
    acr: str | None = None
    amr: list[str] | None = None
    claims: Claims = field(default_factory=dict)
    """Claims that are otherwise than they should be; None leaves one out."""
    described: Claims = field(default_factory=dict)
    """The same for its discovery document."""
    answer: dict[str, str | None] = field(default_factory=dict)
    """The same for what it sends the browser back with."""
    forge: Callable[[Claims], str] | None = None
    """What it gives for an ID token instead of one of its own."""
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256"))
    kid: str = "k1"
    published: list[tuple[str, ECKey]] | None = None
    """The keys that it shows, where they are not its own."""
    asked: list[dict[str, str]] = field(default_factory=list)
    """What sign-ins were begun with, the latest last."""
    redeemed: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def rotate(self, kid: str) -> None:
        """Sign with a new key, and show the old one no more."""
        self.key, self.kid = ECKey.generate_key("P-256"), kid

    def id_token(self, asked: Mapping[str, str]) -> str:
        """What it says of whoever signed in."""
        now = int(self.now().timestamp())
        said: Claims = {
            "iss": self.url,
            "sub": self.subject,
            "aud": self.client_id,
            "iat": now,
            "exp": now + 300,
            "auth_time": now,
            "nonce": asked.get("nonce"),
            "name": self.name,
            "acr": self.acr,
            "amr": self.amr,
            **self.claims,
        }
        said = {name: value for name, value in said.items() if value is not None}
        if self.forge is not None:
            return self.forge(said)
        # `token` has times of its own, which these replace; what was left out stays out.
        left_out = {name: None for name in ("iat", "exp", "aud", "sub") if name not in said}
        return token(self.key, self.kid, claims={**left_out, **said})

    def app(self) -> Starlette:
        """Its pages."""
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._describe),
                Route("/keys", self._keys),
                Route("/authorize", self._authorize),
                Route("/token", self._token, methods=["POST"]),
            ]
        )

    async def _describe(self, _: Request) -> Response:
        said = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
            **self.described,
        }
        return JSONResponse({name: value for name, value in said.items() if value is not None})

    async def _keys(self, _: Request) -> Response:
        shown = [(self.kid, self.key)] if self.published is None else self.published
        return JSONResponse({"keys": [{**key.as_dict(private=False), "kid": kid} for kid, key in shown]})

    async def _authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        self.asked.append(asked)
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        back = {"code": code, "state": asked.get("state"), "iss": self.url, **self.answer}
        query = urlencode({name: value for name, value in back.items() if value is not None})
        return RedirectResponse(f"{asked['redirect_uri']}?{query}", 302)

    async def _token(self, request: Request) -> Response:
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        if self.client_secret is not None:
            given = base64.b64decode(request.headers.get("authorization", "Basic ").removeprefix("Basic "))
            name, _, secret = given.decode().partition(":")
            if (unquote_plus(name), unquote_plus(secret)) != (self.client_id, self.client_secret):
                return JSONResponse({"error": "invalid_client"}, 401)
        elif form.get("client_id") != self.client_id:
            return JSONResponse({"error": "invalid_client"}, 401)
        asked = self.codes.pop(form.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if (
            asked is None
            or asked.get("redirect_uri") != form.get("redirect_uri")
            or asked.get("code_challenge") != challenge.rstrip(b"=").decode()
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        self.redeemed.append(form["code"])
        return JSONResponse(
            {
                "access_token": secrets.token_urlsafe(8),
                "token_type": "Bearer",
                "id_token": self.id_token(asked),
            }
        )
