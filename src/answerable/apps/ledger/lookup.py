"""Look something up in a ledger: by its index, which is brought up to date first, and from its entries, which are read.

1. What the ledger has got since the last look-up is indexed.
2. The index names entries that may be meant.
3. Each is read in the ledger, where need be with its whole exchange, and held against the question again.

So a wrong index can hide an entry, and never show one that is not there.
"""

import logging
from collections.abc import Iterator
from itertools import islice

from answerable.adapters.stored_ledger import StoredLedger
from answerable.apps.ledger.indexing import catch_up
from answerable.ports.ledger_index import IndexLost, LedgerIndex
from answerable.receipts.facet import Facet
from answerable.receipts.facets import looks_inside
from answerable.receipts.indexing import Unsealed
from answerable.receipts.query import Query, Sought, sought
from answerable.values import TraceId

_LOG = logging.getLogger("answerable.ledger")
_PAGE = 200


def find(
    ledger: StoredLedger, index: LedgerIndex, query: Query, *, limit: int, before: int | None = None
) -> list[Unsealed]:
    """The entries that answer a question, newest first; with `before` those below that number.

    Raises LedgerUnavailable, LedgerBroken.
    """
    catch_up(ledger, index)
    asking = _Asking(ledger, index, query)
    return list(islice(asking.hits(limit, before, oldest_first=False), limit))


def traces(ledger: StoredLedger, index: LedgerIndex, query: Query) -> Iterator[TraceId]:
    """Every trace with an entry that answers a question, oldest first, read as it is asked for.

    Raises LedgerUnavailable, LedgerBroken.
    """
    catch_up(ledger, index)
    seen: set[str] = set()
    for hit in _Asking(ledger, index, query).hits(_PAGE, None, oldest_first=True):
        if hit.entry.trace not in seen:
            seen.add(hit.entry.trace)
            yield TraceId(hit.entry.trace)


class _Asking:
    """One question. The exchange that was read last is remembered: hits of one stand together."""

    def __init__(self, ledger: StoredLedger, index: LedgerIndex, query: Query) -> None:
        self._ledger, self._index, self._query = ledger, index, query
        self._trace = ""
        self._shared: frozenset[Facet] = frozenset()

    def hits(self, page: int, start: int | None, *, oldest_first: bool) -> Iterator[Unsealed]:
        """What answers it, `page` entries read at once. Raises LedgerUnavailable, LedgerBroken."""
        asked = sought(self._query, self._ledger.keys.pseudonym)
        while True:
            numbers = self._numbers(asked, page, start, oldest_first=oldest_first)
            rows = self._ledger.unsealed(self._ledger.store.at(numbers))
            for one in rows if oldest_first else reversed(rows):
                if self._answers(one):
                    yield one
            if len(numbers) < page:
                return
            start = numbers[-1] + 1 if oldest_first else numbers[-1]

    def _numbers(self, asked: Sought, page: int, start: int | None, *, oldest_first: bool) -> list[int]:
        try:
            return self._index.find(asked, page, start=start, oldest_first=oldest_first)
        except IndexLost as error:
            _LOG.warning("%s; it is made again from the ledger", error)
            self._index.clear()
            catch_up(self._ledger, self._index)
            return self._index.find(asked, page, start=start, oldest_first=oldest_first)

    def _answers(self, one: Unsealed) -> bool:
        """Does an entry answer the question, by itself or by what its exchange says elsewhere?"""
        facets, at = one.facets(), one.entry.at
        if self._query.answers(facets, (*facets.shared, *facets.sealed), at):
            return True
        if not self._query.of_exchange():
            return False
        if one.entry.trace != self._trace:
            whole = self._ledger.unsealed(self._ledger.store.of_trace(one.entry.trace), looks_inside)
            every = [each.facets() for each in whole]
            self._trace = one.entry.trace
            self._shared = frozenset(named for each in every for named in (*each.shared, *each.sealed))
        return self._query.answers(facets, self._shared, at)
