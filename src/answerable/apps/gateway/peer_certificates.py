"""The certificates that a caller showed in its TLS handshake, on their way to the app.

uvicorn keeps them from the app; here each request's scope carries them. They are under a name of our own, not the
ASGI TLS extension's, which wants PEM: DER is what is verified.
"""

import asyncio
import ssl
from typing import Any

from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_NAME = "answerable.certificates"
_MOST = 11
"""One more than a chain may have, so that a longer one is refused and not cut to fit."""


class TlsProtocol(HttpToolsProtocol):
    """HTTP over TLS, with the caller's certificates in each request's scope."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._shown = _chain(transport.get_extra_info("ssl_object"))

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {_NAME: self._shown}  # type: ignore[dict-item]


def certificates_of(scope: Scope) -> tuple[bytes, ...]:
    """The caller's chain in DER, leaf first; empty where it showed none."""
    shown: tuple[bytes, ...] = (scope.get("extensions") or {}).get(_NAME, ())
    return shown


def _chain(connection: Any) -> tuple[bytes, ...]:
    leaf = connection.getpeercert(binary_form=True) if connection is not None else None
    if leaf is None:
        return ()
    # Public from Python 3.13 on, as DER; before that it is there under the object that does the work, as objects.
    public = getattr(connection, "get_unverified_chain", None)
    if public is not None:
        return tuple(public()[:_MOST]) or (leaf,)
    inner = getattr(getattr(connection, "_sslobj", None), "get_unverified_chain", None)
    chain = inner() if inner is not None else None
    if chain is None:  # a session that was resumed may have kept the leaf alone
        return (leaf,)
    return tuple(ssl.PEM_cert_to_DER_cert(one.public_bytes()) for one in chain[:_MOST])
