"""A workload's identity and a decision that permits, for a grant: OAuth token exchange (RFC 8693).

    POST /oauth/token
    grant_type=urn:ietf:params:oauth:grant-type:token-exchange
    subject_token=…      the workload's SVID    subject_token_type=urn:ietf:params:oauth:token-type:jwt
    audience=…           the one back end
    authorization_details=[{"type":"answerable_action","actions":["cancel_order"],"locations":["…"],
                            "arguments_digest":"sha256:…","decision":{"trace":"tr_…","digest":"sha256:…"}}]

The request gives away nothing that it does not name: it says which act it wants done and which
decision permits it, and is given a grant where that decision, looked up, says the same in every part.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from answerable.grants.claims import DETAILS_TYPE, DecisionClaims, details_of
from answerable.grants.forms import INVALID, needed
from answerable.grants.grant import (
    LIFETIME,
    Confirmation,
    DecisionId,
    DpopKey,
    Grant,
    Permit,
    is_digest,
    new_grant,
)
from answerable.values import Digest, GrantId, TraceId, WorkloadId
from answerable.values.errors import GrantRefused, NotAuthenticated
from answerable.values.strict_json import read_json

TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"  # noqa: S105 – a name, no secret
JWT = "urn:ietf:params:oauth:token-type:jwt"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 – a name, no secret
DETAILS_REFUSED = "invalid_authorization_details"
DENIED = "access_denied"
_NOT_TAKEN = ("actor_token", "actor_token_type", "resource", "scope")

VerifySubject = Callable[[str], WorkloadId]
"""The workload that a subject token is of. Raises NotAuthenticated where it proves nobody."""
FindPermit = Callable[[DecisionId, WorkloadId], Permit | None]
"""What a decision permits that workload; None where there is no such decision, or it does not. May be asked again.

It may use up what people approved, so it is not asked for anybody else."""


class _Requested(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    type: str
    actions: tuple[str, ...]
    locations: tuple[str, ...]
    arguments_digest: str
    decision: DecisionClaims
    identifier: str | None = None


@dataclass(frozen=True, slots=True)
class ExchangeRequest:
    """What a workload asks for. Nothing of it has been checked but its shape."""

    subject_token: str
    audience: str
    action: str
    arguments: Digest
    decision: DecisionId
    resource: str | None = None
    """What it is done to, where the workload says so: then it has to be that."""


def read_exchange(form: Mapping[str, str]) -> ExchangeRequest:
    """Read a request. Raises GrantRefused.

    1. It is a token exchange of a JWT for an access token, on nobody else's behalf (RFC 8693 section 2.1).
    2. It asks for one act at one place (RFC 9396 section 2), and for nothing by scope.
    3. The place is the audience: one, and no other.
    """
    # 1.
    if needed(form, "grant_type") != TOKEN_EXCHANGE:
        raise GrantRefused("only token exchange gives a grant here", "unsupported_grant_type")
    if needed(form, "subject_token_type") != JWT:
        raise GrantRefused(f"a subject token is of type '{JWT}'", INVALID)
    if form.get("requested_token_type", ACCESS_TOKEN) not in (ACCESS_TOKEN, JWT):
        raise GrantRefused("no token of the requested type is given here", INVALID)
    for name in _NOT_TAKEN:
        if name in form:
            raise GrantRefused(f"the parameter '{name}' is not taken here", INVALID)
    # 2.
    details = _details(needed(form, "authorization_details"))
    # 3.
    audience = needed(form, "audience")
    if details.locations != (audience,):
        raise GrantRefused("the act is to be done elsewhere than at the audience", "invalid_target")
    return ExchangeRequest(
        needed(form, "subject_token"),
        audience,
        details.actions[0],
        Digest(details.arguments_digest),
        _decision(details.decision),
        details.identifier,
    )


def exchange(
    request: ExchangeRequest,
    confirmation: Confirmation,
    *,
    verify_subject: VerifySubject,
    may_ask_for: Callable[[WorkloadId], bool],
    find_permit: FindPermit,
    id: GrantId,  # noqa: A002 – the field's name
    now: datetime,
    lifetime: timedelta = LIFETIME,
) -> tuple[Grant, Permit]:
    """The grant to issue, and the permit that it is of. Raises GrantRefused.

    1. The subject token proves a workload.
    2. Whoever asks may ask for that workload.
    3. The decision is known, and permits.
    4. What it permits is what is asked for, in every part: workload, act, arguments, back end; and the
       resource, where it is asked for by name.
    5. The permit is not over.

    Whether the permit was used, and whether a revocation stands, is for the store to say when it issues.
    """
    # 1.
    try:
        workload = verify_subject(request.subject_token)
    except NotAuthenticated as error:  # RFC 8693 section 2.2.2
        raise GrantRefused(f"the subject token proves nobody: {error}", INVALID) from error
    # 2.
    if not may_ask_for(workload):
        raise GrantRefused(f"the caller may not ask for grants of '{workload}'", DENIED)
    # 3.
    permit = find_permit(request.decision, workload)
    if permit is None or permit.decision != request.decision:
        raise GrantRefused(f"the decision '{request.decision.digest}' permits nothing", DENIED)
    # 4.
    intent = permit.intent
    for name, asked, permitted in (
        ("workload", workload, intent.workload),
        ("act", request.action, intent.action),
        ("arguments", request.arguments, intent.arguments),
        ("back end", request.audience, intent.audience),
        ("resource", intent.resource if request.resource is None else request.resource, intent.resource),
    ):
        if asked != permitted:
            raise GrantRefused(f"another {name} was permitted than '{asked}'", DENIED)
    # 5.
    try:
        return new_grant(permit, confirmation, id=id, now=now, lifetime=lifetime), permit
    except ValueError as error:
        raise GrantRefused(f"no grant can be made: {error}", DENIED) from None


def exchanged(grant: Grant, token: str) -> dict[str, Any]:
    """The response (RFC 8693 section 2.2.1; token types of RFC 9449 section 5 and RFC 8705 section 3)."""
    return {
        "access_token": token,
        "issued_token_type": ACCESS_TOKEN,
        "token_type": token_type(grant.confirmation),
        "expires_in": int((grant.expires - grant.issued).total_seconds()),
        "authorization_details": [msgspec.to_builtins(details_of(grant))],
    }


def token_type(confirmation: Confirmation) -> str:
    """The scheme under which the token is presented."""
    return "DPoP" if isinstance(confirmation, DpopKey) else "Bearer"


def _details(text: str) -> _Requested:
    try:
        found = msgspec.convert(read_json(text), tuple[_Requested, ...])
    except (msgspec.ValidationError, ValueError) as error:
        raise GrantRefused(f"'authorization_details' can't be read: {error}", DETAILS_REFUSED) from None
    if len(found) != 1:
        raise GrantRefused(f"a grant is for one act, and {len(found)} are asked for", DETAILS_REFUSED)
    [details] = found
    if details.type != DETAILS_TYPE or len(details.actions) != 1 or len(details.locations) != 1:
        raise GrantRefused(f"a grant is for one '{DETAILS_TYPE}' at one place", DETAILS_REFUSED)
    if not is_digest(details.arguments_digest):
        raise GrantRefused("the arguments are named by no digest", DETAILS_REFUSED)
    return details


def _decision(claims: DecisionClaims) -> DecisionId:
    try:
        return DecisionId(TraceId(claims.trace), Digest(claims.digest))
    except ValueError as error:
        raise GrantRefused(f"no decision is named: {error}", DETAILS_REFUSED) from None
