"""Who sends a request, by the session that their browser holds a secret of.

The secret is 256 random bits in a cookie that no script reads and no other site sends with a POST; the store
has a digest of it. Source: NIST SP 800-63B-4, section 5 (session management); RFC 6265bis, section 4.1.3
(`__Host-`: over TLS, from this host and for all of it). Threats that are held off here:

- a session given to somebody by an attacker (fixation): a sign-in always makes a new secret, and ends the old one;
- a stolen cookie: it ends when it is not used, after some hours whatever is done, and at sign-out, for good;
- a form on another site (CSRF): what changes something needs this site's `Origin`, and a token that only its own
  pages hold.
"""

import asyncio
import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from answerable.adapters.identity.https import is_https, is_loopback
from answerable.identity.operators import Operator
from answerable.ports.sign_ins import Session, SignIns
from answerable.values.errors import NotAuthenticated, SettingsError

_SEEN_EVERY = timedelta(minutes=1)
"""How exactly it is kept when somebody was last seen: not every page is a write."""
_SECRET_BYTES = 32
_SECRET_LETTERS = 43
CSRF_FIELD = "csrf"
CSRF_HEADER = "X-Answerable-CSRF"


@dataclass(frozen=True, slots=True)
class SessionLife:
    """How long somebody stays signed in. NIST SP 800-63B-4 asks at AAL2 for at most an hour idle and a day in all."""

    idle: timedelta = timedelta(minutes=30)
    most: timedelta = timedelta(hours=12)


class OperatorSessions:
    """Sessions over a store. `url` is where people's browsers find this program: `https://gate.shop.example`."""

    def __init__(
        self, store: SignIns, url: str, now: Callable[[], datetime], life: SessionLife | None = None
    ) -> None:
        """Raises SettingsError where the URL can't be one."""
        self.url, self.origin, self.secure = _site(url)
        self.store, self.now, self.life = store, now, life or SessionLife()

    def cookie_name(self, purpose: str = "session") -> str:
        """A plain one where there is no TLS, which is on this machine alone: browsers take `__Host-` only with it."""
        return f"__Host-answerable-{purpose}" if self.secure else f"answerable-{purpose}"

    async def operator(self, request: Request) -> Operator:
        """Who sends it. Raises NotAuthenticated where nobody is signed in, or not any more."""
        return (await self._session(request)).operator

    async def begin(self, request: Request, response: Response, operator: Operator) -> None:
        """Sign somebody in: a new secret goes with the response. Whatever session the request came with is ended."""
        old = self._key(request)
        if old is not None:
            await asyncio.to_thread(self.store.end, old)
        secret = secrets.token_urlsafe(_SECRET_BYTES)
        now = self.now()
        await asyncio.to_thread(self.store.begin, key_of(secret), Session(operator, now, now))
        self.set_cookie(response, "session", secret, self.life.most)

    async def end(self, request: Request, response: Response) -> None:
        """Sign out: the secret is worth nothing any more, here and wherever it was copied to."""
        key = self._key(request)
        if key is not None:
            await asyncio.to_thread(self.store.end, key)
        self.set_cookie(response, "session", "", timedelta(0))

    def csrf(self, request: Request) -> str:
        """What a form of ours carries in the field `csrf`, or a script in `X-Answerable-CSRF`.

        Made of the session's secret, which nobody gets from it. Raises NotAuthenticated.
        """
        return _csrf_of(self._secret(request))

    def check_csrf(self, request: Request, given: str | None = None) -> None:
        """Raises NotAuthenticated where a page of this site did not send it: by its origin, and by its token.

        `given` is the form's field; without one the header counts.
        """
        self.check_origin(request)
        token = given if given is not None else request.headers.get(CSRF_HEADER, "")
        if not token.isascii() or not hmac.compare_digest(token, self.csrf(request)):
            raise NotAuthenticated(
                "the form is not of this session; load the page again and send it from there"
            )

    def check_origin(self, request: Request) -> None:
        """Raises NotAuthenticated where the browser says that another site sends it, or does not say (RFC 6454)."""
        if request.headers.getlist("origin") != [self.origin]:
            raise NotAuthenticated(f"only pages of '{self.origin}' send this; open the page there")

    def set_cookie(self, response: Response, purpose: str, value: str, life: timedelta) -> None:
        """A cookie of ours. A life of nothing removes it."""
        response.set_cookie(
            self.cookie_name(purpose),
            value,
            max_age=int(life.total_seconds()),
            path="/",
            secure=self.secure,
            httponly=True,
            samesite="lax",
        )

    def cookie(self, request: Request, purpose: str) -> str | None:
        """The secret in a cookie of ours; None where there is none that can be one."""
        value = request.cookies.get(self.cookie_name(purpose))
        usable = value is not None and len(value) == _SECRET_LETTERS and value.isascii()
        return value if usable else None

    async def _session(self, request: Request) -> Session:
        key = self._key(request)
        found = None if key is None else await asyncio.to_thread(self.store.session, key)
        if key is None or found is None:
            raise NotAuthenticated("nobody is signed in; sign in at /operators/sign-in")
        now = self.now()
        idle, whole = now - found.seen, now - found.begun
        if idle >= self.life.idle or whole >= self.life.most or whole < -_SEEN_EVERY:
            await asyncio.to_thread(self.store.end, key)
            raise NotAuthenticated("the session is over; sign in again at /operators/sign-in")
        if idle >= _SEEN_EVERY:
            await asyncio.to_thread(self.store.seen, key, now)
        return found

    def _key(self, request: Request) -> str | None:
        secret = self.cookie(request, "session")
        return None if secret is None else key_of(secret)

    def _secret(self, request: Request) -> str:
        secret = self.cookie(request, "session")
        if secret is None:
            raise NotAuthenticated("nobody is signed in; sign in at /operators/sign-in")
        return secret


def key_of(secret: str) -> str:
    """What a store keeps a secret under."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _csrf_of(secret: str) -> str:
    made = hmac.digest(secret.encode(), b"answerable csrf v1", "sha256")
    return base64.urlsafe_b64encode(made).rstrip(b"=").decode()


def _site(url: str) -> tuple[str, str, bool]:
    """The URL without a slash at its end, its origin, and whether it has TLS. Raises SettingsError."""
    bare = url.rstrip("/")
    try:
        parts = urlsplit(bare)
        origin = f"{parts.scheme}://{parts.netloc}".lower()
        port = parts.port
    except ValueError:
        raise SettingsError(f"'{url}' is no URL; write https://HOST") from None
    if not (is_https(bare) or is_loopback(bare)) or bare.lower() != origin:
        raise SettingsError(
            f"'{url}' can't be where people sign in; write https://HOST, with nothing after it. Plain http will do for "
            "this machine itself, as http://localhost:8080"
        )
    standard = {"https": 443, "http": 80}[parts.scheme]
    return bare, origin.removesuffix(f":{port}") if port == standard else origin, parts.scheme == "https"
