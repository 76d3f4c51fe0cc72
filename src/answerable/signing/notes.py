"""Signed notes: a text, and lines that say who signed it.

    answerable bundle approval v1
    bundle sha256:58fc…

    — ruth.okafor Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5…

A signature by a key that nobody asked about is passed over; one by a known key that does not
hold condemns the note. Source: C2SP signed-note, and tlog-cosignature for timed signatures.
"""

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from answerable.signing.keys import Algorithm, SigningKey, Verifier, usable_name
from answerable.values.errors import SignatureError

MOST_BYTES = 1_000_000
MOST_SIGNATURES = 100
_DASH = "— "
_ID_BYTES, _TIME_BYTES = 4, 8
_LAST_SECOND = 253_402_300_799
"""The end of the year 9999: the last that a date can be made of."""


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line, not checked."""

    name: str
    key_id: bytes
    """Four bytes."""
    payload: bytes
    """64 bytes, after eight of a time where the key is a cosigner's."""

    def __str__(self) -> str:
        return f"{_DASH}{self.name} {base64.b64encode(self.key_id + self.payload).decode()}"


@dataclass(frozen=True, slots=True)
class Note:
    """A text that ends in a newline, and its signatures."""

    text: str
    signatures: tuple[Signature, ...] = ()

    def signed(self, signer: SigningKey, at: datetime | None = None) -> "Note":
        """The note with one signature more; `at` (whole seconds count) is needed by a cosigner's key.

        Raises SignatureError where the text can't be a note's, KeyUnavailable where the key can't be had.
        """
        _check_text(self.text)
        verifier = signer.verifier
        stamp = b""
        if verifier.algorithm is Algorithm.COSIGNATURE:
            if at is None:
                raise SignatureError(f"'{verifier.name}' signs with the time; give one")
            stamp = int(at.timestamp()).to_bytes(_TIME_BYTES, "big")
        payload = stamp + signer.sign(_message(self.text, verifier.algorithm, stamp))
        return Note(self.text, (*self.signatures, Signature(verifier.name, verifier.key_id, payload)))


def together(one: Note, other: Note) -> Note:
    """One note with the signatures of both: those of `one`, and whose it has not. Their texts are the same."""
    signers = {(signature.name, signature.key_id) for signature in one.signatures}
    added = (signature for signature in other.signatures if (signature.name, signature.key_id) not in signers)
    return Note(one.text, (*one.signatures, *added))


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature that holds."""

    by: Verifier
    at: datetime | None
    """When a cosigner says that it signed, in UTC; None for a key that does not say."""


def written(note: Note) -> bytes:
    """The note as bytes, as `parse_note` reads it."""
    return (note.text + "\n" + "".join(f"{one}\n" for one in note.signatures)).encode()


def parse_note(raw: bytes) -> Note:
    """Read a note; nothing is verified yet. Raises SignatureError, saying what is no note about it."""
    if len(raw) > MOST_BYTES:
        raise SignatureError(f"a signed note is at most {MOST_BYTES} bytes; this is {len(raw)}")
    try:
        content = raw.decode()
    except UnicodeDecodeError:
        raise SignatureError("a signed note is UTF-8 text; this is not") from None
    text, blank, tail = content.rpartition("\n\n")
    if not blank or not tail.endswith("\n"):
        raise SignatureError("a signed note is a text, an empty line and signature lines; this has none")
    text += "\n"
    _check_text(text)
    lines = tail[:-1].split("\n")
    if len(lines) > MOST_SIGNATURES:
        raise SignatureError(f"a signed note has at most {MOST_SIGNATURES} signatures; this has {len(lines)}")
    return Note(text, tuple(_signature(line) for line in lines))


def check_note(note: Note, known: Iterable[Verifier]) -> tuple[Signed, ...]:
    """Those of the known keys whose signatures hold, in the note's order, each key once.

    An empty answer means that nobody known signed. Raises SignatureError where a signature
    names a known key and does not hold.
    """
    by_name = {(one.name, one.key_id): one for one in known}
    found: dict[Verifier, Signed] = {}
    for signature in note.signatures:
        verifier = by_name.get((signature.name, signature.key_id))
        if verifier is None or verifier in found:
            continue
        timed = verifier.algorithm is Algorithm.COSIGNATURE
        stamp, proper = signature.payload[: _TIME_BYTES * timed], signature.payload[_TIME_BYTES * timed :]
        at = int.from_bytes(stamp, "big")
        if at > _LAST_SECOND or not verifier.accepts(_message(note.text, verifier.algorithm, stamp), proper):
            raise SignatureError(f"the signature of '{verifier.name}' does not hold for this text")
        found[verifier] = Signed(verifier, datetime.fromtimestamp(at, UTC) if timed else None)
    return tuple(found.values())


def _message(text: str, algorithm: Algorithm, stamp: bytes) -> bytes:
    """What is signed: the text, under a cosigner's key after two lines that say so and when."""
    if algorithm is Algorithm.COSIGNATURE:
        return f"cosignature/v1\ntime {int.from_bytes(stamp, 'big')}\n{text}".encode()
    return text.encode()


def _signature(line: str) -> Signature:
    name, space, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not space:
        raise SignatureError("a line after a note's text is no signature; was the file cut or joined?")
    try:
        raw = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    # The last digit has bits to spare: without this, a changed note could still be a good one.
    if base64.b64encode(raw).decode() != encoded:
        raise SignatureError(f"the signature of '{name}' is not base64; copy the note whole again")
    if len(raw) <= _ID_BYTES:
        raise SignatureError(f"the signature of '{name}' is cut short; copy the note whole again")
    return Signature(usable_name(name), raw[:_ID_BYTES], raw[_ID_BYTES:])


def _check_text(text: str) -> None:
    if not text.endswith("\n"):
        raise SignatureError("a note's text ends in a newline")
    if any(letter < " " and letter != "\n" for letter in text):
        raise SignatureError("a note's text has no control characters but newlines")
