"""A checkpoint: how many entries the log has and their root, for its key and its witnesses to sign.

    shop.example/answerable
    1027
    qINS1GRFhWHwdkUeqLEoP4yEMkTBBzxBkGwGQlVlVcs=

Source: C2SP tlog-checkpoint.
"""

import base64
import binascii
from dataclasses import dataclass

from answerable.ledger.merkle import HASH_BYTES
from answerable.signing import Note
from answerable.values.errors import ProofError

_LARGEST_SIZE = 1 << 62
_MOST_DIGITS = 19
_LINES = 3


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of a log. `origin` names the log, as a URL without its scheme does."""

    origin: str
    size: int
    root: bytes
    """32 bytes (RFC 9162 section 2.1.1)."""
    extensions: tuple[str, ...] = ()
    """Lines that others may not understand, kept as they are."""

    def note(self) -> Note:
        """What is to be signed."""
        lines = (self.origin, str(self.size), base64.b64encode(self.root).decode(), *self.extensions)
        return Note("".join(f"{line}\n" for line in lines))


def parse_checkpoint(text: str) -> Checkpoint:
    """Read a note's text. Raises ProofError, saying what is no checkpoint about it."""
    lines = text.split("\n")
    if len(lines) < _LINES + 1 or lines.pop() != "":
        raise ProofError("a checkpoint has three lines: whose log it is, its size and its root")
    origin, size, root, *extensions = lines
    if not origin or any(not line for line in extensions):
        raise ProofError("a checkpoint names its log, and has no empty lines")
    if (
        not (size.isascii() and size.isdigit())
        or len(size) > _MOST_DIGITS
        or (size[0] == "0" and size != "0")
    ):
        raise ProofError(
            "the second line of a checkpoint is the number of its entries, without leading zeros"
        )
    try:
        found = base64.b64decode(root, validate=True)
    except (binascii.Error, ValueError):
        found = b""
    if len(found) != HASH_BYTES or base64.b64encode(found).decode() != root:
        raise ProofError(f"the third line of a checkpoint is its root, {HASH_BYTES} bytes in base64")
    if int(size) > _LARGEST_SIZE:
        raise ProofError("a checkpoint of more entries than any log has")
    return Checkpoint(origin, int(size), found, tuple(extensions))
