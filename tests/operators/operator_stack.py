"""The pages for people over real HTTP, beside a login service and a ledger of their own."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from answerable.adapters.duty_files import shipped_duties
from answerable.adapters.identity.openid_provider import OpenIdProvider, ProviderSettings
from answerable.adapters.sqlite_directory import SqliteDirectory
from answerable.adapters.sqlite_sign_ins import SqliteSignIns
from answerable.adapters.world import new_trace
from answerable.apps.operators import People, create_operators
from answerable.apps.operators.passkeys import invite, new_code, new_handle
from answerable.apps.operators.role_changes import RoleChanges
from answerable.apps.operators.sessions import OperatorSessions
from answerable.identity.operator_sign_in import LevelRule
from answerable.ports.directory import Person
from answerable.receipts import Draft
from answerable.receipts.acting import RoleBody
from answerable.roles import Assignment, Limits, Role, limits_text
from answerable.testing.authenticator import Authenticator
from answerable.testing.browser import Browser, Page
from answerable.testing.login_service import LoginService
from answerable.testing.memory_ledger import MemoryLedger
from answerable.testing.memory_roles import MemoryRoles
from answerable.testing.serving import serve_in_thread
from answerable.values import AssuranceLevel, OperatorId, rfc3339

START = datetime(2026, 11, 30, 12, tzinfo=UTC)
RULES = (
    LevelRule(AssuranceLevel.AAL2, acr="urn:shop:mfa"),
    LevelRule(AssuranceLevel.AAL2, amr=frozenset({"pwd", "otp"})),
    LevelRule(AssuranceLevel.AAL3, acr="urn:shop:hardware", amr=frozenset({"hwk"})),
)


@dataclass
class Clock:
    at: datetime = START

    def __call__(self) -> datetime:
        return self.at

    def on(self, **length: float) -> None:
        self.at += timedelta(**length)


class Later:
    """An application that is put together once its address is known."""

    app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or self.app is None:
            return
        await self.app(scope, receive, send)


@dataclass
class Stack:
    url: str
    people: People
    login: LoginService
    other: LoginService
    clock: Clock
    roles: MemoryRoles
    ledger: MemoryLedger
    directory: SqliteDirectory

    def browser(self) -> Browser:
        return Browser(self.url)

    def id(self, subject: str, service: LoginService | None = None) -> OperatorId:
        return OperatorId(f"{(service or self.login).url}#{subject}")

    def give(self, who: OperatorId, role: Role, limits: Limits | None = None) -> None:
        """As an administrator did before the test begins: on record, and in the store."""
        given = Assignment(who, role, limits or Limits(), who, self.clock.at)
        body = RoleBody(
            who, role.value, "given", who, "before", limits_text(given.limits), rfc3339(self.clock.at)
        )
        asyncio.run(self.ledger.append([Draft(new_trace(), rfc3339(self.clock.at), body)]))
        self.roles.assign(given)

    def sign_in(
        self, browser: Browser, subject: str = "ruth", acr: str | None = "urn:shop:mfa", more: str = ""
    ) -> Page:
        self.login.subject, self.login.acr = subject, acr
        return browser.get(f"/operators/start?provider=0{more}")

    def signed_in(self, subject: str = "ruth", acr: str | None = "urn:shop:mfa") -> Browser:
        browser = self.browser()
        page = self.sign_in(browser, subject, acr)
        assert page.status == 200, page.text
        return browser

    def whoami(self, browser: Browser) -> Any:
        return browser.ask("/operators/whoami").json

    def csrf(self, browser: Browser) -> str:
        return str(self.whoami(browser)["csrf"])

    # -- passkeys ------------------------------------------------------------------

    def invited(self, name: str = "Sam", person: Person | None = None) -> tuple[Person, str]:
        person, code = person or Person(new_handle(), name, self.clock.at), new_code()
        invite(self.directory, person, code, self.clock.at)
        return person, code

    def authenticator(self, **given: Any) -> Authenticator:
        return Authenticator(self.url, **given)

    def register(self, browser: Browser, code: str, authenticator: Authenticator) -> Page:
        asked = browser.post("/operators/passkeys/registration-options", sends={"code": code})
        if asked.status != 200:
            return asked
        credential = authenticator.create(asked.json["options"])
        return browser.post("/operators/passkeys/registration", sends={"credential": credential})

    def use(self, browser: Browser, authenticator: Authenticator, **more: Any) -> Page:
        asked = browser.post("/operators/passkeys/sign-in-options", sends={})
        credential = authenticator.get(asked.json["options"])
        return browser.post("/operators/passkeys/sign-in", sends={"credential": credential, **more})


@contextmanager
def stack(folder: Path, *, client_secret: str | None = "correct horse") -> Iterator[Stack]:
    clock, later = Clock(), Later()
    login, other = (LoginService(clock, client_secret=client_secret) for _ in range(2))
    services = (login, other)
    with ExitStack() as served:
        for service in services:
            service.url = served.enter_context(serve_in_thread(service.app()))
        # Browsers make passkeys for names alone, and not for addresses.
        url = served.enter_context(serve_in_thread(later)).replace("127.0.0.1", "localhost")
        roles, ledger = MemoryRoles(), MemoryLedger()
        directory, sign_ins = SqliteDirectory(folder / "people.db"), SqliteSignIns(folder / "sign-ins.db")
        duties = shipped_duties()
        settings = [
            ProviderSettings(
                one.url, f"Login {number}", one.client_id, client_secret, None, RULES if number == 0 else ()
            )
            for number, one in enumerate(services)
        ]
        changes = RoleChanges(ledger, roles, duties, clock, new_trace)
        people = People(
            OperatorSessions(sign_ins, url, clock),
            changes.store,
            duties,
            changes,
            clock,
            [OpenIdProvider(one, clock=clock) for one in settings],
            directory,
        )
        later.app = Starlette(routes=[Mount("/operators", create_operators(people))])
        yield Stack(url, people, login, other, clock, roles, ledger, directory)
    for store in (directory, sign_ins):
        store.close()


def otherwise(authenticator: Authenticator, **given: Any) -> Authenticator:
    """The same passkey, told to do something else."""
    return replace(authenticator, **given)
