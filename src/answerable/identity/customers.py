"""Who the customer is, in a token that the host application's login service signed.

Source: OpenID Connect Core, section 2 (`iss`, `sub`, `aud`, `exp`, `iat`, `acr`); NIST SP 800-63-4 for the levels.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from answerable.identity.oidc import Issuer, open_issued, verify_issued
from answerable.identity.refusing import KeyNotKnown, quoted
from answerable.identity.tokens import check_times, instant
from answerable.values import AssuranceLevel, CustomerId
from answerable.values.errors import IdentityRefused

UNPROVEN = "unproven"
"""What stands for a login service where one could have vouched for the customer, and none has."""
_ASSERTION = "this customer assertion"
_LONGEST_SUBJECT = 255
"""Characters (OpenID Connect Core, section 2)."""


@dataclass(frozen=True, slots=True)
class CustomerIssuer:
    """A login service, and what its authentication contexts are worth."""

    issuer: Issuer
    assurance: Mapping[str, AssuranceLevel] = field(default_factory=dict)
    """By `acr`. One that is not listed, or none at all, is worth nothing."""


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer whom a login service vouches for."""

    id: CustomerId
    assurance: AssuranceLevel
    issuer: str
    """The URL of the login service."""


def verify_customer(token: str, issuers: Mapping[str, CustomerIssuer], now: datetime) -> Customer:
    """The customer that an assertion is of. `issuers` are by their URL. Raises IdentityRefused.

    1. Its issuer is configured, its key signed it, it is for that issuer's audience alone.
    2. It says when it was issued, has not expired, and is valid by now.
    3. Its subject is a name; its `acr` is worth what the configuration says.
    """
    try:
        return _verified(token, issuers, now)
    except KeyNotKnown as error:
        raise KeyNotKnown(error.reason, _ASSERTION, issuer=error.issuer) from None
    except IdentityRefused as error:
        raise IdentityRefused(error.reason, _ASSERTION) from None


def _verified(token: str, issuers: Mapping[str, CustomerIssuer], now: datetime) -> Customer:
    opened, url = open_issued(token)
    known = issuers.get(url)
    if known is None:
        raise IdentityRefused(f"the assertion's issuer {quoted(url)} is none of the customers' issuers")
    claims = verify_issued(opened, known.issuer)  # 1.
    check_times(claims, now)  # 2.
    if instant(claims, "iat") is None:
        raise IdentityRefused("the assertion does not say when it was issued ('iat')")
    subject, context = claims.get("sub"), claims.get("acr")  # 3.
    if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST_SUBJECT or not subject.isprintable():
        raise IdentityRefused(
            f"the assertion's subject ('sub') is {quoted(subject)}, which is no customer's name"
        )
    level = known.assurance.get(context) if isinstance(context, str) else None
    return Customer(CustomerId(subject), level or AssuranceLevel.NONE, url)
