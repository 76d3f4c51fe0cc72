"""The ledger on SQLite: one writer thread, group commit, nothing said before it is on the disk.

`journal_mode=WAL` with `synchronous=FULL` makes a commit durable when it
returns (https://www.sqlite.org/pragma.html#pragma_synchronous). Appends that
arrive while a commit is under way go into the next one together.
"""

import asyncio
import queue
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, cast

import apsw

from answerable.adapters.sqlite_errors import translated
from answerable.ledger import GENESIS
from answerable.ledger.checking import TreeCheck
from answerable.ledger.checkpoint import Checkpoint
from answerable.ports import Sealed
from answerable.receipts import Body, Draft, ExchangeBody, seal
from answerable.receipts.verifying import ChainCheck, Row, decode
from answerable.values import TraceId
from answerable.values.errors import LedgerBroken, LedgerError, LedgerUnavailable

_SCHEMA = """
CREATE TABLE IF NOT EXISTS entries (
    seq INTEGER PRIMARY KEY,
    trace TEXT NOT NULL,
    kind TEXT NOT NULL,
    entry BLOB NOT NULL,
    leaf TEXT NOT NULL,
    salt BLOB,
    private BLOB
) STRICT;
CREATE INDEX IF NOT EXISTS entries_by_trace ON entries (trace, seq);
PRAGMA user_version = 1;
"""
_ROWS = "SELECT seq, entry, leaf, salt, private FROM entries "
_FILED = "SELECT seq, entry, leaf, salt, private, trace, kind FROM entries ORDER BY seq"
_INSERT = "INSERT INTO entries VALUES "
_ROW = "(?, ?, ?, ?, ?, ?, ?)"
_COLUMNS = 7
_LARGEST_INSERT = 4000  # rows in one statement: SQLite binds at most 32,766 values
_LARGEST_GROUP = 1000  # drafts in one commit: bounds how long the first of them waits
_GROUP_SECONDS = 0.001  # how long a commit waits for company, where the one before it had some
_PAGE_BYTES = 8192
_SWITCH_SECONDS = 0.05
_TRIES = 10  # how often another process may get in first before an append is given up
_WAITING_MOST = 20_000  # drafts not yet written; past it appends are refused, not queued without end


_Column = str | bytes | int | None


class _Append(NamedTuple):
    drafts: Sequence[Draft]
    loop: asyncio.AbstractEventLoop
    done: asyncio.Future[None]


