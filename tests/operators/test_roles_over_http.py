"""Roles are given by administrators who are signed in, and whoever a request says it is from does not matter."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from operator_stack import Stack, stack

from answerable.ports.directory import local_id
from answerable.receipts.acting import RoleBody
from answerable.receipts.verifying import decode
from answerable.roles import Limits, Role
from answerable.testing.browser import Browser, Page
from answerable.values import Money


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Stack]:
    with stack(tmp_path) as made:
        made.give(made.id("ada"), Role.ADMINISTRATOR)
        yield made


def give(site: Stack, browser: Browser, who: str, role: str = "approver", **more: str) -> Page:
    form = {
        "csrf": site.csrf(browser),
        "operator": site.id(who),
        "role": role,
        "reason": "she leads returns",
        **more,
    }
    return browser.post("/operators/roles/give", form)


def entries(site: Stack) -> list[RoleBody]:
    bodies = [decode(row.entry, row.seq).body for row in site.ledger.rows]
    return [body for body in bodies if isinstance(body, RoleBody) and body.reason != "before"]


def test_an_administrator_gives_a_role_with_limits_and_it_is_on_record(site: Stack) -> None:
    browser = site.signed_in("ada")
    page = give(
        site, browser, "ruth", routes="refunds, claims", amount="250.00 EUR", hours="mon-fri 08:00-18:00",
        until="2027-01-31",
    )  # fmt: skip
    assert page.status == 200, page.text
    [given] = site.roles.of(site.id("ruth"), site.clock.at)
    assert given.limits.amount == Money(25_000, "EUR")
    assert given.limits.routes == frozenset({"refunds", "claims"})
    assert given.given_by == site.id("ada")
    assert entries(site) == [
        RoleBody(
            site.id("ruth"), "approver", "given", site.id("ada"), "she leads returns",
            limits=(
                '{"amount":{"currency":"EUR","minor":25000},"hours":{"days":[0,1,2,3,4],"end":1080,"start":480},'
                '"routes":["claims","refunds"]}'
            ),
            since="2026-11-30T12:00:00.000000Z", until="2027-01-31T00:00:00.000000Z",
        )
    ]  # fmt: skip
    html = browser.get("/operators/roles").text
    assert "up to 250.00 EUR" in html
    assert browser.ask("/operators/roles").json["roles"][1]["operator"] == site.id("ruth")


def test_a_role_that_is_taken_is_gone_at_once(site: Stack) -> None:
    administrator, ruth = site.signed_in("ada"), site.signed_in("ruth")
    give(site, administrator, "ruth")
    assert site.whoami(ruth)["roles"][0]["role"] == "approver"
    form = {
        "csrf": site.csrf(administrator),
        "operator": site.id("ruth"),
        "role": "approver",
        "reason": "she left",
    }
    assert administrator.post("/operators/roles/take", form).status == 200
    assert site.whoami(ruth)["roles"] == []
    assert [body.event for body in entries(site)] == ["given", "taken"]


def test_who_asks_is_who_is_signed_in_and_not_who_the_body_names(site: Stack) -> None:
    nobody = site.signed_in("mallory")
    lies = {
        "by": site.id("ada"), "given_by": site.id("ada"), "operator_id": site.id("ada"), "approver": site.id("ada"),
        "session": "x", "level": "3", "roles": "administrator", "since": "2020-01-01",
    }  # fmt: skip
    page = give(site, nobody, "mallory", **lies)
    assert page.status == 403
    assert page.json["because"] == ["nobody gives a role to themselves; another administrator can"]
    page = give(site, nobody, "sam", **lies)
    assert page.json["because"] == ["no role of yours lets you do this (give_role); you have: none"]
    assert (
        nobody.post("/operators/roles/give", {**lies, "operator": "x#y"}, X_Forwarded_User="ada").status
        == 401
    )
    assert entries(site) == []
    administrator = site.signed_in("ada")
    give(site, administrator, "ruth", **{**lies, "by": site.id("sam"), "given_by": site.id("sam")})
    [body] = entries(site)
    assert body.by == site.id("ada")
    assert body.since == "2026-11-30T12:00:00.000000Z"


def test_a_weak_or_old_sign_in_is_sent_to_sign_in_again(site: Stack) -> None:
    weak = site.signed_in("ada", acr=None)
    page = give(site, weak, "ruth")
    assert page.status == 403
    assert page.json["needs"] == {"level": 2, "max_age": 600}
    strong = site.signed_in("ada")
    site.clock.on(minutes=11)
    assert give(site, strong, "ruth").json["needs"] == {"level": 2, "max_age": 600}
    form = {"csrf": site.csrf(strong), "operator": site.id("ruth"), "role": "approver", "reason": "x"}
    html = strong.post("/operators/roles/give", form, Accept="text/html").text
    assert "sign in again" in html
    assert 'href="/operators/sign-in?next=%2Foperators%2Froles&amp;level=2&amp;max_age=600"' in html
    site.sign_in(strong, "ada", more="&level=2&max_age=600")
    assert give(site, strong, "ruth").status == 200


def test_who_may_not_change_a_role_is_in_the_log_with_what_they_tried(
    site: Stack, caplog: pytest.LogCaptureFixture
) -> None:
    assert give(site, site.signed_in("ada"), "ada", "approver").status == 403
    [line] = [one for one in caplog.records if "may not" in one.getMessage()]
    assert line.levelname == "WARNING"
    assert line.getMessage().startswith(f"'{site.id('ada')}' may not POST /operators/roles/give: by ")


def test_an_administrator_gets_no_other_power_from_it(site: Stack) -> None:
    administrator = site.signed_in("ada")
    for role in ("approver", "policy_approver", "reviewer"):
        assert give(site, administrator, "ada", role).status == 403
    assert give(site, administrator, "ruth").status == 200
    page = give(site, administrator, "ruth", "administrator")
    assert page.json["because"] == [
        "nobody is an administrator and an approver at once; take the one role first"
    ]
    assert give(site, administrator, "sam", "auditor").status == 200
    assert give(site, administrator, "sam", "reviewer").status == 403
    assert give(site, administrator, "eve", "reviewer", amount="5.00 EUR").status == 403


@pytest.mark.parametrize(
    "wrong",
    [
        {"operator": ""},
        {"operator": "ruth"},
        {"operator": "a\nb#c"},
        {"role": "emperor"},
        {"reason": ""},
        {"reason": "x" * 501},
        {"amount": "lots"},
        {"amount": "1,000.00 EUR"},
        {"amount": "-1.00 EUR"},
        {"hours": "always"},
        {"hours": "mon-fri 18:00-08:00"},
        {"until": "tomorrow"},
        {"until": "2026-11-30"},
        {"routes": "x" * 300},
    ],
    ids=str,
)
def test_what_can_not_be_read_changes_nothing(site: Stack, wrong: dict[str, str]) -> None:
    administrator = site.signed_in("ada")
    form = {
        "csrf": site.csrf(administrator), "operator": site.id("ruth"), "role": "approver", "reason": "x", **wrong,
    }  # fmt: skip
    assert administrator.post("/operators/roles/give", form).status == 400
    assert entries(site) == []
    assert len(site.roles.all()) == 1


def test_who_may_see_who_has_which_role(site: Stack) -> None:
    for role, status in (
        (Role.AUDITOR, 200),
        (Role.ADMINISTRATOR, 200),
        (Role.APPROVER, 403),
        (Role.REVIEWER, 403),
    ):
        site.give(site.id(role.value), role, Limits())
        browser = site.signed_in(role.value)
        assert browser.ask("/operators/roles").status == status
        html = browser.get("/operators/roles").text
        assert ("Take it" in html) is (role is Role.ADMINISTRATOR)
        assert ("Give a role" in html) is (role is Role.ADMINISTRATOR)


def test_a_form_that_is_too_large_is_not_read(site: Stack) -> None:
    administrator = site.signed_in("ada")
    assert give(site, administrator, "ruth", reason="x" * 40_000).status == 413
    assert administrator.post("/operators/roles/give", {"csrf": site.csrf(administrator)}).status == 400


def test_the_same_subject_of_another_login_service_is_another_person(site: Stack) -> None:
    browser = site.browser()
    site.other.subject = "ada"
    browser.get("/operators/start?provider=1")
    assert site.whoami(browser)["roles"] == []
    assert give(site, browser, "ruth").status == 403


def test_roles_that_can_not_be_looked_up_are_nobodys(site: Stack) -> None:
    administrator = site.signed_in("ada")
    form = {"csrf": site.csrf(administrator), "operator": site.id("ruth"), "role": "approver", "reason": "x"}
    site.roles.close()
    assert administrator.post("/operators/roles/give", form).status == 503
    assert administrator.ask("/operators/roles").status == 503
    assert entries(site) == []


def test_whoever_was_invited_here_stands_by_name_beside_their_id(site: Stack) -> None:
    person, _ = site.invited("Ruth <O.>")
    site.give(local_id(person.handle), Role.APPROVER)
    html = site.signed_in("ada").get("/operators/roles").text
    assert f"Ruth &lt;O.&gt;<br><code>{local_id(person.handle)}</code>" in html
    assert f'<option value="{local_id(person.handle)}">Ruth &lt;O.&gt;</option>' in html


def test_an_administrator_says_which_ids_are_one_persons_and_another_takes_it_back(site: Stack) -> None:
    site.give(site.id("sam"), Role.ADMINISTRATOR)
    administrator, ruth = site.signed_in("ada"), site.signed_in("ruth")
    ids = {"operator": site.id("ada"), "other": "local#a", "reason": "she has both"}
    assert ruth.post("/operators/roles/link", {"csrf": site.csrf(ruth), **ids}).status == 403
    page = administrator.post("/operators/roles/link", {"csrf": site.csrf(administrator), **ids})
    assert page.status == 200, page.text
    assert "local#a" in administrator.get("/operators/roles").text
    assert site.whoami(administrator)["also"] == ["local#a"]
    own = administrator.post("/operators/roles/unlink", {"csrf": site.csrf(administrator), **ids})
    assert own.status == 403
    sam = site.signed_in("sam")
    assert sam.post("/operators/roles/unlink", {"csrf": site.csrf(sam), **ids}).status == 200
    assert site.whoami(administrator)["also"] == []
    assert [(one.event, one.by, one.other) for one in entries(site)] == [
        ("linked", site.id("ada"), "local#a"),
        ("unlinked", site.id("sam"), "local#a"),
    ]


def test_a_page_that_says_what_went_wrong_says_who_is_signed_in(site: Stack) -> None:
    here, form = "/operators/roles/give", {"operator": "x", "role": "approver", "reason": "x"}
    somebody = site.signed_in("ada")
    shown = somebody.post(here, {**form, "csrf": "of another page"}, Accept="text/html").text
    assert "That did not work" in shown
    assert "Signed in as" in shown
    stranger = site.browser().post(here, form, Accept="text/html").text
    assert "That did not work" in stranger
    assert "Signed in as" not in stranger
