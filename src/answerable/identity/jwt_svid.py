"""JWT-SVIDs: a workload's id as a signed token. Source: JWT-SVID, sections 2 to 4 and appendix A."""

from datetime import datetime

from answerable.identity.bundle import Bundles, bundle_of
from answerable.identity.proof import Proof, Svid
from answerable.identity.refusing import quoted
from answerable.identity.spiffe_id import SpiffeId, parse_spiffe_id
from answerable.identity.tokens import OpenedToken, check_audience, check_times, open_token, verified_claims
from answerable.values.errors import IdentityError, IdentityRefused

_HEADERS = frozenset({"alg", "kid", "typ"})
"""Section 2: any other header must not be there."""


def verify_jwt_svid(token: str, bundles: Bundles, audience: str, now: datetime) -> Svid:
    """The workload that a token is of. Raises IdentityRefused.

    1. The token is a signed one, as `open_token` takes them, with the headers of section 2.
    2. Its subject is the SPIFFE id of a workload.
    3. The bundle of that id's trust domain, and no other, has the key that it names.
    4. That key signed it.
    5. It is for this audience alone, has not expired, and is valid by now.
    """
    opened = open_token(token, _HEADERS)  # 1.
    subject = _subject(opened)  # 2.
    bundle = bundle_of(bundles, subject.trust_domain)  # 3.
    claims = verified_claims(opened, bundle.jwt_authorities, subject.trust_domain)  # 3. and 4.
    check_audience(claims, audience)  # 5.
    return Svid(subject, check_times(claims, now), Proof.JWT_SVID)


def _subject(token: OpenedToken) -> SpiffeId:
    said = token.claim("sub")
    try:
        subject = parse_spiffe_id(said if isinstance(said, str) else "")
    except IdentityError as error:
        raise IdentityRefused(f"the token's subject ('sub') is no SPIFFE id: {error}") from None
    if not subject.path:
        raise IdentityRefused(
            f"the token's subject {quoted(subject)} is a trust domain, and no workload of it"
        )
    return subject
