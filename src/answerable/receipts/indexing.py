"""From entries to what an index of them keeps. The ledger is read once; nothing here changes it.

What stems from a private part is filed under the private part's key, and never twice: whoever
drops the key's rows has dropped all of it.
"""

import hashlib
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from answerable.receipts.entries import ExchangeBody, ReplyBody
from answerable.receipts.facet import Facet, Facets, Kind, facet, words_in
from answerable.receipts.facets import facets_of, private_part
from answerable.receipts.format import Entry
from answerable.receipts.governance import ErasureBody
from answerable.receipts.postings import BLOCK, bits_of
from answerable.receipts.query import facet_number, micros
from answerable.receipts.rows import Stored

FORMAT = 1
"""Of what an index keeps. A change to facets or to their values is a new one: older indexes are built again."""
NO_KEY = 0
"""Instead of a key, for what everybody may read in an entry."""
_TRACES = 20_000
_HASHES = 200_000


class Unsealed(NamedTuple):
    """An entry as it stands in a store, with its private part, where it has one and its key is still there."""

    row: Stored
    entry: Entry
    private: bytes | None

    @property
    def key(self) -> int:
        """What is read in the private part is filed under this."""
        return NO_KEY if self.row.key is None else key_number(self.row.key)

    def facets(self) -> Facets:
        """What it can be found by. A private part of which no key is known is not looked into."""
        private = self.private if self.row.key is not None else None
        return facets_of(self.entry, private_part(self.entry, private))


class Posting(NamedTuple):
    """A facet, a block of entries, and the key that it stems from there."""

    facet: int
    block: int
    key: int


class AmountRow(NamedTuple):
    number: int
    currency: str
    low: int
    high: int
    key: int


@dataclass(slots=True)
class Batch:
    """What some entries, one behind the other, add to an index."""

    first: int
    """The number of the first of them: where the index must stand."""
    next: int = 0
    """The number after the last."""
    leaf: str = ""
    """The leaf hash of the last, by which the index knows again what it was made of."""
    postings: dict[Posting, int] = field(default_factory=dict)
    """The bits to add (`postings.py`). A few may belong to blocks before `first`."""
    amounts: list[AmountRow] = field(default_factory=list)
    times: list[tuple[int, int]] = field(default_factory=list)
    """Number and instant in microseconds, of the entries that have one."""
    forgotten: set[int] = field(default_factory=set)
    """Keys that were erased: nothing filed under them stays or is added."""

    @property
    def keys(self) -> set[int]:
        """Every key that something of it is filed under."""
        return {place.key for place in self.postings} | {row.key for row in self.amounts}


class _Exchange:
    """What is known of an exchange that is still being written."""

    __slots__ = ("fresh", "numbers", "shared")

    def __init__(self) -> None:
        self.numbers: list[int] = []
        self.fresh: list[int] = []
        """Those of its entries in the block at hand that its facets are not posted for yet."""
        self.shared: dict[tuple[int, int], None] = {}
        """Facet and key."""


@lru_cache(maxsize=8192)
def key_number(key: str) -> int:
    """A key's id as a signed integer of 64 bits; not `NO_KEY`."""
    digest = hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, signed=True) or 1


def log_name(first_leaf: str, pseudonym: Callable[[str], str]) -> str:
    """What an index remembers of the log it is made of: its first entry, this format, and the secret of its hashes."""
    return pseudonym(f"index/{FORMAT}/{first_leaf}")


