"""The shop's tools in one table: their arguments, what they do, and the OpenAPI document that says so."""

from dataclasses import dataclass
from typing import Any

from answerable.apps.shop import acts, reads
from answerable.apps.shop.answers import Refused

_LONGEST = 500


@dataclass(frozen=True, slots=True)
class ReadTool:
    """`GET PATH`, with one argument in the path."""

    name: str
    path: str
    argument: str
    what: str
    read: reads.Read


@dataclass(frozen=True, slots=True)
class ActTool:
    """`POST /NAME` with the arguments as JSON: `text` or `number`, those in `optional` may be missing."""

    name: str
    arguments: dict[str, str]
    what: str
    reference: str
    act: acts.Act
    optional: frozenset[str] = frozenset()

    def checked(self, given: dict[str, Any]) -> dict[str, Any]:
        """The arguments, if they are these and no others. Raises Refused."""
        for name in given.keys() - self.arguments.keys():
            raise Refused(400, "invalid_arguments", f"there is no '{name[:40]}' here")
        for name, kind in self.arguments.items():
            if name not in given and name in self.optional:
                continue
            value = given.get(name)
            is_text = isinstance(value, str) and 0 < len(value) <= _LONGEST and value.isprintable()
            is_number = isinstance(value, int | float) and not isinstance(value, bool)
            if not (is_text if kind == "text" else is_number):
                raise Refused(400, "invalid_arguments", f"'{name}' is missing, or no {kind}")
        return given


READS = (
    ReadTool("get_order", "/orders/{order_id}", "order_id", "Read an order.", reads.get_order),
    ReadTool("get_basket", "/baskets/{basket_id}", "basket_id", "Read a basket.", reads.get_basket),
    ReadTool("get_purchase", "/purchases/{serial}", "serial", "Read a purchase by serial number.", reads.get_purchase),
    ReadTool("get_refund", "/refunds/{refund_id}", "refund_id", "Read the state of a refund.", reads.get_refund),
    ReadTool("get_return", "/returns/{return_id}", "return_id", "Read the state of a return.", reads.get_return),
    ReadTool("track_parcel", "/parcels/{order_id}", "order_id", "Read where a parcel is.", reads.track_parcel),
)  # fmt: skip
ACTS = (
    ActTool(
        "refund_order",
        {"order_id": "text", "amount": "number", "currency": "text", "reason": "text"},
        "Pay an amount back to the card of an order.",
        "refund_id",
        acts.refund_order,
        frozenset({"currency", "reason"}),
    ),
    ActTool(
        "cancel_refund",
        {"refund_id": "text", "order_id": "text"},
        "Take back a refund that has not gone to the bank.",
        "refund_id",
        acts.cancel_refund,
        frozenset({"order_id"}),
    ),
    ActTool(
        "create_return",
        {"order_id": "text", "item_id": "text", "email": "text"},
        "Open a return and e-mail a label.",
        "return_id",
        acts.create_return,
    ),
    ActTool(
        "apply_code",
        {"basket_id": "text", "code": "text"},
        "Apply a discount code to a basket.",
        "basket_id",
        acts.apply_code,
    ),
    ActTool(
        "open_warranty_claim",
        {"serial": "text", "fault": "text"},
        "Open a warranty claim.",
        "claim_id",
        acts.open_warranty_claim,
    ),
    ActTool(
        "change_shipping",
        {"order_id": "text", "method": "text", "charge": "number"},
        "Change the shipping method of an order that has not been dispatched, and charge the difference.",
        "order_id",
        acts.change_shipping,
    ),
)


def openapi(url: str) -> dict[str, Any]:
    """The OpenAPI 3.1 document of the shop at that URL."""
    answers = {"200": {"description": "Done, or found."}, "4XX": {"description": "Nothing was done."}}
    paths: dict[str, Any] = {}
    for read in READS:
        parameter = {"name": read.argument, "in": "path", "required": True, "schema": {"type": "string"}}
        paths[read.path] = {
            "get": {"operationId": read.name, "summary": read.what, "parameters": [parameter], "responses": answers}
        }  # fmt: skip
    for act in ACTS:
        schema = {
            "type": "object",
            "additionalProperties": False,
            "required": [name for name in act.arguments if name not in act.optional],
            "properties": {
                name: {"type": "string" if kind == "text" else "number"}
                for name, kind in act.arguments.items()
            },
        }
        paths[f"/{act.name}"] = {
            "post": {
                "operationId": act.name,
                "summary": act.what,
                "parameters": [
                    {
                        "name": "Idempotency-Key",
                        "in": "header",
                        "required": False,
                        "schema": {"type": "string"},
                    }
                ],
                "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
                "responses": answers,
                "x-answerable-reference": act.reference,
            }
        }
    return {
        "openapi": "3.1.0",
        "info": {"title": "Larkfield", "version": "1"},
        "servers": [{"url": url}],
        "paths": paths,
    }
