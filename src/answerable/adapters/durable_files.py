"""Files that are whole or not there, also after a crash."""

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from answerable.values.errors import SettingsError


def write_new(path: Path, content: bytes, mode: int = 0o644) -> None:
    """Write a file that must not be there yet. Raises SettingsError."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(handle, "wb") as file:
            # A crash here leaves a file cut short; reading it says so, and it can be removed.
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        # A crash here may leave a file without its name, as if it had never been written.
        sync(path.parent)
    except FileExistsError:
        raise SettingsError(f"'{path}' is there already, and is not overwritten; name another file") from None
    except OSError as error:
        raise SettingsError(f"'{path}' can't be written: {error.strerror}; name another file") from error


def write_once(path: Path, content: bytes, mode: int) -> None:
    """Write a file that is whole as soon as it is there, unless there is one: then that one stays. Raises OSError."""
    half = path.with_name(f"{path.name}.{secrets.token_hex(4)}.half")
    handle = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        # A crash before this leaves half a file under another name, which nobody reads.
        with suppress(FileExistsError):
            os.link(half, path)
    finally:
        half.unlink(missing_ok=True)
    sync(path.parent)


def write_over(path: Path, content: bytes, mode: int | None = None) -> None:
    """Write a file in the place of the one that may be there. Raises OSError."""
    half = path.with_name(path.name + ".half")
    with half.open("wb") as file:
        if mode is not None:
            os.fchmod(file.fileno(), mode)  # before there is anything in it to read
        file.write(content)
    sync(half)
    # A crash before this leaves the file as it was, or none; after it, the whole new one.
    half.replace(path)
    sync(path.parent)


def sync(path: Path) -> None:
    """Make a file's content, or a folder's names, durable. Raises OSError."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class NewFile:
    """A file that must not be there yet, to be written as a stream; gone again where that fails.

    Enter it for the stream. Raises SettingsError where it can't be made.
    """

    def __init__(self, path: Path, mode: int = 0o600) -> None:
        self._path, self._mode = path, mode

    def __enter__(self) -> BinaryIO:
        try:
            handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, self._mode)
        except FileExistsError:
            raise SettingsError(
                f"'{self._path}' is there already, and is not overwritten; name another file"
            ) from None
        except OSError as error:
            raise SettingsError(
                f"'{self._path}' can't be written: {error.strerror}; name another file"
            ) from error
        self._file = os.fdopen(handle, "wb")
        return self._file

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        with self._file:
            if kind is None:
                # A crash before this leaves a file without its end; whoever reads it says so.
                self._file.flush()
                os.fsync(self._file.fileno())
        if kind is not None:
            self._path.unlink(missing_ok=True)
