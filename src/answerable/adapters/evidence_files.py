"""Evidence as one file: a zip of few named files, the same bytes for the same content."""

import io
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

from answerable.receipts.evidence import NAMES
from answerable.values.errors import LedgerBroken, LedgerUnavailable

_MOST_BYTES = 1024 * 1024 * 1024
_BEGINNING = (1980, 1, 1, 0, 0, 0)


def evidence_archive(files: Mapping[str, bytes]) -> bytes:
    """The files as one zip."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name in NAMES:
            made.writestr(zipfile.ZipInfo(name, _BEGINNING), files[name], zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def read_evidence(path: Path) -> dict[str, bytes]:
    """The files in it. Raises LedgerUnavailable where it can't be read, LedgerBroken where it is no evidence."""
    try:
        with zipfile.ZipFile(path) as found:
            entries = found.infolist()
            names = [one.filename for one in entries]
            if len(names) > len(NAMES) or len(set(names)) != len(names):
                raise LedgerBroken(f"'{path}' is no evidence: it holds {len(names)} files")
            if sum(one.file_size for one in entries) > _MOST_BYTES:
                raise LedgerBroken(
                    f"'{path}' unpacks to more than {_MOST_BYTES} bytes, which no evidence does"
                )
            return {one.filename: found.read(one) for one in entries}
    except OSError as error:
        raise LedgerUnavailable(f"'{path}' can't be read: {error.strerror or error}") from error
    except (zipfile.BadZipFile, zlib.error, ValueError, RuntimeError, NotImplementedError, EOFError) as error:
        raise LedgerBroken(
            f"'{path}' is no evidence that 'answerable ledger export' made: {error}"
        ) from error
