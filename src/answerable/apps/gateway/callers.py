"""Who may call: the workloads named in the key file. Without one, only loopback is served."""

import hashlib
import hmac
from collections.abc import Mapping
from pathlib import Path

from answerable.values import WorkloadId
from answerable.values.errors import NotAuthenticated, SettingsError

_SHORTEST_KEY = 16
OPEN = WorkloadId("unauthenticated")
"""The workload of a gateway on loopback that has no key file: nobody proved anything."""


class Callers:
    """Keys by workload, held as digests. With no keys at all, every caller is `unauthenticated`."""

    def __init__(self, keys: Mapping[WorkloadId, str] | None = None) -> None:
        self._digests = {name: _digest(key) for name, key in (keys or {}).items()}

    @property
    def open(self) -> bool:
        return not self._digests

    def identify(self, authorization: str | None) -> WorkloadId:
        """The workload behind an Authorization header. Raises NotAuthenticated.

        Every key is compared, each in constant time, whichever of them matches.
        """
        if self.open:
            return OPEN
        scheme, _, key = (authorization or "").partition(" ")
        given = _digest(key.strip() if scheme.casefold() == "bearer" else "")
        found = [name for name, digest in self._digests.items() if hmac.compare_digest(digest, given)]
        if not found:
            raise NotAuthenticated(
                "the gate does not know this key; send 'Authorization: Bearer KEY' with a key of its key file"
            )
        return found[0]


def from_file(path: Path) -> Callers:
    """Read `name:key` lines; blank lines and `#` comments are passed over. Raises SettingsError."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"the key file '{path}' can't be read: {error}") from error
    keys: dict[WorkloadId, str] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, colon, key = line.strip().partition(":")
        if not colon or not name.strip() or len(key.strip()) < _SHORTEST_KEY:
            raise SettingsError(
                f"{path}, line {number}: write 'name:key' with a key of at least {_SHORTEST_KEY} characters"
            )
        keys[WorkloadId(name.strip())] = key.strip()
    if not keys:
        raise SettingsError(f"the key file '{path}' names no workload; add a 'name:key' line")
    return Callers(keys)


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).digest()
