"""One decision, one credential, one act: grants, their tokens, and the proofs of who holds them.

Rules only: times, ids and keys are arguments, stores and requests are elsewhere (`ports.grants`,
`apps.authority`, `backends`).
"""

from answerable.grants.arguments import arguments_digest, confusable
from answerable.grants.dpop import Proof, make_proof, verify_proof
from answerable.grants.grant import (
    LIFETIME,
    LONGEST_LIFETIME,
    Approval,
    ClientCertificate,
    Confirmation,
    DecisionId,
    DpopKey,
    Grant,
    Intent,
    Permit,
    Policies,
    new_grant,
)
from answerable.grants.keyring import KeyLookup, KeyRing, SigningKey, new_key, read_jwks
from answerable.grants.mtls import bound_to
from answerable.grants.revocation import KILL_SWITCH, Revocation, Selection, Selector, revoked
from answerable.grants.state import (
    AlreadyConsumed,
    ConsumeAnswer,
    Consumed,
    Expired,
    IssueAnswer,
    Issued,
    Outstanding,
    PermitUsed,
    Revoked,
    State,
    Unknown,
)
from answerable.grants.token import Presented, issue, read_token, verify_grant

__all__ = [
    "KILL_SWITCH",
    "LIFETIME",
    "LONGEST_LIFETIME",
    "AlreadyConsumed",
    "Approval",
    "ClientCertificate",
    "Confirmation",
    "ConsumeAnswer",
    "Consumed",
    "DecisionId",
    "DpopKey",
    "Expired",
    "Grant",
    "Intent",
    "IssueAnswer",
    "Issued",
    "KeyLookup",
    "KeyRing",
    "Outstanding",
    "Permit",
    "PermitUsed",
    "Policies",
    "Presented",
    "Proof",
    "Revocation",
    "Revoked",
    "Selection",
    "Selector",
    "SigningKey",
    "State",
    "Unknown",
    "arguments_digest",
    "bound_to",
    "confusable",
    "issue",
    "make_proof",
    "new_grant",
    "new_key",
    "read_jwks",
    "read_token",
    "revoked",
    "verify_grant",
    "verify_proof",
]
