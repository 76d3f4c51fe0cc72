"""A gateway with everything behind it, as `answerable serve` wires it: a trust domain, a shop that checks grants,
a login service for the company's people, and a model that answers as it is told."""

import json
import random
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from gateway_stack import Answer, Programmed, Stack, call, whole

from answerable.adapters.identity.local_domain import BUNDLE, LocalDomain
from answerable.adapters.sqlite_ledger import SqliteLedger, beside
from answerable.adapters.sqlite_roles import SqliteRoles
from answerable.apps.gateway.identity_settings import open_callers
from answerable.apps.serve import build
from answerable.apps.settings import Settings
from answerable.apps.shop.app import create_shop
from answerable.apps.shop.database import shop_database
from answerable.apps.shop.tools import openapi
from answerable.backends import HttpAuthority
from answerable.roles import Assignment, Limits, Role
from answerable.testing.browser import Browser, Page
from answerable.testing.login_service import LoginService
from answerable.testing.serving import serve_in_thread
from answerable.values import OperatorId, WorkloadId

ROOT = Path(__file__).parents[2]
AUDIENCE = "spiffe://shop.example/gateway"
BOT, SHOP = "spiffe://shop.example/bot", "spiffe://shop.example/back-end"
SHOP_AUDIENCE = "https://shop.example"
HOUR = timedelta(hours=1)


def now() -> datetime:
    return datetime.now(UTC)


def free_port() -> int:
    """A port below those that the system gives out by itself: nobody else gets it before it is used."""
    while True:
        port = random.randrange(10_000, 30_000)
        with socket.socket() as one:
            try:
                one.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


@dataclass
class House:
    """Everything that a test turns and reads."""

    url: str
    shop: str
    stack: Stack
    domain: LocalDomain
    login: LoginService
    roles: SqliteRoles
    model: Programmed
    folder: Path

    def svid(self, path: str = "bot") -> str:
        return self.domain.issue_jwt(path, AUDIENCE, HOUR, now())

    def say(self, messages: list[Any], conversation: str = "c-1", **more: Any) -> Answer:
        """The bot asks for a reply."""
        body = {
            "model": "m",
            "messages": messages,
            "metadata": {"conversation_id": conversation, "customer_id": "c-1519", "assurance": "aal1"},
            **more,
        }
        return self.stack.post("/v1/chat/completions", body, {"Authorization": f"Bearer {self.svid()}"})

    def get(self, path: str, workload: str = "bot") -> Answer:
        return self.stack.get(path, {"Authorization": f"Bearer {self.svid(workload)}"})

    def outcomes(self, conversation: str = "c-1", workload: str = "bot") -> Any:
        return self.get(f"/v1/conversations/{conversation}/outcomes", workload).json["outcomes"]

    def in_shop(self, path: str) -> Any:
        return call(self.shop, "GET", path, None, {}).json

    # -- people ------------------------------------------------------------------------

    def person(self, subject: str) -> OperatorId:
        return OperatorId(f"{self.login.url}#{subject}")

    def give(self, subject: str, role: Role, limits: Limits | None = None) -> None:
        self.roles.assign(
            Assignment(self.person(subject), role, limits or Limits(), self.person("root"), now())
        )

    def own(self, subject: str) -> None:
        self.roles.own(WorkloadId(BOT), self.person(subject))

    def signed_in(self, subject: str, acr: str = "urn:shop:mfa") -> Browser:
        self.login.subject, self.login.name, self.login.acr = subject, subject.title(), acr
        browser = Browser(self.url)
        # The login service's keys are fetched while the gateway starts.
        until(lambda: browser.get("/operators/start?provider=0").status == 200)
        return browser

    def csrf(self, browser: Browser) -> str:
        return str(browser.ask("/operators/whoami").json["csrf"])

    def send(self, browser: Browser, path: str, **form: Any) -> Page:
        """What a program of the page sends."""
        return browser.post(path, sends=form, X_Answerable_CSRF=self.csrf(browser))


