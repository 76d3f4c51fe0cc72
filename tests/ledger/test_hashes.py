"""The few hashes that everything rests on, by the definition and nothing else."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerable.ledger import (
    GENESIS,
    commits_to,
    commits_to_whole,
    digest_of_fields,
    field_digest,
    field_salt,
    leaf_hash,
    private_digest,
)

salts = st.binary(min_size=16, max_size=16)
names = st.sampled_from(["text", "lead", "because", "te", "xt"])
fields = st.dictionaries(names, st.binary(max_size=20), min_size=1)


@given(st.binary(max_size=100))
def test_a_leaf_hash_is_that_of_rfc_9162(entry: bytes) -> None:
    assert leaf_hash(entry) == hashlib.sha256(b"\0" + entry).hexdigest()
    assert len(GENESIS) == len(leaf_hash(entry))


@given(salts, fields)
def test_a_private_digest_is_over_the_digests_of_its_fields(salt: bytes, private: dict[str, bytes]) -> None:
    whole = b""
    for name in sorted(private):
        own = hashlib.sha256(b"\2" + salt + name.encode()).digest()[:16]
        assert field_salt(salt, name) == own
        whole += hashlib.sha256(b"\3" + own + name.encode() + b"\0" + private[name]).digest()
    assert private_digest(salt, private) == hashlib.sha256(b"\4" + whole).hexdigest()


@given(salts, fields)
def test_a_private_digest_is_never_the_leaf_hash_of_the_same_bytes(
    salt: bytes, private: dict[str, bytes]
) -> None:
    digests = {name: field_digest(field_salt(salt, name), name, value) for name, value in private.items()}
    assert private_digest(salt, private) != leaf_hash(b"".join(digests[name] for name in sorted(digests)))


@given(salts, fields, names, st.binary(max_size=20))
def test_no_field_can_change_come_or_go_unseen(
    salt: bytes, private: dict[str, bytes], name: str, value: bytes
) -> None:
    digest = private_digest(salt, private)
    assert commits_to(digest, salt, private)
    changed = private | {name: value}
    assert commits_to(digest, salt, changed) == (changed == private)
    less = {one: kept for one, kept in private.items() if one != name}
    assert commits_to(digest, salt, less) == (less == private)


@given(salts, fields)
def test_some_fields_can_be_shown_without_the_others(salt: bytes, private: dict[str, bytes]) -> None:
    hidden, *shown = sorted(private)
    digests = {
        hidden: field_digest(field_salt(salt, hidden), hidden, private[hidden])
    }  # handed on as a digest
    for name in shown:
        digests[name] = field_digest(field_salt(salt, name), name, private[name])
    assert digest_of_fields(digests) == private_digest(salt, private)


def test_where_a_name_ends_and_its_value_begins_is_part_of_the_digest() -> None:
    assert field_digest(b"s" * 16, "te", b"xt") != field_digest(b"s" * 16, "text", b"")


def test_equal_texts_under_two_salts_have_nothing_in_common() -> None:
    assert private_digest(b"a" * 16, {"text": b'"yes"'}) != private_digest(b"b" * 16, {"text": b'"yes"'})


def test_a_field_s_salt_is_not_that_of_its_neighbour() -> None:
    assert field_salt(b"a" * 16, "text") != field_salt(b"a" * 16, "lead")


@given(salts, st.binary(max_size=60), st.integers(0, 600), st.integers(0, 7))
def test_format_1_committed_to_a_private_part_in_one_piece(
    salt: bytes, private: bytes, at: int, bit: int
) -> None:
    digest = hashlib.sha256(b"\1" + salt + private).hexdigest()
    assert commits_to_whole(digest, salt, private)
    changed = bytearray(salt + private)
    changed[at % len(changed)] ^= 1 << bit
    assert not commits_to_whole(digest, bytes(changed[:16]), bytes(changed[16:]))


@pytest.mark.parametrize("digest", ["", "0" * 64, "x"])
def test_what_is_no_digest_commits_to_nothing(digest: str) -> None:
    assert not commits_to(digest, bytes(16), {"text": b"1"})
