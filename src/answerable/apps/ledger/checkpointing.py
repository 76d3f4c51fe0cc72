"""Sign a ledger's checkpoints while it grows, have them cosigned, and keep them.

The key of the log is not what protects it from whoever runs it: its witnesses are. Each step
here can fail without harm to the entries; the next one covers what this one left out.
"""

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path

from answerable.adapters.http_witness import HttpWitness
from answerable.adapters.sqlite_log import SqliteLog
from answerable.ledger.checkpoint import parse_checkpoint
from answerable.ledger.log import hashes, next_checkpoint
from answerable.ledger.merkle import consistency_proof
from answerable.signing import Note, Signer
from answerable.values.errors import LedgerError, LedgerUnavailable

_LOG = logging.getLogger("answerable.ledger")


class Checkpointer:
    """Signs a checkpoint every few seconds, where there are new entries.

    `problem` says why the last one could not be signed: a ledger that was cut off or
    rewritten, above all. The gateway is not ready while there is one.
    """

    def __init__(self, path: Path, signer: Signer, witnesses: Sequence[HttpWitness] = ()) -> None:
        """The log's origin is the name of its key."""
        self._path, self._signer, self._origin = path, signer, signer.verifier.name
        self._witnesses = witnesses
        self.problem = ""
        self.unwitnessed: dict[str, str] = {}
        """What went wrong with each witness the last time, by its name."""

    async def run(self, seconds: float) -> None:
        """Until cancelled. Never raises."""
        while True:
            await self.finish()
            await asyncio.sleep(seconds)

    async def finish(self) -> None:
        """Sign for what is new; what goes wrong is `problem`. Never raises."""
        try:
            await self.once()
        except LedgerError as error:
            if self.problem != str(error):
                _LOG.error("no checkpoint was signed: %s", error)
            self.problem = str(error)
        except Exception as error:  # noqa: BLE001 – a defect here must not end the signing, nor go unseen
            self.problem = f"{type(error).__name__}: {error}"
            _LOG.exception("no checkpoint was signed")

    async def once(self) -> Note | None:
        """Sign for what is new, if anything is. Raises LedgerBroken, LedgerUnavailable."""
        note = await asyncio.to_thread(self._sign)
        self.problem = ""
        if note is not None:
            for one in self._witnesses:
                note = await self._witnessed(one, note)
        return note

    def _sign(self) -> Note | None:
        store = SqliteLog(self._path)
        try:
            note = next_checkpoint(store, store.checkpoint(), self._signer, self._origin)
            if note is not None:
                store.keep_checkpoint(parse_checkpoint(note.text).size, note)
            return note
        finally:
            store.close()

    async def _witnessed(self, one: HttpWitness, note: Note) -> Note:
        """The note with the witness's cosignature; as it was where the witness can't be asked. Raises LedgerBroken."""
        try:
            found = await one.cosign(note, self._proof)
        except LedgerUnavailable as error:
            if self.unwitnessed.get(one.name) != str(error):
                _LOG.warning("the witness '%s' did not cosign: %s", one.name, error)
            self.unwitnessed[one.name] = str(error)
            return note
        self.unwitnessed.pop(one.name, None)
        await asyncio.to_thread(self._keep, found)
        return found

    def _proof(self, old: int, new: int) -> list[bytes]:
        store = SqliteLog(self._path)
        try:
            return consistency_proof(old, new, hashes(store, new))
        finally:
            store.close()

    def _keep(self, note: Note) -> None:
        store = SqliteLog(self._path)
        try:
            store.keep_checkpoint(parse_checkpoint(note.text).size, note)
        finally:
            store.close()
