"""A small trust domain of one's own, in a folder: `ca.key` for its owner's eyes alone, `bundle.json` for anybody's.

For one machine or a few. Where there are more, an agent such as SPIRE's attests who may have which id;
here it is whoever can read the folder.
"""

import os
import stat
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from joserfc.jwk import ECKey

from answerable.adapters.durable_files import write_new, write_over
from answerable.identity import SpiffeId, TrustBundle, TrustDomain, bundle_map, parse_bundles, trust_domain
from answerable.identity.issuing import authority_certificate, issue_jwt_svid, issue_x509_svid
from answerable.identity.keys import usable_key
from answerable.values.errors import IdentityError, SettingsError

KEY, BUNDLE = "ca.key", "bundle.json"
SVID, SVID_KEY, SVID_BUNDLE = "svid.pem", "svid.key", "bundle.pem"
LONGEST = timedelta(hours=24)
"""Of an SVID: what leaks is worth something until it expires."""
_AUTHORITY_LASTS = timedelta(days=365)
_EARLIER = timedelta(seconds=30)
"""How far certificates are dated back, for machines whose clocks are behind."""
_REFRESH_HINT = 300
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_MOST_BYTES = 100_000
_END = b"-----END PRIVATE KEY-----\n"


@dataclass(frozen=True, slots=True)
class IssuedX509:
    """A workload's certificate and its key, as PEM."""

    svid: bytes
    key: bytes = field(repr=False)
    authorities: bytes


@dataclass(frozen=True, slots=True)
class _Authority:
    certifies: EllipticCurvePrivateKey = field(repr=False)
    signs: EllipticCurvePrivateKey = field(repr=False)

    def pem(self) -> bytes:
        return _pem(self.certifies) + _pem(self.signs)

    def certified(self, domain: TrustDomain, now: datetime) -> tuple[x509.Certificate, str]:
        """Its certificate, and the name of its key for tokens."""
        serial = x509.random_serial_number()
        made = authority_certificate(self.certifies, domain, serial, now - _EARLIER, now + _AUTHORITY_LASTS)
        return made, ECKey(self.signs, self.signs).thumbprint()


