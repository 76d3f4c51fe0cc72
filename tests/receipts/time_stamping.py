"""Time-stamping authorities made up for a test: openssl does what an authority does, with throw-away keys."""

import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampTokenInfo,
    decode_timestamp_response,
)

from answerable.receipts.certificate_order import in_order

DAY = timedelta(days=1)
_CONFIG = """
[tsa]
default_tsa = one
[one]
serial = serial
crypto_device = builtin
signer_cert = tsa.pem
signer_key = tsa.key
certs = above.pem
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = {digests}
clock_precision_digits = {precision}
tsa_name = yes
"""


class Authority:
    """A root, an authority below it, and its answers. Times are from now on."""

    def __init__(
        self,
        folder: Path,
        *,
        since: timedelta = -DAY,
        until: timedelta = DAY,
        root_until: timedelta = 9 * DAY,
        usages: Sequence[x509.ObjectIdentifier] = (ExtendedKeyUsageOID.TIME_STAMPING,),
        critical: bool = True,
        between: bool = False,
        digests: str = "sha256, sha512",
        precision: int = 0,
    ) -> None:
        folder.mkdir()
        self.folder = folder
        self.root_key, self.key = _key(), _key()
        self.root = certificate("Root", self.root_key, until=root_until)
        above, above_key = self.root, self.root_key
        if between:
            above_key = _key()
            above = certificate("Between", above_key, self.root, self.root_key)
        self.certificate = certificate(
            "Test TSA",
            self.key,
            above,
            above_key,
            since=since,
            until=until,
            usages=usages,
            critical=critical,
        )
        self.write("tsa.pem", pem_of(self.certificate))
        self.write("above.pem", pem_of(above))
        self.write("root.pem", self.pem)
        secret = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        self.write("tsa.key", secret)
        self.write("tsa.cnf", _CONFIG.format(digests=digests, precision=precision).encode())

    @property
    def pem(self) -> bytes:
        """The root's certificate: what somebody who trusts this authority has of it."""
        return pem_of(self.root)

    def write(self, name: str, content: bytes) -> None:
        (self.folder / name).write_bytes(content)

    def reply(self, query: bytes) -> bytes:
        """What it answers to a query; it may be a refusal."""
        self.write("query", query)
        self.openssl("ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query", "-out", "reply")
        return (self.folder / "reply").read_bytes()

    def stamp(self, content: bytes) -> bytes:
        return self.reply(query(content))

    def signed(self, info: bytes, *more: x509.Certificate) -> bytes:
        """A reply that states anything at all, signed with whatever certificate; openssl's own would refuse."""
        self.write("info", info)
        self.write("more.pem", b"".join(map(pem_of, more)))
        kind = ("-econtent_type", "1.2.840.113549.1.9.16.1.4", "-binary", "-nodetach", "-nosmimecap")
        keys = ("-signer", "tsa.pem", "-inkey", "tsa.key", *(("-certfile", "more.pem") if more else ()))
        files = ("-in", "info", "-outform", "DER", "-out", "token")
        self.openssl("cms", "-sign", "-md", "sha256", *kind, *keys, *files)
        return granted((self.folder / "token").read_bytes())

    def openssl(self, *arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True, timeout=20)

    def openssl_verifies(self, reply: bytes, content: bytes) -> bool:
        """What somebody without this project finds."""
        self.write("content", content)
        self.write("found", reply)
        done = subprocess.run(
            ["openssl", "ts", "-verify", "-data", "content", "-in", "found", "-CAfile", "root.pem"],
            cwd=self.folder,
            check=False,
            capture_output=True,
            timeout=20,
        )
        return done.returncode == 0


def query(
    content: bytes, algorithm: HashAlgorithm = HashAlgorithm.SHA256, *, certificate: bool = True
) -> bytes:
    request = TimestampRequestBuilder().data(content).hash_algorithm(algorithm)
    return request.cert_request(cert_request=certificate).build().as_bytes()


def stated_in(reply: bytes) -> TimeStampTokenInfo:
    """The part of a reply that is signed: RFC 3161's TSTInfo."""
    return decode_timestamp_response(in_order(reply)).tst_info


def info_of(reply: bytes) -> bytes:
    return stated_in(reply).as_bytes()  # type: ignore[attr-defined,no-any-return]


def granted(token: bytes) -> bytes:
    """A token as a reply that grants it."""
    content = bytes.fromhex("3003020100") + token
    return b"\x30\x82" + len(content).to_bytes(2, "big") + content


def certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    above: x509.Certificate | None = None,
    above_key: ec.EllipticCurvePrivateKey | None = None,
    *,
    since: timedelta = -2 * DAY,
    until: timedelta = 9 * DAY,
    usages: Sequence[x509.ObjectIdentifier] = (),
    critical: bool = True,
    number: int | None = None,
) -> x509.Certificate:
    """One that signs others unless it has usages or is not for that; its own root where nothing is above it."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    leaf = name == "Test TSA"
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(above.subject if above else subject)
        .public_key(key.public_key())
        .serial_number(number or x509.random_serial_number())
        .not_valid_before(now + since)
        .not_valid_after(now + until)
        .add_extension(x509.BasicConstraints(ca=not leaf, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=leaf,
                key_cert_sign=not leaf,
                crl_sign=not leaf,
                content_commitment=False,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
    )
    if usages:
        made = made.add_extension(x509.ExtendedKeyUsage(usages), critical)
    return made.sign(above_key or key, hashes.SHA256())


def pem_of(one: x509.Certificate) -> bytes:
    return one.public_bytes(Encoding.PEM)


def _key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())
