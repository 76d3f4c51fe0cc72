"""Bundles on a shelf: put in force while the gateway runs, rolled back, kept by conversations that have begun."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copytree
from threading import Event

import pytest
from gateway_stack import Programmed, either, gateway

from answerable.adapters.bundle_shelf import BundleShelf
from answerable.apps.deciders import ShelfDecider
from answerable.decisions import Bundle
from answerable.values import Digest
from answerable.values.errors import BundleError

STORE = Path(__file__).parents[2] / "packs" / "store"
NOW = datetime(2026, 11, 24, tzinfo=UTC)


def pack(folder: Path, name: str, **changes: str) -> Path:
    """The store pack under another name, with texts of bundle.yaml replaced."""
    place = copytree(STORE, folder / name)
    manifest = place / "bundle.yaml"
    text = manifest.read_text().replace("name: store", f"name: {name}")
    for old, new in changes.items():
        text = text.replace(old, new)
    manifest.write_text(text)
    return place


@pytest.fixture
def shelf(tmp_path: Path) -> BundleShelf:
    return BundleShelf(tmp_path / "shelf", approvers=None)


def put_in_force(shelf: BundleShelf, folder: Path, by: str = "Ana") -> Digest:
    bundle = shelf.add(folder)
    shelf.activate(bundle.digest, by=by, at=NOW, because="a test")
    return bundle.digest


def test_a_bundle_is_kept_by_its_digest_and_put_in_force_on_record(
    shelf: BundleShelf, tmp_path: Path
) -> None:
    digest = put_in_force(shelf, pack(tmp_path, "one"))
    assert shelf.active() == digest
    [activation] = shelf.history()
    assert (activation.by, activation.at, activation.because) == ("Ana", NOW, "a test")
    assert shelf.add(pack(tmp_path / "again", "one")).digest == digest


def test_a_rollback_is_an_activation_of_the_one_before(shelf: BundleShelf, tmp_path: Path) -> None:
    first, second = (put_in_force(shelf, pack(tmp_path, name)) for name in ("one", "two"))
    assert (shelf.active(), shelf.before()) == (second, first)
    shelf.activate(shelf.before(), by="Ben", at=NOW, because="rolled back")
    assert shelf.active() == first
    assert [one.digest for one in shelf.history()] == [first, second, first]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("approver: Tomas Adeyemi", "approver: null", "nobody has approved"),
        ("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z", "takes effect on"),
    ],
)
def test_what_is_not_approved_or_not_due_is_not_put_in_force(
    shelf: BundleShelf, tmp_path: Path, old: str, new: str, words: str
) -> None:
    first = put_in_force(shelf, pack(tmp_path, "one"))
    bundle = shelf.add(pack(tmp_path, "two", **{old: new}))
    with pytest.raises(BundleError, match=words):
        shelf.activate(bundle.digest, by="Ana", at=NOW, because="")
    assert shelf.active() == first


def test_a_bundle_changed_on_the_shelf_is_not_loaded(shelf: BundleShelf, tmp_path: Path) -> None:
    digest = put_in_force(shelf, pack(tmp_path, "one"))
    [place] = shelf.folder.glob("sha256-*")
    policies = place / "policies.cedar"
    policies.write_text(policies.read_text().replace("10000", "99999999"))
    with pytest.raises(BundleError, match="were changed"):
        shelf.load(digest)


def test_a_half_written_activation_is_none(shelf: BundleShelf, tmp_path: Path) -> None:
    digest = put_in_force(shelf, pack(tmp_path, "one"))
    with (shelf.folder / "activations.jsonl").open("a") as record:
        record.write('{"digest": "sha')
    assert shelf.active() == digest


def test_the_bundle_before_stays_where_the_new_one_cannot_be_loaded(
    shelf: BundleShelf, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first = put_in_force(shelf, pack(tmp_path, "one"))
    clock = [0.0]
    decider = ShelfDecider(shelf, monotonic=lambda: clock[0])
    second = put_in_force(shelf, pack(tmp_path, "two"))
    (shelf.folder / second.replace(":", "-") / "policies.cedar").write_text("permit (")
    clock[0] = 2.0
    assert decider.current().bundle.digest == first
    assert f"{first} stays in force" in caplog.text
    third = put_in_force(shelf, pack(tmp_path, "three"))
    clock[0] = 4.0
    assert decider.current().bundle.digest == third


class SlowToLoad(BundleShelf):
    """A shelf on which one bundle takes as long to load as a test says."""

    slow: Digest | None = None
    loading: Event
    go_on: Event

    def load(self, digest: Digest) -> Bundle:
        bundle = super().load(digest)
        if digest == self.slow:
            self.loading.set()
            assert self.go_on.wait(10)
        return bundle


def test_an_older_bundle_that_takes_long_to_load_does_not_come_back_in_force(tmp_path: Path) -> None:
    shelf = SlowToLoad(tmp_path / "shelf", approvers=None)
    shelf.loading, shelf.go_on = Event(), Event()
    begun_with = put_in_force(shelf, pack(tmp_path, "one"))
    clock = [0.0]
    decider = ShelfDecider(shelf, monotonic=lambda: clock[0])
    shelf.slow = put_in_force(shelf, pack(tmp_path, "two"))
    clock[0] = 2.0
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(decider.current)
        assert shelf.loading.wait(10)
        third = put_in_force(shelf, pack(tmp_path, "three"))
        clock[0] = 4.0
        second = threads.submit(decider.current).result(10)
        assert second.bundle.digest == begun_with, "nobody waits for it"
        shelf.go_on.set()
        assert first.result(10).bundle.digest == shelf.slow
    assert decider.current().bundle.digest == third


def test_a_conversation_keeps_the_bundle_that_it_began_under(shelf: BundleShelf, tmp_path: Path) -> None:
    first = put_in_force(shelf, pack(tmp_path, "one"))
    upstream = Programmed(either("Your order is packed."))
    with gateway(upstream.app, tmp_path / "ledger.db", bundles=shelf.folder) as stack:
        begun = [{"role": "user", "content": "Hello?"}]
        stack.ask(messages=begun, metadata={"conversation": "old"})
        second = put_in_force(shelf, pack(tmp_path, "two"))
        until = time.monotonic() + 10
        while stack.chain(stack.ask().trace).exchange.bundle != second:
            assert time.monotonic() < until, "the new bundle never came into force"
            time.sleep(0.1)
        going_on = [*begun, {"role": "assistant", "content": "Hi."}, {"role": "user", "content": "And now?"}]
        answer = stack.ask(messages=going_on, metadata={"conversation": "old"})
        assert stack.chain(answer.trace).exchange.bundle == first


def test_a_shelf_with_nothing_in_force_does_not_start(shelf: BundleShelf, tmp_path: Path) -> None:
    shelf.add(pack(tmp_path, "one"))
    with pytest.raises(BundleError, match=r"no bundle of .* is in force"):
        ShelfDecider(shelf)


def test_an_activation_before_its_time_is_told_the_time(shelf: BundleShelf, tmp_path: Path) -> None:
    bundle = shelf.add(pack(tmp_path, "one"))
    with pytest.raises(BundleError, match="2026-01-01"):
        shelf.activate(bundle.digest, by="Ana", at=NOW - timedelta(days=400), because="")
