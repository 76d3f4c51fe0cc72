"""A stored log changed at random, one change at a time. `python proofs/tampering.py` makes 1,000 of them."""

import random
import shutil
import sys
from pathlib import Path

import pytest
from some_drafts import calls, sql

from answerable.adapters.sqlite_ledger import SqliteLedger
from answerable.adapters.sqlite_log import SqliteLog
from answerable.ledger.handover import KeyHistory
from answerable.values.errors import LedgerBroken

sys.path.insert(0, str(Path(__file__).parents[2] / "proofs"))
import tampering  # the proof and this test are one piece of code

ENTRIES = 260  # one full tile and a little more
MUTATIONS = 80


async def test_no_change_to_a_stored_log_goes_unseen(tmp_path: Path) -> None:
    tally = await tampering.tamper(MUTATIONS, entries=ENTRIES, seed=8, folder=tmp_path)
    assert tally.problems == []
    assert tally.tried == MUTATIONS
    assert sum(one.alone + one.with_checkpoint for one in tally.counts.values()) == MUTATIONS
    insider = tally.counts[tampering.INSIDER]
    assert insider.tried == insider.with_checkpoint == insider.witness_refused > 0
    cut = tally.counts["entries cut off at the end"]
    assert cut.tried == cut.with_checkpoint > 0
    assert {"entry", "leaf", "trace"} <= {
        name.split("`")[1] for name in tally.counts if "flipped" in name if "`" in name
    }
    assert "a bit of the kept tree flipped" in tally.counts


# -- the proof itself would notice -------------------------------------------------


async def test_what_was_not_changed_is_not_suspected_and_what_was_is_missed_without_a_checkpoint(
    tmp_path: Path,
) -> None:
    path = tmp_path / "ledger.db"
    ledger = SqliteLedger(path)
    await ledger.append(calls(10, private=True))
    await ledger.close()
    kept = KeyHistory.of(tampering.LOG.verifier, []).open(await tampering.signed(path))
    assert await tampering.said_of(path, [kept]) == ""
    shutil.copy(path, tmp_path / "cut.db")
    sql(tmp_path / "cut.db", "DELETE FROM entries WHERE seq = 9")
    assert await tampering.said_of(tmp_path / "cut.db", []) == ""
    assert "counts 10 entries" in await tampering.said_of(tmp_path / "cut.db", [kept])


async def test_what_nobody_notices_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def sees_nothing(*_: object) -> str:
        return ""

    monkeypatch.setattr(tampering, "said_of", sees_nothing)
    tally = await tampering.tamper(10, entries=20, seed=1, folder=tmp_path)
    assert len(tally.problems) == tally.tried == 10


async def test_a_way_that_changes_nothing_is_not_counted_as_found(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    ledger = SqliteLedger(path)
    await ledger.append(calls(3))
    await ledger.close()
    SqliteLog(path).close()
    with pytest.raises(AssertionError, match="nothing could be changed"):
        tampering.change(path, lambda _, __: None, random.Random(0))


@pytest.mark.parametrize("column", ["trace", "leaf"])
async def test_a_text_that_is_no_text_any_more_is_damage_and_not_a_defect_of_ours(
    tmp_path: Path, column: str
) -> None:
    path = tmp_path / "ledger.db"
    ledger = SqliteLedger(path)
    await ledger.append(calls(3))
    sql(path, f"UPDATE entries SET {column} = CAST(x'ff41' AS TEXT) WHERE seq = 1")
    with pytest.raises(LedgerBroken, match="a text in it is not UTF-8"):
        await ledger.verify()
    await ledger.close()
