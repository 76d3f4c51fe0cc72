"""Copies of a ledger and of its keys: what comes back is what was there, or it is said what does not hold."""

import asyncio
import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from command_runner import run

from answerable.adapters.sqlite_ledger import SqliteLedger
from answerable.adapters.sqlite_log import SqliteLog
from answerable.receipts import CallBody, CallPrivate, Draft
from answerable.values import TraceId
from answerable.values.errors import KeyUnavailable, LedgerBroken, LedgerUnavailable, SettingsError


def grow(path: Path, count: int) -> None:
    async def append() -> None:
        ledger = SqliteLedger(path)
        at = "2026-11-24T00:00:00.000000Z"
        for one in range(count):
            call = CallBody(0, one, f"c-{one}", "tool")
            await ledger.append(
                [Draft(f"tr_{one % 3}", at, call, CallPrivate("card-of-ana"), f"customer:{one % 2}")]
            )
        await ledger.close()

    asyncio.run(append())


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    path = tmp_path / "l.db"
    grow(path, 7)
    run("key", "new", "answerable/log-1", "--output", tmp_path / "l.db.key")
    run("ledger", "sign", "--ledger", path, "--key", tmp_path / "l.db.key")
    grow(path, 3)
    run("ledger", "sign", "--ledger", path, "--key", tmp_path / "l.db.key")
    return path


@pytest.fixture
def copy(ledger: Path, tmp_path: Path) -> Path:
    assert run("ledger", "backup", tmp_path / "copy.gz", "--ledger", ledger).startswith("10 entries are in")
    return tmp_path / "copy.gz"


def lines(copy: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in gzip.decompress(copy.read_bytes()).splitlines()]


def rewritten(copy: Path, found: list[dict[str, Any]]) -> Path:
    out = copy.with_name("other.gz")
    out.write_bytes(gzip.compress(b"".join(json.dumps(line).encode() + b"\n" for line in found)))
    return out


def private(path: Path) -> list[bytes | None]:
    async def read() -> list[bytes | None]:
        ledger = SqliteLedger(path)
        rows = [row.private for name in range(3) for row in await ledger.trace(TraceId(f"tr_{name}"))]
        await ledger.close()
        return rows

    return asyncio.run(read())


def test_what_was_lost_comes_back_entries_checkpoints_and_then_the_keys(
    ledger: Path, copy: Path, tmp_path: Path
) -> None:
    run("ledger", "backup", tmp_path / "keys.gz", "--keys", "--ledger", ledger)
    new = tmp_path / "new" / "l.db"
    assert "10 entries are in" in run("ledger", "restore", copy, "--ledger", new)
    assert "2 checkpoints agree; the last counts 10" in run("verify", "--ledger", new)
    assert private(new) == [None] * 10, "sealed under keys that are not here"
    for name in ("l.db.keys", "l.db.keys-wal", "l.db.keys-shm"):
        (new.parent / name).unlink(missing_ok=True)
    (new.parent / "l.db.master").write_bytes((tmp_path / "l.db.master").read_bytes())
    assert "are in" in run("ledger", "restore", tmp_path / "keys.gz", "--keys", "--ledger", new)
    assert private(new) == [b'{"arguments":"card-of-ana"}'] * 10
    grow(new, 1)
    assert "11 entries" in run("verify", "--ledger", new)


def test_a_copy_holds_nothing_that_people_said_and_no_key_in_the_clear(
    ledger: Path, copy: Path, tmp_path: Path
) -> None:
    run("ledger", "backup", tmp_path / "keys.gz", "--keys", "--ledger", ledger)
    for file in (copy, tmp_path / "keys.gz"):
        content = gzip.decompress(file.read_bytes())
        assert b"card-of-ana" not in content
        assert b"customer" not in content


def test_what_was_erased_does_not_come_back_with_a_copy_of_the_keys(ledger: Path, tmp_path: Path) -> None:
    run("ledger", "backup", tmp_path / "keys.gz", "--keys", "--ledger", ledger)

    async def erased() -> None:
        opened = SqliteLedger(ledger)
        from answerable.receipts import Erased  # noqa: PLC0415

        opened.keys.destroy(
            opened.keys.of_subjects(["customer:0"]), Erased("2026-11-30T00:00:00Z", "ruth", "tr_e")
        )
        await opened.close()

    asyncio.run(erased())
    run("ledger", "restore", tmp_path / "keys.gz", "--keys", "--ledger", ledger)
    assert private(ledger).count(None) == 6


