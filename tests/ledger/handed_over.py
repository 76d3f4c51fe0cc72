"""A log that was handed over from key to key, for tests."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime

from answerable.ledger.checkpoint import Checkpoint
from answerable.ledger.handover import Handover
from answerable.signing import Note, Signer, new_signer

ORIGIN = "shop.example/log"
NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
KEYS = [new_signer(ORIGIN, bytes([number]) * 32) for number in range(1, 8)]


def checkpoint(size: int, text: str = "") -> Checkpoint:
    """Not of any entries: its root is as good as another."""
    return Checkpoint(ORIGIN, size, hashlib.sha256(f"{size}{text}".encode()).digest())


def signed(size: int, *keys: Signer, text: str = "") -> Note:
    note = checkpoint(size, text).note()
    for key in keys:
        note = note.signed(key)
    return note


def handed_over(old: Signer, new: Signer, size: int, text: str = "") -> Note:
    made = Handover(checkpoint(size, text), old.verifier, new.verifier, NOW)
    return made.note().signed(old).signed(new)


def chain(sizes: Sequence[int]) -> list[Note]:
    """Handovers at those sizes, from the first of `KEYS` to the second, and so on."""
    return [handed_over(KEYS[at], KEYS[at + 1], size) for at, size in enumerate(sizes)]
