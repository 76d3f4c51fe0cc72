"""A bearer token: whose kind it is, and then the workload that it is of."""

from collections.abc import Mapping
from datetime import datetime

from answerable.identity.bundle import Bundles
from answerable.identity.jwt_svid import verify_jwt_svid
from answerable.identity.oidc import HEADERS, WorkloadIssuer, verify_oidc_workload
from answerable.identity.proof import Svid
from answerable.identity.tokens import open_token
from answerable.values.errors import IdentityRefused


def verify_bearer(
    token: str,
    bundles: Bundles,
    audience: str | None,
    issuers: Mapping[str, WorkloadIssuer],
    now: datetime,
) -> Svid:
    """The workload that a token is of. Raises IdentityRefused.

    A token whose subject is a SPIFFE id is a JWT-SVID, and held against its trust domain's bundle whatever
    issuer it names; any other is its issuer's.
    """
    subject = open_token(token, HEADERS).claim("sub")
    if not isinstance(subject, str) or not subject.startswith("spiffe:"):
        return verify_oidc_workload(token, issuers, now)
    if audience is None:
        raise IdentityRefused(
            "this gateway has no audience, so no JWT-SVID can be for it; set ANSWERABLE_AUDIENCE"
        )
    return verify_jwt_svid(token, bundles, audience, now)
