"""A shop that dies between an act's commit and its answer: the act is done once, and known by its key."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from shop_stack import connector_to, free_port

from answerable.actions import Done, Uncertain
from answerable.ports.connectors import BackEndCall
from answerable.values import ActionId

SECONDS = 20.0
PROGRAM = """
import os, sys, uvicorn
from answerable.apps.shop.app import create_shop
from answerable.apps.shop.database import shop_database

where, port, dies = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "dies"
app = create_shop(shop_database(where), f"http://127.0.0.1:{port}", None,
                  reader_key="the-key-of-the-readers", committed=lambda key: os._exit(1) if dies else None)
uvicorn.run(app, port=port, log_level="critical", ws="none")
"""


@contextmanager
def running(*arguments: str, port: int, environment: dict[str, str] | None = None) -> Iterator[None]:
    process = subprocess.Popen(
        [sys.executable, *arguments],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **(environment or {})},
    )
    try:
        for _ in range(1500):
            with socket.socket() as one:
                if one.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert process.poll() is None, "the shop ended"
            time.sleep(0.02)
        yield
    finally:
        process.kill()
        process.wait(10)


@pytest.fixture(params=["sqlite", "postgres"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return request.getfixturevalue("database") if request.param == "postgres" else str(tmp_path / "shop.db")


async def test_an_act_whose_answer_died_with_the_shop_is_done_once_and_known_by_its_key(
    where: str, tmp_path: Path
) -> None:
    port = free_port()
    connector = connector_to(f"http://127.0.0.1:{port}", tmp_path, grants=False)
    call = BackEndCall(ActionId("ac_1"), "refund_order", '{"order_id":"L-20418","amount":45.00}', "k-1")
    with running("-c", PROGRAM, where, str(port), "dies", port=port):
        assert isinstance(await connector.call(call, SECONDS), Uncertain)
    with running("-c", PROGRAM, where, str(port), "lives", port=port):
        asked = await connector.query(call, SECONDS)
        assert isinstance(asked, Done), asked
        assert asked.reference == "R-7730"
        assert await connector.call(call, SECONDS) == asked
        other = BackEndCall(ActionId("ac_2"), "get_order", '{"order_id":"L-20418"}', "k-2")
        order = await connector.call(other, SECONDS)
        assert isinstance(order, Done)
        assert json.loads(order.result)["refunded"] == 45.0
    await connector.close()


async def test_the_command_serves_the_shop(tmp_path: Path) -> None:
    port = free_port()
    arguments = ["-m", "answerable.apps.cli", "shop", "serve", "--database", str(tmp_path / "shop.db")]
    arguments += ["--port", str(port), "--insecure-without-grants", "--reader-key", "env:READER"]
    connector = connector_to(f"http://127.0.0.1:{port}", tmp_path, grants=False)
    with running(*arguments, port=port, environment={"READER": "the-key-of-the-readers"}):
        call = BackEndCall(ActionId("ac_1"), "get_order", '{"order_id":"L-20418"}', "k-1")
        assert isinstance(await connector.call(call, SECONDS), Done)
    await connector.close()


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([], "an act needs a grant"),
        (["--insecure-without-grants", "--host", "0.0.0.0"], "can be reached from other machines"),
        (["--issuer", "https://grants.example"], "--issuer-key"),
        (["--issuer", "https://grants.example", "--insecure-without-grants"], "an act needs a grant"),
    ],
)
async def test_a_shop_that_anybody_could_act_in_does_not_start(options: list[str], expected: str) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "answerable.apps.cli", "shop", "serve", *options,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, told = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 2
    assert expected in told.decode()
