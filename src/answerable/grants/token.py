"""The token of a grant: a JWT that names one act and whoever may have it done.

typ answerable-grant+jwt, alg ES256, kid
iss, aud, sub, client_id, jti, iat, nbf, exp            RFC 7519, RFC 9068 section 2.2
cnf {jkt} or {x5t#S256}                                 RFC 9449 section 6.1, RFC 8705 section 3.1
authorization_details [ {type: answerable_action, …} ]  RFC 9396 section 9.1
"""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from answerable.grants import jose
from answerable.grants.claims import GrantClaims, claims_json, grant_of
from answerable.grants.dpop import FirstUse, verify_proof
from answerable.grants.grant import DpopKey, Grant
from answerable.grants.keyring import KeyLookup, SigningKey
from answerable.grants.mtls import is_bound_to
from answerable.values.errors import GrantRefused

TYPE = "answerable-grant+jwt"
MOST_BYTES = 8192
AHEAD = timedelta(seconds=5)
"""How far the issuer's clock may be ahead of the back end's. Behind it may not be: expired is expired."""


@dataclass(frozen=True, slots=True)
class Presented:
    """A token as it came with a request: under which scheme, for what, and with which proof of its holder."""

    scheme: str
    """`DPoP` or `Bearer`, of the Authorization header."""
    token: str
    method: str
    url: str
    proof: str | None = None
    """The DPoP header."""
    certificate: bytes | None = None
    """The client's certificate in DER, from a TLS handshake that proved its key."""


def issue(grant: Grant, key: SigningKey, issuer: str) -> str:
    """The token of a grant that the store holds already.

    Whoever has the token is nobody yet: it counts only with a proof of its holder, once, and only as long
    as the issuer's store says that it is not used up.
    """
    return jose.sign({"typ": TYPE, "kid": key.id}, claims_json(grant, issuer), key.secret)


def read_token(token: str, keys: KeyLookup, *, issuer: str) -> Grant:
    """The grant that a token of this issuer is of, whoever presents it, wherever and whenever. Raises GrantRefused.

    1. It is one signed token of bounded size, with one name for each thing (`jose.take_apart`).
    2. Its type says that it is a grant: no other token of the same issuer is taken for one (RFC 8725 section 3.11).
    3. Its key is one of those that the issuer is known by; what else a header may say of keys is not looked at.
    4. That key signed it.
    5. The issuer says that it is the issuer.
    6. It names one act, one back end, one holder and one time that is not too long; and nothing unknown.
    """
    # 1.
    found = jose.take_apart(token, "grant", MOST_BYTES)
    # 2.
    if found.header.get("typ") != TYPE:
        raise GrantRefused(f"the token is of another type than '{TYPE}'")
    # 3.
    kid = found.header.get("kid")
    key = keys(kid) if isinstance(kid, str) else None
    if key is None:
        raise GrantRefused("the grant names a key that its issuer is not known by")
    # 4.
    if not found.signed_by(key):
        raise GrantRefused("the grant is not signed by the key that it names")
    try:
        claims = msgspec.convert(found.claims(), GrantClaims)
        # 5.
        if claims.iss != issuer:
            raise GrantRefused(f"the grant is from another issuer than '{issuer}'")
        # 6.
        return grant_of(claims)
    except (msgspec.ValidationError, ValueError, OverflowError, OSError) as error:
        raise GrantRefused(f"the grant does not say what a grant says: {error}") from None


def verify_grant(
    presented: Presented,
    keys: KeyLookup,
    *,
    issuer: str,
    audience: str,
    now: datetime,
    first_use: FirstUse | None = None,
) -> Grant:
    """The grant, if it is in force here and now in the hands of whoever presents it. Raises GrantRefused.

    1. It is a grant of this issuer (`read_token`).
    2. This back end is the one that it is for.
    3. It is in force: not before its time by more than a clock may be ahead, and not a second after.
    4. Whoever presents it is its holder: by a proof for exactly this request and this token under the scheme
       `DPoP`, or by the certificate of the connection.

    Not yet known then: whether it was used up or revoked, which only the issuer's store can say; and whether
    the act is the one that it names.
    """
    # 1.
    grant = read_token(presented.token, keys, issuer=issuer)
    # 2.
    if not _same(grant.intent.audience, audience):
        raise GrantRefused(f"the grant is for '{grant.intent.audience}', not for '{audience}'")
    # 3.
    if now + AHEAD < grant.issued:
        raise GrantRefused(f"the grant is not in force before {grant.issued}")
    if now >= grant.expires:
        raise GrantRefused(f"the grant expired at {grant.expires}")
    # 4.
    match grant.confirmation:
        case DpopKey(thumbprint):
            _check_proof(presented, thumbprint, now, first_use)
        case certificate:
            if presented.scheme.lower() != "bearer":
                raise GrantRefused("a grant that is bound to a certificate comes under the scheme 'Bearer'")
            if presented.certificate is None or not is_bound_to(certificate, presented.certificate):
                raise GrantRefused("the connection has not the certificate that the grant is bound to")
    return grant


def _check_proof(presented: Presented, thumbprint: str, now: datetime, first_use: FirstUse | None) -> None:
    if presented.scheme.lower() != "dpop":
        raise GrantRefused("a grant that is bound to a key comes under the scheme 'DPoP'")
    if presented.proof is None:
        raise GrantRefused("the grant came without a proof of its holder")
    proof = verify_proof(
        presented.proof,
        presented.method,
        presented.url,
        now=now,
        token=presented.token,
        first_use=first_use,
    )
    if not _same(proof.thumbprint, thumbprint):
        raise GrantRefused("the proof is by another key than the grant's", "invalid_dpop_proof")


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
