"""A schema that a store keeps to itself in a PostgreSQL database, for several processes at once."""

from collections.abc import Awaitable, Callable
from typing import Any, ClassVar, TypeVar

from answerable.adapters.postgres.line import STATEMENT_SECONDS, Connection, Line
from answerable.adapters.postgres.migrations import Steps, migrate
from answerable.adapters.postgres.place import place
from answerable.values.errors import AnswerableError, LedgerError

_T = TypeVar("_T")


class PostgresStore:
    """What the stores beside the ledger have in common. What the server can't do is raised as `_error`."""

    _steps: ClassVar[Steps]
    _kept: ClassVar[str]
    """What it holds, for messages: 'the store of grants'."""
    _error: ClassVar[type[AnswerableError]]

    def __init__(self, dsn: str, *, seconds: float = STATEMENT_SECONDS) -> None:
        """Open or create. `seconds` is how long the server may take for an answer.

        Raises SettingsError, and the store's own error where the database can't be used.
        """
        self._line = Line(place(dsn), seconds=seconds)
        self.name = self._line.name
        try:
            migrate(self._line, self._steps)
        except LedgerError as error:
            self._line.close()
            raise self._error(str(error)) from error

    def problem(self) -> str:
        """What stands in the way of writing; empty where nothing does."""
        try:
            [row] = self._rows("SELECT pg_is_in_recovery() AS standby")
        except self._error as error:
            return str(error)
        return f"{self._kept} at '{self.name}' is a standby" if row["standby"] else ""

    def close(self) -> None:
        """Hang up. What is asked afterwards raises."""
        self._line.close()

    def _rows(self, query: str, *values: Any) -> list[Any]:
        return self._run(lambda db: db.fetch(query, *values))

    def _count(self, query: str, *values: Any) -> int:
        """How many rows a statement was about."""
        return counted(self._run(lambda db: db.execute(query, *values)))

    def _run(self, work: Callable[[Connection], Awaitable[_T]]) -> _T:
        try:
            return self._line.run(work)
        except LedgerError as error:
            raise self._error(str(error)) from error


def counted(tag: str) -> int:
    """How many rows a statement was about, by its tag: `INSERT 0 3`."""
    return int(tag.rpartition(" ")[2])
