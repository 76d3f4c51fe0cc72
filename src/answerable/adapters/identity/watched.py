"""Keys in files of this machine, read again when they change: so a key is revoked by taking it out.

A file that can't be read, or is no set of keys any more, leaves nobody trusted until it is mended:
keeping what was there before might keep just the key that somebody meant to take out.
"""

import logging
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Generic, TypeVar

from answerable.identity.keys import MOST_SET_BYTES
from answerable.values.errors import IdentityError

_LOG = logging.getLogger("answerable.identity")
_UNSETTLED_NS = 2_000_000_000
T = TypeVar("T")

_Stamp = tuple[tuple[str, int, int, int], ...]


class Watched(Generic[T]):
    """A file, or the `*.json` files of a folder, parsed when they change.

    `parse` takes their bytes by name (without `.json`) and raises IdentityError; `nothing` is what
    there is while they can't be used.
    """

    def __init__(self, path: Path, parse: Callable[[Mapping[str, bytes]], T], nothing: T) -> None:
        """Raises IdentityError where they can't be used from the start."""
        self._path, self._parse, self._nothing = path, parse, nothing
        self.problem = ""
        self._files: Mapping[str, bytes] = {}
        self._stamp: _Stamp = ()
        self._settled = False
        self._value = nothing
        self._read()

    def current(self) -> T:
        """What the files hold now."""
        try:
            if not self._settled or self._stamped() != self._stamp:
                self._read()
        except IdentityError as error:
            if self.problem != str(error):
                _LOG.error("nobody is trusted by '%s' until it is mended: %s", self._path, error)
            self.problem, self._value, self._files, self._settled = str(error), self._nothing, {}, False
        return self._value

    async def hurry(self) -> bool:
        """They are looked at each time anyway."""
        return False

    async def run(self) -> None:
        """Nothing is to be done between two looks."""

    def _read(self) -> None:
        started = time.time_ns()
        stamp = self._stamped()
        files = {Path(name).name.removesuffix(".json"): self._bytes(name) for name, *_ in stamp}
        # A file can be written twice within a tick of its clock; then its time does not tell that it changed.
        settled = all(started - changed > _UNSETTLED_NS for _, changed, _, _ in stamp)
        if files != self._files or self.problem:
            self._value = self._parse(files)
            if self._files or self.problem:
                _LOG.warning("the keys in '%s' were read again", self._path)
        self.problem, self._files, self._stamp, self._settled = "", files, stamp, settled

    def _stamped(self) -> _Stamp:
        try:
            paths = [self._path]
            if self._path.is_dir():
                paths = sorted(one for one in self._path.glob("*.json") if not one.name.startswith("."))
            found = [(one, one.stat()) for one in paths]
        except OSError as error:
            raise IdentityError(f"'{self._path}' can't be read: {error.strerror}") from error
        if not found:
            raise IdentityError(f"the folder '{self._path}' has no .json file with keys in it")
        return tuple((str(one), stat.st_mtime_ns, stat.st_size, stat.st_ino) for one, stat in found)

    def _bytes(self, name: str) -> bytes:
        try:
            with Path(name).open("rb") as file:
                return file.read(MOST_SET_BYTES + 1)
        except OSError as error:
            raise IdentityError(f"'{name}' can't be read: {error.strerror}") from error
