"""Change a stored log at random: python proofs/tampering.py [--mutations N] [--entries N] [--seed N]

Claim: whoever has the ledger's file in hand, and even the log's key, changes, drops, adds or moves
no entry unseen by somebody who has kept one signed checkpoint, or by a witness that has cosigned it.

1. A ledger is written and its checkpoint is signed. The checkpoint is kept elsewhere; a witness has seen it.
2. A copy of the file is changed once through SQL, in each of the ways below in turn, at a random place.
3. The copy is opened and verified as `answerable verify` and `answerable ledger fsck` do it: first alone,
   then, where nothing was found, against the kept checkpoint.
4. An insider also writes the history anew from some entry on, every hash and link of it right, and signs
   it with the log's own key. That has to be found by the checkpoint, and the witness has to refuse it.
5. Copies that nobody touched have to pass, and so do those that only grew.

The columns are those that the table has. That a private part was emptied can only be told where erasures are on
record: it is tried where private parts are sealed.
"""

import argparse
import asyncio
import itertools
import random
import shutil
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import apsw

from answerable.adapters.sqlite_ledger import SqliteLedger
from answerable.adapters.sqlite_log import SqliteLog
from answerable.apps.ledger.checkpointing import Checkpointer
from answerable.apps.ledger_place import LedgerPlace
from answerable.ledger.checkpoint import Checkpoint, parse_checkpoint
from answerable.ledger.handover import KeyHistory
from answerable.ledger.log import hashes, wrong_roots
from answerable.ledger.merkle import consistency_proof
from answerable.ledger.witness import Answer, Followed, request_cosignature, witness
from answerable.receipts import CallBody, CallPrivate, Draft
from answerable.signing import Note, new_signer
from answerable.signing.keys import Algorithm
from answerable.values.errors import LedgerError

AT = "2026-11-24T00:00:00.000000Z"
NOW = datetime(2026, 11, 24, tzinfo=UTC)
LOG = new_signer("shop.example/log", bytes(range(32)))
WITNESS = new_signer("auditor.example/w", bytes(range(1, 33)), Algorithm.COSIGNATURE)
INSIDER = "history written anew and signed"
UNTOUCHED, GROWN = "nothing", "only grown"
_ATTEMPTS = 100

Value = str | bytes | int | None


def draft(number: int, tool: str = "refund") -> Draft:
    """An act; two of three have arguments, which are private."""
    private = None if number % 3 == 0 else CallPrivate(f'{{"order":{number},"cents":{number * 7}}}')
    return Draft(f"tr_{number // 4}", AT, CallBody(0, number, f"c-{number}", tool), private)


class Entries:
    """The table of a ledger's entries from outside, with whatever columns it has."""

    def __init__(self, path: Path) -> None:
        self.db = apsw.Connection(str(path))
        self.db.execute("PRAGMA synchronous = OFF").fetchall()
        found = self.run("PRAGMA table_info(entries)")
        self.number = next(str(name) for _, name, *_, key in found if key)
        self.fields = [str(name) for _, name, *_, key in found if not key]
        self.size = len(self.rows())

    def rows(self) -> list[tuple[Value, ...]]:
        columns = ", ".join([self.number, *self.fields])
        return self.run(f"SELECT {columns} FROM entries ORDER BY {self.number}")

    def tree(self) -> list[tuple[Value, ...]]:
        """What is kept of the tree: level, place, hash."""
        return self.run("SELECT level, at, hash FROM tile_roots")

    def values(self, field_: str) -> list[Value]:
        return [row[1 + self.fields.index(field_)] for row in self.rows()]

    def put(self, at: int, field_: str, value: Value, *, of: Value) -> None:
        """Write a value; bytes go into a column of texts as they are, whether they are UTF-8 or not."""
        written = "CAST(? AS TEXT)" if isinstance(of, str) else "?"
        self.run(f"UPDATE entries SET {field_} = {written} WHERE {self.number} = ?", value, at)

    def move(self, at: int, to: int) -> None:
        self.run(f"UPDATE entries SET {self.number} = ? WHERE {self.number} = ?", to, at)

    def shift(self, first: int, by: int) -> None:
        """Renumber everything from `first` on. In two steps: no number may be there twice on the way."""
        for step in (by + 1_000_000, -1_000_000):
            start = first if step > 0 else first + 500_000
            self.run(
                f"UPDATE entries SET {self.number} = {self.number} + ? WHERE {self.number} >= ?", step, start
            )

    def double(self, at: int, to: int) -> None:
        columns = ", ".join(self.fields)
        self.run(
            f"INSERT INTO entries ({self.number}, {columns}) SELECT ?, {columns} FROM entries "
            f"WHERE {self.number} = ?",
            to,
            at,
        )

    def run(self, query: str, *bindings: Value) -> list[tuple[Value, ...]]:
        return cast("list[tuple[Value, ...]]", self.db.execute(query, bindings).fetchall())


