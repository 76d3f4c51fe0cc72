"""Keys, wherever they are kept: in this process, or in a service that never lets them out.

Both are synchronous and may wait for a network; async code calls them from a worker thread.
"""

from typing import Protocol

from answerable.signing import SigningKey

__all__ = ["KeyWrapper", "SigningKey"]


class KeyWrapper(Protocol):
    """Encrypts keys under another key, so that they may lie beside what they open.

    Implementations are held to one suite: tests/ports/test_key_wrappers.py.
    """

    @property
    def name(self) -> str:
        """The key-encryption key that wraps now, and its version: may be told and recorded."""

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """A key of 1 to 1024 bytes, wrapped for that context (whose key it is). Raises KeyUnavailable."""

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """The key again, also where an older key-encryption key wrapped it.

        Raises KeyUnavailable where the key-encryption key can't be had, or where these bytes
        were altered or wrapped for another context; never says anything of the key.
        """
