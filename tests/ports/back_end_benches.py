"""Each kind of back end on a bench: a real server on this machine, the connector to it, and what goes wrong with it.

Of every bench the same is asked (`test_connectors.py`). Faults are named alike: `SLOW_DONE` is done, and not answered.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import apsw
import yaml

from answerable.adapters.connectors.opening import open_connectors
from answerable.adapters.connectors.secrets import Secrets
from answerable.adapters.vault_http import Vault
from answerable.ports.connectors import BackEndCall, Connector, ShownGrant
from answerable.testing.back_end import BackEnd, Fault
from answerable.testing.mail_server import MailFault, MailServer
from answerable.testing.mcp_back_end import McpFault, McpFolder
from answerable.values import ActionId
from answerable.values.errors import SettingsError

SECRET = "s3cr3t-of-the-back-end/+="
ENVIRONMENT = {"BACK_END_TOKEN": SECRET}
GRANT = ShownGrant("a-token", lambda method, url: f"proof-of-{method}-{url}")


def no_vault() -> Vault:
    raise SettingsError("there is no vault here")


def opened(folder: Path, entry: dict[str, Any], environment: dict[str, str] = ENVIRONMENT) -> Connector:
    """The connector that an entry makes."""
    path = folder / "connectors.yaml"
    path.write_text(yaml.safe_dump({"bench": entry}))
    return open_connectors(path, Secrets(environment, no_vault))["bench"]


@dataclass
class Bench:
    """A back end, the connector to it, and how to look behind it."""

    name: str
    connector: Connector
    tool: str
    arguments: str
    faults: list[str]
    """Those that it can have."""
    fault: Callable[[str], None]
    done: Callable[[str], int]
    seen: Callable[[], list[Any]]
    """The arguments of each call, as the back end had them."""
    stop: Callable[[], None]
    """Nobody listens there any more."""
    grant: ShownGrant | None = None
    certain: bool = False
    """It does nothing, ever: whatever goes wrong is certain."""
    crash: Callable[[], None] = lambda: None
    """It ends, and is there again: what was kept open is gone."""

    def call(self, key: str = "k-1", arguments: str | None = None) -> BackEndCall:
        given = self.arguments if arguments is None else arguments
        return BackEndCall(ActionId("ac_1"), self.tool, given, key, self.grant)


@contextmanager
def bench(kind: str, folder: Path, database: Callable[[], str]) -> Iterator[Bench]:
    """The bench of that kind, set up."""
    with ExitStack() as stack:
        match kind:
            case "http" | "openapi" | "grants":
                yield _http(kind, folder, stack)
            case "mcp" | "mcp-stdio":
                yield _mcp(kind, folder, stack)
            case "sqlite" | "postgres":
                yield _sql(kind, folder, database)
            case "smtp":
                yield _smtp(folder, stack)


def _http(kind: str, folder: Path, stack: ExitStack) -> Bench:
    back_end = BackEnd()
    serving = ExitStack()
    url = serving.enter_context(back_end.serving())
    stack.callback(serving.close)
    entry: dict[str, Any] = {
        "kind": "openapi" if kind == "openapi" else "http",
        "url": url,
        "repeatable": True,
        "query": {"path": "/acts/{key}"},
        "credential": {"bearer": "env:BACK_END_TOKEN"},
    }
    if kind == "openapi":
        (folder / "back_end.yaml").write_text(OPENAPI)
        entry["document"] = "back_end.yaml"
    else:
        entry |= {"grants": kind == "grants", "tools": {"refund_order": {"reference": "reference"}}}
    import json  # noqa: PLC0415

    return Bench(
        kind,
        opened(folder, entry),
        "refund_order",
        '{"order_id": "W1", "amount": 45.00, "reason": "broken"}',
        [one.name for one in Fault],
        lambda name: back_end.faults.update({"refund_order": [Fault[name]]}),
        back_end.done,
        lambda: [
            json.loads(one.body) | ({"order_id": _last(one.target)} if kind == "openapi" else {})
            for one in back_end.requests
            if one.method == "POST"
        ],
        serving.close,
        GRANT if kind == "grants" else None,
    )


def _last(target: str) -> str:
    from urllib.parse import unquote  # noqa: PLC0415

    return unquote(target.rpartition("/")[2])


OPENAPI = """
openapi: 3.1.0
info: {title: back end, version: "1"}
servers: [{url: "https://attacker.example"}]
paths:
  /refund_order/{order_id}:
    parameters: [{$ref: "#/components/parameters/order"}]
    post:
      operationId: refund_order
      summary: Pay money back.
      x-answerable-reference: reference
      requestBody: {$ref: "#/components/requestBodies/refund"}
  /orders:
    get: {operationId: find_orders, parameters: [{name: status, in: query, schema: {type: string}}]}
components:
  parameters: {order: {name: order_id, in: path, required: true, schema: {type: string}}}
  requestBodies: {refund: {content: {application/json: {schema: {type: object}}}}}
