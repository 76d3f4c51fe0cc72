"""Proofs out of a log's tiles: python benchmarks/merkle.py [--sizes 1000 100000 1000000]

For each size: making and verifying an inclusion proof and a consistency proof, warm (the tiles
are remembered, as in a server that answers one after another) and cold (every tile is fetched
and hashed anew), p50 and p99; and adding a leaf to the tree. The entries are random hashes in memory:
what a store takes to fetch is not counted.
"""

import argparse
import random
import statistics
import time
from collections.abc import Callable
from functools import partial

from answerable.ledger.merkle import (
    HASH_BYTES,
    Frontier,
    Node,
    consistency_proof,
    inclusion_proof,
    root,
    verify_consistency,
    verify_inclusion,
)
from answerable.ledger.tiles import HEIGHT, WIDTH, Tile, TileHashes

ROUNDS = 400


def build(size: int, draw: random.Random) -> tuple[dict[tuple[int, int], bytearray], float]:
    """The tiles of a log of random leaves, and what adding a leaf took, in seconds."""
    tiles: dict[tuple[int, int], bytearray] = {}
    frontier = Frontier()
    leaves = [draw.randbytes(HASH_BYTES) for _ in range(size)]
    began = time.perf_counter()
    for leaf in leaves:
        for node, found in frontier.append(leaf):
            if node.level % HEIGHT == 0:
                tiles.setdefault((node.level // HEIGHT, node.at // WIDTH), bytearray()).extend(found)
    return tiles, (time.perf_counter() - began) / size


def timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def shown(seconds: list[float]) -> str:
    micro = sorted(one * 1e6 for one in seconds)
    return f"{statistics.median(micro):.0f} µs, {micro[int(len(micro) * 0.99)]:.0f} µs"


def measure(size: int) -> None:
    draw = random.Random(size)
    tiles, each = build(size, draw)

    def fetch(tile: Tile) -> bytes:
        return bytes(tiles[tile.level, tile.at][: tile.width * HASH_BYTES])

    reader = TileHashes(size, fetch, remember=len(tiles) + 1)
    whole = root(size, reader)
    places = [draw.randrange(1, size) for _ in range(ROUNDS)]
    for place in places:
        inclusion_proof(place, size, reader)
        consistency_proof(place, size, reader)
    rows: dict[str, list[float]] = {}
    for place in places:
        leaf = reader.read([Node(0, place)])[0]
        proof = inclusion_proof(place, size, reader)
        before, steps = root(place, reader), consistency_proof(place, size, reader)
        acts: dict[str, Callable[[], object]] = {
            "inclusion, made warm": partial(inclusion_proof, place, size, reader),
            "inclusion, made cold": partial(inclusion_proof, place, size, TileHashes(size, fetch)),
            "inclusion, verified": partial(verify_inclusion, leaf, place, size, proof, whole),
            "consistency, made warm": partial(consistency_proof, place, size, reader),
            "consistency, verified": partial(verify_consistency, place, size, steps, before, whole),
        }
        for name, act in acts.items():
            rows.setdefault(name, []).append(timed(act))
    for name, seconds in rows.items():
        print(f"| {size:,} | {name} | {shown(seconds)} |")
    print(f"| {size:,} | a leaf added, mean | {each * 1e6:.1f} µs |")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", type=int, nargs="*", default=[1_000, 100_000, 1_000_000])
    print("| entries | | p50, p99 |\n| --- | --- | --- |")
    for size in parser.parse_args().sizes:
        measure(size)


if __name__ == "__main__":
    main()
