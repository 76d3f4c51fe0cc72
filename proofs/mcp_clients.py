"""Other people's MCP clients, unchanged, against the tool gate: python proofs/mcp_clients.py

Starts `answerable tools serve` in front of an MCP server that is a shop's back end, over HTTP and over stdio, and has
each client do the same: list the tools, ask for a refund before the order was read (refused: what is missing), read
the order, ask again (done), and once more (told, and not done again). What the back end did is counted there, and every
chain is read in the ledger. Exit code 1 where anything is otherwise.

It needs Node with `npm ci` done in proofs/node_mcp, and a Python that has `fastmcp` (--fastmcp PYTHON).
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mcp import Client, StdioServerParameters

from answerable.adapters.bundle_files import from_folder
from answerable.adapters.sqlite_ledger import SqliteLedger
from answerable.apps.gate import Gate
from answerable.apps.readers import make_reader
from answerable.decisions import CedarDecider
from answerable.exchange import Message, Role
from answerable.receipts import kind_name
from answerable.receipts.verifying import decode
from answerable.testing import mcp_shop
from answerable.values import ConversationId, CustomerId, TraceId, WorkloadId

HERE = Path(__file__).parent
STORE = HERE.parent / "packs" / "store"
NODE = HERE / "node_mcp"
INSPECTOR = NODE / "node_modules" / ".bin" / "mcp-inspector"
REFUND: dict[str, Any] = {"order_id": "L-1", "amount": 45, "currency": "USD", "reason": "damaged"}
SAID = (
    Message(Role.USER, "My planter from order L-1 is broken."),
    Message(Role.ASSISTANT, "Would you like me to refund $45.00 for the Blue planter in order L-1?"),
    Message(Role.USER, "Yes, please."),
)
SECONDS = 120

Shown = dict[str, Any]
Ask = Callable[[dict[str, str], list[str]], Shown]
"""A client: given `_meta` and where the gate is (a URL, or a command), what it was shown."""


def python_sdk(mode: str) -> Ask:
    def ask(meta: dict[str, str], target: list[str]) -> Shown:
        async def run() -> Shown:
            server: Any = target[0]
            if not target[0].startswith("http"):
                server = StdioServerParameters(command=target[0], args=target[1:], env=dict(os.environ))
            given: Any = meta
            async with Client(server, mode=mode) as client:

                async def call(name: str, arguments: dict[str, Any]) -> Any:
                    found = await client.call_tool(name, arguments, meta=given)
                    return found.model_dump(by_alias=True, mode="json", exclude_none=True)

                tools = [
                    one.model_dump(by_alias=True, mode="json", exclude_none=True)
                    for one in (await client.list_tools()).tools
                ]
                return {
                    "protocol": client.protocol_version,
                    "tools": tools,
                    "refused": await call("refund_order", REFUND),
                    "read": await call("get_order", {"order_id": "L-1"}),
                    "done": await call("refund_order", REFUND),
                    "again": await call("refund_order", REFUND),
                }

        return asyncio.run(run())

    return ask


def program(*command: str) -> Ask:
    def ask(meta: dict[str, str], target: list[str]) -> Shown:
        found: Shown = json.loads(run([*command, json.dumps(meta), *target]))
        return found

    return ask


def inspector(meta: dict[str, str], target: list[str]) -> Shown:
    """One process for each step, as at a prompt."""
    where = [*target[:1], "--transport", "http"] if target[0].startswith("http") else target

    def step(*more: str) -> Any:
        return json.loads(run([str(INSPECTOR), "--cli", *where, *more]))

    def call(name: str, arguments: dict[str, Any]) -> Any:
        pairs = [f"{key}={value}" for key, value in arguments.items()]
        known = [f"{key}={value}" for key, value in meta.items()]
        return step(
            "--method", "tools/call", "--tool-name", name, "--tool-arg", *pairs, "--tool-metadata", *known
        )

    return {
        "tools": step("--method", "tools/list")["tools"],
        "refused": call("refund_order", REFUND),
        "read": call("get_order", {"order_id": "L-1"}),
        "done": call("refund_order", REFUND),
        "again": call("refund_order", REFUND),
    }


def run(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False, cwd=NODE)
    if not done.stdout.strip():
        raise RuntimeError(f"{command[0]} said nothing (code {done.returncode}): {done.stderr[-2000:]}")
    return done.stdout


class Stand:
    """The shop, the ledger, and how the gate is started."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.done_file = folder, folder / "done.jsonl"
        command = [sys.executable, mcp_shop.__file__, str(self.done_file)]
        (folder / "connectors.yaml").write_text(json.dumps({"shop": {"kind": "mcp", "command": command}}))
        (folder / "toolgate.yaml").write_text("workloads: {insecure_open: {connectors: [shop]}}\n")
        self.serve = [
            sys.executable, "-m", "answerable.apps.cli", "tools", "serve", "--bundle", str(STORE),
            "--toolgate", str(folder / "toolgate.yaml"), "--connectors", str(folder / "connectors.yaml"),
            "--ledger", str(folder / "ledger.db"),
        ]  # fmt: skip

    @contextmanager
    def http(self) -> Iterator[str]:
        command = [*self.serve, "--port", "0", "--json"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())["url"]
        finally:
            process.terminate()
            process.wait(SECONDS)
            process.stdout.close()

    def said(self, conversation: str) -> None:
        """Put a customer's yes on record, as the chat gateway would have."""

        async def put() -> None:
            ledger = SqliteLedger(self.folder / "ledger.db")
            gate = Gate(ledger, make_reader(), CedarDecider(from_folder(STORE)))
            exchange = gate.exchange(
                SAID,
                workload=WorkloadId("insecure_open"),
                conversation=ConversationId(conversation),
                customer=CustomerId(f"customer of {conversation}"),
            )
            await gate.check(exchange, "One moment, please.")
            await ledger.close()

        asyncio.run(put())

    @property
    def done(self) -> int:
        return len(self.done_file.read_text().splitlines()) if self.done_file.exists() else 0

    def kinds(self, trace: str) -> list[str]:
        async def read() -> list[str]:
            ledger = SqliteLedger(self.folder / "ledger.db")
            try:
                return [
                    kind_name(decode(row.entry, row.seq).body) for row in await ledger.trace(TraceId(trace))
                ]
            finally:
                await ledger.close()

        return asyncio.run(read())

    def verified(self) -> int:
        async def read() -> int:
            ledger = SqliteLedger(self.folder / "ledger.db")
            try:
                return await ledger.verify()
            finally:
                await ledger.close()

        return asyncio.run(read())


