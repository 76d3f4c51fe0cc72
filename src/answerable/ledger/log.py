"""The log over a store of entries: what is kept of its tree, and its signed checkpoints.

Kept are the entries' leaf hashes and, for each tile that is full, its root: a hash of the tile
level above. Everything else is computed from those in a few hundred hashes at most.
"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from answerable.ledger.checkpoint import Checkpoint
from answerable.ledger.handover import KeyHistory
from answerable.ledger.merkle import inner_node, root
from answerable.ledger.tiles import HEIGHT, WIDTH, Tile, TileHashes
from answerable.signing import Note, SigningKey
from answerable.values.errors import LedgerBroken


class TileRoot(NamedTuple):
    """The root of a full tile: hash number `at` of tile level `level`, which is 1 or more."""

    level: int
    at: int
    hash: bytes


class LogStore(Protocol):
    """Where a log keeps its hashes. Answers for durable entries only."""

    def size(self) -> int:
        """How many entries there are."""

    def leaves(self, first: int, end: int) -> list[bytes]:
        """The leaf hashes of entries `first` to before `end`, 32 bytes each."""

    def tile_roots(self, level: int, first: int, end: int) -> list[bytes]:
        """The kept roots of that tile level, from number `first` to before `end`, as far as there are any."""

    def kept(self) -> int:
        """One more than the number of the last root of tile level 1 that is kept; 0 without any."""

    def keep(self, roots: Sequence[TileRoot]) -> None:
        """Keep roots, all or none. To keep one again changes nothing."""


def hashes(store: LogStore, size: int) -> TileHashes:
    """The tree of the first `size` entries, out of what the store keeps."""
    return TileHashes(size, lambda tile: tile_bytes(store, tile))


def tile_bytes(store: LogStore, tile: Tile) -> bytes:
    """A tile's content. Raises LedgerBroken where the store does not hold all of it."""
    first = tile.at * WIDTH
    end = first + tile.width
    found = store.tile_roots(tile.level, first, end) if tile.level else store.leaves(first, end)
    if len(found) != tile.width:
        raise LedgerBroken(f"'{tile.path()}' has {len(found)} of its {tile.width} hashes")
    return b"".join(found)


def integrate(store: LogStore, size: int) -> None:
    """Keep the root of every tile that the first `size` entries fill.

    They are kept 256 at a time, so that a long ledger that is signed for the first time does not hold up
    its writers by a commit for every tile. A crash in the middle leaves some roots out; the next time
    makes them again, from the same leaves.
    """
    made: list[TileRoot] = []
    for at in range(store.kept(), size // WIDTH):
        made.append(TileRoot(1, at, _over(store.leaves(at * WIDTH, (at + 1) * WIDTH))))
        if (at + 1) % WIDTH == 0:
            above = {one.at: one.hash for one in made}
            first = at + 1 - WIDTH
            row = [*store.tile_roots(1, first, min(above)), *above.values()]
            level, last, found = 2, at // WIDTH, _over(row)
            made.append(TileRoot(level, last, found))
            while (last + 1) % WIDTH == 0:
                row = [*store.tile_roots(level, last + 1 - WIDTH, last), found]
                level, last, found = level + 1, last // WIDTH, _over(row)
                made.append(TileRoot(level, last, found))
            store.keep(made)
            made = []
    if made:
        store.keep(made)


def wrong_roots(store: LogStore, size: int) -> list[TileRoot]:
    """The kept roots that are not those of what lies below them, each as it should be. Reads every leaf once."""
    wrong: list[TileRoot] = []
    above: dict[int, list[bytes]] = {}
    for at in range(min(store.kept(), size // WIDTH)):
        level, place = 1, at
        found = _over(store.leaves(at * WIDTH, (at + 1) * WIDTH))
        while True:
            if store.tile_roots(level, place, place + 1) != [found]:
                wrong.append(TileRoot(level, place, found))
            row = above.setdefault(level, [])
            row.append(found)
            if len(row) < WIDTH:
                break
            found, level, place = _over(row), level + 1, place // WIDTH
            row.clear()
    return wrong


def next_checkpoint(
    store: LogStore, last: Note | None, signer: SigningKey, history: KeyHistory
) -> Note | None:
    """Sign for the entries there are now; None where the last checkpoint says it all.

    1. The key is the one that the log signs with now.
    2. The last checkpoint is of this log, and signed with a key that could sign it.
    3. No fewer entries are there than it counts, and than the key was handed over with.
    4. They begin with those: the root is found again.
    5. The new one is signed.

    Raises LedgerBroken where the log was cut or rewritten since: no signature is given to a fork.
    Raises ProofError or SignatureError where the key or the last checkpoint is not what it should
    be, KeyUnavailable where the key can't be had.
    """
    history.check_current(signer.verifier)
    size = store.size()
    signed = None if last is None else history.open(last)
    known = [one.checkpoint for one in history.handovers[-1:]] + ([signed] if signed else [])
    before = max(known, key=lambda one: one.size, default=None)
    if before is None and size == 0:
        return None
    if before is not None and before.size > size:
        raise LedgerBroken(
            f"the ledger holds {size} entries, and its last checkpoint counts {before.size}: it was cut off or "
            "restored from an older copy"
        )
    integrate(store, size)
    tree = hashes(store, size)
    if before is not None and root(before.size, tree) != before.root:
        raise LedgerBroken(
            f"the first {before.size} entries are not those of the last checkpoint; 'answerable ledger fsck' says "
            "whether it is the entries or only the hashes that are kept of them"
        )
    if signed is not None and signed.size == size:
        return None
    return Checkpoint(history.origin, size, root(size, tree)).note().signed(signer)


def _over(leaves: Sequence[bytes]) -> bytes:
    """The root over a full tile."""
    if len(leaves) != WIDTH:
        raise LedgerBroken(f"a full tile has {WIDTH} hashes, and {len(leaves)} are there")
    row = list(leaves)
    for _ in range(HEIGHT):
        row = [inner_node(row[at], row[at + 1]) for at in range(0, len(row), 2)]
    return row[0]
