"""Tool names are judged by their verbs."""

import pytest

from answerable.claims import Subject, is_write, subjects_of_tool


@pytest.mark.parametrize(
    "name",
    ["cancel_pending_order", "sendCertificate", "update-reservation-flights", "transfer_to_human_agents",
     "IssueRefund", "billing.apply_credit", "reset_password", "modify_user_address", "pay_bill"],
)  # fmt: skip
def test_names_that_write(name: str) -> None:
    assert is_write(name)
    assert subjects_of_tool(name)


@pytest.mark.parametrize(
    "name",
    ["get_order_details", "find_user_id_by_email", "search_direct_flight", "list_all_airports", "calculate",
     "think", "verifyIdentity", "check_refund_status", "", "___", "frobnicate", "lookupOrder"],
)  # fmt: skip
def test_names_that_read_or_say_nothing_known(name: str) -> None:
    assert not is_write(name)
    assert subjects_of_tool(name) == frozenset()


@pytest.mark.parametrize(
    ("name", "subjects"),
    [
        ("return_delivered_order_items", {Subject.RETURN, Subject.REFUND}),
        ("send_certificate", {Subject.COMPENSATION}),
        ("transfer_to_human_agents", {Subject.ESCALATION}),
        ("cancel_pending_order", {Subject.CANCELLATION, Subject.REFUND}),
        ("update_reservation_flights", {Subject.ORDER_CHANGE}),
        ("exchange_delivered_order_items", {Subject.EXCHANGE}),
        ("book_reservation", {Subject.BOOKING}),
        ("transfer_funds", {Subject.PAYMENT}),
        ("modify_user_address", {Subject.ACCOUNT_CHANGE}),
    ],
)
def test_subjects_that_a_tool_can_bring_about(name: str, subjects: set[Subject]) -> None:
    assert subjects_of_tool(name) == subjects
