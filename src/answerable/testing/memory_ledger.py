"""A ledger that forgets everything at exit. For tests and for trying the gate in a notebook."""

import secrets
import threading
from collections.abc import Callable, Sequence

from answerable.ledger import GENESIS
from answerable.ledger.checking import TreeCheck
from answerable.ledger.checkpoint import Checkpoint
from answerable.ports import Sealed
from answerable.receipts import Draft, seal
from answerable.receipts.verifying import ChainCheck, decode
from answerable.values import TraceId
from answerable.values.errors import LedgerUnavailable


class MemoryLedger:
    """Keeps entries in a list. `on_append` may raise, before or after the entries are kept."""

    def __init__(self, on_append: Callable[[str], None] | None = None) -> None:
        self.rows: list[Sealed] = []
        self._on_append = on_append or (lambda _when: None)
        self._closed = False
        self._door = threading.Lock()

    async def append(self, drafts: Sequence[Draft]) -> None:
        if self._closed:
            raise LedgerUnavailable("the ledger is closed")
        try:
            self._on_append("before")
            with self._door:
                rows: list[Sealed] = []
                prev = self.rows[-1].leaf if self.rows else GENESIS
                for seq, draft in enumerate(drafts, start=len(self.rows)):
                    salt = secrets.token_bytes(16)
                    entry, prev, private = seal(draft, seq, prev, salt)
                    rows.append(Sealed(seq, entry, prev, salt if private is not None else None, private))
                self.rows += rows
            self._on_append("after")
        except LedgerUnavailable:
            raise
        except Exception as error:
            raise LedgerUnavailable(f"the ledger could not be written: {error}") from error

    async def trace(self, trace: TraceId) -> list[Sealed]:
        return [row for row in self.rows if decode(row.entry, row.seq).trace == trace]

    async def traces(self, limit: int) -> list[TraceId]:
        entries = (decode(row.entry, row.seq) for row in reversed(self.rows))
        found = [TraceId(e.trace) for e in entries if type(e.body).__name__ == "ExchangeBody"]
        return found[:limit]

    async def verify(self, checkpoints: Sequence[Checkpoint] = ()) -> int:
        check, tree = ChainCheck(), TreeCheck(checkpoints)
        for row in self.rows:
            check.next(row)
            tree.next(bytes.fromhex(row.leaf))
        tree.end()
        return check.count

    async def close(self) -> None:
        self._closed = True
