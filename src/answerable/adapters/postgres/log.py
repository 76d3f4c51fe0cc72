"""The tree and the checkpoints of a ledger in PostgreSQL, beside its entries.

Only roots of full tiles and signed checkpoints are kept here; the leaves are the entries' own.
Whatever of it is lost is made again from them, but for the signatures.
"""

from collections.abc import Iterator, Sequence
from typing import Any, cast

from answerable.adapters.postgres.line import Connection, Line
from answerable.adapters.postgres.migrations import LEDGER, SIGNING, check_version
from answerable.adapters.postgres.place import place
from answerable.ledger.checkpoint import parse_checkpoint
from answerable.ledger.handover import Handover
from answerable.ledger.log import TileRoot
from answerable.signing import Note, parse_note, together, written
from answerable.values.errors import LedgerBroken, LedgerUnavailable, SignatureError

_READ_AT_ONCE = 1000
_KEEP = """
INSERT INTO answerable.checkpoints VALUES ($1, $2) ON CONFLICT (size) DO UPDATE SET note = excluded.note
"""


class PostgresLog:
    """A `KeptLog` over the database of a `PostgresLedger`, with a line of its own. Threads may share it."""

    def __init__(self, dsn: str) -> None:
        """Raises SettingsError, LedgerBroken, LedgerUnavailable where it can't be reached or there is no ledger."""
        self._line = Line(place(dsn))
        try:
            check_version(self._line, LEDGER)
        except BaseException:
            self._line.close()
            raise

    def size(self) -> int:
        """How many entries there are: one more than the last one's number."""
        return cast("int", self._one("SELECT coalesce(max(seq) + 1, 0) FROM answerable.entries"))

    def leaves(self, first: int, end: int) -> list[bytes]:
        query = "SELECT leaf FROM answerable.entries WHERE seq >= $1 AND seq < $2 ORDER BY seq"
        return self._bytes(query, first, end)

    def entries(self, first: int, end: int) -> list[bytes]:
        """The entries' public bytes, which their leaves are the hashes of."""
        query = "SELECT entry FROM answerable.entries WHERE seq >= $1 AND seq < $2 ORDER BY seq"
        return self._bytes(query, first, end)

    def tile_roots(self, level: int, first: int, end: int) -> list[bytes]:
        query = "SELECT hash FROM answerable.tile_roots WHERE level = $1 AND at >= $2 AND at < $3 ORDER BY at"
        return self._bytes(query, level, first, end)

    def kept(self) -> int:
        return cast(
            "int", self._one("SELECT coalesce(max(at) + 1, 0) FROM answerable.tile_roots WHERE level = 1")
        )

    def keep(self, roots: Sequence[TileRoot]) -> None:
        query = (
            "INSERT INTO answerable.tile_roots SELECT * FROM unnest($1::integer[], $2::bigint[], $3::bytea[]) "
            "ON CONFLICT (level, at) DO UPDATE SET hash = excluded.hash"
        )
        levels, places, found = zip(*roots, strict=True)
        # A crash before the commit leaves these roots out; they are computed again from the same leaves.
        self._line.do(query, levels, places, found)

    def checkpoint(self) -> Note | None:
        """The last signed checkpoint, not checked. Raises LedgerBroken where it is no note."""
        found = self._bytes("SELECT note FROM answerable.checkpoints ORDER BY size DESC LIMIT 1")
        return self._note(found[0]) if found else None

    def checkpoints(self) -> Iterator[Note]:
        """All signed checkpoints, smallest first."""
        query = "SELECT size, note FROM answerable.checkpoints WHERE size > $1 ORDER BY size LIMIT $2"
        last = -1
        while found := self._line.rows(query, last, _READ_AT_ONCE):
            for row in found:
                yield self._note(row["note"])
            last = found[-1]["size"]

    def keep_checkpoint(self, note: Note, handovers: int = 0) -> None:
        async def work(db: Connection) -> None:
            async with db.transaction():
                # A crash before the commit leaves the entries without this checkpoint; the next one counts them, too.
                await self._merge(db, note, handovers)

        self._line.run(work)

    def handovers(self) -> list[Note]:
        query = "SELECT note FROM answerable.handovers ORDER BY number"
        return [self._note(raw, "handover") for raw in self._bytes(query)]

    def keep_handover(self, number: int, handover: Handover, note: Note, checkpoint: Note) -> None:
        async def work(db: Connection) -> None:
            async with db.transaction():
                await db.execute("SELECT pg_advisory_xact_lock($1)", SIGNING)
                last = await db.fetchval("SELECT max(size) FROM answerable.checkpoints")
                if await self._count(db) != number or last != handover.size:
                    raise LedgerUnavailable(
                        "another checkpoint or handover was signed meanwhile, so the key was not handed over; try again"
                    )
                # A crash before the commit leaves the log with its old key, as if nobody had asked. After it
                # the new key signs, and the old one signs no more, whoever still has it open.
                await db.execute("INSERT INTO answerable.handovers VALUES ($1, $2)", number, written(note))
                await self._merge(db, checkpoint, number)

        self._line.run(work)

    def name(self, fresh: str) -> str:
        last = self.checkpoint()
        if last is not None:
            return parse_checkpoint(last.text).origin
        # A crash before the commit leaves a log without a name, and nothing signed in one.
        self._line.do("INSERT INTO answerable.log_names VALUES (0, $1) ON CONFLICT DO NOTHING", fresh)
        return cast("str", self._one("SELECT name FROM answerable.log_names"))

    def close(self) -> None:
        self._line.close()

    async def _merge(self, db: Connection, note: Note, handovers: int) -> None:
        """Inside a transaction. Whoever keeps a checkpoint or a handover waits for the one before."""
        await db.execute("SELECT pg_advisory_xact_lock($1)", SIGNING)
        size = parse_checkpoint(note.text).size
        raw = await db.fetchval("SELECT note FROM answerable.checkpoints WHERE size = $1", size)
        if raw is None and await self._count(db) != handovers:
            raise LedgerUnavailable(
                f"the log's key was handed over meanwhile, so the checkpoint of {size} entries is not kept"
            )
        kept = Note(note.text) if raw is None else self._note(raw)
        if kept.text != note.text:
            raise LedgerBroken(f"another checkpoint of {size} entries is kept in '{self._line.name}' already")
        await db.execute(_KEEP, size, written(together(kept, note)))

    @staticmethod
    async def _count(db: Connection) -> int:
        return cast("int", await db.fetchval("SELECT count(*) FROM answerable.handovers"))

    def _note(self, raw: bytes, what: str = "checkpoint") -> Note:
        try:
            return parse_note(raw)
        except SignatureError as error:
            raise LedgerBroken(f"a {what} of '{self._line.name}' can't be read: {error}") from error

    def _one(self, query: str) -> object:
        return self._line.rows(query)[0][0]

    def _bytes(self, query: str, *values: Any) -> list[bytes]:
        return [row[0] for row in self._line.rows(query, *values)]