@contextmanager
def house(folder: Path, **changed: Any) -> Iterator[House]:
    """A house. `changed` are settings."""
    model = Programmed()
    domain = LocalDomain.make(folder / "trust", "shop.example", now())
    gate_port, shop_port = free_port(), free_port()
    url, shop_url = f"http://127.0.0.1:{gate_port}", f"http://127.0.0.1:{shop_port}"
    login = LoginService(now)
    with ExitStack() as running:
        login.url = running.enter_context(serve_in_thread(login.app()))
        upstream = running.enter_context(serve_in_thread(model.app))
        authority = HttpAuthority(
            url, lambda: f"Bearer {domain.issue_jwt('back-end', AUDIENCE, HOUR, now())}"
        )
        running.callback(authority.close)
        shop = create_shop(
            shop_database(str(folder / "shop.db")), SHOP_AUDIENCE, authority, base_url=shop_url
        )
        running.enter_context(serve_in_thread(shop, shop_port))
        settings = Settings(
            **{
                "upstream": f"{upstream}/v1",
                "ledger": str(folder / "ledger.db"),
                "bundle": ROOT / "packs" / "store",
                "trust_bundles": str(folder / "trust" / BUNDLE),
                "audience": AUDIENCE,
                "issuer": url,
                "connectors": _connectors(folder, shop_url),
                "operators": _operators(folder, url, login),
                **changed,
            }
        )
        store = SqliteLedger(folder / "ledger.db")
        callers = open_callers(settings)
        running.enter_context(serve_in_thread(build(settings, store, callers=callers), gate_port))
        roles = SqliteRoles(beside(folder / "ledger.db", "roles"))
        running.callback(roles.close)
        yield House(url, shop_url, Stack(url, store), domain, login, roles, model, folder)


def _connectors(folder: Path, shop_url: str) -> Path:
    (folder / "shop.json").write_text(json.dumps(openapi(shop_url)))
    path = folder / "connectors.yaml"
    path.write_text(
        f"shop:\n  kind: openapi\n  document: shop.json\n  url: {shop_url}\n  grants: true\n  repeatable: true\n"
        f"  audience: {SHOP_AUDIENCE}\n  workload: {SHOP}\n  query: {{path: '/acts/{{key}}'}}\n"
    )
    return path


def _operators(folder: Path, url: str, login: LoginService) -> Path:
    (folder / "login-secret").write_text(login.client_secret or "")
    (folder / "login-secret").chmod(0o600)
    path = folder / "operators.yaml"
    path.write_text(
        f"url: {url}\nproviders:\n- issuer: {login.url}\n  name: Shop login\n  client_id: {login.client_id}\n"
        f"  client_secret: {folder / 'login-secret'}\n"
        '  levels: [{acr: "urn:shop:mfa", level: aal2}]\n'
    )
    return path


def until(found: Callable[[], Any], seconds: float = 10) -> Any:
    """What is there once it is; fails after a while."""
    end = time.monotonic() + seconds
    while not (value := found()):
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.02)
    return value


# -- a conversation about the garden bench of L-19004, for $210.00 ---------------------------

ORDER = {
    "order_id": "L-19004",
    "status": "delivered",
    "total": 210.00,
    "days_since_delivery": 81,
    "items": [{"name": "Garden bench"}],
}


def user(text: str) -> Any:
    return {"role": "user", "content": text}


def bot(text: str) -> Any:
    return {"role": "assistant", "content": text}


def asks(name: str, call_id: str = "call_1", **arguments: Any) -> Any:
    function = {"name": name, "arguments": msgspec.json.encode(arguments).decode()}
    return {"id": call_id, "type": "function", "function": function}


def read_order(order: Any = None) -> list[Any]:
    found = order or ORDER
    call_made = asks("get_order", "call_0", order_id=found["order_id"])
    return [
        {"role": "assistant", "content": None, "tool_calls": [call_made]},
        {"role": "tool", "tool_call_id": "call_0", "content": msgspec.json.encode(found).decode()},
    ]


AGREED = [
    user("The bench of order L-19004 is broken. I want my money back."),
    *read_order(),
    bot("Shall I refund $210.00 for the Garden bench of order L-19004?"),
    user("Yes, go ahead."),
]


REFUND = asks("refund_order", order_id="L-19004", amount=210.00, reason="broken")
WAITS = "A colleague has to confirm the refund first."


class Refunds:
    """Asks for the refund; once it is told to wait, it says so."""

    def __call__(self, asked: Any) -> Any:
        last = asked.json["messages"][-1]
        if last["role"] == "tool" and last["content"].startswith("Held"):
            return whole({"role": "assistant", "content": WAITS})
        message = {"role": "assistant", "content": None, "tool_calls": [REFUND]}
        return whole(message, finish="tool_calls")


def held(home: House, conversation: str = "c-1") -> Answer:
    home.model.answer = Refunds()
    answer = home.say(AGREED, conversation)
    assert answer.status == 200, answer.body
    assert answer.json["answerable"]["acts"][0]["outcome"] == "hold"
    return answer


def waiting(browser: Browser) -> Any:
    return browser.ask("/approvals/").json["approvals"]


def answer_it(home: House, browser: Browser, one: Any, verb: str, **more: Any) -> Any:
    shown = browser.ask(f"/approvals/{one['approval']}").json
    return home.send(browser, f"/approvals/{one['approval']}/{verb}", binds=shown["binds"], **more)


def refunded(home: House, order: str = "L-19004") -> Any:
    """What the shop has paid back of an order."""
    return home.in_shop(f"/orders/{order}").get("refunded", 0)
