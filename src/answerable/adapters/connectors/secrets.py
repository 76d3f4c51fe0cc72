"""Where back ends' credentials are kept: a file, a variable, or HashiCorp Vault's key-value engine.

    /etc/answerable/crm.token    a file that only its owner can read; beside connectors.yaml where it is relative
    env:CRM_TOKEN                a variable of the environment
    vault:crm/token              the field `token` of the secret `crm` (KV version 2, mounted at `secret/`)

Source: Vault's HTTP API, "KV secrets engine - version 2": GET /v1/secret/data/:path.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from answerable.adapters.secret_sources import Place, parse_reference, read_secret, read_secret_file
from answerable.adapters.vault_http import Vault
from answerable.values.errors import KeyUnavailable, SettingsError

Secret = Callable[[], str]
"""Reads a secret, now. Blocking. Raises KeyUnavailable, SettingsError or SignatureError; none quotes it."""
_MOUNT = "secret"
_VAULT = "vault:"
_LONGEST = 512
_PATH_AND_FIELD = 2


class _Kept(msgspec.Struct):
    data: dict[str, Any] | None


class Secrets:
    """Reads secrets by reference, anew each time: one that was changed is used from then on."""

    def __init__(self, environment: Mapping[str, str], open_vault: Callable[[], Vault]) -> None:
        """`open_vault` is asked once, and only where a reference leads to a vault; it may raise SettingsError."""
        self._environment, self._open_vault = environment, open_vault
        self._vault: Vault | None = None

    def at(self, reference: str, folder: Path) -> Secret:
        """How to read what a reference names. Raises SettingsError where it is no reference."""
        if reference.startswith(_VAULT):
            return self._in_vault(reference)
        found = parse_reference(reference)
        if found.place is Place.FILE:
            path = folder / found.name
            return lambda: read_secret_file(path)
        return lambda: read_secret(found, self._environment)

    def _in_vault(self, reference: str) -> Secret:
        parts = reference.removeprefix(_VAULT).split("/")
        if len(parts) < _PATH_AND_FIELD or len(reference) > _LONGEST or not all(map(_is_segment, parts)):
            raise SettingsError(
                "after 'vault:' come the path of a secret and one of its fields, as in vault:crm/token"
            )
        if self._vault is None:
            self._vault = self._open_vault()
        vault, path, name = self._vault, "/".join(parts[:-1]), parts[-1]

        def read() -> str:
            kept = vault.read(f"{_MOUNT}/data/{path}", _Kept)
            value = (kept.data or {}).get(name)
            if not isinstance(value, str) or not value:
                raise KeyUnavailable(f"the secret '{path}' of '{vault.address}' has no text '{name}'")
            return value.strip()

        return read


def _is_segment(text: str) -> bool:
    plain = text.replace("_", "a").replace("-", "a").replace(".", "a")
    return plain.isascii() and plain.isalnum() and not text.startswith(".")
