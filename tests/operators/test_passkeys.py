"""People of this machine sign in with the passkey that they registered by an invitation, and with nothing like it."""

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from operator_stack import Stack, otherwise, stack

from answerable.adapters.passkeys import creation_options, read_new
from answerable.apps.operators.passkeys import code_key, new_code
from answerable.ports.directory import Handle, Person
from answerable.testing.authenticator import Authenticator
from answerable.testing.browser import Browser
from answerable.values.errors import IdentityRefused, RolesUnavailable


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Stack]:
    with stack(tmp_path) as made:
        yield made


def registered(site: Stack, **given: Any) -> tuple[Browser, Authenticator]:
    _, code = site.invited()
    browser, authenticator = site.browser(), site.authenticator(**given)
    page = site.register(browser, code, authenticator)
    assert page.status == 200, page.text
    return browser, authenticator


def refused(site: Stack, authenticator: Authenticator) -> None:
    browser = site.browser()
    page = site.use(browser, authenticator)
    assert page.status == 401, page.text
    assert "passkey" in page.json["message"]
    assert browser.ask("/operators/whoami").status == 401


def test_who_registers_is_signed_in_and_signs_in_again(site: Stack) -> None:
    person, code = site.invited("Sam O.")
    browser, authenticator = site.browser(), site.authenticator()
    assert site.register(browser, code, authenticator).json == {"next": "/operators/whoami"}
    found = site.whoami(browser)
    assert (found["id"], found["name"], found["level"]) == (f"local#{person.handle}", "Sam O.", 2)
    other = site.browser()
    assert site.use(other, authenticator, next="/operators/roles").json == {"next": "/operators/roles"}
    assert site.whoami(other)["id"] == f"local#{person.handle}"
    assert site.use(other, authenticator, next="//evil.example").json == {"next": "/operators/whoami"}


def test_an_invitation_is_used_once_and_in_its_time(site: Stack) -> None:
    _, code = site.invited()
    assert site.register(site.browser(), code, site.authenticator()).status == 200
    assert site.register(site.browser(), code, site.authenticator()).status == 401
    _, late = site.invited()
    site.clock.on(hours=24)
    assert site.register(site.browser(), late, site.authenticator()).status == 401


def test_of_two_that_register_with_one_invitation_at_once_one_is_signed_in(site: Stack) -> None:
    _, code = site.invited()
    browsers, devices = [site.browser() for _ in range(2)], [site.authenticator() for _ in range(2)]
    made = [
        device.create(
            browser.post("/operators/passkeys/registration-options", sends={"code": code}).json["options"]
        )
        for browser, device in zip(browsers, devices, strict=True)
    ]
    answers = [
        browser.post("/operators/passkeys/registration", sends={"credential": one}).status
        for browser, one in zip(browsers, made, strict=True)
    ]
    assert answers == [200, 401]
    refused(site, devices[1])


@pytest.mark.parametrize("code", ["", "x", "0000-0000", 7, None, ["x"], "x" * 101])
def test_what_is_no_invitation_registers_nobody(site: Stack, code: Any) -> None:
    site.invited()
    assert site.register(site.browser(), code, site.authenticator()).status in (400, 401)


def test_a_code_may_be_typed_as_people_type(site: Stack) -> None:
    code = new_code()
    assert len(code.replace("-", "")) == 26
    assert code_key(code) == code_key(f" {code.upper().replace('-', ' ')} ")
    assert code_key(code) != code_key(new_code())


def test_somebody_may_have_a_second_passkey_and_each_is_theirs(site: Stack) -> None:
    person, code = site.invited()
    first, second = site.authenticator(), site.authenticator()
    site.register(site.browser(), code, first)
    _, again = site.invited(person=person)
    asked = site.browser().post("/operators/passkeys/registration-options", sends={"code": again})
    assert [one["id"] for one in asked.json["options"]["excludeCredentials"]] == list(
        site.directory.passkeys(person.handle)
    )
    browser = site.browser()
    assert site.register(browser, again, second).status == 200
    for device in (first, second):
        assert site.use(site.browser(), device).status == 200
    assert [one.passkeys for one in site.directory.people()] == [2]


