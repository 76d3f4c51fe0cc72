"""What an issuer of grants says of itself (RFC 8414), and where it is asked for what."""

from collections.abc import Sequence
from typing import Any

from answerable.grants import jose
from answerable.grants.claims import DETAILS_TYPE
from answerable.grants.request_url import normalised
from answerable.grants.token_exchange import TOKEN_EXCHANGE
from answerable.values.errors import SettingsError

METADATA = "/.well-known/oauth-authorization-server"
JWKS = "/.well-known/jwks.json"
TOKEN = "/oauth/token"  # noqa: S105 – a path
INTROSPECT = "/oauth/introspect"
REVOKE = "/oauth/revoke"
CONSUME = "/grants/consume"
SELECT = "/grants/revoke"
LIFT = "/grants/lift"


def metadata(issuer: str, auth_methods: Sequence[str]) -> dict[str, Any]:
    """The metadata document. `auth_methods` are those by which callers prove who they are."""
    return {
        "issuer": issuer,
        "token_endpoint": issuer + TOKEN,
        "introspection_endpoint": issuer + INTROSPECT,
        "revocation_endpoint": issuer + REVOKE,
        "jwks_uri": issuer + JWKS,
        "grant_types_supported": [TOKEN_EXCHANGE],
        "response_types_supported": [],
        "token_endpoint_auth_methods_supported": list(auth_methods),
        "introspection_endpoint_auth_methods_supported": list(auth_methods),
        "revocation_endpoint_auth_methods_supported": list(auth_methods),
        "dpop_signing_alg_values_supported": [jose.ALGORITHM],
        "tls_client_certificate_bound_access_tokens": True,
        "authorization_details_types_supported": [DETAILS_TYPE],
        "answerable_consumption_endpoint": issuer + CONSUME,
    }


def usable_issuer(issuer: str) -> str:
    """The issuer, where it is a scheme and a host as they are normally written. Raises SettingsError.

    It is compared letter by letter everywhere, so there is one way to write it; without a path, so that its
    metadata stands at one place.
    """
    try:
        if normalised(issuer) == f"{issuer}/":
            return issuer
    except ValueError:
        pass
    raise SettingsError(f"'{issuer[:200]}' can't name an issuer; write it as 'https://grants.example'")
