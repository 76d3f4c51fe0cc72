"""A session is its browser's alone, ends in time, and does nothing for another site's page."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from operator_stack import Clock, Stack, stack
from starlette.responses import Response

from answerable.adapters.sqlite_sign_ins import SqliteSignIns
from answerable.apps.operators.sessions import OperatorSessions, key_of
from answerable.testing.browser import Browser
from answerable.values.errors import RolesUnavailable, SettingsError

SESSION = "answerable-session"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Stack]:
    with stack(tmp_path) as made:
        yield made


def secret(browser: Browser) -> str:
    found = browser.cookie(SESSION)
    assert found is not None
    return found


def holding(site: Stack, value: str) -> Browser:
    browser = site.browser()
    browser.cookies[site.url.partition("://")[2]] = {SESSION: value}
    return browser


def test_a_session_that_an_attacker_gave_somebody_is_not_the_one_they_sign_in_to(site: Stack) -> None:
    attacker = site.signed_in("mallory")
    victim = holding(site, secret(attacker))
    site.sign_in(victim, "ruth")
    assert secret(victim) != secret(attacker)
    assert site.whoami(victim)["name"] == "Ruth O."
    assert attacker.ask("/operators/whoami").status == 401
    made_up = holding(site, "x" * 43)
    site.sign_in(made_up, "ruth")
    assert secret(made_up) != "x" * 43
    assert holding(site, "x" * 43).ask("/operators/whoami").status == 401


def test_signing_in_again_changes_the_secret_and_ends_the_old_one(site: Stack) -> None:
    browser = site.signed_in()
    old = secret(browser)
    site.sign_in(browser)
    assert secret(browser) != old
    assert holding(site, old).ask("/operators/whoami").status == 401


def test_signing_out_ends_the_session_wherever_it_was_copied_to(site: Stack) -> None:
    browser = site.signed_in()
    copied = holding(site, secret(browser))
    assert copied.ask("/operators/whoami").status == 200
    page = browser.post("/operators/sign-out", {"csrf": site.csrf(browser)})
    assert page.status == 303
    assert browser.cookie(SESSION) is None
    assert copied.ask("/operators/whoami").status == 401


def test_a_session_ends_when_it_is_not_used(site: Stack) -> None:
    browser = site.signed_in()
    for _ in range(4):
        site.clock.on(minutes=29)
        assert browser.ask("/operators/whoami").status == 200
    site.clock.on(minutes=30)
    assert browser.ask("/operators/whoami").status == 401
    site.clock.on(minutes=-30)
    assert browser.ask("/operators/whoami").status == 401


def test_a_session_ends_after_some_hours_however_much_it_is_used(site: Stack) -> None:
    browser = site.signed_in()
    for _ in range(24):
        site.clock.on(minutes=29)
        assert browser.ask("/operators/whoami").status == 200
    site.clock.on(minutes=24)
    assert browser.ask("/operators/whoami").status == 401


def test_a_session_of_a_time_to_come_is_none(site: Stack) -> None:
    browser = site.signed_in()
    site.clock.on(minutes=-2)
    assert browser.ask("/operators/whoami").status == 401


@pytest.mark.parametrize("value", ["", "x", "x" * 43, "x" * 44, "x" * 5000, "é" * 43, "x" * 42 + '"'])
def test_a_secret_that_nobody_was_given_is_nobodys(site: Stack, value: str) -> None:
    browser = holding(site, value.encode().decode("latin-1"))
    assert browser.ask("/operators/whoami").status == 401


def test_the_store_holds_no_secret_that_anybody_could_sign_in_with(site: Stack, tmp_path: Path) -> None:
    browser = site.signed_in()
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("sign-ins.db*"))
    assert key_of(secret(browser)).encode() in kept
    assert secret(browser).encode() not in kept
    assert holding(site, key_of(secret(browser))[:43]).ask("/operators/whoami").status == 401


# -- another site's page -------------------------------------------------------------------


def test_a_post_needs_the_token_of_its_own_session(site: Stack) -> None:
    browser, other = site.signed_in(), site.signed_in("sam")
    for csrf in ("", "x", site.csrf(other), site.csrf(browser) + "x", "é"):
        assert browser.post("/operators/sign-out", {"csrf": csrf}).status == 401
    assert browser.post("/operators/sign-out", {}).status == 401
    assert browser.ask("/operators/whoami").status == 200
    assert browser.post("/operators/sign-out", {"csrf": site.csrf(browser)}).status == 303


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "null",
        "https://evil.example",
        "http://localhost",
        "http://localhost.evil.example",
        "http://LOCALHOST:1",
        "",
    ],
)
def test_a_post_of_another_site_does_nothing_whatever_it_knows(site: Stack, origin: str | None) -> None:
    browser = site.signed_in()
    sent = {"csrf": site.csrf(browser)}
    assert browser.post("/operators/sign-out", sent, Origin=origin).status == 401
    assert browser.ask("/operators/whoami").status == 200
    options = browser.post("/operators/passkeys/sign-in-options", sends={}, Origin=origin)
    assert options.status == 401


def test_a_get_changes_nothing(site: Stack) -> None:
    browser = site.signed_in()
    for path in ("sign-out", "roles/give", "roles/take", "passkeys/sign-in"):
        assert browser.get(f"/operators/{path}", follow=False).status == 405
    assert browser.ask("/operators/whoami").status == 200


def test_a_cookie_is_for_this_host_over_tls_and_for_no_script(tmp_path: Path) -> None:
    store = SqliteSignIns(tmp_path / "sign-ins.db")
    response = Response()
    sessions = OperatorSessions(store, "https://gate.shop.example", Clock())
    sessions.set_cookie(response, "session", "x", sessions.life.most)
    said = response.headers["set-cookie"]
    assert said == ("__Host-answerable-session=x; HttpOnly; Max-Age=43200; Path=/; SameSite=lax; Secure")
    store.close()


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://gate.shop.example", "https://gate.shop.example"),
        ("https://Gate.shop.example:443/", "https://gate.shop.example"),
        ("https://gate.shop.example:8443", "https://gate.shop.example:8443"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_a_sites_origin_is_as_browsers_say_it(tmp_path: Path, url: str, origin: str) -> None:
    store = SqliteSignIns(tmp_path / "sign-ins.db")
    assert OperatorSessions(store, url, Clock()).origin == origin
    store.close()


@pytest.mark.parametrize(
    "url",
    [
        "http://gate.shop.example",
        "https://",
        "https://a.example/x",
        "https://u@a.example",
        "gate",
        "http://10.0.0.1",
        "https://a.example:x",
    ],
)
def test_a_site_without_tls_is_this_machine_alone(tmp_path: Path, url: str) -> None:
    store = SqliteSignIns(tmp_path / "sign-ins.db")
    with pytest.raises(SettingsError):
        OperatorSessions(store, url, Clock())
    store.close()


def test_strangers_who_begin_sign_ins_keep_nobody_from_signing_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("answerable.adapters.sqlite_sign_ins._MOST_BEGUN", 3)
    clock = Clock()
    store = SqliteSignIns(tmp_path / "sign-ins.db")
    for number in range(3):
        clock.on(seconds=1)
        store.keep(str(number), "openid", "{}", clock.at)
    clock.on(seconds=1)
    store.keep("3", "openid", "{}", clock.at)
    before = clock.at - timedelta(minutes=1)
    assert store.use("0", "openid", before) is None, "no more than so many are kept"
    assert store.use("1", "openid", before) == "{}"
    assert store.use("3", "passkey-sign-in", before) is None
    store.close()
    with pytest.raises(RolesUnavailable):
        store.session("x")


def test_a_store_that_can_not_answer_signs_nobody_in_and_says_no_file_to_strangers(
    site: Stack, tmp_path: Path
) -> None:
    browser = site.signed_in()
    (tmp_path / "sign-ins.db").rename(tmp_path / "aside")
    page = browser.ask("/operators/whoami")
    assert page.status == 503
    assert "sign-ins" not in page.text