def wrong(shown: Shown, before: int, stand: Stand) -> list[str]:
    """What is otherwise than it should be."""
    found: list[str] = []

    def hold(what: str, holds: object) -> None:
        if not holds:
            found.append(what)

    def facts(step: str) -> dict[str, Any]:
        given: dict[str, Any] = shown[step].get("structuredContent") or {}
        return given

    hints = {tool["name"]: tool.get("annotations", {}) for tool in shown["tools"]}
    hold("it lists the read and the act, and nothing else", sorted(hints) == ["get_order", "refund_order"])
    hold("a read is marked as one", hints.get("get_order", {}).get("readOnlyHint") is True)
    hold(
        "an act that can't be undone is marked as one",
        hints.get("refund_order", {}).get("destructiveHint") is True,
    )
    hold("the first refund is refused as an error", shown["refused"].get("isError") is True)
    hold(
        "it says what is missing",
        "call get_order for it first" in "".join(facts("refused").get("missing", [])),
    )
    hold("the order is read", facts("read").get("result", {}).get("total") == 45)
    hold("the second refund is done", facts("done").get("outcome") == "done")
    hold("the third is told and not done", facts("again").get("repeats") == facts("done").get("trace"))
    hold("the back end did it once", stand.done == before + 1)
    hold("its receipt is on record", stand.kinds(facts("done").get("trace", ""))[-2:] == ["receipt", "reply"])
    return found


def versions(fastmcp: str) -> dict[str, str]:
    locked = json.loads((NODE / "package-lock.json").read_text())["packages"]
    ask = "import importlib.metadata as m; print(m.version('{}'))"
    return {
        "inspector": locked["node_modules/@modelcontextprotocol/inspector"]["version"],
        "typescript": locked["node_modules/@modelcontextprotocol/sdk"]["version"],
        "fastmcp": run([fastmcp, "-c", ask.format("fastmcp")]).strip(),
        "python": run([sys.executable, "-c", ask.format("mcp")]).strip(),
        "node": run(["node", "--version"]).strip(),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fastmcp", default=sys.executable, help="a Python that has fastmcp installed")
    options = parser.parse_args()
    fastmcp = str(Path(options.fastmcp).absolute())  # not resolved: a link into it is not it
    of = versions(fastmcp)
    clients: list[tuple[str, Ask]] = [
        (f"MCP Inspector {of['inspector']}, CLI mode", inspector),
        (f"`@modelcontextprotocol/sdk` {of['typescript']}", program("node", str(NODE / "check.mjs"))),
        (f"`fastmcp` {of['fastmcp']}", program(fastmcp, str(HERE / "fastmcp_client.py"))),
        (f"`mcp` {of['python']}, with a handshake", python_sdk("legacy")),
        (f"`mcp` {of['python']}, as it comes", python_sdk("auto")),
    ]
    failed: list[str] = []
    print(
        f"Node {of['node']}, Python {sys.version.split()[0]}. Each asked for a refund before the order was read, read"
    )
    print("it, asked again, and once more.\n")
    print("| client | transport | listed | before the read | after it | once more | at the back end |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        stand = Stand(Path(folder))
        for number, (name, ask) in enumerate(clients):
            for transport in ("HTTP", "stdio"):
                talk = f"c-{number}-{transport}"
                stand.said(talk)
                meta = {"answerable/conversation": talk, "answerable/customer_id": f"customer of {talk}"}
                before = stand.done
                try:
                    if transport == "HTTP":
                        with stand.http() as url:
                            shown = ask(meta, [url])
                    else:
                        shown = ask(meta, [*stand.serve, "--stdio"])
                    bad = wrong(shown, before, stand)
                except Exception as error:  # noqa: BLE001 – one client that fails is one line
                    print(
                        f"| {name} | {transport} | **failed**: {type(error).__name__}: {str(error)[:300]} | | | | |"
                    )
                    failed.append(name)
                    continue
                failed += bad
                told = {
                    step: shown[step]["structuredContent"]["outcome"] for step in ("refused", "done", "again")
                }
                listed = ", ".join(sorted(one["name"] for one in shown["tools"]))
                row = [name, transport, listed, told["refused"], told["done"]]
                row += [f"{told['again']}, not repeated", f"{stand.done - before} refund"]
                print(f"| {' | '.join(row)} |" + "".join(f" **wrong: {one}**" for one in bad))
        print(f"\nThe ledger of all of them was verified: {stand.verified()} entries.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
