"""An index of a ledger: made from it, kept apart from it, lost without harm and made again.

Nothing that an index says is evidence. It names entries, and whoever asks reads them in the ledger. It holds keyed
hashes, entry numbers, instants and amounts; nobody can read in it what was said, or by whom.

Implementations are synchronous, may be shared by threads, and are held to one suite:
tests/ports/test_ledger_index.py.
"""

from collections.abc import Collection
from typing import NamedTuple, Protocol

from answerable.receipts.indexing import Batch
from answerable.receipts.query import Sought
from answerable.values.errors import LedgerUnavailable


class IndexLost(LedgerUnavailable):
    """The index is damaged. `clear` it and make it again: the ledger is as it was."""


class Position(NamedTuple):
    """How far an index has come, and of which log. All of it is empty in a new one."""

    next: int
    """The number of the entry to index next."""
    leaf: str
    """The leaf hash of the entry before that."""
    log: str
    """`receipts.indexing.log_name`."""


class LedgerIndex(Protocol):
    """Every method raises LedgerUnavailable, and IndexLost where the index is damaged."""

    name: str
    """What messages call it."""

    def position(self) -> Position:
        """As it is kept now; another process may have moved it."""

    def add(self, batch: Batch, log: str) -> bool:
        """Keep a batch and the new position, all or none. False, and nothing is kept, where it stands elsewhere.

        Afterwards nothing of the batch's forgotten keys is left, and nothing under them will be taken again.
        """

    def forget(self, keys: Collection[int]) -> None:
        """Remove what was filed under these keys, from the index's bytes as well. `add` does it for its batch."""

    def clear(self) -> None:
        """Begin again with an empty index, whatever state it is in."""

    def find(
        self, sought: Sought, limit: int, *, start: int | None = None, oldest_first: bool = False
    ) -> list[int]:
        """The numbers of entries that may be meant, newest first: below `start`, or (oldest first) from it on.

        Fewer than `limit` only where there are no more. A few may be wrong; none that is indexed is left out.
        """

    def close(self) -> None: ...
