"""`answerable tools`, as a program of its own, in front of a back end that is another: HTTP and stdio."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters
from tool_stack import EARNED, REFUND, STORE, TALK

from answerable.adapters.bundle_files import from_folder
from answerable.adapters.sqlite_ledger import SqliteLedger
from answerable.apps.gate import Gate
from answerable.apps.readers import make_reader
from answerable.decisions import CedarDecider
from answerable.testing import mcp_shop
from answerable.values import ConversationId, CustomerId, WorkloadId

META: Any = {"answerable/conversation": TALK, "answerable/customer_id": "c-7"}
CLI = [sys.executable, "-m", "answerable.apps.cli"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    command = [sys.executable, mcp_shop.__file__, str(tmp_path / "done.jsonl")]
    shop = {"kind": "mcp", "command": command, "environment": {}}
    (tmp_path / "connectors.yaml").write_text(json.dumps({"shop": shop}))
    (tmp_path / "toolgate.yaml").write_text("workloads: {insecure_open: {connectors: [shop]}}\n")
    return tmp_path


def options(folder: Path) -> list[str]:
    return [
        "--toolgate", str(folder / "toolgate.yaml"), "--connectors", str(folder / "connectors.yaml"),
        "--bundle", str(STORE),
    ]  # fmt: skip


async def on_record(folder: Path) -> None:
    ledger = SqliteLedger(folder / "ledger.db")
    gate = Gate(ledger, make_reader(), CedarDecider(from_folder(STORE)))
    exchange = gate.exchange(
        EARNED,
        workload=WorkloadId("insecure_open"),
        conversation=ConversationId(TALK),
        customer=CustomerId("c-7"),
    )
    await gate.check(exchange, "One moment, please.")
    await ledger.close()


def done(folder: Path) -> int:
    file = folder / "done.jsonl"
    return len(file.read_text().splitlines()) if file.exists() else 0


@asynccontextmanager
async def running(folder: Path, *more: str) -> AsyncIterator[str]:
    arguments = [
        "tools",
        "serve",
        *options(folder),
        "--ledger",
        str(folder / "ledger.db"),
        "--port",
        "0",
        "--json",
    ]
    process = await asyncio.create_subprocess_exec(
        *CLI, *arguments, *more, stdout=asyncio.subprocess.PIPE, env=os.environ
    )
    assert process.stdout is not None
    try:
        yield json.loads(await process.stdout.readline())["url"]
    finally:
        process.terminate()
        assert await process.wait() in (0, -15)


async def refund(client: Client) -> Any:
    assert sorted(tool.name for tool in (await client.list_tools()).tools) == ["get_order", "refund_order"]
    refused = await client.call_tool("refund_order", dict(REFUND), meta=META)
    assert refused.structured_content["outcome"] == "refused"
    await client.call_tool("get_order", {"order_id": "L-1"}, meta=META)
    return (await client.call_tool("refund_order", dict(REFUND), meta=META)).structured_content


async def test_over_http(folder: Path) -> None:
    await on_record(folder)
    async with running(folder) as url, Client(url) as client:
        answer = await refund(client)
        assert answer["outcome"] == "done", answer
    assert done(folder) == 1


async def test_what_was_done_before_the_gate_was_started_again_is_not_done_twice(folder: Path) -> None:
    await on_record(folder)
    async with running(folder) as url, Client(url) as client:
        first = await refund(client)
    async with running(folder) as url, Client(url) as client:
        again = await client.call_tool("refund_order", dict(REFUND), meta=META)
        assert again.structured_content["repeats"] == first["trace"]
    assert done(folder) == 1


async def test_over_stdio(folder: Path) -> None:
    await on_record(folder)
    arguments = [
        *CLI[1:],
        "tools",
        "serve",
        "--stdio",
        *options(folder),
        "--ledger",
        str(folder / "ledger.db"),
    ]
    server = StdioServerParameters(command=CLI[0], args=arguments, env=dict(os.environ))
    async with Client(server, mode="legacy") as client:
        answer = await refund(client)
        assert answer["outcome"] == "done", answer
    async with Client(server) as client:
        again = await client.call_tool("refund_order", dict(REFUND), meta=META)
        assert "repeats" in again.structured_content
    assert done(folder) == 1


async def test_the_list_has_fingerprints_and_whom_each_tool_is_served_to(folder: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *CLI, "tools", "list", *options(folder), "--json", stdout=asyncio.subprocess.PIPE, env=os.environ
    )
    out, _ = await process.communicate()
    rows = {row["tool"]: row for row in json.loads(out)}
    assert (rows["get_order"]["kind"], rows["refund_order"]["kind"]) == ("read", "act")
    assert rows["refund_order"]["workloads"] == ["insecure_open"]
    assert rows["refund_order"]["fingerprint"].startswith("sha256:")