# -- the ways -------------------------------------------------------------------------------------

Way = Callable[[Entries, random.Random], None]


def in_use(entries: Entries) -> list[str]:
    """The fields that some entry has something in."""
    return [name for name in entries.fields if any(entries.values(name))]


def one_with(entries: Entries, field_: str, draw: random.Random) -> tuple[int, Value]:
    """An entry that has something in that field, and what it has."""
    return draw.choice([(at, value) for at, value in enumerate(entries.values(field_)) if value])


def as_bytes(value: Value) -> bytes:
    if isinstance(value, int):
        return value.to_bytes(8, "big")
    return value.encode() if isinstance(value, str) else value or b""


def flip(field_: str) -> Way:
    def change(entries: Entries, draw: random.Random) -> None:
        at, value = one_with(entries, field_, draw)
        found = bytearray(as_bytes(value))
        found[draw.randrange(len(found))] ^= 1 << draw.randrange(8)
        number = int.from_bytes(found, "big", signed=True) if isinstance(value, int) else None
        entries.put(at, field_, bytes(found) if number is None else number, of=value)

    return change


def cut_short(field_: str) -> Way:
    def change(entries: Entries, draw: random.Random) -> None:
        at, value = one_with(entries, field_, draw)
        found = as_bytes(value)
        entries.put(at, field_, found[: draw.randrange(len(found))], of=value)

    return change


def empty(field_: str) -> Way:
    def change(entries: Entries, draw: random.Random) -> None:
        at, value = one_with(entries, field_, draw)
        entries.put(at, field_, None, of=value)

    return change


def exchange(entries: Entries, draw: random.Random) -> None:
    field_ = draw.choice(in_use(entries))
    (a, at_a), (b, at_b) = (one_with(entries, field_, draw) for _ in range(2))
    entries.put(a, field_, at_b, of=at_a)
    entries.put(b, field_, at_a, of=at_b)


def renumber(entries: Entries, draw: random.Random) -> None:
    at = draw.randrange(entries.size)
    entries.move(at, draw.choice([-1 - at, entries.size + draw.randrange(1, 50), at + (1 << 40)]))


def delete(entries: Entries, draw: random.Random) -> None:
    entries.run(f"DELETE FROM entries WHERE {entries.number} = ?", draw.randrange(entries.size - 1))


def delete_and_close_the_gap(entries: Entries, draw: random.Random) -> None:
    at = draw.randrange(entries.size - 1)
    entries.run(f"DELETE FROM entries WHERE {entries.number} = ?", at)
    entries.shift(at + 1, -1)


def cut_off(entries: Entries, draw: random.Random) -> None:
    entries.run(f"DELETE FROM entries WHERE {entries.number} >= ?", draw.randrange(entries.size))


def change_places(entries: Entries, draw: random.Random) -> None:
    one, other = draw.sample(range(entries.size), 2)
    entries.move(one, -1)
    entries.move(other, one)
    entries.move(-1, other)


def double(entries: Entries, draw: random.Random) -> None:
    at, to = draw.randrange(entries.size), draw.randrange(entries.size + 1)
    entries.shift(to, 1)
    entries.double(at if at < to else at + 1, to)


