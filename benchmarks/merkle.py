"""Proofs out of a log's tiles beside other programs': python benchmarks/merkle.py [--sizes 1000 100000 1000000]

For each size: making and verifying an inclusion proof and a consistency proof, warm (the tiles
are remembered, as in a server that answers one after another) and cold (every tile is fetched
and hashed anew), p50 and p99; and adding an entry to the tree. Entries are 32 random bytes in memory:
what a store takes to fetch is not counted.

The others, in the same run and in turn with ours for each proof: pymerkle, whose tree has every node in
memory, so that there is nothing to fetch and no cold; and tlog-scales over our tiles, which remembers tiles
and not what it hashed inside of them. All have to find the same root. `-` is what a program does not do.
"""

import argparse
import random
import statistics
import time
from collections.abc import Callable, Mapping
from functools import partial

import pymerkle  # type: ignore[import-untyped]
from tlog_scales.reader import TileCache, TilesReader

from answerable.ledger.merkle import (
    HASH_BYTES,
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_node,
    root,
    verify_consistency,
    verify_inclusion,
)
from answerable.ledger.tiles import HEIGHT, WIDTH, Tile, TileHashes

ROUNDS = 400
OURS, PYMERKLE, TLOG_SCALES = "answerable", "pymerkle 7.0.0", "tlog-scales 0.0.3"
PROGRAMS = (OURS, PYMERKLE, TLOG_SCALES)

Acts = Mapping[str, Callable[[], object]]
"""What is timed, by the program that does it."""


def build(entries: list[bytes]) -> tuple[dict[Tile, bytes], float]:
    """The tiles of a log, and what adding an entry took, in seconds."""
    growing: dict[tuple[int, int], bytearray] = {}
    frontier = Frontier()
    began = time.perf_counter()
    for entry in entries:
        for node, found in frontier.append(leaf_node(entry)):
            if node.level % HEIGHT == 0:
                growing.setdefault((node.level // HEIGHT, node.at // WIDTH), bytearray()).extend(found)
    each = (time.perf_counter() - began) / len(entries)
    return {Tile(*place, len(one) // HASH_BYTES): bytes(one) for place, one in growing.items()}, each


def grown(entries: list[bytes]) -> tuple[pymerkle.InmemoryTree, float]:
    """The same log as pymerkle has it."""
    tree = pymerkle.InmemoryTree()
    began = time.perf_counter()
    for entry in entries:
        tree.append_entry(entry)
    return tree, (time.perf_counter() - began) / len(entries)


class Pages:
    """Our tiles by their paths, for the other program to fetch."""

    def __init__(self, tiles: dict[Tile, bytes]) -> None:
        self.pages = {tuple(tile.path().split("/")): content for tile, content in tiles.items()}

    def get(self, *path: str) -> bytes | None:
        return self.pages.get(path)

    def reader(self, size: int) -> TilesReader:
        found = TilesReader(self)
        found.set_size(size)
        return found


def timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def shown(seconds: list[float]) -> str:
    micro = sorted(one * 1e6 for one in seconds)
    return f"{statistics.median(micro):.0f} µs, {micro[int(len(micro) * 0.99)]:.0f} µs"


def measure(size: int) -> None:
    draw = random.Random(size)
    entries = [draw.randbytes(HASH_BYTES) for _ in range(size)]
    tiles, our_each = build(entries)
    tree, their_each = grown(entries)
    pages = Pages(tiles)
    reader, other = TileHashes(size, tiles.__getitem__, remember=len(tiles) + 1), pages.reader(size)
    other.tile_cache = TileCache(len(tiles) + 1)
    whole = root(size, reader)
    assert whole == tree.get_root() == other.calculate_root_hash(), "the roots differ"
    places = [draw.randrange(1, size) for _ in range(ROUNDS)]
    for place in places:
        inclusion_proof(place, size, reader)
        consistency_proof(place, size, reader)
        other.get_inclusion_proof(place, size)
        other.get_consistency_proof(place, size)
    rows: dict[str, dict[str, list[float]]] = {}
    for place in places:
        leaf, before = leaf_node(entries[place]), tree.get_root(place)
        proof, steps = inclusion_proof(place, size, reader), consistency_proof(place, size, reader)
        their_proof, their_steps = tree.prove_inclusion(place + 1, size), tree.prove_consistency(place, size)
        read_proof, read_steps = (
            other.get_inclusion_proof(place, size),
            other.get_consistency_proof(place, size),
        )
        acts: dict[str, Acts] = {
            "inclusion, made warm": {
                OURS: partial(inclusion_proof, place, size, reader),
                PYMERKLE: partial(tree.prove_inclusion, place + 1, size),
                TLOG_SCALES: partial(other.get_inclusion_proof, place, size),
            },
            "inclusion, made cold": {
                OURS: partial(inclusion_proof, place, size, TileHashes(size, tiles.__getitem__)),
                TLOG_SCALES: partial(pages.reader(size).get_inclusion_proof, place, size),
            },
            "inclusion, verified": {
                OURS: partial(verify_inclusion, leaf, place, size, proof, whole),
                PYMERKLE: partial(pymerkle.verify_inclusion, leaf, whole, their_proof, place + 1, size),
                TLOG_SCALES: partial(read_proof.check, leaf, whole),
            },
            "consistency, made warm": {
                OURS: partial(consistency_proof, place, size, reader),
                PYMERKLE: partial(tree.prove_consistency, place, size),
                TLOG_SCALES: partial(other.get_consistency_proof, place, size),
            },
            "consistency, verified": {
                OURS: partial(verify_consistency, place, size, steps, before, whole),
                PYMERKLE: partial(pymerkle.verify_consistency, before, whole, their_steps, place, size),
                TLOG_SCALES: partial(read_steps.check, before, whole),
            },
        }
        for name, by_program in acts.items():
            for program, act in by_program.items():
                rows.setdefault(name, {}).setdefault(program, []).append(timed(act))
    for name, taken in rows.items():
        cells = [shown(taken[program]) if program in taken else "-" for program in PROGRAMS]
        print(f"| {size:,} | {name} | {' | '.join(cells)} |")
    print(f"| {size:,} | an entry added, mean | {our_each * 1e6:.1f} µs | {their_each * 1e6:.1f} µs | - |")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", type=int, nargs="*", default=[1_000, 100_000, 1_000_000])
    print(f"p50, p99\n\n| entries | | {' | '.join(PROGRAMS)} |\n| --- | --- | --- | --- | --- |")
    for size in parser.parse_args().sizes:
        measure(size)


if __name__ == "__main__":
    main()
