"""Middleware for WSGI applications (PEP 3333): the same as for ASGI, one request a thread."""

import io
import secrets
from collections.abc import Callable, Collection, Iterable
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from answerable.backends.asgi import GRANT
from answerable.backends.authority import Authority
from answerable.backends.checking import check_grant
from answerable.backends.refusing import refusal
from answerable.backends.requests import ActOf, BackendRequest, act_in_path
from answerable.grants import Grant
from answerable.grants.arguments import MOST_BYTES
from answerable.values.errors import AnswerableError, InvalidRequest, RequestTooLarge

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class RequireGrantWsgi:
    """`app`, behind grants. Every request but one to a path in `open_paths` needs a grant of its own."""

    def __init__(
        self,
        app: "WSGIApplication",
        audience: str,
        authority: Authority,
        *,
        base_url: str | None = None,
        act_of: ActOf | None = None,
        certificate: "Callable[[WSGIEnvironment], bytes | None]" = lambda _: None,
        open_paths: Collection[str] = (),
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`base_url` is where callers find it, if that is not the audience: never what a Host header says."""
        self._app, self._audience, self._authority = app, audience, authority
        self._base = (base_url or audience).rstrip("/")
        self._act_of = act_of or act_in_path()
        self._certificate, self._open, self._now = certificate, frozenset(open_paths), now

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
        if path in self._open:
            return self._app(environ, start_response)
        try:
            body = _body(environ)
            grant = self._check(environ, path, body)
        except AnswerableError as error:
            status, headers, answer = refusal(error)
            start_response(f"{status} {HTTPStatus(status).phrase}", headers)
            return [answer]
        checked: dict[str, Any] = {
            **environ,
            "wsgi.input": io.BytesIO(body),  # what was checked, and no other
            "CONTENT_LENGTH": str(len(body)),
            GRANT: grant,
        }
        checked.pop("HTTP_TRANSFER_ENCODING", None)
        return self._app(checked, start_response)

    def _check(self, environ: "WSGIEnvironment", path: str, body: bytes) -> Grant:
        method = environ["REQUEST_METHOD"]
        # WSGI gives the bytes of the path as letters, decoded once (PEP 3333).
        raw = path.encode("latin-1", "replace")
        url = self._base + quote(raw)
        try:
            request = BackendRequest(method, raw.decode(), environ.get("QUERY_STRING", ""), body, url)
        except UnicodeDecodeError:
            raise InvalidRequest("the path is not UTF-8") from None
        # A server joins headers of one name with a comma, which no token and no proof has.
        names = {"HTTP_AUTHORIZATION": "authorization", "HTTP_DPOP": "dpop"}
        return check_grant(
            [(name, environ[key]) for key, name in names.items() if key in environ],
            method,
            url,
            self._act_of(request),
            audience=self._audience,
            authority=self._authority,
            now=self._now(),
            attempt=secrets.token_urlsafe(24),
            certificate=self._certificate(environ),
        )


def _body(environ: "WSGIEnvironment") -> bytes:
    """All of it, and no more than arguments may be. Raises RequestTooLarge, InvalidRequest."""
    announced = environ.get("CONTENT_LENGTH") or "0"
    if not (announced.isascii() and announced.isdecimal()):
        raise InvalidRequest("the length of the body is no number")
    if int(announced[:20]) > MOST_BYTES:
        raise RequestTooLarge(f"the body is larger than {MOST_BYTES} bytes")
    body: bytes = environ["wsgi.input"].read(int(announced))
    if len(body) != int(announced):
        raise InvalidRequest("the body broke off")
    return body