def flip_in_the_tree(entries: Entries, draw: random.Random) -> None:
    level, at, found = draw.choice(entries.tree())
    changed = bytearray(as_bytes(found))
    changed[draw.randrange(len(changed))] ^= 1 << draw.randrange(8)
    entries.run("UPDATE tile_roots SET hash = ? WHERE level = ? AND at = ?", bytes(changed), level, at)


def ways(path: Path) -> dict[str, Way]:
    """Every way to change that ledger's entries, by name."""
    entries = Entries(path)
    with closing(entries.db):
        fields = in_use(entries)
        texts = [name for name in fields if not any(isinstance(one, int) for one in entries.values(name))]
        kept = entries.tree()
    return {
        **{f"a bit of `{name}` flipped": flip(name) for name in fields},
        **{f"`{name}` cut short": cut_short(name) for name in texts},
        **({"`sealed` emptied": empty("sealed")} if "sealed" in fields else {}),
        "a field exchanged with another entry's": exchange,
        "an entry renumbered": renumber,
        "an entry deleted": delete,
        "an entry deleted, the gap closed": delete_and_close_the_gap,
        "entries cut off at the end": cut_off,
        "two entries change places": change_places,
        "an entry doubled": double,
        **({"a bit of the kept tree flipped": flip_in_the_tree} if kept else {}),
    }


# -- an insider, with the key -----------------------------------------------------------------------


async def write_anew(path: Path, count: int, draw: random.Random) -> Note:
    """Another history from some of the `count` entries on: shorter, as long or longer. Its signed checkpoint."""
    first = draw.randrange(count)
    with closing(apsw.Connection(str(path))) as db:
        db.execute("DELETE FROM entries WHERE seq >= ?", (first,)).fetchall()
        for table in ("tile_roots", "checkpoints"):
            db.execute(f"DELETE FROM {table}").fetchall()
    rest = [draft(at) for at in range(first + 1, count)]
    match draw.randrange(3):
        case 0:
            rest.insert(0, draft(first, "forged"))
        case 1:
            rest = [draft(at, "forged") for at in range(first, count + draw.randrange(20))]
        case _:  # one left out
            pass
    ledger = SqliteLedger(path)
    await ledger.append(rest)
    await ledger.close()
    return await signed(path)


async def signed(path: Path) -> Note:
    """The ledger's new checkpoint."""
    note = await Checkpointer(LedgerPlace(path), LOG).once()
    assert note is not None, "there are new entries"
    return note


def is_cosigned(path: Path, note: Note, kept: Checkpoint) -> bool:
    """Would a witness that has seen the kept checkpoint cosign this one? Asked in every way there is."""
    size = parse_checkpoint(note.text).size
    state = Followed(kept.origin, (LOG.verifier,), kept.size, kept.root)
    for old in {0, size, min(kept.size, size), kept.size}:
        with closing(SqliteLog(path)) as store:
            proof = consistency_proof(old, size, hashes(store, size)) if old <= size else []
        if witness(request_cosignature(note, old, proof), [state], WITNESS, NOW).answer is Answer.COSIGNED:
            return True
    return False


# -- the experiment -------------------------------------------------------------------------------


@dataclass
class Count:
    """How often one way was tried, and what told."""

    tried: int = 0
    alone: int = 0
    with_checkpoint: int = 0
    witness_refused: int = 0


@dataclass
class Tally:
    counts: dict[str, Count] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    """What was missed, and what was found where nothing had been changed."""

    @property
    def tried(self) -> int:
        return sum(one.tried for name, one in self.counts.items() if name not in (UNTOUCHED, GROWN))


async def said_of(path: Path, checkpoints: list[Checkpoint]) -> str:
    """What is found wrong with a ledger, in our program's own words; nothing where it is sound."""
    try:
        ledger = SqliteLedger(path)
        try:
            await ledger.verify(checkpoints)
        finally:
            await ledger.close()
        with closing(SqliteLog(path)) as store:
            wrong = wrong_roots(store, store.size())
    except LedgerError as error:
        return str(error)
    return f"{len(wrong)} of the tree's kept hashes are wrong" if wrong else ""


