"""Somebody with the ledger's file in hand changes it. What `verify` says then, field by field."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from some_drafts import OTHER, TRACE, calls, exchange, reply, sql

from answerable.adapters.local_key_wrapper import local_wrapper
from answerable.adapters.sqlite_entries import SqliteEntries
from answerable.adapters.sqlite_keys import SqliteKeys
from answerable.adapters.sqlite_ledger import SqliteLedger
from answerable.adapters.stored_ledger import StoredLedger
from answerable.ledger import leaf_hash
from answerable.receipts import Opened, encode
from answerable.receipts.verifying import ChainCheck, decode
from answerable.testing.memory_ledger import MemoryLedger
from answerable.values.errors import LedgerBroken

COUNT = 6
DRAFTS = [exchange(), *calls(3, private=True), exchange(OTHER), reply()]


async def written(path: Path) -> None:
    ledger = SqliteLedger(path)
    await ledger.append(DRAFTS)
    assert await ledger.verify() == COUNT
    await ledger.close()


async def verdict(path: Path) -> int:
    """What a ledger finds that was opened before it was tampered with: opening would refuse some of it."""
    keys = SqliteKeys(f"{path}.keys", local_wrapper(Path(f"{path}.master")))
    ledger = StoredLedger.__new__(StoredLedger)
    ledger.store, ledger.keys = SqliteEntries(path, keys), keys
    try:
        return await ledger.verify()
    finally:
        ledger.store.close()
        keys.close()


async def verdict_after(path: Path, *queries: str) -> str:
    """What `verify` complains of."""
    await written(path)
    for query in queries:
        sql(path, query)
    with pytest.raises(LedgerBroken) as raised:
        await verdict(path)
    return str(raised.value)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


# One change to each field of each row. Rows with a private part: 0 to 4.
FIELDS = {
    "entry": "entry = CAST(replace(entry, '{', '{ ') AS BLOB)",
    "leaf": "leaf = substr(leaf, 1, 63) || CASE substr(leaf, 64) WHEN '0' THEN '1' ELSE '0' END",
    "leaf-of-nothing": "leaf = ''",
    "seq": "seq = seq + 100",
    "trace": "trace = 'tr_hidden'",
    "kind": "kind = 4",
    "key": "key = 'ffffffffffffffff'",
}
PRIVATE_FIELDS = {
    "sealed": "sealed = CAST(sealed || ' ' AS BLOB)",
    "nonce": "sealed = CAST(zeroblob(12) || substr(sealed, 13) AS BLOB)",
    "emptied": "sealed = zeroblob(0)",
    "cut": "sealed = substr(sealed, 1, 11)",
}


@pytest.mark.parametrize("seq", range(COUNT))
@pytest.mark.parametrize("change", FIELDS.values(), ids=FIELDS)
async def test_a_change_to_any_field_of_any_row_is_found_and_its_entry_named(
    path: Path, change: str, seq: int
) -> None:
    said = await verdict_after(path, f"UPDATE entries SET {change} WHERE seq = {seq}")
    assert said.startswith(f"entry {seq} ")


@pytest.mark.parametrize("seq", range(COUNT - 1))
@pytest.mark.parametrize("change", PRIVATE_FIELDS.values(), ids=PRIVATE_FIELDS)
async def test_a_change_to_any_private_part_is_found_and_its_entry_named(
    path: Path, change: str, seq: int
) -> None:
    said = await verdict_after(path, f"UPDATE entries SET {change} WHERE seq = {seq}")
    assert said == f"entry {seq}: its private part is not the one it was written with"


async def test_a_private_part_put_where_there_was_none_is_found(path: Path) -> None:
    change = "UPDATE entries SET sealed = CAST('{}' AS BLOB) WHERE seq = 5"
    assert "entry 5: its private part" in await verdict_after(path, change)


async def test_the_private_part_of_another_entry_is_found(path: Path) -> None:
    change = "UPDATE entries SET sealed = (SELECT sealed FROM entries WHERE seq = 1) WHERE seq = 2"
    assert "entry 2: its private part" in await verdict_after(path, change)


@pytest.mark.parametrize("seq", range(COUNT - 1))
async def test_a_deleted_entry_is_found_by_the_gap_it_leaves(path: Path, seq: int) -> None:
    said = await verdict_after(path, f"DELETE FROM entries WHERE seq = {seq}")
    assert said == f"entry {seq} is missing: the next one is numbered {seq + 1}"


@pytest.mark.parametrize("seq", range(COUNT - 1))
async def test_a_deleted_entry_is_found_though_the_gap_is_closed(path: Path, seq: int) -> None:
    said = await verdict_after(
        path,
        f"DELETE FROM entries WHERE seq = {seq}",
        f"UPDATE entries SET seq = seq + 999 WHERE seq > {seq}",
        f"UPDATE entries SET seq = seq - 1000 WHERE seq > {seq}",
    )
    assert said == f"entry {seq} says it is number {seq + 1}"


@pytest.mark.parametrize("seq", range(COUNT - 1))
async def test_two_entries_that_change_places_are_found(path: Path, seq: int) -> None:
    said = await verdict_after(
        path,
        f"UPDATE entries SET seq = 999 WHERE seq = {seq}",
        f"UPDATE entries SET seq = {seq} WHERE seq = {seq + 1}",
        f"UPDATE entries SET seq = {seq + 1} WHERE seq = 999",
    )
    assert said == f"entry {seq} says it is number {seq + 1}"


@pytest.mark.parametrize("seq", range(COUNT))
async def test_an_inserted_copy_of_an_entry_is_found(path: Path, seq: int) -> None:
    said = await verdict_after(
        path,
        f"UPDATE entries SET seq = seq + 1000 WHERE seq > {seq}",
        f"UPDATE entries SET seq = seq - 999 WHERE seq > {seq}",
        f"INSERT INTO entries SELECT {seq + 1}, trace, kind, entry, leaf, key, sealed "
        f"FROM entries WHERE seq = {seq}",
    )
    assert said == f"entry {seq + 1} says it is number {seq}"


async def test_an_entry_appended_from_another_ledger_is_found(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    await written(other)
    await written(path)
    [row] = sql(other, "SELECT * FROM entries WHERE seq = 5")
    sql(path, "DELETE FROM entries WHERE seq = 5")
    sql(path, "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?)", *row)  # type: ignore[arg-type]
    with pytest.raises(LedgerBroken, match="entry 5 does not follow the one before it"):
        await verdict(path)


async def test_an_entry_rewritten_together_with_its_hash_is_found_by_the_next_one(path: Path) -> None:
    await written(path)
    [(entry,)] = sql(path, "SELECT entry FROM entries WHERE seq = 2")
    assert isinstance(entry, bytes)
    forged = entry.replace(b'"tool"', b'"fool"')
    assert forged != entry
    sql(path, "UPDATE entries SET entry = ?, leaf = ? WHERE seq = 2", forged, leaf_hash(forged))
    with pytest.raises(LedgerBroken, match="entry 3 does not follow the one before it"):
        await verdict(path)


async def test_known_until_checkpoints_exist_a_chain_alone_can_not_see_that_its_end_was_cut_off(
    path: Path,
) -> None:
    """Every prefix of a chain is a sound chain. A checkpoint kept elsewhere is what will tell."""
    await written(path)
    for left in range(COUNT - 1, -1, -1):
        sql(path, f"DELETE FROM entries WHERE seq = {left}")
        assert await verdict(path) == left


async def test_known_until_checkpoints_exist_a_chain_rewritten_to_its_end_is_sound_again(path: Path) -> None:
    """Nothing in the file is secret, so whoever holds it can forge all of it; a signed checkpoint will tell."""
    await written(path)
    prev = ""
    for seq, entry in sql(path, "SELECT seq, entry FROM entries ORDER BY seq"):
        assert isinstance(seq, int)
        assert isinstance(entry, bytes)
        found = decode(entry, seq)
        forged = encode(msgspec.structs.replace(found, prev=prev or found.prev, at="2030-01-01"))
        prev = leaf_hash(forged)
        sql(path, "UPDATE entries SET entry = ?, leaf = ? WHERE seq = ?", forged, prev, seq)
    assert await verdict(path) == COUNT


# -- the check itself -----------------------------------------------------------------


async def rows() -> list[Opened]:
    ledger = MemoryLedger()
    await ledger.append(DRAFTS)
    return ledger.rows


@settings(max_examples=150, deadline=None)
@given(seq=st.integers(0, COUNT - 1), at=st.integers(0, 10_000), bit=st.integers(0, 7), data=st.data())
async def test_no_bit_of_an_entry_or_a_private_part_can_change_unseen(
    seq: int, at: int, bit: int, data: st.DataObject
) -> None:
    found = await rows()
    row = found[seq]
    field = data.draw(st.sampled_from(["entry", "salt", "private"] if row.private else ["entry"]))
    value = bytearray(getattr(row, field))
    value[at % len(value)] ^= 1 << bit
    changed = {field: bytes(value)}
    found[seq] = row._replace(**changed)  # type: ignore[arg-type]
    with pytest.raises(LedgerBroken, match=f"entry {seq}"):
        ChainCheck().feed(found)


@settings(max_examples=100, deadline=None)
@given(order=st.permutations(range(COUNT)), cut=st.integers(0, COUNT))
async def test_only_the_order_in_which_they_were_written_verifies(order: list[int], cut: int) -> None:
    found = await rows()
    check = ChainCheck()
    shuffled = [found[seq] for seq in order[:cut]]
    if order[:cut] == list(range(cut)):
        check.feed(shuffled)
        assert check.count == cut
    else:
        with pytest.raises(LedgerBroken):
            check.feed(shuffled)


def _relinked(row: Opened, change: Callable[[bytes], bytes]) -> Opened:
    entry = change(row.entry)
    return row._replace(entry=entry, leaf=hashlib.sha256(b"\0" + entry).hexdigest())


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b'"v":2', b'"v":3', "entry 0 is of format 3; this program knows formats up to 2"),
        (b'"kind":1', b'"kind":"1"', "entry 0 can't be read"),
        (b'"kind":1', b'"kind":2', "entry 0 can't be read"),
        (b'"v":2', b'"v":1', "entry 0 can't be read"),
        (b'"seq":0', b'"seq":"0"', "entry 0 can't be read"),
        (b"{", b"", "entry 0 can't be read"),
        (b'"trace"', b'"trade"', "entry 0 can't be read"),
        (b'"model":"m"', b'"model":"\xff"', "entry 0 can't be read"),
        (b'"v":2', b'"v":2,"x":' + b"[" * 5000 + b"]" * 5000, "entry 0 can't be read"),
    ],
)
async def test_an_entry_that_is_not_in_the_format_is_refused_though_its_hash_is_right(
    old: bytes, new: bytes, said: str
) -> None:
    first = (await rows())[0]
    assert old in first.entry
    with pytest.raises(LedgerBroken, match=said):
        ChainCheck().feed([_relinked(first, lambda entry: entry.replace(old, new, 1))])


async def test_a_check_can_start_in_the_middle_where_it_is_told_what_stands_before() -> None:
    found = await rows()
    check = ChainCheck(3, found[2].leaf)
    check.feed(found[3:])
    assert check.count == COUNT
    with pytest.raises(LedgerBroken, match="entry 3 does not follow"):
        ChainCheck(3, found[1].leaf).feed(found[3:])


async def test_a_trace_read_alone_still_proves_each_of_its_entries() -> None:
    ledger = MemoryLedger()
    await ledger.append(DRAFTS)
    for row in await ledger.trace(TRACE):
        assert leaf_hash(row.entry) == row.leaf
