"""Read a bundle's files: the built-in ones, or a folder's."""

from importlib import resources
from pathlib import Path

import yaml

from answerable.adapters.archives import unpacked
from answerable.decisions import Bundle, parse
from answerable.decisions.bundle import FOLDER, MANIFEST, SCHEMA
from answerable.decisions.policies import POLICIES, WORDING
from answerable.values.errors import BundleError

SAYING = FOLDER + "saying.cedar"
"""A bundle's policies for lines, where they are not the pack's own."""

_KINDS = frozenset({".cedar", ".cedarschema", ".yaml"})


_MOST_BYTES = 16 * 1024 * 1024


def built_in() -> Bundle:
    """The bundle that ships with the package."""
    folder = resources.files("answerable.decisions") / "default"
    return parse({item.name: item.read_bytes() for item in folder.iterdir() if item.is_file()})


def from_folder(folder: Path) -> Bundle:
    """The bundle that a pack's folder makes. Raises BundleError where the folder can't be read."""
    return parse(pack_files(folder))


def shipped_pack(name: str) -> Path:
    """The folder of a pack that comes with the package. Raises BundleError where there is none of that name."""
    package = Path(str(resources.files("answerable")))
    for folder in (package / "packs" / name, package.parents[1] / "packs" / name):
        if (folder / MANIFEST).is_file():
            return folder
    raise BundleError(f"no pack '{name}' came with this installation; install the whole package")


def pack_files(folder: Path) -> dict[str, bytes]:
    """The files of the bundle that a pack makes, by their names in it.

    The built-in schema, and the built-in policies and wording for lines, are part of
    every bundle that does not bring its own: what is in force is in the digest.
    Raises BundleError where the folder can't be read.
    """
    if folder.is_file():
        return _archived(folder)
    if not folder.is_dir():
        raise BundleError(f"the bundle folder '{folder}' can't be read: there is no such folder")
    try:
        found = {
            item.relative_to(folder).as_posix(): item.read_bytes()
            for item in sorted(folder.rglob("*"))
            if item.is_file() and item.suffix in _KINDS and "tests" not in item.relative_to(folder).parts
        }
    except OSError as error:
        raise BundleError(f"the bundle folder '{folder}' can't be read: {error.strerror}") from error
    if not found:
        raise BundleError(f"the folder '{folder}' holds no pack; name a folder with a {MANIFEST}")
    own = resources.files("answerable.decisions") / "default"
    found.setdefault(SCHEMA, (own / SCHEMA).read_bytes())
    found.setdefault(WORDING, (own / WORDING).read_bytes())
    found.setdefault(POLICIES, b"")
    if SAYING not in found and b'Action::"say"' not in found[POLICIES]:
        found[SAYING] = (own / POLICIES).read_bytes()
        found[WORDING] = _with_words(found[WORDING], (own / WORDING).read_bytes())
    return found


def _with_words(wording: bytes, built_in_words: bytes) -> bytes:
    """A pack's wording, and the built-in words for whatever built-in policy it has none for."""
    try:
        has = yaml.safe_load(wording)
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError):
        return wording  # what is wrong with it is said where it is parsed
    missing = [
        line
        for line in built_in_words.splitlines(keepends=True)
        if not line.startswith(b"#") and isinstance(has, dict) and line.partition(b":")[0].decode() not in has
    ]
    return wording if not missing else wording.rstrip(b"\n") + b"\n" + b"".join(missing)


def _archived(file: Path) -> dict[str, bytes]:
    """The files of a built bundle. Raises BundleError."""
    try:
        return unpacked(file, _MOST_BYTES)
    except (OSError, ValueError) as error:
        raise BundleError(f"'{file}' is no bundle that 'answerable pack build' made: {error}") from error
