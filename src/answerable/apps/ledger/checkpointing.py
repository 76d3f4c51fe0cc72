"""Sign a ledger's checkpoints while it grows, have them cosigned, and keep them.

The key of the log is not what protects it from whoever runs it: its witnesses are. Each step
here can fail without harm to the entries; the next one covers what this one left out.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import closing

from answerable.adapters.anchor_folder import AnchorFolder
from answerable.adapters.http_witness import HttpWitness
from answerable.apps.ledger_place import LedgerPlace
from answerable.ledger.handover import KeyHistory
from answerable.ledger.log import hashes, integrate, next_checkpoint
from answerable.ledger.merkle import consistency_proof, root
from answerable.ports.kept_log import KeptLog
from answerable.signing import Note, SigningKey, check_note
from answerable.values.errors import (
    AnswerableError,
    LedgerBroken,
    LedgerUnavailable,
    ProofError,
    SignatureError,
)

_LOG = logging.getLogger("answerable.ledger")


class Checkpointer:
    """Signs a checkpoint every few seconds, where there are new entries.

    `problem` says why the last one could not be signed: a ledger that was cut off or
    rewritten, above all; a key that was retired or can't be had. The gateway is not ready while
    there is one.
    """

    def __init__(
        self,
        place: LedgerPlace,
        signer: SigningKey,
        witnesses: Sequence[HttpWitness] = (),
        anchor: AnchorFolder | None = None,
        hold_back: Callable[[str], None] = lambda _why: None,
    ) -> None:
        """The log's origin is the name of its key.

        `hold_back` is told why, where the ledger was found to be cut off, rewritten or restored from an older
        copy: nothing is to be written on top of that.
        """
        self._place, self._signer = place, signer
        self._witnesses, self._anchor, self._hold_back = witnesses, anchor, hold_back
        self.problem = ""
        self.unwitnessed: dict[str, str] = {}
        """What went wrong with each witness the last time, by its name."""
        self._held_against_anchor = False
        self.unanchored = ""
        """What went wrong with the anchor the last time."""

    async def run(self, seconds: float) -> None:
        """Until cancelled. Never raises."""
        while True:
            await self.finish()
            await asyncio.sleep(seconds)

    async def finish(self) -> None:
        """Sign for what is new; what goes wrong is `problem`. Never raises."""
        try:
            await self.once()
        except AnswerableError as error:
            if self.problem != str(error):
                _LOG.error("no checkpoint was signed: %s", error)
            self.problem = str(error)
            if isinstance(error, LedgerBroken):
                self._hold_back(f"nothing is written to the ledger: {error}")
        except Exception as error:  # noqa: BLE001 – a defect here must not end the signing, nor go unseen
            self.problem = f"{type(error).__name__}: {error}"
            _LOG.exception("no checkpoint was signed")

    async def once(self) -> Note | None:
        """Sign for what is new, if anything is; the new checkpoint.

        Raises LedgerBroken, LedgerUnavailable, KeyUnavailable; ProofError or SignatureError where
        the key is not the one that the log signs with.
        A witness that was away is asked again for the last one, so that it is not left without.
        """
        new, last = await asyncio.to_thread(self._sign)
        if last is not None:
            for one in self._witnesses:
                if not check_note(last, [one.verifier]):
                    last = await self._witnessed(one, last)
            await asyncio.to_thread(self._anchored, last)
        self.problem = ""
        self._hold_back("")
        return last if new else None

    def _sign(self) -> tuple[bool, Note | None]:
        """The last checkpoint there is now, and whether it is new."""
        with closing(self._place.log()) as store:
            handovers = store.handovers()
            before = store.checkpoint()
            history = KeyHistory.of(self._signer.verifier, handovers)
            if not self._held_against_anchor:  # after that each of ours continues the one before it
                self._hold_against_anchor(store, history)
            note = next_checkpoint(store, before, self._signer, history)
            if note is None:
                return False, before
            store.keep_checkpoint(note, len(handovers))
            return True, note

    def _hold_against_anchor(self, store: KeptLog, history: KeyHistory) -> None:
        """Raises LedgerBroken where the anchor keeps a checkpoint that the ledger does not continue."""
        try:
            kept = self._anchor.last() if self._anchor is not None else None
        except LedgerUnavailable as error:
            self._tell_anchor(str(error))
            return
        self._held_against_anchor = True
        if kept is None or self._anchor is None:
            return
        self._held_against_anchor = False  # until it is known
        anchored = history.open(kept)
        size = store.size()
        if anchored.size > size:
            raise LedgerBroken(
                f"the anchor '{self._anchor.name}' keeps a checkpoint of {anchored.size} entries, and {size} are "
                "there: the ledger was cut off or restored from an older copy"
            )
        integrate(store, size)
        if root(anchored.size, hashes(store, size)) != anchored.root:
            raise LedgerBroken(
                f"the first {anchored.size} entries are not those that the anchor '{self._anchor.name}' keeps a "
                "checkpoint of"
            )
        self._held_against_anchor = True

    def _anchored(self, note: Note) -> None:
        """Keep the last checkpoint in the second store as well; one that is away takes nothing away.

        Raises LedgerBroken.
        """
        if self._anchor is None:
            return
        try:
            self._anchor.keep(note)
        except LedgerUnavailable as error:
            self._tell_anchor(str(error))
        else:
            self.unanchored = ""

    def _tell_anchor(self, why: str) -> None:
        if self.unanchored != why:
            _LOG.warning("%s", why)
        self.unanchored = why

    async def _witnessed(self, one: HttpWitness, note: Note) -> Note:
        """The note with the witness's cosignature; as it was where the witness can't be asked. Raises LedgerBroken."""
        try:
            found = await one.cosign(note, _History(self._place))
        except LedgerUnavailable as error:
            if self.unwitnessed.get(one.name) != str(error):
                _LOG.warning("the witness '%s' did not cosign: %s", one.name, error)
            self.unwitnessed[one.name] = str(error)
            return note
        self.unwitnessed.pop(one.name, None)
        await asyncio.to_thread(self._keep, found)
        return found

    def _keep(self, note: Note) -> None:
        with closing(self._place.log()) as store:
            store.keep_checkpoint(note)


def check_key(place: LedgerPlace, signer: SigningKey) -> None:
    """Is that the key that the ledger's checkpoints are signed with now?

    Raises SignatureError where it was retired, or where the log has not been handed over to it.
    """
    with closing(place.log()) as store:
        handovers, last = store.handovers(), store.checkpoint()
    history = KeyHistory.of(signer.verifier, handovers)
    history.check_current(signer.verifier)
    if last is None:
        return
    try:
        history.open(last)
    except ProofError as error:
        raise SignatureError(
            f"the key '{signer.verifier.short}' is not the one that signs this ledger: {error}. Name the key that "
            "did; 'answerable ledger rotate-key --key OLD --new NEW' hands the ledger over to another"
        ) from error


class _History:
    """The ledger's own, as it stands when it is asked."""

    def __init__(self, place: LedgerPlace) -> None:
        self._place = place

    def size(self) -> int:
        with closing(self._place.log()) as store:
            return store.size()

    def proof(self, old: int, new: int) -> list[bytes]:
        with closing(self._place.log()) as store:
            return consistency_proof(old, new, hashes(store, new))
