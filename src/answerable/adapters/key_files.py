"""Keys and signed notes in files. A secret key's file is for its owner's eyes alone."""

from collections.abc import Callable
from pathlib import Path

from answerable.adapters.durable_files import write_new
from answerable.adapters.secret_sources import read_secret_file, secret_made_once
from answerable.decisions import Approvers, parse_approvers
from answerable.signing import Signer, Verifier, signer_from, verifier_from
from answerable.signing.keys import Algorithm
from answerable.signing.notes import MOST_BYTES
from answerable.values.errors import BundleError, SettingsError, SignatureError


def write_secret_key(path: Path, signer: Signer) -> None:
    """Write a new key, readable by its owner only. Raises SettingsError where the file is there already."""
    write_new(path, f"{signer.secret()}\n".encode(), mode=0o600)


def read_secret_key(path: Path) -> Signer:
    """Raises SettingsError where the file can't be read or others can read it, SignatureError where it is no key."""
    return signer_from(read_secret_file(path))


def ledger_key(path: Path, new: Callable[[], Signer]) -> Signer:
    """The key in a file; where there is no such file, a new one is made and kept there. Raises as the others do."""
    # A crash here leaves no key, or one that has signed nothing yet.
    return signer_from(secret_made_once(path, lambda: new().secret()))


def read_witnesses(path: Path) -> list[tuple[str, Verifier]]:
    """Who cosigns: on each line a URL and the witness's public key. Raises SettingsError naming the line."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"the witnesses' file '{path}' can't be read: {error}") from error
    found: list[tuple[str, Verifier]] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        url, _, key = line.strip().partition(" ")
        if not url.startswith(("http://", "https://")):
            raise SettingsError(
                f"'{path}', line {number}: write the witness's URL, a space and its public key"
            )
        try:
            verifier = verifier_from(key.strip())
        except SignatureError as error:
            raise SettingsError(f"'{path}', line {number}: {error}") from error
        if verifier.algorithm is not Algorithm.COSIGNATURE:
            raise SettingsError(
                f"'{path}', line {number}: that is no witness's key; 'answerable key new --witness' makes one"
            )
        found.append((url, verifier))
    return found


def read_approvers(path: Path) -> Approvers:
    """Who may approve bundles, and their keys. Raises SettingsError, BundleError."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"the approvers' file '{path}' can't be read: {error}") from error
    return parse_approvers(text)


def read_note(path: Path) -> bytes:
    """The bytes of a note. Raises BundleError where they can't be read."""
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise BundleError(f"the note '{path}' can't be read: {error.strerror}") from error
