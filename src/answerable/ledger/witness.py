"""A witness: it cosigns a log's checkpoint only if it continues the one that it cosigned before.

Who rewrites or cuts a log, its key in hand, has to get past a witness that remembers. The words
on the wire are those of C2SP tlog-witness (`add-checkpoint`):

    old 20852
    CCASgDtR…=
    …

    shop.example/answerable
    20853
    …
"""

import base64
import binascii
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum

from answerable.ledger.checkpoint import Checkpoint, parse_checkpoint
from answerable.ledger.merkle import EMPTY_ROOT, HASH_BYTES, verify_consistency
from answerable.signing import Note, Signature, SigningKey, Verifier, check_note, parse_note, written
from answerable.values.errors import ProofError, SignatureError

LARGEST_REQUEST = 64 * 1024
_MOST_PROOF = 63
_MOST_DIGITS = 19


class Answer(IntEnum):
    """What a witness answers, as HTTP status codes."""

    COSIGNED = 200
    MALFORMED = 400
    NOT_SIGNED = 403
    UNKNOWN_LOG = 404
    CONFLICT = 409
    NOT_CONSISTENT = 422


@dataclass(frozen=True, slots=True)
class Followed:
    """A log that a witness follows: the keys it may sign with, and the last checkpoint that was cosigned.

    Keys come from the witness's operator alone, in the order in which they come into use; no
    handover that a log shows is taken for one. Once a key has signed, those before it are retired
    for good: who keeps one can't go on in the log's name.
    """

    origin: str
    keys: tuple[Verifier, ...]
    size: int = 0
    root: bytes = EMPTY_ROOT
    retired: tuple[Verifier, ...] = ()

    def following(self, key: Verifier) -> "Followed":
        """The same log with one key more, the newest; no other where it had that key, or has retired it."""
        if key in self.keys or key in self.retired:
            return self
        return replace(self, keys=(*self.keys, key))

    def cosigned(self, checkpoint: Checkpoint, signed: Sequence[Verifier]) -> "Followed":
        """The log after a checkpoint that those of its keys signed, one or more."""
        newest = max(self.keys.index(one) for one in signed)
        return Followed(
            self.origin,
            self.keys[newest:],
            checkpoint.size,
            checkpoint.root,
            (*self.retired, *self.keys[:newest]),
        )


@dataclass(frozen=True, slots=True)
class Witnessed:
    """The answer to a request. `state` is to be durable before `body` is sent."""

    answer: Answer
    body: str = ""
    state: Followed | None = None


def request_cosignature(note: Note, old: int, proof: Sequence[bytes]) -> bytes:
    """The body of `add-checkpoint` for a signed checkpoint, with the proof from the `old` size on."""
    lines = "".join(f"{base64.b64encode(one).decode()}\n" for one in proof)
    return f"old {old}\n{lines}\n".encode() + written(note)


def read_cosignatures(body: bytes, note: Note, witness: Verifier) -> Note:
    """The note with what the witness answered. Raises SignatureError where that holds no cosignature of its."""
    found = parse_note(note.text.encode() + b"\n" + body)
    if not check_note(found, [witness]):
        raise SignatureError(f"the answer of the witness '{witness.name}' is not signed with its key")
    known = {str(one) for one in note.signatures}
    added = tuple(one for one in found.signatures if str(one) not in known)
    return Note(note.text, (*note.signatures, *added))


def witness(raw: bytes, followed: Iterable[Followed], signer: SigningKey, now: datetime) -> Witnessed:
    """Answer a request to cosign.

    1. It is a request, of a size that one has.
    2. The log is one that is followed.
    3. One of its keys signed the checkpoint, and not only one that was retired.
    4. The size it starts from is the last that was cosigned, and not beyond the new one.
    5. The proof shows that the new log continues the old one.
    6. The new state is kept, then the cosignature is sent.
    """
    try:
        old, proof, note, checkpoint = _parse(raw)
    except (ProofError, SignatureError) as error:
        return Witnessed(Answer.MALFORMED, str(error))
    log = next((one for one in followed if one.origin == checkpoint.origin), None)
    if log is None:
        return Witnessed(Answer.UNKNOWN_LOG, "this log is not followed here")
    try:
        signed = check_note(note, (*log.keys, *log.retired))
    except SignatureError as error:
        return Witnessed(Answer.NOT_SIGNED, str(error))
    usable = [one.by for one in signed if one.by in log.keys]
    if not usable:
        told = "only a key that was retired signed" if signed else "no key of the log signed"
        return Witnessed(Answer.NOT_SIGNED, f"{told} this checkpoint")
    if old > checkpoint.size:
        return Witnessed(Answer.MALFORMED, "the old size is beyond the new one")
    if old != log.size:
        return Witnessed(Answer.CONFLICT, f"{log.size}\n")
    try:
        verify_consistency(old, checkpoint.size, proof, log.root, checkpoint.root)
    except ProofError as error:
        return Witnessed(Answer.NOT_CONSISTENT, str(error))
    cosigned: Signature = Note(note.text).signed(signer, now).signatures[0]
    return Witnessed(Answer.COSIGNED, f"{cosigned}\n", log.cosigned(checkpoint, usable))


def _parse(raw: bytes) -> tuple[int, list[bytes], Note, Checkpoint]:
    if len(raw) > LARGEST_REQUEST:
        raise ProofError(f"a request is at most {LARGEST_REQUEST} bytes")
    head, blank, rest = raw.partition(b"\n\n")
    first, *lines = head.split(b"\n")
    size = first.removeprefix(b"old ")
    if not blank or not first.startswith(b"old ") or not size.isdigit() or len(size) > _MOST_DIGITS:
        raise ProofError(
            "a request begins with 'old' and a size, and has an empty line before its checkpoint"
        )
    if size != str(int(size)).encode():
        raise ProofError("the old size is written without leading zeros")
    if len(lines) > _MOST_PROOF:
        raise ProofError(f"a proof has at most {_MOST_PROOF} hashes")
    note = parse_note(rest)
    return int(size), [_hash(line) for line in lines], note, parse_checkpoint(note.text)


def _hash(line: bytes) -> bytes:
    try:
        found = base64.b64decode(line, validate=True)
    except (binascii.Error, ValueError):
        found = b""
    if len(found) != HASH_BYTES:
        raise ProofError(f"each line of a proof is a hash of {HASH_BYTES} bytes in base64")
    return found
