"""Bits of a block come back as they were kept, in whichever shape."""

from hypothesis import given
from hypothesis import strategies as st

from answerable.receipts.postings import BLOCK, ascending, bits_of, packed, unpacked

some = st.sets(st.integers(0, BLOCK - 1), max_size=40)
runs = st.tuples(st.integers(0, BLOCK - 1), st.integers(0, BLOCK)).map(
    lambda run: set(range(run[0], min(BLOCK, sum(run))))
)


@given(some | runs | st.tuples(some, runs).map(lambda both: both[0] | both[1]))
def test_a_set_of_places_survives_the_disk(places: set[int]) -> None:
    bits = bits_of(places)
    assert ascending(bits) == sorted(places)
    assert unpacked(packed(bits)) == bits
    assert len(packed(bits)) <= 1 + min(2 * len(places), BLOCK // 8)


def test_every_size_about_the_change_of_shape() -> None:
    for count in (0, 1, 16, 17, 511, 512, 513, BLOCK):
        bits = bits_of(range(count))
        assert unpacked(packed(bits)) == bits
        assert ascending(bits) == list(range(count))
