"""tlog-scales, a reader and writer of C2SP logs by somebody else, over our tiles; and we over the log it writes."""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tlog_scales import tlog
from tlog_scales.reader import TilesReader
from tlog_scales.signing import PlainEd25519Signer, Vkey, VkeySet
from tlog_scales.writer import TilesWriter
from trees import Tiles, entries_of, leaves_of, naive_root

from answerable.ledger.checkpoint import Checkpoint
from answerable.ledger.handover import KeyHistory
from answerable.ledger.merkle import (
    consistency_proof,
    inclusion_proof,
    leaf_node,
    root,
    verify_consistency,
    verify_inclusion,
)
from answerable.ledger.tiles import EntryBundle, Tile, TileHashes, parse_path, unpack_entries
from answerable.ledger.witness import (
    Answer,
    Followed,
    read_cosignatures,
    request_cosignature,
    witness,
)
from answerable.signing import new_signer, parse_note, verifier_from, written
from answerable.signing.keys import Algorithm
from answerable.values.errors import ProofError

MOST = 66_000  # three levels of tiles
NOW = datetime(2026, 11, 24, tzinfo=UTC)
LOG = new_signer("shop.example/log", bytes(range(32)))
WITNESS = new_signer("auditor.example/w", bytes(range(1, 33)), Algorithm.COSIGNATURE)
sizes = st.one_of(st.integers(1, 600), st.integers(1, MOST))


@cache
def tiles() -> Tiles:
    return Tiles(leaves_of(MOST))


class Served:
    """Our tiles under the paths that they are served at, and nothing else."""

    def __init__(self, size: int) -> None:
        self.size = size

    def get(self, *path: str) -> bytes | None:
        wanted = parse_path("/".join(path))
        assert isinstance(wanted, Tile), f"it asks for {path}"
        end = wanted.at * 256 + wanted.width
        return tiles().fetch(wanted) if end <= self.size >> wanted.level * 8 else None


def reader(size: int) -> TilesReader:
    found = TilesReader(Served(size))
    found.set_size(size)
    return found


def our_root(size: int) -> bytes:
    return root(size, tiles().hashes(size))


@settings(deadline=None, max_examples=200)
@given(sizes, st.data())
def test_it_finds_the_root_and_makes_the_same_proofs_out_of_our_tiles(size: int, data: st.DataObject) -> None:
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    it = reader(size)
    assert it.calculate_root_hash() == our_root(size)
    included, consistent = it.get_inclusion_proof(index, size), it.get_consistency_proof(old, size)
    assert included.node_hashes == inclusion_proof(index, size, tiles().hashes(size))
    assert consistent.node_hashes == consistency_proof(old, size, tiles().hashes(size))
    included.check(leaves_of(size)[index], our_root(size))
    consistent.check(our_root(old), our_root(size))


def flipped(hashes: list[bytes], data: st.DataObject) -> list[bytes]:
    """A proof with one thing wrong, or nothing."""
    found = list(hashes)
    at = data.draw(st.integers(0, max(len(found) - 1, 0)))
    match data.draw(st.sampled_from(["as it is", "flip", "drop", "add", "swap"])):
        case "flip" if found:
            found[at] = bytes([found[at][0] ^ 1]) + found[at][1:]
        case "drop" if found:
            found.pop(at)
        case "add":
            found.insert(at, data.draw(st.binary(min_size=32, max_size=32)))
        case "swap" if len(found) > 1:
            found[0], found[at] = found[at], found[0]
        case _:
            pass
    return found


@settings(deadline=None, max_examples=300)
@given(st.integers(1, 70), st.integers(0, 70), st.integers(1, 70), st.data())
def test_we_and_it_agree_about_every_inclusion_proof_good_or_bad(
    made_for: int, index: int, size: int, data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, made_for - 1))
    claimed = data.draw(st.sampled_from([(place, made_for), (index, size)]))
    proof = flipped(inclusion_proof(place, made_for, tiles().hashes(made_for)), data)
    leaf, whole = leaves_of(made_for)[place], our_root(made_for)

    def we() -> bool:
        try:
            verify_inclusion(leaf, *claimed, proof, whole)
        except ProofError:
            return False
        return True

    def it() -> bool:
        try:
            tlog.InclusionProof(*claimed, proof).check(leaf, whole)
        except tlog.InclusionProofInvalid:
            return False
        return True

    assert we() == it()


