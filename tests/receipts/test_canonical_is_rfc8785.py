"""The bytes of an entry are those of RFC 8785, held against an implementation that is not ours."""

import json
from typing import Any

import msgspec
import pytest
import rfc8785
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from entry_strategies import BODIES, LARGEST, PRIVATES, drafts, entries, of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from answerable.ledger import GENESIS, commits_to, leaf_hash, private_digest
from answerable.receipts import (
    CallBody,
    CallPrivate,
    Draft,
    Entry,
    ExchangePrivate,
    Head,
    LinePrivate,
    ReplyBody,
    SubjectKey,
    canonical,
    decode,
    encode,
    kind_of,
    seal,
)
from answerable.receipts.canonical import canonical_fields, joined
from answerable.receipts.payloads import open_payload, seal_payload
from answerable.receipts.verifying import check_private, private_fields
from answerable.values.errors import LedgerBroken

KEY = SubjectKey("00000000000000aa", bytes(range(32)))

thorough = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)


def by_the_rfc(value: msgspec.Struct) -> bytes:
    return rfc8785.dumps(msgspec.to_builtins(value))


@pytest.mark.parametrize("kind", [*BODIES, *PRIVATES], ids=lambda kind: kind.__name__)
@thorough
@given(data=st.data())
def test_every_kind_of_body_and_private_part_is_canonical(
    kind: type[msgspec.Struct], data: st.DataObject
) -> None:
    value = data.draw(of(kind))
    assert canonical(value) == by_the_rfc(value)
    assert joined(canonical_fields(value)) == by_the_rfc(value)


@thorough
@given(entries)
def test_an_entry_is_canonical_with_its_kind_among_its_keys(entry: Entry) -> None:
    written = encode(entry)
    assert written == rfc8785.dumps(json.loads(written))
    assert f'"kind":{kind_of(entry.body)}'.encode() in written


@thorough
@given(entries)
def test_an_entry_is_read_back_as_it_was_written(entry: Entry) -> None:
    assert decode(encode(entry), 0) == entry


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_any_text_is_written_as_the_rfc_writes_it(text: str) -> None:
    assert canonical(CallPrivate(text)) == by_the_rfc(CallPrivate(text))


def test_every_character_of_the_first_plane_is_written_as_the_rfc_writes_it() -> None:
    text = "".join(chr(code) for code in range(0x10000) if not 0xD800 <= code < 0xE000)
    assert canonical(CallPrivate(text)) == by_the_rfc(CallPrivate(text))


@pytest.mark.parametrize("number", [LARGEST, -LARGEST, LARGEST - 1, 0, -1])
def test_the_largest_integers_that_the_rfc_allows_are_written_in_full(number: int) -> None:
    body = CallBody(number, number, "id", "name")
    assert canonical(body) == by_the_rfc(body)
    assert str(number).encode() in canonical(body)


@pytest.mark.parametrize("surrogate", ["\ud800", "low \udfff", "a\udc80b", "\ude00\ud83d"])
def test_a_lone_surrogate_is_refused_and_never_written_as_something_else(surrogate: str) -> None:
    for value in (
        CallPrivate(surrogate),
        LinePrivate(surrogate),
        ExchangePrivate(None, (), (("source", surrogate),)),
        ReplyBody("complete", surrogate, None, None, (), 0, None),
    ):
        with pytest.raises(UnicodeEncodeError):
            canonical(value)


@thorough
@given(drafts, st.integers(0, LARGEST), st.binary(min_size=16, max_size=16))
def test_a_sealed_draft_holds_what_was_drafted_in_its_place(draft: Draft, seq: int, salt: bytes) -> None:
    row = seal(draft, Head(seq, GENESIS), None, KEY, salt + bytes(12))
    found = decode(row.entry, seq)
    assert (found.v, found.seq, found.prev) == (2, seq, GENESIS)
    assert (found.trace, found.at, found.body) == (draft.trace, draft.at, draft.body)
    assert row.leaf == leaf_hash(row.entry)
    assert (found.private is None) == (draft.private is None) == (row.sealed is None) == (found.key is None)
    if row.sealed is not None and found.private is not None:
        opened_salt, private = open_payload(KEY.secret, row.sealed, found.private, seq)
        assert opened_salt == salt
        assert private == by_the_rfc(_struct(draft.private))
        assert commits_to(found.private, salt, private_fields(private, seq))


def test_personal_data_stands_nowhere_in_the_part_that_can_not_be_erased() -> None:
    words = LinePrivate("Ana Lima", "", "Ana's order", "Ana's", ("Ana",))
    draft = Draft("tr", "at", CallBody(0, 0, "i", "n"), words, "customer:Ana")
    row = seal(draft, Head(0, GENESIS), None, KEY, bytes(28))
    assert b"Ana" not in row.entry
    assert row.sealed is not None
    assert b"Ana" not in row.sealed
    assert b"Ana" in open_payload(KEY.secret, row.sealed, decode(row.entry, 0).private, 0)[1]


@given(st.binary(max_size=60), st.integers(0, 500), st.integers(0, 7))
def test_no_bit_of_a_sealed_part_can_change_unseen(private: bytes, at: int, bit: int) -> None:
    sealed = bytearray(seal_payload(AESGCM(KEY.secret), bytes(12), "digest", bytes(16), private))
    sealed[at % len(sealed)] ^= 1 << bit
    with pytest.raises(LedgerBroken, match="entry 7: its private part is not the one"):
        open_payload(KEY.secret, bytes(sealed), "digest", 7)


@pytest.mark.parametrize("sealed", [b"", b"x" * 11, b"x" * 12, b"x" * 27])
def test_a_sealed_part_that_is_cut_is_said_to_be_changed(sealed: bytes) -> None:
    with pytest.raises(LedgerBroken, match="entry 7"):
        open_payload(KEY.secret, sealed, "digest", 7)


def test_a_sealed_part_opens_only_for_the_entry_that_commits_to_it() -> None:
    sealed = seal_payload(AESGCM(KEY.secret), bytes(12), "digest", bytes(16), b"{}")
    with pytest.raises(LedgerBroken, match="entry 7"):
        open_payload(KEY.secret, sealed, "another digest", 7)


@pytest.mark.parametrize(
    "other",
    [
        b'{"text":"no","text":"yes"}',
        b'{"text": "yes"}',
        b'{"text":"yes" }',
        b'{"text":"yes"',
        b'["yes"]',
        b"",
    ],
)
def test_a_private_part_that_two_readers_could_read_in_two_ways_is_not_the_one(other: bytes) -> None:
    salt = bytes(16)
    digest = private_digest(salt, {"text": b'"yes"'})
    entry = Entry(2, 3, GENESIS, "tr", "at", CallBody(0, 0, "i", "n"), digest)
    check_private(entry, salt, b'{"text":"yes"}')
    with pytest.raises(LedgerBroken, match="entry 3"):
        check_private(entry, salt, other)


def test_a_key_s_secret_is_in_no_representation_of_it() -> None:
    assert "secret" not in repr(SubjectKey("id", b"hunter2"))
    assert "hunter2" not in repr(SubjectKey("id", b"hunter2"))


def _struct(value: Any) -> msgspec.Struct:
    assert isinstance(value, msgspec.Struct)
    return value
