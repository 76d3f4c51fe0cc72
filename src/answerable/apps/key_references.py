"""Open the keys that a setting or an option names: in a file, in a variable, or at a vault."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from answerable.adapters.connectors.secrets import Secrets
from answerable.adapters.local_key_wrapper import LocalKeyWrapper, masters_from
from answerable.adapters.secret_sources import Place, parse_reference, read_secret, read_secret_file
from answerable.adapters.vault_http import Vault
from answerable.adapters.vault_transit import VaultKeyWrapper, open_vault_signing_key
from answerable.ports import KeyWrapper, SigningKey
from answerable.signing import signer_from
from answerable.values.errors import SettingsError


def open_signing_key(
    reference: str, name: Callable[[], str], environment: Mapping[str, str] | None = None
) -> SigningKey:
    """The key at a reference. `name` says what a key is called that has no name with it, as a vault's has none.

    Raises SettingsError, SignatureError, KeyUnavailable; none of them quotes a secret.
    """
    given = os.environ if environment is None else environment
    found = parse_reference(reference)
    if found.place is Place.VAULT:
        return open_vault_signing_key(open_vault(given), found.name, name(), found.version)
    return signer_from(read_secret(found, given))


def open_wrapper(reference: str, environment: Mapping[str, str] | None = None) -> KeyWrapper:
    """What wraps keys: under the master keys at a reference, or at a vault. Raises as `open_signing_key` does."""
    given = os.environ if environment is None else environment
    found = parse_reference(reference)
    if found.place is Place.VAULT:
        return VaultKeyWrapper(open_vault(given), found.name, found.version)
    return LocalKeyWrapper(masters_from(read_secret(found, given)))


def open_secrets(environment: Mapping[str, str] | None = None) -> Secrets:
    """What reads back ends' credentials by their references. A vault is looked for once one is named."""
    given = os.environ if environment is None else environment
    return Secrets(given, lambda: open_vault(given))


def open_vault(environment: Mapping[str, str]) -> Vault:
    """As Vault's own tools find it: VAULT_ADDR, VAULT_CACERT, and VAULT_TOKEN or the file that a login leaves.

    Raises SettingsError.
    """
    address = environment.get("VAULT_ADDR", "")
    if not address:
        raise SettingsError(
            "VAULT_ADDR is not set; a key at a vault needs it, and VAULT_TOKEN or a token's file"
        )
    home = environment.get("HOME", "")
    file = Path(environment.get("VAULT_TOKEN_FILE") or Path(home) / ".vault-token")

    def token() -> str:
        return environment.get("VAULT_TOKEN", "").strip() or read_secret_file(file)

    return Vault(address, token, ca_file=environment.get("VAULT_CACERT") or None)
