"""The file of operators says how people sign in; what can't be used is refused before anybody does."""

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerable.adapters.operator_file import OperatorFile, read_operator_file
from answerable.apps.operators.limits_form import limits_shown, limits_typed, money_typed
from answerable.identity.operator_sign_in import LevelRule
from answerable.roles import Hours, Limits, RouteRules, SignIn
from answerable.values import AssuranceLevel, Money
from answerable.values.errors import RoleError, SettingsError

FULL = """
url: https://gate.shop.example
zone: Europe/Berlin
passkeys: true
session: {idle_minutes: 15, hours: 8}
providers:
- issuer: https://login.shop.example
  name: Shop login
  client_id: answerable
  client_secret: env:LOGIN_SECRET
  authorities: ca.pem
  levels:
  - {acr: "urn:shop:mfa", level: aal2}
  - {amr: [pwd, otp], level: aal2}
approvals:
  two_above: 100.00 EUR
  sign_in_minutes: 20
  routes:
    claims: {two_above: 50 EUR, sign_in_minutes: 5, level: aal3}
"""


def read(folder: Path, text: str) -> OperatorFile:
    path = folder / "operators.yaml"
    path.write_text(text)
    return read_operator_file(path, lambda reference: f"of {reference}", money_typed)


def test_a_file_says_who_may_vouch_for_whom_and_what_approvals_take(tmp_path: Path) -> None:
    found = read(tmp_path, FULL)
    assert (found.url, found.passkeys) == ("https://gate.shop.example", True)
    assert (found.idle, found.most) == (timedelta(minutes=15), timedelta(hours=8))
    [provider] = found.providers
    assert provider.client_secret == "of env:LOGIN_SECRET"
    assert provider.authorities == tmp_path / "ca.pem"
    assert provider.rules == (
        LevelRule(AssuranceLevel.AAL2, "urn:shop:mfa"),
        LevelRule(AssuranceLevel.AAL2, None, frozenset({"pwd", "otp"})),
    )
    assert "of env" not in repr(provider)
    assert found.rules.zone == ZoneInfo("Europe/Berlin")
    assert found.rules.of(None) == RouteRules(
        Money(10_000, "EUR"), SignIn(AssuranceLevel.AAL2, timedelta(minutes=20))
    )
    assert found.rules.of("claims") == RouteRules(
        Money(5_000, "EUR"), SignIn(AssuranceLevel.AAL3, timedelta(minutes=5))
    )
    assert found.rules.of("else") == found.rules.otherwise


def test_a_queue_that_says_less_keeps_what_is_said_for_all(tmp_path: Path) -> None:
    text = "url: u\npasskeys: true\napprovals: {two_above: 1 EUR, level: aal3, routes: {claims: {sign_in_minutes: 2}}}"
    rules = read(tmp_path, text).rules.of("claims")
    assert rules == RouteRules(Money(100, "EUR"), SignIn(AssuranceLevel.AAL3, timedelta(minutes=2)))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "url: https://a.example",
        "url: https://a.example\nproviders: []",
        "passkeys: true",
        "url: u\npasskeys: true\nmystery: 1",
        "url: u\npasskeys: true\nzone: Mars/Olympus",
        "url: u\npasskeys: true\nsession: {idle_minutes: 61}",
        "url: u\npasskeys: true\nsession: {hours: 0}",
        "url: u\nproviders: [{issuer: '', client_id: x}]",
        "url: u\nproviders: [{issuer: x, client_id: x}, {issuer: x, client_id: y}]",
        "url: u\nproviders: [{issuer: x, client_id: x, levels: [{level: aal2}]}]",
        "url: u\nproviders: [{issuer: x, client_id: x, levels: [{acr: y, level: aal9}]}]",
        "url: u\npasskeys: true\napprovals: {sign_in_minutes: 0}",
        "url: u\npasskeys: true\napprovals: {level: aal1}",
    ],
)
def test_a_file_that_can_not_be_used_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError):
        read(tmp_path, text)


def test_a_file_that_is_not_there_or_too_large_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError):
        read_operator_file(tmp_path / "none.yaml", str, money_typed)
    with pytest.raises(SettingsError, match="larger"):
        read(tmp_path, "#" * 300_000)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("250.00 EUR", Money(25_000, "EUR")),
        ("250 EUR", Money(25_000, "EUR")),
        ("0.05 USD", Money(5, "USD")),
        ("4000 JPY", Money(4_000, "JPY")),
    ],
)
def test_amounts_are_read_exactly(text: str, amount: Money) -> None:
    assert money_typed(text) == amount
    assert money_typed(str(amount)) == amount


@pytest.mark.parametrize(
    "text",
    [
        "",
        "250",
        "EUR",
        "250.0 EUR",
        "250.000 EUR",
        "1,000.00 EUR",
        "-5 EUR",
        "5 eur",
        "5.00 JPY",
        "٥ EUR",
        "1e3 EUR",
    ],
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(RoleError):
        money_typed(text)


def test_hours_are_days_and_times() -> None:
    assert limits_typed(hours="Mon-Wed,sat 08:30-24:00").hours == Hours(frozenset({0, 1, 2, 5}), 510, 1440)
    assert limits_shown(limits_typed(hours="mon-fri 08:00-18:00")) == "mon,tue,wed,thu,fri 08:00-18:00"
    assert limits_shown(Limits()) == "no limits"


@given(st.text(max_size=40))
def test_any_text_is_limits_or_refused(text: str) -> None:
    for field in ("routes", "subjects", "amount", "regions", "hours"):
        try:
            limits_shown(limits_typed(**{field: text}))
        except RoleError:
            continue
