"""A bundle is put in force only if the roles on record say that whoever signed for it may, and never for its author."""

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree

import pytest
from command_runner import run, run_on

from answerable.adapters.duty_files import shipped_duties
from answerable.adapters.sqlite_roles import SqliteRoles
from answerable.adapters.world import new_trace, utc_now
from answerable.apps.ledger_place import LedgerPlace
from answerable.receipts import BundleBody, Draft
from answerable.receipts.acting import RoleBody
from answerable.receipts.verifying import decode
from answerable.roles import Assignment, Limits, Role
from answerable.signing import parse_note
from answerable.values import OperatorId, rfc3339
from answerable.values.errors import BundleError, LedgerUnavailable, NotAllowed

STORE = Path(__file__).parents[2] / "packs" / "store"
TOMAS, MIRA, ALSO, ADA = (OperatorId(f"https://login.shop.example#{one}") for one in ("t", "m", "t2", "ada"))


@dataclass
class House:
    """The store's bundle on a shelf, signed by Tomas, beside a ledger in which Ada gives roles."""

    folder: Path
    ledger: Path
    shelf: tuple[object, ...]
    approvers: Path
    digest: str
    key: str

    def people(self, *lines: str) -> None:
        self.approvers.write_text("\n".join(lines).replace("KEY", self.key) + "\n")

    def give(self, who: OperatorId, role: Role) -> None:
        """As Ada did on the page before the test begins: on record, and in the store."""
        given = Assignment(who, role, Limits(), ADA, utc_now())
        at = rfc3339(given.since)

        async def act() -> None:
            opened = LedgerPlace(self.ledger).open(create=True)
            body = RoleBody(who, role.value, "given", ADA, "before", since=at)
            await opened.append([Draft(new_trace(), at, body)])
            await opened.close()

        asyncio.run(act())
        self.store_only(given)

    def link(self, one: OperatorId, other: OperatorId) -> None:
        run_on(self.ledger, "roles", "link", one, other, "--reason", "has both")

    def store_only(self, given: Assignment) -> None:
        store = SqliteRoles(Path(f"{self.ledger}.roles"))
        store.assign(given)
        store.close()

    def activate(self, *more: object) -> str:
        return run_on(
            self.ledger, "bundle", "activate", self.digest, "--by", "Ana", "--because", "first",
            "--approvers", self.approvers, *self.shelf, *more,
        )  # fmt: skip

    def history(self) -> list[object]:
        return list(json.loads(run("bundle", "list", "--json", *self.shelf))["activations"])

    def entries(self) -> list[BundleBody]:
        opened = LedgerPlace(self.ledger).open()
        bodies = [decode(row.entry, row.seq).body for row in opened.store.of_kind(24)]
        asyncio.run(opened.close())
        return [body for body in bodies if isinstance(body, BundleBody)]

    def refused(self, words: str) -> None:
        with pytest.raises(NotAllowed, match=words):
            self.activate()
        assert self.history() == []
        assert self.entries() == []


def bundled(folder: Path, pack: Path, ledger: Path) -> House:
    key = run("key", "new", "tomas", "--output", folder / "tomas.key").strip()
    shelf, built, note = ("--shelf", folder / "shelf"), folder / "store.bundle", folder / "store.note"
    digest = run("pack", "build", pack, "--output", built).strip()
    run("pack", "sign", built, "--key", folder / "tomas.key", "--output", note)
    run("bundle", "add", built, "--approval", note, *shelf)
    house = House(folder, ledger, shelf, folder / "approvers.txt", digest, key)
    house.people(f"KEY Tomas Adeyemi operator: {TOMAS}", f"author Mira Lindqvist operator: {MIRA}")
    return house


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = bundled(tmp_path, STORE, tmp_path / "l.db")
    run_on(house.ledger, "roles", "give", ADA, "administrator", "--first")
    return house


def test_whoever_has_the_role_and_wrote_nothing_of_it_approves_and_it_is_on_record(house: House) -> None:
    house.give(TOMAS, Role.POLICY_APPROVER)
    told = house.activate()
    rules = ("policy-approver-approves-bundles", "data-owner-approves-terms")
    assert f"allowed by {', '.join(rules)}" in told
    [body] = house.entries()
    assert (body.bundle, body.author, body.approver, body.by) == (house.digest, MIRA, TOMAS, "Ana")
    assert (body.policies, body.rules) == (rules, shipped_duties().digest)
    assert house.digest in parse_note(body.note.encode()).text
    assert body.signed_with == house.key
    assert len(house.history()) == 1
    found = run_on(house.ledger, "ledger", "find", "--policy", rules[0], "--json")
    assert "put in force by Ana" in found


@pytest.mark.parametrize("because", ["x" * 501, "two\nlines", "half of a letter \udcff"])
def test_a_reason_that_is_not_one_short_line_is_not_put_on_record_for_ever(
    house: House, because: str
) -> None:
    house.give(TOMAS, Role.POLICY_APPROVER)
    with pytest.raises(BundleError, match="write '--because' in one line of at most 500 letters"):
        house.activate("--because", because)
    assert house.history() == []
    assert house.entries() == []


def test_an_author_does_not_approve_their_own_bundle_under_a_linked_id(house: House) -> None:
    house.people(f"KEY Tomas Adeyemi operator: {TOMAS}", f"author Mira Lindqvist operator: {ALSO}")
    house.give(TOMAS, Role.POLICY_APPROVER)
    house.link(TOMAS, ALSO)
    house.refused("you wrote this")


