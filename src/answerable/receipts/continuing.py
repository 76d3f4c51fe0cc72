"""Does evidence come from the log that somebody has kept a checkpoint of? A fork shows here.

`continues.json` holds, for each checkpoint that it was asked to continue, its size and the hashes that lead from
it to the evidence's own (RFC 9162 section 2.1.4.1), base64.
"""

import base64
import binascii

import msgspec

from answerable.ledger.checkpoint import Checkpoint
from answerable.ledger.merkle import verify_consistency
from answerable.values.errors import LedgerBroken, ProofError


class Continued(msgspec.Struct, frozen=True):
    """A proof that the log's first `size` entries are those of a checkpoint of that size."""

    size: int
    proof: tuple[str, ...]


_decoder = msgspec.json.Decoder(tuple[Continued, ...])


def continues(proofs: dict[int, list[bytes]]) -> bytes:
    """The file, from proofs by the size that they lead from."""
    found = [
        Continued(size, tuple(base64.b64encode(one).decode() for one in proof))
        for size, proof in proofs.items()
    ]
    return msgspec.json.encode(found)


def check_continues(raw: bytes | None, checkpoint: Checkpoint, kept: Checkpoint) -> None:
    """Is the evidence's checkpoint of the log that `kept` is of?

    1. They name the same log.
    2. Of the same size they have the same root.
    3. Where the evidence's is larger, a proof of it leads from the one kept.

    Raises LedgerBroken where it was forked, ProofError where the evidence can't show it.
    """
    if kept.origin != checkpoint.origin:
        raise ProofError(
            f"the checkpoint that was kept is of the log '{kept.origin}', not of '{checkpoint.origin}'"
        )
    forked = LedgerBroken(
        f"the log was forked: the checkpoint of {kept.size} entries that was kept is of another history than "
        "this evidence"
    )
    if kept.size == checkpoint.size:
        if kept.root != checkpoint.root:
            raise forked
        return
    if kept.size > checkpoint.size:
        raise ProofError(
            f"the evidence is of a log of {checkpoint.size} entries, and the checkpoint that was kept counts "
            f"{kept.size}: ask for evidence that is made now"
        )
    try:
        found = {one.size: one.proof for one in _decoder.decode(raw or b"[]")}
        proof = [base64.b64decode(step, validate=True) for step in found[kept.size]]
    except KeyError:
        raise ProofError(
            f"the evidence has no proof that it continues the checkpoint of {kept.size} entries; ask for it to be made "
            "with --continues and that checkpoint"
        ) from None
    except (msgspec.MsgspecError, UnicodeDecodeError, binascii.Error, ValueError) as error:
        raise LedgerBroken(
            f"the proofs that the evidence continues a checkpoint can't be read: {error}"
        ) from error
    try:
        verify_consistency(kept.size, checkpoint.size, proof, kept.root, checkpoint.root)
    except ProofError as error:
        raise forked from error
