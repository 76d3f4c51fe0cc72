"""Trust bundles from the SPIFFE Workload API, which an agent such as SPIRE's serves on a socket of the machine.

Asked every few seconds, so that a key that was revoked is gone as soon as the agent knows. Needs the
extra `spiffe`. Source: SPIFFE Workload API, sections 5.2.2 and 6.2.2.
"""

import asyncio
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from answerable.adapters.identity.refreshed import Fetched, Refreshed, Withdrawn
from answerable.identity import Bundles, Key, TrustBundle, TrustDomain, trust_domain
from answerable.identity.bundle import usable_authority
from answerable.identity.keys import usable_key
from answerable.values.errors import IdentityError, SettingsError
from answerable.values.extras import how_to_install

if TYPE_CHECKING:
    from spiffe import WorkloadApiClient

_AGAIN = 5
_KEPT = 1500
"""Seconds that an agent may be away, while it is updated say, before what it told last is given up."""
_ASK_SECONDS = 5.0


def workload_api_bundles(socket: str) -> Refreshed[Bundles]:
    """The bundles that the agent at `socket` (`unix:///…`) gives this process. Raises SettingsError."""
    try:
        import spiffe  # noqa: F401, PLC0415 – an extra
    except ImportError as error:
        raise SettingsError(
            f"the Workload API needs the extra 'spiffe'; {how_to_install('spiffe')}, or name a file of trust bundles"
        ) from error

    async def fetch(_: Bundles) -> Fetched[Bundles]:
        return Fetched(await asyncio.to_thread(_ask, socket), _AGAIN, _KEPT)

    return Refreshed(f"the Workload API at '{socket}'", fetch, {})


def _ask(socket: str) -> Bundles:
    """Every bundle of both kinds. Raises IdentityError; Withdrawn where the agent has none of either kind for us."""
    from spiffe import WorkloadApiClient  # noqa: PLC0415 – an extra
    from spiffe.errors import PySpiffeError  # noqa: PLC0415

    try:
        with WorkloadApiClient(socket, default_timeout=_ASK_SECONDS) as client:
            certificates, keys = _certificates(client), _keys(client)
    except PySpiffeError as error:
        raise IdentityError(str(error)) from error
    if certificates is None and keys is None:
        raise Withdrawn("the agent does not know this process, and gives it no trust bundles")
    certificates, keys = certificates or {}, keys or {}
    return {
        name: TrustBundle(name, certificates.get(name, ()), MappingProxyType(keys.get(name, {})))
        for name in sorted(certificates.keys() | keys.keys())
    }


def _certificates(client: "WorkloadApiClient") -> dict[TrustDomain, tuple[Any, ...]] | None:
    from spiffe.errors import PySpiffeError  # noqa: PLC0415 – an extra

    try:
        bundles = client.fetch_x509_bundles().bundles
    except PySpiffeError as error:
        if _denied(error):
            return None
        raise
    return {
        trust_domain(one.trust_domain.name): tuple(
            usable_authority(certificate)
            for certificate in sorted(one.x509_authorities, key=lambda found: found.tbs_certificate_bytes)
        )
        for one in bundles
    }


def _keys(client: "WorkloadApiClient") -> dict[TrustDomain, dict[str, Key]] | None:
    from spiffe.errors import PySpiffeError  # noqa: PLC0415 – an extra

    try:
        bundles = client.fetch_jwt_bundles().bundles
    except PySpiffeError as error:
        if _denied(error):
            return None
        raise
    return {
        trust_domain(one.trust_domain.name): {
            name: usable_key(key) for name, key in sorted(one.jwt_authorities.items())
        }
        for one in bundles
    }


def _denied(error: Exception) -> bool:
    code = getattr(error.__cause__, "code", None)
    return callable(code) and getattr(code(), "name", "") == "PERMISSION_DENIED"
