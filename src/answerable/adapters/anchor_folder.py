"""A second store for a ledger's checkpoints: a folder on another machine, or on storage that can't be rewritten.

One file for each, `00000000000000001027.note`, in a folder for each log. A file is written once and
never over; whoever takes one away is found out by the next that is missed, or by a witness.
"""

import hashlib
from pathlib import Path

from answerable.adapters.durable_files import write_new
from answerable.ledger.checkpoint import parse_checkpoint
from answerable.signing import Note, parse_note, written
from answerable.signing.notes import MOST_BYTES
from answerable.values.errors import LedgerBroken, LedgerUnavailable, SettingsError, SignatureError

_DIGITS = 20


class AnchorFolder:
    """Keeps one log's checkpoints."""

    def __init__(self, folder: Path, origin: str) -> None:
        self.name = str(folder)
        # The log's name is no file's name: it has slashes in it.
        self._folder = folder / hashlib.sha256(origin.encode()).hexdigest()[:16]

    def last(self) -> Note | None:
        """The checkpoint that counts most.

        Raises LedgerUnavailable where it can't be read, LedgerBroken where it is none.
        """
        try:
            names = sorted(one.name for one in self._folder.glob("*.note")) if self._folder.exists() else []
            if not names:
                return None
            with (self._folder / names[-1]).open("rb") as file:
                raw = file.read(MOST_BYTES + 1)
        except OSError as error:
            raise LedgerUnavailable(f"the anchor '{self.name}' can't be read: {error.strerror}") from error
        try:
            return parse_note(raw)
        except SignatureError as error:
            raise self._no_checkpoint(names[-1], error) from error

    def keep(self, note: Note) -> None:
        """Keep a checkpoint; one that is kept already is left. Raises LedgerUnavailable, LedgerBroken."""
        size = parse_checkpoint(note.text).size
        path = self._folder / f"{size:0{_DIGITS}}.note"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            if path.exists():
                if parse_note(path.read_bytes()).text != note.text:
                    raise LedgerBroken(f"the anchor '{self.name}' keeps another checkpoint of {size} entries")
                return
            # A crash here leaves the file cut short, which the next start says; the ledger's own has been signed.
            write_new(path, written(note))
        except (OSError, SettingsError) as error:
            raise LedgerUnavailable(f"the anchor '{self.name}' can't be written: {error}") from error
        except SignatureError as error:
            raise self._no_checkpoint(path.name, error) from error

    def _no_checkpoint(self, file: str, error: SignatureError) -> LedgerBroken:
        return LedgerBroken(f"the anchor '{self.name}' holds '{file}', which is no checkpoint: {error}")
