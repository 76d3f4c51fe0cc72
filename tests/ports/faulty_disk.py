"""A disk that fails when it is told to, under SQLite itself: a VFS whose files can be full or read-only."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import apsw

FULL, READ_ONLY, BROKEN = apsw.SQLITE_FULL, apsw.SQLITE_READONLY, apsw.SQLITE_IOERR


class FaultyDisk(apsw.VFS):
    """While `fault` is set, every write and sync of a file whose name has `only` in it fails with it."""

    def __init__(self, only: str = "") -> None:
        self.fault: int | None = None
        self.only = only
        super().__init__("faulty", "unix", makedefault=True)

    def xOpen(self, name: Any, flags: list[int]) -> "_File":  # noqa: N802 – SQLite's name
        return _File(self, name, flags)


class _File(apsw.VFSFile):
    def __init__(self, disk: FaultyDisk, name: Any, flags: list[int]) -> None:
        self._disk = disk
        self._name = name.filename() if isinstance(name, apsw.URIFilename) else str(name)
        super().__init__("unix", name, flags)

    def _fail(self) -> None:
        disk = self._disk
        if disk.fault is not None and disk.only in self._name:
            raise apsw.exception_for(disk.fault)

    def xWrite(self, data: Any, offset: int) -> None:  # noqa: N802
        self._fail()
        super().xWrite(data, offset)

    def xSync(self, flags: int) -> None:  # noqa: N802
        self._fail()
        super().xSync(flags)


@contextmanager
def faulty_disk(only: str = "") -> Iterator[FaultyDisk]:
    """Every SQLite file that is opened meanwhile lies on it."""
    before = apsw.vfs_names()[0]
    disk = FaultyDisk(only)
    try:
        yield disk
    finally:
        apsw.VFS.unregister(disk)
        assert apsw.vfs_names()[0] == before
