"""Roots and proofs beside those of pymerkle, which is somebody else's work and shares no line with ours.

It counts leaves from 1, begins an inclusion proof with the leaf itself, and its consistency proofs have another
shape than RFC 9162's: of those the verdicts are compared, of everything else the bytes.
"""

from functools import cache

import pymerkle  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from trees import Tiles, entries_of, leaves_of, naive_root

from answerable.ledger.merkle import (
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_node,
    root,
    verify_consistency,
    verify_inclusion,
)
from answerable.values.errors import ProofError

MOST = 66_000  # three levels of tiles
sizes = st.one_of(st.integers(1, 600), st.integers(1, MOST))


@cache
def theirs() -> pymerkle.InmemoryTree:
    return pymerkle.InmemoryTree.init_from_entries(entries_of(MOST))


@cache
def ours() -> Tiles:
    return Tiles(leaves_of(MOST))


def our_root(size: int) -> bytes:
    return root(size, ours().hashes(size))


@settings(deadline=None)
@given(st.lists(st.binary(max_size=40), max_size=80))
def test_any_entries_have_one_root(entries: list[bytes]) -> None:
    frontier = Frontier()
    for entry in entries:
        frontier.append(leaf_node(entry))
    assert (
        frontier.root() == naive_root(entries) == pymerkle.InmemoryTree.init_from_entries(entries).get_root()
    )


@settings(deadline=None, max_examples=200)
@given(sizes)
def test_every_size_of_a_growing_log_has_their_root(size: int) -> None:
    assert our_root(size) == theirs().get_root(size)


@settings(deadline=None, max_examples=200)
@given(sizes, st.data())
def test_an_inclusion_proof_is_theirs_to_the_byte(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    made = theirs().prove_inclusion(index + 1, size)
    leaf = theirs().get_leaf(index + 1)
    assert [leaf, *inclusion_proof(index, size, ours().hashes(size))] == made.path
    pymerkle.verify_inclusion(leaf, our_root(size), made, index=index + 1, size=size, algorithm="sha256")
    verify_inclusion(leaf, index, size, made.path[1:], theirs().get_root(size))


@settings(deadline=None, max_examples=200)
@given(sizes, st.data())
def test_they_find_our_roots_consistent_and_we_theirs(new: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, new))
    made = theirs().prove_consistency(old, new)
    pymerkle.verify_consistency(our_root(old), our_root(new), made, prior_size=old, later_size=new)
    proof = consistency_proof(old, new, ours().hashes(new))
    verify_consistency(old, new, proof, theirs().get_root(old), theirs().get_root(new))


@settings(deadline=None, max_examples=100)
@given(st.integers(2, 300), st.data())
def test_neither_finds_a_rewritten_log_consistent(new: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, new))
    entries = entries_of(new)
    entries[data.draw(st.integers(0, old - 1))] = b"rewritten"
    forged = pymerkle.InmemoryTree.init_from_entries(entries)
    with pytest.raises(pymerkle.InvalidProof):
        pymerkle.verify_consistency(our_root(old), forged.get_root(), forged.prove_consistency(old, new))
    proof = consistency_proof(old, new, Tiles([leaf_node(entry) for entry in entries]).hashes(new))
    with pytest.raises(ProofError):
        verify_consistency(old, new, proof, theirs().get_root(old), forged.get_root())
