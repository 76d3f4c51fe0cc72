"""A conversation is recorded once: each turn holds what is new, and what was done earlier still counts."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from gateway_stack import Answer, Programmed, Stack, either, gateway, joined
from test_client_sees_only_what_is_on_record import SCENARIOS, requests_of

from answerable.testing.script_upstream import script_upstream

SYSTEM = {"role": "system", "content": "You are the assistant of Larkfield."}
REFUND = {
    "id": "call_r",
    "type": "function",
    "function": {"name": "refund_order", "arguments": '{"amount": 45.00}'},
}
DONE_ACT: list[Any] = [
    {"role": "assistant", "content": None, "tool_calls": [REFUND]},
    {
        "role": "tool",
        "tool_call_id": "call_r",
        "content": '{"status": "success", "refund_id": "R-1", "amount": 45.00, "currency": "USD"}',
    },
]
CLAIM = "I've refunded $45.00 to your card."


def user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}


FIRST: list[Any] = [SYSTEM, user("Please refund my order."), *DONE_ACT]
SECOND: list[Any] = [*FIRST, {"role": "assistant", "content": CLAIM}, user("Can you say that again?")]


@pytest.fixture
def upstream() -> Programmed:
    return Programmed(either(CLAIM))


@pytest.fixture
def stack(tmp_path: Path, upstream: Programmed) -> Iterator[Stack]:
    with gateway(upstream.app, tmp_path / "ledger.db") as running:
        yield running


def turn(stack: Stack, messages: list[Any], conversation: str | None = "v-1", **more: str) -> Answer:
    metadata = {"conversation": conversation, **more} if conversation else dict(more)
    answer = stack.ask(messages=messages, metadata=metadata)
    assert answer.status == 200
    return answer


def recorded(stack: Stack, answer: Answer) -> list[str]:
    asked = stack.chain(answer.trace).asked
    assert asked is not None
    return [message.role for message in asked.messages]


def test_a_second_turn_records_only_what_is_new(stack: Stack) -> None:
    first = turn(stack, FIRST)
    second = turn(stack, SECOND)
    assert recorded(stack, first) == ["system", "user", "assistant", "tool"]
    assert stack.chain(first.trace).exchange.history is None
    assert recorded(stack, second) == ["assistant", "user"]
    history = stack.chain(second.trace).exchange.history
    assert history is not None
    assert (history.trace, history.count) == (first.trace, len(FIRST))


def test_an_act_of_an_earlier_turn_still_supports_what_is_said_of_it(stack: Stack) -> None:
    turn(stack, FIRST)
    second = turn(stack, SECOND)
    assert joined(second.shown) == {(0, "content"): CLAIM}
    (line,) = stack.chain(second.trace).lines
    assert line.body.decision.outcome == "release"
    without = turn(stack, [SYSTEM, user("Please refund my order.")], "v-2")
    assert CLAIM not in joined(without.shown)[0, "content"]


def test_a_call_of_one_turn_and_its_result_of_the_next_are_one_act(stack: Stack) -> None:
    turn(stack, FIRST[:3])
    answer = turn(stack, FIRST)
    assert recorded(stack, answer) == ["tool"]
    assert joined(answer.shown) == {(0, "content"): CLAIM}


@pytest.mark.parametrize(
    "changed",
    [
        [SYSTEM, user("Please refund my other order."), *SECOND[2:]],
        [{**SYSTEM, "content": "You are somebody else."}, *SECOND[1:]],
        SECOND[1:],
        FIRST[:2],
    ],
    ids=["other words", "other instructions", "a message gone", "shorter"],
)
def test_a_history_that_changed_is_recorded_whole(stack: Stack, changed: list[Any]) -> None:
    turn(stack, FIRST)
    answer = turn(stack, changed)
    assert stack.chain(answer.trace).exchange.history is None
    assert len(recorded(stack, answer)) == len(changed)


def test_what_the_customer_asked_for_still_counts_where_only_a_tools_answer_is_new(
    stack: Stack, upstream: Programmed
) -> None:
    """'Done.' is about the refund that was asked for, and the act that was done is another one."""
    upstream.answer = either("Done.")
    call = {"id": "call_a", "type": "function", "function": {"name": "send_email", "arguments": "{}"}}
    asked = [SYSTEM, user("Please refund me $500."), {**DONE_ACT[0], "tool_calls": [call]}]
    messages = [*asked, {"role": "tool", "tool_call_id": "call_a", "content": '{"status": "success"}'}]
    alone = turn(stack, messages, None)
    turn(stack, asked)
    known, again = turn(stack, messages), turn(stack, messages)
    assert joined(alone.shown) != {(0, "content"): "Done."}
    assert decided(stack, known) == decided(stack, again) == decided(stack, alone)


def test_an_act_that_was_taken_out_of_the_history_supports_nothing(stack: Stack) -> None:
    turn(stack, FIRST)
    answer = turn(stack, [SYSTEM, user("Please refund my order.")])
    assert CLAIM not in joined(answer.shown)[0, "content"]


def test_without_a_conversation_every_turn_is_recorded_whole(stack: Stack) -> None:
    turn(stack, FIRST, None)
    answer = turn(stack, SECOND, None)
    assert stack.chain(answer.trace).exchange.history is None
    assert len(recorded(stack, answer)) == len(SECOND)


def test_conversations_of_one_name_and_two_workloads_are_two(tmp_path: Path, upstream: Programmed) -> None:
    keys = tmp_path / "keys"
    keys.write_text("one:the-key-of-number-one\ntwo:the-key-of-number-two\n")
    with gateway(upstream.app, tmp_path / "ledger.db", insecure_client_keys=keys) as stack:
        for messages, key in ((FIRST, "one"), (SECOND, "two")):
            answer = stack.post(
                "/v1/chat/completions",
                {"model": "m", "messages": messages, "metadata": {"conversation": "v"}},
                {"Authorization": f"Bearer the-key-of-number-{key}"},
            )
            assert stack.chain(answer.trace).exchange.history is None


def test_a_turn_whose_upstream_failed_is_still_history(stack: Stack, upstream: Programmed) -> None:
    first = turn(stack, FIRST)
    upstream.answer = either("Unfinished")
    again = turn(stack, FIRST)
    history = stack.chain(again.trace).exchange.history
    assert history is not None
    assert history.trace == first.trace
    assert recorded(stack, again) == []


@pytest.mark.parametrize("scenario", sorted(SCENARIOS))
def test_a_line_is_decided_alike_whether_its_conversation_is_on_record_or_sent_whole(
    tmp_path: Path, scenario: str
) -> None:
    with gateway(script_upstream(SCENARIOS), tmp_path / "ledger.db") as stack:
        for fields in requests_of(SCENARIOS[scenario]):
            named = {**fields, "metadata": {**fields["metadata"], "conversation": "v"}}
            alone, known, again = stack.ask(**fields), stack.ask(**named), stack.ask(**named)
            for answer in (known, again):
                assert joined(answer.shown) == joined(alone.shown)
                assert decided(stack, answer) == decided(stack, alone)


def decided(stack: Stack, answer: Answer) -> list[Any]:
    return [
        (line.body.claim, line.body.finding, line.body.decision) for line in stack.chain(answer.trace).lines
    ]
