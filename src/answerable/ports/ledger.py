"""The durable record."""

from collections.abc import Sequence
from typing import Protocol

from answerable.ledger.checkpoint import Checkpoint
from answerable.receipts import Draft, Opened
from answerable.values import TraceId


class Ledger(Protocol):
    """Append-only. Implementations are held to one suite: tests/ports/test_ledger.py."""

    async def append(self, drafts: Sequence[Draft]) -> list[str]:
        """Make the drafts durable, in this order and all or none; their leaf hashes, once they are.

        After an append has failed, entries of the same trace must not be taken for
        complete: callers show nothing more of it. Raises LedgerUnavailable.
        """

    async def trace(self, trace: TraceId) -> list[Opened]:
        """Every entry of a trace, in order; an empty list where there is none."""

    async def traces(self, limit: int) -> list[TraceId]:
        """The latest traces, newest first."""

    async def verify(self, checkpoints: Sequence[Checkpoint] = ()) -> int:
        """Check every link, hash and private part, and that the entries are those that each checkpoint counts.

        Returns the number of entries. Raises LedgerBroken.
        """

    async def ready(self) -> str:
        """Why nothing can be appended now, in words for an operator; empty where it can."""

    async def close(self) -> None:
        """Finish what was handed over, then let go."""
