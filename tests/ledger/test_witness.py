"""A witness against a log that grows, and against everybody who would have it forget."""

from datetime import UTC, datetime, timedelta

import pytest
from trees import NaiveHashes, entries_of, naive_root

from answerable.ledger.checkpoint import Checkpoint
from answerable.ledger.merkle import consistency_proof
from answerable.ledger.witness import (
    Answer,
    Followed,
    read_cosignatures,
    request_cosignature,
    witness,
)
from answerable.signing import Note, Signer, check_note, new_signer
from answerable.signing.keys import Algorithm
from answerable.values.errors import SignatureError

NOW = datetime(2026, 11, 24, tzinfo=UTC)
LOG = new_signer("shop.example/log", bytes(range(32)))
WITNESS = new_signer("auditor.example/w", bytes(range(1, 33)), Algorithm.COSIGNATURE)
ORIGIN = "shop.example/log"
START = Followed(ORIGIN, (LOG.verifier,))


def checkpoint(entries: list[bytes], origin: str = ORIGIN, signer: Signer = LOG) -> Note:
    return Checkpoint(origin, len(entries), naive_root(entries)).note().signed(signer)


def ask(
    state: Followed, entries: list[bytes], old: int | None = None, note: Note | None = None
) -> tuple[Answer, str, Followed]:
    start = state.size if old is None else old
    proof = consistency_proof(start, len(entries), NaiveHashes(entries)) if start <= len(entries) else []
    found = witness(request_cosignature(note or checkpoint(entries), start, proof), [state], WITNESS, NOW)
    return found.answer, found.body, found.state or state


def test_a_log_that_grows_is_cosigned_each_time() -> None:
    state = START
    for size in (1, 2, 7, 7, 300):
        entries = entries_of(size)
        note = checkpoint(entries)
        answer, body, state = ask(state, entries, note=note)
        assert (answer, state.size) == (Answer.COSIGNED, size)
        cosigned = read_cosignatures(body.encode(), note, WITNESS.verifier)
        by_log, by_witness = check_note(cosigned, [LOG.verifier, WITNESS.verifier])
        assert (by_log.by, by_witness.at) == (LOG.verifier, NOW)


def test_a_log_that_was_cut_and_grew_again_is_not_cosigned_with_its_own_key() -> None:
    _, _, state = ask(START, entries_of(7))
    forked = [*entries_of(5), *[b"other"] * 4]
    answer, _, after = ask(state, forked)
    assert (answer, after) == (Answer.NOT_CONSISTENT, state)


def test_another_log_of_the_same_size_is_not_consistent() -> None:
    _, _, state = ask(START, entries_of(7))
    answer, _, after = ask(state, [*entries_of(6), b"other"])
    assert (answer, after) == (Answer.NOT_CONSISTENT, state)


def test_a_shorter_log_conflicts_and_is_told_the_size_that_was_seen() -> None:
    _, _, state = ask(START, entries_of(7))
    answer, body, _ = ask(state, entries_of(5), old=5)
    assert (answer, body) == (Answer.CONFLICT, "7\n")
    assert ask(state, entries_of(5), old=0)[0] is Answer.CONFLICT


def test_an_empty_log_with_a_root_of_its_own_choosing_does_not_lock_the_honest_one_out() -> None:
    false = Checkpoint(ORIGIN, 0, b"y" * 32).note().signed(LOG)
    answer, _, after = ask(START, [], note=false)
    assert (answer, after) == (Answer.NOT_CONSISTENT, START)
    assert ask(after, entries_of(5))[0] is Answer.COSIGNED


def test_a_stranger_s_log_is_not_followed() -> None:
    stranger = checkpoint(
        entries_of(3), origin="else.example/log", signer=new_signer("else.example/log", bytes(32))
    )
    assert ask(START, entries_of(3), note=stranger)[0] is Answer.UNKNOWN_LOG


