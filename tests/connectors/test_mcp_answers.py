"""What a tool of an MCP server answers reaches the records as it was meant, however its library wraps it."""

import asyncio
import json
import os
import sys
from pathlib import Path

from answerable.actions import Done
from answerable.adapters.connectors.mcp import McpBackEnd, McpConnector
from answerable.ports.connectors import BackEndCall
from answerable.values import ActionId

PROGRAM = (sys.executable, "-m", "answerable.testing.mcp_back_end")


def answers(folder: Path, *calls: tuple[str, dict[str, str]]) -> list[str]:
    """The results of calls, over one session with a real program."""

    async def run() -> list[str]:
        path = os.pathsep.join(sys.path)
        back_end = McpBackEnd(
            command=(*PROGRAM, str(folder), "text"), environment={"PYTHONPATH": lambda: path}
        )
        connector = McpConnector("functions", back_end)
        try:
            found = [
                await connector.call(
                    BackEndCall(ActionId("ac_1"), tool, json.dumps(given), f"k-{number}"), 20
                )
                for number, (tool, given) in enumerate(calls)
            ]
        finally:
            await connector.close()
        return [one.result if isinstance(one, Done) else repr(one) for one in found]

    return asyncio.run(run())


def test_text_that_a_library_wrapped_is_the_text_and_what_means_an_object_stays_one(tmp_path: Path) -> None:
    order, text, wrapped, odd, many = answers(
        tmp_path,
        ("get_order", {"order_id": "L-1"}),
        ("tell", {"text": "hello"}),
        ("wrap", {"text": "{}"}),
        ("tell", {"text": '{"result": "x"}'}),
        ("many", {}),
    )
    assert json.loads(order) == {"order_id": "L-1", "total": 45.5}
    assert text == "hello"
    assert json.loads(wrapped) == {"result": "{}"}
    assert json.loads(odd) == {"result": "x"}
    assert json.loads(many) == {"result": ["a", "b"]}