class LocalDomain:
    """The trust domain of a folder."""

    def __init__(self, folder: Path) -> None:
        """Raises SettingsError, IdentityError where the folder holds none."""
        self._folder = folder
        try:
            bundles = parse_bundles((folder / BUNDLE).read_bytes())
        except OSError as error:
            raise SettingsError(
                f"'{folder}' holds no trust domain ({error.strerror}: {BUNDLE}); 'answerable identity init' makes one"
            ) from error
        if len(bundles) != 1:
            raise IdentityError(f"'{folder / BUNDLE}' is to hold one trust domain, and holds {len(bundles)}")
        (self.bundle,) = bundles.values()

    @classmethod
    def make(cls, folder: Path, name: str, now: datetime) -> "LocalDomain":
        """A new one. Raises SettingsError where the folder has one, IdentityError where the name can't be one's."""
        domain = trust_domain(name)
        folder.mkdir(parents=True, exist_ok=True)
        authority = _new_authority()
        certificate, key_id = authority.certified(domain, now)
        keys = {key_id: usable_key(authority.signs.public_key())}
        bundle = TrustBundle(domain, (certificate,), keys, sequence=1, refresh_hint=_REFRESH_HINT)
        write_new(folder / KEY, authority.pem(), mode=0o600)
        # A crash here leaves a key that nobody trusts; the next 'init' says so, and it can be removed.
        write_new(folder / BUNDLE, bundle_map([bundle]))
        return cls(folder)

    def rotate(self, now: datetime, *, keep: bool) -> None:
        """New keys. The bundle has them alone, which revokes every SVID issued before; with `keep`, the old too.

        Raises SettingsError, IdentityError.
        """
        authority = _new_authority()
        certificate, key_id = authority.certified(self.bundle.trust_domain, now)
        keys = {key_id: usable_key(authority.signs.public_key())}
        old = self.bundle
        both = TrustBundle(
            old.trust_domain,
            (*old.x509_authorities, certificate),
            {**old.jwt_authorities, **keys},
            (old.sequence or 0) + 1,
            old.refresh_hint,
        )
        alone = TrustBundle(
            old.trust_domain, (certificate,), keys, (both.sequence or 0) + 1, old.refresh_hint
        )
        try:
            write_over(self._folder / BUNDLE, bundle_map([both]))
            # A crash here leaves the old key in use, and a new one that is trusted and lost.
            write_over(self._folder / KEY, authority.pem(), mode=0o600)
            # A crash here leaves the new key in use and the old still trusted: rotate again.
            if not keep:
                write_over(self._folder / BUNDLE, bundle_map([alone]))
        except OSError as error:
            raise SettingsError(f"'{self._folder}' can't be written: {error.strerror}") from error
        self.bundle = both if keep else alone

    def issue_x509(
        self, workload: str, lasts: timedelta, now: datetime, hosts: tuple[str, ...] = ()
    ) -> IssuedX509:
        """A certificate for `spiffe://DOMAIN/WORKLOAD`. Raises SettingsError, IdentityError."""
        authority = self._authority()
        certificate = self._certificate(authority.certifies)
        ends = self._ends(lasts, now)
        if ends > certificate.not_valid_after_utc:
            raise IdentityError(
                f"the authority of '{self.bundle.trust_domain}' is valid until "
                f"{certificate.not_valid_after_utc:%Y-%m-%d %H:%M} UTC; run 'answerable identity rotate'"
            )
        key = generate_private_key(SECP256R1())
        svid = issue_x509_svid(
            self.id_of(workload), key.public_key(), certificate, authority.certifies,
            x509.random_serial_number(), now - _EARLIER, ends, hosts,
        )  # fmt: skip
        known = b"".join(one.public_bytes(Encoding.PEM) for one in self.bundle.x509_authorities)
        return IssuedX509(svid.public_bytes(Encoding.PEM), _pem(key), known)

    @staticmethod
    def write_x509(folder: Path, issued: IssuedX509) -> None:
        """Into a folder: `svid.pem`, `svid.key` for its owner alone, `bundle.pem`. Raises SettingsError.

        Over those of before, so that who serves with them goes on with the new ones.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True)
            write_over(folder / SVID_KEY, issued.key, mode=0o600)
            # A crash here leaves a key that the certificate is not of; issue again.
            write_over(folder / SVID, issued.svid)
            write_over(folder / SVID_BUNDLE, issued.authorities)
        except OSError as error:
            raise SettingsError(f"'{folder}' can't be written: {error.strerror}") from error

    @staticmethod
    def write_jwt(file: Path, token: str) -> None:
        """Into a file for its owner alone, over the one of before. Raises SettingsError."""
        try:
            write_over(file, f"{token}\n".encode(), mode=0o600)
        except OSError as error:
            raise SettingsError(f"'{file}' can't be written: {error.strerror}") from error

    def issue_jwt(self, workload: str, audience: str, lasts: timedelta, now: datetime) -> str:
        """A token for `spiffe://DOMAIN/WORKLOAD` and one audience. Raises SettingsError, IdentityError."""
        authority = self._authority()
        ends = self._ends(lasts, now)
        return issue_jwt_svid(
            self.id_of(workload), audience, ECKey(authority.signs, authority.signs), now, ends
        )

    def id_of(self, workload: str) -> SpiffeId:
        """The id of a workload of this trust domain. Raises IdentityError."""
        return SpiffeId(self.bundle.trust_domain, f"/{workload}")

    def _ends(self, lasts: timedelta, now: datetime) -> datetime:
        if not timedelta() < lasts <= LONGEST:
            raise IdentityError(
                f"an SVID lasts up to {LONGEST // timedelta(hours=1)} hours, as 1h or 30m; issue the next one in time"
            )
        return now + lasts

    def _authority(self) -> _Authority:
        path = self._folder / KEY
        try:
            with path.open("rb") as file:
                if os.fstat(file.fileno()).st_mode & _OTHERS:
                    raise SettingsError(f"others can read the secret key '{path}'; run chmod 600 '{path}'")
                blocks = file.read(_MOST_BYTES).split(_END)
        except OSError as error:
            raise SettingsError(f"the secret key '{path}' can't be read: {error.strerror}") from error
        keys: list[EllipticCurvePrivateKey] = []
        for block in blocks[:-1]:
            try:
                key = load_pem_private_key(block + _END, password=None)
            except (ValueError, TypeError):
                key = None
            if isinstance(key, EllipticCurvePrivateKey):
                keys.append(key)
        if len(keys) != 2 or blocks[-1].strip():  # noqa: PLR2004 – for certificates, and for tokens
            raise IdentityError(f"'{path}' does not hold the two keys that 'answerable identity init' wrote")
        return _Authority(*keys)

    def _certificate(self, key: EllipticCurvePrivateKey) -> x509.Certificate:
        public = key.public_key()
        for certificate in self.bundle.x509_authorities:
            if certificate.public_key() == public:
                return certificate
        raise IdentityError(f"'{self._folder / BUNDLE}' does not have the authority whose key is '{KEY}'")


def _new_authority() -> _Authority:
    return _Authority(generate_private_key(SECP256R1()), generate_private_key(SECP256R1()))


def _pem(key: EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
