"""Where a ledger keeps its entries: rows in order, nothing said of them before they are durable.

Implementations are synchronous, and held to one suite: tests/ports/test_entry_store.py.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

from answerable.receipts import Head, Stored
from answerable.values.errors import LedgerUnavailable


class NumberTaken(LedgerUnavailable):
    """Another writer has written an entry of that number meanwhile. Nothing of ours was written."""


class KeyGone(LedgerUnavailable):
    """A key that rows are sealed under was destroyed meanwhile. Nothing of ours was written."""


class Placed(NamedTuple):
    """A row, and the number of the one before it of the same trace."""

    row: Stored
    before: int | None


class EntryStore(Protocol):
    """Several may write to one place, in one process or in many: a number is taken once.

    `head`, `last_of`, `insert` and `give_way` are called by one thread; the others by any.
    """

    name: str
    """What messages call it: a file, or a database without its password."""

    @property
    def crowded(self) -> bool:
        """Others have written here a moment ago: `head` is to be asked before every `insert`, which follows at once."""

    def head(self) -> Head:
        """Where the next entry goes, as it is durable now. Raises LedgerUnavailable, LedgerBroken."""

    def last_of(self, traces: Collection[str]) -> Mapping[str, int]:
        """The number of the last entry of each of these traces that has one."""

    def insert(self, rows: Sequence[Stored]) -> None:
        """Make rows durable, all or none. The first has the number that `head` gave.

        Raises NumberTaken, KeyGone, LedgerUnavailable. After the last it is not known whether the rows
        are there: read `head` again.
        """

    def give_way(self) -> None:
        """Nothing comes of the last `head`, or nothing more: others may write. Raises LedgerUnavailable."""

    def of_trace(self, trace: str) -> list[Stored]:
        """In order. Raises LedgerUnavailable, LedgerBroken."""

    def exchanges(self, limit: int) -> list[str]:
        """The traces of the last exchanges, newest first."""

    def of_kind(self, kind: int, first: int = 0) -> list[Stored]:
        """Every entry of a kind of which there are few, in order, from number `first` on."""

    def at(self, numbers: Collection[int]) -> list[Stored]:
        """The entries of these numbers, in order, as far as they are there."""

    def walk(self, first: int = 0) -> Iterator[Placed]:
        """Every entry from number `first`, in order, as they stand when the walk begins; memory stays flat."""

    def problem(self) -> str:
        """What stands in the way of writing, as far as a look can tell; empty where nothing does."""

    def close(self) -> None:
        """Let go. What is read or written afterwards raises LedgerUnavailable."""
