"""What a tool of an MCP server answers reaches the records as it was meant, however its library wraps it."""

import asyncio
import json
import os
import sys
from pathlib import Path

from answerable.actions import Done, Outcome, Uncertain
from answerable.adapters.connectors.mcp import McpBackEnd, McpConnector
from answerable.ports.connectors import BackEndCall
from answerable.testing.mcp_back_end import McpFault, McpFolder, mcp_server
from answerable.testing.serving import serve_in_thread
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


def test_an_event_larger_than_an_answer_may_be_is_not_read_to_its_end(tmp_path: Path) -> None:
    folder = McpFolder(tmp_path / "mcp")
    folder.fault("refund_order", McpFault.HUGE_DONE)

    async def run(url: str) -> Outcome:
        connector = McpConnector("far", McpBackEnd(url=f"{url}/mcp", most_bytes=1000))
        try:
            return await connector.call(BackEndCall(ActionId("ac_1"), "refund_order", "{}", "k-1"), 20)
        finally:
            await connector.close()

    with serve_in_thread(mcp_server(folder).streamable_http_app()) as url:
        outcome = asyncio.run(run(url))
    # Not "larger than": it was never read to its end.
    assert outcome == Uncertain("the session with 'far' was lost before it answered")
