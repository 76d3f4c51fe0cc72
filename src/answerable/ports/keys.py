"""What wraps other keys: a master key on this machine, or a service that never gives it away."""

from typing import Protocol


class KeyWrapper(Protocol):
    """Wraps keys under a key-encryption key."""

    name: str
    """Names the key-encryption key and its version."""

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """The key, wrapped and bound to its context. Raises KeyUnavailable."""

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """The key again. Raises KeyUnavailable where the context is another or the wrapping key is not at hand."""
