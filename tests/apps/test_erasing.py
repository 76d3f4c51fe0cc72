"""Erasing somebody: what they said is gone for good, every proof holds, and the record says who decided it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from answerable.adapters.sqlite_ledger import SqliteLedger
from answerable.adapters.stored_ledger import StoredLedger
from answerable.apps.ledger.erasing import (
    Officer,
    erase,
    hold,
    lift,
    retire,
    subjects_of_conversation,
    subjects_of_customer,
)
from answerable.apps.ledger.selecting import Selection, chosen_traces
from answerable.apps.ledger_place import LedgerPlace
from answerable.receipts import (
    Draft,
    ErasureBody,
    ExchangeBody,
    ExchangePrivate,
    HoldBody,
    data_subject,
    decode,
    erasure_statement,
    hold_statement,
)
from answerable.receipts.entries import MessagePrivate
from answerable.signing import check_note, new_signer, parse_note
from answerable.testing.memory_ledger import MemoryLedger
from answerable.values import TraceId
from answerable.values.errors import LedgerUnavailable, SignatureError, UnderHold

NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
PLACE = LedgerPlace("var/unused.db")
RUTH = new_signer("ruth.okafor", bytes(range(32)))


def officer() -> Officer:
    numbers = iter(range(100))
    return Officer(RUTH, lambda: NOW, lambda: TraceId(f"tr_officer{next(numbers):04}"))


def asked(
    trace: str, customer: str | None, text: str, at: str = "2026-11-24", conversation: str = "c-1"
) -> Draft:
    body = ExchangeBody(
        "bot", "m", 0, 1, (), (), "sha256:p", "enforce", "sha256:b", "b", "Ana", None, "r", None, conversation
    )
    private = ExchangePrivate(customer, (MessagePrivate("user", text),), ())
    subject = data_subject(customer, "bot", conversation, trace)
    return Draft(trace, f"{at}T00:00:00.000000Z", body, private, subject)


@pytest.fixture(params=["memory", "sqlite"])
async def ledger(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[StoredLedger]:
    monkeypatch.chdir(tmp_path)
    made = MemoryLedger() if request.param == "memory" else SqliteLedger(tmp_path / "ledger.db")
    await made.append(
        [
            asked("tr_1", None, "Before I said who I am", conversation="c-1"),
            asked("tr_2", "ana", "I am Ana", conversation="c-1"),
            asked("tr_3", "ben", "I am Ben", conversation="c-2"),
            asked("tr_4", "ana", "Ana again", at="2026-06-02", conversation="c-3"),
            asked("tr_5", None, "Nobody", conversation="c-4"),
        ]
    )
    yield made
    await made.close()


async def said(ledger: StoredLedger) -> list[str]:
    """The traces of which the words are still there."""
    rows = [row for n in range(1, 6) for row in await ledger.trace(TraceId(f"tr_{n}"))]
    return [decode(row.entry, row.seq).trace for row in rows if row.private is not None]


async def subjects(ledger: StoredLedger, customer: str) -> list[str]:
    found = chosen_traces(ledger, PLACE, Selection(customer=customer))
    return await subjects_of_customer(ledger, customer, found)


async def test_what_a_customer_said_is_gone_also_before_they_were_named(ledger: StoredLedger) -> None:
    gone = await erase(ledger, await subjects(ledger, "ana"), "asked by letter", officer())
    assert len(gone) == 3
    assert await said(ledger) == ["tr_3", "tr_5"]
    assert await ledger.verify() == 6
    [row] = await ledger.trace(TraceId("tr_2"))
    assert row.erased is not None
    assert (row.erased.at, row.erased.by) == ("2026-11-30T12:00:00.000000Z", "ruth.okafor")


async def test_the_record_says_who_erased_it_and_their_signature_holds(ledger: StoredLedger) -> None:
    gone = await erase(ledger, await subjects(ledger, "ben"), "asked", officer())
    [row] = await ledger.trace(TraceId("tr_officer0000"))
    entry = decode(row.entry, row.seq)
    assert isinstance(entry.body, ErasureBody)
    assert (entry.body.keys, entry.body.basis) == (tuple(gone), "request")
    note = parse_note(entry.body.note.encode())
    assert note.text == erasure_statement(entry.body, entry.at).text
    assert [one.by.name for one in check_note(note, [RUTH.verifier])] == ["ruth.okafor"]
    assert b"ben" not in row.entry


async def test_a_customer_who_comes_back_is_on_record_under_a_new_key(ledger: StoredLedger) -> None:
    await erase(ledger, await subjects(ledger, "ben"), "asked", officer())
    await ledger.append([asked("tr_3", "ben", "Ben again")])
    rows = await ledger.trace(TraceId("tr_3"))
    assert [row.private is None for row in rows] == [True, False]
    assert await ledger.verify() == 7


async def test_nobody_of_that_name_is_said_and_nothing_written(ledger: StoredLedger) -> None:
    with pytest.raises(LedgerUnavailable, match="nothing that could be erased"):
        await erase(ledger, ["customer:zoe"], "asked", officer())
    assert await ledger.verify() == 5


async def test_a_reason_of_two_lines_is_refused_before_anything_is_gone(ledger: StoredLedger) -> None:
    with pytest.raises(SignatureError, match="one line of text"):
        await erase(ledger, ["customer:ben"], "asked\nkeys sha256:0", officer())
    assert await said(ledger) == ["tr_1", "tr_2", "tr_3", "tr_4", "tr_5"]


async def test_a_conversation_without_a_customer_can_be_erased(ledger: StoredLedger) -> None:
    found = chosen_traces(ledger, PLACE, Selection(conversation="c-4"))
    await erase(ledger, await subjects_of_conversation(ledger, "c-4", found), "asked", officer())
    assert await said(ledger) == ["tr_1", "tr_2", "tr_3", "tr_4"]


async def test_what_is_under_a_legal_hold_is_not_erased_until_it_is_lifted(ledger: StoredLedger) -> None:
    name = await hold(ledger, ["customer:ana"], "claim 7 of 2026", officer())
    with pytest.raises(UnderHold, match=r"legal hold 'hold-.*placed by ruth\.okafor .*\(claim 7 of 2026\)"):
        await erase(ledger, await subjects(ledger, "ana"), "asked", officer())
    assert len(await said(ledger)) == 5
    await lift(ledger, name, "settled", officer())
    await erase(ledger, await subjects(ledger, "ana"), "asked", officer())
    assert await said(ledger) == ["tr_3", "tr_5"]


async def test_a_hold_keeps_what_is_said_after_it_as_well(ledger: StoredLedger) -> None:
    await hold(ledger, ["customer:zoe"], "expected claim", officer())
    await ledger.append([asked("tr_9", "zoe", "later")])
    with pytest.raises(UnderHold):
        await erase(ledger, ["customer:zoe"], "asked", officer())


async def test_a_hold_and_its_lifting_are_on_record_and_signed(ledger: StoredLedger) -> None:
    name = await hold(ledger, None, "all of it", officer())
    await lift(ledger, name, "done", officer())
    bodies = []
    for row in ledger.store.of_kind(21):
        entry = decode(row.entry, row.seq)
        assert isinstance(entry.body, HoldBody)
        note = parse_note(entry.body.note.encode())
        assert note.text == hold_statement(entry.body, entry.at).text
        assert check_note(note, [RUTH.verifier])
        bodies.append((entry.body.hold, entry.body.lifted))
    assert bodies == [(name, False), (name, True)]
    with pytest.raises(LedgerUnavailable, match="no legal hold"):
        await lift(ledger, name, "again", officer())


async def test_what_is_past_its_time_goes_and_what_is_held_stays(ledger: StoredLedger) -> None:
    await ledger.append(
        [asked("tr_6", "zoe", "old", at="2026-05-31"), asked("tr_7", "ana", "old", at="2026-01-01")]
    )
    await hold(ledger, ["customer:ana"], "claim", officer())
    gone = await retire(ledger, 120, officer())
    assert len(gone) == 1
    assert await said(ledger) == ["tr_1", "tr_2", "tr_3", "tr_4", "tr_5"]
    assert await retire(ledger, 120, officer()) == []
    [row] = await ledger.trace(TraceId("tr_6"))
    assert row.private is None
    assert await ledger.verify() == 9


async def test_a_month_goes_only_once_its_last_day_is_past(ledger: StoredLedger) -> None:
    await ledger.append([asked("tr_6", "zoe", "old", at="2026-10-31")])
    assert len(await retire(ledger, 30, officer())) == 1, "June, and not October"
    assert (await ledger.trace(TraceId("tr_6")))[0].private is not None


async def test_a_crash_between_the_entry_and_the_keys_is_made_good_at_the_next_start(tmp_path: Path) -> None:
    first = SqliteLedger(tmp_path / "ledger.db")
    await first.append([asked("tr_1", "ana", "I am Ana")])
    [row] = first.store.at([0])
    assert row.key is not None
    body = ErasureBody((row.key,), "ruth", "asked", "request")
    await first.append([Draft("tr_e", "2026-11-30T12:00:00.000000Z", body)])
    await first.close()
    second = SqliteLedger(tmp_path / "ledger.db")
    [found] = await second.trace(TraceId("tr_1"))
    assert found.private is None
    assert found.erased == ("2026-11-30T12:00:00.000000Z", "ruth", "tr_e")
    await second.close()


async def test_keys_that_come_back_with_an_old_copy_are_destroyed_again(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    first = SqliteLedger(path)
    await first.append([asked("tr_1", "ana", "I am Ana")])
    await first.close()
    copy = (tmp_path / "ledger.db.keys").read_bytes()
    second = SqliteLedger(path)
    await erase(second, ["customer:ana"], "asked", officer())
    await second.close()
    (tmp_path / "ledger.db.keys").write_bytes(copy)
    third = SqliteLedger(path)
    assert (await third.trace(TraceId("tr_1")))[0].private is None
    await third.close()


async def test_a_destroyed_key_is_nowhere_in_its_files(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    ledger = SqliteLedger(path)
    await ledger.append([asked("tr_1", "ana", "I am Ana")])
    wrapped = ledger.keys._db.execute("SELECT wrapped FROM subject_keys").fetchall()[0][0]  # type: ignore[attr-defined]
    assert any(wrapped in file.read_bytes() for file in tmp_path.glob("ledger.db.keys*"))
    await erase(ledger, ["customer:ana"], "asked", officer())
    assert not any(wrapped in file.read_bytes() for file in tmp_path.iterdir())
    await ledger.close()


async def test_nothing_that_people_said_lies_in_the_clear(tmp_path: Path) -> None:
    ledger = SqliteLedger(tmp_path / "ledger.db")
    await ledger.append([asked("tr_1", "customer-4711", "my card is 4242")])
    for file in tmp_path.iterdir():
        assert b"customer-4711" not in file.read_bytes(), file
        assert b"my card" not in file.read_bytes(), file
    await ledger.close()


async def test_a_key_destroyed_by_another_process_is_not_sealed_under_again(tmp_path: Path) -> None:
    one, other = SqliteLedger(tmp_path / "ledger.db"), SqliteLedger(tmp_path / "ledger.db")
    await one.append([asked("tr_1", "ana", "first")])
    await erase(other, ["customer:ana"], "asked", officer())
    await one.append([asked("tr_2", "ana", "second")])
    assert (await one.trace(TraceId("tr_1")))[0].private is None
    assert (await one.trace(TraceId("tr_2")))[0].private is not None
    assert await other.verify() == 3
    await one.close()
    await other.close()
