"""The tree as the RFC defines it, by recursion over the entries themselves: slow, short, and ours to compare with."""

import hashlib
from collections.abc import Sequence

from answerable.ledger.merkle import Node, leaf_node


def naive_root(entries: Sequence[bytes]) -> bytes:
    """MTH of RFC 9162 section 2.1.1."""
    if not entries:
        return hashlib.sha256(b"").digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\x00" + entries[0]).digest()
    cut = 1
    while cut * 2 < len(entries):
        cut *= 2
    return hashlib.sha256(b"\x01" + naive_root(entries[:cut]) + naive_root(entries[cut:])).digest()


class NaiveHashes:
    """The hashes of complete subtrees, computed from the entries each time."""

    def __init__(self, entries: Sequence[bytes]) -> None:
        self.entries = entries
        self.asked: list[Node] = []

    def read(self, nodes: Sequence[Node]) -> list[bytes]:
        self.asked += nodes
        found = []
        for level, index in nodes:
            part = self.entries[index << level : (index + 1) << level]
            assert len(part) == 1 << level, "only complete subtrees are kept"
            found.append(naive_root(part))
        return found


def entries_of(count: int) -> list[bytes]:
    return [f"entry {at}".encode() for at in range(count)]


def leaves_of(count: int) -> list[bytes]:
    return [leaf_node(entry) for entry in entries_of(count)]
