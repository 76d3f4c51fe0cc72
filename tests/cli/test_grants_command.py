"""Whoever has the machine stops everything at night, in their own name, and in no other store by a slip."""

import asyncio
import json
import os
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from command_runner import run, run_on

from answerable.adapters.grant_ring import RingFile
from answerable.adapters.sqlite_grants import SqliteGrants
from answerable.adapters.sqlite_ledger import SqliteLedger
from answerable.apps.acting_words import followed
from answerable.grants import DpopKey, new_grant
from answerable.receipts import GrantBody
from answerable.receipts.facets import private_part
from answerable.receipts.verifying import decode
from answerable.testing import sample_grants as some
from answerable.values import GrantId
from answerable.values.errors import GrantsUnavailable, LedgerError, NotOnRecord, SettingsError

STOP = ("grants", "stop-everything", "--reason", "the bot pays out wrong sums")


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """A gateway's ledger, with a store of grants and their keys beside it."""
    path = tmp_path / "l.db"
    asyncio.run(SqliteLedger(path).close())
    SqliteGrants(f"{path}.grants").close()
    RingFile(Path(f"{path}.grant-keys"))
    return path


def recorded(ledger: Path) -> list[GrantBody]:
    opened = SqliteLedger(ledger)
    bodies = [decode(row.entry, row.seq).body for row, _ in opened.store.walk()]
    asyncio.run(opened.close())
    return [body for body in bodies if isinstance(body, GrantBody)]


def test_everything_is_stopped_and_let_go_on_in_the_name_of_whoever_runs_it(ledger: Path) -> None:
    assert run_on(ledger, "grants", "revocations") == "nothing is stopped\n"
    assert run_on(ledger, *STOP) == "'everything' is stopped; 0 grants that could be used were taken back\n"
    shown = run_on(ledger, "grants", "revocations")
    assert shown.startswith("everything  since 20")
    assert "pays out wrong sums" in shown
    [row] = json.loads(run_on(ledger, "grants", "revocations", "--json"))["standing"]
    assert row["by"].startswith(f"unix:{os.getuid()}(")
    assert (
        run_on(ledger, "grants", "lift", "--selector", "everything", "--reason", "mended")
        == "'everything' goes on\n"
    )
    assert run_on(ledger, "grants", "revocations") == "nothing is stopped\n"
    assert [(one.event, one.selector, one.by) for one in recorded(ledger)] == [
        ("revoked", "everything", row["by"]),
        ("lifted", "everything", row["by"]),
    ]


def told(ledger: Path) -> list[tuple[str, str, str]]:
    """What the entries about grants say: their traces, what anybody reads in them, and who has the keys."""
    opened = SqliteLedger(ledger)
    rows = opened.unsealed([placed.row for placed in opened.store.walk()])
    asyncio.run(opened.close())
    found: list[tuple[str, str, str]] = []
    for one in rows:
        if isinstance(body := one.entry.body, GrantBody):
            public = followed(one.entry.at, body, None).told
            read = followed(one.entry.at, body, private_part(one.entry, one.private)).told
            found.append((one.entry.trace, public, read))
    return found


def test_why_somebody_stopped_something_is_not_public_for_ever_and_can_be_erased(
    ledger: Path, tmp_path: Path
) -> None:
    run_on(ledger, "grants", "stop-everything", "--reason", "Ada Lund was paid twice")
    opened = SqliteLedger(ledger)
    assert not any(b"Ada" in placed.row.entry for placed in opened.store.walk())
    asyncio.run(opened.close())
    [(trace, public, read)] = told(ledger)
    assert public == "every grant of everything; (not here)"
    assert read == "every grant of everything; because: Ada Lund was paid twice"
    key = tmp_path / "ruth.key"
    run("key", "new", "ruth.okafor", "-o", str(key))
    run_on(ledger, "ledger", "erase", "--trace", trace, "--key", str(key), "--reason", "names a customer")
    assert told(ledger) == [(trace, public, public)]


