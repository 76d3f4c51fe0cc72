"""A ledger as one stream of lines that any store can be filled from again, checked on the way out and in.

    {"backup":1,"of":"ledger","made":"2026-11-30T…"}
    {"entry":"…","key":"9f3a…","sealed":"base64"}          one a line, in order
    {"checkpoint":"the signed note"}                       smallest first
    {"handover":"the signed note"}                         of the log's key, in order
    {"end":true,"entries":1027,"leaf":"the last leaf hash"}

Keys of data subjects are never in it: they are backed up apart (`of` is `keys`), wrapped as they are, and
kept for a shorter time; what was erased can't come back with a copy of the ledger alone.
"""

import base64
import gzip
import zlib
from collections.abc import Iterable, Iterator
from typing import BinaryIO, Protocol

import msgspec

from answerable.ledger import leaf_hash
from answerable.ledger.checking import TreeCheck
from answerable.ledger.checkpoint import Checkpoint, parse_checkpoint
from answerable.ledger.handover import Handover, parse_handover
from answerable.ports.entry_store import EntryStore
from answerable.ports.subject_keys import KeptKey, SubjectKeys
from answerable.receipts import Opened, Stored, kind_of
from answerable.receipts.verifying import ChainCheck, check_before, check_filed
from answerable.signing import Note, parse_note, written
from answerable.values.errors import LedgerBroken, LedgerUnavailable, SignatureError

_VERSION = 1
_BATCH = 1000
_LONGEST_LINE = 64 * 1024 * 1024


class Checkpoints(Protocol):
    """Where a ledger's checkpoints are kept, apart from its entries."""

    def checkpoints(self) -> Iterator[Note]: ...

    def keep_checkpoint(self, note: Note, handovers: int = 0) -> None: ...

    def handovers(self) -> list[Note]: ...

    def keep_handover(self, number: int, handover: Handover, note: Note, checkpoint: Note) -> None: ...


class _Line(msgspec.Struct, omit_defaults=True):
    backup: int | None = None
    of: str | None = None
    made: str | None = None
    entry: str | None = None
    key: str | None = None
    sealed: str | None = None
    checkpoint: str | None = None
    handover: str | None = None
    kept: KeptKey | None = None
    end: bool = False
    entries: int = 0
    leaf: str | None = None


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(_Line)


def write_ledger(store: EntryStore, log: Checkpoints, to: BinaryIO, made: str) -> int:
    """Write a ledger's entries and checkpoints; how many entries. Raises LedgerBroken where it does not hold."""
    check = ChainCheck()
    with gzip.GzipFile(fileobj=to, mode="wb", compresslevel=3) as out:
        _put(out, _Line(_VERSION, "ledger", made))
        for row, _ in store.walk():
            check.next(Opened(row.seq, row.entry, row.leaf, None, None))
            sealed = None if row.sealed is None else base64.b64encode(row.sealed).decode()
            _put(out, _Line(entry=row.entry.decode(), key=row.key, sealed=sealed))
        for note in log.checkpoints():
            # One that was signed while this was written counts entries that are not in it.
            if parse_checkpoint(note.text).size <= check.count:
                _put(out, _Line(checkpoint=written(note).decode()))
        for note in log.handovers():
            if parse_handover(note).size <= check.count:
                _put(out, _Line(handover=written(note).decode()))
        _put(out, _Line(end=True, entries=check.count, leaf=check.head))
    return check.count


def read_ledger(source: BinaryIO, store: EntryStore, log: Checkpoints) -> int:
    """Fill an empty store; how many entries there were, each checked, and held against the checkpoints.

    A crash in the middle leaves a store that is not empty and that nothing was ever told to have been
    restored to: remove it and begin again. Raises LedgerUnavailable where the store is not empty,
    LedgerBroken where the backup is cut short or does not hold.
    """
    if store.head().seq:
        raise LedgerUnavailable(f"'{store.name}' holds entries already; restore into a new place")
    check, batch = ChainCheck(), list[Stored]()
    notes: list[tuple[Checkpoint, Note]] = []
    handovers: list[Note] = []
    for line in _lines(source, "ledger"):
        if line.entry is not None:
            batch.append(_row(line, check, store, batch))
            if len(batch) == _BATCH:
                store.insert(batch)
                batch.clear()
        elif line.checkpoint is not None:
            note = _note(line.checkpoint)
            notes.append((parse_checkpoint(note.text), note))
        elif line.handover is not None:
            handovers.append(_note(line.handover))
        elif line.end:
            if batch:
                store.insert(batch)
            if (line.entries, line.leaf) != (check.count, check.head):
                raise LedgerBroken(
                    f"the backup says it holds {line.entries} entries, and {check.count} are there"
                )
            _hold_against(store, [checkpoint for checkpoint, _ in notes])
            _keep_notes(log, notes, handovers)
            return check.count
    raise LedgerBroken(f"the backup is cut short after {check.count} entries")


