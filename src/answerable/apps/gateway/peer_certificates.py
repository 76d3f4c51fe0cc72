"""The certificates that a caller showed in its TLS handshake, on their way to the app.

uvicorn keeps them from the app; here each request's scope carries them. They are under a name of our own, not the
ASGI TLS extension's, which wants PEM: DER is what is verified.
"""

import asyncio

from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from answerable.adapters.identity.peer_chain import peer_chain

_NAME = "answerable.certificates"


class TlsProtocol(HttpToolsProtocol):
    """HTTP over TLS, with the caller's certificates in each request's scope."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._shown = peer_chain(transport.get_extra_info("ssl_object"))

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {_NAME: self._shown}  # type: ignore[dict-item]


def certificates_of(scope: Scope) -> tuple[bytes, ...]:
    """The caller's chain in DER, leaf first; empty where it showed none."""
    shown: tuple[bytes, ...] = (scope.get("extensions") or {}).get(_NAME, ())
    return shown
