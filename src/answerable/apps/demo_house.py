"""A gateway with everything behind it on one machine: a trust domain, the example shop that checks grants, a login
service made up for it, and roles. For the demo, and for tests from end to end.
"""

import asyncio
import json
import secrets
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

from starlette.types import ASGIApp

from answerable.adapters.bundle_files import shipped_pack
from answerable.adapters.duty_files import shipped_duties
from answerable.adapters.identity.local_domain import BUNDLE, LocalDomain
from answerable.adapters.sqlite_ledger import SqliteLedger, beside
from answerable.adapters.sqlite_roles import SqliteRoles
from answerable.adapters.world import new_trace
from answerable.apps.gateway.identity_settings import open_callers
from answerable.apps.operators.role_changes import Change, RoleChanges
from answerable.apps.serve import build
from answerable.apps.settings import Settings
from answerable.apps.shop.app import create_shop
from answerable.apps.shop.database import shop_database
from answerable.apps.shop.tools import openapi
from answerable.backends import HttpAuthority
from answerable.roles import Limits, Role
from answerable.testing.browser import Browser
from answerable.testing.login_service import LoginService
from answerable.testing.serving import serve_in_thread
from answerable.values import OperatorId, WorkloadId
from answerable.values.errors import RoleError

AUDIENCE = "spiffe://shop.example/gateway"
BOT, SHOP = "spiffe://shop.example/bot", "spiffe://shop.example/back-end"
SHOP_AUDIENCE = "https://shop.example"
SECOND_FACTOR = "urn:shop:mfa"
ADMINISTRATOR, MACHINE = "root", OperatorId("command-line#demo")
_HOUR = timedelta(hours=1)
_OK = 200


def now() -> datetime:
    """The clock of all of it."""
    return datetime.now(UTC)


def free_port() -> int:
    """A port that nobody listens on, below those that the system gives out by itself to whoever asks next."""
    while True:
        port = 10_000 + secrets.randbelow(20_000)
        with socket.socket() as one:
            try:
                one.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


@dataclass
class House:
    """What runs, and who may do what in it."""

    url: str
    shop: str
    ledger: SqliteLedger
    domain: LocalDomain
    login: LoginService
    changes: RoleChanges
    folder: Path
    settings: Settings

    def svid(self, path: str = "bot") -> str:
        """A workload's proof, for an hour."""
        return self.domain.issue_jwt(path, AUDIENCE, _HOUR, now())

    def person(self, subject: str) -> OperatorId:
        """Somebody whom the login service knows."""
        return OperatorId(f"{self.login.url}#{subject}")

    def give(self, subject: str, role: Role, **limits: str) -> None:
        """An administrator gives them a role, on the page for it; `limits` as they are typed there.

        Raises RoleError where the page does not do it.
        """
        root = self._administrator
        form = {"operator": self.person(subject), "role": role.value, "reason": "works here", **limits}
        page = root.post("/operators/roles/give", {**form, "csrf": self.csrf(root)})
        if page.status != _OK:
            raise RoleError(f"'{subject}' could not be given '{role}': {page.text}")

    @cached_property
    def _administrator(self) -> Browser:
        return self.signed_in(ADMINISTRATOR)

    def own(self, subject: str) -> None:
        """Make them answer for the bot, as 'answerable roles own' does."""
        asyncio.run(self.changes.own(MACHINE, WorkloadId(BOT), self.person(subject), "runs the bot"))

    def signed_in(self, subject: str, acr: str = SECOND_FACTOR) -> Browser:
        """Their browser, signed in with a second factor if nothing else is said."""
        self.login.subject, self.login.name, self.login.acr = subject, subject.title(), acr
        browser = Browser(self.url)
        browser.get("/operators/start?provider=0")
        return browser

    def csrf(self, browser: Browser) -> str:
        """What a page of theirs sends along."""
        return str(browser.ask("/operators/whoami").json["csrf"])


@contextmanager
def house(folder: Path, model: ASGIApp, **changed: object) -> Iterator[House]:
    """Everything, served on this machine for as long as the block lasts. `changed` are settings."""
    domain = LocalDomain.make(folder / "trust", "shop.example", now())
    gate_port, shop_port = free_port(), free_port()
    url, shop_url = f"http://127.0.0.1:{gate_port}", f"http://127.0.0.1:{shop_port}"
    login = LoginService(now)
    with ExitStack() as running:
        login.url = running.enter_context(serve_in_thread(login.app()))
        upstream = running.enter_context(serve_in_thread(model))
        authority = HttpAuthority(
            url, lambda: f"Bearer {domain.issue_jwt('back-end', AUDIENCE, _HOUR, now())}"
        )
        running.callback(authority.close)
        database = shop_database(str(folder / "shop.db"))
        shop = create_shop(database, SHOP_AUDIENCE, authority, base_url=shop_url)
        running.enter_context(serve_in_thread(shop, shop_port))
        given: dict[str, object] = {
            "upstream": f"{upstream}/v1",
            "ledger": str(folder / "ledger.db"),
            "bundle": shipped_pack("store"),
            "trust_bundles": str(folder / "trust" / BUNDLE),
            "audience": AUDIENCE,
            "issuer": url,
            "connectors": _connectors(folder, shop_url),
            "operators": _operators(folder, url, login),
        }
        settings = Settings(**(given | changed))  # type: ignore[arg-type]
        store = SqliteLedger(settings.ledger)
        callers = open_callers(settings)
        running.enter_context(serve_in_thread(build(settings, store, callers=callers), gate_port))
        roles = SqliteRoles(beside(Path(settings.ledger), "roles"))
        running.callback(roles.close)
        changes = RoleChanges(store, roles, shipped_duties(), now, new_trace)
        home = House(url, shop_url, store, domain, login, changes, folder, settings)
        first = Change(home.person(ADMINISTRATOR), Role.ADMINISTRATOR, Limits(), None, "the first one")
        asyncio.run(changes.give_first(MACHINE, first))
        yield home


def _connectors(folder: Path, shop_url: str) -> Path:
    (folder / "shop.json").write_text(json.dumps(openapi(shop_url)))
    path = folder / "connectors.yaml"
    path.write_text(
        f"shop:\n  kind: openapi\n  document: shop.json\n  url: {shop_url}\n  grants: true\n  repeatable: true\n"
        f"  audience: {SHOP_AUDIENCE}\n  workload: {SHOP}\n  query: {{path: '/acts/{{key}}'}}\n"
    )
    return path


def _operators(folder: Path, url: str, login: LoginService) -> Path:
    secret = folder / "login-secret"
    secret.touch(0o600)
    secret.write_text(login.client_secret or "")
    path = folder / "operators.yaml"
    path.write_text(
        f"url: {url}\nproviders:\n- issuer: {login.url}\n  name: Shop login\n  client_id: {login.client_id}\n"
        f'  client_secret: {secret}\n  levels: [{{acr: "{SECOND_FACTOR}", level: aal2}}]\n'
    )
    return path
