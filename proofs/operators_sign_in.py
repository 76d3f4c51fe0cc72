"""People sign in through a certified OpenID provider that is not ours: python proofs/operators_sign_in.py

Starts the package oidc-provider (Node) as a login service, and the pages for people with a ledger of their own, both
over HTTP. Then somebody signs in and steps up, an administrator gives a role, keys are changed, and answers are
replayed, swapped and forged. Exit code 1 where anything is not as it should be.
"""

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from answerable.adapters.local_key_wrapper import local_wrapper
from answerable.adapters.sqlite_ledger import SqliteLedger, beside
from answerable.apps.operators import create_operators
from answerable.apps.operators.opening import open_people
from answerable.apps.operators.role_changes import Change
from answerable.apps.settings import Settings
from answerable.roles import Limits, Role
from answerable.testing.browser import Browser, Page
from answerable.testing.serving import serve_in_thread
from answerable.values import OperatorId

FOLDER = Path(__file__).parent / "oidc"
SECRET = "a secret that this proof made up"
OPERATORS = """
url: {url}
providers:
- issuer: {issuer}
  client_id: answerable
  client_secret: env:PROOF_SECRET
  levels:
  - {{acr: "urn:proof:mfa", level: aal2}}
  - {{amr: [pwd, otp], level: aal2}}
"""
failed = 0


def check(what: str, holds: bool, why: object = "") -> None:  # noqa: FBT001
    global failed  # noqa: PLW0603 – a script
    failed += not holds
    print(f"- {'held' if holds else 'FAILED'}: {what}" + ("" if holds else f" ({why})"))


class Later:
    """An application that is put together once its address is known."""

    app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and self.app is not None:
            await self.app(scope, receive, send)


