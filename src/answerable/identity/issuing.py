"""What a small trust domain's own authority signs: its certificate, X509-SVIDs, JWT-SVIDs.

Keys and serial numbers come from outside. Source: X509-SVID sections 3 and 4; JWT-SVID sections 2 and 3.
"""

import ipaddress
import json
from collections.abc import Sequence
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from joserfc import jws
from joserfc.jwk import ECKey

from answerable.identity.spiffe_id import SpiffeId, TrustDomain

_ALGORITHM = "ES256"


def authority_certificate(
    key: EllipticCurvePrivateKey, domain: TrustDomain, serial: int, begins: datetime, ends: datetime
) -> x509.Certificate:
    """The self-signed certificate of a trust domain's authority, with the trust domain's own id."""
    # The serial number is in the name, so that two authorities of one trust domain are told apart.
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, domain[:64]),
            x509.NameAttribute(NameOID.SERIAL_NUMBER, f"{serial:x}"),
        ]
    )
    builder = _builder(name, name, key.public_key(), serial, begins, ends)
    return (
        builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(_names(SpiffeId(domain), ()), critical=False)
        .sign(key, SHA256())
    )


def issue_x509_svid(
    subject: SpiffeId,
    public: EllipticCurvePublicKey,
    authority: x509.Certificate,
    key: EllipticCurvePrivateKey,
    serial: int,
    begins: datetime,
    ends: datetime,
    hosts: Sequence[str] = (),
) -> x509.Certificate:
    """A workload's certificate. `hosts` are names and addresses that clients will know it by, where it serves."""
    builder = _builder(x509.Name([]), authority.subject, public, serial, begins, ends)
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())
    return (
        builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]),
            critical=False,
        )
        .add_extension(issuer, critical=False)
        # Critical, because the subject is empty (RFC 5280 section 4.1.2.6).
        .add_extension(_names(subject, hosts), critical=True)
        .sign(key, SHA256())
    )


def issue_jwt_svid(subject: SpiffeId, audience: str, key: ECKey, begins: datetime, ends: datetime) -> str:
    """A workload's token for one audience. Whoever holds it is the workload, until it expires."""
    header = {"alg": _ALGORITHM, "kid": key.thumbprint(), "typ": "JWT"}
    claims = {
        "sub": str(subject),
        "aud": [audience],
        "iat": int(begins.timestamp()),
        "exp": int(ends.timestamp()),
    }
    return jws.serialize_compact(header, json.dumps(claims).encode(), key, algorithms=[_ALGORITHM])


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    public: EllipticCurvePublicKey,
    serial: int,
    begins: datetime,
    ends: datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(serial)
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _names(subject: SpiffeId, hosts: Sequence[str]) -> x509.SubjectAlternativeName:
    return x509.SubjectAlternativeName(
        [x509.UniformResourceIdentifier(str(subject)), *(_host(one) for one in hosts)]
    )


def _host(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
