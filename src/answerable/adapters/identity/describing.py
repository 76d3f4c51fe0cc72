"""What a bundle, certificate or token says of itself. Nothing is verified: for a look, and for no decision."""

from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from answerable.identity import parse_bundles
from answerable.identity.keys import MOST_SET_BYTES
from answerable.identity.oidc import HEADERS
from answerable.identity.tokens import open_token
from answerable.identity.x509_svid import certificate_id
from answerable.values.errors import IdentityError, IdentityRefused, SettingsError

_PEM = b"-----BEGIN CERTIFICATE-----"
Told = dict[str, str]


def describe(path: Path) -> list[Told]:
    """Names and values, a list of them for each thing in the file. Raises SettingsError, IdentityError."""
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_SET_BYTES + 1)
    except OSError as error:
        raise SettingsError(f"'{path}' can't be read: {error.strerror}") from error
    if _PEM in raw:
        return _certificates(raw, path)
    if raw.lstrip().startswith(b"{"):
        return _bundles(raw, path)
    try:
        return [_token(raw.decode("ascii").strip())]
    except (UnicodeDecodeError, IdentityRefused) as error:
        reason = error.reason if isinstance(error, IdentityRefused) else "it is not text"
        raise IdentityError(f"'{path}' is no trust bundle, certificate or token: {reason}") from None


def _bundles(raw: bytes, path: Path) -> list[Told]:
    told: list[Told] = []
    for bundle in parse_bundles(raw, path.name.removesuffix(".json")).values():
        told.append(
            {
                "bundle of": bundle.trust_domain,
                "sequence": str(bundle.sequence),
                "refresh": f"every {bundle.refresh_hint} seconds" if bundle.refresh_hint else "not said",
            }
        )
        told += [_certificate(one, "authority") for one in bundle.x509_authorities]
        told += [{"token key": name, "type": key.key_type} for name, key in bundle.jwt_authorities.items()]
        told += [{"passed over": reason} for reason in bundle.ignored]
    return told


def _certificates(raw: bytes, path: Path) -> list[Told]:
    try:
        found = x509.load_pem_x509_certificates(raw)
    except ValueError as error:
        raise IdentityError(f"the certificates in '{path}' can't be read: {error}") from error
    return [_certificate(one, "certificate") for one in found]


def _certificate(certificate: x509.Certificate, kind: str) -> Told:
    try:
        named = str(certificate_id(certificate))
    except IdentityRefused as refused:
        named = f"none: {refused.reason}"
    except (ValueError, x509.DuplicateExtension) as error:
        named = f"none: {error}"
    return {
        kind: certificate.fingerprint(SHA256()).hex(),
        "SPIFFE id": named,
        "valid from": f"{certificate.not_valid_before_utc:%Y-%m-%d %H:%M:%S} UTC",
        "until": f"{certificate.not_valid_after_utc:%Y-%m-%d %H:%M:%S} UTC",
    }


def _token(text: str) -> Told:
    opened = open_token(text, HEADERS)
    told = {"token of": str(opened.claim("sub")), "for": str(opened.claim("aud"))}
    for name, title in (("iss", "issuer"), ("iat", "issued"), ("exp", "until")):
        value = opened.claim(name)
        if isinstance(value, int) and 0 <= value < 2**37:
            value = f"{datetime.fromtimestamp(value, UTC):%Y-%m-%d %H:%M:%S} UTC"
        if value is not None:
            told[title] = str(value)
    return {**told, "key": opened.key_id, "algorithm": opened.algorithm}
