"""Named Ed25519 keys, written as signed notes write them.

A public key is one line, `name+hash+key`: the name, eight hexadecimal digits of the key id, and
base64 of an algorithm byte and 32 bytes. A secret key is `PRIVATE+KEY+name+hash+key` with the
seed in the key's place. Source: C2SP signed-note, "Verifier keys"; RFC 8032 for Ed25519.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from answerable.values.errors import SignatureError

SEED_BYTES = 32
_SECRET = "PRIVATE+KEY+"  # noqa: S105 – the format's opening words
_LONGEST_KEY = 1024


class Algorithm(IntEnum):
    """What a key's signatures are over (C2SP signed-note, "Signature types")."""

    ED25519 = 0x01
    """The note's text."""
    COSIGNATURE = 0x04
    """A line naming the time, and the note's text (C2SP tlog-cosignature, v1)."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key and the name that it is known by."""

    name: str
    algorithm: Algorithm
    public: bytes
    """32 bytes (RFC 8032 section 5.1.5)."""

    @property
    def key_id(self) -> bytes:
        """The four bytes by which a signature names its key."""
        material = self.name.encode() + b"\n" + bytes([self.algorithm]) + self.public
        return hashlib.sha256(material).digest()[:4]

    def accepts(self, message: bytes, signature: bytes) -> bool:
        """Is that this key's signature over that message?"""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True

    @property
    def short(self) -> str:
        """The name and the key id: enough for a person to tell two keys of one name apart."""
        return f"{self.name}+{self.key_id.hex()}"

    def __str__(self) -> str:
        key = base64.b64encode(bytes([self.algorithm]) + self.public).decode()
        return f"{self.name}+{self.key_id.hex()}+{key}"


class SigningKey(Protocol):
    """What signs, wherever the secret is kept: in this process (`Signer`), or where it can't be taken out."""

    @property
    def verifier(self) -> Verifier: ...

    def sign(self, message: bytes) -> bytes:
        """64 bytes (RFC 8032 section 5.1.6). May wait for a network. Raises KeyUnavailable."""


@dataclass(frozen=True, slots=True)
class Signer:
    """A secret key. Its seed is in no representation; `secret` writes it out on purpose."""

    verifier: Verifier
    seed: bytes = field(repr=False)
    """32 bytes."""

    def sign(self, message: bytes) -> bytes:
        """64 bytes (RFC 8032 section 5.1.6)."""
        return Ed25519PrivateKey.from_private_bytes(self.seed).sign(message)

    def secret(self) -> str:
        """The line that `signer_from` reads. Whoever holds it signs in this name."""
        key = base64.b64encode(bytes([self.verifier.algorithm]) + self.seed).decode()
        return f"{_SECRET}{self.verifier.name}+{self.verifier.key_id.hex()}+{key}"


def new_signer(name: str, seed: bytes, algorithm: Algorithm = Algorithm.ED25519) -> Signer:
    """The key that 32 random bytes make. Raises SignatureError where the name can't stand in a note."""
    if len(seed) != SEED_BYTES:
        raise SignatureError(f"a seed is {SEED_BYTES} bytes, not {len(seed)}")
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    return Signer(Verifier(usable_name(name), algorithm, public), seed)


def verifier_from(line: str) -> Verifier:
    """Read `name+hash+key`. Raises SignatureError, quoting the key (it is public)."""
    name, key_id, algorithm, public = _parts(line, "public")
    found = Verifier(name, algorithm, public)
    if found.key_id.hex() != key_id:
        raise SignatureError(f"the public key '{line}' is not what its own hash says; copy it whole again")
    return found


def signer_from(line: str) -> Signer:
    """Read `PRIVATE+KEY+name+hash+key`. Raises SignatureError, quoting nothing of the key."""
    if not line.startswith(_SECRET):
        raise SignatureError(f"a secret key begins with '{_SECRET}'; was a public key given in its place?")
    name, key_id, algorithm, seed = _parts(line.removeprefix(_SECRET), "secret")
    found = new_signer(name, seed, algorithm)
    if found.verifier.key_id.hex() != key_id:
        raise SignatureError(f"the secret key of '{name}' is not what its own hash says; restore the file")
    return found


def usable_name(name: str) -> str:
    """The name, where signed notes allow it: something, and neither space nor plus in it."""
    if not name or "+" in name or not name.isprintable() or any(letter.isspace() for letter in name):
        raise SignatureError(f"'{name}' can't be a key's name; leave out spaces, plus and control characters")
    return name


def _parts(line: str, kind: str) -> tuple[str, str, Algorithm, bytes]:
    shape = f"a {kind} key is written name+hash+key"
    if len(line) > _LONGEST_KEY:
        raise SignatureError(f"{shape}, and is never longer than {_LONGEST_KEY} characters")
    # Base64 has plus signs of its own, so only the first two part the fields.
    parts = line.split("+", 2)
    if len(parts) != 3:  # noqa: PLR2004 – the three fields
        raise SignatureError(shape)
    try:
        key = base64.b64decode(parts[2], validate=True)
        algorithm = Algorithm(key[0])
    except (binascii.Error, ValueError, IndexError):
        raise SignatureError(f"{shape}; the key of '{parts[0]}' is of no kind known here") from None
    if len(key) != 1 + SEED_BYTES:
        raise SignatureError(f"the {kind} key of '{parts[0]}' is cut short; copy it whole again")
    return usable_name(parts[0]), parts[1].lower(), algorithm, key[1:]
