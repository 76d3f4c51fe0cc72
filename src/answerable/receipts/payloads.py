"""Private parts as they lie in a store: sealed under the key of whom they are about.

A sealed part is a nonce of 12 bytes and the AES-256-GCM encryption of salt and private part, bound to
the digest by which the entry commits to it. The salt is inside: once the key is gone, nobody can try
out what short text the digest may be of. Source: NIST SP 800-38D; nonces are random, and a key seals
the private parts of one subject in one month, far below the 2^32 that they allow.
"""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from answerable.values.errors import LedgerBroken

KEY_BYTES = 32
NONCE_BYTES = 12
SALT_BYTES = 16


def seal_payload(cipher: AESGCM, nonce: bytes, digest: str, salt: bytes, private: bytes) -> bytes:
    """Seal a private part. `digest` is the entry's `private`; `cipher` is of the subject's key."""
    return nonce + cipher.encrypt(nonce, salt + private, digest.encode())


def open_payload(secret: bytes, sealed: bytes, digest: str | None, seq: int) -> tuple[bytes, bytes]:
    """The salt and the private part. Raises LedgerBroken naming entry `seq` where the sealed part was changed."""
    try:
        found = AESGCM(secret).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], (digest or "").encode())
    except (InvalidTag, ValueError) as error:
        raise LedgerBroken(f"entry {seq}: its private part is not the one it was written with") from error
    return found[:SALT_BYTES], found[SALT_BYTES:]
