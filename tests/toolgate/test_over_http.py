"""The official Python client over Streamable HTTP, in both of the protocol's eras; and who it is that calls."""

import json
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from tool_stack import EARNED, REFUND, TALK, served

META: Any = {"answerable/conversation": TALK}
ERAS = ("2025-11-25", "2026-07-28")


@pytest.mark.parametrize("mode", ["legacy", "auto"])
async def test_a_client_lists_reads_and_acts(tmp_path: Path, mode: str) -> None:
    async with served(tmp_path) as (url, stack):
        await stack.say(*EARNED)
        async with Client(f"{url}/mcp", mode=mode) as client:
            listed = await client.list_tools()
            by_name = {tool.name: tool for tool in listed.tools}
            assert sorted(by_name) == ["get_order", "refund_order"]
            hints = by_name["get_order"].annotations
            assert hints is not None
            assert (hints.read_only_hint, hints.destructive_hint) == (True, False)
            hints = by_name["refund_order"].annotations
            assert hints is not None
            assert (hints.read_only_hint, hints.destructive_hint) == (False, True)
            refused = await client.call_tool("refund_order", dict(REFUND), meta=META)
            assert refused.is_error
            assert refused.structured_content["outcome"] == "refused"
            assert "get_order" in refused.structured_content["missing"][0]
            looked = await client.call_tool("get_order", {"order_id": "L-1"}, meta=META)
            assert json.loads(looked.content[0].text)["total"] == 45.0  # type: ignore[union-attr]
            done = await client.call_tool("refund_order", dict(REFUND), meta=META)
            assert not done.is_error
            assert done.structured_content["outcome"] == "done"
            kinds = await stack.kinds(done.structured_content["trace"])
            assert kinds[-2:] == ["receipt", "reply"]
        assert len(stack.shop.done) == 1
