"""A ledger that forgets everything at exit. For tests and for trying the gate in a notebook."""

import hashlib
import secrets
import threading
import weakref
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from answerable.adapters.clock_watch import ClockWatch
from answerable.adapters.stored_ledger import StoredLedger
from answerable.ledger import GENESIS
from answerable.ports.entry_store import NumberTaken, Placed
from answerable.ports.keys import KeyWrapper
from answerable.ports.subject_keys import Hold, KeptKey
from answerable.receipts import Erased, Head, Opened, Stored, SubjectKey, SubjectMonth
from answerable.values.errors import LedgerUnavailable

_EXCHANGE = 1


class MemoryEntries:
    """An `EntryStore` in a list."""

    name = "memory"
    crowded = False

    def __init__(self) -> None:
        self.rows: list[Stored] = []
        self._closed = False

    def head(self) -> Head:
        return Head(len(self._open()), self.rows[-1].leaf if self.rows else GENESIS)

    def last_of(self, traces: Collection[str]) -> Mapping[str, int]:
        return {row.trace: row.seq for row in self._open() if row.trace in traces}

    def insert(self, rows: Sequence[Stored]) -> None:
        if rows[0].seq != len(self._open()):
            raise NumberTaken("another writer was first")
        self.rows = [*self.rows, *rows]

    def give_way(self) -> None: ...

    def of_trace(self, trace: str) -> list[Stored]:
        return [row for row in self._open() if row.trace == trace]

    def exchanges(self, limit: int) -> list[str]:
        return [row.trace for row in reversed(self._open()) if row.kind == _EXCHANGE][:limit]

    def of_kind(self, kind: int, first: int = 0) -> list[Stored]:
        return [row for row in self._open() if row.kind == kind and row.seq >= first]

    def at(self, numbers: Collection[int]) -> list[Stored]:
        return [row for row in self._open() if row.seq in numbers]

    def walk(self, first: int = 0) -> Iterator[Placed]:
        last: dict[str, int] = {}
        for row in self._open():
            if row.seq >= first:
                yield Placed(row, last.get(row.trace))
            last[row.trace] = row.seq

    def problem(self) -> str:
        return "the ledger is closed" if self._closed else ""

    def close(self) -> None:
        self._closed = True

    def _open(self) -> list[Stored]:
        if self._closed:
            raise LedgerUnavailable("the ledger in memory can't be read: it is closed")
        return self.rows


class MemoryKeys:
    """A `SubjectKeys` in dictionaries. Its pseudonyms last as long as it does."""

    def __init__(self) -> None:
        self._door = threading.Lock()
        self._living: dict[SubjectMonth, SubjectKey] = {}
        self._all: dict[str, SubjectKey | Erased] = {}
        self._holds: dict[str, Hold] = {}
        self._salt = secrets.token_bytes(16)

    def current(self, wanted: Collection[SubjectMonth]) -> Mapping[SubjectMonth, SubjectKey]:
        with self._door:
            for one in wanted:
                if one not in self._living:
                    key = SubjectKey(secrets.token_hex(8), secrets.token_bytes(32))
                    self._living[one] = self._all[key.id] = key
            return {one: self._living[one] for one in wanted}

    def known(self, ids: Collection[str]) -> Mapping[str, SubjectKey | Erased]:
        return {one: self._all[one] for one in ids if one in self._all}

    def pseudonym(self, name: str) -> str:
        return hashlib.blake2b(
            name.encode("utf-8", "surrogatepass"), key=self._salt, digest_size=32
        ).hexdigest()

    def of_subjects(self, subjects: Collection[str]) -> list[str]:
        return [key.id for (subject, _), key in sorted(self._living.items()) if subject in subjects]

    def before_month(self, month: str) -> list[str]:
        return [key.id for (_, of), key in self._living.items() if of < month]

    def destroy(self, ids: Collection[str], erased: Erased) -> None:
        with self._door:
            for one, key in list(self._living.items()):
                if key.id in ids:
                    del self._living[one]
                    self._all[key.id] = erased

    def hold(self, hold: Hold) -> None:
        self._holds[hold.id] = hold

    def lift(self, hold_id: str) -> None:
        self._holds.pop(hold_id, None)

    def holds(self) -> list[Hold]:
        return sorted(self._holds.values(), key=lambda hold: (hold.at, hold.id))

    def held(self, ids: Collection[str]) -> Mapping[str, Hold]:
        whose = {key.id: self.pseudonym(subject) for (subject, _), key in self._living.items()}
        found: dict[str, Hold] = {}
        for key_id in ids:
            for hold in self._holds.values():
                if hold.subject is None or hold.subject == whose.get(key_id):
                    found[key_id] = hold
        return found

    def kept(self) -> Iterator[KeptKey]:
        months = {key.id: (self.pseudonym(subject), month) for (subject, month), key in self._living.items()}
        yield KeptKey("pseudonyms", None, None, self._salt, None)
        for key_id, key in self._all.items():
            if isinstance(key, Erased):
                yield KeptKey(key_id, "", "", None, key)
            else:
                yield KeptKey(key_id, *months[key_id], key.secret, None)

    def bring_back(self, keys: Sequence[KeptKey]) -> None:
        raise LedgerUnavailable(f"{len(keys)} keys can't be brought back into memory")

    def rewrap(self, wrapper: KeyWrapper) -> int:
        del wrapper  # nothing is wrapped here
        return len(self._living)

    def close(self) -> None:
        pass


class MemoryLedger(StoredLedger):
    """`on_commit` may raise, before or after the entries are kept."""

    store: MemoryEntries

    def __init__(
        self, on_commit: Callable[[str], None] | None = None, *, clock: ClockWatch | None = None
    ) -> None:
        super().__init__(MemoryEntries(), MemoryKeys(), on_commit=on_commit, clock=clock)
        # Made by the thousand, and closed by few: the thread ends with the ledger.
        weakref.finalize(self, self.writer.let_go)

    @property
    def rows(self) -> list[Opened]:
        """Every entry, with its private part."""
        return self.opened(self.store.rows)
