"""Where a ledger is, as an option or a setting says it: what is missing is said in words."""

from pathlib import Path

import pytest

from answerable.apps import ledger_place
from answerable.apps.ledger_place import LedgerPlace
from answerable.values.errors import LedgerUnavailable, SettingsError

DSN = "postgresql://gate:correct-horse@127.0.0.1:1/ledger"


def test_a_database_without_its_extra_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(ledger_place, "find_spec", lambda _name: None)
    place = LedgerPlace(DSN, str(tmp_path / "key"), str(tmp_path / "master"))
    for what in (place.open, place.log, place.index):
        with pytest.raises(SettingsError, match=r"pip install '\.\[postgres\]'"):
            what()


def test_a_database_has_no_files_beside_it_and_says_which_keys_it_needs() -> None:
    place = LedgerPlace(DSN)
    with pytest.raises(SettingsError, match="ANSWERABLE_LEDGER_KEY"):
        place.signing_key()
    with pytest.raises(SettingsError, match="ANSWERABLE_LEDGER_MASTER_KEY"):
        place.wrapper()


def test_a_password_is_in_no_message() -> None:
    assert str(LedgerPlace(DSN)) == "postgresql://127.0.0.1:1/ledger"


def test_a_file_that_is_not_there_is_not_made_by_reading(tmp_path: Path) -> None:
    place = LedgerPlace(tmp_path / "none.db")
    for what in (place.open, place.log):
        with pytest.raises(LedgerUnavailable, match="there is no ledger at"):
            what()
    assert list(tmp_path.iterdir()) == []
