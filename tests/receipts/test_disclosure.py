"""Fields left out of evidence: the rest is still proven, and nothing can be slipped in for them."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from answerable.receipts import (
    CallBody,
    CallPrivate,
    Draft,
    Entry,
    ErasureBody,
    ExchangePrivate,
    Head,
    LinePrivate,
    Opened,
    SubjectKey,
    decode,
    seal,
)
from answerable.receipts.disclosure import (
    REDACTED,
    Proven,
    check_disclosed,
    disclosed,
    erasures_in,
    redacted,
)
from answerable.receipts.entries import MessagePrivate
from answerable.receipts.payloads import open_payload
from answerable.values.errors import LedgerBroken

KEY = SubjectKey("00000000000000aa", bytes(32))
WORDS = LinePrivate("Ana, your refund is $20.", "- ", "Done:", "a record shows it", ("refunded",))
NAMES = ("text", "lead", "governing", "because", "quotes")


def opened(private: Any = WORDS) -> tuple[Entry, Opened]:
    draft = Draft("tr", "2026-11-24T00:00:00.000000Z", CallBody(0, 0, "i", "n"), private, "customer:ana")
    row = seal(draft, Head(7, "0" * 64), None, KEY, bytes(range(28)))
    entry = decode(row.entry, 7)
    assert row.sealed is not None
    return entry, Opened(7, row.entry, row.leaf, *open_payload(KEY.secret, row.sealed, entry.private, 7))


@given(st.sets(st.sampled_from(NAMES)))
def test_what_is_shown_is_proven_and_what_is_hidden_is_not_there(hide: set[str]) -> None:
    entry, row = opened()
    found = disclosed(row, 2, (), hide)
    check_disclosed(entry, found)
    assert set(found.hidden) == hide
    assert set(found.shown) == set(NAMES) - hide
    written = msgspec.json.encode(found).decode()
    assert ("Ana" in written) == ("text" not in hide)


@settings(deadline=None)
@given(
    hide=st.sets(st.sampled_from(NAMES), max_size=4),
    pick=st.integers(0, 9),
    change=st.sampled_from(["value", "salt", "drop", "rename", "unhide", "add", "hash"]),
)
def test_no_field_can_be_exchanged(hide: set[str], pick: int, change: str) -> None:
    entry, row = opened()
    found = disclosed(row, 2, (), hide)
    shown, hidden = dict(found.shown), dict(found.hidden)
    name = sorted(shown)[pick % len(shown)]
    salt, value = shown[name]
    match change:
        case "value":
            shown[name] = (salt, value[:-2] + "!" + value[-1:])
        case "salt":
            shown[name] = ("00" * 16, value)
        case "drop":
            del shown[name]
        case "rename":
            shown["other"] = shown.pop(name)
        case "unhide":
            hidden[name] = "00" * 32
        case "add":
            shown["more"] = (salt, value)
        case "hash":
            shown.pop(name)
            hidden[name] = "00" * 32
    if not (shown or hidden):
        return
    with pytest.raises(LedgerBroken, match="entry 7: its private part is not the one"):
        check_disclosed(entry, msgspec.structs.replace(found, shown=shown, hidden=hidden))


@pytest.mark.parametrize("digest", ["", "zz" * 32, "00", "00" * 31, "00" * 33])
def test_a_hidden_digest_that_is_none_is_refused(digest: str) -> None:
    entry, row = opened()
    found = disclosed(row, 2, (), {"text"})
    with pytest.raises(LedgerBroken, match="entry 7"):
        check_disclosed(entry, msgspec.structs.replace(found, hidden={"text": digest}))


def test_an_entry_without_a_private_part_can_be_given_none() -> None:
    bare = Entry(2, 7, "0" * 64, "tr", "at", CallBody(0, 0, "i", "n"))
    check_disclosed(bare, Proven(7, "", ()))
    for other in (
        Proven(7, "", (), {"text": ("00" * 16, '"x"')}),
        Proven(7, "", (), salt="00", private="{}"),
    ):
        with pytest.raises(LedgerBroken, match="entry 7"):
            check_disclosed(bare, other)


def test_what_is_hidden_reads_as_redacted() -> None:
    found = redacted(WORDS, {"text", "quotes", "governing"})
    assert found == LinePrivate(REDACTED, "- ", REDACTED, "a record shows it", ())
    asked = ExchangePrivate("c-1", (MessagePrivate("user", "hello"),), (("policy", "text"),))
    assert redacted(asked, {"customer", "messages"}) == ExchangePrivate(REDACTED, (), (("policy", "text"),))
    assert redacted(CallPrivate("{}"), {"text"}) == CallPrivate("{}")


def test_the_first_erasure_of_a_key_is_the_one_that_counts() -> None:
    def entry(seq: int, *keys: str) -> Entry:
        return Entry(2, seq, "", "er", "at", ErasureBody(keys, "ruth", "asked", "request"))

    found = erasures_in(
        [entry(3, "a"), entry(5, "a", "b"), Entry(2, 6, "", "t", "at", CallBody(0, 0, "", ""))]
    )
    assert {key: said.seq for key, said in found.items()} == {"a": 3, "b": 5}


def test_a_shown_value_is_json_as_it_was_written() -> None:
    _, row = opened()
    found = disclosed(row, 2, ())
    assert json.loads(found.shown["text"][1]) == WORDS.text
