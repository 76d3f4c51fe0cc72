"""Handing a log over to another key, so that who knows the first can follow to the last.

The log keeps its name (C2SP tlog-checkpoint: the origin is the name of its keys), and changes the
key. A handover is a note that both keys sign, at a checkpoint of the log:

    answerable ledger key handover v1
    log shop.example/answerable
    size 1027
    root qINS1GRFhWHwdkUeqLEoP4yEMkTBBzxBkGwGQlVlVcs=
    from shop.example/answerable+5f3c…+AX…
    to shop.example/answerable+91ab…+AQ…
    at 2026-11-24T10:00:00.000000Z

The old key signs for up to that size, the new one from it on. No text of another kind begins with
those words: a checkpoint begins with a name, which has no space in it.

What a history can't show is that it is the only one. Who holds a retired key can write another
handover of it, to a key of his own: a witness that follows the new key does not cosign that, and
who names the new key as the one to trust refuses it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from answerable.ledger.checkpoint import Checkpoint, parse_checkpoint
from answerable.signing import Note, Verifier, check_note, parse_note, verifier_from
from answerable.signing.keys import Algorithm
from answerable.signing.notes import MOST_BYTES
from answerable.values import from_rfc3339, rfc3339
from answerable.values.errors import ProofError, SignatureError

MOST_HANDOVERS = 1000
_OPENING = "answerable ledger key handover v1"
_FIELDS = ("log", "size", "root", "from", "to", "at")


@dataclass(frozen=True, slots=True)
class Handover:
    """At `checkpoint`, which has no extensions, the log went from the `old` key to the `new` one."""

    checkpoint: Checkpoint
    old: Verifier
    new: Verifier
    at: datetime
    """In UTC, as the log's owner says it."""

    @property
    def size(self) -> int:
        return self.checkpoint.size

    def note(self) -> Note:
        """What both keys are to sign."""
        origin, size, root, _ = self.checkpoint.note().text.split("\n")
        values = (origin, size, root, str(self.old), str(self.new), rfc3339(self.at))
        lines = (f"{name} {value}\n" for name, value in zip(_FIELDS, values, strict=True))
        return Note(f"{_OPENING}\n{''.join(lines)}")


def parse_handover(note: Note) -> Handover:
    """Read a handover.

    1. It is one, written in the one way that there is.
    2. Both keys are of the log by their name, and are two.
    3. Both signed it.

    Raises ProofError or SignatureError, saying what fails.
    """
    first, *lines = note.text.split("\n")
    values = [line.removeprefix(f"{name} ") for name, line in zip(_FIELDS, lines, strict=False)]
    if first != _OPENING or len(lines) != len(_FIELDS) + 1:
        raise ProofError("that is no handover of a log's key")
    origin, size, root, old, new, at = values
    checkpoint = parse_checkpoint(f"{origin}\n{size}\n{root}\n")
    try:
        found = Handover(checkpoint, verifier_from(old), verifier_from(new), from_rfc3339(at))
    except ValueError:
        raise ProofError(f"a handover of '{origin}' does not say when it was, as RFC 3339") from None
    if found.note().text != note.text:
        raise ProofError(f"a handover of '{origin}' is not written as handovers are")
    keys = (found.old, found.new)
    if any(one.name != origin or one.algorithm is not Algorithm.ED25519 for one in keys):
        raise ProofError(f"a handover of '{origin}' is between keys that are not both of that log")
    if found.size == 0 or found.old.key_id == found.new.key_id:
        raise ProofError(f"a handover of '{origin}' is of nothing, or to the same key")
    signed = {one.by for one in check_note(note, keys)}
    for one in keys:
        if one not in signed:
            raise ProofError(f"the handover of {found.size} entries is not signed by '{one.short}'")
    return found


def parse_handovers(raw: bytes) -> tuple[Note, ...]:
    """The notes that are written one after another; none where there are no bytes. Raises SignatureError."""
    if len(raw) > MOST_BYTES:
        raise SignatureError(f"handovers are at most {MOST_BYTES} bytes; these are {len(raw)}")
    opening = f"{_OPENING}\n".encode()
    before, *parts = raw.split(opening)
    if before:
        raise SignatureError(f"handovers begin with '{_OPENING}'; these do not")
    return tuple(parse_note(opening + part) for part in parts)


def read_handovers(notes: Sequence[Note]) -> tuple[Handover, ...]:
    """The handovers, each from the key that the one before went to, and none to a key that was one before.

    Raises ProofError or SignatureError.
    """
    if len(notes) > MOST_HANDOVERS:
        raise ProofError(f"a log has at most {MOST_HANDOVERS} handovers; here are {len(notes)}")
    found = tuple(parse_handover(note) for note in notes)
    for before, after in pairwise(found):
        if after.old != before.new:
            raise ProofError(
                f"the handover of {after.size} entries is from '{after.old.short}', and the log's key was "
                f"'{before.new.short}' then: one is missing, or a retired key made another"
            )
        if after.size < before.size:
            raise ProofError(f"a handover of {after.size} entries follows one of {before.size}: out of order")
        if after.size == before.size and after.checkpoint != before.checkpoint:
            raise ProofError(f"two handovers of {after.size} entries are of different logs")
    ids = [one.old.key_id for one in found[:1]] + [one.new.key_id for one in found]
    if len(set(ids)) != len(ids):
        raise ProofError("a log was handed over to a key that it had before; a retired key stays retired")
    return found