"""


def _mcp(kind: str, folder: Path, stack: ExitStack) -> Bench:
    back_end = McpFolder(folder / "mcp")
    program = [sys.executable, "-m", "answerable.testing.mcp_back_end", str(back_end.folder)]
    entry: dict[str, Any] = {"kind": "mcp", "repeatable": False}
    gone = folder / "gone"
    if kind == "mcp":
        port = free_port()
        running = [start_mcp(program, port)]
        stack.callback(lambda: _end(running[-1]))
        entry |= {
            "url": f"http://127.0.0.1:{port}/mcp",
            "credential": {"bearer": "env:BACK_END_TOKEN"},
        }
        stop = lambda: _end(running[-1])  # noqa: E731

        def crash() -> None:
            _end(running[-1])
            running.append(start_mcp(program, port))

    else:
        script = folder / "server"
        script.write_text(f"#!/bin/sh\nPYTHONPATH={os.pathsep.join(sys.path)} exec {' '.join(program)}\n")
        script.chmod(0o755)
        entry |= {"command": [str(script)], "environment": {"TOKEN": "env:BACK_END_TOKEN"}}
        stop = lambda: (shutil.move(script, gone), None)[1]  # noqa: E731

        def crash() -> None:
            os.kill(int((back_end.folder / "pid").read_text()), signal.SIGKILL)

    return Bench(
        kind,
        opened(folder, entry),
        "refund_order",
        '{"order_id": "W1", "amount": 45.00, "reason": "broken"}',
        [one.name for one in McpFault],
        lambda name: back_end.fault("refund_order", McpFault[name]),
        back_end.done,
        lambda: back_end.arguments,
        stop,
        crash=crash,
    )


def start_mcp(program: list[str], port: int) -> subprocess.Popen[bytes]:
    """The server on that port, once it listens."""
    process = subprocess.Popen(
        [*program, str(port)], env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    )
    for _ in range(1500):
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return process
        assert process.poll() is None, "the server ended"
        time.sleep(0.02)
    raise AssertionError("the server does not listen")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait(10)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


TABLE = (
    "CREATE TABLE orders (id TEXT PRIMARY KEY, status TEXT NOT NULL, total NUMERIC(12, 2), items BIGINT)",
    "INSERT INTO orders VALUES ('W1', 'delivered', 45.50, 2), ('W2', 'packing', 12.00, 9007199254740993)",
)
SLOW = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000000) SELECT max(i) AS i FROM n"


def _sql(kind: str, folder: Path, database: Callable[[], str]) -> Bench:
    path = folder / "shop.db"
    entry: dict[str, Any] = {
        "kind": "sql",
        "url": f"sqlite:{path}",
        "queries": {
            "get_order": {
                "sql": "SELECT id AS order_id, status, total FROM orders WHERE id = :reason",
                "parameters": {"reason": "text"},
            },
            "slow": {"sql": SLOW, "answer": "rows"},
            "all": {"sql": "SELECT id, items FROM orders ORDER BY id", "answer": "rows"},
        },
    }
    environment = dict(ENVIRONMENT)
    if kind == "sqlite":
        with apsw.Connection(str(path)) as db:
            for statement in TABLE:
                db.execute(statement)
        db.close()
        stop: Callable[[], None] = path.unlink
    else:
        dsn = database()
        head, _, tail = dsn.partition("://")
        user, _, rest = tail.partition(":")
        password, _, place = rest.partition("@")
        environment["SHOP_PASSWORD"] = password
        entry |= {"url": f"{head}://{user}@{place}", "password": "env:SHOP_PASSWORD"}
        stop = lambda: None  # noqa: E731
    connector = opened(folder, entry, environment)
    return Bench(
        kind,
        connector,
        "get_order",
        '{"reason": "W1"}',
        [],
        lambda _: None,
        lambda _: 0,
        list,
        stop,
        certain=True,
    )


def _smtp(folder: Path, stack: ExitStack) -> Bench:
    mail = MailServer(password=SECRET)
    serving = ExitStack()
    port = serving.enter_context(mail.serving())
    stack.callback(serving.close)
    entry = {
        "kind": "smtp",
        "host": "127.0.0.1",
        "port": port,
        "encryption": "none",
        "sender": "support@larkfield.example",
        "user": "bot",
        "password": "env:BACK_END_TOKEN",
        "tools": {
            "send_label": {
                "to": "{email}",
                "subject": "Your return {order_id}",
                "text": "Hello,\n{reason}\n.\nLarkfield\n",
            }
        },
    }
    connector = opened(folder, entry)

    def done(key: str) -> int:
        from answerable.adapters.connectors.mail_message import message_id  # noqa: PLC0415

        return [one["Message-ID"] for one in mail.taken].count(message_id(key, "larkfield.example"))

    return Bench(
        "smtp",
        connector,
        "send_label",
        '{"email": "noor@example.com", "order_id": "L-1", "reason": "your label"}',
        [one.name for one in MailFault],
        lambda name: mail.faults.append(MailFault[name]),
        done,
        lambda: [{"to": mail.recipients, "heads": [dict(one.items()) for one in mail.taken]}],
        serving.close,
    )
