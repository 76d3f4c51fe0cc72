"""TLS to a server that is known by its SPIFFE id, not by its host's name. Source: X509-SVID, section 5."""

import ssl
from collections.abc import Callable
from datetime import datetime

from cryptography.hazmat.primitives.serialization import Encoding

from answerable.adapters.identity.peer_chain import peer_chain
from answerable.adapters.world import utc_now
from answerable.identity import SpiffeId, TrustBundle, verify_x509_svid
from answerable.ports import Clock
from answerable.values.errors import IdentityError, IdentityRefused


def spiffe_tls(expected: SpiffeId, bundle: TrustBundle, clock: Clock = utc_now) -> ssl.SSLContext:
    """A context for a client: the handshake ends well only where the server shows the SVID of `expected`.

    1. OpenSSL builds a path to an authority of `bundle`, and sees that the server holds the certificate's key.
    2. The chain is an X509-SVID of that bundle's trust domain (`verify_x509_svid`).
    3. Its id is the one that is expected, compared whole.

    Nothing is sent before that. Raises IdentityError where the bundle has no authority for certificates.
    """
    if not bundle.x509_authorities:
        raise IdentityError(f"the trust bundle of '{bundle.trust_domain}' has no authority for certificates")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = False
    context.verify_mode = ssl.CERT_REQUIRED
    # An authority may be signed by another, and still be the one that is trusted.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.load_verify_locations(
        cadata=b"".join(one.public_bytes(Encoding.DER) for one in bundle.x509_authorities)
    )

    def verify(chain: tuple[bytes, ...]) -> None:
        found = _verified(chain, bundle, clock())
        if found != expected:
            raise ssl.SSLCertVerificationError(f"the server is '{found}', and must be '{expected}'")

    context.sslobject_class = _verifying(verify)
    return context


def _verified(chain: tuple[bytes, ...], bundle: TrustBundle, now: datetime) -> SpiffeId:
    try:
        return verify_x509_svid(chain, {bundle.trust_domain: bundle}, now).id
    except IdentityRefused as refused:
        raise ssl.SSLCertVerificationError(f"the server shows no SVID that holds: {refused.reason}") from None


def _verifying(verify: Callable[[tuple[bytes, ...]], None]) -> type[ssl.SSLObject]:
    class Verifying(ssl.SSLObject):
        """Whoever waits for the handshake waits for `verify` too."""

        def do_handshake(self) -> None:
            super().do_handshake()
            verify(peer_chain(self))

    return Verifying
