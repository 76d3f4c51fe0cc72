"""Signed tokens, opened strictly: the part that SVIDs, OIDC tokens and customers' assertions share.

Source: RFC 7515 (compact serialization alone), RFC 7519 section 4.1, RFC 8725 for what to refuse.
"""

import base64
import binascii
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError

from answerable.identity.keys import Key, Keys
from answerable.identity.refusing import KeyNotKnown, quoted
from answerable.values.errors import IdentityRefused
from answerable.values.strict_json import JsonError, json_object

MOST_TOKEN_BYTES = 16 * 1024
LEEWAY = timedelta(seconds=30)
"""How far two machines' clocks may be apart."""
ALGORITHMS = ("RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512")
"""Signatures by a private key, with the hashes of JWT-SVID section 2.1. Never `none`, never an HMAC: its key is no
secret where verifiers have it."""
_TYPES = ("JWT", "JOSE")
_BASE64URL = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
_LAST_SECOND = 253_402_300_799


class _Registry(jws.JWSRegistry):
    max_header_length = MOST_TOKEN_BYTES
    max_signature_length = MOST_TOKEN_BYTES


_registries = {name: _Registry(algorithms=[name]) for name in ALGORITHMS}


@dataclass(frozen=True, slots=True)
class OpenedToken:
    """A token taken apart. Nothing of it is verified: it says which key to look for, and no more."""

    text: str = field(repr=False)
    algorithm: str
    key_id: str
    claims: Mapping[str, Any]

    def claim(self, name: str) -> object:
        """A claim, to choose by whose keys the token is verified. Believe it only after that."""
        return self.claims.get(name)


def open_token(text: str, headers: frozenset[str]) -> OpenedToken:
    """Take a token apart. Raises IdentityRefused.

    1. It is at most 16 KB, and three parts of base64url (JWS compact serialization).
    2. Its header holds none but the expected names: no key comes with the token, nothing is critical.
    3. Its algorithm is a signature by a private key; it names its key; its type, where it says one, is JWT or JOSE.
    4. Its claims are a JSON object.
    """
    # 1.
    if len(text) > MOST_TOKEN_BYTES:
        raise IdentityRefused(f"the token is {len(text)} bytes; at most {MOST_TOKEN_BYTES} are taken")
    parts = text.split(".")
    if len(parts) != 3:  # noqa: PLR2004 – header, claims, signature
        raise IdentityRefused(
            f"the token has {len(parts)} parts; a signed one has three (an encrypted one, five, can't be used)"
        )
    if not parts[2]:
        raise IdentityRefused("the token's signature was left out")
    # 2.
    header = _object(parts[0], "header")
    _decoded(parts[2], "signature")
    if unexpected := sorted(header.keys() - headers):
        raise IdentityRefused(
            f"the token's header holds {quoted(unexpected[0])}; {', '.join(sorted(headers))} are taken"
        )
    # 3.
    algorithm, key_id, kind = header.get("alg"), header.get("kid"), header.get("typ", "JWT")
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        raise IdentityRefused(
            f"the token's algorithm is {quoted(algorithm)}; {', '.join(ALGORITHMS)} are taken"
        )
    if not isinstance(key_id, str) or not key_id:
        raise IdentityRefused("the token does not name its key ('kid')")
    if kind not in _TYPES:
        raise IdentityRefused(f"the token's type is {quoted(kind)}; it must be JWT or JOSE where it is given")
    # 4.
    return OpenedToken(text, algorithm, key_id, _object(parts[1], "payload"))


def verified_claims(token: OpenedToken, keys: Keys, issuer: str) -> Mapping[str, Any]:
    """The claims, once the named key of an issuer has signed them. Raises IdentityRefused, KeyNotKnown."""
    key = keys.get(token.key_id)
    if key is None:
        known = ", ".join(quoted(name) for name in list(keys)[:4]) or "none at all"
        raise KeyNotKnown(
            f"the token names the key {quoted(token.key_id)}, which is none of {quoted(issuer)}: it has {known}",
            issuer=issuer,
        )
    _verify(token, key, issuer)
    return token.claims


def _verify(token: OpenedToken, key: Key, issuer: str) -> None:
    try:
        jws.deserialize_compact(token.text, key, registry=_registries[token.algorithm])
    except JoseError as error:
        # A key of the wrong type or curve ends here too: the algorithm is bound to its key's kind (RFC 8725, 3.1).
        raise IdentityRefused(
            f"the token's signature ({token.algorithm}) is not by the key {quoted(token.key_id)} of {quoted(issuer)}: "
            f"{type(error).__name__}"
        ) from None
    except ValueError as error:
        raise IdentityRefused(f"the token's signature can't be read: {error}") from None


def check_times(claims: Mapping[str, Any], now: datetime) -> datetime:
    """When the token expires. Raises IdentityRefused where it has, does not say, or is not yet valid."""
    expires = instant(claims, "exp")
    if expires is None:
        raise IdentityRefused("the token does not say when it expires ('exp')")
    if now >= expires + LEEWAY:
        raise IdentityRefused(
            f"the token expired at {expires:%Y-%m-%d %H:%M:%S} UTC; it is {now:%Y-%m-%d %H:%M:%S}"
        )
    for name, meaning in (("nbf", "is not valid before"), ("iat", "says it was issued at")):
        begins = instant(claims, name)
        if begins is not None and now + LEEWAY < begins:
            raise IdentityRefused(
                f"the token {meaning} {begins:%Y-%m-%d %H:%M:%S} UTC; it is {now:%Y-%m-%d %H:%M:%S}: "
                "are the clocks set?"
            )
    return expires


def check_audience(claims: Mapping[str, Any], audience: str) -> None:
    """Raises IdentityRefused where the token is not for this audience and for no other.

    A token for several could be used here by whichever of the others it was shown to (JWT-SVID section 7.2).
    """
    meant = claims.get("aud")
    listed = meant if isinstance(meant, list) else [meant]
    if not listed or not all(isinstance(one, str) and one for one in listed):
        raise IdentityRefused("the token does not say whom it is for ('aud')")
    if listed != [audience]:
        said = ", ".join(quoted(one) for one in listed[:4])
        raise IdentityRefused(f"the token is for {said}; it must be for {quoted(audience)} and nobody else")


def instant(claims: Mapping[str, Any], name: str) -> datetime | None:
    """A claim that is a time (RFC 7519, NumericDate); None where there is none. Raises IdentityRefused."""
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _LAST_SECOND:
        raise IdentityRefused(f"the token's '{name}' is {quoted(value)}, which is no time")
    return datetime.fromtimestamp(math.floor(value), UTC)


def _object(part: str, name: str) -> dict[str, Any]:
    try:
        return json_object(_decoded(part, name))
    except JsonError as error:
        raise IdentityRefused(f"the token's {name} {error}") from None


def _decoded(part: str, name: str) -> bytes:
    if not part or not _BASE64URL.issuperset(part):
        raise IdentityRefused(f"the token's {name} is not base64url")
    try:
        return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise IdentityRefused(f"the token's {name} is not base64url") from None
