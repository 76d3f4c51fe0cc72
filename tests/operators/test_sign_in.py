"""People sign in through a login service, and nothing that is not exactly what it said of this sign-in counts."""

import base64
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from joserfc import jws
from joserfc.jwk import ECKey, OctKey
from operator_stack import Stack, stack

from answerable.adapters.sqlite_sign_ins import SqliteSignIns
from answerable.testing.authorities import forged, token
from answerable.testing.browser import Browser


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Stack]:
    with stack(tmp_path) as made:
        yield made


def refused(site: Stack, status: int = 401) -> Browser:
    browser = site.browser()
    page = site.sign_in(browser)
    assert page.status == status, page.text
    assert browser.ask("/operators/whoami").status == 401
    return browser


def test_somebody_signs_in_and_is_their_subject_at_their_issuer(site: Stack) -> None:
    browser = site.browser()
    page = site.sign_in(browser, more="&next=/operators/whoami%3Fx%3D1")
    assert page.status == 200
    assert page.url == f"{site.url}/operators/whoami?x=1"
    assert site.whoami(browser) == {
        "id": site.id("ruth"),
        "name": "Ruth O.",
        "level": 2,
        "authenticated_at": "2026-11-30T12:00:00.000000Z",
        "also": [],
        "roles": [],
        "csrf": site.csrf(browser),
    }
    [asked] = site.login.asked
    assert asked["code_challenge_method"] == "S256"
    assert asked["max_age"] == str(12 * 3600)
    assert asked["acr_values"] == "urn:shop:mfa urn:shop:hardware"
    assert len(asked["state"]) == len(asked["nonce"]) == len(asked["code_challenge"]) == 43


def test_a_public_client_signs_in_without_a_secret(tmp_path: Path) -> None:
    with stack(tmp_path, client_secret=None) as site:
        assert site.whoami(site.signed_in())["id"] == site.id("ruth")


def test_a_wrong_client_secret_signs_nobody_in(site: Stack) -> None:
    site.login.client_secret = "another"
    refused(site)


@pytest.mark.parametrize(
    ("acr", "amr", "level"),
    [
        (None, None, 1),
        ("urn:shop:password", ["pwd"], 1),
        ("urn:shop:mfa", None, 2),
        (None, ["otp", "pwd"], 2),
        (None, ["otp"], 1),
        ("urn:shop:hardware", ["hwk"], 3),
        ("urn:shop:hardware", ["pwd"], 1),
        (None, ["hwk"], 1),
        ("aal3", ["aal3", "mfa"], 1),
        ("URN:SHOP:MFA", None, 1),
    ],
)
def test_a_way_to_sign_in_is_worth_what_the_file_says_and_no_more(
    site: Stack, acr: str | None, amr: list[str] | None, level: int
) -> None:
    site.login.amr = amr
    assert site.whoami(site.signed_in(acr=acr))["level"] == level


def test_another_login_services_rules_do_not_count(site: Stack) -> None:
    site.other.acr, site.other.subject = "urn:shop:mfa", "ruth"
    browser = site.browser()
    assert browser.get("/operators/start?provider=1").status == 200
    found = site.whoami(browser)
    assert found["level"] == 1
    assert found["id"] == site.id("ruth", site.other) != site.id("ruth")


def now(site: Stack) -> int:
    return int(site.clock.at.timestamp())


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "https://evil.example"},
        {"iss": None},
        {"aud": "another"},
        {"aud": ["answerable", "another"]},
        {"aud": None},
        {"azp": "another"},
        {"nonce": "x" * 43},
        {"nonce": None},
        {"nonce": "\ud800"},
        {"nonce": 7},
        {"exp": -31},
        {"exp": None},
        {"nbf": 31},
        {"iat": 31},
        {"iat": None},
        {"auth_time": None},
        {"auth_time": 31},
        {"auth_time": -12 * 3600 - 31},
        {"auth_time": "yesterday"},
        {"sub": None},
        {"sub": ""},
        {"sub": "x" * 256},
        {"sub": "a\nb"},
        {"sub": ["ruth"]},
    ],
    ids=str,
)
def test_a_token_that_is_not_of_this_sign_in_signs_nobody_in(site: Stack, wrong: dict[str, Any]) -> None:
    times = {"exp", "nbf", "iat", "auth_time"}
    site.login.claims = {
        name: now(site) + value if name in times and isinstance(value, int) else value
        for name, value in wrong.items()
    }
    refused(site)


def test_a_token_without_a_signature_signs_nobody_in(site: Stack) -> None:
    for header in ({"alg": "none"}, {"alg": "none", "kid": "k1"}, {"alg": "None", "kid": "k1"}):
        site.login.forge = lambda said, header=header: forged(header, said, b"")
        refused(site)
        site.login.forge = lambda said, header=header: forged(header, said, b"x")
        refused(site)


