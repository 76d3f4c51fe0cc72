"""People are invited and the first administrator is made by whoever has the machine, and the ledger says so."""

import asyncio
import re
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from command_runner import run_on

from answerable.adapters.sqlite_directory import SqliteDirectory
from answerable.adapters.sqlite_roles import SqliteRoles
from answerable.adapters.sqlite_sign_ins import SqliteSignIns
from answerable.apps.ledger_place import LedgerPlace
from answerable.apps.operators.passkeys import code_key
from answerable.identity.operators import Operator
from answerable.ports.sign_ins import Session
from answerable.receipts.acting import RoleBody
from answerable.receipts.verifying import decode
from answerable.roles import Assignment, Limits, Role
from answerable.values import AssuranceLevel, OperatorId
from answerable.values.errors import NotAllowed, RoleError, SettingsError

ADA = "https://login.shop.example#ada"
BOT = "spiffe://shop.example/bot"
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return tmp_path / "l.db"


def entries(ledger: Path) -> list[RoleBody]:
    opened = LedgerPlace(ledger).open()
    bodies = [decode(row.entry, row.seq).body for row in opened.store.of_kind(23)]
    asyncio.run(opened.close())
    return [body for body in bodies if isinstance(body, RoleBody)]


def test_the_first_administrator_is_made_once_and_is_on_record(ledger: Path) -> None:
    assert "is the first administrator" in run_on(ledger, "roles", "give", ADA, "administrator", "--first")
    with pytest.raises(NotAllowed, match="there is an administrator already"):
        run_on(ledger, "roles", "give", "local#x", "administrator", "--first")
    [body] = entries(ledger)
    assert (body.operator, body.role, body.event) == (ADA, "administrator", "given")
    assert body.by.startswith("command-line#")
    assert ADA in run_on(ledger, "roles", "list")
    assert run_on(ledger, "roles", "check") == "every role is on record\n"


def test_no_other_role_is_given_on_a_command_line(ledger: Path) -> None:
    for arguments in (("approver", "--first"), ("administrator",), ("approver",)):
        with pytest.raises(NotAllowed, match="/operators/roles"):
            run_on(ledger, "roles", "give", ADA, *arguments)
    with pytest.raises(SettingsError, match="is no role"):
        run_on(ledger, "roles", "give", ADA, "emperor", "--first")
    with pytest.raises(RoleError, match="ISSUER#SUBJECT"):
        run_on(ledger, "roles", "give", "ada", "administrator", "--first")
    assert run_on(ledger, "roles", "list") == ""


def test_a_role_is_taken_at_once(ledger: Path) -> None:
    run_on(ledger, "roles", "give", ADA, "administrator", "--first")
    assert "any more" in run_on(ledger, "roles", "take", ADA, "administrator", "--reason", "left")
    assert "was no" in run_on(ledger, "roles", "take", ADA, "administrator", "--reason", "left")
    assert run_on(ledger, "roles", "list") == ""
    assert [body.event for body in entries(ledger)] == ["given", "taken", "taken"]
    run_on(ledger, "roles", "give", "local#x", "administrator", "--first", "--until", "2099-01-01")
    assert "until 2099-01-01 00:00 UTC" in run_on(ledger, "roles", "list")


def test_a_role_that_somebody_wrote_into_the_store_is_found(ledger: Path) -> None:
    run_on(ledger, "roles", "give", ADA, "administrator", "--first")
    with closing(SqliteRoles(f"{ledger}.roles")) as store:
        store.assign(Assignment(OperatorId("local#eve"), Role.APPROVER, Limits(), OperatorId(ADA), NOW))
    assert "'local#eve' is 'approver' ({}), and no entry says so: it counts for nothing" in run_on(
        ledger, "roles", "check", code=1
    )


def test_a_bot_is_whose_it_is_said_to_be(ledger: Path) -> None:
    run_on(ledger, "roles", "own", BOT, ADA, "--reason", "her bot")
    assert run_on(ledger, "roles", "list") == f"{ADA}  owns  {BOT}\n"
    run_on(ledger, "roles", "disown", BOT, ADA, "--reason", "given away")
    assert run_on(ledger, "roles", "list") == ""
    assert [(body.event, body.workload) for body in entries(ledger)] == [("given", BOT), ("taken", BOT)]


def test_somebody_is_invited_with_a_code_that_is_kept_nowhere(ledger: Path) -> None:
    said = run_on(ledger, "operators", "invite", "Sam O.")
    found = re.search(
        r"^(local#[a-z2-7]{26})  Sam O\.\ncode ([a-z2-7-]+), good once at /operators/register until", said
    )
    assert found is not None
    operator, code = found.groups()
    kept = b"".join(path.read_bytes() for path in ledger.parent.glob("l.db.people*"))
    assert code_key(code).encode() in kept
    assert code.encode() not in kept
    assert f"{operator}  Sam O.  0 passkeys" in run_on(ledger, "operators", "list")
    again = run_on(ledger, "operators", "invite", "anything", "--for", operator)
    assert again.startswith(f"{operator}  Sam O.")
    with pytest.raises(SettingsError):
        run_on(ledger, "operators", "invite", "x", "--for", "local#nobody")
    with pytest.raises(SettingsError):
        run_on(ledger, "operators", "invite", "a\nb")


def test_somebody_who_is_removed_is_signed_out(ledger: Path) -> None:
    run_on(ledger, "operators", "invite", "Sam")
    with closing(SqliteDirectory(f"{ledger}.people")) as directory:
        [person] = directory.people()
    operator = f"local#{person.handle}"
    with closing(SqliteSignIns(f"{ledger}.sign-ins")) as store:
        who = Operator(OperatorId(operator), "Sam", AssuranceLevel.AAL2, NOW)
        store.begin("key", Session(who, NOW, NOW))
    assert "signed out of 1 session" in run_on(ledger, "operators", "remove", operator)
    assert run_on(ledger, "operators", "list") == ""
    with pytest.raises(SettingsError):
        run_on(ledger, "operators", "remove", operator)


def test_two_ids_are_put_on_record_as_one_persons(ledger: Path) -> None:
    assert "are one person" in run_on(ledger, "roles", "link", ADA, "local#a", "--reason", "she has both")
    [body] = entries(ledger)
    assert (body.operator, body.event, body.other) == (ADA, "linked", "local#a")
    assert f"{ADA}  is  local#a" in run_on(ledger, "roles", "list")
