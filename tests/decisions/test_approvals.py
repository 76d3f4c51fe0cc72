"""A bundle is in force only with a signature of the approver that it names, over exactly its files."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from answerable.adapters.bundle_files import built_in, from_folder
from answerable.adapters.bundle_shelf import BundleShelf
from answerable.apps.deciders import ShelfDecider
from answerable.decisions import Bundle, approval_of, check_approval, parse_approvers
from answerable.signing import Note, new_signer, written
from answerable.values import Digest
from answerable.values.errors import BundleError

STORE = Path(__file__).parents[2] / "packs" / "store"
NOW = datetime(2026, 11, 24, tzinfo=UTC)
TOMAS, MIRA = new_signer("tomas", bytes(range(32))), new_signer("mira", bytes(range(1, 33)))
APPROVERS = parse_approvers(
    f"# who may approve\n\n{TOMAS.verifier} Tomas Adeyemi\n{MIRA.verifier}  Mira Lindqvist\n"
)


@pytest.fixture(scope="module")
def store() -> Bundle:
    return from_folder(STORE)


def test_the_approver_it_names_signs_for_exactly_this_bundle(store: Bundle) -> None:
    note = approval_of(store).signed(TOMAS)
    assert store.digest in note.text
    assert check_approval(store, note, APPROVERS) == TOMAS.verifier


def test_a_second_signature_takes_nothing_away(store: Bundle) -> None:
    assert check_approval(store, approval_of(store).signed(MIRA).signed(TOMAS), APPROVERS) == TOMAS.verifier


def test_no_signature_is_no_approval(store: Bundle) -> None:
    with pytest.raises(BundleError, match="has no signed approval; 'Tomas Adeyemi' makes one"):
        check_approval(store, None, APPROVERS)


def test_the_author_s_signature_is_no_approval(store: Bundle) -> None:
    with pytest.raises(BundleError, match="not signed by a key of 'Tomas Adeyemi'"):
        check_approval(store, approval_of(store).signed(MIRA), APPROVERS)


def test_an_approval_of_another_version_is_none_of_this(store: Bundle) -> None:
    other = replace(store, digest=Digest("sha256:" + "0" * 64))
    with pytest.raises(BundleError, match="of another bundle"):
        check_approval(store, approval_of(other).signed(TOMAS), APPROVERS)


def test_a_signature_moved_from_another_approval_does_not_hold(store: Bundle) -> None:
    other = replace(store, digest=Digest("sha256:" + "0" * 64))
    moved = Note(approval_of(store).text, approval_of(other).signed(TOMAS).signatures)
    with pytest.raises(BundleError, match="does not hold"):
        check_approval(store, moved, APPROVERS)


def test_a_key_of_the_approver_s_name_that_nobody_lists_is_nobody_s(store: Bundle) -> None:
    impostor = new_signer("tomas", bytes(32))
    with pytest.raises(BundleError, match="not signed by"):
        check_approval(store, approval_of(store).signed(impostor), APPROVERS)


def test_an_approver_without_a_key_approves_nothing(store: Bundle) -> None:
    with pytest.raises(BundleError, match="has no key among"):
        check_approval(store, approval_of(store).signed(TOMAS), parse_approvers(f"{MIRA.verifier} Mira"))


def test_a_bundle_that_names_no_approver_can_not_be_approved() -> None:
    airline = from_folder(STORE.parent / "airline")
    with pytest.raises(BundleError, match="nobody has approved"):
        approval_of(airline)


def test_the_built_in_bundle_names_its_people() -> None:
    assert built_in().manifest.author


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"{TOMAS.verifier}", "line 1: after the key, say whose it is"),
        (f"# x\n{TOMAS.verifier} A\n{TOMAS.verifier} B", "line 3: 'B' and 'A' can't have the same key"),
        ("tomas A", "line 1: a public key is written"),
        (TOMAS.secret() + " A", "line 1:"),
        (f"{TOMAS.verifier} A operator: ruth", "line 1: 'ruth' is no person's id"),
        (f"{TOMAS.verifier} A operator: ", "line 1: '' is no person's id"),
        ("author A", "line 1: say as whom they sign in"),
        ("author A operator: l#1\nauthor A operator: l#2", "line 2: 'A' is 'l#1' already"),
        ("author operator: l#1", "line 1: after the key, say whose it is"),
    ],
)
def test_a_list_of_approvers_that_can_not_be_used_names_the_line(text: str, words: str) -> None:
    with pytest.raises(BundleError, match=words) as refused:
        parse_approvers(text)
    assert TOMAS.secret()[-20:] not in str(refused.value)


def test_one_person_may_have_two_keys() -> None:
    assert len(parse_approvers(f"{TOMAS.verifier} T\n{MIRA.verifier} T").keys["T"]) == 2


def test_who_an_approver_and_an_author_sign_in_as_is_no_part_of_their_name() -> None:
    read = parse_approvers(f"{TOMAS.verifier} Tomas A operator: local#t\nauthor Mira L  operator:  local#m\n")
    assert read.operators == {"Tomas A": "local#t", "Mira L": "local#m"}
    assert read.keys == {"Tomas A": (TOMAS.verifier,)}


# -- on the shelf ---------------------------------------------------------------------------------


@pytest.fixture
def shelf(tmp_path: Path) -> BundleShelf:
    return BundleShelf(tmp_path / "shelf", APPROVERS)


def test_an_unsigned_bundle_is_not_put_in_force(shelf: BundleShelf, store: Bundle) -> None:
    shelf.add(STORE)
    with pytest.raises(BundleError, match="has no signed approval"):
        shelf.activate(store.digest, by="Ana", at=NOW, because="")
    assert shelf.history() == []


def test_a_signed_bundle_is_put_in_force_and_the_key_is_on_record(shelf: BundleShelf, store: Bundle) -> None:
    shelf.add(STORE, written(approval_of(store).signed(TOMAS)))
    shelf.activate(store.digest, by="Ana", at=NOW, because="")
    assert [one.signed_with for one in shelf.history()] == [str(TOMAS.verifier)]
    assert ShelfDecider(shelf).current().bundle.digest == store.digest


def test_an_approval_of_something_else_is_not_taken_in(shelf: BundleShelf, store: Bundle) -> None:
    with pytest.raises(BundleError, match="not signed by"):
        shelf.add(STORE, written(approval_of(store).signed(MIRA)))
    with pytest.raises(BundleError, match="of another bundle"):
        shelf.add(STORE, written(Note("something else\n").signed(TOMAS)))
    with pytest.raises(BundleError, match="can't be read"):
        shelf.add(STORE, b"PK\x03\x04")
    assert shelf.digests() == []


def test_who_writes_an_activation_by_hand_puts_nothing_in_force(shelf: BundleShelf, store: Bundle) -> None:
    shelf.add(STORE)
    line = {
        "digest": store.digest,
        "by": "Ana",
        "at": "2026-11-24T00:00:00Z",
        "because": "",
        "signed_with": "x",
    }
    (shelf.folder / "activations.jsonl").write_text(json.dumps(line) + "\n")
    with pytest.raises(BundleError, match="has no signed approval"):
        ShelfDecider(shelf)


def test_an_approver_struck_off_the_list_no_longer_puts_bundles_in_force(
    shelf: BundleShelf, store: Bundle
) -> None:
    shelf.add(STORE, written(approval_of(store).signed(TOMAS)))
    shelf.activate(store.digest, by="Ana", at=NOW, because="")
    struck = BundleShelf(shelf.folder, parse_approvers(f"{MIRA.verifier} Mira Lindqvist"))
    with pytest.raises(BundleError, match="has no key among"):
        ShelfDecider(struck)


def test_a_broken_note_on_the_shelf_is_named(shelf: BundleShelf, store: Bundle) -> None:
    shelf.add(STORE, written(approval_of(store).signed(TOMAS)))
    [note] = shelf.folder.glob("*.note")
    note.write_bytes(note.read_bytes()[:-5])
    with pytest.raises(BundleError, match=r"\.note'"):
        shelf.activate(store.digest, by="Ana", at=NOW, because="")
