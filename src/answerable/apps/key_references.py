"""Open the keys that a setting or an option names: in a file, in a variable, or at a vault."""

import os
import secrets
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

from answerable.adapters.key_files import ledger_key
from answerable.adapters.local_key_wrapper import LocalKeyWrapper, local_wrapper, masters_from
from answerable.adapters.secret_sources import Place, parse_reference, read_secret, read_secret_file
from answerable.adapters.sqlite_log import SqliteLog
from answerable.adapters.vault_http import Vault
from answerable.adapters.vault_transit import VaultKeyWrapper, open_vault_signing_key
from answerable.ports import KeyWrapper, SigningKey
from answerable.signing import new_signer, signer_from
from answerable.signing.keys import SEED_BYTES
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
        return open_vault_signing_key(_vault(given), found.name, name(), found.version)
    return signer_from(read_secret(found, given))


def ledger_signing_key(reference: str | None, ledger: Path, *, make: bool = False) -> SigningKey:
    """The key that signs a ledger's checkpoints: the one that is named, or the one in a file beside it.

    With `make`, a file that is not there is made. Raises as `open_signing_key` does.
    """

    # The name is the log's: no two logs may have the same, or a witness would take one for the other.
    def name() -> str:
        return f"answerable/log-{secrets.token_hex(6)}"

    def kept_name() -> str:
        with closing(SqliteLog(ledger)) as store:
            return store.name(name())

    chosen = reference or str(_beside(ledger, ".key"))
    if make and parse_reference(chosen).place is Place.FILE:
        return ledger_key(Path(chosen), lambda: new_signer(name(), secrets.token_bytes(SEED_BYTES)))
    return open_signing_key(chosen, kept_name)


def open_wrapper(reference: str, environment: Mapping[str, str] | None = None) -> KeyWrapper:
    """What wraps keys: under the master keys at a reference, or at a vault. Raises as `open_signing_key` does."""
    given = os.environ if environment is None else environment
    found = parse_reference(reference)
    if found.place is Place.VAULT:
        return VaultKeyWrapper(_vault(given), found.name, found.version)
    return LocalKeyWrapper(masters_from(read_secret(found, given)))


def ledger_wrapper(reference: str | None, ledger: Path) -> KeyWrapper:
    """What wraps the keys that a ledger keeps: as named, or under a master key in a file beside it, made if need be."""
    if reference:
        return open_wrapper(reference)
    return local_wrapper(_beside(ledger, ".master"))


def _beside(ledger: Path, ending: str) -> Path:
    return ledger.with_name(ledger.name + ending)


def _vault(environment: Mapping[str, str]) -> Vault:
    """As Vault's own tools find it: VAULT_ADDR, VAULT_CACERT, and VAULT_TOKEN or the file that a login leaves."""
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
