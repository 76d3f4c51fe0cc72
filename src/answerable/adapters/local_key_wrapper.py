"""Keys wrapped under a master key that this process holds: AES-256-GCM (NIST SP 800-38D).

Written: a byte for the form, eight that name the master key, twelve of a nonce, the key encrypted,
sixteen of a tag. The tag is over the form, the master's name and the context, too. Several master
keys may be known: the last wraps, and all unwrap, so that a new one needs no key wrapped again.
A nonce is random, so one master wraps at most 2^32 keys (section 8.3).
"""

import base64
import binascii
import hashlib
import secrets
from collections.abc import Callable, Sequence
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from answerable.adapters.secret_sources import secret_made_once
from answerable.values.errors import KeyUnavailable, SettingsError

MASTER_BYTES = 32
MOST_KEY_BYTES = 1024
_FORM = b"\x01"
_ID_BYTES, _NONCE_BYTES, _TAG_BYTES = 8, 12, 16
_HEAD_BYTES = len(_FORM) + _ID_BYTES
_MOST_MASTERS = 1000


class LocalKeyWrapper:
    """A `KeyWrapper`. For any thread."""

    def __init__(self, masters: Sequence[bytes], draw: Callable[[int], bytes] = secrets.token_bytes) -> None:
        """Master keys of 32 bytes each, the newest last. Raises SettingsError, quoting none of them."""
        if not masters or any(len(one) != MASTER_BYTES for one in masters):
            raise SettingsError(f"a master key is {MASTER_BYTES} bytes, and there must be one at least")
        self._ciphers = {_id(one): AESGCM(one) for one in masters}
        self._newest = _id(masters[-1])
        self._draw = draw

    @property
    def name(self) -> str:
        return f"local:{self._newest.hex()}"

    def wrap(self, key: bytes, context: bytes) -> bytes:
        if not 0 < len(key) <= MOST_KEY_BYTES:
            raise KeyUnavailable(f"a key to be wrapped is 1 to {MOST_KEY_BYTES} bytes, not {len(key)}")
        head, nonce = _FORM + self._newest, self._draw(_NONCE_BYTES)
        return head + nonce + self._ciphers[self._newest].encrypt(nonce, key, head + context)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        longest = _HEAD_BYTES + _NONCE_BYTES + MOST_KEY_BYTES + _TAG_BYTES
        if not wrapped.startswith(_FORM) or not longest - MOST_KEY_BYTES < len(wrapped) <= longest:
            raise KeyUnavailable("a wrapped key is not one that a local master key wrapped")
        head, nonce = wrapped[:_HEAD_BYTES], wrapped[_HEAD_BYTES : _HEAD_BYTES + _NONCE_BYTES]
        master = head[len(_FORM) :]
        cipher = self._ciphers.get(master)
        if cipher is None:
            raise KeyUnavailable(
                f"the master key '{master.hex()}' that wrapped a key is not among those known here; put it back "
                "before the newest"
            )
        try:
            return cipher.decrypt(nonce, wrapped[_HEAD_BYTES + _NONCE_BYTES :], head + context)
        except InvalidTag:
            raise KeyUnavailable(
                f"a key that '{master.hex()}' wrapped was altered, or wrapped for something else"
            ) from None


def local_wrapper(path: Path) -> LocalKeyWrapper:
    """Under the master keys in a file that only its owner can read; made with one where there is none.

    Raises SettingsError, SignatureError.
    """
    return LocalKeyWrapper(
        masters_from(secret_made_once(path, lambda: new_master(secrets.token_bytes(MASTER_BYTES))))
    )


def masters_from(text: str) -> tuple[bytes, ...]:
    """Master keys in base64, one a line, the newest last. Raises SettingsError naming the line, not what is in it."""
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if not lines or len(lines) > _MOST_MASTERS:
        raise SettingsError(f"master keys stand one a line, 1 to {_MOST_MASTERS} of them, not {len(lines)}")
    found = []
    for number, line in lines:
        try:
            master = base64.b64decode(line, validate=True)
        except (binascii.Error, ValueError):
            master = b""
        if len(master) != MASTER_BYTES:
            raise SettingsError(
                f"line {number} of the master keys is not {MASTER_BYTES} bytes in base64; "
                "'head -c 32 /dev/urandom | base64' makes one"
            )
        found.append(master)
    return tuple(found)


def new_master(master: bytes) -> str:
    """The line that `masters_from` reads, for 32 random bytes."""
    return base64.b64encode(master).decode()


def _id(master: bytes) -> bytes:
    """By what a master key is named: says nothing of it that 32 random bytes would not stand."""
    return hashlib.sha256(b"answerable master key id v1\n" + master).digest()[:_ID_BYTES]
