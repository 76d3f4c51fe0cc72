"""A grant that is bound to the certificate of its holder's connection (RFC 8705 section 3)."""

import hashlib
import hmac

from answerable.grants import jose
from answerable.grants.grant import ClientCertificate


def bound_to(certificate: bytes) -> ClientCertificate:
    """What binds a grant to a certificate, given in DER."""
    return ClientCertificate(jose.base64url(hashlib.sha256(certificate).digest()))


def is_bound_to(confirmation: ClientCertificate, certificate: bytes) -> bool:
    """Is it that certificate?"""
    return hmac.compare_digest(bound_to(certificate).thumbprint, confirmation.thumbprint)