def test_a_log_signed_by_another_key_is_not_cosigned() -> None:
    assert (
        ask(START, entries_of(3), note=checkpoint(entries_of(3), signer=new_signer(ORIGIN, bytes(32))))[0]
        is Answer.NOT_SIGNED
    )
    signed = checkpoint(entries_of(3))
    other = Note(checkpoint(entries_of(4)).text, signed.signatures)
    assert ask(START, entries_of(4), note=other)[0] is Answer.NOT_SIGNED


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"old 0\n", b"old 0\n\n", b"old -1\n\nx", b"old 01\n\nx", b"new 0\n\nx", b"old 0\nAAAA\n\n" + b"x",
        b"old 0\n" + b"A" * 70_000, b"old " + b"9" * 50 + b"\n\nx", b"old 0\n" + (b"A" * 43 + b"=\n") * 64 + b"\nx",
        b"old 0\n\nlog\n1\nroot\n\n\xe2\x80\x94 a AAAAAAAA\n", b"old 9\n\n",
    ],
)  # fmt: skip
def test_what_is_no_request_is_malformed(raw: bytes) -> None:
    assert witness(raw, [START], WITNESS, NOW).answer is Answer.MALFORMED


def test_an_old_size_beyond_the_new_one_is_malformed() -> None:
    assert ask(Followed(ORIGIN, (LOG.verifier,), 9, bytes(32)), entries_of(3), old=9)[0] is Answer.MALFORMED


def test_an_answer_that_is_not_the_witness_s_is_refused() -> None:
    note = checkpoint(entries_of(3))
    other = new_signer("auditor.example/w", bytes(32), Algorithm.COSIGNATURE)
    body = f"{Note(note.text).signed(other, NOW).signatures[0]}\n".encode()
    with pytest.raises(SignatureError, match="not signed with its key"):
        read_cosignatures(body, note, WITNESS.verifier)
    with pytest.raises(SignatureError):
        read_cosignatures(b"<html>", note, WITNESS.verifier)


def test_a_cosignature_is_of_its_time() -> None:
    later = NOW + timedelta(days=1)
    note = checkpoint(entries_of(1))
    raw = request_cosignature(note, 0, [])
    body = witness(raw, [START], WITNESS, later).body
    [signed] = check_note(read_cosignatures(body.encode(), note, WITNESS.verifier), [WITNESS.verifier])
    assert signed.at == later


# -- a log that is handed over to another key ------------------------------------------------------

NEXT = new_signer(ORIGIN, b"next" + bytes(28))


def test_a_key_that_the_operator_did_not_name_is_not_taken_however_it_was_handed_over_to() -> None:
    _, _, state = ask(START, entries_of(7))
    for note in (
        checkpoint(entries_of(9), signer=NEXT),
        Note(checkpoint(entries_of(9), signer=NEXT).text).signed(NEXT),
    ):
        answer, body, after = ask(state, entries_of(9), note=note)
        assert (answer, body, after) == (Answer.NOT_SIGNED, "no key of the log signed this checkpoint", state)


def test_a_key_that_the_operator_named_takes_over_and_the_one_before_is_retired() -> None:
    _, _, state = ask(START, entries_of(7))
    state = state.following(NEXT.verifier)
    answer, _, state = ask(state, entries_of(8))
    assert (answer, state.retired) == (Answer.COSIGNED, ()), (
        "the old key goes on until the new one has signed"
    )
    answer, _, state = ask(state, entries_of(9), note=checkpoint(entries_of(9)).signed(NEXT))
    assert (answer, state.keys, state.retired) == (Answer.COSIGNED, (NEXT.verifier,), (LOG.verifier,))
    assert ask(state, entries_of(12), note=checkpoint(entries_of(12), signer=NEXT))[0] is Answer.COSIGNED


def test_who_holds_a_retired_key_can_not_go_on_in_the_log_s_name() -> None:
    state = START.following(NEXT.verifier)
    _, _, state = ask(state, entries_of(9), note=checkpoint(entries_of(9), signer=NEXT))
    for size in (9, 12):
        answer, body, after = ask(state, entries_of(size))
        assert (answer, after) == (Answer.NOT_SIGNED, state)
        assert body == "only a key that was retired signed this checkpoint"
    assert state.following(LOG.verifier) == state, "naming a retired key again changes nothing"


def test_a_retired_key_s_false_signature_condemns_the_checkpoint_as_before() -> None:
    state = START.following(NEXT.verifier)
    _, _, state = ask(state, entries_of(9), note=checkpoint(entries_of(9), signer=NEXT))
    note = checkpoint(entries_of(12), signer=NEXT)
    spoilt = Note(note.text, (*checkpoint(entries_of(3)).signatures, *note.signatures))
    assert ask(state, entries_of(12), note=spoilt)[0] is Answer.NOT_SIGNED
