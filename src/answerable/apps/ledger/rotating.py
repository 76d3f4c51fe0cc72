"""`answerable ledger rotate-key`: hand a ledger's log over to another key."""

from contextlib import closing
from datetime import datetime

from answerable.apps.ledger.checkpointing import check_key
from answerable.apps.ledger_place import LedgerPlace
from answerable.ledger.checkpoint import parse_checkpoint
from answerable.ledger.handover import Handover, KeyHistory, parse_handover, read_handovers
from answerable.ledger.log import next_checkpoint
from answerable.signing import Note, SigningKey
from answerable.values.errors import LedgerUnavailable


def rotate_key(place: LedgerPlace, old: SigningKey, new: SigningKey, now: datetime) -> Note:
    """Make a handover durable, and the checkpoint that it stands at signed with both keys; the handover's note.

    1. The old key is the one that signs now, and the new one can follow it. Where it has followed
       it already, that handover is the answer, and nothing is written.
    2. The old key signs for all there is: its last checkpoint.
    3. Both keys sign the handover, which is read as others will read it.
    4. It is kept, together with the new key's signature under the checkpoint.

    Raises LedgerBroken, LedgerUnavailable, ProofError, SignatureError or KeyUnavailable.
    """
    with closing(place.log()) as store:
        kept = store.handovers()
        history = KeyHistory.of(old.verifier, kept)
        if kept and _between(parse_handover(kept[-1]), old, new):
            return kept[-1]
        check_key(place, old)
        history.check_next(new.verifier)
        before = store.checkpoint()
        checkpoint = next_checkpoint(store, before, old, history)
        if checkpoint is not None:
            # A crash after this leaves one more checkpoint of the old key, and no handover; done again, one is made.
            store.keep_checkpoint(checkpoint, len(kept))
        last = checkpoint or before
        if last is None:
            raise LedgerUnavailable(
                f"'{place}' has no entries that could be handed over; start it with the new key"
            )
        handover = Handover(parse_checkpoint(last.text), old.verifier, new.verifier, now)
        note = handover.note().signed(old).signed(new)
        read_handovers([*kept, note])
        store.keep_handover(len(kept), handover, note, last.signed(new))
        return note


def _between(one: Handover, old: SigningKey, new: SigningKey) -> bool:
    return (one.old, one.new) == (old.verifier, new.verifier)
