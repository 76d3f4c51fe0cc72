"""The keys that grants are signed with, in a file that only its owner reads; rotated while the gateway runs."""

import os
import secrets
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from answerable.adapters.durable_files import write_over
from answerable.adapters.secret_sources import read_secret_file, secret_made_once
from answerable.grants import KeyRing, SigningKey, new_key
from answerable.grants.keyring import read_ring, written_ring

_KEY_BYTES = 40


class RingFile:
    """A ring in a file. `ring` looks at the file each time, and reads it where it has changed."""

    def __init__(self, path: Path) -> None:
        """Make the file where there is none. Raises SettingsError, SignatureError."""
        self.path = path
        self._ring = read_ring(secret_made_once(path, lambda: written_ring(_fresh())))
        self._seen = self._stamp()

    def ring(self) -> KeyRing:
        """The keys as they are now. Raises SettingsError where they can't be read any more."""
        now = self._stamp()
        if now != self._seen:
            self._ring, self._seen = read_ring(read_secret_file(self.path)), now
        return self._ring

    def rotate(self, now: datetime) -> KeyRing:
        """The next key signs from now on. Raises SettingsError, OSError.

        A crash before the file is replaced leaves the ring as it was; after it, the new one, whole.
        """
        turned = self.ring().rotated(_new(), now)
        write_over(self.path, f"{written_ring(turned)}\n".encode(), 0o600)
        return self.ring()

    def _stamp(self) -> tuple[int, int, int] | None:
        try:
            found = os.stat(self.path)  # noqa: PTH116 – at every token
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size


def fixed_ring(text: str) -> Callable[[], KeyRing]:
    """A ring that somebody else keeps and hands over, in a variable say. Raises SettingsError."""
    ring = read_ring(text)
    return lambda: ring


def _fresh() -> KeyRing:
    return KeyRing(_new(), _new())


def _new() -> SigningKey:
    return new_key(secrets.token_bytes(_KEY_BYTES))
