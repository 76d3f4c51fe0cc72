"""A real browser makes a passkey and signs in with it: python proofs/passkey_in_a_browser.py

Runs Debian's Chromium without a window and with a virtual authenticator of its own (WebAuthn automation, Web
Authentication Level 3, section 11), against the pages for people over HTTP. So the script of those pages, the
policy for browsers and the cookies are tried by somebody who keeps to the specifications. Exit code 1 where
anything is not as it should be.
"""

import asyncio
import itertools
import json
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from answerable.adapters.local_key_wrapper import local_wrapper
from answerable.adapters.sqlite_ledger import SqliteLedger, beside
from answerable.apps.operators import People, create_operators
from answerable.apps.operators.opening import open_people
from answerable.apps.operators.passkeys import invite, new_code, new_handle
from answerable.apps.settings import Settings
from answerable.ports.directory import Person
from answerable.testing.serving import serve_in_thread

CHROMIUM = (
    "chromium --headless=new --no-sandbox --disable-gpu --no-first-run --disable-dev-shm-usage "
    "--disable-background-networking --disable-component-update --remote-debugging-port=0"
).split()
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
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


class Tab:
    """A page of the browser, driven over its debugging protocol."""

    def __init__(self, line: aiohttp.ClientWebSocketResponse) -> None:
        self._line = line
        self._numbers = itertools.count(1)
        self.complaints: list[str] = []
        """What the browser wrote to its console: a policy that was broken, a script that failed."""

    async def do(self, method: str, **given: Any) -> dict[str, Any]:
        number = next(self._numbers)
        await self._line.send_json({"id": number, "method": method, "params": given})
        async with asyncio.timeout(20):
            while True:
                said = json.loads((await self._line.receive()).data)
                if said.get("id") == number:
                    if "error" in said:
                        raise SystemExit(f"{method}: {said['error']}")
                    result: dict[str, Any] = said["result"]
                    return result
                if said.get("method") in ("Log.entryAdded", "Runtime.exceptionThrown"):
                    self.complaints.append(json.dumps(said["params"])[:300])

    async def run(self, script: str) -> Any:
        found = await self.do("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        return found["result"].get("value")

    async def until(self, script: str) -> Any:
        for _ in range(200):
            if found := await self.run(script):
                return found
            await asyncio.sleep(0.05)
        raise SystemExit(
            f"it did not come to: {script}; it says: {await self.run('document.body.innerText')}"
        )

    async def open(self, url: str) -> None:
        await self.do("Page.navigate", url=url)
        await self.until(f"document.readyState === 'complete' && location.href.startsWith({json.dumps(url)})")


@asynccontextmanager
async def browser(folder: Path) -> AsyncIterator[Tab]:
    """A tab of a browser of its own, with a virtual authenticator."""
    profile = folder / "profile"
    process = subprocess.Popen(  # noqa: ASYNC220 – begun once, before anything waits
        [*CHROMIUM, f"--user-data-dir={profile}", "about:blank"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        port_file = profile / "DevToolsActivePort"
        async with asyncio.timeout(30):
            while not port_file.exists() or not port_file.read_text().count("\n"):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        port = port_file.read_text().splitlines()[0]
        async with aiohttp.ClientSession() as session:
            async with session.get(f"http://127.0.0.1:{port}/json/list") as answer:
                pages = [one for one in await answer.json() if one["type"] == "page"]
            async with session.ws_connect(pages[0]["webSocketDebuggerUrl"], max_msg_size=0) as line:
                tab = Tab(line)
                for method in ("Page.enable", "Runtime.enable", "Log.enable", "WebAuthn.enable"):
                    await tab.do(method)
                yield tab
    finally:
        process.terminate()
        process.wait(20)


async def prove(url: str, people: People, folder: Path) -> None:
    assert people.directory is not None
    person, code = Person(new_handle(), "Sam <O.>", datetime.now(UTC)), new_code()
    invite(people.directory, person, code, person.invited)
    async with browser(folder) as tab:
        made = await tab.do("WebAuthn.addVirtualAuthenticator", options=AUTHENTICATOR)
        device = made["authenticatorId"]
        await tab.open(f"{url}/operators/register")
        await tab.run(f"document.getElementById('code').value = {json.dumps(code)}; 0")
        await tab.run("document.querySelector('form').requestSubmit(); 0")
        await tab.until(at("whoami"))
        text = await tab.run("document.body.innerText")
        check(
            "a passkey is made with an invitation, and its owner is signed in",
            f"local#{person.handle}" in text,
        )
        check("at AAL2, with their name as text", "AAL2" in text and "Sam <O.>" in text, text)
        cookies = (await tab.do("Network.getCookies"))["cookies"]
        kept = [(one["httpOnly"], one.get("sameSite")) for one in cookies]
        check("the cookie is for no script and no other site", kept == [(True, "Lax")], cookies)
        await tab.run("document.querySelector('main form').requestSubmit(); 0")
        await tab.until(at("sign-in"))
        await tab.do("Page.navigate", url=f"{url}/operators/whoami?x=1")
        await tab.until(at("sign-in") + " && location.search.includes('next=')")
        where = await tab.run("location.search")
        check("they sign out, and are sent to sign in from then on", where.endswith("x%3D1"), where)
        await tab.run("document.querySelector('form[data-passkey]').requestSubmit(); 0")
        await tab.until(at("whoami") + " && location.search === '?x=1'")
        text = await tab.run("document.body.innerText")
        check(
            "they sign in with the passkey, and come back to where they were",
            f"local#{person.handle}" in text,
        )
        found = await tab.do("WebAuthn.getCredentials", authenticatorId=device)
        check("the authenticator signed, and counted", found["credentials"][0]["signCount"] > 1, found)
        await tab.do("WebAuthn.setUserVerified", authenticatorId=device, isUserVerified=False)
        await tab.open(f"{url}/operators/sign-in")
        await tab.run("document.querySelector('form[data-passkey]').requestSubmit(); 0")
        await tab.until(
            "!['', 'Waiting for your passkey …'].includes(document.getElementById('said').textContent)"
        )
        where = await tab.run("location.pathname")
        check("without a PIN or a finger nobody signs in", where == "/operators/sign-in", where)
        unexpected = [one for one in tab.complaints if "favicon" not in one]
        check("the browser has nothing to complain about", not unexpected, unexpected)


def at(page: str) -> str:
    """Is the browser there, and done with loading?"""
    return f"location.pathname === '/operators/{page}' && document.readyState === 'complete'"


def main(folder: Path) -> None:
    later = Later()
    with serve_in_thread(later) as served:
        url = served.replace("127.0.0.1", "localhost")
        (folder / "operators.yaml").write_text(f"url: {url}\npasskeys: true\n")
        place = folder / "ledger.db"
        ledger = SqliteLedger(place, wrapper=local_wrapper(beside(place, "master")))
        people = open_people(folder / "operators.yaml", Settings(ledger=str(place)), ledger)
        later.app = Starlette(routes=[Mount("/operators", create_operators(people))])
        asyncio.run(prove(url, people, folder))
        asyncio.run(ledger.close())


if __name__ == "__main__":
    version = subprocess.run(
        ["chromium", "--version"], capture_output=True, text=True, check=True
    ).stdout.strip()
    print(f"{version}, with a virtual authenticator\n")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        main(Path(folder))
    print(f"\n{'all held' if not failed else f'{failed} failed'}")
    sys.exit(1 if failed else 0)
