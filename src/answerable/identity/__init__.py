"""Who asks: SPIFFE ids, trust bundles, and the documents that prove an id. Bytes and values in, values out."""

from answerable.identity.bearer import verify_bearer
from answerable.identity.bundle import Bundles, TrustBundle, bundle_map, parse_bundle, parse_bundles
from answerable.identity.customers import UNPROVEN, Customer, CustomerIssuer, verify_customer
from answerable.identity.jwt_svid import verify_jwt_svid
from answerable.identity.keys import Key, Keys, parse_jwks
from answerable.identity.oidc import (
    Issuer,
    WorkloadIssuer,
    WorkloadTemplate,
    parse_template,
    verify_oidc_workload,
)
from answerable.identity.proof import Proof, Svid, Workload
from answerable.identity.refusing import KeyNotKnown
from answerable.identity.spiffe_id import SpiffeId, TrustDomain, parse_spiffe_id, trust_domain
from answerable.identity.x509_svid import verify_x509_svid

__all__ = [
    "UNPROVEN",
    "Bundles",
    "Customer",
    "CustomerIssuer",
    "Issuer",
    "Key",
    "KeyNotKnown",
    "Keys",
    "Proof",
    "SpiffeId",
    "Svid",
    "TrustBundle",
    "TrustDomain",
    "Workload",
    "WorkloadIssuer",
    "WorkloadTemplate",
    "bundle_map",
    "parse_bundle",
    "parse_bundles",
    "parse_jwks",
    "parse_spiffe_id",
    "parse_template",
    "trust_domain",
    "verify_bearer",
    "verify_customer",
    "verify_jwt_svid",
    "verify_oidc_workload",
    "verify_x509_svid",
]
