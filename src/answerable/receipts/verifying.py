"""Check entries against each other: order, links, hashes, private parts."""

from collections.abc import Iterable

import msgspec

from answerable.ledger import GENESIS, commits_to, commits_to_whole, leaf_hash
from answerable.receipts.canonical import joined
from answerable.receipts.format import Entry, decode, kind_of
from answerable.receipts.rows import Opened, Stored
from answerable.values.errors import LedgerBroken

__all__ = ["ChainCheck", "check_before", "check_filed", "check_private", "decode", "private_fields"]

_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])


class ChainCheck:
    """Walks the ledger, from its first entry unless told where it stands. Feed rows in the order of `seq`.

    1. The numbers run on without a gap.
    2. The bytes hash to the leaf kept beside them.
    3. The entry is in a format that is known, and says the number it stands at.
    4. It names the leaf of the entry before it, and an earlier entry as the one before it of its trace.
    5. Its private part, where it is still there, is the one it commits to.
    """

    def __init__(self, count: int = 0, head: str = GENESIS) -> None:
        self.count = count
        self.head = head

    def feed(self, rows: Iterable[Opened]) -> None:
        """Check the next rows. Raises LedgerBroken, naming the first entry that fails."""
        for row in rows:
            self.next(row)

    def next(self, row: Opened) -> Entry:
        """Check one row and return its entry. Raises LedgerBroken, naming the entry."""
        if row.seq != self.count:
            raise LedgerBroken(f"entry {self.count} is missing: the next one is numbered {row.seq}")
        if leaf_hash(row.entry) != row.leaf:
            raise LedgerBroken(f"entry {row.seq} was changed: its bytes don't match its hash")
        found = decode(row.entry, row.seq)
        self._check(found, row)
        self.head = row.leaf
        self.count += 1
        return found

    def _check(self, entry: Entry, row: Opened) -> None:
        seq = row.seq
        if entry.seq != seq:
            raise LedgerBroken(f"entry {seq} says it is number {entry.seq}")
        if entry.prev != self.head:
            raise LedgerBroken(f"entry {seq} does not follow the one before it")
        if entry.before is not None and not 0 <= entry.before < seq:
            raise LedgerBroken(f"entry {seq} names entry {entry.before} as the one before it of its trace")
        if row.private is None:
            return
        check_private(entry, row.salt, row.private)


def check_private(entry: Entry, salt: bytes | None, private: bytes) -> None:
    """Is that the private part that the entry commits to? Raises LedgerBroken naming the entry."""
    if entry.private is not None and salt is not None:
        if entry.v == 1:
            holds = commits_to_whole(entry.private, salt, private)
        else:
            holds = commits_to(entry.private, salt, private_fields(private, entry.seq))
        if holds:
            return
    raise LedgerBroken(f"entry {entry.seq}: its private part is not the one it was written with")


def private_fields(private: bytes, seq: int) -> dict[str, bytes]:
    """A private part's fields, each as the JSON it was written in. Raises LedgerBroken naming entry `seq`."""
    try:
        fields = {name: bytes(value) for name, value in _fields.decode(private).items()}
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise LedgerBroken(f"entry {seq}: its private part is not the one it was written with") from error
    if (
        joined(fields) != private
    ):  # a name twice, or space between: fields that another reader would read otherwise
        raise LedgerBroken(f"entry {seq}: its private part is not the one it was written with")
    return fields


def check_before(entry: Entry, previous: int | None) -> None:
    """Does an entry name the last one of its trace, `previous`? Raises LedgerBroken."""
    if entry.v > 1 and entry.before != previous:
        raise LedgerBroken(
            f"entry {entry.seq} names {_entry(entry.before)} as the one before it of its trace, and it is "
            f"{_entry(previous)}"
        )


def check_filed(entry: Entry, row: Stored) -> None:
    """Is the row kept under what its entry says? What stands beside the hash is what entries are found by.

    Raises LedgerBroken: a row filed elsewhere would be as good as deleted.
    """
    if (entry.trace, kind_of(entry.body)) != (row.trace, row.kind):
        raise LedgerBroken(f"entry {row.seq} is not filed under its own trace and kind")
    if entry.v > 1 and entry.key != row.key:
        raise LedgerBroken(f"entry {row.seq} is not kept with the key that it names")
    if row.sealed is not None and (row.key is None or entry.private is None):
        raise LedgerBroken(
            f"entry {row.seq}: its private part is not the one it was written with: it had none"
        )


def _entry(seq: int | None) -> str:
    return "none" if seq is None else f"entry {seq}"
