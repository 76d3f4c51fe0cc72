"""Settings come from one place, a wrong one is named, and the docs list every one with its default."""

import re
from dataclasses import fields
from datetime import UTC
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from answerable.apps.settings import PREFIX, Settings, from_environment, setting_names
from answerable.flow import Mode
from answerable.values.errors import SettingsError
from answerable.wire.limits import Limits

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"


def default(name: str) -> str:
    of: object = Limits() if name.startswith("limit_") else Settings()
    value = getattr(of, name.removeprefix("limit_"))
    if value is None:
        return "none"
    if isinstance(value, bool):
        value = int(value)
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"


def test_the_docs_list_every_setting_in_order_with_its_default_and_no_other() -> None:
    rows = re.findall(
        rf"^\| `{PREFIX}([A-Z_]+)` \|(?:[^|]*\|)?? ([^|]+) \| [^|]+ \|$", PAGE.read_text(), re.MULTILINE
    )
    assert [name.lower() for name, _ in rows] == setting_names()
    assert {name.lower(): told for name, told in rows} == {name: default(name) for name in setting_names()}


def test_nothing_set_is_the_defaults() -> None:
    assert from_environment({}) == Settings()
    assert from_environment({"PATH": "/bin", f"{PREFIX}MODE": ""}) == Settings()


def test_every_setting_can_be_set() -> None:
    given = {
        "UPSTREAM": "http://127.0.0.1:9/v1",
        "UPSTREAM_KEY": "sk",
        "LEDGER": "/tmp/l.db",
        "LEDGER_KEY": "env:LK",
        "LEDGER_MASTER_KEY": "vault:lm",
        "WITNESSES": "w",
        "HOST": "::1",
        "PORT": "0",
        "MODE": "observe",
        "BUNDLE": "b",
        "BUNDLES": "bs",
        "APPROVERS": "a",
        "ANCHOR": "an",
        "ISSUER": "https://gate.shop.example",
        "GRANTS": "/tmp/g.db",
        "GRANT_KEYS": "env:GK",
        "OPERATORS": "op",
        "NOTIFICATIONS": "no",
        "RETENTION_DAYS": "7",
        "INSECURE_UNSIGNED_BUNDLES": "1",
        "TRUST_BUNDLES": "unix:///run/spire/agent.sock",
        "AUDIENCE": "spiffe://shop.example/gateway",
        "WORKLOAD_ISSUERS": "wi",
        "WORKLOADS": "wl",
        "CUSTOMER_ISSUERS": "ci",
        "INSECURE_CLIENT_KEYS": "k",
        "TLS_CERT": "c",
        "TLS_KEY": "ck",
        "TLS_CLIENT_CA": "ca",
        "TOOLGATE": "tg",
        "CONNECTORS": "cs",
        "SVID": "sv",
        "BOT_VERSION": "2.3",
        "ZONE": "Europe/Berlin",
        **{f"LIMIT_{one.name.upper()}": "7" for one in fields(Limits)},
    }
    assert {name.lower() for name in given} == set(setting_names())
    found = from_environment({PREFIX + name: value for name, value in given.items()})
    assert found == Settings(
        upstream="http://127.0.0.1:9/v1",
        upstream_key="sk",
        ledger="/tmp/l.db",
        ledger_key="env:LK",
        ledger_master_key="vault:lm",
        witnesses=Path("w"),
        anchor=Path("an"),
        issuer="https://gate.shop.example",
        grants="/tmp/g.db",
        grant_keys="env:GK",
        operators=Path("op"),
        notifications=Path("no"),
        retention_days=7,
        host="::1",
        port=0,
        mode=Mode.OBSERVE,
        bundle=Path("b"),
        bundles=Path("bs"),
        approvers=Path("a"),
        insecure_unsigned_bundles=True,
        trust_bundles="unix:///run/spire/agent.sock",
        audience="spiffe://shop.example/gateway",
        workload_issuers=Path("wi"),
        workloads=Path("wl"),
        customer_issuers=Path("ci"),
        insecure_client_keys=Path("k"),
        tls_cert=Path("c"),
        tls_key=Path("ck"),
        tls_client_ca=Path("ca"),
        toolgate=Path("tg"),
        connectors=Path("cs"),
        svid=Path("sv"),
        bot_version="2.3",
        zone=ZoneInfo("Europe/Berlin"),
        limits=Limits(*(7 for _ in fields(Limits))),
    )


@pytest.mark.parametrize(
    "name", ["Mars/Olympus", "Europe", "../etc/passwd", "/etc/passwd", "\ud800", "UTC+1", "x" * 5000]
)
def test_a_zone_that_is_not_known_is_named_and_says_what_to_write(name: str) -> None:
    with pytest.raises(
        SettingsError, match="no time zone known on this machine; write an IANA name such as 'Eur"
    ):
        from_environment({f"{PREFIX}ZONE": name})


def test_a_version_that_could_not_stand_on_record_stops_the_start() -> None:
    with pytest.raises(SettingsError, match="'ANSWERABLE_BOT_VERSION' is 'a\tb', which can't be used"):
        from_environment({f"{PREFIX}BOT_VERSION": "a\tb"})


def test_utc_needs_no_zone_data() -> None:
    assert from_environment({f"{PREFIX}ZONE": "UTC"}).zone is UTC


@pytest.mark.parametrize("name", ["ANSWERABLE_UPSTRAEM", "ANSWERABLE_LIMIT_MESSAGE", "ANSWERABLE_"])
def test_a_setting_that_does_not_exist_is_named(name: str) -> None:
    with pytest.raises(SettingsError, match=f"'{name}' is not a setting"):
        from_environment({name: "1"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "http"),
        ("PORT", "-1"),
        ("PORT", "65536"),
        ("MODE", "strict"),
        ("INSECURE_UNSIGNED_BUNDLES", "yes"),
        ("LIMIT_MESSAGES", "many"),
        ("LIMIT_MESSAGES", "1.5"),
        ("LIMIT_MESSAGES", "0"),
        ("LIMIT_REPLIES", "-1"),
        ("LIMIT_SEND_SECONDS", "0"),
        ("LIMIT_SEND_SECONDS", "nan"),
        ("LIMIT_SEND_SECONDS", "inf"),
        ("LIMIT_BODY_SECONDS", "soon"),
    ],
)
def test_a_value_that_cannot_be_used_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"'{PREFIX}{name}' is '{value}'"):
        from_environment({PREFIX + name: value})