def test_the_public_key_is_no_secret_to_sign_with(site: Stack) -> None:
    public = site.login.key.as_pem(private=False)

    def confused(said: dict[str, Any]) -> str:
        return jws.serialize_compact(
            {"alg": "HS256", "kid": "k1"}, json.dumps(said), OctKey.import_key(public)
        )

    site.login.forge = confused
    refused(site)


def test_a_key_that_comes_with_the_token_is_not_believed(site: Stack) -> None:
    own = ECKey.generate_key("P-256")
    jwk = own.as_dict(private=False)
    site.login.forge = lambda said: token(own, claims=said)
    refused(site)
    site.login.forge = lambda said: token(own, header={"jwk": jwk}, claims=said)
    refused(site)
    site.login.forge = lambda said: token(own, header={"jku": f"{site.other.url}/keys"}, claims=said)
    refused(site)


def test_another_login_services_token_signs_nobody_in(site: Stack) -> None:
    site.login.forge = lambda said: token(
        site.other.key, site.other.kid, claims={**said, "iss": site.other.url}
    )
    refused(site)
    site.login.forge = lambda said: token(site.other.key, site.other.kid, claims=said)
    refused(site)


def test_a_new_key_is_looked_for_once_it_is_used(site: Stack) -> None:
    site.signed_in()
    site.login.rotate("k2")
    # It was asked a moment ago; strangers can't make this program ask all the time.
    refused(site)
    provider = site.people.providers[0]
    provider._known._asked = float("-inf")
    assert site.whoami(site.signed_in())["id"] == site.id("ruth")
    site.login.published = []
    provider._known._asked = float("-inf")
    site.login.rotate("k3")
    refused(site)


# -- the browser's part --------------------------------------------------------------------


def begun(site: Stack, browser: Browser, more: str = "") -> str:
    """Begin a sign-in, be signed in there, and keep what the login service sends the browser back with."""
    asked = browser.get(f"/operators/start?provider=0{more}", follow=False)
    assert asked.status == 303
    back = browser.get(asked.location, follow=False)
    assert back.location.startswith(f"{site.url}/operators/callback?")
    return back.location


def test_an_answer_is_used_once(site: Stack) -> None:
    browser = site.browser()
    back = begun(site, browser)
    assert browser.get(back, follow=False).status == 303
    browser.post("/operators/sign-out", {"csrf": site.csrf(browser)})
    again = browser.get(back, follow=False)
    assert again.status == 401
    assert browser.ask("/operators/whoami").status == 401
    assert len(site.login.redeemed) == 1


def test_a_code_is_used_once_by_the_login_service_too(site: Stack) -> None:
    one, other = site.browser(), site.browser()
    first, second = begun(site, one), begun(site, other)
    assert one.get(first, follow=False).status == 303
    code = parse_qs(urlsplit(first).query)["code"][0]
    stolen = second.replace(parse_qs(urlsplit(second).query)["code"][0], code)
    assert other.get(stolen, follow=False).status == 401


def test_a_code_of_somebody_elses_sign_in_is_worth_nothing(site: Stack) -> None:
    victim, thief = site.browser(), site.browser()
    seen, own = begun(site, victim), begun(site, thief)
    code, mine = (parse_qs(urlsplit(one).query)["code"][0] for one in (seen, own))
    assert thief.get(own.replace(mine, code), follow=False).status == 401
    assert thief.ask("/operators/whoami").status == 401


def test_a_sign_in_is_finished_by_the_browser_that_began_it(site: Stack) -> None:
    attacker, victim = site.browser(), site.browser()
    back = begun(site, attacker)
    assert victim.get(back, follow=False).status == 401
    assert victim.ask("/operators/whoami").status == 401
    begun(site, victim)
    assert victim.get(begun(site, attacker), follow=False).status == 401


@pytest.mark.parametrize("state", [None, "", "x" * 43, "\u00e9"])
def test_a_state_that_was_not_begun_here_signs_nobody_in(site: Stack, state: str | None) -> None:
    site.login.answer = {"state": state}
    browser = site.browser()
    assert site.sign_in(browser).status in (400, 401)
    assert browser.ask("/operators/whoami").status == 401


def test_an_answer_that_comes_too_late_signs_nobody_in(site: Stack) -> None:
    browser = site.browser()
    back = begun(site, browser)
    site.clock.on(minutes=10)
    assert browser.get(back, follow=False).status == 401


def test_an_answer_that_says_something_twice_is_not_read(site: Stack) -> None:
    browser = site.browser()
    back = begun(site, browser)
    assert browser.get(back + "&state=other", follow=False).status == 400
    assert browser.get(back + "&x=" + "y" * 5000, follow=False).status == 400
    assert browser.get(back, follow=False).status == 303


