"""What the shop does. Each act keeps the books straight by itself; that it may be done was decided before.

An act and its answer are one transaction under the idempotency key: it is done once however often it is asked for,
and whoever lost the answer can have it again.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from answerable.apps.shop.answers import Refused, money, no_such, written
from answerable.apps.shop.database import ShopDatabase, Statements
from answerable.grants.arguments import arguments_digest
from answerable.values import rfc3339

Arguments = dict[str, Any]
Act = Callable[[Statements, Arguments], Awaitable[dict[str, Any]]]
_MOST_CENTS = 10**9


async def done_once(
    database: ShopDatabase,
    act: Act,
    tool: str,
    given: Arguments,
    key: str,
    *,
    granted: str | None,
    now: datetime,
) -> str:
    """The act's answer, of this time or of the first. Raises Refused: then nothing was done.

    1. The key is taken. Whoever comes with it at the same moment waits here.
    2. Where it was taken before, the answer is that time's; for another act it is refused.
    3. The act.
    4. Its answer is kept. A crash before the commit leaves neither act nor key; after it the act is done, and
       `GET /acts/KEY` and a second try have the answer that nobody was given.
    """
    digest = arguments_digest(written(given))
    async with database.transaction() as sql:
        # 1.
        taken = await sql.rows(
            "INSERT INTO acts (key, tool, arguments, answer, granted, at) VALUES ($1, $2, $3, '', $4, $5) "
            "ON CONFLICT (key) DO NOTHING RETURNING key",
            key, tool, digest, granted, rfc3339(now),
        )  # fmt: skip
        # 2.
        if not taken:
            [kept] = await sql.rows("SELECT tool, arguments, answer FROM acts WHERE key = $1", key)
            if (kept["tool"], kept["arguments"]) != (tool, digest):
                raise Refused(422, "key_of_another_act", "that idempotency key was another act's")
            answer: str = kept["answer"]
            return answer
        # 3.
        answer = written({"status": "success", **await act(sql, given)})
        # 4.
        await sql.rows("UPDATE acts SET answer = $2 WHERE key = $1", key, answer)
    return answer


async def answer_of(database: ShopDatabase, key: str) -> str:
    """What was answered to the act of that key. Raises Refused where none was done."""
    async with database.transaction() as sql:
        found = await sql.rows("SELECT answer FROM acts WHERE key = $1", key)
    if not found:
        raise no_such("act")
    answer: str = found[0]["answer"]
    return answer


async def refund_order(sql: Statements, given: Arguments) -> dict[str, Any]:
    """Pay back, to the card of the order, and never more in all than was paid. Raises Refused, as all of them."""
    amount = _cents(given["amount"])
    order = await _order(sql, given["order_id"])
    if given.get("currency", order["currency"]) != order["currency"]:
        raise Refused(422, "other_currency", f"the order was paid in {order['currency']}")
    if not order["payable"]:
        raise Refused(424, "payment_service_unavailable", "the payment service of that card is down")
    # One statement looks and writes: two refunds at once can't both fit.
    fitted = await sql.rows(
        "UPDATE orders SET refunded = refunded + $2 WHERE id = $1 AND refunded + $2 <= total RETURNING id",
        order["id"],
        amount,
    )
    if not fitted:
        raise Refused(422, "more_than_was_paid", "no more is paid back than was paid and not paid back yet")
    refund = await _number(sql, "R")
    await sql.rows(
        "INSERT INTO refunds (id, order_id, amount, currency, reason, state) VALUES ($1, $2, $3, $4, $5, 'pending')",
        refund, order["id"], amount, order["currency"], given.get("reason"),
    )  # fmt: skip
    return {
        "refund_id": refund,
        "order_id": order["id"],
        "amount": money(amount),
        "currency": order["currency"],
        "card_last_four": order["last_four"],
    }


async def cancel_refund(sql: Statements, given: Arguments) -> dict[str, Any]:
    """Take a refund back that has not gone to the bank: of that order, where one is named."""
    named, order = given["refund_id"], given.get("order_id")
    found = await sql.rows(
        "UPDATE refunds SET state = 'cancelled' "
        "WHERE id = $1 AND state = 'pending' AND order_id = coalesce($2, order_id) "
        "RETURNING order_id, amount, currency",
        named,
        order,
    )
    if not found:
        known = await sql.rows(
            "SELECT state FROM refunds WHERE id = $1 AND order_id = coalesce($2, order_id)", named, order
        )
        raise Refused(409, f"refund_{known[0]['state']}") if known else no_such("refund")
    [refund] = found
    await sql.rows(
        "UPDATE orders SET refunded = refunded - $2 WHERE id = $1", refund["order_id"], refund["amount"]
    )
    return {
        "refund_id": named,
        "order_id": refund["order_id"],
        "amount": money(refund["amount"]),
        "currency": refund["currency"],
        "state": "cancelled",
    }


async def create_return(sql: Statements, given: Arguments) -> dict[str, Any]:
    """Open a return for an item, and e-mail the label."""
    order = await _order(sql, given["order_id"])
    if not await sql.rows(
        "SELECT id FROM items WHERE order_id = $1 AND id = $2", order["id"], given["item_id"]
    ):
        raise no_such("item")
    number = await _number(sql, "RT")
    opened = await sql.rows(
        "INSERT INTO returns (id, order_id, item_id, email, state) VALUES ($1, $2, $3, $4, 'label_sent') "
        "ON CONFLICT (order_id, item_id) DO NOTHING RETURNING id",
        number, order["id"], given["item_id"], given["email"],
    )  # fmt: skip
    if not opened:
        raise Refused(409, "return_already_open", "there is a return for that item already")
    return {
        "return_id": number,
        "order_id": order["id"],
        "item_id": given["item_id"],
        "label_sent_to": given["email"],
    }


async def apply_code(sql: Statements, given: Arguments) -> dict[str, Any]:
    """Put a code on a basket that has none."""
    code = await sql.rows("SELECT percent_off FROM codes WHERE code = $1", given["code"])
    if not code:
        raise no_such("code")
    found = await sql.rows(
        "UPDATE baskets SET code = $2 WHERE id = $1 AND code IS NULL RETURNING subtotal, currency",
        given["basket_id"],
        given["code"],
    )
    if not found:
        known = await sql.rows("SELECT id FROM baskets WHERE id = $1", given["basket_id"])
        raise Refused(409, "codes_are_not_combined") if known else no_such("basket")
    [basket], percent = found, code[0]["percent_off"]
    discount = basket["subtotal"] * percent // 100
    return {
        "success": True,
        "basket_id": given["basket_id"],
        "code": given["code"],
        "percent_off": percent,
        "discount": money(discount),
        "subtotal": money(basket["subtotal"]),
        "total": money(basket["subtotal"] - discount),
        "currency": basket["currency"],
    }


async def open_warranty_claim(sql: Statements, given: Arguments) -> dict[str, Any]:
    """Open a claim for a purchase that has none."""
    if not await sql.rows("SELECT serial FROM purchases WHERE serial = $1", given["serial"]):
        raise no_such("purchase")
    number = await _number(sql, "WC")
    opened = await sql.rows(
        "INSERT INTO claims (id, serial, fault, state) VALUES ($1, $2, $3, 'open') "
        "ON CONFLICT (serial) DO NOTHING RETURNING id",
        number, given["serial"], given["fault"],
    )  # fmt: skip
    if not opened:
        raise Refused(409, "claim_already_open", "there is a claim for that serial number already")
    return {"claim_id": number, "serial": given["serial"], "state": "open"}


async def change_shipping(sql: Statements, given: Arguments) -> dict[str, Any]:
    """Send an order in another way, for that way's fee, while it is being packed."""
    order, charge = await _order(sql, given["order_id"]), _cents(given["charge"])
    fee = await sql.rows("SELECT fee FROM shipping_fees WHERE method = $1", given["method"])
    if not fee:
        raise no_such("shipping_method")
    if charge != fee[0]["fee"]:
        raise Refused(422, "other_fee", f"that costs {money(fee[0]['fee'])}")
    changed = await sql.rows(
        "UPDATE orders SET shipping = $2, shipping_fee = shipping_fee + $3 WHERE id = $1 AND status = 'packing' "
        "AND shipping <> $2 RETURNING id",
        order["id"], given["method"], charge,
    )  # fmt: skip
    if not changed:
        raise Refused(409, "not_packing", "the order has left, or is sent that way already")
    return {
        "order_id": order["id"],
        "shipping": given["method"],
        "charged": money(charge),
        "currency": order["currency"],
        "card_last_four": order["last_four"],
    }


async def _order(sql: Statements, order_id: str) -> dict[str, Any]:
    found = await sql.rows("SELECT * FROM orders WHERE id = $1", order_id)
    if not found:
        raise no_such("order")
    return found[0]


async def _number(sql: Statements, kind: str) -> str:
    [row] = await sql.rows("UPDATE numbers SET last = last + 1 WHERE kind = $1 RETURNING last", kind)
    return f"{kind}-{row['last']}"


def _cents(amount: float) -> int:
    """Whole cents above nothing, of an amount in the currency's major unit. Raises Refused."""
    exact = Decimal(repr(amount)) * 100
    if exact != exact.to_integral_value() or not 0 < exact <= _MOST_CENTS:
        raise Refused(422, "no_amount", "an amount is above nothing, and has no more than two places")
    return int(exact)
