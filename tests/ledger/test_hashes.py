"""The hashes of the ledger, against the RFC's own words and each other."""

import hashlib

from hypothesis import given, settings
from hypothesis import strategies as st

from answerable.ledger import GENESIS, commits_to, leaf_hash, private_digest


def test_the_leaf_hash_of_nothing_is_the_one_that_rfc_9162_trees_have() -> None:
    assert leaf_hash(b"") == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"


@settings(deadline=None)
@given(st.binary(max_size=100))
def test_a_leaf_is_hashed_behind_a_zero_byte(entry: bytes) -> None:
    assert leaf_hash(entry) == hashlib.sha256(b"\0" + entry).hexdigest()


def test_the_first_entry_follows_sixty_four_zeros() -> None:
    assert GENESIS == "0" * 64


@settings(deadline=None)
@given(st.binary(min_size=16, max_size=16), st.binary(max_size=60))
def test_a_private_digest_is_never_the_leaf_hash_of_the_same_bytes(salt: bytes, private: bytes) -> None:
    assert private_digest(salt, private) == hashlib.sha256(b"\1" + salt + private).hexdigest()
    assert private_digest(salt, private) != leaf_hash(salt + private)


@settings(deadline=None)
@given(st.binary(min_size=16, max_size=16), st.binary(max_size=60), st.integers(0), st.integers(0, 7))
def test_one_changed_bit_of_salt_or_private_part_breaks_the_commitment(
    salt: bytes, private: bytes, at: int, bit: int
) -> None:
    digest = private_digest(salt, private)
    assert commits_to(digest, salt, private)
    changed = bytearray(salt + private)
    changed[at % len(changed)] ^= 1 << bit
    assert not commits_to(digest, bytes(changed[:16]), bytes(changed[16:]))


def test_two_salts_for_one_short_text_give_two_digests() -> None:
    assert private_digest(b"a" * 16, b"yes") != private_digest(b"b" * 16, b"yes")
