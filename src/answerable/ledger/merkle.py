"""The Merkle tree over entries: roots, inclusion proofs, consistency proofs.

Hashes are 32 bytes of SHA-256; a leaf is hashed behind a zero byte and a node behind a one, so
that neither can be passed off as the other. Leaves are counted from 0. A node is named by its
level (0 for leaves) and where it stands in it; only nodes over a whole power of two of leaves
are ever kept, because they never change. Source: RFC 9162 section 2.1 (RFC 6962 section 2.1).
"""

import hashlib
import hmac
from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

from answerable.values.errors import ProofError

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()
"""The root of a tree without leaves."""


class Node(NamedTuple):
    """A complete subtree: its leaves are `at << level` up to `(at + 1) << level`."""

    level: int
    at: int


class HashReader(Protocol):
    """Where the hashes of complete subtrees are kept."""

    def read(self, nodes: Sequence[Node]) -> Sequence[bytes]:
        """The hash of each node, in the same order. Raises LedgerError where one can't be read."""


def leaf_node(entry: bytes) -> bytes:
    """The hash of a leaf (RFC 9162 section 2.1.1)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def inner_node(left: bytes, right: bytes) -> bytes:
    """The hash of a node over two others (RFC 9162 section 2.1.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def complete_nodes(first: int, end: int) -> list[Node]:
    """The complete subtrees that make up the leaves from `first` to before `end`, left to right.

    `first` must be a multiple of the largest of them, as it is wherever the tree is cut in two.
    """
    found: list[Node] = []
    while first < end:
        level = (end - first).bit_length() - 1
        found.append(Node(level, first >> level))
        first += 1 << level
    return found


def root(size: int, reader: HashReader) -> bytes:
    """The root of the first `size` leaves."""
    return _folded(_asked(complete_nodes(0, size), reader))


def inclusion_proof(index: int, size: int, reader: HashReader) -> list[bytes]:
    """The hashes that lead from leaf `index` to the root of `size` leaves, lowest first (section 2.1.3.1).

    Raises ProofError where the tree has no such leaf.
    """
    if not 0 <= index < size:
        raise ProofError(f"a log of {size} entries has no entry {index}")
    return _read(_path(index, 0, size), reader)


def consistency_proof(old: int, new: int, reader: HashReader) -> list[bytes]:
    """The hashes that show `old` leaves to be the beginning of `new` (section 2.1.4.1).

    Empty where either is the other or `old` is nothing. Raises ProofError where `old` is more than `new`.
    """
    if not 0 <= old <= new:
        raise ProofError(f"a log of {new} entries can't have had {old} before")
    if old in (0, new):
        return []
    return _read(_subproof(old, 0, new), reader)


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root_hash: bytes) -> None:
    """Is that leaf hash entry `index` of the tree with that root? (section 2.1.3.2). Raises ProofError."""
    if not 0 <= index < size:
        raise ProofError(f"a log of {size} entries has no entry {index}")
    _check_hashes((leaf, root_hash, *proof))
    place, last, found = index, size - 1, leaf
    for one in proof:
        if last == 0:
            raise ProofError(f"the proof for entry {index} is longer than a log of {size} entries is deep")
        if place & 1 or place == last:
            found = inner_node(one, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = inner_node(found, one)
        place, last = place >> 1, last >> 1
    if last:
        raise ProofError(f"the proof for entry {index} is shorter than a log of {size} entries is deep")
    if not hmac.compare_digest(found, root_hash):
        raise ProofError(f"entry {index} is not in the log of {size} entries with this root")


def verify_consistency(old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> None:
    """Is the tree of `old` leaves the beginning of that of `new`? (section 2.1.4.2). Raises ProofError."""
    if not 0 <= old <= new:
        raise ProofError(f"a log of {new} entries can't have had {old} before")
    _check_hashes((old_root, new_root, *proof))
    for size, found in ((old, old_root), (new, new_root)):
        if size == 0 and not hmac.compare_digest(found, EMPTY_ROOT):
            raise ProofError("a log without entries has the hash of nothing as its root, and no other")
    if old in (0, new):
        if proof or (old and not hmac.compare_digest(new_root, old_root)):
            raise ProofError(f"the log of {old} entries is not the beginning of the one of {new}")
        return
    # A whole power of two is a node of the later tree, and the proof leaves it out.
    hashes = list(proof) if old & (old - 1) else [old_root, *proof]
    if not hashes:
        raise ProofError(f"there is no proof that {old} entries are the beginning of {new}")
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    was = now = hashes[0]
    for one in hashes[1:]:
        if last == 0:
            raise ProofError(f"the proof from {old} to {new} entries is too long")
        if place & 1 or place == last:
            was, now = inner_node(one, was), inner_node(one, now)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            now = inner_node(now, one)
        place, last = place >> 1, last >> 1
    if last:
        raise ProofError(f"the proof from {old} to {new} entries is too short")
    if not (hmac.compare_digest(was, old_root) and hmac.compare_digest(now, new_root)):
        raise ProofError(
            f"the log of {old} entries is not the beginning of the one of {new}: it was rewritten"
        )


class Frontier:
    """The right edge of a growing tree: as many hashes as its size has one-bits."""

    def __init__(self, size: int = 0, hashes: Sequence[bytes] = ()) -> None:
        """`hashes` are those of `complete_nodes(0, size)`. Raises ProofError where they are not as many."""
        if size < 0 or len(hashes) != size.bit_count():
            raise ProofError(f"a tree of {size} leaves has {size.bit_count()} hashes at its edge")
        self.size = size
        self._hashes = list(hashes)

    def append(self, leaf: bytes) -> list[tuple[Node, bytes]]:
        """Add a leaf hash; the nodes that are complete now, lowest first."""
        _check_hashes((leaf,))
        level, index, found = 0, self.size, leaf
        made = [(Node(0, index), leaf)]
        while index & 1:
            found = inner_node(self._hashes.pop(), found)
            level, index = level + 1, index >> 1
            made.append((Node(level, index), found))
        self._hashes.append(found)
        self.size += 1
        return made

    def root(self) -> bytes:
        """The root of the tree so far."""
        return _folded(self._hashes)


_Range = tuple[int, int]


def _path(index: int, first: int, end: int) -> list[_Range]:
    """The ranges of leaves whose hashes make PATH of section 2.1.3.1."""
    found: list[_Range] = []
    while end - first > 1:
        cut = first + _split(end - first)
        if index < cut:
            found.append((cut, end))
            end = cut
        else:
            found.append((first, cut))
            first = cut
    return found[::-1]


def _subproof(old: int, first: int, end: int) -> list[_Range]:
    """The ranges of leaves whose hashes make PROOF of section 2.1.4.1."""
    found: list[_Range] = []
    known = True  # the old root is known to whoever asks, as long as nothing was cut off at the left
    while old != end:
        cut = first + _split(end - first)
        if old <= cut:
            found.append((cut, end))
            end = cut
        else:
            found.append((first, cut))
            first, known = cut, False
    if not known:
        found.append((first, end))
    return found[::-1]


def _split(count: int) -> int:
    """The largest power of two below the count."""
    return 1 << ((count - 1).bit_length() - 1)


def _read(ranges: Sequence[_Range], reader: HashReader) -> list[bytes]:
    """The hash of each range, with one question to the reader for all of them."""
    nodes = [complete_nodes(first, end) for first, end in ranges]
    hashes = iter(_asked([node for some in nodes for node in some], reader))
    return [_folded(list(_take(hashes, len(some)))) for some in nodes]


def _asked(nodes: Sequence[Node], reader: HashReader) -> Sequence[bytes]:
    """What the reader answers, if it is a hash for each node. Raises ProofError."""
    found = reader.read(nodes)
    if len(found) != len(nodes):
        raise ProofError(f"{len(nodes)} hashes of the tree were asked for, and {len(found)} came")
    _check_hashes(found)
    return found


def _take(hashes: Iterator[bytes], count: int) -> Iterator[bytes]:
    for _ in range(count):
        yield next(hashes)


def _folded(hashes: Sequence[bytes]) -> bytes:
    """The hash over complete subtrees of shrinking size, left to right."""
    if not hashes:
        return EMPTY_ROOT
    found = hashes[-1]
    for one in reversed(hashes[:-1]):
        found = inner_node(one, found)
    return found


def _check_hashes(proof: Sequence[bytes]) -> None:
    if any(len(one) != HASH_BYTES for one in proof):
        raise ProofError(f"a proof is made of hashes of {HASH_BYTES} bytes")
