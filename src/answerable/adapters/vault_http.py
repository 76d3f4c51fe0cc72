"""HashiCorp Vault over HTTP, as little of it as is needed: one request, one answer, nothing of it quoted.

Blocking, for worker threads; a connection for each request. Source: Vault's HTTP API, "HTTP API:
Introduction" (X-Vault-Token, X-Vault-Request, status codes, `{"data": …}`).
"""

import http.client
import ipaddress
import ssl
import time
from collections.abc import Callable
from typing import TypeVar
from urllib.parse import urlsplit

import msgspec

from answerable.values.errors import KeyUnavailable, SettingsError, SignatureError

_MOST_ANSWER = 256 * 1024
_OK, _REDIRECTS = 200, range(300, 400)
_WHY = {
    400: "it refuses the request: the key's kind, a version that it no longer uses, or what it was given",
    403: "the token is not known there, has run out, or may not do that",
    404: "there is no such key or secret, or no such engine is mounted there",
    503: "it is sealed, or down for maintenance",
}
T = TypeVar("T")


class _Answer(msgspec.Struct):
    data: msgspec.Raw


class Vault:
    """One Vault. The token is asked for with each request, since an agent may write a new one at any time."""

    def __init__(
        self, address: str, token: Callable[[], str], *, ca_file: str | None = None, seconds: float = 5.0
    ) -> None:
        """`address` as in VAULT_ADDR. `ca_file` names whom to trust for its certificate instead of the system's.

        Each wait, and reading an answer, is at most `seconds`. Raises SettingsError.
        """
        parts = urlsplit(address)
        try:
            host, port = parts.hostname, parts.port
        except ValueError:
            host, port = None, None
        if (
            parts.scheme not in ("http", "https")
            or not host
            or parts.username
            or parts.query
            or parts.fragment
        ):
            raise SettingsError("VAULT_ADDR is no address of a vault; write https://HOST:PORT")
        if parts.scheme == "http" and not _is_loopback(host):
            raise SettingsError(
                f"VAULT_ADDR is 'http' for '{host}': the token would go over the network in clear; write https://"
            )
        self.address = f"{parts.scheme}://{parts.netloc}"
        self._host, self._port, self._prefix = host, port, parts.path.rstrip("/")
        self._token, self._seconds = token, seconds
        self._tls: ssl.SSLContext | None = None
        if parts.scheme == "https":
            try:
                self._tls = ssl.create_default_context(cafile=ca_file)
            except OSError as error:
                raise SettingsError(f"VAULT_CACERT names no certificates: '{ca_file}'") from error

    def read(self, path: str, kind: type[T]) -> T:
        """What GET /v1/PATH answers as its data. Raises KeyUnavailable."""
        return self._asked("GET", path, None, kind)

    def write(self, path: str, body: object, kind: type[T]) -> T:
        """What POST /v1/PATH answers as its data; raises as `read` does.

        What is sent may be secret, and a proxy may send it back: of an answer that is an error
        nothing is told but its status.
        """
        return self._asked("POST", path, msgspec.json.encode(body), kind)

    def _asked(self, method: str, path: str, body: bytes | None, kind: type[T]) -> T:
        headers = {"X-Vault-Token": self._checked_token(), "X-Vault-Request": "true"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        connection = self._connection()
        try:
            connection.request(method, f"{self._prefix}/v1/{path}", body, headers)
            answer = connection.getresponse()
            content = self._content(answer)
        except TimeoutError as error:
            raise KeyUnavailable(f"the vault at '{self.address}' did not answer in time") from error
        except OSError as error:
            reason = error.reason if isinstance(error, ssl.SSLError) else error.strerror
            raise KeyUnavailable(
                f"the vault at '{self.address}' can't be reached: {reason or error}"
            ) from error
        except http.client.HTTPException as error:
            told = type(error).__name__
            raise KeyUnavailable(f"the vault at '{self.address}' does not answer in HTTP ({told})") from None
        finally:
            connection.close()
        if answer.status != _OK:
            raise KeyUnavailable(self._why(answer.status, path))
        try:
            return msgspec.json.decode(msgspec.json.decode(content, type=_Answer).data, type=kind)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            raise KeyUnavailable(f"'{path}' of '{self.address}' does not answer as Vault does") from None

    def _connection(self) -> http.client.HTTPConnection:
        if self._tls is None:
            return http.client.HTTPConnection(self._host, self._port, timeout=self._seconds)
        return http.client.HTTPSConnection(self._host, self._port, timeout=self._seconds, context=self._tls)

    def _content(self, answer: http.client.HTTPResponse) -> bytes:
        """The body, as long as it is short and comes in time."""
        content, end = bytearray(), time.monotonic() + self._seconds
        while more := answer.read1(_MOST_ANSWER):
            content += more
            if len(content) > _MOST_ANSWER:
                raise KeyUnavailable(
                    f"the vault at '{self.address}' answers with more than {_MOST_ANSWER} bytes"
                )
            if time.monotonic() > end:
                raise TimeoutError
        return bytes(content)

    def _checked_token(self) -> str:
        try:
            token = self._token()
        except (SettingsError, SignatureError) as error:
            raise KeyUnavailable(f"there is no token for the vault: {error}") from error
        if not token or not token.isascii() or not token.isprintable() or " " in token:
            raise KeyUnavailable(
                "the token for the vault is no token: letters, digits and signs, in one word"
            )
        return token

    def _why(self, status: int, path: str) -> str:
        if status in _REDIRECTS:
            why = "it leads elsewhere, and a token is not carried there; name the active node in VAULT_ADDR"
        else:
            why = _WHY.get(status, "see its log")
        return f"the vault at '{self.address}' answered '{path}' with status {status}: {why}"


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
