"""X509-SVIDs: a workload's id in a certificate. Source: X509-SVID, sections 2 to 5; RFC 5280 section 6.

The path is built and checked by `cryptography.x509.verification`: signatures, validity, path lengths,
name constraints (those on URIs it does not know, and refuses), critical extensions that nobody knows.
What SPIFFE asks for besides is checked here.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.x509 import verification
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.verification import Criticality, ExtensionPolicy, Policy, PolicyBuilder, Store

from answerable.identity.bundle import Bundles, TrustBundle, bundle_of
from answerable.identity.keys import usable_key
from answerable.identity.proof import Proof, Svid
from answerable.identity.refusing import quoted
from answerable.identity.spiffe_id import SpiffeId, TrustDomain, parse_spiffe_id
from answerable.identity.tokens import LEEWAY
from answerable.values.errors import IdentityError, IdentityRefused

MOST_CERTIFICATES = 10
MOST_CERTIFICATE_BYTES = 16 * 1024
_BOTH_ENDS = {ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH}


def verify_x509_svid(chain: Sequence[bytes], bundles: Bundles, now: datetime) -> Svid:
    """The workload that a chain of DER certificates, leaf first, is of. Raises IdentityRefused.

    That its owner holds the private key is for the TLS handshake to show.

    1. The chain is at most 10 certificates of at most 16 KB, and each can be read.
    2. The leaf has exactly one URI among its names, the SPIFFE id of a workload.
    3. The leaf is no signing certificate, and its key is for signatures; uses beyond that name both ends of TLS.
    4. The bundle of that id's trust domain, and no other, has an authority that a valid path leads to.
    5. No signing certificate on that path is of another trust domain, or has the id of a workload.
    """
    try:
        return _verified(chain, bundles, now)
    except (ValueError, x509.DuplicateExtension, UnsupportedAlgorithm) as error:
        # Certificates are parsed as far as they are looked at; what can't be is refused wherever that shows.
        raise IdentityRefused(f"a certificate of the chain can't be read: {error}") from None


def _verified(chain: Sequence[bytes], bundles: Bundles, now: datetime) -> Svid:
    # 1.
    leaf, *intermediates = _read(chain)
    # 2.
    subject = certificate_id(leaf)
    if not subject.path:
        raise IdentityRefused(
            f"the certificate's id {quoted(subject)} is a trust domain, and no workload of it"
        )
    # 3.
    _check_leaf(leaf)
    # 4.
    bundle = bundle_of(bundles, subject.trust_domain)
    path = _path(leaf, intermediates, bundle, _within_leeway(leaf, now))
    # 5.
    for signer in path[1:]:
        _check_signer(signer, subject.trust_domain)
    return Svid(subject, leaf.not_valid_after_utc, Proof.X509_SVID)


def certificate_id(leaf: x509.Certificate) -> SpiffeId:
    """The SPIFFE id in a certificate, not verified. Raises IdentityRefused where there is not exactly one URI.

    Raises ValueError, DuplicateExtension where the certificate's extensions can't be read.
    """
    uris = _uris(leaf)
    if len(uris) != 1:
        raise IdentityRefused(
            f"the certificate has {len(uris)} URIs among its names; an SVID has exactly one"
        )
    try:
        return parse_spiffe_id(uris[0])
    except IdentityError as error:
        raise IdentityRefused(f"the certificate's URI is no SPIFFE id: {error}") from None


def _read(chain: Sequence[bytes]) -> list[x509.Certificate]:
    if not chain:
        raise IdentityRefused("no certificate was shown")
    if len(chain) > MOST_CERTIFICATES:
        raise IdentityRefused(
            f"the chain has {len(chain)} certificates; at most {MOST_CERTIFICATES} are taken"
        )
    if any(len(one) > MOST_CERTIFICATE_BYTES for one in chain):
        raise IdentityRefused(f"a certificate of the chain is larger than {MOST_CERTIFICATE_BYTES} bytes")
    return [x509.load_der_x509_certificate(one) for one in chain]


def _uris(certificate: x509.Certificate) -> list[str]:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        return names.get_values_for_type(x509.UniformResourceIdentifier)
    except x509.ExtensionNotFound:
        return []


def _check_leaf(leaf: x509.Certificate) -> None:
    """Sections 4.1, 4.3, 4.4 and 5.2."""
    extensions = leaf.extensions
    try:
        constraints = extensions.get_extension_for_class(x509.BasicConstraints).value
    except x509.ExtensionNotFound:
        constraints = x509.BasicConstraints(ca=False, path_length=None)
    if constraints.ca:
        raise IdentityRefused("the certificate is a signing certificate (CA), which identifies no workload")
    try:
        usage = extensions.get_extension_for_class(x509.KeyUsage)
    except x509.ExtensionNotFound:
        raise IdentityRefused("the certificate does not say what its key is for (key usage)") from None
    if not usage.critical:
        raise IdentityRefused("the certificate's key usage is not marked critical")
    if usage.value.key_cert_sign or usage.value.crl_sign:
        raise IdentityRefused("the certificate's key may sign certificates or revocation lists")
    if not usage.value.digital_signature:
        raise IdentityRefused("the certificate's key is not for digital signatures")
    try:
        extended = extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        extended = None
    if extended is not None and not _BOTH_ENDS.issubset(extended):
        raise IdentityRefused("the certificate's extended key usage lacks client or server authentication")
    try:
        usable_key(leaf.public_key())
    except IdentityError as error:
        raise IdentityRefused(f"the certificate's key can't be used: {error}") from None


def _within_leeway(leaf: x509.Certificate, now: datetime) -> datetime:
    """The instant to check at: now, or the near edge of the leaf's validity where clocks may differ by as much."""
    begins, ends = leaf.not_valid_before_utc, leaf.not_valid_after_utc
    at = min(max(now, begins), ends)
    if abs(at - now) > LEEWAY:
        raise IdentityRefused(
            f"the certificate is valid from {begins:%Y-%m-%d %H:%M:%S} to {ends:%Y-%m-%d %H:%M:%S} UTC; "
            f"it is {now:%Y-%m-%d %H:%M:%S}"
        )
    return at


