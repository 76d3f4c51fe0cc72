"""From settings to who may call, who customers are, and the gateway's own TLS."""

from answerable.adapters.identity.issuers import customer_issuers, workload_issuers
from answerable.adapters.identity.server_tls import ServerTls
from answerable.adapters.identity.trust import open_trust
from answerable.apps.gateway.callers import Callers, read_admitted, read_keys
from answerable.apps.gateway.customers import Customers
from answerable.apps.settings import Settings
from answerable.identity import Bundles, Proof
from answerable.ports.trust import Kept
from answerable.values import WorkloadId
from answerable.values.errors import SettingsError


def open_callers(settings: Settings) -> Callers:
    """Who may call. Raises SettingsError, IdentityError."""
    if settings.trust_bundles and not settings.audience and not settings.tls_cert:
        raise SettingsError(
            "trust bundles are of use with an audience, for JWT-SVIDs, or with TLS, for certificates; set "
            "ANSWERABLE_AUDIENCE, to the gateway's own SPIFFE id say, or ANSWERABLE_TLS_CERT"
        )
    if settings.audience and not settings.trust_bundles:
        raise SettingsError("an audience is of use with trust bundles; set ANSWERABLE_TRUST_BUNDLES")
    if settings.workloads and not (settings.trust_bundles or settings.workload_issuers):
        raise SettingsError(
            "a list of workloads is of use where they prove who they are; set ANSWERABLE_TRUST_BUNDLES or "
            "ANSWERABLE_WORKLOAD_ISSUERS"
        )
    return Callers(
        read_keys(settings.insecure_client_keys) if settings.insecure_client_keys else None,
        trust=open_trust(settings.trust_bundles) if settings.trust_bundles else None,
        audience=settings.audience,
        issuers=workload_issuers(settings.workload_issuers) if settings.workload_issuers else None,
        admitted=_admitted(settings),
    )


def _admitted(settings: Settings) -> frozenset[WorkloadId] | None:
    """The list is of those that prove an id; a key of the key file is on a list of its own."""
    if settings.workloads is None:
        return None
    keys = read_keys(settings.insecure_client_keys) if settings.insecure_client_keys else {}
    return read_admitted(settings.workloads) | {WorkloadId(f"{Proof.INSECURE_KEY}:{name}") for name in keys}


def open_customers(settings: Settings) -> Customers:
    """Who vouches for customers. Raises SettingsError, IdentityError."""
    return Customers(customer_issuers(settings.customer_issuers) if settings.customer_issuers else None)


def open_tls(settings: Settings, trust: Kept[Bundles] | None) -> ServerTls | None:
    """TLS, where there is a certificate to serve it with. Raises SettingsError."""
    if settings.tls_cert is None or settings.tls_key is None:
        if settings.tls_cert or settings.tls_key or settings.tls_client_ca:
            raise SettingsError(
                "TLS needs both a certificate and its key; set ANSWERABLE_TLS_CERT and _TLS_KEY"
            )
        return None
    if settings.tls_client_ca and trust is None:
        raise SettingsError(
            "client certificates are held against trust bundles; set ANSWERABLE_TRUST_BUNDLES beside the client CA"
        )
    return ServerTls(settings.tls_cert, settings.tls_key, trust, settings.tls_client_ca)
