"""Tokens of OpenID Connect issuers: a cluster's service accounts, a cloud's workloads.

The same identity comes out as from an SVID: a template makes a SPIFFE id of what the token says.

    https://kubernetes.default.svc   spiffe://shop.example/ns/{kubernetes.io/namespace}/sa/{kubernetes.io/serviceaccount/name}

What stands in braces is the way to a claim, its steps parted by slashes, and fills one segment of the
path. An issuer that others use too (a public cloud's) signs for them as well: `require` says which of its claims
must have which value. Source: OpenID Connect Core, section 2; RFC 7519; RFC 8725 section 3.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from answerable.identity.keys import Keys
from answerable.identity.proof import Proof, Svid
from answerable.identity.refusing import quoted
from answerable.identity.spiffe_id import SpiffeId, parse_spiffe_id
from answerable.identity.tokens import (
    OpenedToken,
    check_audience,
    check_times,
    open_token,
    verified_claims,
)
from answerable.values.errors import IdentityError, IdentityRefused

HEADERS = frozenset({"alg", "kid", "typ", "x5t", "x5t#S256"})
"""The last two are digests of the signing key's certificate, which some issuers add; they are not used."""


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who signs tokens, and for whom they must be."""

    url: str
    """The exact `iss` of its tokens."""
    audience: str
    keys: Keys


@dataclass(frozen=True, slots=True)
class WorkloadTemplate:
    """How an issuer's claims become a SPIFFE id. `parts` are texts of the id and ways to claims, in turns."""

    parts: tuple[str | tuple[str, ...], ...]

    def filled(self, claims: Mapping[str, Any]) -> SpiffeId:
        """The id that these claims make. Raises IdentityRefused where one is missing or can't be a part of an id."""
        text = "".join(part if isinstance(part, str) else _segment(claims, part) for part in self.parts)
        try:
            return parse_spiffe_id(text)
        except IdentityError as error:
            raise IdentityRefused(f"the token's claims make no SPIFFE id: {error}") from None


@dataclass(frozen=True, slots=True)
class WorkloadIssuer:
    """An issuer whose tokens are workloads' own."""

    issuer: Issuer
    template: WorkloadTemplate
    require: tuple[tuple[tuple[str, ...], str], ...] = ()
    """Ways to claims, and the text that each must be."""


def parse_template(text: str) -> WorkloadTemplate:
    """Read a template. Raises IdentityError where it can make no id of a workload, or always makes the same one."""
    parts: list[str | tuple[str, ...]] = []
    rest = text
    while rest:
        before, brace, after = rest.partition("{")
        parts.append(before)
        if not brace:
            break
        way, closed, rest = after.partition("}")
        if not closed or not all(way.split("/")):
            raise IdentityError(f"the template {quoted(text)} has a brace that holds no way to a claim")
        parts.append(tuple(way.split("/")))
    if any(segment.count("{") > 1 for segment in _braces_closed(text).split("/")):
        raise IdentityError(
            f"the template {quoted(text)} has two claims in one segment: two workloads could come out as one"
        )
    ways = [part for part in parts if isinstance(part, tuple)]
    sample = "".join(part if isinstance(part, str) else "x" for part in parts)
    if not ways or not parse_spiffe_id(sample).path or "{" in text.partition("://")[2].partition("/")[0]:
        raise IdentityError(
            f"the template {quoted(text)} does not name workloads; write as 'spiffe://shop.example/sa/{{sub}}', "
            "with the trust domain spelt out"
        )
    return WorkloadTemplate(tuple(parts))


def _braces_closed(text: str) -> str:
    """The template with each way to a claim left out, so that slashes part segments alone."""
    first, *rest = text.split("{")
    return first + "".join("{" + part.partition("}")[2] for part in rest)


def verify_oidc_workload(token: str, issuers: Mapping[str, WorkloadIssuer], now: datetime) -> Svid:
    """The workload that an issuer's token is of. `issuers` are by their URL. Raises IdentityRefused.

    1. The token's issuer is configured, its key signed it, it is for that issuer's audience, and is valid now.
    2. The claims that the issuer's configuration asks for have their values.
    3. Its claims make a SPIFFE id.
    """
    opened, url = open_issued(token)
    known = issuers.get(url)
    if known is None:
        raise IdentityRefused(f"the token's issuer {quoted(url)} is none of the workloads' issuers")
    claims = verify_issued(opened, known.issuer)  # 1.
    expires = check_times(claims, now)
    for way, value in known.require:  # 2.
        if (said := _claim(claims, way)) != value:
            raise IdentityRefused(
                f"the token's claim '{'/'.join(way)}' is {quoted(said)}; of {quoted(url)} it must be {quoted(value)}"
            )
    return Svid(known.template.filled(claims), expires, Proof.OIDC)  # 3.


def open_issued(token: str) -> tuple[OpenedToken, str]:
    """A token taken apart, and the issuer that it says. Raises IdentityRefused."""
    opened = open_token(token, HEADERS)
    url = opened.claim("iss")
    if not isinstance(url, str) or not url:
        raise IdentityRefused("the token does not say who issued it ('iss')")
    return opened, url


def verify_issued(opened: OpenedToken, issuer: Issuer) -> Mapping[str, Any]:
    """The claims, signed by this issuer for its audience. Times are the caller's to check. Raises IdentityRefused."""
    claims = verified_claims(opened, issuer.keys, issuer.url)
    check_audience(claims, issuer.audience)
    return claims


def _segment(claims: Mapping[str, Any], way: tuple[str, ...]) -> str:
    value = _claim(claims, way)
    if not isinstance(value, str) or not value or "/" in value:
        raise IdentityRefused(
            f"the token's claim '{'/'.join(way)}' is {quoted(value)}, which can't be one segment of a SPIFFE id"
        )
    return value


def _claim(claims: Mapping[str, Any], way: tuple[str, ...]) -> object:
    found: object = claims
    for step in way:
        found = found.get(step) if isinstance(found, Mapping) else None
    return found
