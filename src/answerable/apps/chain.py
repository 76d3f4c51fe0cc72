"""Put the entries of a trace together again: the chain from question to what the customer saw."""

from dataclasses import dataclass, field
from typing import TypeVar

import msgspec

from answerable.ports import Sealed
from answerable.receipts import (
    CallBody,
    CallPrivate,
    ClaimBody,
    DecisionBody,
    Entry,
    ExchangeBody,
    ExchangePrivate,
    FindingBody,
    FindingPrivate,
    ReleaseBody,
    ReplyBody,
    StatementBody,
    StatementPrivate,
)
from answerable.receipts.verifying import decode

P = TypeVar("P")
LineKey = tuple[int, str, int]


@dataclass(slots=True)
class ChainLine:
    """A line with every entry about it. Fields are None where that entry (or its private part) is gone."""

    at: str
    statement: StatementBody
    text: StatementPrivate | None
    claim: ClaimBody | None = None
    finding: FindingBody | None = None
    because: FindingPrivate | None = None
    decision: DecisionBody | None = None
    release: ReleaseBody | None = None

    @property
    def shown(self) -> str | None:
        """What the customer was to see for this line; None where nothing."""
        if self.release is None:
            return None
        if self.release.text is not None:
            return self.release.text
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
    entries: list[tuple[int, str, str]] = field(default_factory=list)
    """Number, kind and leaf hash of every entry, to find it in the ledger."""


def assemble(rows: list[Sealed]) -> Chain | None:
    """Put a trace's entries together. None where there are none. Raises LedgerBroken."""
    chain: Chain | None = None
    lines: dict[LineKey, ChainLine] = {}
    for row in rows:
        entry = decode(row.entry, row.seq)
        if isinstance(entry.body, ExchangeBody):
            asked = _private(row, ExchangePrivate)
            chain = Chain(entry.trace, entry.at, entry.body, asked)
        if chain is None:
            continue
        chain.entries.append((row.seq, str(type(entry.body).__struct_config__.tag), row.leaf))
        _place(chain, lines, entry, row)
    return chain


def _place(chain: Chain, lines: dict[LineKey, ChainLine], entry: Entry, row: Sealed) -> None:
    match entry.body:
        case StatementBody() as body:
            line = ChainLine(entry.at, body, _private(row, StatementPrivate))
            lines[body.choice, body.track, body.line] = line
            chain.lines.append(line)
        case ClaimBody() as body:
            lines[body.choice, body.track, body.line].claim = body
        case FindingBody() as body:
            line = lines[body.choice, body.track, body.line]
            line.finding, line.because = body, _private(row, FindingPrivate)
        case DecisionBody() as body:
            lines[body.choice, body.track, body.line].decision = body
        case ReleaseBody() as body:
            lines[body.choice, body.track, body.line].release = body
        case CallBody() as body:
            chain.calls.append((body, _private(row, CallPrivate)))
        case ReplyBody() as body:
            chain.reply = body
        case _:
            pass


def _private(row: Sealed, kind: type[P]) -> P | None:
    return None if row.private is None else msgspec.json.decode(row.private, type=kind)
