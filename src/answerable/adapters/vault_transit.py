"""Keys that HashiCorp Vault keeps in its Transit engine: it signs and encrypts, and they never leave it.

A signing key is of type ed25519, a wrapping key of aes256-gcm96 or chacha20-poly1305, neither
derived. Transit counts versions of a key; one is chosen when the key is opened and named in every
request, so that a rotation inside Vault changes nothing here until somebody says so.
Source: Vault's API, "Transit secrets engine" (read key, sign, encrypt, decrypt).
"""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass

import msgspec

from answerable.adapters.local_key_wrapper import MOST_KEY_BYTES
from answerable.adapters.vault_http import Vault
from answerable.signing import Verifier
from answerable.signing.keys import SEED_BYTES, Algorithm, usable_name
from answerable.values.errors import KeyUnavailable

_SIGNATURE_BYTES = 64
_FORM = b"\x01"
_DIGEST_BYTES = 32
_MOST_WRAPPED = 8 * 1024
_SIGNING, _WRAPPING = ("ed25519",), ("aes256-gcm96", "chacha20-poly1305")


class _Key(msgspec.Struct):
    """`keys` has a version's public key where the key is for signing, and a number where it is not."""

    type: str
    latest_version: int
    keys: dict[str, msgspec.Raw]
    derived: bool = False


class _PublicKey(msgspec.Struct):
    public_key: str


class _Signed(msgspec.Struct):
    signature: str


class _Encrypted(msgspec.Struct):
    ciphertext: str


class _Decrypted(msgspec.Struct):
    plaintext: str


@dataclass(frozen=True, slots=True)
class VaultSigningKey:
    """A `SigningKey`: one version of a transit key."""

    verifier: Verifier
    vault: Vault
    key: str
    version: int

    def sign(self, message: bytes) -> bytes:
        """64 bytes, checked here: a signature that does not hold is not passed on. Raises KeyUnavailable."""
        body = {"input": base64.b64encode(message).decode(), "key_version": self.version}
        found = self.vault.write(f"transit/sign/{self.key}", body, _Signed).signature
        signature = _decoded(found.removeprefix(f"vault:v{self.version}:"))
        if len(signature) != _SIGNATURE_BYTES or not self.verifier.accepts(message, signature):
            raise KeyUnavailable(f"what the vault signed with '{self.key}@{self.version}' does not hold")
        return signature


def open_vault_signing_key(vault: Vault, key: str, name: str, version: int | None = None) -> VaultSigningKey:
    """A transit key to sign with, under that name (a log's origin); its latest version where none is given.

    Raises KeyUnavailable, SignatureError where the name can't be a key's.
    """
    found, chosen = _opened(vault, key, version, _SIGNING)
    try:
        public = _decoded(msgspec.json.decode(found.keys[str(chosen)], type=_PublicKey).public_key)
    except (msgspec.MsgspecError, KeyError):
        public = b""
    if len(public) != SEED_BYTES:
        raise KeyUnavailable(f"the vault gives no public key of '{key}@{chosen}'")
    return VaultSigningKey(Verifier(usable_name(name), Algorithm.ED25519, public), vault, key, chosen)


class VaultKeyWrapper:
    """A `KeyWrapper`. The context stands inside what is encrypted, as its digest, and is compared when it is opened."""

    def __init__(self, vault: Vault, key: str, version: int | None = None) -> None:
        """Wraps with that version, or the latest; opens what any version wrapped. Raises KeyUnavailable."""
        _, self._version = _opened(vault, key, version, _WRAPPING)
        self._vault, self._key = vault, key

    @property
    def name(self) -> str:
        return f"vault:{self._key}@{self._version}"

    def wrap(self, key: bytes, context: bytes) -> bytes:
        if not 0 < len(key) <= MOST_KEY_BYTES:
            raise KeyUnavailable(f"a key to be wrapped is 1 to {MOST_KEY_BYTES} bytes, not {len(key)}")
        plain = base64.b64encode(_FORM + hashlib.sha256(context).digest() + key).decode()
        body = {"plaintext": plain, "key_version": self._version}
        found = self._vault.write(f"transit/encrypt/{self._key}", body, _Encrypted).ciphertext
        if (
            not found.startswith(f"vault:v{self._version}:")
            or not found.isascii()
            or len(found) > _MOST_WRAPPED
        ):
            raise KeyUnavailable(f"the vault did not encrypt with '{self._key}@{self._version}'")
        return found.encode()

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        if not wrapped.startswith(b"vault:v") or not wrapped.isascii() or len(wrapped) > _MOST_WRAPPED:
            raise KeyUnavailable("a wrapped key is not one that a vault wrapped")
        body = {"ciphertext": wrapped.decode()}
        plain = _decoded(self._vault.write(f"transit/decrypt/{self._key}", body, _Decrypted).plaintext)
        head, key = plain[: 1 + _DIGEST_BYTES], plain[1 + _DIGEST_BYTES :]
        if not key or not hmac.compare_digest(head, _FORM + hashlib.sha256(context).digest()):
            raise KeyUnavailable(f"a key that '{self._key}' wrapped was wrapped for something else")
        return key


def _opened(vault: Vault, key: str, version: int | None, types: tuple[str, ...]) -> tuple[_Key, int]:
    """The key as Vault describes it, and the version to use."""
    found = vault.read(f"transit/keys/{key}", _Key)
    if found.type not in types or found.derived:
        raise KeyUnavailable(
            f"the vault's key '{key}' can't be used here; make one of type {' or '.join(types)} that is not derived"
        )
    chosen = found.latest_version if version is None else version
    if str(chosen) not in found.keys:
        raise KeyUnavailable(
            f"the vault's key '{key}' has no version {chosen}; its latest is {found.latest_version}"
        )
    return found, chosen


def _decoded(text: str) -> bytes:
    """What that base64 says; nothing where it is none, which no caller takes."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
