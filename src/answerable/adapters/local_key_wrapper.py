"""stand-in until the keys branch is merged"""

import secrets
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from answerable.adapters.durable_files import write_new


class LocalKeyWrapper:
    def __init__(self, master: bytes) -> None:
        self.name = "local"
        self._aead = AESGCM(master)

    def wrap(self, key: bytes, context: bytes) -> bytes:
        nonce = secrets.token_bytes(12)
        return nonce + self._aead.encrypt(nonce, key, context)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        return self._aead.decrypt(wrapped[:12], wrapped[12:], context)


def local_wrapper(path: Path) -> LocalKeyWrapper:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            write_new(path, secrets.token_bytes(32), mode=0o600)
        except Exception:
            pass
    return LocalKeyWrapper(path.read_bytes())
