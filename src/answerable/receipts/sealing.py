"""Give a draft its place: number it, link it, commit to its private part."""

from answerable.ledger import leaf_hash, private_digest
from answerable.ledger.tiles import LARGEST_ENTRY
from answerable.receipts.canonical import canonical
from answerable.receipts.entries import FORMAT, Draft, Entry
from answerable.values.errors import LedgerUnavailable


def seal(draft: Draft, seq: int, prev: str, salt: bytes) -> tuple[bytes, str, bytes | None]:
    """The entry's canonical bytes, their leaf hash, and the private part's bytes.

    `salt` is 16 random bytes, used only where the draft has a private part.
    Raises UnicodeEncodeError where a text can't be written as UTF-8, LedgerUnavailable
    where the public part is longer than an entry bundle can hold (C2SP tlog-tiles).
    """
    private = None if draft.private is None else canonical(draft.private)
    digest = None if private is None else private_digest(salt, private)
    entry = canonical(Entry(FORMAT, seq, prev, draft.trace, draft.at, draft.body, digest))
    if len(entry) > LARGEST_ENTRY:
        raise LedgerUnavailable(
            f"an entry of {len(entry)} bytes is over the {LARGEST_ENTRY} that the log can show; were thousands of "
            "tools or sources named?"
        )
    return entry, leaf_hash(entry), private
