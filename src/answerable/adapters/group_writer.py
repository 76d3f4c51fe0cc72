"""One thread writes a ledger: appends that arrive while a commit is under way go into the next one together.

Nothing is said to be written before it is durable. Several processes may write to one store, each
with a writer of its own: whoever finds its number taken links its entries behind the other's.
"""

import asyncio
import logging
import math
import queue
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import NamedTuple

from answerable.adapters.clock_watch import ClockWatch
from answerable.adapters.sqlite_errors import what
from answerable.ports.entry_store import EntryStore, KeyGone, NumberTaken
from answerable.ports.subject_keys import SubjectKeys
from answerable.receipts import Draft, Head, Sealer, subject_month
from answerable.receipts.sealing import ENTROPY_BYTES
from answerable.values.errors import LedgerBroken, LedgerError, LedgerUnavailable

_LOG = logging.getLogger("answerable.ledger")
_LARGEST_GROUP = 1000  # drafts in one commit: bounds how long the first of them waits
_GROUP_SECONDS = 0.001  # how long a commit waits for company, where the one before it had some
_TRIES = 10  # how often another process may get in first before an append is given up
_WAITING_MOST = 20_000  # drafts not yet written; past it appends are refused, not queued without end
_TRACES_MOST = 20_000  # traces whose last entry is remembered
_FAILURE_SECONDS = 5  # how long a failed append counts as a reason not to be ready


class _Append(NamedTuple):
    drafts: Sequence[Draft]
    loop: asyncio.AbstractEventLoop
    done: asyncio.Future[list[str]]


_Told = list[str] | LedgerError
"""What an append is told: the leaf hashes of its entries, or why there are none."""


