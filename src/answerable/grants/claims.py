"""A grant as a token says it, and back. What is written for one is read as the same."""

from datetime import UTC, datetime

import msgspec

from answerable.grants.grant import (
    Approval,
    ClientCertificate,
    Confirmation,
    DecisionId,
    DpopKey,
    Grant,
    Intent,
    Policies,
)
from answerable.values import ApprovalId, ConversationId, Digest, GrantId, PolicyId, TraceId, WorkloadId

DETAILS_TYPE = "answerable_action"


class DecisionClaims(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    trace: str
    digest: str


class ApprovalClaims(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    by: tuple[str, ...]


class Details(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One object of `authorization_details` (RFC 9396 section 2): one act at one place."""

    type: str
    actions: tuple[str, ...]
    locations: tuple[str, ...]
    arguments_digest: str
    decision: DecisionClaims
    bundle: str
    identifier: str | None = None
    customer: str | None = None
    conversation: str | None = None
    policies: tuple[str, ...] | None = None
    approval: ApprovalClaims | None = None


class Confirmed(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """`cnf` (RFC 7800 section 3.1)."""

    jkt: str | None = None
    x5t: str | None = msgspec.field(default=None, name="x5t#S256")


class GrantClaims(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that a token of a grant says. `aud` is one name, never a list."""

    iss: str
    aud: str
    sub: str
    client_id: str
    jti: str
    iat: int
    nbf: int
    exp: int
    cnf: Confirmed
    authorization_details: tuple[Details, ...]


def claims_of(grant: Grant, issuer: str) -> GrantClaims:
    """What the token of a grant says."""
    issued = int(grant.issued.timestamp())
    return GrantClaims(
        issuer,
        grant.intent.audience,
        grant.intent.workload,
        grant.intent.workload,
        grant.id,
        issued,
        issued,
        int(grant.expires.timestamp()),
        _confirmed(grant.confirmation),
        (details_of(grant),),
    )


def details_of(grant: Grant) -> Details:
    """The act, as `authorization_details` has it."""
    intent, basis = grant.intent, grant.basis
    return Details(
        DETAILS_TYPE,
        (intent.action,),
        (intent.audience,),
        intent.arguments,
        DecisionClaims(grant.decision.trace, grant.decision.digest),
        grant.bundle,
        intent.resource,
        intent.customer,
        intent.conversation,
        basis.ids if isinstance(basis, Policies) else None,
        ApprovalClaims(basis.id, basis.by) if isinstance(basis, Approval) else None,
    )


def grant_of(claims: GrantClaims) -> Grant:
    """The grant that claims speak of. Raises ValueError where they are not what `claims_of` makes of one."""
    if len(claims.authorization_details) != 1:
        raise ValueError(f"it names {len(claims.authorization_details)} acts, not one")
    [details] = claims.authorization_details
    if details.type != DETAILS_TYPE:
        raise ValueError(f"its details are not of type '{DETAILS_TYPE}'")
    if len(details.actions) != 1 or details.locations != (claims.aud,):
        raise ValueError("its details name other than one act at the back end that it is for")
    if claims.sub != claims.client_id:
        raise ValueError("it is for another program than the one that asked for it")
    if claims.nbf != claims.iat:
        raise ValueError("it is in force from another second on than it was issued")
    return Grant(
        GrantId(claims.jti),
        Intent(
            details.actions[0],
            Digest(details.arguments_digest),
            claims.aud,
            WorkloadId(claims.sub),
            details.identifier,
            details.customer,
            None if details.conversation is None else ConversationId(details.conversation),
        ),
        DecisionId(TraceId(details.decision.trace), Digest(details.decision.digest)),
        _basis(details),
        Digest(details.bundle),
        _confirmation(claims.cnf),
        instant(claims.iat),
        instant(claims.exp),
    )


def instant(seconds: int) -> datetime:
    """A NumericDate (RFC 7519 section 2). Raises ValueError, OverflowError, OSError for one that no calendar has."""
    return datetime.fromtimestamp(seconds, UTC)


def _basis(details: Details) -> Policies | Approval:
    if details.policies is not None and details.approval is None:
        return Policies(tuple(PolicyId(one) for one in details.policies))
    if details.approval is not None and details.policies is None:
        return Approval(ApprovalId(details.approval.id), details.approval.by)
    raise ValueError("it names neither policies nor an approval, or both")


def _confirmed(confirmation: Confirmation) -> Confirmed:
    match confirmation:
        case DpopKey(thumbprint):
            return Confirmed(jkt=thumbprint)
        case ClientCertificate(thumbprint):
            return Confirmed(x5t=thumbprint)


def _confirmation(cnf: Confirmed) -> Confirmation:
    if cnf.jkt is not None and cnf.x5t is None:
        return DpopKey(cnf.jkt)
    if cnf.x5t is not None and cnf.jkt is None:
        return ClientCertificate(cnf.x5t)
    raise ValueError("it names no holder, or two")


def claims_json(grant: Grant, issuer: str) -> bytes:
    """The claims as they are signed: sorted names, no white space."""
    return _encode(claims_of(grant, issuer))


def grant_json(grant: Grant) -> bytes:
    """The grant as a store keeps it. It is no credential: nobody signed it."""
    return claims_json(grant, "")


def grant_from_json(data: bytes) -> Grant:
    """Read it back. Raises ValueError where it is none."""
    try:
        return grant_of(_decoder.decode(data))
    except (msgspec.MsgspecError, OverflowError, OSError) as error:
        raise ValueError(f"what was kept is no grant: {error}") from error


_encode = msgspec.json.Encoder(order="sorted").encode
_decoder = msgspec.json.Decoder(GrantClaims)
