"""Where a secret is kept, and reading it from there.

A reference names the place and never the secret, so it may stand in a setting or a command line:

    /etc/answerable/ledger.key    a file that only its owner can read
    env:LEDGER_SECRET             a variable of the environment
    vault:ledger                  a key of Vault's Transit engine, as `vault:ledger@2` of that version:
                                  it is never read, only used (`adapters/vault_transit.py`)

A file whose name begins like one of the others is written with its folder, as `./env:x`.
"""

import base64
import binascii
import os
import stat
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from answerable.adapters.durable_files import write_once
from answerable.signing.keys import Algorithm
from answerable.values.errors import SettingsError, SignatureError

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_MOST_BYTES = 64 * 1024
_KEY_BYTES = 32
_LONGEST_NAME = 128
_MOST_DIGITS = 9


class Place(Enum):
    """What kind of place keeps a secret."""

    FILE = "file"
    ENVIRONMENT = "env"
    VAULT = "vault"


@dataclass(frozen=True, slots=True)
class Reference:
    """A place: a file's path, a variable's name, or a key of Vault's and, where one is named, its version."""

    place: Place
    name: str
    version: int | None = None


def parse_reference(text: str) -> Reference:
    """Read a reference. Raises SettingsError; one that looks like the secret itself is not quoted."""
    if _may_be_secret(text):
        raise SettingsError(
            "a secret was given where it is kept should be named: write a file's path, env:NAME or vault:KEY, and "
            "take that secret for known to others"
        )
    if text.startswith("env:"):
        name = text.removeprefix("env:")
        if not _is_word(name) or name[0].isdigit():
            raise SettingsError("after 'env:' comes the name of a variable: letters, digits and underscores")
        return Reference(Place.ENVIRONMENT, name)
    if text.startswith("vault:"):
        name, at, version = text.removeprefix("vault:").partition("@")
        # What Vault takes as a name; a dot or a hyphen neither begins nor ends it.
        usable = _is_word(name.replace(".", "_").replace("-", "_")) and not {name[0], name[-1]} & {".", "-"}
        if not usable or (at and not _is_version(version)):
            raise SettingsError(
                "after 'vault:' comes the name of a transit key, and '@' and a version if any"
            )
        return Reference(Place.VAULT, name, int(version) if at else None)
    if not text:
        raise SettingsError("name where the secret is kept: a file's path, env:NAME or vault:KEY")
    return Reference(Place.FILE, text)


def read_secret(reference: Reference, environment: Mapping[str, str]) -> str:
    """The secret's text, without the space around it.

    Raises SettingsError where it can't be had, SignatureError where it is none; both quote the place alone.
    """
    if reference.place is Place.VAULT:
        raise SettingsError(f"'vault:{reference.name}' never leaves the vault, and can't be used here")
    if reference.place is Place.FILE:
        return read_secret_file(Path(reference.name))
    found = environment.get(reference.name, "").strip()
    if not found:
        raise SettingsError(f"the variable '{reference.name}', which should hold a secret key, is not set")
    if not found.isascii() or len(found) > _MOST_BYTES:
        raise SignatureError(f"the variable '{reference.name}' holds no secret key")
    return found


def read_secret_file(path: Path) -> str:
    """The text of a file that only its owner can read. Raises SettingsError, SignatureError as above."""
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_mode & _OTHERS:
                raise SettingsError(f"others can read the secret key '{path}'; run chmod 600 '{path}'")
            content = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise SettingsError(f"the secret key '{path}' can't be read: {error.strerror}") from error
    if len(content) > _MOST_BYTES or not content.isascii():
        raise SignatureError(f"'{path}' holds no secret key")
    return content.decode("ascii").strip()


def secret_made_once(path: Path, new: Callable[[], str]) -> str:
    """The secret in a file; where there is no such file, a new one that only its owner can read.

    Processes that make one at the same moment all read the same. Raises as `read_secret_file` does.
    """
    if not path.exists():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # A crash here leaves no secret, or a whole one that nothing was done with yet.
            write_once(path, f"{new()}\n".encode(), 0o600)
        except OSError as error:
            raise SettingsError(f"the secret key '{path}' can't be written: {error.strerror}") from error
    return read_secret_file(path)


def _is_word(text: str) -> bool:
    return 0 < len(text) <= _LONGEST_NAME and text.isascii() and text.replace("_", "a").isalnum()


def _is_version(text: str) -> bool:
    return text.isascii() and text.isdigit() and text[0] != "0" and len(text) <= _MOST_DIGITS


def _may_be_secret(text: str) -> bool:
    """A key of ours or its last part, or 32 bytes in base64 or hexadecimal digits: not to be quoted in an error."""
    bare = text.strip().removeprefix("env:").removeprefix("vault:")
    whole, last = _decoded(bare), _decoded(bare.split("+", 2)[-1])
    return (
        bare.startswith("PRIVATE+KEY+")
        or len(whole) == _KEY_BYTES
        or (len(last) == 1 + _KEY_BYTES and last[0] in list(Algorithm))
        or (len(bare) == 2 * _KEY_BYTES and all(letter in string.hexdigits for letter in bare))
    )


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