def test_a_passkey_that_is_known_is_not_registered_for_somebody_else(site: Stack) -> None:
    _, authenticator = registered(site)
    _, code = site.invited("Mallory")
    assert site.register(site.browser(), code, authenticator).status == 401
    assert site.use(site.browser(), otherwise(authenticator, handle=None)).status == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"verified": False},
        {"origin": "https://evil.example"},
        {"origin": "http://localhost"},
        {"host": "evil.example"},
        {"host": "127.0.0.1"},
    ],
    ids=str,
)
def test_a_passkey_for_another_site_or_without_its_owner_is_refused(
    site: Stack, wrong: dict[str, Any]
) -> None:
    _, code = site.invited()
    made = site.authenticator()
    assert site.register(site.browser(), code, otherwise(made, **wrong)).status == 401
    _, good = registered(site)
    refused(site, otherwise(good, **wrong))
    assert site.use(site.browser(), otherwise(good, count=good.count + 2)).status == 200


def test_another_key_does_not_sign_for_a_passkey(site: Stack) -> None:
    _, authenticator = registered(site)
    refused(site, otherwise(authenticator, key=site.authenticator().key))
    refused(site, otherwise(authenticator, id=site.authenticator().id))
    refused(site, otherwise(authenticator, handle=base64.urlsafe_b64encode(b"mallory").decode().rstrip("=")))


def test_a_count_that_does_not_go_up_tells_of_a_copy(site: Stack) -> None:
    _, authenticator = registered(site)
    for _ in range(3):
        assert site.use(site.browser(), authenticator).status == 200
    copy = otherwise(authenticator, count=authenticator.count - 1)
    refused(site, copy)
    refused(site, otherwise(authenticator, counts=False))
    assert site.use(site.browser(), authenticator).status == 200


def test_a_passkey_that_does_not_count_may_be_used_again_and_again(site: Stack) -> None:
    _, authenticator = registered(site, counts=False)
    for _ in range(3):
        assert site.use(site.browser(), authenticator).status == 200


@pytest.mark.parametrize("synced", [True, False])
def test_a_passkey_is_worth_two_factors_and_never_three_levels(site: Stack, synced: bool) -> None:
    browser, authenticator = registered(site, synced=synced)
    assert site.whoami(browser)["level"] == 2
    site.use(browser, authenticator)
    assert site.whoami(browser)["level"] == 2
    found = site.directory.find(authenticator_id(authenticator))
    assert found is not None
    assert found[1].synced is synced


def authenticator_id(authenticator: Authenticator) -> str:
    return base64.urlsafe_b64encode(authenticator.id).decode().rstrip("=")


def test_a_challenge_is_used_once_by_the_browser_that_asked_for_it(site: Stack) -> None:
    _, authenticator = registered(site)
    browser, other = site.browser(), site.browser()
    options = browser.post("/operators/passkeys/sign-in-options", sends={}).json["options"]
    credential = authenticator.get(options)
    assert other.post("/operators/passkeys/sign-in", sends={"credential": credential}).status == 401
    other.post("/operators/passkeys/sign-in-options", sends={})
    assert other.post("/operators/passkeys/sign-in", sends={"credential": credential}).status == 401
    held = dict(browser.cookies[site.url.partition("://")[2]])
    assert browser.post("/operators/passkeys/sign-in", sends={"credential": credential}).status == 200
    browser.cookies[site.url.partition("://")[2]] = held
    assert browser.post("/operators/passkeys/sign-in", sends={"credential": credential}).status == 401


def test_a_challenge_is_for_what_it_was_asked_for_and_for_a_while(site: Stack) -> None:
    _, authenticator = registered(site)
    _, code = site.invited()
    browser = site.browser()
    options = browser.post("/operators/passkeys/registration-options", sends={"code": code}).json["options"]
    credential = authenticator.get({**options, "rpId": "localhost"})
    assert browser.post("/operators/passkeys/sign-in", sends={"credential": credential}).status == 401
    options = browser.post("/operators/passkeys/sign-in-options", sends={}).json["options"]
    site.clock.on(minutes=5)
    page = browser.post("/operators/passkeys/sign-in", sends={"credential": authenticator.get(options)})
    assert page.status == 401


def mangled(change: Callable[[dict[str, Any]], Any]) -> Callable[[dict[str, Any]], dict[str, Any]]:
    def make(credential: dict[str, Any]) -> dict[str, Any]:
        change(credential)
        return credential

    return make


