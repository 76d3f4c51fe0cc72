"""The keys that an issuer signs grants with, and how the next takes the place of the last.

    next ──► current ──► retired, until the last grant that it signed has expired

A key is published before it signs, so that a back end that reads the keys now and then knows it by
the time it meets it; and after it has signed its last, so that what it signed can still be checked.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key
from joserfc.jwk import ECKey

from answerable.grants import jose
from answerable.grants.grant import LONGEST_LIFETIME, whole_second
from answerable.values import from_rfc3339, rfc3339
from answerable.values.errors import SettingsError
from answerable.values.strict_json import read_json

MOST_BYTES = 64 * 1024
_LAST_CHECK = timedelta(seconds=30)
"""How long after its end a grant may still be looked at, by a clock that is behind."""

KeyLookup = Callable[[str], ECKey | None]
"""The issuer's key of that id; None where it is not known by one. `known.get` for a fixed mapping."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A secret key on P-256. Its id is its thumbprint (RFC 7638)."""

    secret: ECKey = field(repr=False)
    id: str = field(init=False)

    def __post_init__(self) -> None:
        """Raises ValueError where it is no secret key on P-256."""
        if not self.secret.is_private or self.secret.curve_name != jose.CURVE:
            raise ValueError(f"grants are signed with a secret key on {jose.CURVE}")
        object.__setattr__(self, "id", jose.thumbprint(self.public()))

    def public(self) -> dict[str, Any]:
        """The members of its public key."""
        members = self.secret.as_dict(private=False)
        return {name: members[name] for name in ("kty", "crv", "x", "y")}


@dataclass(frozen=True, slots=True)
class RetiredKey:
    """A key that signs no more. Its secret is gone; its public part is kept for what it signed."""

    id: str
    public: Mapping[str, Any]
    until: datetime


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The keys of one issuer at one time."""

    current: SigningKey
    next: SigningKey
    retired: tuple[RetiredKey, ...] = ()

    def rotated(self, new: SigningKey, now: datetime) -> "KeyRing":
        """The next key signs from now on, and `new` comes after it."""
        until = whole_second(now) + LONGEST_LIFETIME + _LAST_CHECK
        last = RetiredKey(self.current.id, self.current.public(), until)
        return KeyRing(self.next, new, (*self._needed(now), last))

    def jwks(self, now: datetime) -> dict[str, Any]:
        """The public keys, as a JWK Set (RFC 7517 section 5)."""
        keys = {one.id: one.public() for one in (self.current, self.next)}
        keys |= {one.id: dict(one.public) for one in self._needed(now)}
        return {
            "keys": [{**jwk, "kid": kid, "use": "sig", "alg": jose.ALGORITHM} for kid, jwk in keys.items()]
        }

    def known(self, now: datetime) -> dict[str, ECKey]:
        """The keys that a grant may be signed with now, by their ids."""
        return {jwk["kid"]: jose.public_key(jwk) for jwk in self.jwks(now)["keys"]}

    def _needed(self, now: datetime) -> tuple[RetiredKey, ...]:
        return tuple(one for one in self.retired if one.until > now)


def new_key(secret: bytes) -> SigningKey:
    """The key that 40 random bytes make. Fewer would make some keys likelier than others (FIPS 186-5, A.2.1).

    Raises ValueError where there are fewer.
    """
    if len(secret) < _RANDOM_BYTES:
        raise ValueError(f"a key is made from {_RANDOM_BYTES} random bytes, not {len(secret)}")
    number = int.from_bytes(secret, "big") % (_ORDER - 1) + 1
    return SigningKey(ECKey.import_key(derive_private_key(number, SECP256R1())))


def read_jwks(data: bytes) -> dict[str, ECKey]:
    """The keys of a JWK Set, by their ids. Ones that grants are never signed with are passed over.

    Raises ValueError: too large, no JWK Set, a secret among them, or one id for two keys.
    """
    if len(data) > MOST_BYTES:
        raise ValueError(f"the keys are larger than {MOST_BYTES} bytes")
    try:
        keys = read_json(data)["keys"]
    except (ValueError, LookupError, TypeError):
        raise ValueError("the keys are no JWK Set") from None
    found: dict[str, ECKey] = {}
    for jwk in keys if isinstance(keys, list) else []:
        if not isinstance(jwk, dict) or jwk.get("kty") != "EC" or jwk.get("crv") != jose.CURVE:
            continue
        kid = jwk.get("kid")
        if jwk.get("use", "sig") != "sig" or jwk.get("alg", jose.ALGORITHM) != jose.ALGORITHM:
            continue
        if not isinstance(kid, str):
            continue
        if kid in found:
            raise ValueError(f"two keys have the id '{kid[:80]}'")
        found[kid] = jose.public_key(jwk)
    return found


def written_ring(ring: KeyRing) -> str:
    """The ring with its secrets, as one line of JSON, for `read_ring`. Whoever has it signs as the issuer."""
    return json.dumps(
        {
            "current": ring.current.secret.as_dict(private=True)["d"],
            "next": ring.next.secret.as_dict(private=True)["d"],
            "retired": [{"public": dict(one.public), "until": rfc3339(one.until)} for one in ring.retired],
        }
    )


def read_ring(text: str) -> KeyRing:
    """Raises SettingsError where it is none. Quotes nothing of it."""
    try:
        members = read_json(text[:MOST_BYTES])
        current, following = (_secret(members[name]) for name in ("current", "next"))
        retired = tuple(
            RetiredKey(jose.thumbprint(one["public"]), one["public"], from_rfc3339(one["until"]))
            for one in members["retired"]
        )
        for one in retired:
            jose.public_key(one.public)
    except (ValueError, LookupError, TypeError, AttributeError):
        raise SettingsError("the keys that grants are signed with can't be read; restore them") from None
    return KeyRing(current, following, retired)


def _secret(text: str) -> SigningKey:
    number = int.from_bytes(jose.from_base64url(text), "big")
    return SigningKey(ECKey.import_key(derive_private_key(number, SECP256R1())))


_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256 (FIPS 186-4, D.1.2.3)
_RANDOM_BYTES = 40