@dataclass(frozen=True, slots=True)
class KeyHistory:
    """The keys of a log, one after another, and the handovers between them."""

    keys: tuple[Verifier, ...]
    handovers: tuple[Handover, ...] = ()

    @classmethod
    def of(cls, trusted: Verifier, notes: Sequence[Note] = ()) -> "KeyHistory":
        """From one key that is trusted and the handovers there were, in order.

        The key may be any of them: each handover is signed by both of its keys, so that one
        vouches for the next, and for the one before up to that size. Raises ProofError or
        SignatureError: also where the key is none of them.
        """
        handovers = read_handovers(notes)
        keys = (handovers[0].old, *(one.new for one in handovers)) if handovers else (trusted,)
        if trusted not in keys:
            raise SignatureError(
                f"'{trusted.short}' is not a key of the log, whose handovers go from '{keys[0].short}' to "
                f"'{keys[-1].short}'"
            )
        return cls(keys, handovers)

    @property
    def origin(self) -> str:
        """The log's name, which is that of each of its keys."""
        return self.keys[0].name

    @property
    def current(self) -> Verifier:
        """The key that signs now."""
        return self.keys[-1]

    def may_sign(self, size: int) -> tuple[Verifier, ...]:
        """The keys that a checkpoint of so many entries may be signed with: two at a handover."""
        return tuple(
            key
            for at, key in enumerate(self.keys)
            if (at == 0 or self.handovers[at - 1].size <= size)
            and (at == len(self.handovers) or size <= self.handovers[at].size)
        )

    def open(self, note: Note) -> Checkpoint:
        """The checkpoint in a note.

        1. It is of this log.
        2. A key of the log signed it, and one that may sign for its size.
        3. Where the log was handed over at that size, it is of the same entries.

        Raises ProofError or SignatureError. What only a retired key signed is expired.
        """
        found = parse_checkpoint(note.text)
        what = f"the checkpoint of {found.size} entries"
        if found.origin != self.origin:
            raise ProofError(f"the checkpoint is of the log '{found.origin}', not of '{self.origin}'")
        signed = {one.by for one in check_note(note, self.keys)}
        if signed.isdisjoint(self.may_sign(found.size)):
            raise self._refused(what, signed, found.size)
        for one in self.handovers:
            if one.size == found.size and one.checkpoint.root != found.root:
                raise ProofError(f"{what} is not of the entries that the log's key was handed over with")
        return found

    def check_newest(self, note: Note, what: str) -> None:
        """The key of now signed that note. Raises ProofError, naming it as `what`, or SignatureError."""
        signed = {one.by for one in check_note(note, self.keys)}
        if self.current not in signed:
            raise self._refused(what, signed, None)

    def check_current(self, key: Verifier) -> None:
        """That key of the log is the one that signs now. Raises SignatureError, saying since when it does not."""
        if key != self.current:
            raise SignatureError(
                f"{self._retired(key)}; the log signs with '{self.current.short}' since: name that key"
            )

    def check_next(self, key: Verifier) -> None:
        """The log can be handed over to that key. Raises SignatureError, saying what is wrong with it."""
        if key.name != self.origin:
            raise SignatureError(
                f"the new key is named '{key.name}', and the log keeps its name; make one with "
                f"'answerable key new {self.origin} --output FILE'"
            )
        if key.algorithm is not Algorithm.ED25519:
            raise SignatureError("the new key is a witness's; make one without --witness")
        if key.key_id in {one.key_id for one in self.keys}:
            raise SignatureError(
                f"'{key.short}' is a key of this log already, or was; a retired key stays retired"
            )

    def _refused(self, what: str, signed: set[Verifier], size: int | None) -> ProofError:
        """Why none of those signatures will do, for a size or for now."""
        if not signed:
            names = ", ".join(f"'{key.short}'" for key in self.keys)
            return ProofError(f"{what} is not signed by {names}: wrong key, or not of this log")
        last = max(signed, key=self.keys.index)
        at = self.keys.index(last)
        if size is not None and at and size < self.handovers[at - 1].size:
            start = self.handovers[at - 1].size
            return ProofError(
                f"{what} is signed only with '{last.short}', which signs from {start} entries on"
            )
        return ProofError(f"{what} is expired: {self._retired(last)}, and no later key signed it")

    def _retired(self, key: Verifier) -> str:
        end = self.handovers[self.keys.index(key)]
        return f"the key '{key.short}' was retired at {end.size} entries, on {rfc3339(end.at)}"
