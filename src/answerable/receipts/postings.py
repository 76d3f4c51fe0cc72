"""Which entries have a facet: numbers in blocks of 8,192, each block a set of bits.

In a program a block is one integer, bit n for the n-th entry of the block; on a disk it is whichever is
shorter, the list of the numbers or the bits themselves. Sets of bits make "all of these conditions" one operation for a
thousand entries, however common each condition is.
"""

import struct
from collections.abc import Iterable

BLOCK = 8192
_BYTES = BLOCK // 8
_LIST, _BITS = b"\0", b"\1"
_MOST_LISTED = _BYTES // 2
_FEW = 16


def bits_of(places: Iterable[int]) -> int:
    """A block's bits from places in it, below `BLOCK`, in any order."""
    bits = bytearray(_BYTES)
    for place in places:
        bits[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(bits, "little")


def packed(bits: int) -> bytes:
    """A block's bits as they are kept."""
    if bits.bit_count() >= _MOST_LISTED:
        return _BITS + bits.to_bytes(_BYTES, "little")
    numbers = ascending(bits)
    return _LIST + struct.pack(f"<{len(numbers)}H", *numbers)


def unpacked(kept: bytes) -> int:
    """A block's bits again."""
    if kept[:1] == _BITS:
        return int.from_bytes(kept[1:], "little")
    return bits_of(struct.unpack(f"<{(len(kept) - 1) // 2}H", kept[1:]))


def ascending(bits: int) -> list[int]:
    """The numbers of the bits that are set, lowest first."""
    found: list[int] = []
    if bits.bit_count() <= _FEW:
        place = 0
        while bits:  # entries of one exchange stand together: what is left is soon a small number
            gap = (bits & -bits).bit_length()
            bits >>= gap
            place += gap
            found.append(place - 1)
        return found
    digits = bin(bits)[:1:-1]
    at = digits.find("1")
    while at >= 0:
        found.append(at)
        at = digits.find("1", at + 1)
    return found
