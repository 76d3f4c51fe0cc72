"""What an exchange says of itself."""

from datetime import UTC, datetime

from answerable.exchange import Exchange, Message, Role
from answerable.values import TraceId, WorkloadId


def exchange(*messages: Message) -> Exchange:
    asked_at = datetime(2026, 1, 31, tzinfo=UTC)
    return Exchange(TraceId("tr_1"), asked_at, WorkloadId("bot"), "model", messages)


def test_the_last_customer_text_is_the_customers_and_not_whoever_spoke_last() -> None:
    said = exchange(
        Message(Role.USER, "first"),
        Message(Role.USER, "second"),
        Message(Role.ASSISTANT, "third"),
        Message(Role.TOOL, "fourth"),
    )
    assert said.last_customer_text == "second"


def test_where_no_customer_spoke_there_is_no_customer_text() -> None:
    assert exchange().last_customer_text == ""
    assert exchange(Message(Role.SYSTEM, "rules")).last_customer_text == ""
