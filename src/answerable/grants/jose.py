"""Signed tokens in compact form, read more strictly than RFC 7515 asks: one text for one token.

Only ES256, only keys that the reader knows before it reads: no token says by which algorithm or
with whose key it is checked (RFC 8725 sections 3.1, 3.2, 3.5 and 3.11).
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicNumbers
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc.jwk import ECKey

from answerable.values.errors import GrantRefused
from answerable.values.strict_json import read_json

ALGORITHM = "ES256"
CURVE = "P-256"
COORDINATE_BYTES = 32
SIGNATURE_BYTES = 2 * COORDINATE_BYTES
_PUBLIC_MEMBERS = {
    "EC": ("crv", "kty", "x", "y"),
    "OKP": ("crv", "kty", "x"),
    "RSA": ("e", "kty", "n"),
    "oct": ("k", "kty"),
}
# Straight to the curve: a general library looks the algorithm up, asks the key what it may do and copies the token
# before it gets there, which takes as long again as to sign (benchmarks/grants.py).
_ES256 = ECDSA(SHA256())


@dataclass(frozen=True, slots=True)
class Unverified:
    """A token taken apart, of which nothing is known to be true."""

    header: Mapping[str, Any]
    payload: bytes
    signed: bytes
    signature: bytes
    code: str
    """What a caller is told where it is refused."""

    def signed_by(self, key: ECKey) -> bool:
        """Did that key sign it? A key on another curve did not (RFC 7518 section 3.4)."""
        if key.curve_name != CURVE or len(self.signature) != SIGNATURE_BYTES:
            return False
        r, s = self.signature[:COORDINATE_BYTES], self.signature[COORDINATE_BYTES:]
        written = encode_dss_signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))
        try:
            key.public_key.verify(written, self.signed, _ES256)
        except InvalidSignature:
            return False
        return True

    def claims(self) -> dict[str, Any]:
        """The payload's object. Raises GrantRefused."""
        return _object(self.payload, "payload", self.code)


def take_apart(token: str, what: str, most_bytes: int, code: str = "invalid_token") -> Unverified:
    """Read a token without believing it; `what` it is to be, for the message. Raises GrantRefused with that code.

    1. Its size, before anything else.
    2. Three segments, each base64url as only one encoder writes it (RFC 7515 section 2).
    3. A signature of 64 bytes (RFC 7518 section 3.4).
    4. A header that is an object, in which no name stands twice (section 4 there).
    5. The one algorithm, and no extension that would have to be understood (section 4.1.11).
    """
    # 1.
    if len(token) > most_bytes:
        raise GrantRefused(f"the {what} is larger than {most_bytes} bytes", code)
    # 2.
    segments = token.split(".")
    if len(segments) != 3:  # noqa: PLR2004 – header, payload, signature
        raise GrantRefused(f"the {what} is no signed token in compact form", code)
    header, payload, signature = (_decoded(one, what, code) for one in segments)
    # 3.
    if len(signature) != SIGNATURE_BYTES:
        raise GrantRefused(
            f"the signature of the {what} is {len(signature)} bytes, not {SIGNATURE_BYTES}", code
        )
    # 4.
    found = _object(header, f"header of the {what}", code)
    # 5.
    if found.get("alg") != ALGORITHM:
        raise GrantRefused(f"the {what} is not signed with {ALGORITHM}", code)
    if "crit" in found or "b64" in found:
        raise GrantRefused(f"the {what} asks for an extension that is not known here", code)
    signed = token[: token.rindex(".")].encode()
    return Unverified(found, payload, signed, signature, code)


def sign(header: Mapping[str, Any], claims: bytes, key: ECKey) -> str:
    """A token in compact form; `header` is given the algorithm. Raises ValueError where the key can't sign so."""
    if key.private_key is None or key.curve_name != CURVE:
        raise ValueError(f"a token is signed with a secret key on {CURVE}")
    written = json.dumps({"alg": ALGORITHM, **header}, separators=(",", ":")).encode()
    signed = f"{base64url(written)}.{base64url(claims)}"
    r, s = decode_dss_signature(key.private_key.sign(signed.encode(), _ES256))
    signature = r.to_bytes(COORDINATE_BYTES, "big") + s.to_bytes(COORDINATE_BYTES, "big")
    return f"{signed}.{base64url(signature)}"


def base64url(data: bytes) -> str:
    """Without padding (RFC 7515 section 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def thumbprint(jwk: Mapping[str, Any]) -> str:
    """The SHA-256 thumbprint of a key (RFC 7638), in base64url. Raises ValueError where a member is missing."""
    try:
        members = {name: jwk[name] for name in _PUBLIC_MEMBERS[jwk["kty"]]}
    except KeyError as error:
        raise ValueError(f"a key without a known {error} has no thumbprint") from None
    written = json.dumps(members, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    return base64url(hashlib.sha256(written.encode()).digest())


def from_base64url(text: str) -> bytes:
    """The bytes, where this text is the one way to write them. Raises ValueError."""
    data = _canonical(text)
    if data is None:
        raise ValueError("that is not base64url as an encoder writes it")
    return data


def public_key(jwk: Mapping[str, Any]) -> ECKey:
    """The P-256 key that a JWK gives. Raises ValueError: another kind, a secret, or no point on the curve."""
    return known_key(jwk)[0]


def known_key(jwk: Mapping[str, Any]) -> tuple[ECKey, str]:
    """The P-256 key that a JWK gives, and its thumbprint. Raises as `public_key`."""
    if jwk.get("kty") != "EC" or jwk.get("crv") != CURVE:
        raise ValueError(f"only keys on {CURVE} are taken")
    if "d" in jwk or "k" in jwk:
        raise ValueError("a secret key was given in place of a public one")
    match jwk.get("x"), jwk.get("y"):
        case str() as x, str() as y:
            return _point(x, y)
    raise ValueError("a public key has two coordinates")


@lru_cache(
    maxsize=1024
)  # a program proves with one key, again and again, and reading it takes as long as checking
def _point(x: str, y: str) -> tuple[ECKey, str]:
    numbers = EllipticCurvePublicNumbers(_coordinate(x), _coordinate(y), SECP256R1())
    key = ECKey.import_key(numbers.public_key())
    return key, thumbprint({"kty": "EC", "crv": CURVE, "x": x, "y": y})


def _coordinate(text: str) -> int:
    data = _canonical(text)
    if data is None or len(data) != COORDINATE_BYTES:
        raise ValueError(f"a coordinate is {COORDINATE_BYTES} bytes in base64url")
    return int.from_bytes(data, "big")


def _decoded(segment: str, what: str, code: str) -> bytes:
    data = _canonical(segment)
    if data is None:
        raise GrantRefused(f"the {what} has a segment that is not base64url", code)
    return data


def _canonical(text: str) -> bytes | None:
    """The bytes, where this text is the one way to write them: no padding, no stray letters or bits."""
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return None
    return data if base64url(data) == text else None


def _object(data: bytes, what: str, code: str) -> dict[str, Any]:
    try:
        found = read_json(data)
    except ValueError as error:
        raise GrantRefused(f"the {what} is no JSON: {error}", code) from None
    if not isinstance(found, dict):
        raise GrantRefused(f"the {what} is no JSON object", code)
    return found
