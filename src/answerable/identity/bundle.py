"""Trust bundles: the authorities of a trust domain, as SPIFFE writes them down.

Keys are revoked by a bundle that no longer has them: a bundle with none refuses everything of its
trust domain. Bundles of different trust domains are never merged; an SVID is held against the one of its own.
Source: SPIFFE Trust Domain and Bundle, sections 3 to 6; X509-SVID section 6; JWT-SVID section 6.
"""

import base64
import binascii
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from answerable.identity.keys import Key, Keys, entries_of, named_keys, read_set, usable_key
from answerable.identity.refusing import quoted
from answerable.identity.spiffe_id import TrustDomain, trust_domain
from answerable.values.errors import IdentityError, IdentityRefused

X509_USE, JWT_USE = "x509-svid", "jwt-svid"
_LONGEST_HINT = 10 * 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class TrustBundle:
    """The authorities of one trust domain."""

    trust_domain: TrustDomain
    x509_authorities: tuple[x509.Certificate, ...] = ()
    jwt_authorities: Keys = field(default_factory=lambda: MappingProxyType({}))
    sequence: int | None = None
    """Grows with each change of the bundle, where its publisher counts."""
    refresh_hint: int | None = None
    """How often to look for a newer one, in seconds."""
    ignored: tuple[str, ...] = ()
    """Entries that were passed over, and why: they authorise nothing."""


Bundles = Mapping[TrustDomain, TrustBundle]


def parse_bundle(raw: bytes, domain: TrustDomain) -> TrustBundle:
    """Read a bundle, a JWK set, of a trust domain that is known from elsewhere. Raises IdentityError."""
    what = f"the trust bundle of '{domain}'"
    return _bundle(read_set(raw, what), domain, what)


def parse_bundles(raw: bytes, domain: str | None = None) -> Bundles:
    """Read a map of bundles, which names its trust domains, or the one bundle of `domain`. Raises IdentityError."""
    what = f"the trust bundle of '{domain}'" if domain else "the map of trust bundles"
    found = read_set(raw, what)
    domains = found.get("trust_domains")
    if domains is None and domain:
        named = trust_domain(domain)
        return {named: _bundle(found, named, what)}
    if not isinstance(domains, dict):
        raise IdentityError(
            f"{what} has no 'trust_domains': it does not say of which trust domain the keys are"
        )
    bundles: dict[TrustDomain, TrustBundle] = {}
    for name, one in domains.items():
        named = trust_domain(name)
        if not isinstance(one, dict):
            raise IdentityError(f"the trust bundle of '{named}' is no JSON object")
        bundles[named] = _bundle(one, named, f"the trust bundle of '{named}'")
    return bundles


def bundle_of(bundles: Bundles, domain: TrustDomain) -> TrustBundle:
    """The bundle of a trust domain. Raises IdentityRefused where there is none."""
    bundle = bundles.get(domain)
    if bundle is None:
        known = ", ".join(quoted(one) for one in list(bundles)[:4]) or "none"
        raise IdentityRefused(f"no trust bundle of {quoted(domain)} is at hand; there are: {known}")
    return bundle


def bundle_map(bundles: Iterable[TrustBundle]) -> bytes:
    """Write bundles as a map, as `parse_bundles` reads it (section 5)."""
    domains = {one.trust_domain: _document(one) for one in bundles}
    return (json.dumps({"trust_domains": domains}, indent=2, sort_keys=True) + "\n").encode()


def usable_authority(certificate: x509.Certificate) -> x509.Certificate:
    """A certificate that may stand in a bundle. Raises IdentityError where it is no signing certificate."""
    try:
        constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
        authority = constraints.ca
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        authority = False
    if not authority:
        raise IdentityError("it is no signing certificate: its basic constraints do not say CA")
    return certificate


def _bundle(found: Mapping[str, Any], domain: TrustDomain, what: str) -> TrustBundle:
    certificates: list[x509.Certificate] = []
    signers: list[Any] = []
    ignored: list[str] = []
    for entry in entries_of(found, what):
        use = entry.get("use") if isinstance(entry, dict) else None
        if use == JWT_USE:
            signers.append(entry)
        elif use == X509_USE:
            try:
                certificates.append(_authority(entry))
            except IdentityError as error:
                ignored.append(f"an X.509 authority: {error}")
        else:
            ignored.append(f"a key for the use {quoted(use)}")
    keys, others = named_keys(signers)
    return TrustBundle(
        domain,
        tuple(certificates),
        keys,
        _count(found, "spiffe_sequence", 2**63, what),
        _count(found, "spiffe_refresh_hint", _LONGEST_HINT, what),
        (*ignored, *others),
    )


def _authority(entry: Mapping[str, Any]) -> x509.Certificate:
    """The certificate of an entry: the first of its `x5c` (X509-SVID section 6.2)."""
    chain = entry.get("x5c")
    if not isinstance(chain, list) or not chain or not isinstance(chain[0], str):
        raise IdentityError("it has no certificate ('x5c')")
    try:
        certificate = x509.load_der_x509_certificate(base64.b64decode(chain[0], validate=True))
    except (binascii.Error, ValueError) as error:
        raise IdentityError(f"its certificate can't be read: {error}") from None
    return usable_authority(certificate)


def _count(found: Mapping[str, Any], name: str, most: int, what: str) -> int | None:
    value = found.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        raise IdentityError(f"{what}: '{name}' is {quoted(value)}, which is no whole number from 0 to {most}")
    return value


def _document(bundle: TrustBundle) -> dict[str, Any]:
    keys: list[dict[str, Any]] = []
    for certificate in bundle.x509_authorities:
        encoded = base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()
        public = usable_key(certificate.public_key())
        keys.append({**_parameters(public), "use": X509_USE, "x5c": [encoded]})
    for name, key in bundle.jwt_authorities.items():
        keys.append({**_parameters(key), "use": JWT_USE, "kid": name})
    counts = {"spiffe_sequence": bundle.sequence, "spiffe_refresh_hint": bundle.refresh_hint}
    return {**{name: value for name, value in counts.items() if value is not None}, "keys": keys}


def _parameters(key: Key) -> dict[str, Any]:
    return {name: value for name, value in key.as_dict(private=False).items() if name != "kid"}
