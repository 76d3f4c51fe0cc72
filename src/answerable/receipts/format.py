"""The format of an entry: its place in the log, what kind it is, what it says.

    {"at":"2026-11-30T09:30:00.000001Z","before":41,"body":{…},"key":"5f0c…","kind":2,
     "prev":"9ab4…","private":"77d0…","seq":42,"trace":"tr_…","v":2}

`kind` is a number that is never given twice. A reader that does not know one keeps the entry as it
is (`UnknownBody`), and so it passes over fields that it does not know: entries are kept, proven and
handed on as the bytes they were written in, and never encoded again.

Format 1 named the kind by a word inside of the body, and had neither `before` nor `key`.
"""

from types import MappingProxyType
from typing import Any

import msgspec

from answerable.receipts.acting import (
    ActionBody,
    ActionPrivate,
    ApprovalBody,
    ApprovalPrivate,
    GrantBody,
    GrantPrivate,
    ReceiptBody,
    ReceiptPrivate,
    RoleBody,
)
from answerable.receipts.canonical import canonical
from answerable.receipts.entries import (
    CallBody,
    CallPrivate,
    ExchangeBody,
    ExchangePrivate,
    ExtensionBody,
    ExtensionPrivate,
    LineBody,
    LinePrivate,
    ReplyBody,
    ReplyPrivate,
)
from answerable.receipts.governance import BundleBody, ClockBody, ErasureBody, HoldBody
from answerable.values.errors import LedgerBroken

FORMAT = 2
FORMATS = (1, 2)
"""The formats that this program reads."""

Body = (
    ExchangeBody
    | LineBody
    | CallBody
    | ExtensionBody
    | ReplyBody
    | ApprovalBody
    | GrantBody
    | ActionBody
    | ReceiptBody
    | ErasureBody
    | HoldBody
    | ClockBody
    | RoleBody
    | BundleBody
)
Private = (
    ExchangePrivate
    | LinePrivate
    | CallPrivate
    | ExtensionPrivate
    | ReplyPrivate
    | ApprovalPrivate
    | GrantPrivate
    | ActionPrivate
    | ReceiptPrivate
)

KINDS: "MappingProxyType[int, type[Body]]" = MappingProxyType(
    {
        1: ExchangeBody,
        2: LineBody,
        3: CallBody,
        4: ExtensionBody,
        5: ReplyBody,
        6: ApprovalBody,
        7: GrantBody,
        8: ActionBody,
        9: ReceiptBody,
        20: ErasureBody,
        21: HoldBody,
        22: ClockBody,
        23: RoleBody,
        24: BundleBody,
    }
)
"""What each kind's body is. Numbers are permanent: a kind that is given up keeps its own.

From 20 on it is about the record itself, and about who may do what.
"""
PRIVATE_OF: "MappingProxyType[type[msgspec.Struct], type[Private]]" = MappingProxyType(
    {
        ExchangeBody: ExchangePrivate,
        LineBody: LinePrivate,
        CallBody: CallPrivate,
        ExtensionBody: ExtensionPrivate,
        ReplyBody: ReplyPrivate,
        ApprovalBody: ApprovalPrivate,
        GrantBody: GrantPrivate,
        ActionBody: ActionPrivate,
        ReceiptBody: ReceiptPrivate,
    }
)
"""What the private part of each kind of entry is, where it can have one."""
_NUMBERS: dict[type[msgspec.Struct], int] = {body: kind for kind, body in KINDS.items()}
_NAMES: dict[type[msgspec.Struct], str] = {
    ExchangeBody: "exchange",
    LineBody: "line",
    CallBody: "call",
    ExtensionBody: "extension",
    ReplyBody: "reply",
    ApprovalBody: "approval",
    GrantBody: "grant",
    ActionBody: "action",
    ReceiptBody: "receipt",
    ErasureBody: "erasure",
    HoldBody: "hold",
    ClockBody: "clock",
    RoleBody: "role",
    BundleBody: "bundle",
}
_IN_FORMAT_1 = {name: _NUMBERS[body] for body, name in _NAMES.items()}


class UnknownBody(msgspec.Struct, frozen=True):
    """What an entry says whose kind a later version gave a number to: its JSON, as it was written."""

    kind: int
    json: bytes


class Draft(msgspec.Struct, frozen=True, gc=False):
    """An entry before it has a place in the ledger.

    `subject` names whom the private part is about, as `customer:c-81`: under their key it is
    sealed, and with that key it is erased. Without one the trace has a key of its own.
    """

    trace: str
    at: str
    body: Body
    private: Private | None = None
    subject: str | None = None


class Entry(msgspec.Struct, frozen=True, gc=False):
    """An entry in its place."""

    v: int
    seq: int
    prev: str
    """The leaf hash of the entry before it (all zeros for the first)."""
    trace: str
    at: str
    body: Body | UnknownBody
    private: str | None = None
    """The salted digest of the private part, where there is one."""
    before: int | None = None
    """The number of the entry before it of the same trace."""
    key: str | None = None
    """The key that the private part is sealed under; erasing it erases the private part."""


class _Written(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    v: int
    seq: int
    prev: str
    trace: str
    at: str
    body: Any
    kind: int = 0
    private: str | None = None
    before: int | None = None
    key: str | None = None


class _Read(msgspec.Struct, frozen=True, gc=False):
    v: int
    seq: int
    prev: str
    trace: str
    at: str
    body: msgspec.Raw
    kind: int = 0
    private: str | None = None
    before: int | None = None
    key: str | None = None


class _Named(msgspec.Struct):
    name: str = msgspec.field(name="is")


_reader = msgspec.json.Decoder(_Read)
_name = msgspec.json.Decoder(_Named)
_bodies = {kind: msgspec.json.Decoder(body) for kind, body in KINDS.items()}


def kind_of(body: Body | UnknownBody) -> int:
    """The number of a body's kind."""
    return body.kind if isinstance(body, UnknownBody) else _NUMBERS[body.__class__]


def kind_name(body: Body | UnknownBody) -> str:
    """A body's kind for people to read."""
    return f"kind {body.kind}" if isinstance(body, UnknownBody) else _NAMES[type(body)]


def encode(entry: Entry) -> bytes:
    """An entry of this format as canonical bytes. Raises UnicodeEncodeError where a text holds a lone surrogate."""
    return canonical(
        _Written(
            FORMAT,
            entry.seq,
            entry.prev,
            entry.trace,
            entry.at,
            entry.body,
            kind_of(entry.body),
            entry.private,
            entry.before,
            entry.key,
        )
    )


def decode(entry: bytes, seq: int) -> Entry:
    """Read an entry back. `seq` names it in errors. Raises LedgerBroken where the bytes are not an entry of ours."""
    try:
        found = _reader.decode(entry)
        if found.v not in FORMATS:
            raise LedgerBroken(
                f"entry {seq} is of format {found.v}; this program knows formats up to {FORMAT}: use a newer one"
            )
        kind = found.kind if found.v > 1 else _IN_FORMAT_1[_name.decode(found.body).name]
        decoder = _bodies.get(kind)
        body = UnknownBody(kind, bytes(found.body)) if decoder is None else decoder.decode(found.body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise LedgerBroken(f"entry {seq} can't be read: {error}") from error
    except KeyError as error:
        raise LedgerBroken(f"entry {seq} can't be read: no entry of format 1 is a {error}") from error
    return Entry(
        found.v,
        found.seq,
        found.prev,
        found.trace,
        found.at,
        body,
        found.private,
        found.before,
        found.key,
    )