class SqliteLedger:
    """One ledger file. Several processes may append to it: the number of an entry is taken once."""

    def __init__(self, path: Path | str, *, on_commit: Callable[[str], None] | None = None) -> None:
        """Open or create the file and check its last link.

        `on_commit` is called with "before" and "after" around every commit, in the
        writer's thread: tests use it to fail or kill there. Raises LedgerUnavailable
        where the file can't be opened, LedgerBroken where its last entry is damaged.
        """
        self._path = str(path)
        self._on_commit = on_commit
        self._inbox: queue.SimpleQueue[_Append | None] = queue.SimpleQueue()
        self._door = threading.Lock()  # callers may come from several event loops, each in its thread
        self._waiting = 0
        self._closed = False
        self._head: tuple[int, str] | None = None
        self._write = _connect(self._path, create=True)
        self._check_head()
        self._reader = _connect(self._path, create=False)
        self._reading = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="ledger-writer", daemon=True)
        self._thread.start()

    @property
    def path(self) -> Path:
        """The ledger's file."""
        return Path(self._path)

    async def append(self, drafts: Sequence[Draft]) -> None:
        """Make the drafts durable, all or none. Raises LedgerUnavailable."""
        loop = asyncio.get_running_loop()
        done = loop.create_future()
        with self._door:
            if self._closed:
                raise LedgerUnavailable("the ledger is closed")
            if self._waiting + len(drafts) > _WAITING_MOST:
                raise LedgerUnavailable(
                    f"{self._waiting} entries already wait for the disk, so {len(drafts)} more have no room; "
                    "try again later"
                )
            # Counted until they are written, and not only while somebody waits for them: callers
            # that give up while the disk stalls must not make room for more.
            self._waiting += len(drafts)
            self._inbox.put(_Append(drafts, loop, done))
        # Shielded: a caller that gives up must not leave the writer with a dead future.
        await asyncio.shield(done)

    async def trace(self, trace: TraceId) -> list[Sealed]:
        return await asyncio.to_thread(self._select, _ROWS + "WHERE trace = ? ORDER BY seq", (trace,))

    async def traces(self, limit: int) -> list[TraceId]:
        query = "SELECT trace FROM entries WHERE kind = 'exchange' ORDER BY seq DESC LIMIT ?"
        return await asyncio.to_thread(self._column, query, (limit,))

    async def traces_of(self, conversation: str) -> list[TraceId]:
        """The traces of a conversation, oldest first. Reads every exchange on record."""
        return await asyncio.to_thread(self._traces_of, conversation)

    async def verify(self, checkpoints: Sequence[Checkpoint] = ()) -> int:
        return await asyncio.to_thread(self._verify, checkpoints)

    async def close(self) -> None:
        """Finish the appends already handed over, then close the file."""
        with self._door:
            if self._closed:
                return
            self._closed = True
            self._inbox.put(None)
        await asyncio.to_thread(self._thread.join)
        with self._reading:
            self._reader.close()
        self._write.close()

    # -- reading ---------------------------------------------------------------

    def _select(self, query: str, bindings: tuple[str | int, ...]) -> list[Sealed]:
        with self._reading, translated(self._path):
            return [Sealed(*row) for row in self._reader.execute(query, bindings)]

    def _column(self, query: str, bindings: tuple[str | int, ...]) -> list[TraceId]:
        with self._reading, translated(self._path):
            return [TraceId(row[0]) for row in self._reader.execute(query, bindings)]

    def _traces_of(self, conversation: str) -> list[TraceId]:
        query = _ROWS + "WHERE kind = 'exchange' ORDER BY seq"
        with self._reading, translated(self._path):
            entries = [
                decode(cast("bytes", row[1]), cast("int", row[0])) for row in self._reader.execute(query)
            ]
        return [
            TraceId(one.trace)
            for one in entries
            if isinstance(one.body, ExchangeBody) and one.body.conversation == conversation
        ]

    def _verify(self, checkpoints: Sequence[Checkpoint]) -> int:
        check, tree = ChainCheck(), TreeCheck(checkpoints)
        connection = _connect(self._path, create=False)
        try:
            with translated(self._path):
                for seq, entry, leaf, salt, private, trace, kind in connection.execute(_FILED):
                    found = check.next((seq, entry, leaf, salt, private))
                    tree.next(bytes.fromhex(leaf))
                    if (found.trace, _kind(found.body)) != (trace, kind):
                        # Outside the hash, but what `trace` and `traces` look by: a row filed
                        # elsewhere would be as good as deleted.
                        raise LedgerBroken(f"entry {seq} is not filed under its own trace and kind")
                tree.end()
        finally:
            connection.close()
        return check.count

    def _check_head(self) -> None:
        with translated(self._path):
            rows = cast("list[Row]", self._write.execute(_ROWS + "ORDER BY seq DESC LIMIT 1").fetchall())
        for row in rows:
            ChainCheck(count=row[0], head=decode(row[1], row[0]).prev).feed([row])

    # -- writing, in the writer's own thread -------------------------------------

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
            errors = self._commit(group)
            with self._door:
                self._waiting -= sum(len(append.drafts) for append in group)
            _tell(group, errors)
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

    def _commit(self, group: list[_Append]) -> list[LedgerError | None]:
        """Write a group in one transaction; what each append of it is to be told.

        A crash anywhere before it returns leaves nothing of the group, and nobody has
        been told otherwise; a crash after it leaves all of it, and at worst a line is
        on record that was never sent.
        """
        try:
            for _ in range(_TRIES):
                rows, head, errors = self._seal(group)
                try:
                    self._hook("before")
                    self._insert(rows)
                    self._hook("after")
                except apsw.ConstraintError:
                    self._head = self._read_head()  # another process wrote meanwhile: link behind it
                    continue
                self._head = head
                return errors
        except Exception as error:  # noqa: BLE001 – whatever it was, nobody may take these entries for written
            self._head = None  # what is on the disk now is not known; read it before the next append
            failed = LedgerUnavailable(f"the ledger at '{self._path}' could not be written: {error}")
            return [failed] * len(group)
        crowded = LedgerUnavailable(f"other writers of '{self._path}' left no room for an entry; try again")
        return [crowded] * len(group)

    def _insert(self, rows: list[_Column]) -> None:
        if len(rows) <= _LARGEST_INSERT * _COLUMNS:
            # One statement, not one for each row: every step hands the interpreter lock
            # over and has to win it back from a busy event loop.
            if rows:
                self._write.execute(_INSERT + ",".join([_ROW] * (len(rows) // _COLUMNS)), rows)
            return
        with self._write:
            for start in range(0, len(rows), _LARGEST_INSERT * _COLUMNS):
                self._insert(rows[start : start + _LARGEST_INSERT * _COLUMNS])

    def _seal(self, group: list[_Append]) -> tuple[list[_Column], tuple[int, str], list[LedgerError | None]]:
        """The group's rows, one after another; the head that they will leave; what went wrong where.

        An append with an entry that can't be written (a lone surrogate) is left out:
        it must not take others with it that only happened to come at the same moment.
        """
        if self._head is None:
            self._head = self._read_head()
        seq, prev = self._head
        rows: list[_Column] = []
        errors: list[LedgerError | None] = []
        salts = _salts(sum(draft.private is not None for append in group for draft in append.drafts))
        for append in group:
            before = len(rows), seq, prev
            try:
                for draft in append.drafts:
                    salt = None if draft.private is None else next(salts)
                    entry, leaf, private = seal(draft, seq, prev, salt or b"")
                    rows += (seq, draft.trace, _kind(draft.body), entry, leaf, salt, private)
                    seq, prev = seq + 1, leaf
            except Exception as error:  # noqa: BLE001 – as in `_commit`
                size, seq, prev = before
                del rows[size:]
                errors.append(LedgerUnavailable(f"an entry can't be written: {error}"))
            else:
                errors.append(None)
        return rows, (seq, prev), errors

    def _read_head(self) -> tuple[int, str]:
        """The next entry's number, and the leaf before it."""
        query = "SELECT seq, leaf FROM entries ORDER BY seq DESC LIMIT 1"
        head = cast("list[tuple[int, str]]", self._write.execute(query).fetchall())
        return (head[0][0] + 1, head[0][1]) if head else (0, GENESIS)

    def _hook(self, when: str) -> None:
        if self._on_commit is not None:
            self._on_commit(when)


def _salts(count: int) -> Iterator[bytes]:
    """Sixteen random bytes each, from one call to the system."""
    drawn = secrets.token_bytes(16 * count)
    return (drawn[start : start + 16] for start in range(0, len(drawn), 16))


def _kind(body: Body) -> str:
    return str(type(body).__struct_config__.tag)


def _tell(group: list[_Append], errors: list[LedgerError | None]) -> None:
    """Wake the callers: one call for each event loop, not one for each append."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[None], LedgerError | None]]] = {}
    for append, error in zip(group, errors, strict=True):
        by_loop.setdefault(append.loop, []).append((append.done, error))
    for loop, told in by_loop.items():
        with suppress(RuntimeError):  # the loop is closed, and nobody waits there any more
            loop.call_soon_threadsafe(_settle, told)


def _settle(told: list[tuple[asyncio.Future[None], LedgerError | None]]) -> None:
    for future, error in told:
        if future.done():
            continue
        if error is None:
            future.set_result(None)
        else:
            future.set_exception(error)
            future.exception()  # a caller that gave up is not an unhandled error


def _write_ahead(connection: apsw.Connection) -> str:
    """Switch to a write-ahead log, and say what the journal is then.

    SQLite does not wait for others that switch the same new file at the same moment.
    """
    for _ in range(_TRIES):
        try:
            return str(connection.execute("PRAGMA journal_mode = WAL").fetchall()[0][0])
        except apsw.BusyError:
            time.sleep(_SWITCH_SECONDS)
    return str(connection.execute("PRAGMA journal_mode = WAL").fetchall()[0][0])


def _connect(path: str, *, create: bool) -> apsw.Connection:
    try:
        flags = apsw.SQLITE_OPEN_READWRITE | (apsw.SQLITE_OPEN_CREATE if create else 0)
        if create:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        connection = apsw.Connection(path, flags=flags)
        connection.set_busy_timeout(5000)
        # Of a new file only. An entry of 2 KB leaves half of SQLite's usual page of 4 KB empty: twice the
        # pages to write, and to keep (benchmarks/ledger.py).
        connection.execute(f"PRAGMA page_size = {_PAGE_BYTES}").fetchall()
        mode = _write_ahead(connection)
        if mode != "wal":
            raise LedgerUnavailable(
                f"the ledger at '{path}' can't have a write-ahead log there (its journal is '{mode}'), so a "
                "commit would not be durable; put it in a file on a local disk"
            )
        # Read to the end: a row left unread ends the batch.
        connection.execute("PRAGMA synchronous = FULL").fetchall()
        if create:
            version = connection.execute("PRAGMA user_version").fetchall()[0][0]
            if version not in (0, 1):
                raise LedgerBroken(f"'{path}' is a ledger of format {version}; this program knows format 1")
            connection.execute(_SCHEMA)
    except (apsw.Error, OSError) as error:
        raise LedgerUnavailable(f"the ledger at '{path}' can't be opened: {error}") from error
    return connection