@settings(deadline=None, max_examples=300)
@given(st.integers(1, 70), st.integers(1, 70), st.integers(1, 70), st.data())
def test_we_and_it_agree_about_every_consistency_proof_good_or_bad(
    made_for: int, first: int, second: int, data: st.DataObject
) -> None:
    old = data.draw(st.integers(1, made_for))
    claimed = data.draw(st.sampled_from([(old, made_for), (min(first, second), max(first, second))]))
    proof = flipped(consistency_proof(old, made_for, tiles().hashes(made_for)), data)
    before, after = our_root(old), our_root(made_for)

    def we() -> bool:
        try:
            verify_consistency(*claimed, proof, before, after)
        except ProofError:
            return False
        return True

    def it() -> bool:
        try:
            tlog.ConsistencyProof(*claimed, proof).check(before, after)
        except tlog.ConsistencyProofInvalid:
            return False
        return True

    assert we() == it()


def test_it_verifies_our_checkpoint_and_our_witness_and_no_other() -> None:
    note = Checkpoint(LOG.verifier.name, 7, naive_root(entries_of(7))).note().signed(LOG)
    note = note.signed(WITNESS, NOW)
    theirs = tlog.Checkpoint.from_text(written(note).decode())
    assert (theirs.origin, theirs.size, theirs.root_hash) == (
        "shop.example/log",
        7,
        naive_root(entries_of(7)),
    )
    keys = [Vkey.from_string(str(one)) for one in (LOG.verifier, WITNESS.verifier)]
    assert {key.name for key, _ in VkeySet(*keys).verify(theirs.signatures, theirs)} == {
        "shop.example/log",
        "auditor.example/w",
    }
    stranger = new_signer("shop.example/log", bytes(32)).verifier
    with pytest.raises(RuntimeError, match="no signature matched"):
        theirs.verify(Vkey.from_string(str(stranger)))


# -- the log that it writes -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def their_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three batches; the second fills a tile, the third two more."""
    folder = tmp_path_factory.mktemp("tlog") / "log"
    writer = TilesWriter.create(folder, LOG.verifier.name)
    entries = entries_of(700)
    for first, end in ((0, 100), (100, 300), (300, 700)):
        for entry in entries[first:end]:
            writer.add_leaf(entry)
        writer.commit([PlainEd25519Signer(LOG.verifier.name, LOG.seed)])
        (folder / "checkpoint").rename(folder / f"checkpoint-{end}")
    return folder


def opened(folder: Path, size: int) -> Checkpoint:
    signed = parse_note((folder / f"checkpoint-{size}").read_bytes())
    return KeyHistory.of(verifier_from(str(LOG.verifier)), []).open(signed)


def their_hashes(folder: Path, size: int) -> TileHashes:
    return TileHashes(size, lambda tile: (folder / tile.path()).read_bytes())


def test_a_log_that_another_program_wrote_is_read_and_proven(their_log: Path) -> None:
    found, entries = opened(their_log, 700), entries_of(700)
    hashes = their_hashes(their_log, 700)
    assert found.root == root(700, hashes) == naive_root(entries)
    bundles = [EntryBundle(0), EntryBundle(1), EntryBundle(2, 700 - 512)]
    read = [
        entry for one in bundles for entry in unpack_entries((their_log / one.path()).read_bytes(), one.width)
    ]
    assert read == entries
    for index in range(0, 700, 13):
        verify_inclusion(leaf_node(read[index]), index, 700, inclusion_proof(index, 700, hashes), found.root)


def test_a_witness_of_ours_cosigns_the_log_of_another_program_and_it_reads_the_cosignature(
    their_log: Path,
) -> None:
    state = Followed(LOG.verifier.name, (LOG.verifier,))
    for size in (100, 300, 700):
        note = parse_note((their_log / f"checkpoint-{size}").read_bytes())
        proof = consistency_proof(state.size, size, their_hashes(their_log, 700))
        found = witness(request_cosignature(note, state.size, proof), [state], WITNESS, NOW)
        assert found.answer is Answer.COSIGNED
        assert found.state is not None
        state = found.state
        cosigned = read_cosignatures(found.body.encode(), note, WITNESS.verifier)
        theirs = tlog.Checkpoint.from_text(written(cosigned).decode())
        theirs.verify(Vkey.from_string(str(WITNESS.verifier)))
