"""Handing a log over to another key: which key may sign what, and who can't pass himself off as its next."""

import pytest
from handed_over import KEYS, NOW, ORIGIN, chain, checkpoint, handed_over, signed
from hypothesis import given, settings
from hypothesis import strategies as st

from answerable.ledger.handover import (
    Handover,
    KeyHistory,
    parse_handover,
    parse_handovers,
    read_handovers,
)
from answerable.signing import Note, Signer, new_signer, parse_note, written
from answerable.signing.keys import Algorithm
from answerable.values.errors import ProofError, SignatureError

A, B, C = KEYS[:3]
sizes = st.lists(st.integers(1, 40), max_size=len(KEYS) - 1).map(sorted)
REFUSED = (ProofError, SignatureError)


def may(at: int, size: int, handed: list[int]) -> bool:
    """Key number `at` signs from the size at which the log came to it, up to that at which it went."""
    begins = handed[at - 1] if at else 0
    return begins <= size and (at == len(handed) or size <= handed[at])


# -- the note --------------------------------------------------------------------------------------


def test_a_handover_is_the_note_that_the_docs_show() -> None:
    lines = handed_over(A, B, 1027).text.splitlines()
    assert lines == [
        "answerable ledger key handover v1",
        f"log {ORIGIN}",
        "size 1027",
        f"root {checkpoint(1027).note().text.splitlines()[2]}",
        f"from {A.verifier}",
        f"to {B.verifier}",
        "at 2026-11-24T10:00:00.000000Z",
    ]


@settings(deadline=None)
@given(sizes)
def test_handovers_survive_being_written_one_after_another(handed: list[int]) -> None:
    notes = chain(handed)
    raw = b"".join(written(note) for note in notes)
    assert list(parse_handovers(raw)) == notes
    assert [one.size for one in read_handovers(notes)] == handed


@settings(deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 7))
def test_no_flipped_bit_of_a_handover_passes(place: int, bit: int) -> None:
    note = handed_over(A, B, 9)
    raw = bytearray(written(note))
    raw[place % len(raw)] ^= 1 << bit
    try:
        found = parse_handovers(bytes(raw))
        handovers = read_handovers(found)
    except REFUSED:
        return
    assert (found[0].text, len(handovers)) == (note.text, 1), "only what nobody asks about may differ"


@settings(deadline=None)
@given(st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode)))
def test_bytes_are_handovers_or_an_error_of_ours(raw: bytes) -> None:
    for content in (raw, b"answerable ledger key handover v1\n" + raw):
        try:
            read_handovers(parse_handovers(content))
        except REFUSED:
            continue
        assert not content


@settings(deadline=None)
@given(st.lists(st.text(max_size=20), max_size=9))
def test_lines_are_a_handover_or_an_error_of_ours(lines: list[str]) -> None:
    names = ("log", "size", "root", "from", "to", "at")
    text = "".join(f"{name} {line}\n" for name, line in zip(names, lines, strict=False))
    with pytest.raises(REFUSED):
        parse_handover(Note(f"answerable ledger key handover v1\n{text}"))


def rewritten(old: str, new: str) -> Note:
    """A handover with other words, and both keys' signatures under them."""
    text = handed_over(A, B, 9).text
    assert old in text
    return Note(text.replace(old, new)).signed(A).signed(B)


@pytest.mark.parametrize(
    ("note", "words"),
    [
        (rewritten("handover v1", "handover v2"), "no handover"),
        (rewritten("size 9", "size 09"), "leading zeros"),
        (rewritten("size 9", "size 0"), "of nothing"),
        (rewritten("size 9", "Size 9"), "leading zeros|not written"),
        (rewritten(".000000Z", "Z"), "not written as handovers"),
        (rewritten("10:00:00.000000Z", "noon"), "as RFC 3339"),
        (rewritten(f"log {ORIGIN}", "log else"), "not both of that log"),
        (rewritten(str(B.verifier), str(A.verifier)), "to the same key"),
        (rewritten("at 2026", "by 2026"), "as RFC 3339|not written"),
        (Note(handed_over(A, B, 9).text + "more\n"), "no handover"),
    ],
)
def test_what_is_not_written_as_a_handover_is_none(note: Note, words: str) -> None:
    with pytest.raises(REFUSED, match=words):
        parse_handover(note)