class Indexer:
    """Takes entries in the order of the log, and gives batches.

    It remembers the exchanges that are under way. `earlier` gives the entries of a trace that
    it does not remember (or more of that trace; what is not before the entry at hand is passed over).
    """

    def __init__(
        self, pseudonym: Callable[[str], str], earlier: Callable[[str], Iterable[Unsealed]], first: int
    ) -> None:
        self._number = lru_cache(_HASHES)(lambda named: facet_number(named, pseudonym))
        self._words = lru_cache(_HASHES)(self._hashed_words)
        self._earlier = earlier
        self._exchanges: OrderedDict[str, _Exchange] = OrderedDict()
        self._block = -1
        # What the entries of the block at hand have; given to the facets and words all at once.
        self._touched: dict[str, _Exchange] = {}
        self._facets: defaultdict[Facet, list[int]] = defaultdict(list)
        self._texts: defaultdict[str, list[int]] = defaultdict(list)
        self._batch = Batch(first, first)

    @property
    def next(self) -> int:
        """The number of the entry to feed next."""
        return self._batch.next

    def feed(self, one: Unsealed) -> None:
        """Take the next entry. Raises LedgerBroken where its private part can't be read."""
        entry, number = one.entry, one.row.seq
        own, shared, sealed, amounts, texts = one.facets()
        block, place = divmod(number, BLOCK)
        if block != self._block:
            self._settle()
            self._block = block
        exchange = self._exchange(entry)
        if shared:
            self._share(exchange, shared, NO_KEY)
        if sealed:
            self._share(exchange, sealed, one.key)
        exchange.numbers.append(number)
        exchange.fresh.append(place)
        for named in own:
            self._facets[named].append(place)
        for text in texts:
            self._texts[text].append(place)
        batch = self._batch
        for low, high, currency in amounts:
            batch.amounts.append(AmountRow(number, currency, low, high, one.key))
        at = micros(entry.at)
        if at is not None:
            batch.times.append((number, at))
        if isinstance(entry.body, ErasureBody):
            self._forget({key_number(one) for one in entry.body.keys})
        elif isinstance(entry.body, ReplyBody):
            self._exchanges.pop(entry.trace, None)
        batch.next, batch.leaf = number + 1, one.row.leaf

    def taken(self) -> Batch:
        """What was fed since the last time."""
        self._settle()
        batch = self._batch
        self._batch = Batch(batch.next, batch.next)
        return batch

    def _exchange(self, entry: Entry) -> _Exchange:
        found = self._exchanges.get(entry.trace) or self._touched.get(entry.trace)
        if found is None:
            found = _Exchange()
            if not _is_first(entry):
                self._recall(found, entry)
            self._exchanges[entry.trace] = found
            if len(self._exchanges) > _TRACES:
                self._exchanges.popitem(last=False)
        self._touched[entry.trace] = found
        return found

    def _recall(self, exchange: _Exchange, entry: Entry) -> None:
        """An exchange's entries before one, which are in the index already."""
        for one in self._earlier(entry.trace):
            if one.row.seq < entry.seq:
                facets = one.facets()
                for key, named in ((NO_KEY, facets.shared), (one.key, facets.sealed)):
                    for each in named:
                        exchange.shared[self._number(each), key] = None
                exchange.numbers.append(one.row.seq)

    def _share(self, exchange: _Exchange, shared: Iterable[Facet], key: int) -> None:
        """What an entry says of its exchange holds for the entries before it as well."""
        for named in shared:
            pair = self._number(named), key
            if pair not in exchange.shared:
                exchange.shared[pair] = None
                for before in exchange.numbers:
                    block, place = divmod(before, BLOCK)
                    self._post(Posting(pair[0], block, pair[1]), 1 << place)

    def _settle(self) -> None:
        """Give what was gathered in the block at hand to its facets."""
        block = self._block
        for exchange in self._touched.values():
            bits = bits_of(exchange.fresh)
            exchange.fresh.clear()
            for number, key in exchange.shared:
                self._post(Posting(number, block, key), bits)
        for named, places in self._facets.items():
            self._post(Posting(self._number(named), block, NO_KEY), bits_of(places))
        for text, places in self._texts.items():
            bits = bits_of(places)
            for word in self._words(text):
                self._post(Posting(word, block, NO_KEY), bits)
        self._touched.clear()
        self._facets.clear()
        self._texts.clear()

    def _post(self, place: Posting, bits: int) -> None:
        postings = self._batch.postings
        postings[place] = postings.get(place, 0) | bits

    def _forget(self, keys: set[int]) -> None:
        batch = self._batch
        batch.forgotten |= keys
        batch.postings = {place: bits for place, bits in batch.postings.items() if place.key not in keys}
        batch.amounts = [row for row in batch.amounts if row.key not in keys]
        for exchange in (*self._exchanges.values(), *self._touched.values()):
            exchange.shared = {pair: None for pair in exchange.shared if pair[1] not in keys}

    def _hashed_words(self, text: str) -> tuple[int, ...]:
        return tuple([self._number(facet(Kind.WORD, word)) for word in sorted(words_in(text))])


def _is_first(entry: Entry) -> bool:
    """Is it the first entry of its trace?"""
    return entry.before is None if entry.v > 1 else isinstance(entry.body, ExchangeBody)
