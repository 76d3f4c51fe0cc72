"""How the company's people sign in, and what approvals take, as a file says it.

url: https://gate.shop.example        # where their browsers find this gateway
zone: Europe/Berlin                   # by which an approver's hours are counted
passkeys: true                        # people of this machine: 'answerable operators invite'
session: {idle_minutes: 30, hours: 12}
providers:
- issuer: https://login.shop.example  # the exact 'iss' of its tokens
  name: Shop login
  client_id: answerable
  client_secret: env:LOGIN_SECRET     # or a file; without one, a public client
  authorities: login-ca.pem           # beside this file; the machine's own without it
  levels:                             # what a way of signing in is worth; AAL1 where none fits
  - {acr: "urn:shop:mfa", level: aal2}
  - {amr: [pwd, otp], level: aal2}
approvals:
  sign_in_minutes: 10                 # how long ago an approver may have signed in
  two_above: 100.00 EUR               # above it two people approve
  routes:
    claims: {two_above: 50.00 EUR, sign_in_minutes: 5, level: aal3}
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, timedelta, tzinfo
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from answerable.adapters.identity.openid_provider import ProviderSettings
from answerable.identity.operator_sign_in import LevelRule
from answerable.roles import DutyRules, RouteRules, SignIn
from answerable.values import AssuranceLevel, Money
from answerable.values.errors import SettingsError

_MOST_BYTES = 256 * 1024
_LEVELS = Literal["aal1", "aal2", "aal3"]


class _Level(msgspec.Struct, forbid_unknown_fields=True):
    level: _LEVELS
    acr: str | None = None
    amr: list[str] = []


class _Provider(msgspec.Struct, forbid_unknown_fields=True):
    issuer: str
    client_id: str
    name: str | None = None
    client_secret: str | None = None
    authorities: str | None = None
    levels: list[_Level] = []


class _Session(msgspec.Struct, forbid_unknown_fields=True):
    idle_minutes: int = 30
    hours: int = 12


class _Route(msgspec.Struct, forbid_unknown_fields=True):
    two_above: str | None = None
    sign_in_minutes: int | None = None
    level: Literal["aal2", "aal3"] | None = None


class _Approvals(_Route, forbid_unknown_fields=True):
    routes: dict[str, _Route] = {}


class _File(msgspec.Struct, forbid_unknown_fields=True):
    url: str
    zone: str = "UTC"
    passkeys: bool = False
    session: _Session = msgspec.field(default_factory=_Session)
    providers: list[_Provider] = []
    approvals: _Approvals = msgspec.field(default_factory=_Approvals)


@dataclass(frozen=True, slots=True)
class OperatorFile:
    """What such a file says."""

    url: str
    passkeys: bool
    idle: timedelta
    most: timedelta
    providers: tuple[ProviderSettings, ...]
    rules: DutyRules


def read_operator_file(
    path: Path, secret: Callable[[str], str], money: Callable[[str], Money]
) -> OperatorFile:
    """Read it. `secret` gives what a reference names, `money` an amount as it is written. Raises SettingsError."""
    try:
        with path.open("rb") as file:
            raw = file.read(_MOST_BYTES + 1)
        if len(raw) > _MOST_BYTES:
            raise SettingsError(f"the file of operators '{path}' is larger than {_MOST_BYTES} bytes")
        said = msgspec.yaml.decode(raw, type=_File)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise SettingsError(f"the file of operators '{path}' can't be used: {error}") from error
    if not said.passkeys and not said.providers:
        raise SettingsError(
            f"'{path}' names no way to sign in: set 'passkeys: true', or name one of 'providers'"
        )
    session = said.session
    if not 0 < session.idle_minutes <= 60 or not 0 < session.hours <= 24:  # noqa: PLR2004 – SP 800-63B-4, section 2.2
        raise SettingsError(f"'{path}': a session is idle for 1 to 60 minutes, and lasts 1 to 24 hours")
    providers = tuple(_provider(one, path, secret) for one in said.providers)
    if len({one.issuer for one in providers}) != len(providers):
        raise SettingsError(f"'{path}' names an issuer twice; each is named once")
    plain = _route(said.approvals, RouteRules(), path, money)
    routes = {name: _route(one, plain, path, money) for name, one in said.approvals.routes.items()}
    return OperatorFile(
        said.url,
        said.passkeys,
        timedelta(minutes=session.idle_minutes),
        timedelta(hours=session.hours),
        providers,
        DutyRules(zone=_zone(said.zone, path), routes=routes, otherwise=plain),
    )


def _provider(one: _Provider, path: Path, secret: Callable[[str], str]) -> ProviderSettings:
    if not one.issuer or not one.client_id:
        raise SettingsError(f"'{path}': a provider has an 'issuer' and a 'client_id'")
    rules: list[LevelRule] = []
    for rule in one.levels:
        if not rule.acr and not rule.amr:
            raise SettingsError(
                f"'{path}', '{one.issuer}': a level names an 'acr', 'amr', or both: it would be everybody's"
            )
        rules.append(LevelRule(AssuranceLevel[rule.level.upper()], rule.acr or None, frozenset(rule.amr)))
    return ProviderSettings(
        one.issuer,
        one.name or one.issuer,
        one.client_id,
        secret(one.client_secret) if one.client_secret else None,
        path.parent / one.authorities if one.authorities else None,
        tuple(rules),
    )


def _route(one: _Route, plain: RouteRules, path: Path, money: Callable[[str], Money]) -> RouteRules:
    minutes = one.sign_in_minutes
    if minutes is not None and not 0 < minutes <= 24 * 60:
        raise SettingsError(f"'{path}': 'sign_in_minutes' is {minutes}; it is 1 to 1440")
    level = plain.sign_in.level if one.level is None else AssuranceLevel[one.level.upper()]
    within = plain.sign_in.within if minutes is None else timedelta(minutes=minutes)
    return RouteRules(
        plain.two_above if one.two_above is None else money(one.two_above), SignIn(level, within)
    )


def _zone(name: str, path: Path) -> tzinfo:
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise SettingsError(
            f"'{path}': '{name}' is no time zone; write an IANA name as 'Europe/Berlin'"
        ) from error
