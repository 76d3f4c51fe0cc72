"""Evidence: entries with their proofs, to be checked by somebody who has nothing else.

A bundle of evidence is a few named files. Its manifest is a note that the log's key signs: which
entries were chosen, how many there are, and the digest of every other file; so nothing can
be taken out of it unseen. Entries are proven by the log's checkpoint; the handovers of its key lead from
the key that somebody knows to the one that signed. Needs no ledger, no database and no network.
"""

import base64
import binascii
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import msgspec

from answerable.ledger.checkpoint import Checkpoint, parse_checkpoint
from answerable.ledger.handover import Handover, KeyHistory, parse_handover, parse_handovers
from answerable.ledger.merkle import leaf_node, verify_inclusion
from answerable.receipts.continuing import check_continues
from answerable.receipts.disclosure import Proven, check_disclosed, erasures_in
from answerable.receipts.format import Entry, decode
from answerable.receipts.governance import ErasureBody
from answerable.receipts.verifying import check_before
from answerable.signing import Note, Verifier, check_note, parse_note, written
from answerable.values.errors import LedgerBroken, ProofError, SignatureError

MANIFEST, CHECKPOINT, ENTRIES, REPORT = "manifest.note", "checkpoint.note", "entries.jsonl", "report.html"
KEYS = "keys.notes"
NAMES = (MANIFEST, CHECKPOINT, KEYS, ENTRIES, REPORT)
PDF, CONTINUES, TIMESTAMP = "report.pdf", "continues.json", "timestamp.tsr"
"""May be there as well: under the manifest the first two, and over it the timestamp, which it can't name."""
_OPENING = "answerable evidence v1"


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the evidence is of, as its manifest says: `trace tr_1`, and when it was made, RFC 3339."""

    what: str
    made: str


class Gone(NamedTuple):
    """An entry whose private part was erased: when, by whom, and which entry says so."""

    seq: int
    at: str
    by: str
    said_by: int


@dataclass(frozen=True, slots=True)
class Checked:
    """Evidence that holds. `cosigned_by` names those witnesses, of the ones asked for, that cosigned."""

    chosen: Chosen
    checkpoint: Checkpoint
    entries: tuple[Entry, ...]
    private: int
    """How many entries have their private part with them, or some of its fields."""
    redacted: int
    """How many of those have fields left out."""
    withheld: int
    """How many have a private part of which nothing is in the evidence."""
    erased: tuple[Gone, ...]
    """Those whose private part was erased, as an entry of the evidence says."""
    signed: bool
    cosigned_by: tuple[str, ...]
    handovers: tuple[Handover, ...] = ()
    """Those of the log's key up to when the evidence was made."""


_encoder = msgspec.json.Encoder(order="sorted")
_decoder = msgspec.json.Decoder(Proven)


def entry_lines(entries: Sequence[Proven]) -> bytes:
    """The file of entries."""
    return b"".join(_encoder.encode(one) + b"\n" for one in entries)


def manifest(chosen: Chosen, checkpoint: Checkpoint, count: int, files: Mapping[str, bytes]) -> Note:
    """The manifest over the other files, for the log's key to sign.

    Raises LedgerBroken where what it is of is more than a line of text: it could say anything of itself then.
    """
    if not (chosen.what.isprintable() and chosen.made.isprintable()):
        raise LedgerBroken("what evidence is of is named in one line of text; this name is none")
    lines = [
        _OPENING,
        f"log {checkpoint.origin}",
        f"of {chosen.what}",
        f"made {chosen.made}",
        f"entries {count}",
        *(f"file {name} sha256:{hashlib.sha256(files[name]).hexdigest()}" for name in sorted(files)),
    ]
    return Note("".join(f"{line}\n" for line in lines))


