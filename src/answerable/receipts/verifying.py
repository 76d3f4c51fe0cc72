"""Check sealed entries against each other: order, links, hashes, private parts."""

from collections.abc import Iterable

import msgspec

from answerable.ledger import GENESIS, commits_to, leaf_hash
from answerable.receipts.entries import FORMAT, Entry
from answerable.values.errors import LedgerBroken

_decoder = msgspec.json.Decoder(Entry)

Row = tuple[int, bytes, str, bytes | None, bytes | None]
"""seq, entry, leaf, salt, private: as the ledger's tables hold them."""


class ChainCheck:
    """Walks the ledger, from its first entry unless told where it stands. Feed rows in the order of `seq`.

    1. The numbers run on without a gap.
    2. The bytes hash to the leaf kept beside them.
    3. The entry is in the format, and says the number it stands at.
    4. It names the leaf of the entry before it.
    5. Its private part, where it is still there, is the one it commits to.
    """

    def __init__(self, count: int = 0, head: str = GENESIS) -> None:
        self.count = count
        self.head = head

    def feed(self, rows: Iterable[Row]) -> None:
        """Check the next rows. Raises LedgerBroken, naming the first entry that fails."""
        for row in rows:
            self.next(row)

    def next(self, row: Row) -> Entry:
        """Check one row and return its entry. Raises LedgerBroken, naming the entry."""
        seq, entry, leaf, salt, private = row
        if seq != self.count:
            raise LedgerBroken(f"entry {self.count} is missing: the next one is numbered {seq}")
        if leaf_hash(entry) != leaf:
            raise LedgerBroken(f"entry {seq} was changed: its bytes don't match its hash")
        found = decode(entry, seq)
        self._check(found, seq, salt, private)
        self.head = leaf
        self.count += 1
        return found

    def _check(self, entry: Entry, seq: int, salt: bytes | None, private: bytes | None) -> None:
        if entry.v != FORMAT:
            raise LedgerBroken(f"entry {seq} is of format {entry.v}; this program knows format {FORMAT}")
        if entry.seq != seq:
            raise LedgerBroken(f"entry {seq} says it is number {entry.seq}")
        if entry.prev != self.head:
            raise LedgerBroken(f"entry {seq} does not follow the one before it")
        if private is None:
            return
        if entry.private is None or salt is None or not commits_to(entry.private, salt, private):
            raise LedgerBroken(f"entry {seq}: its private part is not the one it was written with")


def decode(entry: bytes, seq: int) -> Entry:
    """Read an entry back. Raises LedgerBroken where the bytes are not an entry of ours."""
    try:
        return _decoder.decode(entry)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise LedgerBroken(f"entry {seq} can't be read: {error}") from error