@pytest.mark.parametrize("by", [(), (A,), (B,), (A, C), (C, B)])
def test_a_handover_that_not_both_keys_signed_is_none(by: tuple[Signer, ...]) -> None:
    note = Note(handed_over(A, B, 9).text)
    for key in by:
        note = note.signed(key)
    with pytest.raises(ProofError, match="is not signed by"):
        parse_handover(note)


def test_a_signature_of_another_handover_does_not_hold_for_this_one() -> None:
    moved = Note(handed_over(A, B, 9).text, handed_over(A, B, 10).signatures)
    with pytest.raises(SignatureError, match="does not hold"):
        parse_handover(moved)


def test_a_checkpoint_or_a_manifest_is_never_a_handover() -> None:
    with pytest.raises(ProofError, match="no handover"):
        parse_handover(signed(9, A, B))
    with pytest.raises(SignatureError, match="can't be a key's name"):
        new_signer("answerable ledger key handover v1", bytes(32))


def test_a_witness_s_key_or_another_log_s_can_not_take_a_log_over() -> None:
    history = KeyHistory.of(A.verifier)
    for key, words in (
        (new_signer(ORIGIN, bytes(32), Algorithm.COSIGNATURE), "a witness's"),
        (
            new_signer("else", bytes(32)),
            "the log keeps its name; make one with 'answerable key new shop.exam",
        ),
        (A, "a retired key stays retired"),
    ):
        with pytest.raises(SignatureError, match=words):
            history.check_next(key.verifier)
        made = Handover(checkpoint(9), A.verifier, key.verifier, NOW).note().signed(A).signed(key, NOW)
        with pytest.raises(REFUSED):
            parse_handover(made)
    history.check_next(B.verifier)


# -- the history -----------------------------------------------------------------------------------


@settings(deadline=None)
@given(sizes, st.data())
def test_a_checkpoint_is_taken_from_exactly_the_keys_that_may_sign_for_its_size(
    handed: list[int], data: st.DataObject
) -> None:
    trusted = data.draw(st.integers(0, len(handed)))
    history = KeyHistory.of(KEYS[trusted].verifier, chain(handed))
    size = data.draw(st.integers(1, 45))
    by = data.draw(st.sets(st.integers(0, len(KEYS) - 1), max_size=3))
    note = signed(size, *(KEYS[at] for at in sorted(by)))
    usable = [at for at in by if at <= len(handed) and may(at, size, handed)]
    assert set(history.may_sign(size)) == {
        KEYS[at].verifier for at in range(len(handed) + 1) if may(at, size, handed)
    }
    if usable:
        assert history.open(note) == checkpoint(size)
    else:
        with pytest.raises(ProofError):
            history.open(note)


@settings(deadline=None)
@given(sizes, st.data())
def test_every_key_of_a_log_leads_to_the_same_history(handed: list[int], data: st.DataObject) -> None:
    trusted = data.draw(st.integers(0, len(handed)))
    history = KeyHistory.of(KEYS[trusted].verifier, chain(handed))
    assert history == KeyHistory.of(KEYS[0].verifier, chain(handed))
    assert (history.origin, history.current) == (ORIGIN, KEYS[len(handed)].verifier)


@settings(deadline=None)
@given(st.lists(st.integers(1, 40), min_size=2, max_size=6, unique=True).map(sorted), st.data())
def test_handovers_that_are_missing_doubled_or_out_of_order_are_told(
    handed: list[int], data: st.DataObject
) -> None:
    notes = chain(handed)
    at = data.draw(st.integers(0, len(notes) - 2))
    for wrong in (
        notes[:at] + notes[at + 1 :] if at else [],
        [*notes[: at + 1], notes[at], *notes[at + 1 :]],
        [*notes[:at], notes[at + 1], notes[at], *notes[at + 2 :]],
    ):
        if wrong:
            with pytest.raises(ProofError):
                KeyHistory.of(A.verifier, wrong)


def test_a_history_that_goes_back_in_size_or_to_an_earlier_key_is_refused() -> None:
    with pytest.raises(ProofError, match="out of order"):
        read_handovers([handed_over(A, B, 9), handed_over(B, C, 8)])
    with pytest.raises(ProofError, match="a retired key stays retired"):
        read_handovers([handed_over(A, B, 9), handed_over(B, A, 12)])
    with pytest.raises(ProofError, match="are of different logs"):
        read_handovers([handed_over(A, B, 9), handed_over(B, C, 9, text="another")])
    with pytest.raises(ProofError, match="at most"):
        read_handovers([handed_over(A, B, 9)] * 1001)


