"""Proof that whoever presents a grant holds its key (DPoP, RFC 9449), for one request.

{"typ":"dpop+jwt","alg":"ES256","jwk":{…}}.{"jti":…,"htm":"POST","htu":"https://…","iat":…,"ath":…}
"""

import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from joserfc.jwk import ECKey

from answerable.grants import jose
from answerable.grants.grant import whole_second
from answerable.grants.request_url import normalised
from answerable.values.errors import GrantRefused

TYPE = "dpop+jwt"
MOST_BYTES = 2048
LONGEST_JTI = 128
OLDEST = timedelta(seconds=60)
"""How old a proof may be."""
AHEAD = timedelta(seconds=5)
"""How far the holder's clock may be ahead."""
REFUSED = "invalid_dpop_proof"
_LAST_SECOND = 253_402_300_799  # of the year 9999

FirstUse = Callable[[str, datetime], bool]
"""Is this the first time that a proof of that id is seen? It has to be remembered until that instant."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof that holds: the thumbprint of its key, and an id that only this proof has."""

    thumbprint: str
    id: str
    until: datetime
    """After that it would be refused for its age."""


def make_proof(
    key: ECKey, method: str, url: str, *, now: datetime, jti: str, token: str | None = None
) -> str:
    """What the holder of `key` sends along with one request; `token` is the grant that is presented with it.

    `jti` is at least 96 random bits that were not used before (RFC 9449 section 4.2).
    """
    header = {"typ": TYPE, "jwk": _public_members(key)}
    claims: dict[str, Any] = {"jti": jti, "htm": method, "htu": normalised(url), "iat": _seconds(now)}
    if token is not None:
        claims["ath"] = token_hash(token)
    return jose.sign(header, json.dumps(claims, separators=(",", ":")).encode(), key)


def verify_proof(
    proof: str,
    method: str,
    url: str,
    *,
    now: datetime,
    token: str | None = None,
    first_use: FirstUse | None = None,
) -> Proof:
    """The proof, if it is one for exactly this request. Raises GrantRefused (RFC 9449 section 4.3).

    1. It is one signed token with one name for each thing, of bounded size.
    2. Its type says that it is a proof.
    3. Its key is a public one on P-256, and signed it.
    4. Method and URL are those of this request.
    5. It was made within the last minute, or a few seconds ahead.
    6. Where a token comes with it, it is a proof for that token.
    7. Nobody has used it before. Without a `first_use` that is for the caller to see to: a grant that
       is consumed makes any second use of its proofs worthless.
    """
    # 1.
    found = jose.take_apart(proof, "proof", MOST_BYTES, REFUSED)
    # 2.
    if found.header.get("typ") != TYPE:
        raise GrantRefused(f"the proof is of another type than '{TYPE}'", REFUSED)
    # 3.
    jwk = found.header.get("jwk")
    try:
        key, thumbprint = jose.known_key(jwk if isinstance(jwk, dict) else {})
    except ValueError as error:
        raise GrantRefused(f"the key of the proof can't be used: {error}", REFUSED) from None
    if not found.signed_by(key):
        raise GrantRefused("the proof is not signed by its own key", REFUSED)
    claims = found.claims()
    # 4.
    if claims.get("htm") != method:
        raise GrantRefused(f"the proof is not for method '{method}'", REFUSED)
    if not _same_url(claims.get("htu"), url):
        raise GrantRefused(f"the proof is not for '{url[:200]}'", REFUSED)
    # 5.
    made, seconds = claims.get("iat"), now.timestamp()
    if not isinstance(made, int) or isinstance(made, bool):
        raise GrantRefused("the proof does not say in whole seconds when it was made", REFUSED)
    if not seconds - OLDEST.total_seconds() <= made <= seconds + AHEAD.total_seconds():
        raise GrantRefused("the proof is too old, or of a clock that is ahead", REFUSED)
    # 6.
    if token is not None and not _same(claims.get("ath"), token_hash(token)):
        raise GrantRefused("the proof is for another token", REFUSED)
    # 7.
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 0 < len(jti) <= LONGEST_JTI:
        raise GrantRefused("the proof has no usable id", REFUSED)
    # Of one holder: nobody can use up another's ids, and all are of one length.
    proof_id = hashlib.sha256(f"{thumbprint}.{jti}".encode("utf-8", "surrogatepass")).hexdigest()
    until = whole_second(now) + OLDEST + AHEAD + timedelta(seconds=1)
    if first_use is not None and not first_use(proof_id, until):
        raise GrantRefused("the proof was used before", REFUSED)
    return Proof(thumbprint, proof_id, until)


def token_hash(token: str) -> str:
    """The `ath` of a token (RFC 9449 section 4.2)."""
    return jose.base64url(hashlib.sha256(token.encode()).digest())


def _public_members(key: ECKey) -> dict[str, str]:
    numbers = key.public_key.public_numbers()
    x, y = (one.to_bytes(jose.COORDINATE_BYTES, "big") for one in (numbers.x, numbers.y))
    return {"kty": "EC", "crv": jose.CURVE, "x": jose.base64url(x), "y": jose.base64url(y)}


def _same_url(said: Any, url: str) -> bool:
    try:
        return isinstance(said, str) and normalised(said) == normalised(url)
    except ValueError:
        return False


def _same(said: Any, expected: str) -> bool:
    return isinstance(said, str) and hmac.compare_digest(said.encode("utf-8", "replace"), expected.encode())


def _seconds(instant: datetime) -> int:
    return int(whole_second(instant).timestamp())
