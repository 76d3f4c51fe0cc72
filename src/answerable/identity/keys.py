"""Public keys that tokens are verified with, out of JSON Web Key sets. Source: RFC 7517, RFC 7518 section 6."""

import base64
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    SECP384R1,
    SECP521R1,
    EllipticCurve,
    EllipticCurvePublicKey,
    EllipticCurvePublicNumbers,
)
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
from joserfc.jwk import ECKey, RSAKey

from answerable.identity.refusing import quoted
from answerable.values.errors import IdentityError
from answerable.values.strict_json import JsonError, json_object

Key = RSAKey | ECKey
Keys = Mapping[str, Key]
"""By the `kid` that a token names its key with."""

MOST_SET_BYTES = 1_000_000
MOST_KEYS = 1_000
SMALLEST_RSA = 2048
"""Bits of a modulus (NIST SP 800-131A)."""
_LONGEST_NUMBER = 2048
_CURVES: Mapping[str, EllipticCurve] = {"P-256": SECP256R1(), "P-384": SECP384R1(), "P-521": SECP521R1()}
_CURVE_NAMES = frozenset(curve.name for curve in _CURVES.values())


def read_set(raw: bytes, what: str) -> dict[str, Any]:
    """A JWK set, or a map of sets, as JSON. Raises IdentityError where it is too large or none; `what` names it."""
    if len(raw) > MOST_SET_BYTES:
        raise IdentityError(f"{what} is larger than {MOST_SET_BYTES} bytes")
    try:
        return json_object(raw)
    except JsonError as error:
        raise IdentityError(f"{what} {error}") from None


def entries_of(jwk_set: Mapping[str, Any], what: str) -> list[Any]:
    """The `keys` of a set that has been read. Raises IdentityError."""
    entries = jwk_set.get("keys")
    if not isinstance(entries, list) or len(entries) > MOST_KEYS:
        raise IdentityError(f"{what} has no 'keys' that are a list of at most {MOST_KEYS}")
    return entries


def parse_jwks(raw: bytes, what: str) -> tuple[Keys, tuple[str, ...]]:
    """The keys of a set that signatures may be verified with, and why others were passed over.

    An entry for another use or of another type is passed over (RFC 7517 section 5). Raises IdentityError
    where it is no set at all.
    """
    entries = entries_of(read_set(raw, what), what)
    return named_keys([entry for entry in entries if _use(entry) in (None, "sig")])


def named_keys(entries: list[Any]) -> tuple[Keys, tuple[str, ...]]:
    """Keys by their ids, and what was passed over: broken ones, and those whose id another has too."""
    found: dict[str, Key] = {}
    twice: set[str] = set()
    ignored: list[str] = []
    for entry in entries:
        name = entry.get("kid") if isinstance(entry, dict) else None
        if not isinstance(name, str) or not name:
            ignored.append("a key without an id ('kid')")
            continue
        try:
            key = public_key(entry)
        except IdentityError as error:
            ignored.append(f"key {quoted(name)}: {error}")
            continue
        if name in found or name in twice:
            twice.add(name)
            found.pop(name, None)
            continue
        found[name] = key
    ignored += [f"key {quoted(name)}: its id is given to several" for name in sorted(twice)]
    return MappingProxyType(found), tuple(ignored)


def public_key(jwk: Mapping[str, Any]) -> Key:
    """The public part of a JWK. Raises IdentityError where its type is not known or its numbers are no key.

    Nothing else of it counts: 'use' and 'alg' are judged elsewhere, and a private part is none of ours.
    """
    kind = jwk.get("kty")
    try:
        if kind == "RSA":
            return usable_key(RSAPublicNumbers(_number(jwk, "e"), _number(jwk, "n")).public_key())
        if kind == "EC":
            named = jwk.get("crv")
            curve = _CURVES.get(named) if isinstance(named, str) else None
            if curve is None:
                raise IdentityError(f"the curve {quoted(named)} can't be used; {', '.join(_CURVES)} can")
            numbers = EllipticCurvePublicNumbers(_number(jwk, "x"), _number(jwk, "y"), curve)
            return usable_key(numbers.public_key())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise IdentityError(f"its numbers make no {kind} key: {error}") from None
    raise IdentityError(f"a key of type {quoted(kind)} can't be used; RSA and EC can")


def _number(jwk: Mapping[str, Any], name: str) -> int:
    """A number of a key (RFC 7518 section 2, Base64urlUInt). Raises ValueError."""
    text = jwk.get(name)
    if not isinstance(text, str) or not 0 < len(text) <= _LONGEST_NUMBER:
        raise ValueError(f"'{name}' is no base64url text of at most {_LONGEST_NUMBER} letters")
    return int.from_bytes(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))


def usable_key(key: object) -> Key:
    """A public key of `cryptography` for verifying tokens. Raises IdentityError where it is weak or of another type."""
    if isinstance(key, RSAPublicKey):
        if key.key_size < SMALLEST_RSA:
            raise IdentityError(
                f"an RSA key of {key.key_size} bits is too small; {SMALLEST_RSA} is the least"
            )
        return RSAKey(key, key)
    if isinstance(key, EllipticCurvePublicKey) and key.curve.name in _CURVE_NAMES:
        return ECKey(key, key)
    raise IdentityError("a key is RSA, or EC on P-256, P-384 or P-521")


def _use(entry: object) -> object:
    return entry.get("use") if isinstance(entry, dict) else ""
