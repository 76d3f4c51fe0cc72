"""What an exchange says of itself."""

from dataclasses import replace
from datetime import UTC, datetime

from answerable.exchange import Exchange, Message, Role
from answerable.exchange.messages import LONGEST_EARLIER
from answerable.values import TraceId, WorkloadId


def exchange(*messages: Message) -> Exchange:
    asked_at = datetime(2026, 1, 31, tzinfo=UTC)
    return Exchange(TraceId("tr_1"), asked_at, WorkloadId("bot"), "model", messages)


def test_the_customer_s_turns_are_the_customer_s_and_not_whoever_spoke_last() -> None:
    said = exchange(
        Message(Role.USER, "first"),
        Message(Role.USER, "second"),
        Message(Role.ASSISTANT, "third"),
        Message(Role.TOOL, "fourth"),
    )
    assert said.customer_turns == ("first", "second")


def test_where_no_customer_spoke_there_is_no_turn() -> None:
    assert exchange().customer_turns == ()
    assert exchange(Message(Role.SYSTEM, "rules")).customer_turns == ()


def test_of_the_earlier_turns_the_last_few_are_kept_and_cut_short() -> None:
    turns = [str(number) * 1000 for number in range(9)]
    messages = [Message(Role.USER, turn) for turn in turns]
    kept = exchange(*messages).customer_turns
    assert kept == ("5" * LONGEST_EARLIER, "6" * LONGEST_EARLIER, "7" * LONGEST_EARLIER, turns[8])
    for cut in range(len(turns)):
        before = exchange(*messages[:cut]).customer_turns
        assert replace(exchange(*messages[cut:]), said_before=before).customer_turns == kept


def test_a_turn_without_words_is_the_last_but_never_an_earlier_one() -> None:
    messages = [Message(Role.USER, text) for text in ("cancel it", "", "")]
    assert exchange(*messages).customer_turns == ("cancel it", "")
