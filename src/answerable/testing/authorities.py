"""Trust domains made up for tests: every part of a certificate or token can be made wrong."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from joserfc import jws
from joserfc.jwk import ECKey, RSAKey

from answerable.identity import TrustBundle, TrustDomain, trust_domain
from answerable.identity.keys import usable_key

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
AUDIENCE = "spiffe://shop.example/gateway"
BOTH_ENDS = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH])

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
Extension = tuple[x509.ExtensionType, bool]


def ec_key(curve: ec.EllipticCurve | None = None) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(curve or ec.SECP256R1())


def usage(**given: bool) -> x509.KeyUsage:
    names = (
        "digital_signature content_commitment key_encipherment data_encipherment key_agreement key_cert_sign "
        "crl_sign encipher_only decipher_only"
    ).split()
    return x509.KeyUsage(**{name: given.get(name, False) for name in names})


def uris(*texts: str) -> x509.SubjectAlternativeName:
    return x509.SubjectAlternativeName([x509.UniformResourceIdentifier(text) for text in texts])


def certificate(
    subject: str,
    public: Any,
    issuer: str,
    key: PrivateKey,
    extensions: Sequence[Extension],
    *,
    begins: datetime = NOW - HOUR,
    ends: datetime = NOW + HOUR,
) -> x509.Certificate:
    def name(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)] if text else [])

    builder = x509.CertificateBuilder(
        name(issuer), name(subject), public, x509.random_serial_number(), begins, ends, []
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(key, SHA256())


@dataclass
class Signer:
    """A signing certificate and its key."""

    name: str
    key: PrivateKey
    certificate: x509.Certificate

    def leaf(
        self,
        *names: str,
        extensions: Mapping[Any, Extension | None] | None = None,
        key: Any = None,
        begins: datetime = NOW - HOUR,
        ends: datetime = NOW + HOUR,
        more: Sequence[Extension] = (),
    ) -> x509.Certificate:
        """A workload's certificate; an extension given as None is left out."""
        found: dict[Any, Extension | None] = {
            x509.BasicConstraints: (x509.BasicConstraints(ca=False, path_length=None), True),
            x509.KeyUsage: (usage(digital_signature=True), True),
            x509.ExtendedKeyUsage: (BOTH_ENDS, False),
            x509.SubjectAlternativeName: (uris(*names), True),
            **(extensions or {}),
        }
        chosen = [one for one in found.values() if one is not None]
        public = (key or ec_key()).public_key()
        return certificate("", public, self.name, self.key, [*chosen, *more], begins=begins, ends=ends)

    def signer(self, name: str, uri: str | None = None, **options: Any) -> "Signer":
        return signer(name, uri, by=self, **options)


def signer(
    name: str,
    uri: str | None = None,
    *,
    by: Signer | None = None,
    path_length: int | None = None,
    extensions: Sequence[Extension] = (),
    constraints: x509.BasicConstraints | None = None,
    key_usage: x509.KeyUsage | None = None,
    key: PrivateKey | None = None,
    **times: datetime,
) -> Signer:
    """A signing certificate: self-signed, or signed by another."""
    own = key or ec_key()
    found: list[Extension] = [
        (constraints or x509.BasicConstraints(ca=True, path_length=path_length), True),
        (key_usage or usage(key_cert_sign=True, crl_sign=True), True),
        *extensions,
    ]
    if uri is not None:
        found.append((uris(uri), False))
    issuer, issuer_key = (by.name, by.key) if by else (name, own)
    return Signer(name, own, certificate(name, own.public_key(), issuer, issuer_key, found, **times))


@dataclass
class Domain:
    """A trust domain with an X.509 authority and a token key."""

    name: TrustDomain
    root: Signer
    token_key: ECKey
    kid: str = "k1"
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def bundle(self) -> TrustBundle:
        return TrustBundle(
            self.name,
            (self.root.certificate,),
            {self.kid: usable_key(self.token_key.public_key), **self.extra},
        )

    def token(self, **claims: Any) -> str:
        return token(self.token_key, self.kid, claims={"sub": f"spiffe://{self.name}/bot", **claims})


def domain(name: str = "shop.example") -> Domain:
    return Domain(
        trust_domain(name), signer(f"root of {name}", f"spiffe://{name}"), ECKey.generate_key("P-256")
    )


def token(
    key: ECKey | RSAKey,
    kid: str | None = "k1",
    *,
    alg: str = "ES256",
    header: Mapping[str, Any] | None = None,
    claims: Mapping[str, Any] | None = None,
) -> str:
    """A token that holds, but for what is given otherwise; None leaves something out."""
    head = {"alg": alg, "kid": kid, "typ": "JWT", **(header or {})}
    said = {
        "sub": "spiffe://shop.example/bot",
        "aud": AUDIENCE,
        "iat": int(NOW.timestamp()),
        "exp": int((NOW + HOUR).timestamp()),
        **(claims or {}),
    }
    registry = jws.JWSRegistry(algorithms=[alg], strict_check_header=False)
    return jws.serialize_compact(
        {name: value for name, value in head.items() if value is not None},
        json.dumps({name: value for name, value in said.items() if value is not None}),
        key,
        registry=registry,
    )


def forged(header: Any, claims: Any, signature: bytes = b"x" * 64) -> str:
    """Three parts put together by hand; texts go in as they are."""
    parts = [one if isinstance(one, bytes) else json.dumps(one).encode() for one in (header, claims)]
    return ".".join(base64url(one) for one in (*parts, signature))


def base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def der(*certificates: x509.Certificate) -> list[bytes]:
    return [one.public_bytes(Encoding.DER) for one in certificates]


def pem(*certificates: x509.Certificate) -> bytes:
    return b"".join(one.public_bytes(Encoding.PEM) for one in certificates)


def key_pem(key: PrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