def _path(
    leaf: x509.Certificate, intermediates: list[x509.Certificate], bundle: TrustBundle, at: datetime
) -> list[x509.Certificate]:
    if not bundle.x509_authorities:
        raise IdentityRefused(
            f"the trust bundle of {quoted(bundle.trust_domain)} has no authority for certificates"
        )
    builder = PolicyBuilder().store(Store(list(bundle.x509_authorities)))
    builder = builder.time(at.astimezone(UTC).replace(tzinfo=None)).max_chain_depth(MOST_CERTIFICATES)
    verifier = builder.extension_policies(ca_policy=_SIGNERS, ee_policy=_LEAVES).build_client_verifier()
    try:
        path = verifier.verify(leaf, intermediates).chain
    except verification.VerificationError as error:
        issuer = (intermediates[-1] if intermediates else leaf).issuer.rfc4514_string()
        raise IdentityRefused(
            f"no valid path leads from the certificate, by {quoted(issuer)}, to one of the "
            f"{len(bundle.x509_authorities)} authorities of {quoted(bundle.trust_domain)}: {error}"
        ) from None
    if len(path) < 2:  # noqa: PLR2004 – a leaf, and who signed it
        raise IdentityRefused("the certificate stands in the trust bundle itself, and is an authority of it")
    return path


def _check_signer(signer: x509.Certificate, domain: TrustDomain) -> None:
    """Section 3.2. An authority may sign for others; not so that theirs pass for its own."""
    for uri in _uris(signer):
        try:
            named = parse_spiffe_id(uri.removesuffix("/"))
        except IdentityError as error:
            raise IdentityRefused(f"a signing certificate's URI is no SPIFFE id: {error}") from None
        if named.path:
            raise IdentityRefused(f"a signing certificate has the id of a workload, {quoted(named)}")
        if named.trust_domain != domain:
            raise IdentityRefused(
                f"a signing certificate is of the trust domain {quoted(named.trust_domain)}, not {quoted(domain)}"
            )


def _must_be_authority(_: Policy, certificate: x509.Certificate, found: x509.BasicConstraints) -> None:
    if not found.ca:
        raise ValueError(f"{quoted(certificate.subject.rfc4514_string())} is no signing certificate")


def _must_sign(_: Policy, certificate: x509.Certificate, found: x509.KeyUsage) -> None:
    if not found.key_cert_sign:
        raise ValueError(f"{quoted(certificate.subject.rfc4514_string())} may not sign certificates")
    try:
        usable_key(certificate.public_key())
    except (IdentityError, UnsupportedAlgorithm) as error:
        raise ValueError(str(error)) from None


# Leaves are checked above; the policy's own share is that no critical extension goes unknown.
_LEAVES = ExtensionPolicy.permit_all()
_SIGNERS = (
    ExtensionPolicy.permit_all()
    .require_present(x509.BasicConstraints, Criticality.AGNOSTIC, _must_be_authority)
    .require_present(x509.KeyUsage, Criticality.AGNOSTIC, _must_sign)
)
