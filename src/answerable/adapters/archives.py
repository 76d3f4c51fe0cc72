"""Named files as one zip: the same files make the same bytes, whenever and wherever."""

import io
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

_BEGINNING = (1980, 1, 1, 0, 0, 0)


def packed(files: Mapping[str, bytes]) -> bytes:
    """The files as one zip."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name in sorted(files):
            made.writestr(zipfile.ZipInfo(name, _BEGINNING), files[name], zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def unpacked(file: Path, most_bytes: int) -> dict[str, bytes]:
    """The files in a zip; their names are never used as paths. Folders in it are passed over.

    Raises OSError where it can't be read, and ValueError, saying why, where it is no such zip,
    holds a name twice or more than `most_bytes` unpacked.
    """
    try:
        with zipfile.ZipFile(file) as found:
            entries = [one for one in found.infolist() if not one.is_dir()]
            if len({one.filename for one in entries}) != len(entries):
                raise ValueError("it holds a name twice")
            if sum(one.file_size for one in entries) > most_bytes:
                raise ValueError(f"it unpacks to more than {most_bytes} bytes")
            return {one.filename: found.read(one) for one in entries}
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError) as error:
        raise ValueError(str(error)) from error
