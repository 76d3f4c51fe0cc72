"""Keep an index up with its ledger: at a look-up, and in the background while the gateway runs.

Nothing of it is on the way of an append. An index of another log, or one that has seen what this log does not
hold (the ledger was restored from a copy), is made again.
"""

import asyncio
import logging
import time
from collections.abc import Callable

from answerable.adapters.stored_ledger import StoredLedger
from answerable.ports.ledger_index import IndexLost, LedgerIndex
from answerable.receipts.facets import looks_inside
from answerable.receipts.indexing import Indexer, Unsealed, log_name
from answerable.receipts.postings import BLOCK
from answerable.values.errors import LedgerError

_LOG = logging.getLogger("answerable.ledger")
_BATCH = 8 * BLOCK
"""Entries that are kept at once where there are many: a page of the index is written once for all of them."""
_LITTLE = 256
_REST = 4
"""In the background indexing rests so many times as long as it worked: replies go first."""


def catch_up(
    ledger: StoredLedger,
    index: LedgerIndex,
    *,
    limit: int | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> int:
    """Index what is new in the ledger, up to `limit` entries; how many were.

    `progress` is told the number of the entry to come, after each batch. Raises LedgerUnavailable, LedgerBroken.
    """
    return Indexing(ledger, index).catch_up(limit=limit, progress=progress)


async def keep_indexed(ledger: StoredLedger, index: LedgerIndex, seconds: float) -> None:
    """Index what is new every few seconds, a little at a time, until cancelled. Never raises.

    What goes wrong is logged once and tried again: look-ups then do more of the work themselves.
    """
    indexing, told = Indexing(ledger, index), ""
    while True:
        began, done = time.monotonic(), 0
        try:
            done = await asyncio.to_thread(indexing.catch_up, limit=_LITTLE)
            told = ""
        except LedgerError as error:
            if told != str(error):
                _LOG.warning("the ledger can't be indexed now: %s", error)
            told = str(error)
        except Exception:  # noqa: BLE001 – a defect here must not end the indexing, nor go unseen
            _LOG.exception("the ledger can't be indexed")
        await asyncio.sleep(seconds if done < _LITTLE else _REST * (time.monotonic() - began))


class Indexing:
    """Brings one index up to date, again and again; it remembers the exchanges that are under way between."""

    def __init__(self, ledger: StoredLedger, index: LedgerIndex) -> None:
        self._ledger, self._index = ledger, index
        self._indexer: Indexer | None = None

    def catch_up(self, *, limit: int | None = None, progress: Callable[[int], None] = lambda _: None) -> int:
        """As the function of this name."""
        try:
            return self._catch_up(limit, progress)
        except IndexLost as error:
            _LOG.warning("%s; it is made again from the ledger", error)
            self._index.clear()
            return self._catch_up(limit, progress)

    def _catch_up(self, limit: int | None, progress: Callable[[int], None]) -> int:
        log, done = self._check(), 0
        while limit is None or done < limit:
            at = self._index.position().next
            if not self._ledger.store.at([at]):  # as mostly; asking for a whole batch would take longer
                break
            if self._indexer is None or self._indexer.next != at:
                # The first time, or another process was faster, or the last batch could not be kept.
                self._indexer = Indexer(self._ledger.keys.pseudonym, self._exchange, at)
            fed = self._feed(self._indexer, _BATCH if limit is None else min(limit - done, _BATCH))
            if self._index.add(self._indexer.taken(), log or self._log()):
                done += fed
                progress(at + fed)
        return done

    def _feed(self, indexer: Indexer, most: int) -> int:
        """Feed the next entries; how many there were. A block is begun with a batch where it can be."""
        first = indexer.next
        end = min(first + most, (first // _BATCH + 1) * _BATCH)
        while indexer.next < end:
            rows = self._ledger.store.at(range(indexer.next, min(end, indexer.next + BLOCK)))
            if not rows:
                break
            for one in self._ledger.unsealed(rows, looks_inside):
                indexer.feed(one)
        return indexer.next - first

    def _exchange(self, trace: str) -> list[Unsealed]:
        return self._ledger.unsealed(self._ledger.store.of_trace(trace), looks_inside)

    def _log(self) -> str:
        """The log's name; empty without entries."""
        return "".join(log_name(row.leaf, self._ledger.keys.pseudonym) for row in self._ledger.store.at([0]))

    def _check(self) -> str:
        """Begin again with an index that is not of this log as it stands. The log's name."""
        position, log = self._index.position(), self._log()
        if position.next == 0:
            return log
        if position.log != log:
            why = "is of another log, or of another version"
        elif [row.leaf for row in self._ledger.store.at([position.next - 1])] != [position.leaf]:
            why = "has seen entries that this log does not hold"
        else:
            return log
        _LOG.warning("the index at '%s' %s; it is made again from the ledger", self._index.name, why)
        self._index.clear()
        return log
