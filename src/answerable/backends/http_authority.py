"""The issuer of grants, asked over HTTP. Blocking, for threads; an event loop asks it in one."""

import http.client
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlencode, urlsplit

from joserfc.jwk import ECKey

from answerable.grants import Grant, read_jwks
from answerable.grants.introspection import used_at
from answerable.grants.keyring import MOST_BYTES
from answerable.grants.metadata import CONSUME, JWKS, usable_issuer
from answerable.values.errors import GrantsUnavailable, SettingsError

_FRESH_SECONDS = 300.0
"""How long the keys are taken for right: one that its issuer gave up is taken for that long."""
_AGAIN_SECONDS = 10.0
"""How long an unknown key is not asked for again: anybody can name one."""
_MOST_IDLE = 8
_TRIES = 2
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_OK, _CONFLICT = 200, 409


class HttpAuthority:
    """An `Authority` at its URL. `credentials` gives the Authorization header by which this back end proves itself."""

    def __init__(
        self,
        issuer: str,
        credentials: Callable[[], str],
        *,
        address: str | None = None,
        context: ssl.SSLContext | None = None,
        seconds: float = 5.0,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        """`address` is the URL to reach it at, where that is not its name; `context` is for a certificate of one's
        own, or a private certificate authority. Raises SettingsError.
        """
        self._issuer = usable_issuer(issuer)
        parts = urlsplit(usable_issuer(address or issuer))
        self._host, self._port, self._tls = parts.hostname or "", parts.port, parts.scheme == "https"
        if not self._tls and self._host not in _LOOPBACK:
            raise SettingsError(f"'{address or issuer}' is asked in the clear; write it with https://")
        self._context = (context or ssl.create_default_context()) if self._tls else None
        self._credentials, self._seconds, self._steady = credentials, seconds, steady
        self._idle: deque[http.client.HTTPConnection] = deque()
        self._door = threading.Lock()
        self._keys: dict[str, ECKey] = {}
        self._fresh_until = self._again_after = float("-inf")
        self._problem = f"'{issuer}' has no keys"

    @property
    def issuer(self) -> str:
        return self._issuer

    def key(self, kid: str) -> ECKey | None:
        found = self._keys.get(kid)
        if found is None or self._steady() >= self._fresh_until:
            self._read_keys_again()
            found = self._keys.get(kid)
        return found

    def consume(self, token: str, grant: Grant, attempt: str) -> datetime:
        form = urlencode({"token": token, "attempt": attempt}).encode()
        headers = {
            "Authorization": self._credentials(),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        status, body = self._ask("POST", CONSUME, form, headers)
        if status not in (_OK, _CONFLICT):
            raise GrantsUnavailable(f"'{self._issuer}' answered with status {status}, so nothing is done")
        return used_at(body, grant.id)

    def close(self) -> None:
        """Let go of the connections."""
        while self._idle:
            self._idle.pop().close()

    def _read_keys_again(self) -> None:
        """Read the keys anew, now and then. Raises GrantsUnavailable where they were never read."""
        with self._door:
            now = self._steady()
            if now >= self._again_after:
                self._again_after = now + _AGAIN_SECONDS
                try:
                    self._keys = self._read_keys()
                    self._fresh_until = now + _FRESH_SECONDS
                except GrantsUnavailable as error:
                    self._problem = str(error)  # those from before stay: they are not wrong for that
            if not self._keys:
                raise GrantsUnavailable(self._problem)

    def _read_keys(self) -> dict[str, ECKey]:
        """Raises GrantsUnavailable."""
        status, body = self._ask("GET", JWKS, None, {})
        if status != _OK:
            raise GrantsUnavailable(f"'{self._issuer}' answered with status {status} when asked for its keys")
        try:
            return read_jwks(body)
        except ValueError as error:
            raise GrantsUnavailable(f"the keys of '{self._issuer}' can't be read: {error}") from None

    def _ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, bytes]:
        """Ask, and once more where the connection broke: the attempt is the same, so nothing happens twice.

        A connection that was kept may have been closed meanwhile, which says nothing of the issuer.
        """
        tries = 0
        while True:
            kept = self._kept()
            tries += kept is None
            connection = kept or self._new()
            try:
                connection.request(method, path, body, headers)
                answer = connection.getresponse()
                data = answer.read(MOST_BYTES + 1)
            except (OSError, http.client.HTTPException) as error:
                connection.close()
                if tries < _TRIES:
                    continue
                raise GrantsUnavailable(f"'{self._issuer}' can't be asked: {error}") from error
            if answer.isclosed() and not answer.will_close and len(self._idle) < _MOST_IDLE:
                self._idle.append(connection)
            else:
                connection.close()
            if len(data) > MOST_BYTES:
                raise GrantsUnavailable(f"the answer of '{self._issuer}' is larger than {MOST_BYTES} bytes")
            return answer.status, data

    def _kept(self) -> http.client.HTTPConnection | None:
        try:
            return self._idle.pop()
        except IndexError:
            return None

    def _new(self) -> http.client.HTTPConnection:
        if self._context is not None:
            return http.client.HTTPSConnection(
                self._host, self._port, timeout=self._seconds, context=self._context
            )
        return http.client.HTTPConnection(self._host, self._port, timeout=self._seconds)