def write_keys(keys: SubjectKeys, to: BinaryIO, made: str) -> int:
    """Write the keys of data subjects, wrapped as they are; how many."""
    count = 0
    with gzip.GzipFile(fileobj=to, mode="wb") as out:
        _put(out, _Line(_VERSION, "keys", made))
        for kept in keys.kept():
            _put(out, _Line(kept=kept))
            count += 1
        _put(out, _Line(end=True, entries=count))
    return count


def read_keys(source: BinaryIO, keys: SubjectKeys) -> int:
    """Bring keys back that were lost; how many there were. What is there already is left as it is."""
    found: list[KeptKey] = []
    for line in _lines(source, "keys"):
        if line.kept is not None:
            found.append(line.kept)
        elif line.end:
            if line.entries != len(found):
                raise LedgerBroken(
                    f"the backup says it holds {line.entries} keys, and {len(found)} are there"
                )
            keys.bring_back(found)
            return len(found)
    raise LedgerBroken(f"the backup is cut short after {len(found)} keys")


def _put(out: gzip.GzipFile, line: _Line) -> None:
    out.write(_encoder.encode(line) + b"\n")


def _lines(source: BinaryIO, of: str) -> Iterator[_Line]:
    number = 0
    try:
        with gzip.GzipFile(fileobj=source, mode="rb") as lines:
            while raw := lines.readline(_LONGEST_LINE):
                line = _decoder.decode(raw)
                number += 1
                if number == 1 and (line.backup, line.of) != (_VERSION, of):
                    raise LedgerBroken(f"that is no backup of {of} that this program knows how to read")
                yield line
    except (msgspec.MsgspecError, UnicodeDecodeError, gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise LedgerBroken(f"the backup can't be read in line {number + 1}: {error}") from error


def _row(line: _Line, check: ChainCheck, store: EntryStore, batch: Iterable[Stored]) -> Stored:
    entry = (line.entry or "").encode()
    seq, leaf = check.count, leaf_hash(entry)
    found = check.next(Opened(seq, entry, leaf, None, None))
    try:
        sealed = None if line.sealed is None else base64.b64decode(line.sealed, validate=True)
    except ValueError as error:
        raise LedgerBroken(f"entry {seq}: its private part is not the one it was written with") from error
    row = Stored(seq, found.trace, kind_of(found.body), entry, leaf, line.key, sealed)
    check_filed(found, row)
    if found.before is not None:
        # Of its trace, and with nothing between: what was left out of a copy would be missed here.
        before = [one.seq for one in batch if one.trace == found.trace] or list(
            store.last_of([found.trace]).values()
        )
        check_before(found, before[-1] if before else None)
    return row


def _note(text: str) -> Note:
    try:
        return parse_note(text.encode())
    except SignatureError as error:
        raise LedgerBroken(f"a checkpoint or handover of the backup can't be read: {error}") from error


def _keep_notes(log: Checkpoints, notes: list[tuple[Checkpoint, Note]], handovers: list[Note]) -> None:
    """In the order in which they were signed: a handover stands at the checkpoint that both keys signed."""
    made = {parse_handover(one).size: (number, one) for number, one in enumerate(handovers)}
    for checkpoint, note in notes:
        done = sum(size < checkpoint.size for size in made)
        log.keep_checkpoint(note, done)
        if checkpoint.size in made:
            number, handover = made[checkpoint.size]
            log.keep_handover(number, parse_handover(handover), handover, note)


def _hold_against(store: EntryStore, checkpoints: list[Checkpoint]) -> None:
    tree = TreeCheck(checkpoints)
    for row, _ in store.walk():
        tree.next(bytes.fromhex(row.leaf))
    tree.end()