@pytest.mark.parametrize(
    "make",
    [
        lambda _: {},
        lambda _: {"id": None},
        lambda one: {"id": one["id"]},
        mangled(lambda one: one.update(type="password")),
        mangled(lambda one: one.update(rawId="AAAA")),
        mangled(lambda one: one.update(response=None)),
        mangled(lambda one: one.update(response=[])),
        mangled(lambda one: one["response"].update(clientDataJSON="AAAA")),
        mangled(lambda one: one["response"].update(authenticatorData="")),
        mangled(lambda one: one["response"].update(signature="AAAA")),
        mangled(lambda one: one["response"].update(signature=7)),
        mangled(lambda one: one["response"].update(userHandle=7)),
        mangled(
            lambda one: one["response"].update(
                clientDataJSON=base64.b64encode(json.dumps([]).encode()).decode()
            )
        ),
    ],
)
def test_whatever_else_a_browser_sends_signs_nobody_in(
    site: Stack, make: Callable[[dict[str, Any]], Any]
) -> None:
    _, authenticator = registered(site)
    browser = site.browser()
    options = browser.post("/operators/passkeys/sign-in-options", sends={}).json["options"]
    page = browser.post("/operators/passkeys/sign-in", sends={"credential": make(authenticator.get(options))})
    assert page.status == 401, page.text
    assert browser.ask("/operators/whoami").status == 401


def test_a_body_that_names_somebody_names_nobody(site: Stack) -> None:
    sam, _ = site.invited("Sam")
    browser, authenticator = registered(site)
    page = site.use(browser, authenticator, operator=f"local#{sam.handle}", level=3, name="Ada")
    assert page.status == 200
    assert site.whoami(browser)["id"] != f"local#{sam.handle}"
    assert site.whoami(browser)["level"] == 2


@pytest.mark.parametrize("body", [[], "x", None, {"credential": "x"}, {}])
def test_a_body_that_is_no_credential_is_refused(site: Stack, body: Any) -> None:
    browser = site.browser()
    browser.post("/operators/passkeys/sign-in-options", sends={})
    assert browser.post("/operators/passkeys/sign-in", sends=body).status in (400, 401)
    plain = browser.post("/operators/passkeys/sign-in-options", {"x": "y"})
    assert plain.status == 400


def test_somebody_who_is_removed_signs_in_no_more(site: Stack) -> None:
    browser, authenticator = registered(site)
    [person] = site.directory.people()
    assert site.directory.remove(person.handle)
    assert not site.directory.remove(person.handle)
    refused(site, authenticator)
    assert site.people.sessions.store.end_all(site.whoami(browser)["id"]) == 1
    assert browser.ask("/operators/whoami").status == 401


def test_asking_tells_a_stranger_of_nobody(site: Stack) -> None:
    registered(site)
    options = site.browser().post("/operators/passkeys/sign-in-options", sends={}).json["options"]
    assert options["allowCredentials"] == []
    assert options["userVerification"] == "required"


def test_a_page_without_scripts_puts_no_code_into_an_address(site: Stack) -> None:
    html = site.browser().get("/operators/register").text
    assert '<form method="post"' in html
    assert "<script>" not in html
    for name, kind in (("passkeys.js", "text/javascript"), ("style.css", "text/css")):
        page = site.browser().get(f"/operators/{name}")
        assert page.status == 200
        assert page.headers["Content-Type"].startswith(kind)


def test_nothing_that_a_stranger_makes_up_breaks_the_reading_of_a_new_passkey(site: Stack) -> None:
    person = Person(Handle("x"), "Sam", site.clock.at)
    options = creation_options(site.people.site, person, [], b"c" * 32)
    good = site.authenticator().create(options)
    assert read_new(site.people.site, good, b"c" * 32).count == 0
    whole = base64.urlsafe_b64decode(good["response"]["attestationObject"] + "==")
    for at in range(0, len(whole), 7):
        cut = base64.urlsafe_b64encode(whole[:at]).decode().rstrip("=")
        with pytest.raises(IdentityRefused):
            read_new(
                site.people.site,
                {**good, "response": {**good["response"], "attestationObject": cut}},
                b"c" * 32,
            )


def test_a_directory_that_can_not_answer_signs_nobody_in(site: Stack, tmp_path: Path) -> None:
    _, authenticator = registered(site)
    (tmp_path / "people.db").rename(tmp_path / "aside")
    browser = site.browser()
    assert site.use(browser, authenticator).status == 503
    with pytest.raises(RolesUnavailable):
        site.directory.people()
