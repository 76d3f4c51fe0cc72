"""An issuer of grants on a real port, a workload that asks it, and a clock that all of them share."""

import http.client
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request

from answerable.apps.authority import Caller, Issuer, create_authority
from answerable.grants import DecisionId, KeyRing, Permit
from answerable.grants.metadata import TOKEN
from answerable.ports.grants import GrantStore
from answerable.testing import sample_grants as some
from answerable.testing.memory_grants import MemoryGrants
from answerable.testing.serving import serve_in_thread
from answerable.values import GrantId, WorkloadId
from answerable.values.errors import NotAuthenticated

FORM = "application/x-www-form-urlencoded"
CALLERS = {
    "Bearer bot": Caller("bot", workloads=frozenset({some.WORKLOAD})),
    "Bearer other": Caller("other", workloads=frozenset({WorkloadId("spiffe://shop.example/other")})),
    "Bearer orders": Caller("orders", audiences=frozenset({some.AUDIENCE})),
    "Bearer refunds": Caller("refunds", audiences=frozenset({"https://refunds.example"})),
    "Bearer ops": Caller("ops", revokes=True),
    "Bearer nobody": Caller("nobody"),
}


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def send(
    url: str, method: str, path: str, body: bytes = b"", headers: list[tuple[str, str]] | None = None
) -> Answer:
    """One request, with exactly these headers."""
    host, _, port = url.removeprefix("http://").partition(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=10)
    try:
        connection.putrequest(method, path)
        for name, value in headers or []:
            connection.putheader(name, value)
        if not any(name.lower() == "content-length" for name, _ in headers or []):
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        answer = connection.getresponse()
        found = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, found, answer.read())
    finally:
        connection.close()


@dataclass
class Stack:
    """What a test turns and reads."""

    url: str = ""
    store: GrantStore = field(default_factory=MemoryGrants)
    now: datetime = some.NOW
    ring: KeyRing = field(default_factory=lambda: KeyRing(some.key(1), some.key(2)))
    permits: dict[DecisionId, Permit] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=count)

    def permit(self, number: int = 0, **changed: Any) -> Permit:
        permit = some.permit(number, until=self.now + timedelta(minutes=15), **changed)
        self.permits[permit.decision] = permit
        return permit

    def post(self, path: str, form: dict[str, str], caller: str = "bot", *more: tuple[str, str]) -> Answer:
        headers = [("Authorization", f"Bearer {caller}"), ("Content-Type", FORM), *more]
        return send(self.url, "POST", path, urlencode(form).encode(), headers)

    def exchange(
        self, permit: Permit, caller: str = "bot", *, proof: str | None = None, **changed: str
    ) -> Answer:
        """Ask for a grant of a permit."""
        decision = {"trace": permit.decision.trace, "digest": permit.decision.digest}
        details = {
            "type": "answerable_action",
            "actions": [permit.intent.action],
            "locations": [permit.intent.audience],
            "arguments_digest": permit.intent.arguments,
            "decision": decision,
        }
        form = {
            "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
            "subject_token": "svid-of-bot",
            "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
            "audience": permit.intent.audience,
            "authorization_details": json.dumps([details]),
            **changed,
        }
        made = proof or self.proof(None, self.url + TOKEN)
        return self.post(TOKEN, form, caller, ("DPoP", made))

    def token(self, permit: Permit | None = None) -> str:
        answer = self.exchange(permit or self.permit())
        assert answer.status == 200, answer.body
        token: str = answer.json["access_token"]
        return token

    def proof(self, token: str | None, url: str = some.URL, **changed: Any) -> str:
        jti = f"proof-{next(self._numbers)}"
        return some.proof(token, url=url, now=self.now, jti=jti, **changed)

    def headers(self, token: str, **changed: Any) -> list[tuple[str, str]]:
        return [("Authorization", f"DPoP {token}"), ("DPoP", self.proof(token, **changed))]


def _subject(token: str) -> WorkloadId:
    if token != "svid-of-bot":
        raise NotAuthenticated("the SVID does not hold")
    return some.WORKLOAD


async def _caller(request: Request) -> Caller:
    found = CALLERS.get(request.headers.get("authorization", ""))
    if found is None:
        raise NotAuthenticated("no caller that is known")
    return found


@contextmanager
def grant_stack(store: GrantStore | None = None, **changed: Any) -> Iterator[Stack]:
    """A stack whose issuer answers."""
    stack = Stack()
    if store is not None:
        stack.store = store
    port = free_port()
    stack.url = f"http://127.0.0.1:{port}"
    numbers = count()
    issuer = Issuer(
        stack.url,
        stack.store,
        lambda: stack.ring,
        _subject,
        lambda decision, _: stack.permits.get(decision),
        lambda: stack.now,
        lambda: GrantId(f"gr_{next(numbers)}"),
    )
    app = create_authority(issuer, _caller, auth_methods=["private_key_jwt"], **changed)
    with serve_in_thread(app, port):
        yield stack


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@dataclass
class Way:
    """A way to a server, on which answers can be lost after the server gave them."""

    url: str = ""
    asked: list[bytes] = field(default_factory=list)
    lose: int = 0
    """How many of the next answers are lost."""


@contextmanager
def a_way_to(url: str) -> Iterator[Way]:
    """One request after another, each on a connection of its own."""
    target = ("127.0.0.1", int(url.rpartition(":")[2]))
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.05)
    way = Way(f"http://127.0.0.1:{listener.getsockname()[1]}")
    done = threading.Event()

    def serve() -> None:
        while not done.is_set():
            with suppress(TimeoutError, OSError):
                client, _ = listener.accept()
                with client, socket.create_connection(target, timeout=5) as server:
                    client.settimeout(5)
                    request = _whole(client)
                    way.asked.append(request)
                    server.sendall(request)
                    answer = _whole(server)
                    if way.lose:
                        way.lose -= 1
                    else:
                        client.sendall(answer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield way
    finally:
        done.set()
        thread.join(10)
        listener.close()


def _whole(one: socket.socket) -> bytes:
    """A message with a Content-Length, or without a body."""
    data = b""
    while b"\r\n\r\n" not in data:
        if not (chunk := one.recv(65536)):
            return data
        data += chunk
    head, _, body = data.partition(b"\r\n\r\n")
    length = 0
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            length = int(line.partition(b":")[2])
    while len(body) < length:
        body += one.recv(65536)
    return head + b"\r\n\r\n" + body