def check_evidence(
    files: Mapping[str, bytes],
    key: Verifier | None,
    witnesses: Sequence[Verifier] = (),
    kept: Sequence[Checkpoint] = (),
) -> Checked:
    """Check evidence from its files alone.

    1. Every file is there, and no other but those that may be.
    2. The handovers lead to or from the key that was named; without one, they follow each other.
    3. The last of the log's keys signed the manifest, where a key was named, and each file is the one it names.
       One that was retired will not do: evidence that shows a handover is made by whom it was made to.
    4. The same key signed the checkpoint, and every witness that was named cosigned it.
    5. Each entry is in the log that the checkpoint counts, in its place, and they stand in order.
    6. Each field of a private part is the one that its entry commits to; what is not here was left out, or
       an entry says who erased it.
    7. There are as many entries as the manifest says, and of each trace none is missing before its last.
    8. The log is the one that every checkpoint in `kept` is of.

    Raises LedgerBroken, ProofError or SignatureError, naming what fails.
    """
    _check_names(files)
    note = _note(files, MANIFEST)
    checkpoint_note = _note(files, CHECKPOINT)
    checkpoint = parse_checkpoint(checkpoint_note.text)
    handovers = _check_keys(files, key, note, checkpoint_note)
    chosen, count = _check_manifest(note, checkpoint, files)
    for witness in witnesses:
        if not _signed(checkpoint_note, CHECKPOINT, witness):
            raise ProofError(f"'{CHECKPOINT}' is not cosigned by '{witness.name}'")
    proven = [_line(number, raw) for number, raw in enumerate(files[ENTRIES].splitlines(), start=1)]
    if len(proven) != count:
        raise LedgerBroken(f"the manifest counts {count} entries, and {len(proven)} are there")
    entries = tuple(_check_entry(one, checkpoint) for one in proven)
    places = [one.seq for one in entries]
    if any(before >= after for before, after in pairwise(places)):
        raise LedgerBroken("the entries do not stand in the order of the log")
    _check_traces(entries)
    for one in kept:
        check_continues(files.get(CONTINUES), checkpoint, one)
    shown = sum(one.discloses for one in proven)
    bare = [
        entry
        for entry, one in zip(entries, proven, strict=True)
        if entry.private is not None and not one.discloses
    ]
    gone = _gone(entries, bare)
    names = tuple(one.name for one in witnesses)
    return Checked(
        chosen,
        checkpoint,
        entries,
        shown,
        sum(bool(one.hidden) for one in proven),
        len(bare) - len(gone),
        gone,
        key is not None,
        names,
        handovers,
    )


def _check_traces(entries: Sequence[Entry]) -> None:
    """Each entry of a trace names the one before it. Entries of format 1 don't, and can't be missed."""
    last: dict[str, int] = {}
    for entry in entries:
        if entry.v > 1:
            check_before(entry, last.get(entry.trace))
        last[entry.trace] = entry.seq


def _gone(entries: Sequence[Entry], bare: Sequence[Entry]) -> tuple[Gone, ...]:
    """Which of the entries without a private part were erased, by what other entries say."""
    erasures = erasures_in(entries)
    found: list[Gone] = []
    for entry in bare:
        said = erasures.get(entry.key) if entry.key is not None else None
        if said is not None and isinstance(said.body, ErasureBody):
            found.append(Gone(entry.seq, said.at, said.body.by, said.seq))
    return tuple(found)


def _check_names(files: Mapping[str, bytes]) -> None:
    for name in NAMES:
        if name not in files:
            raise LedgerBroken(f"'{name}' is missing from the evidence")
    for name in files:
        if name not in (*NAMES, PDF, CONTINUES, TIMESTAMP):
            raise LedgerBroken(f"'{name[:80]}' is no file of evidence")