def test_an_answer_of_another_login_service_is_not_taken_to_this_one(site: Stack) -> None:
    for said in (site.other.url, None):
        site.login.answer = {"iss": said}
        refused(site)
    assert site.login.redeemed == []
    # A service that does not say that it names itself need not, but must not name another.
    site.login.described = {"authorization_response_iss_parameter_supported": None}
    site.people.providers[0]._known._value = None
    site.people.providers[0]._known._asked = float("-inf")
    site.login.answer = {"iss": None}
    assert site.whoami(site.signed_in())["id"] == site.id("ruth")
    site.login.answer = {"iss": site.other.url}
    refused(site)


def test_a_no_of_the_login_service_is_a_no(site: Stack) -> None:
    site.login.answer = {"error": "access_denied"}
    refused(site)
    site.login.answer = {"code": None}
    refused(site)


@pytest.mark.parametrize(
    "described",
    [
        {"issuer": "https://evil.example"},
        {"issuer": None},
        {"token_endpoint": "http://evil.example/token"},
        {"token_endpoint": None},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"jwks_uri": "https://user@evil.example/keys"},
        {"code_challenge_methods_supported": ["plain"]},
    ],
    ids=str,
)
def test_a_login_service_that_does_not_describe_itself_as_it_should_is_not_used(
    site: Stack, described: dict[str, Any]
) -> None:
    site.login.described = described
    refused(site, 503)


def test_the_verifier_fits_the_challenge_and_is_told_to_nobody_but_the_login_service(site: Stack) -> None:
    browser = site.browser()
    asked = browser.get("/operators/start?provider=0", follow=False)
    challenge = parse_qs(urlsplit(asked.location).query)["code_challenge"][0]
    store = site.people.sessions.store
    assert isinstance(store, SqliteSignIns)
    [(data,)] = store._store.db.execute("SELECT data FROM begun").fetchall()
    assert isinstance(data, str)
    verifier = json.loads(data)["verifier"]
    digest = hashlib.sha256(verifier.encode()).digest()
    assert base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == challenge
    assert verifier not in asked.location


# -- a stronger or a later one ---------------------------------------------------------------


def test_a_step_up_asks_for_what_it_needs_and_takes_no_less(site: Stack) -> None:
    browser = site.signed_in(acr=None)
    site.clock.on(minutes=20)
    page = site.sign_in(browser, acr="urn:shop:hardware", more="&level=3&max_age=300&next=/operators/roles")
    assert site.login.asked[-1]["acr_values"] == "urn:shop:hardware"
    assert site.login.asked[-1]["max_age"] == "300"
    assert page.url.endswith("/operators/roles")
    site.login.claims = {"auth_time": now(site) - 331}
    assert site.sign_in(browser, more="&max_age=300").status == 401
    site.login.claims = {"auth_time": now(site) - 330}
    assert site.sign_in(browser, more="&max_age=300").status == 200
    assert site.whoami(browser)["authenticated_at"] == "2026-11-30T12:14:30.000000Z"


@pytest.mark.parametrize(
    "way",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "/%5Cevil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "evil.example",
        "/x\ny",
        "/" + "x" * 1000,
        "",
    ],
)
def test_nobody_is_sent_to_another_host(site: Stack, way: str) -> None:
    browser = site.browser()
    back = begun(site, browser, f"&next={quote(way, safe='')}")
    sent = browser.get(back, follow=False).location
    assert sent in (f"{site.url}/operators/whoami", f"{site.url}/%5Cevil.example")


def test_somebody_who_is_not_signed_in_is_sent_to_sign_in_and_back(site: Stack) -> None:
    browser = site.browser()
    page = browser.get("/operators/roles")
    assert "/operators/sign-in?next=%2Foperators%2Froles" in page.url
    assert 'href="/operators/start?provider=0&amp;next=%2Foperators%2Froles"' in page.text
    assert browser.ask("/operators/roles").json["error"] == "not_authenticated"


def test_nothing_that_was_sent_stands_in_a_page_as_html(site: Stack) -> None:
    site.login.name = "<script>alert(1)</script>"
    browser = site.signed_in(subject="<b>&\"'")
    text = browser.get("/operators/whoami").text
    assert "<script>alert" not in text
    assert "<b>" not in text
    assert "&lt;script&gt;" in text
    page = browser.get('/operators/sign-in?next=/"><script>alert(1)</script>')
    assert "<script>alert" not in page.text
    for header in ("Content-Security-Policy", "X-Frame-Options", "Cache-Control"):
        assert page.headers[header]
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    # "no-referrer" would make browsers send 'Origin: null' with this site's own forms.
    assert page.headers["Referrer-Policy"] == "same-origin"
