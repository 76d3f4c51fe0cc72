"""What every place for keys of data subjects keeps to. Each test runs on each of them."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from answerable.adapters.local_key_wrapper import local_wrapper
from answerable.adapters.postgres.keys import PostgresKeys
from answerable.adapters.sqlite_keys import SqliteKeys
from answerable.ports.subject_keys import Hold, SubjectKeys
from answerable.receipts import Erased, SubjectKey
from answerable.testing.memory_ledger import MemoryKeys
from answerable.values.errors import LedgerUnavailable

ANA = ("customer:c-1", "2026-01")
ANA_LATER = ("customer:c-1", "2026-02")
BEN = ("customer:c-2", "2026-01")
ERASED = Erased("2026-02-01T00:00:00.000000Z", "ruth", "er_1")


class Place:
    """Where keys are kept, and openings of it. What is in memory is opened once."""

    def __init__(self, kind: str, folder: Path, dsn: str) -> None:
        self.kind, self.folder, self.dsn = kind, folder, dsn
        self._opened: list[SubjectKeys] = []

    def open(self, master: str = "master") -> SubjectKeys:
        keys: SubjectKeys
        wrapper = local_wrapper(self.folder / master)
        if self.kind == "memory":
            keys = self._opened[0] if self._opened else MemoryKeys()
        elif self.kind == "sqlite":
            keys = SqliteKeys(self.folder / "keys.db", wrapper)
        else:
            keys = PostgresKeys(self.dsn, wrapper)
        self._opened.append(keys)
        return keys

    def close(self) -> None:
        for keys in self._opened:
            keys.close()


def made(request: pytest.FixtureRequest, folder: Path) -> Place:
    dsn = request.getfixturevalue("database") if request.param == "postgres" else ""
    return Place(request.param, folder, dsn)


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    place = made(request, tmp_path)
    yield place
    place.close()


@pytest.fixture(params=["sqlite", "postgres"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """A place that outlives the process."""
    place = made(request, tmp_path)
    yield place
    place.close()


@pytest.fixture
def keys(place: Place) -> SubjectKeys:
    return place.open()


def test_each_subject_and_month_has_a_key_of_its_own_and_keeps_it(keys: SubjectKeys) -> None:
    first = keys.current({ANA, BEN, ANA_LATER})
    assert len({key.id for key in first.values()}) == len({key.secret for key in first.values()}) == 3
    assert {len(key.secret) for key in first.values()} == {32}
    assert {len(key.id) for key in first.values()} == {16}
    assert keys.current([BEN, ANA]) == {one: first[one] for one in (ANA, BEN)}
    assert keys.current([]) == {}


def test_many_keys_are_made_at_once(keys: SubjectKeys) -> None:
    wanted = [(f"customer:{number}", "2026-01") for number in range(500)]
    found = keys.current(wanted)
    assert len({key.id for key in found.values()}) == 500
    assert keys.current(wanted) == found


def test_names_that_databases_mistake_for_something_else_are_told_apart(keys: SubjectKeys) -> None:
    names = ("c'; DROP TABLE subject_keys; --", "c\x00", "c", "C", "c\ud800", "é", "e\u0301", "")
    found = keys.current([(name, "2026-01") for name in names])
    assert len({key.id for key in found.values()}) == len(names)
    assert len({keys.pseudonym(name) for name in names}) == len(names)


def test_keys_are_known_by_their_ids(keys: SubjectKeys) -> None:
    found = keys.current([ANA, BEN])
    by_id = {key.id: key for key in found.values()}
    assert keys.known([*by_id, "0000000000000000"]) == by_id
    assert keys.known([]) == {}


def test_a_destroyed_key_is_gone_and_on_record_as_gone(keys: SubjectKeys) -> None:
    ana, ben = (keys.current([ANA, BEN])[one] for one in (ANA, BEN))
    keys.destroy([ana.id], ERASED)
    assert keys.known([ana.id, ben.id]) == {ana.id: ERASED, ben.id: ben}
    assert keys.current([BEN]) == {BEN: ben}
    new = keys.current([ANA])[ANA]
    assert new.id != ana.id
    assert new.secret != ana.secret


def test_a_key_that_is_gone_stays_as_it_went(keys: SubjectKeys) -> None:
    key = keys.current([ANA])[ANA]
    keys.destroy([key.id], ERASED)
    keys.destroy([key.id, "0000000000000000"], Erased("2027-01-01T00:00:00.000000Z", "someone", "er_2"))
    assert keys.known([key.id, "0000000000000000"]) == {key.id: ERASED}
    keys.destroy([], ERASED)


def test_the_living_keys_of_subjects_are_found(keys: SubjectKeys) -> None:
    found = keys.current([ANA, BEN, ANA_LATER])
    assert keys.of_subjects([ANA[0]]) == [found[ANA].id, found[ANA_LATER].id]
    assert set(keys.of_subjects([ANA[0], BEN[0]])) == {key.id for key in found.values()}
    keys.destroy([found[ANA].id], ERASED)
    assert keys.of_subjects([ANA[0], "customer:nobody"]) == [found[ANA_LATER].id]
    assert keys.of_subjects([]) == []


def test_the_living_keys_of_months_past_are_found(keys: SubjectKeys) -> None:
    found = keys.current([ANA, BEN, ANA_LATER])
    assert keys.before_month("2026-01") == []
    assert set(keys.before_month("2026-02")) == {found[ANA].id, found[BEN].id}
    keys.destroy([found[BEN].id], ERASED)
    assert set(keys.before_month("2027-01")) == {found[ANA].id, found[ANA_LATER].id}


def test_a_hold_keeps_the_keys_of_its_subject_until_it_is_lifted(keys: SubjectKeys) -> None:
    found = keys.current([ANA, BEN])
    ids = [key.id for key in found.values()]
    one = Hold("h_1", keys.pseudonym(ANA[0]), "ruth", "a lawsuit; it's “open”", "2026-03-01T00:00:00.000000Z")
    keys.hold(one)
    assert keys.holds() == [one]
    assert keys.held([*ids, "0000000000000000"]) == {found[ANA].id: one}
    everybody = Hold("h_0", None, "ruth", "an audit", "2026-04-01T00:00:00.000000Z")
    keys.hold(everybody)
    assert keys.holds() == [one, everybody]
    assert set(keys.held(ids)) == set(ids)
    keys.lift("h_1")
    assert keys.holds() == [everybody]
    assert keys.held(ids) == dict.fromkeys(ids, everybody)
    keys.lift("h_0")
    keys.lift("h_none")
    assert keys.held(ids) == {}


def test_threads_that_want_the_same_keys_get_the_same(keys: SubjectKeys) -> None:
    wanted = [(f"customer:{number}", "2026-01") for number in range(40)]
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: keys.current(wanted), range(16)))
    assert all(one == found[0] for one in found)


def test_a_secret_is_in_no_representation(keys: SubjectKeys) -> None:
    key = keys.current([ANA])[ANA]
    assert key.secret.hex() not in repr(key)
    assert repr(key.secret) not in repr(key)


# -- several at one place -------------------------------------------------------------------------


def test_keys_and_pseudonyms_are_the_same_when_opened_again(kept: Place) -> None:
    one = kept.open()
    found, name = one.current([ANA, BEN]), one.pseudonym("Ana")
    one.hold(Hold("h", None, "ruth", "why", "2026-03-01T00:00:00.000000Z"))
    one.close()
    again = kept.open()
    assert again.current([ANA, BEN]) == found
    assert again.known([found[ANA].id]) == {found[ANA].id: found[ANA]}
    assert again.pseudonym("Ana") == name
    assert [hold.id for hold in again.holds()] == ["h"]


def test_two_openings_of_one_place_have_the_same_keys(kept: Place) -> None:
    one, other = kept.open(), kept.open()
    for number in range(10):
        wanted = [(f"customer:{number}", "2026-01"), ANA]
        assert one.current(wanted) == other.current(wanted)
    assert one.pseudonym("Ana") == other.pseudonym("Ana")


def test_openings_that_make_the_same_keys_at_once_make_them_once(kept: Place) -> None:
    opened = [kept.open() for _ in range(4)]
    for turn in range(5):
        wanted = [(f"customer:{turn}-{number}", "2026-01") for number in range(60)]
        orders = [wanted, wanted[::-1], wanted[30:] + wanted[:30], wanted[::2] + wanted[1::2]]
        with ThreadPoolExecutor(4) as threads:
            found = list(threads.map(lambda one, order: one.current(order), opened, orders))
        assert all(one == found[0] for one in found)


def test_a_key_that_another_has_destroyed_is_not_used_any_more(kept: Place) -> None:
    one, other = kept.open(), kept.open()
    key = one.current([ANA])[ANA]
    assert one.known([key.id]) == other.known([key.id]) == {key.id: key}
    other.destroy([key.id], ERASED)
    assert one.known([key.id]) == {key.id: ERASED}
    new = one.current([ANA])[ANA]
    assert new.id != key.id
    assert other.current([ANA]) == {ANA: new}


def test_every_key_is_wrapped_again_under_another_master_key(kept: Place) -> None:
    one = kept.open()
    assert isinstance(one, SqliteKeys | PostgresKeys)
    found, name = one.current([ANA, BEN, ANA_LATER]), one.pseudonym("Ana")
    one.destroy([found[BEN].id], ERASED)
    assert one.rewrap(local_wrapper(kept.folder / "new")) == 3, "two keys and what pseudonyms are made with"
    assert one.current([ANA]) == {ANA: found[ANA]}
    later = one.current([("customer:c-3", "2026-03")])
    one.close()
    (kept.folder / "master").unlink()
    again = kept.open("new")
    assert again.current([ANA, ANA_LATER]) == {at: found[at] for at in (ANA, ANA_LATER)}
    assert again.known([found[BEN].id]) == {found[BEN].id: ERASED}
    assert again.current(later) == later
    assert again.pseudonym("Ana") == name


class Broken:
    """A wrapper that gives up half-way."""

    name = "broken"

    def __init__(self) -> None:
        self._left = 2

    def wrap(self, key: bytes, context: bytes) -> bytes:
        self._left -= 1
        if self._left < 0:
            raise OSError("the key service is gone")
        return b"wrapped"

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        raise AssertionError("nothing was wrapped by this")


def test_wrapping_again_that_fails_half_way_leaves_every_key_as_it_was(kept: Place) -> None:
    one = kept.open()
    assert isinstance(one, SqliteKeys | PostgresKeys)
    found = one.current([ANA, BEN, ANA_LATER])
    with pytest.raises(Exception, match="the key service is gone"):
        one.rewrap(Broken())
    assert one.current(found) == found
    assert kept.open().current(found) == found


_CHILD = """
import sys
from pathlib import Path
from answerable.adapters.local_key_wrapper import local_wrapper
from answerable.adapters.postgres.keys import PostgresKeys
from answerable.adapters.sqlite_keys import SqliteKeys
kind, folder, dsn = sys.argv[1:]
wrapper = local_wrapper(Path(folder) / "master")
keys = SqliteKeys(Path(folder) / "keys.db", wrapper) if kind == "sqlite" else PostgresKeys(dsn, wrapper)
print("ready", flush=True); sys.stdin.readline()
found = keys.current([(f"customer:{number}", "2026-01") for number in range(50)])
print(" ".join(key.id for key in found.values()) + " " + keys.pseudonym("Ana"), flush=True)
sys.stdin.readline()
"""


def test_a_key_is_durable_as_soon_as_it_is_given_and_the_same_for_every_process(kept: Place) -> None:
    children = [
        subprocess.Popen(
            [sys.executable, "-c", _CHILD, kept.kind, str(kept.folder), kept.dsn],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    said = []
    for child in children:
        assert child.stdin is not None
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    for child in children:
        assert child.stdout is not None
        said.append(child.stdout.readline().split())
        child.kill()  # before anything was closed
        child.communicate()
    assert said[0] == said[1]
    keys = kept.open()
    ours = keys.current([(f"customer:{number}", "2026-01") for number in range(50)])
    assert [*(key.id for key in ours.values()), keys.pseudonym("Ana")] == said[0]
    assert all(isinstance(key, SubjectKey) for key in keys.known(said[0][:-1]).values())


def test_a_copy_of_the_keys_brings_back_what_was_lost_and_nothing_that_was_erased(kept: Place) -> None:
    keys = kept.open()
    made = keys.current({ANA, BEN})
    copy = list(keys.kept())
    assert {one.id for one in copy if one.subject is not None} == {key.id for key in made.values()}
    keys.destroy([made[ANA].id], Erased("2026-11-30T00:00:00Z", "ruth", "er_1"))
    keys.bring_back(copy)
    found = keys.known([made[ANA].id, made[BEN].id])
    assert isinstance(found[made[ANA].id], Erased)
    assert found[made[BEN].id] == made[BEN]
    assert [one.erased is not None for one in keys.kept() if one.id == made[ANA].id] == [True]


def test_keys_of_another_ledger_are_not_brought_back_into_one_that_has_its_own(
    kept: Place, tmp_path: Path
) -> None:
    other = SqliteKeys(tmp_path / "other.db", local_wrapper(kept.folder / "master"))
    other.current({ANA})
    copy = list(other.kept())
    keys = kept.open()
    keys.current({BEN})
    with pytest.raises(LedgerUnavailable, match="keys of another ledger"):
        keys.bring_back(copy)
    assert len([one for one in keys.kept() if one.subject is not None]) == 1


def test_keys_brought_back_into_a_new_place_have_the_pseudonyms_they_had(kept: Place, tmp_path: Path) -> None:
    other = SqliteKeys(tmp_path / "other.db", local_wrapper(kept.folder / "master"))
    made = other.current({ANA})
    keys = kept.open()
    keys.bring_back(list(other.kept()))
    assert keys.pseudonym("ana") == other.pseudonym("ana")
    assert keys.current({ANA}) == made