def test_a_reason_that_was_written_in_the_clear_is_still_read() -> None:
    body = GrantBody("", "revoked", by="sam", selector="everything", detail="wrong sums")
    assert followed("", body, None).told == "every grant of everything; wrong sums"


def test_what_can_be_used_is_listed_and_taken_back_by_its_selector(ledger: Path) -> None:
    now = datetime.now(UTC)
    permit = some.permit(1, until=now + timedelta(minutes=5))
    grant = new_grant(permit, DpopKey(some.HOLDER.id), id=GrantId("gr_1"), now=now)
    with closing(SqliteGrants(f"{ledger}.grants")) as store:
        store.issue(grant, permit)
    listed = run_on(ledger, "grants", "outstanding")
    assert listed.startswith(f"gr_1  {some.ACTION} at ")
    assert run_on(ledger, "grants", "outstanding", "--selector", "conversation", "--value", "c-none") == (
        "no grant can be used now\n"
    )
    workload = grant.intent.workload
    [row] = json.loads(
        run_on(ledger, "grants", "outstanding", "--selector", "workload", "--value", workload, "--json")
    )["grants"]
    assert (row["grant"], row["workload"]) == ("gr_1", workload)
    told = run_on(
        ledger, "grants", "revoke", "--selector", "workload", "--value", workload, "--reason", "odd", "--json"
    )
    assert json.loads(told) == {"revoked": f"workload {workload}", "count": 1}
    assert run_on(ledger, "grants", "outstanding") == "no grant can be used now\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ("revoke", "--selector", "everyone", "--reason", "x"),
        ("revoke", "--selector", "conversation", "--reason", "x"),
        ("revoke", "--selector", "everything", "--value", "c-1", "--reason", "x"),
        ("revoke", "--selector", "bundle", "--value", "store", "--reason", "x"),
        ("stop-everything", "--reason", " "),
        ("lift", "--selector", "everything", "--reason", "x"),
    ],
)
def test_a_slip_is_no_stop(ledger: Path, arguments: tuple[str, ...]) -> None:
    with pytest.raises(SettingsError):
        run_on(ledger, "grants", *arguments)
    assert run_on(ledger, "grants", "revocations") == "nothing is stopped\n"
    assert recorded(ledger) == []


def test_at_another_place_nothing_seems_to_be_stopped_and_no_file_is_made(tmp_path: Path) -> None:
    for arguments in (STOP, ("grants", "revocations"), ("grants", "outstanding"), ("grants", "rotate-keys")):
        with pytest.raises(GrantsUnavailable, match="--ledger"):
            run_on(tmp_path / "other.db", *arguments)
    assert list(tmp_path.iterdir()) == []


def test_what_the_ledger_can_not_take_is_stopped_all_the_same_and_says_so(ledger: Path) -> None:
    data = ledger.read_bytes()
    ledger.write_bytes(b"no ledger" * 1000)
    with pytest.raises(NotOnRecord, match="is stopped, and that is not on record"):
        run_on(ledger, *STOP)
    assert "everything" in run_on(ledger, "grants", "revocations")
    with pytest.raises(LedgerError):
        recorded(ledger)
    ledger.write_bytes(data)
    run_on(ledger, *STOP)
    assert [one.event for one in recorded(ledger)] == ["revoked"]


def test_keys_are_rotated_in_their_file_and_that_is_on_record(
    ledger: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring = RingFile(Path(f"{ledger}.grant-keys"))
    before = ring.ring()
    assert run_on(ledger, "grants", "rotate-keys") == f"the key {before.next.id} signs from now on\n"
    after = ring.ring()
    assert (after.current.id, [one.id for one in after.retired]) == (before.next.id, [before.current.id])
    [body] = recorded(ledger)
    assert (body.event, body.detail) == ("rotated", f"the key {before.next.id} signs from now on")
    assert (body.by or "").startswith("unix:")
    monkeypatch.setenv("ANSWERABLE_GRANT_KEYS", "env:RING")
    with pytest.raises(SettingsError, match="in no file"):
        run_on(ledger, "grants", "rotate-keys")
    assert ring.ring() == after
