"""The tree as the RFC defines it, by recursion over the entries themselves: slow, short, and ours to compare with."""

import hashlib
from collections.abc import Sequence

from answerable.ledger.merkle import HASH_BYTES, Frontier, Node, leaf_node
from answerable.ledger.tiles import HEIGHT, WIDTH, Tile, TileHashes


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


class Tiles:
    """Every tile of a log in memory, as it would be served."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self._tiles: dict[tuple[int, int], bytearray] = {}
        frontier = Frontier()
        for leaf in leaves:
            for node, found in frontier.append(leaf):
                if node.level % HEIGHT == 0:
                    place = node.level // HEIGHT, node.at // WIDTH
                    self._tiles.setdefault(place, bytearray()).extend(found)

    def fetch(self, tile: Tile) -> bytes:
        return bytes(self._tiles[tile.level, tile.at][: tile.width * HASH_BYTES])

    def hashes(self, size: int) -> TileHashes:
        return TileHashes(size, self.fetch)
