"""TLS for the gateway: its own certificate, and whose certificates it asks callers for.

The handshake shows that a caller holds the key of a certificate that some authority at hand has signed. Who
that is, and whether the authority may say so, is for `verify_x509_svid` to say, at each request.
"""

import logging
import ssl
import time
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from answerable.identity import Bundles
from answerable.ports.trust import Kept
from answerable.values.errors import SettingsError

_LOG = logging.getLogger("answerable.identity")
_LOOK_AGAIN_SECONDS = 1.0


class _Logged(ssl.SSLObject):
    """Says in the log that a caller's certificate ended a handshake: the server's own loop says nothing of it."""

    def do_handshake(self) -> None:
        try:
            super().do_handshake()
        except ssl.SSLCertVerificationError as error:
            # OpenSSL's own words for the code: nothing that the other side sent.
            _LOG.warning(
                "a caller was refused: its certificate ended the handshake: %s", error.verify_message
            )
            raise


class ServerTls:
    """A context for the server. New connections get the certificate and authorities as they are by then."""

    def __init__(
        self,
        certificate: Path,
        key: Path,
        trust: Kept[Bundles] | None,
        authorities: Path | None = None,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`authorities`, PEM, are those whose certificates are taken; else those of `trust`. Raises SettingsError."""
        self._certificate, self._key, self._trust, self._authorities = certificate, key, trust, authorities
        self._monotonic = monotonic
        self._looked = monotonic()
        self._stamp = self._stamped()
        self._newest = self._made()
        self.context = self._made()
        # Called in each handshake, also where the caller names no host.
        self.context.sni_callback = self._choose

    def _choose(self, connection: ssl.SSLObject, _: str | None, __: ssl.SSLContext) -> None:
        now = self._monotonic()
        if now - self._looked >= _LOOK_AGAIN_SECONDS:
            self._looked = now
            self._renew()
        connection.context = self._newest

    def _renew(self) -> None:
        try:
            stamp = self._stamped()
            if stamp != self._stamp:
                self._newest, self._stamp = self._made(), stamp
                _LOG.warning("TLS goes on with the certificate in '%s' as it is now", self._certificate)
        except SettingsError as error:
            # The one before goes on, until it expires: clients check that themselves.
            _LOG.error("TLS goes on with the certificate and the authorities of before: %s", error)

    def _stamped(self) -> tuple[object, ...]:
        files = [path for path in (self._certificate, self._key, self._authorities) if path]
        try:
            times = [(path.stat().st_mtime_ns, path.stat().st_ino) for path in files]
        except OSError as error:
            raise SettingsError(f"'{error.filename}' can't be read: {error.strerror}") from error
        trusted = self._trust.current() if self._trust and not self._authorities else None
        return (*times, {name: bundle.x509_authorities for name, bundle in (trusted or {}).items()})

    def _made(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.sslobject_class = _Logged
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        # No tickets: a session that is resumed from one has lost the chain of the caller's certificate.
        context.options |= ssl.OP_NO_TICKET
        context.num_tickets = 0
        try:
            context.load_cert_chain(self._certificate, self._key)
            if self._authorities:
                context.load_verify_locations(cafile=self._authorities)
        except (OSError, ssl.SSLError) as error:
            named = self._authorities if "load_verify" in str(error) else self._certificate
            raise SettingsError(
                f"TLS can't use '{named}' with the key '{self._key}': {error.strerror or error}"
            ) from error
        if self._trust is not None:
            known = [one for bundle in self._trust.current().values() for one in bundle.x509_authorities]
            if known and not self._authorities:
                context.load_verify_locations(
                    cadata=b"".join(one.public_bytes(Encoding.DER) for one in known)
                )
            # Optional: a probe of /healthz has none. What needs a workload is refused without one.
            context.verify_mode = ssl.CERT_OPTIONAL
            # An authority may be signed by another, and still be the one that is trusted.
            context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        return context