def change(path: Path, way: Way, draw: random.Random) -> None:
    """Change it in that way, until something has changed."""
    entries = Entries(path)
    with closing(entries.db):
        before = entries.rows(), entries.tree()
        for _ in range(_ATTEMPTS):
            way(entries, draw)
            try:
                after = entries.rows(), entries.tree()
            except UnicodeDecodeError:
                return  # a text that is none any more
            if after != before:
                return
    raise AssertionError("nothing could be changed")


def copy_anew(original: Path, copy: Path) -> None:
    """With whatever is kept in files beside it."""
    for one in copy.parent.glob(f"{copy.name}*"):
        one.unlink(missing_ok=True)
    for one in original.parent.glob(f"{original.name}*"):
        shutil.copy(one, copy.with_name(one.name.replace(original.name, copy.name, 1)))


async def tamper(count: int, *, entries: int, seed: int, folder: Path) -> Tally:
    """The experiment. Every change is made to a fresh copy of one ledger."""
    tally, draw = Tally(), random.Random(seed)
    original, copy = folder / "original.db", folder / "copy.db"
    ledger = SqliteLedger(original)
    await ledger.append([draft(at) for at in range(entries)])
    await ledger.close()
    kept = KeyHistory.of(LOG.verifier, []).open(await signed(original))
    by_name = ways(original)
    names = [UNTOUCHED, GROWN, INSIDER, *by_name]
    for name in itertools.cycle(names):
        if tally.tried >= count:
            break
        copy_anew(original, copy)
        tally.counts.setdefault(name, Count()).tried += 1
        if name in by_name:
            change(copy, by_name[name], draw)
            await expect_found(name, copy, kept, tally)
        elif name == INSIDER:
            forged = await write_anew(copy, entries, draw)
            if await said_of(copy, []):
                tally.problems.append(f"{name}: the forgery was not sound in itself")
            await expect_found(name, copy, kept, tally)
            if is_cosigned(copy, forged, kept):
                tally.problems.append(f"{name}: the witness cosigned it")
            else:
                tally.counts[name].witness_refused += 1
        else:
            if name == GROWN:
                grown = SqliteLedger(copy)
                await grown.append([draft(at) for at in range(draw.randrange(1, 20))])
                await grown.close()
            if said := await said_of(copy, [kept]):
                tally.problems.append(f"{name} was changed, and yet: {said}")
    return tally


async def expect_found(name: str, path: Path, kept: Checkpoint, tally: Tally) -> None:
    if await said_of(path, []):
        tally.counts[name].alone += 1
    elif await said_of(path, [kept]):
        tally.counts[name].with_checkpoint += 1
    else:
        tally.problems.append(f"{name}: nobody noticed")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--mutations", type=int, default=1000)
    parser.add_argument("--entries", type=int, default=300)
    parser.add_argument("--seed", type=int, default=20261124)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tally = asyncio.run(
            tamper(given.mutations, entries=given.entries, seed=given.seed, folder=Path(folder))
        )
    print(
        "| what was changed | times | found without a checkpoint | found with it | refused by the witness |"
    )
    print("| --- | ---: | ---: | ---: | ---: |")
    for name, one in tally.counts.items():
        refused = str(one.witness_refused) if name == INSIDER else ""
        print(f"| {name} | {one.tried} | {one.alone} | {one.with_checkpoint} | {refused} |")
    found = sum(one.alone + one.with_checkpoint for one in tally.counts.values())
    untouched = sum(tally.counts[name].tried for name in (UNTOUCHED, GROWN))
    print(
        f"\n{tally.tried} changes to a ledger of {given.entries} entries, {found} found; {untouched} copies that "
        f"nobody tampered with, {sum('and yet' in one for one in tally.problems)} suspected."
    )
    for problem in tally.problems:
        print(f"- {problem}")
    if tally.problems:
        sys.exit(1)


if __name__ == "__main__":
    main()
