"""What a look-up found, for people and as JSON."""

import asyncio
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import NamedTuple

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from answerable.adapters.stored_ledger import StoredLedger
from answerable.apps.acting_words import followed, short
from answerable.apps.ledger.indexing import catch_up
from answerable.apps.ledger.lookup import find
from answerable.apps.ledger_place import ledger_at
from answerable.apps.show import COLOURS, MARKS
from answerable.ports.ledger_index import LedgerIndex
from answerable.receipts import (
    ActionBody,
    ApprovalBody,
    BundleBody,
    CallBody,
    CallPrivate,
    ErasureBody,
    ExchangeBody,
    ExchangePrivate,
    GrantBody,
    HoldBody,
    LineBody,
    LinePrivate,
    Private,
    ReceiptBody,
    ReplyBody,
    RoleBody,
    called,
    kind_name,
)
from answerable.receipts.facets import private_part
from answerable.receipts.indexing import Unsealed
from answerable.receipts.query import Query

_LONGEST = 120
_ERASED = "(erased)"


class Found(NamedTuple):
    """An entry that was found, in words."""

    seq: int
    at: str
    trace: str
    kind: str
    line: int | None
    said: str
    about: str
    outcome: str
    policies: tuple[str, ...]


def find_and_print(
    console: Console, ledger: str | None, query: Query, *, limit: int, before: int | None, as_json: bool
) -> bool:
    """Print what answers a question; was there anything? Raises LedgerUnavailable, LedgerBroken."""
    with _opened(ledger) as (store, index):
        with console.status("") as status:
            catch_up(store, index, progress=lambda at: status.update(f"indexing the ledger: {at:,} entries"))
        hits = find(store, index, query, limit=limit, before=before)
    found = [in_words(hit) for hit in hits]
    more = found[-1].seq if len(found) == limit else None
    if as_json:
        console.print_json(data={"found": [one._asdict() for one in found], "before": more})
    elif found:
        console.print(_table(found))
        if more is not None:
            console.print(f"the newest {limit}; read on with --before {more}")
    else:
        console.print("nothing in this ledger answers that")
    return bool(found)


def reindexed(ledger: str | None) -> int:
    """Make an index again; how many entries it has. Raises LedgerUnavailable, LedgerBroken."""
    with _opened(ledger) as (store, index):
        index.clear()
        return catch_up(store, index)


def in_words(hit: Unsealed) -> Found:
    """An entry for somebody to read. Raises LedgerBroken where its private part can't be read."""
    entry = hit.entry
    private = private_part(entry, hit.private)
    line, about, outcome = None, "", ""
    policies: tuple[str, ...] = ()
    match entry.body:
        case LineBody() as body:
            line, outcome = body.line, body.decision.outcome
            about = f"{body.claim.force} {body.claim.subject}"
            policies = tuple(policy.id for policy in body.decision.policies)
        case CallBody() as body:
            if body.decision is not None:
                outcome = body.decision.outcome
                policies = tuple(policy.id for policy in body.decision.policies)
        case ReplyBody() as body:
            outcome = body.ending
        case ApprovalBody() as body:
            outcome, about, policies = body.event, body.of, body.policies
        case BundleBody() as body:
            policies = body.policies
        case GrantBody() | ActionBody() | RoleBody() as body:
            outcome = body.event
        case ReceiptBody() as body:
            outcome = body.outcome
        case _:
            pass
    said = _said(hit, private)
    return Found(
        entry.seq, entry.at, entry.trace, kind_name(entry.body), line, said, about, outcome, policies
    )


def _said(hit: Unsealed, private: Private | None) -> str:
    match hit.entry.body:
        case LineBody():
            return private.text if isinstance(private, LinePrivate) else _ERASED
        case CallBody() as body:
            words = private if isinstance(private, CallPrivate) else None
            return f"{called(body, words)} {_ERASED if words is None else words.arguments}"
        case ExchangeBody():
            return _asked(private) if isinstance(private, ExchangePrivate) else _ERASED
        case ApprovalBody() | GrantBody() | ActionBody() | ReceiptBody() | RoleBody() as body:
            step = followed(hit.entry.at, body, private)
            return f"by {step.who}: {step.told}" if step.who else step.told
        case ErasureBody() as body:
            return f"{len(body.keys)} keys destroyed by {body.by}: {body.reason}"
        case HoldBody() as body:
            return f"hold {body.hold} {'lifted' if body.lifted else 'placed'} by {body.by}: {body.reason}"
        case BundleBody() as body:
            what = f"{body.name} {body.version} ({short(body.bundle)}) put in force by {body.by}"
            return f"{what}; approved by {body.approver}, written by {body.author}" + (
                f": {body.reason}" if body.reason else ""
            )
        case _:
            return ""


def _asked(private: ExchangePrivate) -> str:
    said = [message.text for message in private.messages if message.role == "user"]
    return said[-1] if said else ""


def _table(found: list[Found]) -> Table:
    """Two lines an entry, so that it can be read on 80 columns."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("time, trace", no_wrap=True)
    table.add_column("what, outcome", no_wrap=True)
    table.add_column("said; about, by policy", overflow="fold")
    for one in found:
        what = one.kind if one.line is None else f"line {one.line}"
        colour, mark = COLOURS.get(one.outcome, "default"), MARKS.get(one.outcome, " ")
        outcome = f"[{colour}]{mark} {escape(one.outcome)}[/]" if one.outcome else ""
        about = "; ".join(filter(None, [one.about, ", ".join(one.policies)]))
        table.add_row(
            f"{one.at[:19].replace('T', ' ')}\n{escape(one.trace)}",
            f"{escape(what)}\n{outcome}",
            f"{escape(_short(one.said))}\n[dim]{escape(about)}[/]",
        )
    return table


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _LONGEST else flat[: _LONGEST - 1] + "…"


@contextmanager
def _opened(ledger: str | None) -> Iterator[tuple[StoredLedger, LedgerIndex]]:
    place = ledger_at(ledger)
    store = place.open()
    try:
        with closing(place.index()) as index:
            yield store, index
    finally:
        asyncio.run(store.close())
