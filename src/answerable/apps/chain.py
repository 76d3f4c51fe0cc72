"""Put the entries of a trace together again: the chain from question to what the customer saw."""

from dataclasses import dataclass, field
from typing import TypeVar

import msgspec

from answerable.apps.acting_words import Followed, followed
from answerable.identity import UNPROVEN
from answerable.receipts import (
    ActionBody,
    ApprovalBody,
    CallBody,
    CallPrivate,
    Entry,
    ExchangeBody,
    ExchangePrivate,
    GrantBody,
    LineBody,
    LinePrivate,
    Opened,
    ReceiptBody,
    ReplyBody,
    kind_name,
)
from answerable.receipts.facets import private_part
from answerable.receipts.verifying import decode
from answerable.values.errors import LedgerBroken

P = TypeVar("P")
TOOL_GATE = "mcp"
"""What stands in an exchange of the tool gate for the model: nobody was asked for a reply."""


@dataclass(frozen=True, slots=True)
class ChainLine:
    """A line and every part of its entry. `text` is None where the words have been erased."""

    at: str
    body: LineBody
    text: LinePrivate | None

    @property
    def shown(self) -> str | None:
        """What the customer was to see for this line; None where nothing."""
        release = self.body.release
        if release is None:
            return None
        if release.text is not None:
            return release.text
        return self.text.lead + self.text.text if self.text else "(erased)"


@dataclass(slots=True)
class Chain:
    """One exchange, whole."""

    trace: str
    at: str
    exchange: ExchangeBody
    asked: ExchangePrivate | None
    lines: list[ChainLine] = field(default_factory=list)
    calls: list[tuple[CallBody, CallPrivate | None]] = field(default_factory=list)
    reply: ReplyBody | None = None
    after: list[Followed] = field(default_factory=list)
    """What followed its decisions: approvals, grants, acts and receipts, in their order."""
    entries: list[tuple[int, str, str]] = field(default_factory=list)
    """Number, kind and leaf hash of every entry, to find it in the ledger."""

    @property
    def is_tool_call(self) -> bool:
        """Is it one call of a tool at the tool gate, and no reply of a model?"""
        return self.exchange.model == TOOL_GATE

    @property
    def asker(self) -> str:
        """The workload that asked, and how that was proven where it is on record."""
        proof = self.exchange.identity
        return self.exchange.workload if proof is msgspec.UNSET else f"{self.exchange.workload} ({proof})"

    @property
    def answerer(self) -> str:
        """Which model, on what it ran, for which version of which workload: as far as that is on record."""
        ran = self.reply.fingerprint if self.reply is not None else msgspec.UNSET
        model = self.exchange.model if ran is msgspec.UNSET else f"{self.exchange.model} ({ran})"
        version = self.exchange.version
        return f"{model}, for workload {self.asker}" + (
            "" if version is msgspec.UNSET else f", version {version}"
        )

    @property
    def vouching(self) -> str:
        """What the customer's name and assurance rest on; empty where the entry does not say."""
        proof = self.exchange.customer_proof
        if proof is msgspec.UNSET:
            return ""
        return proof if proof == UNPROVEN else f"vouched for by {proof}"


def assemble(rows: list[Opened]) -> Chain | None:
    """Put a trace's entries together. None where there are none. Raises LedgerBroken."""
    chain: Chain | None = None
    for row in rows:
        entry = decode(row.entry, row.seq)
        if isinstance(entry.body, ExchangeBody):
            asked = _private(row, ExchangePrivate)
            chain = Chain(entry.trace, entry.at, entry.body, asked)
        if chain is None:
            continue
        chain.entries.append((row.seq, kind_name(entry.body), row.leaf))
        _place(chain, entry, row)
    return chain


def _place(chain: Chain, entry: Entry, row: Opened) -> None:
    match entry.body:
        case LineBody() as body:
            chain.lines.append(ChainLine(entry.at, body, _private(row, LinePrivate)))
        case CallBody() as body:
            chain.calls.append((body, _private(row, CallPrivate)))
        case ReplyBody() as body:
            chain.reply = body
        case ApprovalBody() | GrantBody() | ActionBody() | ReceiptBody() as body:
            chain.after.append(followed(entry.at, body, private_part(entry, row.private)))
        case _:
            pass


def _private(row: Opened, kind: type[P]) -> P | None:
    try:
        return None if row.private is None else msgspec.json.decode(row.private, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise LedgerBroken(f"entry {row.seq}: its private part can't be read: {error}") from error
