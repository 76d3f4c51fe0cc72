"""Signed notes: the format's own example, and every way in which one can be wrong."""

import base64
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from answerable.signing import Note, check_note, new_signer, parse_note, signer_from, verifier_from, written
from answerable.signing.keys import Algorithm
from answerable.values.errors import SignatureError

# The example key pair and note that the reference implementation of signed notes publishes.
SECRET = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
PUBLIC = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
SIGNED = (
    TEXT
    + "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
).encode()

# The example of the specification (C2SP signed-note, "Verifier keys").
EXAMPLE_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
EXAMPLE = (
    "This is an example message.\n"
    "\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
).encode()

# The example of C2SP tlog-cosignature. Its witness's key is not published; the time is.
COSIGNED = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    "\n— example.com/behind-the-sofa "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+"
    "mbIUBkBIfZ+qnA==\n"
).encode()

ANA = new_signer("ana", bytes(range(32)))
WITNESS = new_signer("witness.example/w1", bytes(range(1, 33)), Algorithm.COSIGNATURE)
NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)

texts = st.text(st.characters(codec="utf-8", min_codepoint=32), max_size=60).map(lambda text: text + "\n")


def test_the_published_example_is_made_and_verified() -> None:
    signer = signer_from(SECRET)
    assert (str(signer.verifier), signer.secret()) == (PUBLIC, SECRET)
    assert written(Note(TEXT).signed(signer)) == SIGNED
    [signed] = check_note(parse_note(SIGNED), [verifier_from(PUBLIC)])
    assert (signed.by.name, signed.at) == ("PeterNeumann", None)


def test_the_specification_s_example_is_verified_and_no_other_text_with_it() -> None:
    key = verifier_from(EXAMPLE_KEY)
    assert str(key) == EXAMPLE_KEY
    [signed] = check_note(parse_note(EXAMPLE), [key])
    assert signed.by.name == "example.com/foo"
    with pytest.raises(SignatureError, match="does not hold"):
        check_note(parse_note(EXAMPLE.replace(b"message", b"massage")), [key])


def test_the_specification_s_cosignature_carries_the_time_that_it_says_was_signed() -> None:
    note = parse_note(COSIGNED)
    _, cosignature = note.signatures
    assert int.from_bytes(cosignature.payload[:8], "big") == 1679315147
    assert len(cosignature.payload) == 8 + 64
    assert written(note) == COSIGNED


@settings(deadline=None)
@given(texts)
def test_a_note_survives_writing_and_reading(text: str) -> None:
    note = Note(text).signed(ANA).signed(WITNESS, NOW)
    assert parse_note(written(note)) == note
    assert [one.by for one in check_note(note, [WITNESS.verifier, ANA.verifier])] == [
        ANA.verifier,
        WITNESS.verifier,
    ]


