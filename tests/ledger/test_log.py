"""The log over a store: its roots, the checkpoints that it signs, and those that it refuses to sign."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from trees import NaiveHashes, entries_of, leaves_of, naive_root

from answerable.ledger.checkpoint import parse_checkpoint
from answerable.ledger.handover import KeyHistory
from answerable.ledger.log import (
    TileRoot,
    hashes,
    integrate,
    next_checkpoint,
    tile_bytes,
    wrong_roots,
)
from answerable.ledger.merkle import inclusion_proof, leaf_node, root, verify_inclusion
from answerable.ledger.tiles import Tile
from answerable.signing import new_signer
from answerable.values.errors import LedgerBroken, ProofError

KEY = new_signer("shop.example/log", bytes(range(32)))
ORIGIN = "shop.example/log"
KEYS = KeyHistory.of(KEY.verifier)


class Store:
    """A store in memory. `fails_after` makes the so-manieth keeping fail."""

    def __init__(self, leaves: list[bytes]) -> None:
        self.all = leaves
        self.roots: dict[tuple[int, int], bytes] = {}
        self.fails_after = -1

    def size(self) -> int:
        return len(self.all)

    def leaves(self, first: int, end: int) -> list[bytes]:
        return self.all[first:end]

    def tile_roots(self, level: int, first: int, end: int) -> list[bytes]:
        return [self.roots[level, at] for at in range(first, end) if (level, at) in self.roots]

    def kept(self) -> int:
        return max((at + 1 for level, at in self.roots if level == 1), default=0)

    def keep(self, roots: Sequence[TileRoot]) -> None:
        self.fails_after -= 1
        if self.fails_after == -1:
            raise OSError("the disk is full")
        self.roots |= {(level, at): found for level, at, found in roots}


@pytest.mark.parametrize("size", [1, 255, 256, 257, 1000])
def test_the_root_is_that_of_the_entries(size: int) -> None:
    store = Store(leaves_of(size))
    integrate(store, size)
    assert root(size, hashes(store, size)) == naive_root(entries_of(size))


def test_a_log_of_three_levels_proves_its_entries() -> None:
    store = Store(leaves_of(66_000))
    integrate(store, 66_000)
    tree = hashes(store, 66_000)
    for index in (0, 65_535, 65_536, 65_999):
        proof = inclusion_proof(index, 66_000, tree)
        verify_inclusion(store.all[index], index, 66_000, proof, root(66_000, tree))
    assert {level for level, _ in store.roots} == {1, 2}


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(0, 400), max_size=6), st.integers(0, 4))
def test_growing_in_steps_with_a_failure_between_is_growing_at_once(
    steps: list[int], fails_after: int
) -> None:
    store = Store([])
    everything = leaves_of(sum(steps))
    for step in steps:
        store.all = everything[: len(store.all) + step]
        store.fails_after = fails_after
        try:
            integrate(store, store.size())
        except OSError:
            store.fails_after = -1
            integrate(store, store.size())
    store.fails_after = -1
    size = store.size()
    assert root(size, hashes(store, size)) == root(size, NaiveHashes(entries_of(size)))


def test_roots_that_are_wrong_are_named_as_they_should_be() -> None:
    store = Store(leaves_of(66_000))
    integrate(store, 66_000)
    right = dict(store.roots)
    assert wrong_roots(store, 66_000) == []
    for key in ((1, 0), (1, 256), (2, 0)):
        store.roots[key] = bytes(32)
    found = wrong_roots(store, 66_000)
    assert {(level, at): made for level, at, made in found} == {
        key: right[key] for key in ((1, 0), (1, 256), (2, 0))
    }
    store.keep(found)
    assert store.roots == right


def test_a_long_log_is_integrated_in_few_steps_and_in_two_halves_as_in_one() -> None:
    store, steps = Store(leaves_of(66_000)), 0
    keep = store.keep

    def counted(roots: Sequence[TileRoot]) -> None:
        nonlocal steps
        steps += 1
        keep(roots)

    store.keep = counted  # type: ignore[method-assign]
    integrate(store, 66_000)
    assert steps == 2
    halves = Store(leaves_of(66_000))
    for size in (30_000, 66_000):
        integrate(halves, size)
    assert halves.roots == store.roots


def test_checkpoints_follow_each_other_and_nothing_new_is_not_signed() -> None:
    store = Store([])
    assert next_checkpoint(store, None, KEY, KEYS) is None
    last = None
    for size in (1, 300, 301, 700):
        store.all = leaves_of(size)
        last = next_checkpoint(store, last, KEY, KEYS)
        assert last is not None
        found = KEYS.open(last)
        assert (found.size, found.root) == (size, naive_root(entries_of(size)))
        assert next_checkpoint(store, last, KEY, KEYS) is None


def test_a_log_that_was_cut_off_is_not_signed() -> None:
    store = Store(leaves_of(300))
    last = next_checkpoint(store, None, KEY, KEYS)
    store.all = store.all[:299]
    with pytest.raises(LedgerBroken, match="holds 299 entries, and its last checkpoint counts 300"):
        next_checkpoint(store, last, KEY, KEYS)


@pytest.mark.parametrize("at", [0, 255, 256, 299])
def test_a_log_that_was_rewritten_is_not_signed(at: int) -> None:
    store = Store(leaves_of(300))
    last = next_checkpoint(store, None, KEY, KEYS)
    store.all[at] = leaf_node(b"rewritten")
    store.all += leaves_of(5)
    store.roots.clear()  # whoever rewrites leaves rewrites the tree, too
    with pytest.raises(LedgerBroken, match="are not those of the last checkpoint"):
        next_checkpoint(store, last, KEY, KEYS)


def test_a_rewrite_that_keeps_the_count_is_noticed() -> None:
    store = Store(leaves_of(300))
    last = next_checkpoint(store, None, KEY, KEYS)
    store.all[7] = leaf_node(b"rewritten")
    store.roots.clear()
    with pytest.raises(LedgerBroken, match="are not those of the last checkpoint"):
        next_checkpoint(store, last, KEY, KEYS)


def test_a_checkpoint_of_another_log_or_key_is_none_of_this() -> None:
    store = Store(leaves_of(3))
    last = next_checkpoint(store, None, KEY, KEYS)
    assert last is not None
    with pytest.raises(ProofError, match="not of 'else'"):
        KeyHistory.of(new_signer("else", bytes(32)).verifier).open(last)
    with pytest.raises(ProofError, match="not signed by"):
        KeyHistory.of(new_signer(ORIGIN, bytes(32)).verifier).open(last)
    assert parse_checkpoint(last.text).size == 3


def test_a_tile_whose_hashes_are_missing_is_named() -> None:
    with pytest.raises(LedgerBroken, match=r"'tile/1/000.p/2' has 0 of its 2"):
        tile_bytes(Store(leaves_of(3)), Tile(1, 0, 2))
    with pytest.raises(LedgerBroken, match="a full tile has 256"):
        integrate(Store(leaves_of(3)), 256)
