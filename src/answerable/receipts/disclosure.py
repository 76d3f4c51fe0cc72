"""What is shown of an entry's private part: all of its fields, some, or none, and still proven.

A field that is shown comes with its own salt, a hidden one leaves its digest: together they make the
digest that the entry commits to. What was erased leaves nothing, and another entry says by whom.
"""

from collections.abc import Collection, Iterable, Mapping

import msgspec

from answerable.ledger import commits_to_whole, digest_of_fields, field_digest, field_salt
from answerable.receipts.format import Entry, Private
from answerable.receipts.governance import ErasureBody
from answerable.receipts.rows import Opened
from answerable.receipts.verifying import private_fields
from answerable.values.errors import LedgerBroken

REDACTED = "(redacted)"


class Proven(msgspec.Struct, frozen=True, omit_defaults=True):
    """An entry as it was hashed, and how to find it under a checkpoint.

    `proof` is base64 hashes, lowest first; salts and digests are hexadecimal. `shown` holds each field's
    salt and JSON, `hidden` each left-out field's digest. Entries of format 1 show their private part whole
    (`salt`, `private`) or not at all.
    """

    seq: int
    entry: str
    proof: tuple[str, ...]
    shown: dict[str, tuple[str, str]] = {}
    hidden: dict[str, str] = {}
    salt: str | None = None
    private: str | None = None

    @property
    def discloses(self) -> bool:
        """Is anything of the private part here?"""
        return bool(self.shown) or self.private is not None


def disclosed(row: Opened, version: int, proof: tuple[str, ...], hide: Collection[str] = ()) -> Proven:
    """An entry with the fields of its private part, but for those named in `hide`. `version` is the entry's format."""
    if row.private is None or row.salt is None:
        return Proven(row.seq, row.entry.decode(), proof)
    fields = private_fields(row.private, row.seq) if version > 1 else {}
    if version == 1:
        if any(f'"{name}":'.encode() in row.private for name in hide):
            return Proven(row.seq, row.entry.decode(), proof)
        return Proven(row.seq, row.entry.decode(), proof, salt=row.salt.hex(), private=row.private.decode())
    salts = {name: field_salt(row.salt, name) for name in fields}
    shown = {name: (salts[name].hex(), value.decode()) for name, value in fields.items() if name not in hide}
    hidden = {
        name: field_digest(salts[name], name, value).hex() for name, value in fields.items() if name in hide
    }
    return Proven(row.seq, row.entry.decode(), proof, shown, hidden)


def check_disclosed(entry: Entry, one: Proven) -> None:
    """Is what is shown what the entry commits to? Raises LedgerBroken naming the entry."""
    broken = LedgerBroken(f"entry {one.seq}: its private part is not the one it was written with")
    try:
        if entry.v == 1:
            if one.shown or one.hidden:
                raise broken
            if one.private is not None and not commits_to_whole(
                entry.private or "", bytes.fromhex(one.salt or ""), one.private.encode()
            ):
                raise broken
            return
        if not (one.shown or one.hidden):
            if one.private is not None:
                raise broken
            return
        digests = {name: bytes.fromhex(digest) for name, digest in one.hidden.items()}
        for name, (salt, value) in one.shown.items():
            if name in digests:
                raise broken
            digests[name] = field_digest(bytes.fromhex(salt), name, value.encode())
    except ValueError:
        raise broken from None
    if any(len(digest) != 32 for digest in digests.values()):  # noqa: PLR2004 – of SHA-256
        raise broken
    if one.private is not None or digest_of_fields(digests) != entry.private:
        raise broken


def erasures_in(entries: Iterable[Entry]) -> Mapping[str, Entry]:
    """The keys that entries say were destroyed, each with the first entry that says so."""
    found: dict[str, Entry] = {}
    for entry in entries:
        if isinstance(entry.body, ErasureBody):
            for key in entry.body.keys:
                found.setdefault(key, entry)
    return found


def redacted(private: Private, hide: Collection[str]) -> Private:
    """A private part for people to read, with words in the place of what is hidden."""
    changes: dict[str, object] = {}
    for field in msgspec.structs.fields(type(private)):
        if field.name in hide:
            value = getattr(private, field.name)
            changes[field.name] = () if isinstance(value, tuple) else None if value is None else REDACTED
    return msgspec.structs.replace(private, **changes) if changes else private