def _check_keys(
    files: Mapping[str, bytes], key: Verifier | None, manifest_note: Note, checkpoint: Note
) -> tuple[Handover, ...]:
    """Steps 2 to 4, but for the manifest's lines and the witnesses."""
    try:
        notes = parse_handovers(files[KEYS])
        if key is None and not notes:
            return ()
        history = KeyHistory.of(key or parse_handover(notes[0]).old, notes)
    except (ProofError, SignatureError) as error:
        raise ProofError(f"'{KEYS}': {error}") from error
    for note, name in ((manifest_note, MANIFEST), (checkpoint, CHECKPOINT)):
        try:
            history.check_newest(note, f"'{name}'")
        except SignatureError as error:
            raise ProofError(f"'{name}': {error}") from error
    history.open(checkpoint)
    return history.handovers


def _check_manifest(note: Note, checkpoint: Checkpoint, files: Mapping[str, bytes]) -> tuple[Chosen, int]:
    lines = note.text.splitlines()
    fields = dict(line.split(" ", 1) for line in lines[1:] if " " in line and not line.startswith("file "))
    if lines[0] != _OPENING or not {"log", "of", "made", "entries"} <= fields.keys():
        raise LedgerBroken(f"'{MANIFEST}' is no manifest of evidence")
    if fields["log"] != checkpoint.origin:
        raise LedgerBroken(
            f"the manifest is of the log '{fields['log']}', and the checkpoint of '{checkpoint.origin}'"
        )
    chosen = Chosen(fields["of"], fields["made"])
    if not (fields["entries"].isascii() and fields["entries"].isdigit()) or len(fields["entries"]) > 12:  # noqa: PLR2004 – more than any file holds
        raise LedgerBroken(f"'{MANIFEST}' does not say how many entries there are")
    count = int(fields["entries"])
    others = {name: content for name, content in files.items() if name not in {MANIFEST, TIMESTAMP}}
    expected = manifest(chosen, checkpoint, count, others).text.splitlines()
    for said, found in zip(lines, expected, strict=False):
        if said != found:
            name = found.split(" ")[1]
            raise LedgerBroken(f"'{name}' is not the file that the manifest names: it was altered")
    if len(lines) != len(expected):
        raise LedgerBroken("the manifest names other files than there are")
    return chosen, count


def _check_entry(one: Proven, checkpoint: Checkpoint) -> Entry:
    raw = one.entry.encode()
    entry = decode(raw, one.seq)
    if entry.seq != one.seq:
        raise LedgerBroken(f"entry {one.seq} says it is number {entry.seq}")
    try:
        proof = [base64.b64decode(step, validate=True) for step in one.proof]
    except (binascii.Error, ValueError):
        raise ProofError(f"the proof for entry {one.seq} is not base64") from None
    verify_inclusion(leaf_node(raw), one.seq, checkpoint.size, proof, checkpoint.root)
    check_disclosed(entry, one)
    return entry


def _line(number: int, raw: bytes) -> Proven:
    try:
        return _decoder.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise LedgerBroken(f"'{ENTRIES}', line {number} can't be read: {error}") from error


def _note(files: Mapping[str, bytes], name: str) -> Note:
    try:
        return parse_note(files[name])
    except SignatureError as error:
        raise LedgerBroken(f"'{name}' can't be read: {error}") from error


def _signed(note: Note, name: str, key: Verifier) -> bool:
    try:
        return bool(check_note(note, [key]))
    except SignatureError as error:
        raise ProofError(f"'{name}': {error}") from error


def evidence_files(
    chosen: Chosen,
    checkpoint: Note,
    entries: Sequence[Proven],
    report: str,
    handovers: Sequence[Note] = (),
    pdf: bytes | None = None,
    continued: bytes | None = None,
) -> tuple[dict[str, bytes], Note]:
    """The files but for the manifest, and the manifest to be signed and added as `MANIFEST`."""
    files = {
        CHECKPOINT: written(checkpoint),
        KEYS: b"".join(written(one) for one in handovers),
        ENTRIES: entry_lines(entries),
        REPORT: report.encode(),
    }
    if pdf is not None:
        files[PDF] = pdf
    if continued is not None:
        files[CONTINUES] = continued
    return files, manifest(chosen, parse_checkpoint(checkpoint.text), len(entries), files)