def test_keys_are_wrapped_under_another_master_and_the_old_one_opens_nothing(
    ledger: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = private(ledger)
    told = run("ledger", "rewrap", "--new", tmp_path / "second.master", "--ledger", ledger)
    assert "3 keys are wrapped" in told
    with pytest.raises(KeyUnavailable):
        run("verify", "--ledger", ledger)
    monkeypatch.setenv("ANSWERABLE_LEDGER_MASTER_KEY", str(tmp_path / "second.master"))
    assert "10 entries" in run("verify", "--ledger", ledger)
    (tmp_path / "l.db.master").write_bytes((tmp_path / "second.master").read_bytes())
    assert private(ledger) == before


def test_a_copy_goes_only_into_a_new_place(ledger: Path, copy: Path) -> None:
    with pytest.raises(LedgerUnavailable, match="holds entries already"):
        run("ledger", "restore", copy, "--ledger", ledger)
    with pytest.raises(SettingsError, match="is there already"):
        run("ledger", "backup", copy, "--ledger", ledger)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda found: found[:-1], "cut short after 10 entries"),
        (lambda found: [*found[:4], *found[5:]], "entry 4 says it is number|entry 3 says it is number"),
        (lambda found: [found[0], found[2], found[1], *found[3:]], "says it is number"),
        (lambda found: [*found[:10], *found[11:]], "says it holds 10 entries, and 9 are there"),
        (lambda found: [{**found[0], "of": "keys"}, *found[1:]], "no backup of ledger"),
        (lambda found: [{**found[0], "backup": 2}, *found[1:]], "no backup of ledger"),
        (lambda found: [*found[:2], {**found[2], "key": "00"}, *found[3:]], "not kept with the key"),
        (lambda found: [*found[:2], {**found[2], "sealed": "??"}, *found[3:]], "private part is not the one"),
        (lambda found: [*found[:2], {**found[2], "entry": 7}, *found[3:]], "can't be read in line 3"),
        (
            lambda found: [*found[:11], {"checkpoint": "no note"}, *found[12:]],
            "checkpoint or handover of the backup can't be read",
        ),
    ],
)
def test_a_copy_that_was_altered_or_cut_is_not_restored(
    copy: Path, tmp_path: Path, change: Any, said: str
) -> None:
    other = rewritten(copy, change(lines(copy)))
    with pytest.raises(LedgerBroken, match=said):
        run("ledger", "restore", other, "--ledger", tmp_path / "new.db")


def test_a_checkpoint_of_another_history_is_told(copy: Path, tmp_path: Path) -> None:
    found = lines(copy)
    old = found[11]["checkpoint"]
    found[11]["checkpoint"] = old.replace(old.splitlines()[2], "A" * 43 + "=")
    with pytest.raises(LedgerBroken, match="they were rewritten, or the checkpoint is of another ledger"):
        run("ledger", "restore", rewritten(copy, found), "--ledger", tmp_path / "new.db")


@pytest.mark.parametrize(
    "content",
    [b"", b"no gzip", gzip.compress(b"{}\n", mtime=0), gzip.compress(b"\xff\n", mtime=0)],
    ids=["empty", "plain", "other", "binary"],
)
def test_a_file_that_is_no_copy_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.gz").write_bytes(content)
    with pytest.raises(LedgerBroken):
        run("ledger", "restore", tmp_path / "x.gz", "--ledger", tmp_path / "new.db")


def test_keys_of_another_ledger_are_not_mixed_in(ledger: Path, tmp_path: Path) -> None:
    grow(tmp_path / "other.db", 2)
    run("ledger", "backup", tmp_path / "keys.gz", "--keys", "--ledger", tmp_path / "other.db")
    with pytest.raises(LedgerUnavailable, match="keys of another ledger"):
        run("ledger", "restore", tmp_path / "keys.gz", "--keys", "--ledger", ledger)


def test_a_copy_can_be_made_while_the_ledger_is_written(ledger: Path, tmp_path: Path) -> None:
    opened = SqliteLedger(ledger)
    at = "2026-11-24T00:00:00.000000Z"
    drafts = [Draft("tr_9", at, CallBody(0, one, "c", "tool")) for one in range(5)]

    async def work() -> None:
        await asyncio.gather(
            asyncio.to_thread(run, "ledger", "backup", tmp_path / "busy.gz", "--ledger", ledger),
            *(opened.append(drafts) for _ in range(20)),
        )
        await opened.close()

    asyncio.run(work())
    run("ledger", "restore", tmp_path / "busy.gz", "--ledger", tmp_path / "new.db")
    log = SqliteLog(tmp_path / "new.db")
    assert log.size() >= 10
    log.close()
