"""Look something up in a ledger: by its index, which is brought up to date first, and from its entries, which are read.

1. What the ledger has got since the last look-up is indexed.
2. The index names entries that may be meant.
3. Each is read in the ledger with its whole exchange, and held against the question again.

So a wrong index can hide an entry, but never show one that is not there; and an index of another log, or one that
has seen more than this log holds, is made again.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from answerable.adapters.sqlite_index import SqliteIndex
from answerable.adapters.sqlite_ledger import beside
from answerable.adapters.stored_ledger import StoredLedger
from answerable.ports.ledger_index import IndexLost, LedgerIndex
from answerable.receipts import Stored
from answerable.receipts.facets import Facet, Facets
from answerable.receipts.indexing import Indexer, Unsealed, log_name
from answerable.receipts.postings import BLOCK
from answerable.receipts.query import Query, sought
from answerable.values import TraceId
from answerable.values.errors import LedgerError

_LOG = logging.getLogger("answerable.ledger")
_SMALL_BATCH = 256
_SHARE = 4
"""In the background indexing rests so many times as long as it worked: replies go first."""
_PAGE = 200


def open_index(ledger: Path) -> SqliteIndex:
    """The index of a ledger in a file. Raises LedgerUnavailable."""
    return SqliteIndex(beside(ledger, "index"))


def catch_up(
    ledger: StoredLedger,
    index: LedgerIndex,
    *,
    limit: int | None = None,
    batch: int = BLOCK,
    progress: Callable[[int], None] = lambda _: None,
) -> int:
    """Index what is new in the ledger, up to `limit` entries in batches; how many were.

    `progress` is told the number of the entry to come, after each batch. Raises LedgerUnavailable, LedgerBroken.
    """
    try:
        return _caught_up(ledger, index, limit, batch, progress)
    except IndexLost as error:
        _LOG.warning("%s; it is made again from the ledger", error)
        index.clear()
        return _caught_up(ledger, index, limit, batch, progress)


def find(
    ledger: StoredLedger, index: LedgerIndex, query: Query, *, limit: int, before: int | None = None
) -> list[Unsealed]:
    """The entries that answer a question, newest first; with `before` those below that number.

    Raises LedgerUnavailable, LedgerBroken.
    """
    catch_up(ledger, index)
    return list(islice(_hits(ledger, index, query, limit, before, oldest_first=False), limit))


def traces(ledger: StoredLedger, index: LedgerIndex, query: Query) -> Iterator[TraceId]:
    """Every trace with an entry that answers a question, oldest first, read as it is asked for.

    Raises LedgerUnavailable, LedgerBroken.
    """
    catch_up(ledger, index)
    seen: set[str] = set()
    for hit in _hits(ledger, index, query, _PAGE, None, oldest_first=True):
        if hit.entry.trace not in seen:
            seen.add(hit.entry.trace)
            yield TraceId(hit.entry.trace)


async def keep_indexed(ledger: StoredLedger, index: LedgerIndex, seconds: float) -> None:
    """Index what is new every few seconds, a little at a time, until cancelled. Never raises.

    What goes wrong is logged once and tried again: look-ups then do more of the work themselves.
    """
    told = ""
    while True:
        began, done = time.monotonic(), 0
        try:
            done = await asyncio.to_thread(catch_up, ledger, index, limit=_SMALL_BATCH, batch=_SMALL_BATCH)
            told = ""
        except LedgerError as error:
            if told != str(error):
                _LOG.warning("the ledger can't be indexed now: %s", error)
            told = str(error)
        except Exception:  # noqa: BLE001 – a defect here must not end the indexing, nor go unseen
            _LOG.exception("the ledger can't be indexed")
        behind = done >= _SMALL_BATCH
        await asyncio.sleep(_SHARE * (time.monotonic() - began) if behind else seconds)


def _caught_up(
    ledger: StoredLedger,
    index: LedgerIndex,
    limit: int | None,
    batch: int,
    progress: Callable[[int], None],
) -> int:
    log = _check(ledger, index)
    indexer: Indexer | None = None
    done = 0
    while limit is None or done < limit:
        at = index.position().next
        size = min(batch - at % batch, batch if limit is None else limit - done)
        rows = ledger.store.at(range(at, at + size))
        if not rows:
            break
        if indexer is None or indexer.next != at:  # a first batch, or another process was faster
            indexer = Indexer(ledger.keys.pseudonym, lambda trace: _exchange(ledger, trace), at)
        for one in ledger.unsealed(rows):
            indexer.feed(one)
        log = log or log_name(rows[0].leaf, ledger.keys.pseudonym)
        if index.add(indexer.taken(), log):
            done += len(rows)
            progress(at + len(rows))
        else:
            indexer = None
    return done


def _check(ledger: StoredLedger, index: LedgerIndex) -> str:
    """Begin again with an index that is not of this log as it stands. The log's name; empty without entries."""
    position = index.position()
    first = ledger.store.at([0])
    log = log_name(first[0].leaf, ledger.keys.pseudonym) if first else ""
    if position.next == 0:
        return log
    last = ledger.store.at([position.next - 1])
    if position.log != log:
        why = "is of another log, or of another version"
    elif [row.leaf for row in last] != [position.leaf]:
        why = "has seen entries that this log does not hold"
    else:
        return log
    _LOG.warning("the index at '%s' %s; it is made again from the ledger", index.name, why)
    index.clear()
    return log


def _exchange(ledger: StoredLedger, trace: str) -> list[Unsealed]:
    return ledger.unsealed(ledger.store.of_trace(trace))


def _hits(
    ledger: StoredLedger,
    index: LedgerIndex,
    query: Query,
    page: int,
    start: int | None,
    *,
    oldest_first: bool,
) -> Iterator[Unsealed]:
    asked = sought(query, ledger.keys.pseudonym)
    exchanges = _Exchanges(ledger)
    while True:
        try:
            numbers = index.find(asked, page, start=start, oldest_first=oldest_first)
        except IndexLost:
            catch_up(ledger, index)
            numbers = index.find(asked, page, start=start, oldest_first=oldest_first)
        for row in _in_order(ledger.store.at(numbers), numbers):
            hit = exchanges.hit(row, query)
            if hit is not None:
                yield hit
        if len(numbers) < page:
            return
        start = numbers[-1] + 1 if oldest_first else numbers[-1]


def _in_order(rows: list[Stored], numbers: list[int]) -> list[Stored]:
    found = {row.seq: row for row in rows}
    return [found[number] for number in numbers if number in found]


class _Exchanges:
    """Reads whole exchanges, and remembers the last one: hits of one stand together."""

    def __init__(self, ledger: StoredLedger) -> None:
        self._ledger = ledger
        self._trace = ""
        self._entries: dict[int, tuple[Unsealed, Facets]] = {}
        self._shared: frozenset[Facet] = frozenset()

    def hit(self, row: Stored, query: Query) -> Unsealed | None:
        """The entry, where it is what was asked for."""
        if row.trace != self._trace:
            self._read(row.trace)
        one, facets = self._entries.get(row.seq, (None, Facets()))
        if one is None or not query.answers(facets, self._shared, one.entry.at):
            return None
        return one

    def _read(self, trace: str) -> None:
        self._trace = trace
        self._entries = {one.row.seq: (one, one.facets()) for one in _exchange(self._ledger, trace)}
        self._shared = frozenset(facet for _, facets in self._entries.values() for facet in facets.shared)
