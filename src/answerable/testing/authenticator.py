"""A passkey in software, for tests: it makes keys and signs as an authenticator does, or wrongly where it is told so.

Source: Web Authentication Level 3, sections 6.1 (authenticator data), 6.5.4 (attestation "none"), 5.8.1 (client data).
"""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

_PRESENT, _VERIFIED, _MAY_SYNC, _SYNCED, _NEW = 0x01, 0x04, 0x08, 0x10, 0x40


@dataclass
class Authenticator:
    """One passkey, on a device of its owner's."""

    origin: str
    """Where its browser is: it says so in everything that it signs."""
    host: str | None = None
    """The relying party's id that it signs for; what the page asks for, where this is None."""
    verified: bool = True
    """Did its owner show a finger or a PIN?"""
    synced: bool = False
    counts: bool = True
    count: int = 0
    handle: str | None = None
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    def create(self, options: dict[str, Any]) -> dict[str, Any]:
        """Answer what a page gave to `navigator.credentials.create`."""
        self.handle = options["user"]["id"]
        numbers = self.key.public_key().public_numbers()
        cose = _map(
            (1, 2), (3, -7), (-1, 1), (-2, numbers.x.to_bytes(32, "big")), (-3, numbers.y.to_bytes(32, "big"))
        )
        credential = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cose
        data = self._data(options["rp"]["id"], _NEW) + credential
        attestation = _map(("fmt", "none"), ("attStmt", None), ("authData", data))
        client = self._client("webauthn.create", options["challenge"])
        return self._answer({"clientDataJSON": text(client), "attestationObject": text(attestation)})

    def get(self, options: dict[str, Any]) -> dict[str, Any]:
        """Answer what a page gave to `navigator.credentials.get`."""
        if self.counts:
            self.count += 1
        data = self._data(options["rpId"])
        client = self._client("webauthn.get", options["challenge"])
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        said = {"clientDataJSON": text(client), "authenticatorData": text(data), "signature": text(signature)}
        if self.handle is not None:
            said["userHandle"] = self.handle
        return self._answer(said)

    def _answer(self, response: dict[str, Any]) -> dict[str, Any]:
        return {"id": text(self.id), "rawId": text(self.id), "type": "public-key", "response": response}

    def _client(self, kind: str, challenge: str) -> bytes:
        said = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(said).encode()

    def _data(self, host: str, more: int = 0) -> bytes:
        flags = (
            _PRESENT
            | more
            | (_VERIFIED if self.verified else 0)
            | (_MAY_SYNC | _SYNCED if self.synced else 0)
        )
        return (
            hashlib.sha256((self.host or host).encode()).digest()
            + bytes([flags])
            + self.count.to_bytes(4, "big")
        )


def text(raw: bytes) -> str:
    """Base64url, as pages send it."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _map(*members: tuple[int | str, int | str | bytes | None]) -> bytes:
    """A CBOR map (RFC 8949) of small numbers, texts and bytes; None stands for an empty map."""
    return _head(5, len(members)) + b"".join(_item(name) + _item(value) for name, value in members)


def _item(value: int | str | bytes | None) -> bytes:
    match value:
        case None:
            return _head(5, 0)
        case int():
            return _head(0, value) if value >= 0 else _head(1, -1 - value)
        case str():
            return _head(3, len(value.encode())) + value.encode()
        case bytes():
            return _head(2, len(value)) + value


def _head(major: int, value: int) -> bytes:
    if value < 24:  # noqa: PLR2004 – RFC 8949 section 3
        return bytes([major << 5 | value])
    size = 1 if value < 1 << 8 else 2
    return bytes([major << 5 | (23 + size)]) + value.to_bytes(size, "big")
