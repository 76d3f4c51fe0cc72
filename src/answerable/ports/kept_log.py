"""What is kept of a ledger's log beside its entries: the tree's hashes, and what was signed."""

from collections.abc import Iterator
from typing import Protocol

from answerable.ledger.handover import Handover
from answerable.ledger.log import LogStore
from answerable.signing import Note


class KeptLog(LogStore, Protocol):
    """A `LogStore` with its checkpoints and handovers. For one thread at a time.

    Implementations are held to one suite: tests/ports/test_log_store.py.
    """

    def entries(self, first: int, end: int) -> list[bytes]:
        """The entries' public bytes, which their leaves are the hashes of."""

    def checkpoint(self) -> Note | None:
        """The last signed checkpoint, not checked. Raises LedgerBroken where it is no note."""

    def checkpoints(self) -> Iterator[Note]:
        """All signed checkpoints, smallest first."""

    def keep_checkpoint(self, note: Note, handovers: int = 0) -> None:
        """Keep a checkpoint; where it is kept already, keep whose signatures that one has not.

        `handovers` is how many there were when it was signed: a new one that a key signed which
        was handed over meanwhile is not kept. Raises LedgerUnavailable for that, LedgerBroken
        where another checkpoint of the same size is kept.
        """

    def handovers(self) -> list[Note]:
        """The handovers of the log's key, in order, not checked. Raises LedgerBroken where one is no note."""

    def keep_handover(self, number: int, handover: Handover, note: Note, checkpoint: Note) -> None:
        """Keep a handover, and its checkpoint with the new key's signature, both or none.

        `number` is how many handovers there were before. Raises LedgerUnavailable where another
        was made meanwhile, or the old key has signed for more entries since.
        """

    def name(self, fresh: str) -> str:
        """The log's name, for a key that brings none: as on its checkpoints, else `fresh`, kept from now on."""

    def close(self) -> None: ...
