"""A shop's back end as an MCP server of its own, over stdio: python -m answerable.testing.mcp_shop [FILE]

It needs nothing else of this package, so it can be started by its path. It knows two orders. Each
refund is a line of FILE, so that whoever started it can count what was really done.
"""

import json
import sys
from pathlib import Path
from typing import Any

from mcp.server.mcpserver import MCPServer

_ORDERS: dict[str, dict[str, Any]] = {
    "L-1": {
        "order_id": "L-1", "status": "delivered", "total": 45.0, "days_since_delivery": 3,
        "items": [{"name": "Blue planter"}],
    },
    "L-9": {
        "order_id": "L-9", "status": "delivered", "total": 450.0, "days_since_delivery": 3,
        "items": [{"name": "Garden bench"}],
    },
}  # fmt: skip


def shop(done: Path | None = None) -> MCPServer:
    """The server. What was done is appended to a file, where one is named."""
    server = MCPServer("shop")

    @server.tool()
    def get_order(order_id: str) -> dict[str, Any]:
        """Look an order up."""
        return _ORDERS.get(order_id, {"error": "there is no such order"})

    @server.tool()
    def refund_order(order_id: str, amount: float, currency: str = "USD", reason: str = "") -> dict[str, Any]:
        """Pay money back for an order."""
        if done is not None:
            with done.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"order_id": order_id, "amount": amount, "reason": reason}) + "\n")
        return {"ok": True, "refunded": amount, "currency": currency}

    return server


if __name__ == "__main__":
    shop(Path(sys.argv[1]) if len(sys.argv) > 1 else None).run()
