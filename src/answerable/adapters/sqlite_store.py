"""A SQLite file that a store keeps to itself: opened once, used by one thread at a time, and by other processes too.

A new file is its owner's alone to read before anything is in it, and SQLite gives its write-ahead log the same mode.
One that is there keeps the mode that it has.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from answerable.adapters.durable_files import write_once
from answerable.adapters.sqlite_errors import what
from answerable.adapters.sqlite_files import open_file
from answerable.values.errors import AnswerableError, LedgerUnavailable


class SqliteStore:
    """Commits are durable when they return (`open_file`). Everything that goes wrong is raised as `error`."""

    def __init__(
        self,
        path: Path | str,
        schema: str,
        version: int,
        kept: str,
        error: type[AnswerableError],
        *,
        overwrite: bool = False,
    ) -> None:
        """Open or create; `kept` is what the file holds, for messages.

        With `overwrite` what is deleted is not left in free pages (`secure_delete`).
        """
        self.path = str(path)
        self._kept, self._error = kept, error
        self._door = threading.Lock()
        try:
            _create(self.path)
            self.db = open_file(self.path, create=True, kept=kept)
        except OSError as unavailable:
            raise error(f"{kept} at '{path}' can't be opened: {unavailable.strerror}") from unavailable
        except LedgerUnavailable as unavailable:
            raise error(str(unavailable)) from unavailable
        self._place = _place(self.path)
        with self.using():
            if overwrite:
                self.db.execute("PRAGMA secure_delete = ON").fetchall()
            found = self.db.execute("PRAGMA user_version").fetchall()[0][0]
            if found not in (0, version):
                raise error(f"'{path}' is {kept} of format {found}; this program knows format {version}")
            if found == 0:
                with self.writing():
                    self.db.execute(schema + f"PRAGMA user_version = {version};")

    def problem(self) -> str:
        """What stands in the way of writing; empty where nothing does."""
        try:
            with self.using(), self.writing():
                return ""
        except self._error as error:
            return str(error)

    def empty_log(self) -> None:
        """Empty the write-ahead log, which still has what was deleted. Where somebody reads just now: the next time."""
        with self.using():
            self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def close(self) -> None:
        """Let go. What is asked afterwards raises."""
        with self._door:
            self.db.close()

    @contextmanager
    def using(self) -> Iterator[None]:
        """Work on the file, one thread at a time."""
        with self._door:
            self._check_place()
            try:
                yield
            except (apsw.Error, UnicodeDecodeError) as error:  # a damaged text may be no UTF-8
                raise self._error(f"{self._kept} at '{self.path}' can't be used: {what(error)}") from error

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction that holds the write lock from its beginning: what it reads stays so until it commits."""
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.db.execute("COMMIT")
        except BaseException:
            if self.db.in_transaction:
                self.db.execute("ROLLBACK")
            raise
        self._check_place()

    def _check_place(self) -> None:
        """Raises where the name no longer stands for the file that is open: nobody else would find what is written."""
        if _place(self.path) != self._place:
            raise self._error(
                f"the file of {self._kept} is gone from '{self.path}' or another one was put there; nothing is "
                "believed of it until it is back"
            )


def _create(path: str) -> None:
    """Make an empty file with its mode, unless there is one. Raises OSError."""
    if path == ":memory:" or Path(path).exists():  # not a file to SQLite; it is refused
        return
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    # Under its name once it has its mode, and closed by then: closing a file that SQLite has open here
    # would let go of SQLite's locks. A crash after it leaves an empty file, which is an empty database.
    write_once(Path(path), b"", 0o600)


def _place(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)  # noqa: PTH116 – at every use, and half the price
    except OSError:
        return None
    return found.st_dev, found.st_ino
