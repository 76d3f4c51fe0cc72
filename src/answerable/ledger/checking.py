"""Hold entries against checkpoints, while somebody walks over them."""

import hmac
from collections.abc import Iterable

from answerable.ledger.checkpoint import Checkpoint
from answerable.ledger.merkle import Frontier
from answerable.values.errors import LedgerBroken


class TreeCheck:
    """Builds the tree again from the leaves, and compares its root with every checkpoint on the way.

    A chain alone can't know its own length; a checkpoint kept elsewhere does.
    """

    def __init__(self, checkpoints: Iterable[Checkpoint]) -> None:
        self._frontier = Frontier()
        self._due: dict[int, list[Checkpoint]] = {}
        for one in checkpoints:
            self._due.setdefault(one.size, []).append(one)
        self._compare()

    def next(self, leaf: bytes) -> None:
        """Take the next leaf hash, 32 bytes. Raises LedgerBroken where a checkpoint says otherwise."""
        self._frontier.append(leaf)
        self._compare()

    def end(self) -> None:
        """There are no more. Raises LedgerBroken where a checkpoint counts more."""
        if self._due:
            counted = max(self._due)
            raise LedgerBroken(
                f"a checkpoint counts {counted} entries, and {self._frontier.size} are there: "
                f"entry {self._frontier.size} and what follows was cut off"
            )

    def _compare(self) -> None:
        size = self._frontier.size
        for one in self._due.pop(size, ()):
            if not hmac.compare_digest(one.root, self._frontier.root()):
                raise LedgerBroken(
                    f"the first {size} entries are not those that the checkpoint of '{one.origin}' counts: "
                    "they were rewritten, or the checkpoint is of another ledger"
                )
