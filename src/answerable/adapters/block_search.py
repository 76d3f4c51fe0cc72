"""How an index of postings answers: block by block in the order asked for, until there is enough.

One for every database: a database only hands over kept bits, and numbers by amount and instant.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Protocol

from answerable.receipts.facet import Amount
from answerable.receipts.postings import BLOCK, ascending, bits_of, unpacked
from answerable.receipts.query import Sought

_FIRST_STRETCH, _GROWTH = 4, 4
"""How many blocks are looked over first, and how many times more each time after: most questions end in the newest."""
_AT_ONCE = 128
"""Blocks whose bits are read at once."""
FEW = 5000
"""Numbers of one amount that are looked up all at once; more are looked for block by block."""

Instants = tuple[int, int]
"""From the first (included) to the second (not), in microseconds since 1970."""
EVER: Instants = (-(2**63), 2**63 - 1)
Stretch = tuple[int, int]
"""Blocks, from the first (included) to the second (not)."""


class Blocks(Protocol):
    """What a database is asked for."""

    def end(self) -> int:
        """The number after that of the last block."""

    def common(self, facets: Sequence[int], instants: Instants, stretch: Stretch) -> list[int]:
        """The blocks of a stretch in which every facet occurs and some entry may be of these instants, lowest first."""

    def bits(self, facets: Sequence[int], blocks: Sequence[int]) -> Iterable[tuple[int, int, bytes]]:
        """Block, facet and kept bits; a facet comes as often as it is filed under several keys."""

    def rare(self, amount: Amount) -> list[int] | None:
        """Numbers of all entries that name such an amount; None where they are more than `FEW`."""

    def of_amount(self, amount: Amount, blocks: Sequence[int]) -> Iterable[int]:
        """Numbers of entries that name such an amount, at least those in these blocks."""

    def of_instants(self, instants: Instants, blocks: Sequence[int]) -> Mapping[int, Sequence[int] | None]:
        """For each block the numbers of the entries of these instants; None where all of its entries are."""


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of the answer is wanted, as `LedgerIndex.find` has it."""

    limit: int
    start: int | None
    oldest_first: bool


def search(database: Blocks, sought: Sought, page: Page) -> list[int]:
    """Numbers of entries with all facets of `sought`, of which there is at least one, its amount and instants."""
    facets = tuple(dict.fromkeys(sought.facets))
    rare = None if sought.amount is None else database.rare(sought.amount)
    only = None if rare is None else _as_bits(rare)
    instants = (
        EVER[0] if sought.since is None else sought.since,
        EVER[1] if sought.until is None else sought.until,
    )
    found: list[int] = []
    if only == {}:
        return found
    for stretch in _stretches(database.end(), page):
        blocks = database.common(facets, instants, stretch)
        if only is not None:
            blocks = [block for block in blocks if block in only]
        if not page.oldest_first:
            blocks.reverse()
        for at in range(0, len(blocks), _AT_ONCE):
            window = blocks[at : at + _AT_ONCE]
            kept = _all_of(database, facets, window)
            if sought.amount is not None:
                named = only
                if named is None:
                    some = [block for block, bits in kept.items() if bits]
                    named = _as_bits(database.of_amount(sought.amount, some))
                kept = {block: bits & named.get(block, 0) for block, bits in kept.items()}
            if instants != EVER:
                for block, numbers in database.of_instants(instants, window).items():
                    if numbers is not None:
                        kept[block] &= _as_bits(numbers).get(block, 0)
            for block in window:
                found += _numbers(block, kept[block], page)
                if len(found) >= page.limit:
                    return found[: page.limit]
    return found


def spans(times: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int, int]]:
    """The first and the last instant of each block."""
    for block, numbered in groupby(times, lambda one: one[0] // BLOCK):
        instants = [at for _, at in numbered]
        yield block, min(instants), max(instants)


def _all_of(database: Blocks, facets: Sequence[int], window: Sequence[int]) -> dict[int, int]:
    """The bits that each block has for all of the facets."""
    each: dict[tuple[int, int], int] = {}
    for block, facet, kept in database.bits(facets, window):
        each[block, facet] = each.get((block, facet), 0) | unpacked(kept)
    found: dict[int, int] = {}
    for block in window:
        bits = -1
        for facet in facets:
            bits &= each.get((block, facet), 0)
        found[block] = bits
    return found


def _as_bits(numbers: Iterable[int]) -> dict[int, int]:
    blocks: defaultdict[int, list[int]] = defaultdict(list)
    for number in numbers:
        blocks[number // BLOCK].append(number % BLOCK)
    return {block: bits_of(places) for block, places in blocks.items()}


def _numbers(block: int, bits: int, page: Page) -> list[int]:
    if not bits:
        return []
    numbers = [block * BLOCK + place for place in ascending(bits)]
    if page.oldest_first:
        return [one for one in numbers if page.start is None or one >= page.start]
    return [one for one in reversed(numbers) if page.start is None or one < page.start]


def _stretches(end: int, page: Page) -> Iterator[Stretch]:
    """Every block that can have a number of this page, in stretches that grow, in the order of the page."""
    size = _FIRST_STRETCH
    if page.oldest_first:
        at = 0 if page.start is None else max(0, page.start // BLOCK)
        while at < end:
            yield at, min(at + size, end)
            at, size = at + size, size * _GROWTH
    else:
        at = end if page.start is None else min(end, -(-page.start // BLOCK))
        while at > 0:
            yield max(0, at - size), at
            at, size = at - size, size * _GROWTH
