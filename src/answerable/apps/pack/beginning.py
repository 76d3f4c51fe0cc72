"""`answerable pack init`: a small pack that works at once, every file commented, to be made one's own."""

from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from answerable.values.errors import BundleError


def write_starter(folder: Path) -> list[Path]:
    """Write the starter pack; returns its files. Raises BundleError where anything is in the folder already."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BundleError(f"'{folder}' is not empty, and nothing is ever overwritten; name a new folder")
    try:
        return list(_copied(resources.files("answerable.apps.pack") / "starter", folder))
    except OSError as error:
        raise BundleError(f"the pack can't be written to '{folder}': {error.strerror}") from error


def _copied(source: Traversable, target: Path) -> list[Path]:
    target.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for item in sorted(source.iterdir(), key=lambda one: one.name):
        place = target / item.name
        if item.is_dir():
            written += _copied(item, place)
        elif item.name.endswith((".yaml", ".cedar")):
            place.write_bytes(item.read_bytes())
            written.append(place)
    return written
