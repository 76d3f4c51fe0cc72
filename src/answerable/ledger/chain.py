"""The chain of entries, and what an entry commits to: bytes only.

Each entry's bytes name the leaf hash of the entry before it. The leaf hash is
that of RFC 9162 section 2.1.1 (SHA-256 over a zero byte and the entry), so the
same leaves build a Merkle tree without touching an entry.

A private part is committed to field by field, each under a salt of its own that is derived from
one random salt: whoever hands an entry on may leave fields out, and the rest is still proven.
The idea is that of selective disclosure (RFC 9901); the bytes are our own.
"""

import hashlib
import hmac
from collections.abc import Mapping

_sha256 = hashlib.sha256
GENESIS = "0" * 64
"""What the first entry names as the one before it."""
FIELD_SALT_BYTES = 16


def leaf_hash(entry: bytes) -> str:
    """The hash by which an entry is known, as 64 hexadecimal digits (RFC 9162 section 2.1.1)."""
    return hashlib.sha256(b"\x00" + entry).hexdigest()


def field_salt(salt: bytes, name: str) -> bytes:
    """A field's own salt, 16 bytes: it can be shown without showing those of the other fields."""
    return hashlib.sha256(b"\x02" + salt + name.encode()).digest()[:FIELD_SALT_BYTES]


def field_digest(salt: bytes, name: str, value: bytes) -> bytes:
    """Commit to one field, 32 bytes. `salt` is the field's own; it keeps short values from being guessed."""
    return hashlib.sha256(b"\x03" + salt + name.encode() + b"\x00" + value).digest()


def digest_of_fields(digests: Mapping[str, bytes]) -> str:
    """Commit to a private part by its fields' digests, in the order of their names: 64 hexadecimal digits."""
    return hashlib.sha256(b"\x04" + b"".join([digests[name] for name in sorted(digests)])).hexdigest()


def private_digest(salt: bytes, fields: Mapping[str, bytes]) -> str:
    """Commit to an entry's private part: each field's JSON by its name. `salt` is 16 random bytes."""
    # Of every entry that is written, so in one go: what `digest_of_fields` makes of the three functions above.
    whole = b"\x04"
    for name in sorted(fields):
        known = name.encode()
        own = _sha256(b"\x02" + salt + known).digest()[:FIELD_SALT_BYTES]
        whole += _sha256(b"\x03" + own + known + b"\x00" + fields[name]).digest()
    return _sha256(whole).hexdigest()


def commits_to(digest: str, salt: bytes, fields: Mapping[str, bytes]) -> bool:
    """Is this the private part that the digest was made for? Compared in constant time."""
    return hmac.compare_digest(digest, private_digest(salt, fields))


def commits_to_whole(digest: str, salt: bytes, private: bytes) -> bool:
    """As `commits_to`, for entries of format 1, which committed to a private part in one piece."""
    return hmac.compare_digest(digest, hashlib.sha256(b"\x01" + salt + private).hexdigest())
