"""The ledger over a store of entries and one of keys: what the gate appends to and everybody reads from."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from answerable.adapters.clock_watch import ClockWatch
from answerable.adapters.group_writer import GroupWriter
from answerable.ledger import GENESIS
from answerable.ledger.checking import TreeCheck
from answerable.ledger.checkpoint import Checkpoint
from answerable.ports.entry_store import EntryStore
from answerable.ports.subject_keys import SubjectKeys
from answerable.receipts import Draft, Entry, Erased, ErasureBody, Opened, Stored, SubjectKey, kind_of
from answerable.receipts.indexing import Unsealed
from answerable.receipts.payloads import open_payload
from answerable.receipts.verifying import ChainCheck, check_before, check_filed, check_private, decode
from answerable.values import TraceId
from answerable.values.errors import LedgerBroken

_ERASURE = kind_of(ErasureBody((), "", "", ""))
_AT_ONCE = 256


class Verified(NamedTuple):
    """A ledger that holds: how many entries, and of how many the private part could be read and was checked.

    The others' were erased, or are sealed under keys that are not here.
    """

    entries: int
    opened: int
    erased: int
    closed: int


class StoredLedger:
    """A `Ledger`. Several processes may have one over the same stores."""

    def __init__(
        self,
        store: EntryStore,
        keys: SubjectKeys,
        *,
        on_commit: Callable[[str], None] | None = None,
        clock: ClockWatch | None = None,
    ) -> None:
        """Check the last entry, and destroy the keys that the ledger says are destroyed.

        Raises LedgerUnavailable where a store can't be read, LedgerBroken where the last entry is damaged.
        """
        self.store, self.keys = store, keys
        self.name = store.name
        clock = clock or ClockWatch()
        last = self._check_last()
        if last:
            clock.resume_after(last)
        self._apply_erasures()
        self.writer = GroupWriter(store, keys, clock, on_commit)

    async def append(self, drafts: Sequence[Draft]) -> list[str]:
        return await self.writer.append(drafts)

    async def trace(self, trace: TraceId) -> list[Opened]:
        return await asyncio.to_thread(lambda: self.opened(self.store.of_trace(trace)))

    async def traces(self, limit: int) -> list[TraceId]:
        return [TraceId(one) for one in await asyncio.to_thread(self.store.exchanges, limit)]

    async def verify(self, checkpoints: Sequence[Checkpoint] = ()) -> int:
        return (await self.verified(checkpoints)).entries

    async def verified(self, checkpoints: Sequence[Checkpoint] = ()) -> Verified:
        """As `verify`, and what became of the private parts."""
        return await asyncio.to_thread(self._verify, checkpoints)

    async def ready(self) -> str:
        return self.writer.problem() or await asyncio.to_thread(self.store.problem)

    def hold_back(self, reason: str) -> None:
        """Refuse every append from now on, saying why; with an empty reason take them again."""
        self.writer.refusal = reason

    async def close(self) -> None:
        if await asyncio.to_thread(self.writer.close):
            self.store.close()
            self.keys.close()

    def opened(self, rows: Sequence[Stored]) -> list[Opened]:
        """Rows with their private parts, as far as there are keys. Raises LedgerBroken where one was changed."""
        return _opened(rows, self.keys.known(_keys_of(rows)))

    def unsealed(
        self, rows: Sequence[Stored], where: Callable[[Entry], bool] = lambda _: True
    ) -> list[Unsealed]:
        """Rows read, with private parts as far as there are keys and `where` asks for them. Raises LedgerBroken."""
        entries = [decode(row.entry, row.seq) for row in rows]
        wanted = [where(entry) for entry in entries]
        known = self.keys.known(_keys_of([row for row, opens in zip(rows, wanted, strict=True) if opens]))
        found: list[Unsealed] = []
        for row, entry, opens in zip(rows, entries, wanted, strict=True):
            private = None
            key = known.get(row.key) if opens and row.key is not None else None
            if row.sealed is not None and isinstance(key, SubjectKey):
                _, private = open_payload(key.secret, row.sealed, entry.private, row.seq)
            found.append(Unsealed(row, entry, private))
        return found

    def _verify(self, checkpoints: Sequence[Checkpoint]) -> Verified:
        check, tree = ChainCheck(), TreeCheck(checkpoints)
        opened = erased = closed = 0
        walk = self.store.walk()
        while placed := list(islice(walk, _AT_ONCE)):  # so that keys are not asked for one by one
            known = self.keys.known(_keys_of([row for row, _ in placed]))
            for row, before in placed:
                # Checked first, so that a changed entry is told as that, and not by what it no longer opens.
                found = check.next(Opened(row.seq, row.entry, row.leaf, None, None))
                tree.next(bytes.fromhex(row.leaf))
                check_filed(found, row)
                check_before(found, before)
                if found.private is None:
                    continue
                [one] = _opened([row], known)
                if one.private is not None:
                    check_private(found, one.salt, one.private)
                elif row.sealed is None and one.erased is None and found.key is not None:
                    raise LedgerBroken(
                        f"entry {row.seq}: its private part is missing, and nobody is on record as having erased it"
                    )
                opened += one.private is not None
                erased += one.erased is not None
                closed += one.private is None and one.erased is None
        tree.end()
        return Verified(check.count, opened, erased, closed)

    def _check_last(self) -> str | None:
        """When the last entry says it was written. Raises LedgerBroken where it is damaged."""
        seq = self.store.head().seq  # of a store just opened: nobody was met there yet, so this takes no turn
        for row in self.store.at([seq - 1]):
            found = decode(row.entry, row.seq)
            if row.seq == 0 and found.prev != GENESIS:
                raise LedgerBroken("entry 0 does not follow the one before it")
            ChainCheck(row.seq, found.prev).feed(self.opened([row]))
            check_filed(found, row)
            return found.at
        return None

    def _apply_erasures(self) -> None:
        for row in self.store.of_kind(_ERASURE):
            found = decode(row.entry, row.seq)
            if isinstance(found.body, ErasureBody):
                alive = [
                    key
                    for key, what in self.keys.known(found.body.keys).items()
                    if not isinstance(what, Erased)
                ]
                if alive:
                    self.keys.destroy(alive, Erased(found.at, found.body.by, found.trace))


def _keys_of(rows: Sequence[Stored]) -> set[str]:
    return {row.key for row in rows if row.key is not None}


def _opened(rows: Sequence[Stored], known: Mapping[str, SubjectKey | Erased]) -> list[Opened]:
    found: list[Opened] = []
    for row in rows:
        key = known.get(row.key) if row.key is not None else None
        if row.sealed is None or key is None or isinstance(key, Erased):
            erased = key if isinstance(key, Erased) else None
            found.append(Opened(row.seq, row.entry, row.leaf, None, None, erased))
            continue
        digest = decode(row.entry, row.seq).private
        salt, private = open_payload(key.secret, row.sealed, digest, row.seq)
        found.append(Opened(row.seq, row.entry, row.leaf, salt, private))
    return found
