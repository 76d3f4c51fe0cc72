"""What the shop shows of itself. Nothing here changes anything."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

from answerable.apps.shop.answers import money, no_such, without_none
from answerable.apps.shop.database import Row, Statements

Read = Callable[[Statements, str, date], Awaitable[dict[str, Any]]]


async def _one(sql: Statements, what: str, statement: str, name: str) -> Row:
    """Raises Refused."""
    found = await sql.rows(statement, name)
    if not found:
        raise no_such(what)
    return found[0]


async def get_order(sql: Statements, order_id: str, today: date) -> dict[str, Any]:
    """Raises Refused, as all of them."""
    order = await _one(sql, "order", "SELECT * FROM orders WHERE id = $1", order_id)
    items = await sql.rows(
        "SELECT id, name, price, delivered FROM items WHERE order_id = $1 ORDER BY id", order_id
    )
    people = await sql.rows("SELECT name, email FROM customers WHERE id = $1", order["customer"])
    delivered = order["delivered_on"]
    return without_none(
        order_id=order["id"],
        status=order["status"],
        delivered_on=delivered,
        days_since_delivery=(today - date.fromisoformat(delivered)).days if delivered else None,
        total=money(order["total"]),
        refunded=money(order["refunded"]) if order["refunded"] else None,
        currency=order["currency"],
        shipping=order["shipping"],
        shipping_fee=money(order["shipping_fee"]),
        carrier=order["carrier"],
        customer_note=order["note"],
        items=[
            without_none(
                item_id=item["id"],
                name=item["name"],
                price=money(item["price"]),
                delivered=False if delivered and not item["delivered"] else None,
            )
            for item in items
        ],
        payment={"method": order["method"], "last_four": order["last_four"]},
        customer=people[0] if people else None,
    )


async def get_basket(sql: Statements, basket_id: str, _: date) -> dict[str, Any]:
    found = await _one(sql, "basket", "SELECT * FROM baskets WHERE id = $1", basket_id)
    return {
        "basket_id": found["id"],
        "first_order": bool(found["first_order"]),
        "subtotal": money(found["subtotal"]),
        "currency": found["currency"],
        "code": found["code"],
    }


async def get_purchase(sql: Statements, serial: str, today: date) -> dict[str, Any]:
    found = await _one(sql, "purchase", "SELECT * FROM purchases WHERE serial = $1", serial)
    battery = found["battery_warranty_until"]
    return without_none(
        serial=found["serial"],
        product=found["product"],
        category=found["category"],
        purchased_on=found["purchased_on"],
        warranty_until=found["warranty_until"],
        in_warranty=today <= date.fromisoformat(found["warranty_until"]),
        battery_warranty_until=battery,
        battery_in_warranty=today <= date.fromisoformat(battery) if battery else None,
    )


async def get_refund(sql: Statements, refund_id: str, _: date) -> dict[str, Any]:
    found = await _one(sql, "refund", "SELECT * FROM refunds WHERE id = $1", refund_id)
    return without_none(
        refund_id=found["id"],
        state=found["state"],
        amount=money(found["amount"]),
        currency=found["currency"],
        sent_on=found["sent_on"],
    )


async def get_return(sql: Statements, return_id: str, _: date) -> dict[str, Any]:
    found = await _one(sql, "return", "SELECT * FROM returns WHERE id = $1", return_id)
    return without_none(return_id=found["id"], state=found["state"], last_scan=found["last_scan"])


async def track_parcel(sql: Statements, order_id: str, _: date) -> dict[str, Any]:
    return await _one(sql, "parcel", "SELECT * FROM parcels WHERE order_id = $1", order_id)
