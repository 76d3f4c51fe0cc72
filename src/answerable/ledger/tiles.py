"""Tiles: the tree cut into files that never change, for anybody to read and cache.

A tile holds up to 256 hashes of one level in eight: tile level 0 the leaves, 1 the nodes over 256
leaves each, and so on. An entry bundle holds the entries under one tile of level 0. Source: C2SP
tlog-tiles.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from answerable.ledger.merkle import HASH_BYTES, Node, inner_node
from answerable.values.errors import LedgerBroken, ProofError

HEIGHT = 8
WIDTH = 1 << HEIGHT
LARGEST_ENTRY = 65_535
"""Bytes: an entry bundle writes the length of an entry in two."""
_MOST_LEVEL = 5  # 256^6 leaves: more than are ever counted
_MOST_INDEX = 1 << 56
_GROUP = 1000  # an index is written in groups of three digits
_DIGITS = 3


class Tile(NamedTuple):
    """A tile by its place; `width` below 256 where its right part is not there yet."""

    level: int
    at: int
    width: int = WIDTH

    def path(self) -> str:
        """`tile/1/x001/067.p/8`: where it is served."""
        return f"tile/{self.level}/{_index_path(self.at)}{_partial(self.width)}"


class EntryBundle(NamedTuple):
    """The entries under a tile of level 0."""

    at: int
    width: int = WIDTH

    def path(self) -> str:
        return f"tile/entries/{_index_path(self.at)}{_partial(self.width)}"


def parse_path(path: str) -> Tile | EntryBundle | None:
    """What a path names; None where it names nothing, or writes an index in a second way."""
    parts = path.split("/")
    if len(parts) < 3 or len(parts) > 12 or parts[0] != "tile":  # noqa: PLR2004 – tile, level, index
        return None
    width = WIDTH
    if len(parts) > 3 and parts[-2].endswith(".p"):  # noqa: PLR2004 – as above, and the width
        width = _number(parts[-1], WIDTH - 1)
        if width < 1:
            return None
        parts = [*parts[:-2], parts[-2].removesuffix(".p")]
    index = _parse_index(parts[2:])
    if index < 0:
        return None
    if parts[1] == "entries":
        return EntryBundle(index, width)
    level = _number(parts[1], _MOST_LEVEL)
    return None if level < 0 else Tile(level, index, width)


def tiles_between(old: int, new: int) -> Iterator[Tile]:
    """The tiles that a log gets, or gets wider, as it grows from `old` to `new` entries, lowest level first."""
    level = 0
    while new >> level * HEIGHT:
        before, after = old >> level * HEIGHT, new >> level * HEIGHT
        for index in range(before // WIDTH, (after + WIDTH - 1) // WIDTH):
            width = min(after - index * WIDTH, WIDTH)
            if index * WIDTH + width > before:
                yield Tile(level, index, width)
        level += 1


def pack_entries(entries: Sequence[bytes]) -> bytes:
    """An entry bundle's bytes. Raises LedgerBroken where an entry is longer than a bundle can say."""
    found = bytearray()
    for entry in entries:
        if len(entry) > LARGEST_ENTRY:
            raise LedgerBroken(
                f"an entry of {len(entry)} bytes is over the {LARGEST_ENTRY} of an entry bundle"
            )
        found += len(entry).to_bytes(2, "big") + entry
    return bytes(found)


def unpack_entries(raw: bytes, count: int) -> list[bytes]:
    """The entries of a bundle. Raises LedgerBroken where it holds other than `count`, or is cut."""
    found: list[bytes] = []
    place = 0
    while place < len(raw) and len(found) <= count:
        length = int.from_bytes(raw[place : place + 2], "big")
        end = place + 2 + length
        if place + 2 > len(raw) or end > len(raw):
            raise LedgerBroken("an entry bundle is cut short")
        found.append(raw[place + 2 : end])
        place = end
    if len(found) != count:
        raise LedgerBroken(f"an entry bundle holds {len(found)} entries and should hold {count}")
    return found


class TileHashes:
    """Reads the hashes of nodes out of tiles; remembers the nodes inside of the last tiles used.

    `fetch` returns a tile's bytes: 32 for each of its `width` hashes. `size` is the tree's:
    of the last tile of a level only that many hashes are there.
    """

    def __init__(self, size: int, fetch: Callable[[Tile], bytes], *, remember: int = 64) -> None:
        self.size = size
        self._fetch = fetch
        self._remember = remember
        self._known: OrderedDict[Tile, list[list[bytes]]] = OrderedDict()

    def read(self, nodes: Sequence[Node]) -> list[bytes]:
        """Raises ProofError where a node is beyond the tree, LedgerBroken where a tile is not of its length."""
        return [self._one(node) for node in nodes]

    def _one(self, node: Node) -> bytes:
        if node.at < 0 or (node.at + 1) << node.level > self.size:
            raise ProofError(f"a log of {self.size} entries has no node {node.at} at level {node.level}")
        level, height = divmod(node.level, HEIGHT)
        first = node.at << height  # the leftmost of the tile level's hashes below the node
        index = first // WIDTH
        width = min((self.size >> level * HEIGHT) - index * WIDTH, WIDTH)
        rows = self._rows(Tile(level, index, width))
        return rows[height][(first % WIDTH) >> height]

    def _rows(self, tile: Tile) -> list[list[bytes]]:
        """A tile's hashes, and above them those of the complete nodes inside of it, row by row."""
        known = self._known.get(tile)
        if known is not None:
            self._known.move_to_end(tile)
            return known
        raw = self._fetch(tile)
        if len(raw) != tile.width * HASH_BYTES:
            raise LedgerBroken(
                f"'{tile.path()}' holds {len(raw)} bytes and should hold {tile.width * HASH_BYTES}"
            )
        row = [raw[at : at + HASH_BYTES] for at in range(0, len(raw), HASH_BYTES)]
        rows = [row]
        while len(row) > 1:
            row = [inner_node(row[at], row[at + 1]) for at in range(0, len(row) - 1, 2)]
            rows.append(row)
        self._known[tile] = rows
        if len(self._known) > self._remember:
            self._known.popitem(last=False)
        return rows


def _index_path(index: int) -> str:
    groups = [f"{index % _GROUP:03}"]
    while index >= _GROUP:
        index //= _GROUP
        groups.append(f"x{index % _GROUP:03}")
    return "/".join(reversed(groups))


def _parse_index(groups: Sequence[str]) -> int:
    """-1 where it is none, or not written as `_index_path` writes it."""
    index = 0
    for at, group in enumerate(groups, start=1):
        digits = group if at == len(groups) else group.removeprefix("x")
        if len(digits) != _DIGITS or not (digits.isascii() and digits.isdigit()):
            return -1
        index = index * _GROUP + int(digits)
    if not groups or index > _MOST_INDEX or _index_path(index) != "/".join(groups):
        return -1
    return index


def _number(text: str, most: int) -> int:
    """A number without leading zeros, or -1."""
    if not (text.isascii() and text.isdigit()) or len(text) > _DIGITS or (text[0] == "0" and text != "0"):
        return -1
    return int(text) if int(text) <= most else -1


def _partial(width: int) -> str:
    return "" if width == WIDTH else f".p/{width}"
