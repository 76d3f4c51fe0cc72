"""The FastMCP client at the tool gate: python fastmcp_client.py META URL | python fastmcp_client.py META COMMAND...

Run by proofs/mcp_clients.py in an environment of its own. Prints what it was shown as one line of JSON.
"""

import asyncio
import json
import os
import sys
from importlib import import_module
from typing import Any

# By name: it is in no environment of this project's own.
Client: Any = import_module("fastmcp").Client
StdioTransport: Any = import_module("fastmcp.client.transports").StdioTransport
REFUND = {"order_id": "L-1", "amount": 45, "currency": "USD", "reason": "damaged"}


async def main(meta: dict[str, Any], target: str, *rest: str) -> None:
    transport: Any = target
    if not target.startswith("http"):
        transport = StdioTransport(command=target, args=list(rest), env=dict(os.environ))
    async with Client(transport) as client:

        async def call(name: str, given: dict[str, Any]) -> Any:
            found = await client.call_tool_mcp(name, given, meta=meta)
            return found.model_dump(by_alias=True, mode="json", exclude_none=True)

        tools = [
            tool.model_dump(by_alias=True, mode="json", exclude_none=True)
            for tool in await client.list_tools()
        ]
        refused = await call("refund_order", REFUND)
        read = await call("get_order", {"order_id": "L-1"})
        done = await call("refund_order", REFUND)
        again = await call("refund_order", REFUND)
    shown = {"tools": tools, "refused": refused, "read": read, "done": done, "again": again}
    print(json.dumps(shown))


if __name__ == "__main__":
    asyncio.run(main(json.loads(sys.argv[1]), *sys.argv[2:]))