def test_an_author_with_two_names_does_not_approve_their_own_bundle(house: House) -> None:
    house.people(f"KEY Tomas Adeyemi operator: {TOMAS}", f"author Mira Lindqvist operator: {TOMAS}")
    house.give(TOMAS, Role.POLICY_APPROVER)
    house.refused("you wrote this")


def test_an_owner_of_a_term_does_not_approve_it_in_a_bundle_that_another_wrote(tmp_path: Path) -> None:
    pack = copytree(STORE, tmp_path / "pack")
    terms = pack / "terms.yaml"
    terms.write_text(terms.read_text().replace("owner: Mira Lindqvist", "owner: T. Adeyemi", 1))
    house = bundled(tmp_path, pack, tmp_path / "l.db")
    house.give(TOMAS, Role.POLICY_APPROVER)
    house.people(
        f"KEY Tomas Adeyemi operator: {TOMAS}",
        f"author Mira Lindqvist operator: {MIRA}",
        f"author T. Adeyemi operator: {TOMAS}",
    )
    house.refused("may not approve the terms of the bundle 'store': you wrote this")


def test_a_listed_key_without_the_role_approves_nothing(house: House) -> None:
    house.refused("no role of yours lets you do this")
    house.give(TOMAS, Role.APPROVER)
    house.refused("you have: approver")


def test_a_data_owner_approves_terms_and_no_bundle(house: House) -> None:
    house.give(TOMAS, Role.DATA_OWNER)
    house.refused("may not approve the bundle 'store'")


def test_who_administers_under_a_linked_id_approves_nothing(house: House) -> None:
    house.give(TOMAS, Role.POLICY_APPROVER)
    house.link(TOMAS, ADA)
    house.refused("an administrator gives roles and approves nothing")


def test_a_role_that_was_taken_after_the_signature_approves_nothing(house: House) -> None:
    house.give(TOMAS, Role.POLICY_APPROVER)
    run_on(house.ledger, "roles", "take", TOMAS, Role.POLICY_APPROVER.value, "--reason", "left")
    house.refused("no role of yours")


def test_a_role_that_the_ledger_does_not_account_for_approves_nothing(house: House) -> None:
    house.store_only(Assignment(TOMAS, Role.POLICY_APPROVER, Limits(), ADA, utc_now()))
    house.refused("no role of yours")


def test_a_bundle_whose_author_is_nobody_known_is_approved_by_nobody(house: House) -> None:
    house.people(f"KEY Tomas Adeyemi operator: {TOMAS}")
    house.give(TOMAS, Role.POLICY_APPROVER)
    house.refused("add 'author Mira Lindqvist operator: ISSUER#SUBJECT'")


def test_an_approver_who_is_no_operator_does_not_get_past_the_rules(house: House) -> None:
    house.people("KEY Tomas Adeyemi", f"author Mira Lindqvist operator: {MIRA}")
    house.refused("as whom 'Tomas Adeyemi' signs in is not known")


def test_what_the_shelf_refuses_is_not_on_record(house: House) -> None:
    house.give(TOMAS, Role.POLICY_APPROVER)
    next((house.folder / "shelf").glob("*.note")).unlink()
    with pytest.raises(BundleError, match="has no signed approval"):
        house.activate()
    assert house.entries() == []


def test_what_is_on_record_and_never_came_into_force_is_activated_again(house: House) -> None:
    house.give(TOMAS, Role.POLICY_APPROVER)
    in_the_way = house.folder / "shelf" / "activations.jsonl"
    in_the_way.mkdir()
    with pytest.raises(BundleError, match="can't be recorded"):
        house.activate()
    assert len(house.entries()) == 1
    in_the_way.rmdir()
    house.activate()
    assert (len(house.entries()), len(house.history())) == (2, 1)


def test_a_ledger_that_is_mistyped_is_not_made(house: House) -> None:
    house.ledger = house.folder / "no.db"
    with pytest.raises(LedgerUnavailable, match="there is no ledger"):
        house.activate()
    assert not house.ledger.exists()
    assert house.history() == []


def test_where_no_role_was_asked_the_command_says_so(house: House) -> None:
    plain = ("bundle", "activate", house.digest, "--by", "Ana", "--approvers", house.approvers, *house.shelf)
    assert "no role was asked: name a ledger" in run(*plain)
    house.people("KEY Tomas Adeyemi")
    told = json.loads(house.activate("--json"))
    assert told["allowed_by"] == []
    assert "as whom" in told["no_role_asked"]
    assert house.entries() == []


def test_a_rollback_asks_as_an_activation_does(house: House) -> None:
    house.give(TOMAS, Role.POLICY_APPROVER)
    house.activate()
    pack = copytree(STORE, house.folder / "newer")
    (pack / "bundle.yaml").write_text((pack / "bundle.yaml").read_text().replace("version: 1", "version: 2"))
    other = run("bundle", "add", pack, *house.shelf).split()[0]
    run("bundle", "activate", other, "--by", "Ana", "--insecure-unsigned", *house.shelf)
    back = ("bundle", "rollback", "--by", "Ana", "--approvers", house.approvers, *house.shelf)
    assert "allowed by policy-approver-approves-bundles" in run_on(house.ledger, *back)
    assert [(body.version, body.reason) for body in house.entries()] == [("1", "first"), ("1", "rolled back")]
    run("bundle", "activate", other, "--by", "Ana", "--insecure-unsigned", *house.shelf)
    run_on(house.ledger, "roles", "take", TOMAS, Role.POLICY_APPROVER.value, "--reason", "left")
    with pytest.raises(NotAllowed, match="no role of yours"):
        run_on(house.ledger, *back)
    assert len(house.entries()) == 2