class GroupWriter:
    """The thread, its queue, and where the chain stands."""

    def __init__(
        self, store: EntryStore, keys: SubjectKeys, clock: ClockWatch, on_commit: Callable[[str], None] | None
    ) -> None:
        """`on_commit` is called with "before" and "after" around every commit, in the writer's thread."""
        self._store, self._keys, self._clock = store, keys, clock
        self._on_commit = on_commit or (lambda _when: None)
        self._inbox: queue.SimpleQueue[_Append | None] = queue.SimpleQueue()
        self._door = threading.Lock()  # callers may come from several event loops, each in its thread
        self.waiting = 0
        self._closed = False
        self._head: Head | None = None
        self._written: Head | None = None
        """Where our own last commit left the ledger: what comes back after a failure must hold that much."""
        self._last: OrderedDict[str, int] = OrderedDict()
        self._failure: tuple[float, str] | None = None
        self.refusal = ""
        """While there is one, appends are refused with it: the ledger was found to be cut or rewritten."""
        self._thread = threading.Thread(target=self._run, name="ledger-writer", daemon=True)
        self._thread.start()

    async def append(self, drafts: Sequence[Draft]) -> list[str]:
        """Make the drafts durable, all or none; their leaf hashes. Raises LedgerUnavailable, LedgerBroken."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[list[str]] = loop.create_future()
        with self._door:
            if self._closed:
                raise LedgerUnavailable("the ledger is closed")
            if self.refusal:
                raise LedgerUnavailable(self.refusal)
            if self.waiting + len(drafts) > _WAITING_MOST:
                raise LedgerUnavailable(
                    f"{self.waiting} entries already wait for the disk, so {len(drafts)} more have no room; "
                    "try again later"
                )
            # Counted until they are written, and not only while somebody waits for them: callers
            # that give up while the disk stalls must not make room for more.
            self.waiting += len(drafts)
            self._inbox.put(_Append(drafts, loop, done))
        # Shielded: a caller that gives up must not leave the writer with a dead future.
        return await asyncio.shield(done)

    def problem(self) -> str:
        """Why the last append failed, where that was a moment ago, or why none would be taken now."""
        if self.refusal:
            return self.refusal
        failure = self._failure
        if failure is not None and time.monotonic() - failure[0] < _FAILURE_SECONDS:
            return failure[1]
        return self._clock.problem()

    def close(self) -> bool:
        """Finish the appends already handed over, then stop. False where that was asked before."""
        with self._door:
            if self._closed:
                return False
            self._closed = True
            self._inbox.put(None)
        self._thread.join()
        return True

    def let_go(self) -> None:
        """Have the thread end after what it was given, without waiting for that: for whoever forgets to close.

        Takes no lock, so it may be called from anywhere, even by the collector of garbage.
        """
        self._inbox.put(None)

    # -- in the writer's own thread ----------------------------------------------

    def _run(self) -> None:
        company = False
        while True:
            first = self._inbox.get()
            if first is None:
                return
            if company:
                # Under load a commit shared is worth more than a commit at once: fewer turns at the
                # interpreter lock and at the disk. A single stream never waits here.
                time.sleep(_GROUP_SECONDS)
            group, stop = self._gather(first)
            company = len(group) > 1
            told = self._commit(group)
            with self._door:
                self.waiting -= sum(len(append.drafts) for append in group)
            _tell(group, told)
            if stop:
                return

    def _gather(self, first: _Append) -> tuple[list[_Append], bool]:
        """Everything that has arrived meanwhile, up to a bound: one commit for all of it."""
        group, size = [first], len(first.drafts)
        while size < _LARGEST_GROUP:
            try:
                more = self._inbox.get_nowait()
            except queue.Empty:
                break
            if more is None:
                return group, True
            group.append(more)
            size += len(more.drafts)
        return group, False

    def _commit(self, group: list[_Append]) -> list[_Told]:
        """Write a group in one transaction; what each append of it is to be told.

        A crash anywhere before it returns leaves nothing of the group, and nobody has
        been told otherwise; a crash after it leaves all of it, and at worst a line is
        on record that was never sent.
        """
        try:
            for _ in range(_TRIES):
                sealer, told = self._seal(group)
                try:
                    self._on_commit("before")
                    if sealer.rows:
                        self._store.insert(sealer.rows)
                    self._on_commit("after")
                except NumberTaken:  # another process wrote meanwhile: link behind it
                    self._forget()
                    continue
                except KeyGone:  # somebody was erased meanwhile: seal under a new key
                    continue
                self._head = self._written = sealer.head
                self._remember(sealer.last)
                self._clock.recorded()
                self._recovered()
                return told
        except Exception as error:  # noqa: BLE001 – whatever it was, nobody may take these entries for written
            self._forget()  # what is on the disk now is not known; read it before the next append
            return [self._failed(error)] * len(group)
        finally:
            with suppress(LedgerError):  # of a line that was cut the server takes back what we held
                self._store.give_way()
        crowded = LedgerUnavailable(
            f"other writers of '{self._store.name}' left no room for an entry; try again"
        )
        return [crowded] * len(group)

    def _failed(self, error: Exception) -> LedgerError:
        told = (
            error
            if isinstance(error, LedgerError)
            else LedgerUnavailable(f"the ledger at '{self._store.name}' could not be written: {what(error)}")
        )
        if self._failure is None or self._failure[1] != str(told):
            _LOG.error("nothing can be appended: %s", told)
        # A clock says for itself when it is trusted again; of a store only the next append can tell.
        self._failure = (-math.inf if self._clock.problem() else time.monotonic(), str(told))
        return told

    def _recovered(self) -> None:
        if self._failure is not None:
            _LOG.warning("the ledger at '%s' is written again", self._store.name)
        self._failure = None

    def _seal(self, group: list[_Append]) -> tuple[Sealer, list[_Told]]:
        """The group's rows, one behind the other, and what went wrong where.

        An append with an entry that can't be written (a lone surrogate) is left out:
        it must not take others with it that only happened to come at the same moment.
        """
        note = self._clock.check()
        drafts = [draft for append in group for draft in append.drafts]
        private = [draft for draft in drafts if draft.private is not None]
        keys = self._keys.current({subject_month(draft) for draft in private}) if private else {}
        head = self._where()  # last: from here on others may wait for us
        traces = {draft.trace for draft in drafts} | ({note.trace} if note else set())
        sealer = Sealer(head, self._before(traces), keys)
        entropy = _entropy(len(private))
        if note is not None:
            sealer.seal([note], entropy.__next__)
        told: list[_Told] = []
        for append in group:
            made = len(sealer.rows)
            try:
                sealer.seal(append.drafts, entropy.__next__)
            except Exception as error:  # noqa: BLE001 – as in `_commit`
                told.append(LedgerUnavailable(f"an entry can't be written: {error}"))
            else:
                told.append([row.leaf for row in sealer.rows[made:]])
        return sealer, told

    def _where(self) -> Head:
        """Where the chain goes on. Raises LedgerBroken where the store holds less than was said to be written."""
        if self._head is None or self._store.crowded:
            head = self._store.head()
            if head != self._head:
                self._forget()
            if self._written is not None and head != self._written:
                seq, leaf = self._written
                there = self._store.at([seq - 1])
                if head.seq < seq or [row.leaf for row in there] != [leaf]:
                    raise LedgerBroken(
                        f"the ledger at '{self._store.name}' does not hold entry {seq - 1} as it was written: it was "
                        "put in the place of another one, or restored from an older copy; put the right one back"
                    )
            self._head = head
        return self._head

    def _before(self, traces: set[str]) -> dict[str, int]:
        known = {trace: self._last[trace] for trace in traces if trace in self._last}
        if missing := traces - known.keys():
            known.update(self._store.last_of(missing))
        return known

    def _remember(self, last: dict[str, int]) -> None:
        # Right for as long as nobody else has written: `_forget` is called as soon as somebody has.
        for trace, seq in last.items():
            self._last[trace] = seq
            self._last.move_to_end(trace)
        while len(self._last) > _TRACES_MOST:
            self._last.popitem(last=False)

    def _forget(self) -> None:
        self._head = None
        self._last.clear()


def _entropy(count: int) -> Iterator[bytes]:
    """So many random bytes as each private part needs, from one call to the system."""
    drawn = secrets.token_bytes(ENTROPY_BYTES * count)
    return (drawn[start : start + ENTROPY_BYTES] for start in range(0, len(drawn), ENTROPY_BYTES))


def _tell(group: list[_Append], told: list[_Told]) -> None:
    """Wake the callers: one call for each event loop, not one for each append."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[list[str]], _Told]]] = {}
    for append, one in zip(group, told, strict=True):
        by_loop.setdefault(append.loop, []).append((append.done, one))
    for loop, ones in by_loop.items():
        with suppress(RuntimeError):  # the loop is closed, and nobody waits there any more
            loop.call_soon_threadsafe(_settle, ones)


def _settle(told: list[tuple[asyncio.Future[list[str]], _Told]]) -> None:
    for future, one in told:
        if future.done():
            continue
        if isinstance(one, LedgerError):
            future.set_exception(one)
            future.exception()  # a caller that gave up is not an unhandled error
        else:
            future.set_result(one)