def test_a_key_that_is_none_of_the_log_s_leads_nowhere() -> None:
    with pytest.raises(SignatureError, match="is not a key of the log"):
        KeyHistory.of(C.verifier, [handed_over(A, B, 9)])


def test_what_only_a_retired_key_signed_is_expired_and_it_is_said_when_the_key_was_retired() -> None:
    history = KeyHistory.of(A.verifier, chain([9, 20]))
    with pytest.raises(
        ProofError, match=rf"21 entries is expired: the key '.*\+{B.verifier.key_id.hex()}'"
    ) as told:
        history.open(signed(21, A, B))
    assert "was retired at 20 entries, on 2026-11-24T10:00:00.000000Z" in str(told.value)
    with pytest.raises(ProofError, match=r"10 entries is expired: .* retired at 9 entries"):
        history.open(signed(10, A))


def test_a_new_key_does_not_sign_for_what_was_before_it() -> None:
    history = KeyHistory.of(A.verifier, chain([9]))
    with pytest.raises(ProofError, match="which signs from 9 entries on"):
        history.open(signed(8, B))


def test_at_a_handover_both_keys_sign_and_for_the_same_entries() -> None:
    history = KeyHistory.of(B.verifier, chain([9]))
    for keys in ((A,), (B,), (A, B)):
        assert history.open(signed(9, *keys)).size == 9
        with pytest.raises(ProofError, match="not of the entries that the log's key was handed over with"):
            history.open(signed(9, *keys, text="forged"))


def test_a_known_key_s_signature_that_does_not_hold_condemns_the_checkpoint() -> None:
    forged = Note(signed(10, B).text, (*signed(11, A).signatures, *signed(10, B).signatures))
    with pytest.raises(SignatureError, match="does not hold"):
        KeyHistory.of(A.verifier, chain([9])).open(forged)


def test_another_log_s_checkpoint_or_a_stranger_s_is_none_of_this() -> None:
    history = KeyHistory.of(A.verifier, chain([9]))
    with pytest.raises(ProofError, match=r"not of 'shop\.example/log'"):
        history.open(parse_note(written(Note("else\n1\n" + "A" * 43 + "=\n").signed(A))))
    with pytest.raises(ProofError, match="wrong key, or not of this log"):
        history.open(signed(10, C))


def test_a_retired_key_is_told_so_and_the_one_of_now_is_named() -> None:
    history = KeyHistory.of(A.verifier, chain([9, 20]))
    history.check_current(C.verifier)
    with pytest.raises(
        SignatureError, match=rf"retired at 9 entries.*signs with .*\+{C.verifier.key_id.hex()}' since"
    ):
        history.check_current(A.verifier)


# -- who holds a retired key -----------------------------------------------------------------------


def test_a_retired_key_can_not_hand_the_log_over_again_where_the_first_time_is_known() -> None:
    thief = new_signer(ORIGIN, b"thief" + bytes(27))
    for again in (handed_over(A, thief, 9), handed_over(A, thief, 30)):
        with pytest.raises(ProofError, match="a retired key made another"):
            KeyHistory.of(A.verifier, [*chain([9]), again])
        with pytest.raises(ProofError):
            KeyHistory.of(A.verifier, [again, *chain([9])])


def test_a_handover_that_a_retired_key_made_up_leads_nobody_who_knows_the_new_key() -> None:
    thief = new_signer(ORIGIN, b"thief" + bytes(27))
    with pytest.raises(SignatureError, match="is not a key of the log"):
        KeyHistory.of(B.verifier, [handed_over(A, thief, 30)])
    with pytest.raises(ProofError, match="wrong key"):
        KeyHistory.of(B.verifier).open(signed(30, A))


def test_a_note_needs_the_key_that_signs_now() -> None:
    history = KeyHistory.of(A.verifier, chain([9]))
    note = Note("answerable evidence v1\n")
    history.check_newest(note.signed(B), "it")
    with pytest.raises(ProofError, match=r"it is expired: .* retired at 9 entries"):
        history.check_newest(note.signed(A), "it")
    with pytest.raises(ProofError, match="it is not signed by"):
        history.check_newest(note, "it")
