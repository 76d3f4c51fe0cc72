"""Who asks, and how that was proven."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from answerable.identity.spiffe_id import SpiffeId
from answerable.values import WorkloadId


class Proof(StrEnum):
    """How a workload was known. The last two prove nothing that an outsider could check."""

    X509_SVID = "x509-svid"
    JWT_SVID = "jwt-svid"
    OIDC = "oidc"
    INSECURE_KEY = "insecure_key"
    INSECURE_OPEN = "insecure_open"


@dataclass(frozen=True, slots=True)
class Svid:
    """A SPIFFE id that somebody proved, until when, and how."""

    id: SpiffeId
    expires: datetime
    proof: Proof


@dataclass(frozen=True, slots=True)
class Workload:
    """The program that asks for a reply, as it goes on record."""

    id: WorkloadId
    proof: Proof
