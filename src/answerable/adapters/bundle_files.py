"""Read a bundle's files: the built-in ones, or a folder's."""

from importlib import resources
from pathlib import Path

from answerable.decisions import Bundle, parse
from answerable.values.errors import BundleError


def built_in() -> Bundle:
    """The bundle that ships with the package."""
    folder = resources.files("answerable.decisions") / "default"
    return parse({item.name: item.read_bytes() for item in folder.iterdir() if item.is_file()})


def from_folder(folder: Path) -> Bundle:
    """The bundle in a folder. Raises BundleError where the folder can't be read."""
    try:
        files = {item.name: item.read_bytes() for item in folder.iterdir() if item.is_file()}
    except OSError as error:
        raise BundleError(f"the bundle folder '{folder}' can't be read: {error.strerror}") from error
    return parse(files)