def free_port() -> int:
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def provider(port: int, callback: str, kid: str) -> Iterator[None]:
    """The login service, until the block ends."""
    node = ["node", "server.mjs", str(port), callback, kid]
    process = subprocess.Popen(node, cwd=FOLDER, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            connection = HTTPConnection("127.0.0.1", port, timeout=2)
            try:
                connection.request("GET", "/.well-known/openid-configuration")
                if connection.getresponse().status == 200:
                    break
            except OSError:
                time.sleep(0.05)
            finally:
                connection.close()
        else:
            raise SystemExit("the login service did not start: run 'npm ci' in proofs/oidc")
        yield
    finally:
        process.terminate()
        process.wait(10)


class Person:
    """Somebody with a browser."""

    def __init__(self, url: str, subject: str) -> None:
        self.browser = Browser(url, always={"X-Subject": subject})

    def shows(self, acr: str | None = None, amr: str | None = None) -> None:
        """How they sign in next, if the login service asks them."""
        said = {"X-Acr": acr, "X-Amr": amr}
        kept = {name: value for name, value in self.browser.always.items() if name not in said}
        self.browser.always = {**kept, **{name: value for name, value in said.items() if value}}

    def sign_in(self, more: str = "") -> Page:
        return self.browser.get(f"/operators/start?provider=0{more}")

    def until_back(self, more: str = "") -> str:
        """Sign in as far as the login service's answer, and keep that."""
        page = self.browser.get(f"/operators/start?provider=0{more}", follow=False)
        while "/operators/callback" not in page.location:
            page = self.browser.get(page.location, follow=False)
        return page.location

    def who(self) -> Any:
        return self.browser.ask("/operators/whoami").json


def prove(folder: Path) -> None:
    os.environ["PROOF_SECRET"] = SECRET
    port, later = free_port(), Later()
    issuer = f"http://127.0.0.1:{port}"
    with serve_in_thread(later) as served:
        url = served.replace("127.0.0.1", "localhost")
        callback = f"{url}/operators/callback"
        (folder / "operators.yaml").write_text(OPERATORS.format(url=url, issuer=issuer))
        settings = Settings(ledger=str(folder / "ledger.db"))
        ledger = SqliteLedger(
            folder / "ledger.db", wrapper=local_wrapper(beside(folder / "ledger.db", "master"))
        )
        people = open_people(folder / "operators.yaml", settings, ledger)
        later.app = Starlette(routes=[Mount("/operators", create_operators(people))])
        with provider(port, callback, "k1"):
            signing_in(url, issuer)
            stepping_up(url)
            attacking(url)
            giving(url, issuer, people.changes)
        with provider(port, callback, "k2"):
            time.sleep(10)  # strangers can make this program look for newer keys only every ten seconds
            other = Person(url, "ruth")
            other.sign_in()
            check(
                "a key that the service changed to is looked for and found",
                other.who().get("name") == "ruth of the proof",
            )
        entries = asyncio.run(ledger.verify())
        check("the ledger holds, with the roles that were given", entries == 2, entries)
        asyncio.run(ledger.close())


def signing_in(url: str, issuer: str) -> None:
    ruth = Person(url, "ruth")
    page = ruth.sign_in("&next=/operators/whoami%3Fx")
    found = ruth.who()
    check(
        "somebody signs in and comes back to where they were", page.url == f"{url}/operators/whoami?x", page
    )
    check("they are the subject at the issuer", found.get("id") == f"{issuer}#ruth", found)
    check("without a stated way to sign in they are at AAL1", found.get("level") == 1, found)


def stepping_up(url: str) -> None:
    ruth = Person(url, "ruth")
    ruth.sign_in()
    first = ruth.who()
    time.sleep(2)
    ruth.shows(acr="urn:proof:mfa")
    ruth.sign_in("&level=2&max_age=1")
    second = ruth.who()
    check(
        "a step-up makes the service ask again (max_age)",
        second["authenticated_at"] > first["authenticated_at"],
        second,
    )
    check("its context (acr) is worth AAL2", second["level"] == 2, second)
    amy = Person(url, "amy")
    amy.shows(amr="otp,pwd")
    amy.sign_in()
    check("its methods (amr) are worth AAL2", amy.who()["level"] == 2, amy.who())
    bob = Person(url, "bob")
    bob.shows(amr="pwd")
    bob.sign_in()
    check("a password alone is not", bob.who()["level"] == 1, bob.who())


def attacking(url: str) -> None:
    victim, thief = Person(url, "ruth"), Person(url, "mallory")
    seen = victim.until_back()
    check("another browser can't finish a sign-in", thief.browser.get(seen, follow=False).status == 401)
    victim, thief = Person(url, "ruth"), Person(url, "mallory")
    seen, own = victim.until_back(), thief.until_back()
    code, mine = (parse_qs(urlsplit(one).query)["code"][0] for one in (seen, own))
    stolen = thief.browser.get(own.replace(mine, code), follow=False)
    check("a stolen code is worth nothing without its verifier", stolen.status == 401, stolen.text)
    ruth = Person(url, "ruth")
    back = ruth.until_back()
    ruth.browser.get(back, follow=False)
    check("an answer is used once", ruth.browser.get(back, follow=False).status == 401)
    for name, swapped in (("iss", "https://evil.example"), ("state", "x" * 43), ("code", "x" * 43)):
        eve = Person(url, "eve")
        was = parse_qs(urlsplit(answer := eve.until_back()).query)[name][0]
        there = answer.replace(
            was if name != "iss" else "iss=" + answer.split("iss=")[1].split("&")[0],
            swapped if name != "iss" else f"iss={swapped}",
        )
        page = eve.browser.get(there, follow=False)
        check(
            f"another '{name}' than was answered signs nobody in",
            page.status == 401 and "error" in eve.who(),
            page.text,
        )


def giving(url: str, issuer: str, changes: Any) -> None:
    ada = Change(OperatorId(f"{issuer}#ada"), Role.ADMINISTRATOR, Limits(), None, "the first one")
    asyncio.run(changes.give_first(OperatorId("command-line#proof"), ada))
    person = Person(url, "ada")
    person.sign_in()
    form = {
        "operator": f"{issuer}#ruth",
        "role": "approver",
        "reason": "leads returns",
        "amount": "250.00 EUR",
    }
    weak = person.browser.post("/operators/roles/give", {**form, "csrf": person.who()["csrf"]})
    check(
        "an administrator at AAL1 is sent to sign in again",
        weak.json.get("needs") == {"level": 2, "max_age": 600},
        weak.json,
    )
    person.shows(acr="urn:proof:mfa")
    person.sign_in("&level=2&max_age=0")
    given = person.browser.post("/operators/roles/give", {**form, "csrf": person.who()["csrf"]})
    check("and at AAL2 gives a role", given.status == 200, given.text)
    own = person.browser.post(
        "/operators/roles/give", {**form, "operator": f"{issuer}#ada", "csrf": person.who()["csrf"]}
    )
    check("but none to themselves", own.status == 403, own.text)


if __name__ == "__main__":
    version = (
        (FOLDER / "node_modules/oidc-provider/package.json")
        .read_text()
        .split('"version": "')[1]
        .split('"')[0]
    )
    print(f"oidc-provider {version}, unchanged, as the login service\n")
    with tempfile.TemporaryDirectory() as folder:
        prove(Path(folder))
    print(f"\n{'all held' if not failed else f'{failed} failed'}")
    sys.exit(1 if failed else 0)
