"""A shop's back end in memory, behind the connectors' port: orders to look at and to refund, and faults on demand."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any

from answerable.actions import Done, NotDone, Outcome, Uncertain
from answerable.exchange import ToolSpec
from answerable.ports.connectors import BackEndCall
from answerable.values.errors import UpstreamUnreachable

ORDER_ID = {"type": "string", "description": "The order's number, as L-1.", "minLength": 1, "maxLength": 40}
READ = ToolSpec(
    "get_order",
    "Look an order up.",
    json.dumps({"type": "object", "properties": {"order_id": ORDER_ID}, "required": ["order_id"]}),
)
REFUND = ToolSpec(
    "refund_order",
    "Pay money back for an order.",
    json.dumps(
        {
            "type": "object",
            "properties": {
                "order_id": ORDER_ID,
                "amount": {"type": "number", "exclusiveMinimum": 0},
                "currency": {"type": "string", "enum": ["USD"]},
                "reason": {"type": "string", "maxLength": 200},
            },
            "required": ["order_id", "amount"],
            "additionalProperties": False,
        }
    ),
)
WIPE = ToolSpec("wipe_orders", "Forget everything.", '{"type":"object"}')


class ShopConnector:
    """A `Connector`. `orders` by number; `fault` is what the next acts come to instead of being done,
    and looks at orders that are not there."""

    checks_grants = False
    repeatable = True
    can_query = True

    def __init__(self, name: str = "shop", tools: Sequence[ToolSpec] = (READ, REFUND, WIPE)) -> None:
        self.name = name
        self.offers = list(tools)
        self.orders: dict[str, dict[str, Any]] = {
            "L-1": {
                "order_id": "L-1", "status": "delivered", "total": 45.0, "days_since_delivery": 3,
                "items": [{"name": "Blue planter"}],
            },
            "L-9": {
                "order_id": "L-9", "status": "delivered", "total": 450.0, "days_since_delivery": 3,
                "items": [{"name": "Garden bench"}],
            },
        }  # fmt: skip
        self.done: list[BackEndCall] = []
        """Acts, once for each key."""
        self.asked: list[BackEndCall] = []
        self.fault: Outcome | None = None
        self.lost_answer = False
        """The next act is done, and its answer does not arrive."""
        self.unreachable = False
        self.gate = asyncio.Event()
        """Acts and reads wait for it."""
        self.gate.set()

    async def tools(self) -> Sequence[ToolSpec]:
        if self.unreachable:
            raise UpstreamUnreachable(f"'{self.name}' can't be reached")
        return list(self.offers)

    async def call(self, call: BackEndCall, seconds: float) -> Outcome:
        del seconds
        self.asked.append(call)
        await self.gate.wait()
        given = json.loads(call.arguments)
        if call.tool == "get_order":
            order = self.orders.get(given["order_id"])
            if order is None:
                return self.fault or NotDone("there is no such order")
            return Done(json.dumps(order))
        if self.fault is not None:
            return self.fault
        if all(one.key != call.key for one in self.done):
            self.done.append(call)
        if self.lost_answer:
            self.lost_answer = False
            return Uncertain("the connection broke before the answer")
        return Done(json.dumps({"ok": True, "refund_id": f"r-{len(self.done)}"}), f"r-{len(self.done)}")

    async def query(self, call: BackEndCall, seconds: float) -> Outcome:
        del seconds
        for number, one in enumerate(self.done, start=1):
            if one.key == call.key:
                return Done(json.dumps({"ok": True, "refund_id": f"r-{number}"}), f"r-{number}")
        return NotDone("nothing was done under that key")

    async def problem(self) -> str:
        return f"'{self.name}' can't be reached" if self.unreachable else ""

    async def close(self) -> None:
        pass
