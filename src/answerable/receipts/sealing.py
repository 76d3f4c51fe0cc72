"""Give drafts their places: number them, link them, commit to their private parts and seal those."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from answerable.ledger import leaf_hash, private_digest
from answerable.ledger.tiles import LARGEST_ENTRY
from answerable.receipts.canonical import canonical_fields, joined
from answerable.receipts.format import FORMAT, Draft, Entry, encode, kind_of
from answerable.receipts.payloads import NONCE_BYTES, SALT_BYTES, seal_payload
from answerable.receipts.rows import Stored, SubjectKey
from answerable.values.errors import LedgerUnavailable

SubjectMonth = tuple[str, str]
"""A data subject and a month (`2026-11`): they have a key of their own, so that time can erase as well."""

ENTROPY_BYTES = SALT_BYTES + NONCE_BYTES
_MONTH = len("2026-11")


class Head(NamedTuple):
    """Where the next entry goes: its number, and the leaf hash of the one before it."""

    seq: int
    leaf: str


def data_subject(customer: str | None, workload: str, conversation: str | None, trace: str) -> str:
    """Whom an exchange is about: the customer where one is named, else the conversation, else itself."""
    if customer:
        return f"customer:{customer}"
    return f"conversation:{workload}/{conversation}" if conversation else f"trace:{trace}"


def subject_month(draft: Draft) -> SubjectMonth:
    """Whose key a draft's private part is sealed under."""
    return draft.subject or data_subject(None, "", None, draft.trace), draft.at[:_MONTH]


class Sealer:
    """Seals drafts one behind the other. `before` holds the last entry of each trace that has one."""

    def __init__(
        self, head: Head, before: Mapping[str, int], keys: Mapping[SubjectMonth, SubjectKey]
    ) -> None:
        self.head = head
        self.rows: list[Stored] = []
        self.last = dict(before)
        self._keys = keys
        self._ciphers: dict[str, AESGCM] = {}

    def seal(self, drafts: Sequence[Draft], entropy: Callable[[], bytes]) -> None:
        """Seal drafts, all or none; `entropy` gives `ENTROPY_BYTES` random ones for each that has a private part.

        Raises UnicodeEncodeError where a text can't be written as UTF-8, LedgerUnavailable where a
        public part is longer than an entry bundle can hold (C2SP tlog-tiles).
        """
        head, made = self.head, len(self.rows)
        last: dict[str, int] = {}
        try:
            for draft in drafts:
                before = last.get(draft.trace, self.last.get(draft.trace))
                drawn = entropy() if draft.private is not None else b""
                key = self._keys[subject_month(draft)] if draft.private is not None else None
                row = seal(draft, head, before, key, drawn, self._cipher(key))
                self.rows.append(row)
                last[draft.trace] = head.seq
                head = Head(head.seq + 1, row.leaf)
        except Exception:
            del self.rows[made:]
            raise
        self.head = head
        self.last.update(last)

    def _cipher(self, key: SubjectKey | None) -> AESGCM | None:
        """To make one takes longer than to seal with it, and a group of drafts is of few subjects."""
        if key is None:
            return None
        if key.id not in self._ciphers:
            self._ciphers[key.id] = AESGCM(key.secret)
        return self._ciphers[key.id]


def seal(
    draft: Draft,
    head: Head,
    before: int | None,
    key: SubjectKey | None,
    entropy: bytes,
    cipher: AESGCM | None = None,
) -> Stored:
    """One draft in its place. Raises as `Sealer.seal`.

    `key` and `entropy` are used where it has a private part; `cipher` is the key's, for whoever seals many.
    """
    digest = sealed = None
    if draft.private is not None and key is not None:
        fields = canonical_fields(draft.private)
        salt, nonce = entropy[:SALT_BYTES], entropy[SALT_BYTES:]
        digest = private_digest(salt, fields)
        sealed = seal_payload(cipher or AESGCM(key.secret), nonce, digest, salt, joined(fields))
    key_id = key.id if sealed is not None and key is not None else None
    entry = encode(
        Entry(FORMAT, head.seq, head.leaf, draft.trace, draft.at, draft.body, digest, before, key_id)
    )
    if len(entry) > LARGEST_ENTRY:
        raise LedgerUnavailable(
            f"an entry of {len(entry)} bytes is over the {LARGEST_ENTRY} that the log can show; were thousands of "
            "tools or sources named?"
        )
    return Stored(head.seq, draft.trace, kind_of(draft.body), entry, leaf_hash(entry), key_id, sealed)
