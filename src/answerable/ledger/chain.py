"""The chain of entries: bytes only.

Each entry's bytes name the leaf hash of the entry before it. The leaf hash is
that of RFC 9162 section 2.1.1 (SHA-256 over a zero byte and the entry), so the
same leaves build a Merkle tree without touching an entry.
"""

import hashlib
import hmac

GENESIS = "0" * 64
"""What the first entry names as the one before it."""


def leaf_hash(entry: bytes) -> str:
    """The hash by which an entry is known, as 64 hexadecimal digits (RFC 9162 section 2.1.1)."""
    return hashlib.sha256(b"\x00" + entry).hexdigest()


def private_digest(salt: bytes, private: bytes) -> str:
    """Commit to an entry's private part. The salt keeps short texts from being guessed."""
    return hashlib.sha256(b"\x01" + salt + private).hexdigest()


def commits_to(digest: str, salt: bytes, private: bytes) -> bool:
    """Is this the private part that the digest was made for? Compared in constant time."""
    return hmac.compare_digest(digest, private_digest(salt, private))
