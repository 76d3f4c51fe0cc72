"""The packs of two published policies: one sentence of theirs after the other, kept and broken."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from answerable.adapters.bundle_files import from_folder
from answerable.decisions import ActDecider, ActDecision, ActOutcome, Situation
from answerable.dialogue import talk_of
from answerable.exchange import Message, Role, ToolCall
from answerable.findings import succeeded
from answerable.records import Book
from answerable.values import CallId

PACKS = Path(__file__).parents[2] / "packs"
AIRLINE, RETAIL = from_folder(PACKS / "airline"), from_folder(PACKS / "retail")
NOW = datetime(2024, 5, 15, 20, tzinfo=UTC)


def user(text: str) -> list[Message]:
    return [Message(Role.USER, text)]


def bot(text: str) -> list[Message]:
    return [Message(Role.ASSISTANT, text)]


def done(name: str, result: Any, **arguments: Any) -> list[Message]:
    text = result if isinstance(result, str) else msgspec.json.encode(result).decode()
    call = ToolCall(CallId(f"c_{name}_{len(text)}"), name, msgspec.json.encode(arguments).decode())
    return [Message(Role.ASSISTANT, "", (call,)), Message(Role.TOOL, text, answers=call.id)]


def decide(bundle: Any, said: list[list[Message]], name: str, **arguments: Any) -> ActDecision:
    talk = talk_of([one for some in said for one in some], succeeded)
    answers = [(call.outcome, call.succeeded) for call in talk.calls]
    book = Book.read(answers, bundle.records, frozenset(bundle.actions))
    call = ToolCall(CallId("act"), name, msgspec.json.encode(arguments).decode())
    return ActDecider(bundle).decide(call, Situation(talk, book, NOW))


def stopped_by(decision: ActDecision) -> list[str]:
    return (
        [str(policy.id) for policy in decision.policies] if decision.outcome is not ActOutcome.PERMIT else []
    )


# -- airline: an upgrade, and a booking --------------------------------------------------

MEMBER = {
    "dob": "1990-04-05", "membership": "regular", "saved_passengers": [],
    "payment_methods": {
        "credit_card_1": {"source": "credit_card", "brand": "visa", "last_four": "7447", "id": "credit_card_1"},
        "credit_card_2": {"source": "credit_card", "brand": "visa", "last_four": "1907", "id": "credit_card_2"},
        "certificate_3": {"source": "certificate", "amount": 100, "id": "certificate_3"},
    },
}  # fmt: skip
TRIP = {
    "reservation_id": "AB12CD", "user_id": "mia_li_1", "origin": "JFK", "destination": "SEA",
    "flight_type": "one_way", "cabin": "economy", "created_at": "2024-05-01T10:00:00", "insurance": "no",
    "flights": [{"flight_number": "HAT1", "date": "2024-05-20", "origin": "JFK", "destination": "SEA", "price": 100}],
    "passengers": [{"first_name": "Mia", "last_name": "Li", "dob": "1990-04-05"}] * 2,
    "payment_history": [{"payment_id": "credit_card_2", "amount": 260}],
    "total_baggages": 0, "nonfree_baggages": 0,
}  # fmt: skip


def on_sale(seats: int = 5) -> list[dict[str, Any]]:
    shown = {"flight_number": "HAT1", "origin": "JFK", "destination": "SEA", "status": "available"}
    return [
        shown
        | {
            "available_seats": {"economy": seats, "business": seats},
            "prices": {"economy": 120, "business": 300},
        }
    ]


def upgrade(
    offer: str = "Upgrade AB12CD to business for a difference of $400 on the card ending in 7447. Shall I proceed?",
    seats: int = 5,
    trip: dict[str, Any] = TRIP,
    **arguments: Any,
) -> ActDecision:
    said = [
        user("I'm mia_li_1. Please put AB12CD into business."),
        done("get_user_details", MEMBER, user_id="mia_li_1"),
        done("get_reservation_details", trip, reservation_id="AB12CD"),
        done("search_direct_flight", on_sale(seats), origin="JFK", destination="SEA", date="2024-05-20"),
        bot(offer),
        user("Yes, please."),
    ]
    asked = {
        "reservation_id": "AB12CD", "cabin": "business", "payment_id": "credit_card_1",
        "flights": [{"flight_number": "HAT1", "date": "2024-05-20"}],
    }  # fmt: skip
    return decide(AIRLINE, said, "update_reservation_flights", **asked | arguments)


def test_an_upgrade_with_the_right_difference_goes_on() -> None:
    assert upgrade().outcome is ActOutcome.PERMIT
    told = "Upgrade AB12CD for $200 per passenger, on the card ending in 7447. Shall I proceed?"
    assert upgrade(told).outcome is ActOutcome.PERMIT


@pytest.mark.parametrize(
    ("changed", "policy"),
    [
        (
            {"offer": "Upgrade AB12CD for $200 on the card ending in 7447. Shall I proceed?"},
            "difference-told-rightly",
        ),
        ({"offer": "Upgrade AB12CD for $400 on the card on file. Shall I proceed?"}, "method-asked-for"),
        ({"payment_id": "credit_card_9"}, "method-for-a-change"),
        ({"payment_id": "certificate_3"}, "method-for-a-change"),
        ({"seats": 1}, "seats-for-every-passenger"),
        ({"trip": TRIP | {"status": "cancelled"}}, "cancelled-stays-cancelled"),
        (
            {"offer": "Upgrade only one passenger of AB12CD, card ending in 7447. Shall I proceed?"},
            "one-cabin-for-the-whole-trip",
        ),
    ],
)
def test_an_upgrade_that_breaks_a_sentence_is_stopped_by_it(changed: dict[str, Any], policy: str) -> None:
    assert policy in stopped_by(upgrade(**changed))


def book(offer: str, **arguments: Any) -> ActDecision:
    said = [
        user("I'm mia_li_1, JFK to SEA on May 20 for me and Ana Roe, born April 12, 2001."),
        done("get_user_details", MEMBER, user_id="mia_li_1"),
        done("search_direct_flight", on_sale(), origin="JFK", destination="SEA", date="2024-05-20"),
        bot(offer),
        user("Yes."),
    ]
    asked = {
        "user_id": "mia_li_1", "origin": "JFK", "destination": "SEA", "flight_type": "one_way", "cabin": "economy",
        "flights": [{"flight_number": "HAT1", "date": "2024-05-20"}],
        "passengers": [
            {"first_name": "Mia", "last_name": "Li", "dob": "1990-04-05"},
            {"first_name": "Ana", "last_name": "Roe", "dob": "2001-04-12"},
        ],
        "payment_methods": [{"payment_id": "credit_card_1", "amount": 240}],
        "total_baggages": 0, "nonfree_baggages": 0, "insurance": "no",
    }  # fmt: skip
    return decide(AIRLINE, said, "book_reservation", **asked | arguments)


OFFER = (
    "I can book HAT1 for Mia Li and Ana Roe: $240, card ending in 7447, no travel insurance. Shall I proceed?"
)


def test_a_booking_that_was_listed_goes_on() -> None:
    assert book(OFFER).outcome is ActOutcome.PERMIT


@pytest.mark.parametrize(
    ("offer", "changed", "policy"),
    [
        (OFFER.replace(", no travel insurance", ""), {}, "insurance-was-asked-about"),
        (OFFER.replace("$240, ", ""), {}, "price-was-told"),
        (OFFER, {"payment_methods": [{"payment_id": "credit_card_1", "amount": 200}]}, "paid-what-it-costs"),
        (
            OFFER,
            {"payment_methods": [{"payment_id": "certificate_3", "amount": 240}]},
            "methods-that-the-customer-named",
        ),
        (OFFER, {"flight_type": "round_trip"}, "flights-that-make-the-trip"),
        (OFFER, {"flights": [{"flight_number": "HAT1", "date": "2024-05-21"}]}, "flights-on-sale"),
        (OFFER, {"total_baggages": 3}, "bags-charged-as-published"),
        (
            OFFER,
            {"passengers": [{"first_name": "Ana", "last_name": "Roe", "dob": "1999-01-01"}]},
            "confirmed-by-the-customer",
        ),
        (OFFER, {"user_id": "ana_roe_2"}, ""),
    ],
)  # fmt: skip
def test_a_booking_that_breaks_a_sentence_is_stopped_by_it(
    offer: str, changed: dict[str, Any], policy: str
) -> None:
    decision = book(offer, **changed)
    assert decision.outcome is not ActOutcome.PERMIT
    assert policy in stopped_by(decision) if policy and not decision.missing else decision.missing


# -- retail: a cancellation, and an exchange ---------------------------------------------

ORDER = {
    "order_id": "#W10", "user_id": "ana_1", "status": "pending",
    "items": [
        {"name": "Desk Lamp", "product_id": "p1", "item_id": "i1", "price": 20.0, "options": {"color": "white"}},
        {"name": "Water Bottle", "product_id": "p2", "item_id": "i2", "price": 10.0, "options": {"size": "1L"}},
    ],
    "payment_history": [{"transaction_type": "payment", "amount": 30.0, "payment_method_id": "paypal_1"}],
}  # fmt: skip
BUYER = {
    "email": "ana@example.com",
    "payment_methods": {
        "paypal_1": {"source": "paypal", "id": "paypal_1"},
        "gift_card_2": {"source": "gift_card", "balance": 3, "id": "gift_card_2"},
    },
}
LAMPS = {
    "name": "Desk Lamp", "product_id": "p1",
    "variants": {
        "i1": {"item_id": "i1", "options": {"color": "white"}, "available": True, "price": 20.0},
        "i3": {"item_id": "i3", "options": {"color": "black"}, "available": True, "price": 25.0},
        "i4": {"item_id": "i4", "options": {"color": "red"}, "available": False, "price": 22.0},
    },
}  # fmt: skip
FOUND = [
    done("find_user_id_by_email", "ana_1", email="ana@example.com"),
    done("get_user_details", BUYER, user_id="ana_1"),
]


def cancel(
    offer: str, order: dict[str, Any] = ORDER, wish: str = "Cancel my order, I no longer need it."
) -> ActDecision:
    said = [user(wish), *FOUND, done("get_order_details", order, order_id="#W10"), bot(offer), user("Yes.")]
    return decide(RETAIL, said, "cancel_pending_order", order_id="#W10", reason="no longer needed")


@pytest.mark.parametrize(
    ("offer", "changed", "policy"),
    [
        ("Shall I cancel order #W10? $30.00 go back to your PayPal account.", {}, None),
        ("Shall I cancel order #W10?", {}, None),
        ("Shall I cancel order #W10?", {"wish": "Cancel my order."}, "reason-comes-from-the-customer"),
        ("Shall I cancel order #W10?", {"order": ORDER | {"status": "processed"}}, "only-pending-orders-change"),
        (
            "Shall I cancel order #W10?",
            {"order": ORDER | {"user_id": "bob_2"}},
            "only-the-authenticated-customers-orders",
        ),
        ("Shall I cancel the lamp for $20.00?", {}, "the-whole-order-at-its-price"),
        ("Shall I cancel the lamp from this order #W10?", {}, "the-whole-order-at-its-price"),
        ("Shall I cancel #W10 and refund your gift card?", {}, "the-whole-order-at-its-price"),
    ],
)  # fmt: skip
def test_cancelling_an_order(offer: str, changed: dict[str, Any], policy: str | None) -> None:
    decision = cancel(offer, **changed)
    assert stopped_by(decision) == ([] if policy is None else [policy])


@pytest.mark.parametrize(
    ("changed", "policy"),
    [
        ({}, None),
        ({"new_item_ids": ["i1"]}, "another-option-of-the-same-product"),
        ({"new_item_ids": ["i4"]}, "another-option-of-the-same-product"),
        ({"payment_method_id": "gift_card_2"}, "gift-card-covers-the-difference"),
        ({"payment_method_id": "paypal_9"}, "method-of-the-customer"),
        ({"item_ids": ["i1", "i1"], "new_item_ids": ["i3", "i3"]}, "items-of-the-order"),
    ],
)
def test_exchanging_an_item(changed: dict[str, Any], policy: str | None) -> None:
    said = [
        user("I'd like my lamp in black."),
        *FOUND,
        done("get_order_details", ORDER | {"status": "delivered"}, order_id="#W10"),
        done("get_product_details", LAMPS, product_id="p1"),
        bot("Shall I exchange the lamp of #W10 for the black one? The difference of $5.00 goes to PayPal."),
        user("Yes, please."),
    ]
    asked = {
        "order_id": "#W10", "item_ids": ["i1"], "new_item_ids": ["i3"], "payment_method_id": "paypal_1",
    }  # fmt: skip
    decision = decide(RETAIL, said, "exchange_delivered_order_items", **asked | changed)
    assert (policy in stopped_by(decision)) if policy else decision.outcome is ActOutcome.PERMIT
