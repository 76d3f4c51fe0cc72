"""A file of operators, a ledger's place, and everything about people is there and kept fresh."""

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest

from answerable.adapters.sqlite_roles import SqliteRoles
from answerable.apps.ledger_place import LedgerPlace
from answerable.apps.operators import keep_fresh
from answerable.apps.operators.opening import open_people, open_roles
from answerable.apps.operators.role_changes import Change
from answerable.apps.settings import Settings
from answerable.roles import Limits, Role
from answerable.values import OperatorId
from answerable.values.errors import SettingsError

ADA, HERE = OperatorId("https://login.shop.example#ada"), OperatorId("command-line#root")
OPERATORS = """
url: http://localhost:8080
passkeys: true
providers:
- {issuer: "http://127.0.0.1:9", client_id: answerable, client_secret: env:LOGIN_SECRET}
"""


async def test_what_a_crash_left_of_roles_is_made_good_while_the_gateway_runs(tmp_path: Path) -> None:
    file, settings = tmp_path / "operators.yaml", Settings(ledger=str(tmp_path / "l.db"))
    file.write_text(OPERATORS)
    ledger = LedgerPlace.of(settings).open(create=True)
    people = open_people(file, settings, ledger, environment={"LOGIN_SECRET": "hush"})
    change = Change(ADA, Role.ADMINISTRATOR, Limits(), None, "first")
    assert await people.changes.give_first(HERE, change)
    store = SqliteRoles(tmp_path / "l.db.roles")
    [given] = store.all()
    await people.changes.take_here(HERE, ADA, Role.ADMINISTRATOR, "left")
    store.assign(given)  # as if the process had ended before it was taken
    assert people.roles.of(ADA, people.now()) == []
    task = asyncio.create_task(keep_fresh(people))
    for _ in range(500):
        if not store.all():
            break
        await asyncio.sleep(0.01)
    assert store.all() == []
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    assert "hush" not in repr(people.providers[0].settings)
    store.close()
    people.roles.close()
    await ledger.close()


def test_a_secret_that_is_not_there_or_stands_in_the_file_is_refused(tmp_path: Path) -> None:
    file, settings = tmp_path / "operators.yaml", Settings(ledger=str(tmp_path / "l.db"))
    ledger = LedgerPlace.of(settings).open(create=True)
    file.write_text(OPERATORS)
    with pytest.raises(SettingsError, match="LOGIN_SECRET"):
        open_people(file, settings, ledger, environment={})
    secret = "0123456789abcdef" * 4
    file.write_text(OPERATORS.replace("env:LOGIN_SECRET", secret))
    with pytest.raises(SettingsError) as error:
        open_people(file, settings, ledger, environment={})
    assert secret not in str(error.value)
    asyncio.run(ledger.close())


def test_roles_are_where_the_ledger_is(tmp_path: Path, database: str) -> None:
    here = open_roles(LedgerPlace(tmp_path / "l.db"), str(tmp_path / "l.db"))
    there = open_roles(LedgerPlace(database), database)
    assert here.name == str(tmp_path / "l.db.roles")
    assert there.name.startswith("postgresql://")
    assert there.problem() == ""
    for one in (here, there):
        one.close()
