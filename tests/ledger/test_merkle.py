"""Proofs against the RFC's definition and against forgers. What others have published: test_published_logs.py."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from trees import NaiveHashes, entries_of, leaves_of, naive_root

from answerable.ledger.merkle import (
    EMPTY_ROOT,
    Frontier,
    complete_nodes,
    consistency_proof,
    inclusion_proof,
    leaf_node,
    root,
    verify_consistency,
    verify_inclusion,
)
from answerable.values.errors import ProofError

MOST = 40


def flip_a_bit(hashes: list[bytes], data: st.DataObject) -> None:
    at, bit = data.draw(st.integers(0, len(hashes) - 1)), data.draw(st.integers(0, 255))
    hashes[at] = (int.from_bytes(hashes[at], "big") ^ (1 << bit)).to_bytes(32, "big")


def test_a_log_without_entries_has_the_hash_of_nothing() -> None:
    assert root(0, NaiveHashes([])) == EMPTY_ROOT == Frontier().root() == naive_root([])


@pytest.mark.parametrize("size", range(1, MOST))
def test_every_entry_of_every_small_log_is_proven(size: int) -> None:
    entries = entries_of(size)
    hashes, whole = NaiveHashes(entries), naive_root(entries)
    for index in range(size):
        proof = inclusion_proof(index, size, hashes)
        assert len(proof) <= size.bit_length()
        verify_inclusion(leaf_node(entries[index]), index, size, proof, whole)


@pytest.mark.parametrize("new", range(MOST))
def test_every_small_log_is_proven_to_continue_every_smaller_one(new: int) -> None:
    entries = entries_of(new)
    for old in range(new + 1):
        proof = consistency_proof(old, new, NaiveHashes(entries))
        verify_consistency(old, new, proof, naive_root(entries[:old]), naive_root(entries))


@settings(deadline=None, max_examples=200)
@given(st.data())
def test_an_entry_is_proven_nowhere_else_and_no_other_in_its_place(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, MOST))
    index = data.draw(st.integers(0, size - 1))
    entries = entries_of(size)
    proof, whole = inclusion_proof(index, size, NaiveHashes(entries)), naive_root(entries)
    elsewhere = data.draw(st.integers(-1, size).filter(lambda at: at != index))
    with pytest.raises(ProofError):
        verify_inclusion(leaf_node(entries[index]), elsewhere, size, proof, whole)
    with pytest.raises(ProofError):
        verify_inclusion(leaf_node(b"forged"), index, size, proof, whole)
    bad = list(proof)
    match data.draw(st.sampled_from(["flip", "drop", "add", "swap", "short"])):
        case "flip":
            flip_a_bit(bad, data)
        case "drop":
            bad.pop(data.draw(st.integers(0, len(bad) - 1)))
        case "add":
            bad.insert(data.draw(st.integers(0, len(bad))), data.draw(st.binary(min_size=32, max_size=32)))
        case "swap":
            bad = bad[::-1] if len(bad) > 1 else [bytes(32)]
        case "short":
            bad[-1] = bad[-1][:31]
    with pytest.raises(ProofError):
        verify_inclusion(leaf_node(entries[index]), index, size, bad, whole)


@settings(deadline=None, max_examples=200)
@given(st.integers(2, MOST), st.data())
def test_a_log_rewritten_before_the_old_size_is_never_consistent(new: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, new))
    entries, other = entries_of(new), entries_of(new)
    other[data.draw(st.integers(0, old - 1))] = b"rewritten"
    proof = consistency_proof(old, new, NaiveHashes(other))
    with pytest.raises(ProofError):
        verify_consistency(old, new, proof, naive_root(entries[:old]), naive_root(other))
    honest = consistency_proof(old, new, NaiveHashes(entries))
    with pytest.raises(ProofError):
        verify_consistency(old, new, honest, naive_root(entries[:old]), naive_root(other))


@settings(deadline=None, max_examples=200)
@given(st.integers(3, MOST), st.data())
def test_a_consistency_proof_with_a_bit_or_a_hash_changed_shows_nothing(
    new: int, data: st.DataObject
) -> None:
    old = data.draw(st.integers(1, new - 1))
    entries = entries_of(new)
    bad = consistency_proof(old, new, NaiveHashes(entries))
    match data.draw(st.sampled_from(["flip", "drop", "add"])):
        case "flip":
            flip_a_bit(bad, data)
        case "drop":
            bad.pop(data.draw(st.integers(0, len(bad) - 1)))
        case "add":
            bad.insert(data.draw(st.integers(0, len(bad))), bytes(32))
    with pytest.raises(ProofError):
        verify_consistency(old, new, bad, naive_root(entries[:old]), naive_root(entries))


@pytest.mark.parametrize(("index", "size"), [(0, 0), (1, 1), (-1, 3), (5, 3)])
def test_there_is_no_proof_of_what_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ProofError, match="has no entry"):
        inclusion_proof(index, size, NaiveHashes(entries_of(8)))


@pytest.mark.parametrize(("old", "new"), [(3, 2), (-1, 2)])
def test_a_log_does_not_shrink(old: int, new: int) -> None:
    with pytest.raises(ProofError, match="can't have had"):
        consistency_proof(old, new, NaiveHashes(entries_of(8)))
    with pytest.raises(ProofError, match="can't have had"):
        verify_consistency(old, new, [], EMPTY_ROOT, EMPTY_ROOT)


def test_a_proof_that_is_not_there_proves_nothing() -> None:
    entries = entries_of(6)
    with pytest.raises(ProofError, match="there is no proof"):
        verify_consistency(3, 6, [], naive_root(entries[:3]), naive_root(entries))


def test_the_empty_log_is_the_beginning_of_any_but_only_with_its_own_root() -> None:
    whole = naive_root(entries_of(3))
    verify_consistency(0, 3, [], EMPTY_ROOT, whole)
    with pytest.raises(ProofError):
        verify_consistency(0, 3, [], whole, whole)
    with pytest.raises(ProofError):
        verify_consistency(3, 3, [], EMPTY_ROOT, whole)


def test_what_is_no_hash_proves_nothing() -> None:
    for attempt in (
        lambda: verify_inclusion(b"x", 0, 1, [], b"x"),
        lambda: verify_consistency(1, 1, [], b"x", b"x"),
        lambda: verify_consistency(0, 0, [], EMPTY_ROOT, bytes(32)),
        lambda: verify_consistency(0, 0, [], bytes(32), EMPTY_ROOT),
        lambda: Frontier().append(b"x"),
        lambda: Frontier(-1, [bytes(32)]),
    ):
        with pytest.raises(ProofError):
            attempt()


@pytest.mark.parametrize("answer", [[], [bytes(32)], [bytes(31)] * 3, [bytes(32)] * 99])
def test_a_store_that_answers_wrongly_makes_no_proof(answer: list[bytes]) -> None:
    class Wrong:
        def read(self, nodes: object) -> list[bytes]:
            return answer

    for attempt in (
        lambda: root(7, Wrong()),
        lambda: inclusion_proof(2, 7, Wrong()),
        lambda: consistency_proof(3, 7, Wrong()),
    ):
        with pytest.raises(ProofError):
            attempt()


@pytest.mark.parametrize("size", [1, 2, 255, 256, 1000])
def test_a_proof_asks_for_no_more_hashes_than_the_tree_is_deep_twice(size: int) -> None:
    hashes = NaiveHashes(entries_of(size))
    inclusion_proof(size // 3, size, hashes)
    assert len(hashes.asked) <= 2 * size.bit_length()


def test_a_frontier_makes_each_node_once_and_keeps_few() -> None:
    frontier, made = Frontier(), {}
    for at, leaf in enumerate(leaves_of(70), start=1):
        for node, found in frontier.append(leaf):
            assert node not in made
            made[node] = found
        assert frontier.root() == naive_root(entries_of(at))
    hashes = NaiveHashes(entries_of(70))
    assert list(made.values()) == hashes.read(list(made))
    again = Frontier(70, hashes.read(complete_nodes(0, 70)))
    assert again.root() == frontier.root()


def test_a_frontier_with_the_wrong_number_of_hashes_is_refused() -> None:
    with pytest.raises(ProofError, match="at its edge"):
        Frontier(3, [bytes(32)])