@settings(deadline=None)
@given(st.data())
def test_no_flipped_bit_verifies(data: st.DataObject) -> None:
    raw = bytearray(written(Note("size 7\n").signed(ANA)))
    place = data.draw(st.integers(0, len(raw) * 8 - 1))
    raw[place // 8] ^= 1 << place % 8
    try:
        assert not check_note(parse_note(bytes(raw)), [ANA.verifier])
    except SignatureError:
        return


@pytest.mark.parametrize("spelling", ["rBw1=", "rBw2=", "rBw3="])
def test_a_signature_is_spelled_in_one_way(spelling: str) -> None:
    """The last digit of its base64 has two bits that say nothing."""
    raw = written(Note("t1\n").signed(ANA))
    assert raw.endswith(b"rBw0=\n")
    with pytest.raises(SignatureError, match="not base64"):
        parse_note(raw.replace(b"rBw0=", spelling.encode()))


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_bytes_are_a_note_or_an_error_of_ours(raw: bytes) -> None:
    try:
        parse_note(raw)
    except SignatureError:
        return


def test_a_cosigner_says_when_and_the_time_is_signed() -> None:
    note = Note("log\n7\nhash\n").signed(WITNESS, NOW)
    [signed] = check_note(note, [WITNESS.verifier])
    assert signed.at == NOW
    payload = note.signatures[0].payload
    assert WITNESS.verifier.accepts(
        f"cosignature/v1\ntime {int(NOW.timestamp())}\nlog\n7\nhash\n".encode(), payload[8:]
    )
    later = type(note.signatures[0])(
        note.signatures[0].name, note.signatures[0].key_id, b"\0" * 7 + b"\1" + payload[8:]
    )
    with pytest.raises(SignatureError, match="does not hold"):
        check_note(Note(note.text, (later,)), [WITNESS.verifier])


def test_a_cosigner_needs_a_time() -> None:
    with pytest.raises(SignatureError, match="give one"):
        Note("x\n").signed(WITNESS)


def test_a_key_that_nobody_asked_about_is_passed_over() -> None:
    assert check_note(Note("x\n").signed(ANA), [new_signer("ben", bytes(32)).verifier]) == ()


def test_the_same_name_with_another_key_is_somebody_else() -> None:
    assert check_note(Note("x\n").signed(new_signer("ana", bytes(32))), [ANA.verifier]) == ()


def test_a_known_key_with_a_wrong_signature_condemns_the_note() -> None:
    other = Note("refund 10\n").signed(ANA)
    with pytest.raises(SignatureError, match="does not hold"):
        check_note(Note("refund 99\n", other.signatures), [ANA.verifier])


def test_a_key_signs_once_however_often_it_is_repeated() -> None:
    note = Note("x\n").signed(ANA).signed(ANA)
    assert len(check_note(note, [ANA.verifier])) == 1


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"text without signatures\n", "this has none"),
        (b"text\n\n\xe2\x80\x94 ana AAAA", "this has none"),
        (b"\xff\n\n\xe2\x80\x94 ana AAAA\n", "UTF-8"),
        (b"a\tb\n\n\xe2\x80\x94 ana AAAAAAAA\n", "control characters"),
        (b"text\n\n- ana AAAAAAAA\n", "no signature"),
        (b"text\n\n\xe2\x80\x94 ana\n", "no signature"),
        (b"text\n\n\xe2\x80\x94 ana A*A\n", "not base64"),
        (b"text\n\n\xe2\x80\x94 ana AAAA\n", "cut short"),
        (b"text\n\n\xe2\x80\x94 a+b AAAAAAAA\n", "can't be a key's name"),
        (b"text\n\n" + 101 * b"\xe2\x80\x94 ana AAAAAAAA\n", "at most 100"),
        (b"x" * 1_000_001, "at most 1000000"),
    ],
)
def test_what_is_no_note_is_told_why(raw: bytes, words: str) -> None:
    with pytest.raises(SignatureError, match=words):
        parse_note(raw)


@pytest.mark.parametrize("text", ["no newline", "a\rb\n", ""])
def test_a_text_that_no_note_can_carry_is_not_signed(text: str) -> None:
    with pytest.raises(SignatureError):
        Note(text).signed(ANA)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "a\u2003b"])
def test_a_name_that_no_note_can_carry_is_refused(name: str) -> None:
    with pytest.raises(SignatureError, match="can't be a key's name"):
        new_signer(name, bytes(32))


@pytest.mark.parametrize(
    "line",
    [
        "",
        "ana",
        "ana+00000000",
        PUBLIC.replace("c74f20a3", "c74f20a4"),
        PUBLIC.replace("PeterNeumann", "Peter"),
        PUBLIC[:-4],
        "ana+00000000+" + base64.b64encode(b"\x09" + bytes(32)).decode(),
        "ana+00000000+" + "A" * 2000,
    ],
)
def test_a_public_key_that_is_none_is_refused(line: str) -> None:
    with pytest.raises(SignatureError):
        verifier_from(line)


@pytest.mark.parametrize(
    "line", [PUBLIC, SECRET[:-4], SECRET.replace("c74f20a3", "00000000"), SECRET.replace("KDFz", "KDFA")]
)
def test_a_secret_key_that_is_none_is_refused_and_not_quoted(line: str) -> None:
    with pytest.raises(SignatureError) as refused:
        signer_from(line)
    assert "AYEKFALVFGyNhPJ" not in str(refused.value)


def test_a_secret_is_in_no_representation() -> None:
    assert ANA.seed.hex() not in repr(ANA)
    assert repr(ANA.seed) not in repr(ANA)
