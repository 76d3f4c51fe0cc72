"""Tiles: their paths as the specification writes them, their contents, and proofs out of them alone."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from trees import NaiveHashes, Tiles, entries_of, leaves_of

from answerable.ledger.merkle import (
    Node,
    consistency_proof,
    inclusion_proof,
    root,
    verify_inclusion,
)
from answerable.ledger.tiles import (
    EntryBundle,
    Tile,
    TileHashes,
    pack_entries,
    parse_path,
    tiles_between,
    unpack_entries,
)
from answerable.values.errors import LedgerBroken, ProofError


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0), "tile/0/000"),
        (Tile(0, 1234067), "tile/0/x001/x234/067"),
        (Tile(1, 273, 5), "tile/1/273.p/5"),
        (Tile(2, 1000, 255), "tile/2/x001/000.p/255"),
        (EntryBundle(0, 112), "tile/entries/000.p/112"),
        (EntryBundle(1234067), "tile/entries/x001/x234/067"),
    ],
)
def test_a_path_is_written_as_the_specification_says_and_read_back(
    tile: Tile | EntryBundle, path: str
) -> None:
    assert tile.path() == path
    assert parse_path(path) == tile


@settings(deadline=None)
@given(st.integers(0, 5), st.integers(0, 1 << 50), st.integers(1, 256))
def test_every_path_is_read_back(level: int, index: int, width: int) -> None:
    assert parse_path(Tile(level, index, width).path()) == Tile(level, index, width)
    assert parse_path(EntryBundle(index, width).path()) == EntryBundle(index, width)


@pytest.mark.parametrize(
    "path",
    [
        "", "tile", "tile/0", "tile/0/0", "tile/0/0000", "tile/00/000", "tile/6/000", "tile/-1/000", "tile/0/x000/001",
        "tile/0/001/067", "tile/0/x001/x067", "tile/0/000.p", "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/08",
        "tile/0/000.p/1/2", "tile/entry/000", "tiles/0/000", "tile/0/٠٠٠", "tile/0/..", "tile/0/000/", "/tile/0/000",
        "tile/0/" + "x999/" * 30 + "999", "tile/0/000.p/٣",
    ],
)  # fmt: skip
def test_what_is_no_path_names_nothing(path: str) -> None:
    assert parse_path(path) is None


@settings(deadline=None)
@given(st.text(max_size=40))
def test_no_text_is_read_as_two_paths(text: str) -> None:
    found = parse_path(text)
    assert found is None or found.path() == text


SIZE = 70_000
TILES = Tiles(leaves_of(SIZE))
ROOTS = NaiveHashes(entries_of(300))


@pytest.mark.parametrize("size", [1, 2, 3, 255, 256, 257, 300])
def test_roots_and_proofs_out_of_tiles_are_those_of_the_tree(size: int) -> None:
    assert root(size, TILES.hashes(size)) == root(size, ROOTS)
    for index in range(0, size, 7):
        assert inclusion_proof(index, size, TILES.hashes(size)) == inclusion_proof(index, size, ROOTS)
    for old in range(1, size, 13):
        assert consistency_proof(old, size, TILES.hashes(size)) == consistency_proof(old, size, ROOTS)


@pytest.mark.parametrize("size", [65_535, 65_536, 65_537, SIZE])
def test_a_log_of_three_tile_levels_proves_its_entries(size: int) -> None:
    whole = root(size, TILES.hashes(size))
    leaves = leaves_of(size)
    for index in (0, 255, 256, 65_534, size - 1):
        verify_inclusion(leaves[index], index, size, inclusion_proof(index, size, TILES.hashes(size)), whole)


def test_a_node_that_is_not_complete_yet_is_not_read() -> None:
    with pytest.raises(ProofError, match="has no node"):
        TILES.hashes(300).read([Node(8, 1)])


def test_a_tile_that_is_cut_short_is_named() -> None:
    with pytest.raises(LedgerBroken, match=r"'tile/0/000.p/3' holds 31 bytes"):
        TileHashes(3, lambda _: bytes(31)).read([Node(0, 0)])


def test_few_tiles_are_remembered_and_none_is_fetched_twice_in_a_row() -> None:
    fetched: list[Tile] = []

    def fetch(tile: Tile) -> bytes:
        fetched.append(tile)
        return TILES.fetch(tile)

    reader = TileHashes(SIZE, fetch, remember=4)
    for _ in range(3):
        inclusion_proof(5, SIZE, reader)
    assert len(fetched) == len(set(fetched)) <= 4


@pytest.mark.parametrize(
    ("old", "new", "tiles"),
    [
        (0, 0, []),
        (0, 1, [Tile(0, 0, 1)]),
        (0, 256, [Tile(0, 0), Tile(1, 0, 1)]),
        (255, 257, [Tile(0, 0), Tile(0, 1, 1), Tile(1, 0, 1)]),
        (256, 257, [Tile(0, 1, 1)]),
        (300, 300, []),
        (0, 600, [Tile(0, 0), Tile(0, 1), Tile(0, 2, 88), Tile(1, 0, 2)]),
        (65_535, 65_536, [Tile(0, 255), Tile(1, 0), Tile(2, 0, 1)]),
    ],
)
def test_the_tiles_that_growing_makes(old: int, new: int, tiles: list[Tile]) -> None:
    assert list(tiles_between(old, new)) == tiles


@settings(deadline=None)
@given(st.lists(st.binary(max_size=300), max_size=20))
def test_entries_survive_their_bundle(entries: list[bytes]) -> None:
    assert unpack_entries(pack_entries(entries), len(entries)) == entries


def test_an_entry_too_long_for_a_bundle_is_refused() -> None:
    assert unpack_entries(pack_entries([bytes(65_535)]), 1) == [bytes(65_535)]
    with pytest.raises(LedgerBroken, match="65536 bytes is over"):
        pack_entries([bytes(65_536)])


@pytest.mark.parametrize(
    ("raw", "count"),
    [(b"\0", 1), (b"\0\x05abc", 1), (b"\0\1a", 2), (b"\0\1a\0\1b", 1), (b"", 1), (b"\0\1a\0", 2)],
)
def test_a_bundle_that_is_cut_or_of_another_count_is_refused(raw: bytes, count: int) -> None:
    with pytest.raises(LedgerBroken):
        unpack_entries(raw, count)
