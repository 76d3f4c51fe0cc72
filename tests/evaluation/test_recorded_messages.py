"""A recording gives each agent's message with what the gate would have read it with."""

import asyncio
import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from invented import ScoringReader, TableReader, claim, lines, message, said

from answerable.adapters.bundle_files import built_in
from answerable.apps.gate import Gate
from answerable.claims import Force, ReadingContext
from answerable.decisions import CedarDecider
from answerable.evaluation import AgentMessage, agent_messages, is_message, read_message
from answerable.evaluation.conversations import _ROLES
from answerable.exchange import Message, Role
from answerable.testing.memory_ledger import MemoryLedger
from answerable.values.errors import EvaluationError


def answered_well(tool: str, answer: str) -> bool:
    return not answer.startswith("Error")


def messages(*objects: Any) -> list[AgentMessage]:
    return list(agent_messages(lines(*objects), "talk.jsonl", answered_well))


def test_a_message_comes_with_the_customer_s_last_words_and_the_tools_that_answered_well() -> None:
    found = messages(
        message("system", "Be kind."),
        message("user", "Where is it?", turn=1),
        message("agent", "", turn=2, tool_calls=[{"name": "get_order", "arguments": {}}]),
        message("tool", "", turn=3, tool_results=[{"name": "get_order", "content": "Error: busy"}]),
        message("tool", "", turn=4, tool_results=[{"name": "get_order", "content": {"status": "sent"}}]),
        message("agent", "It was sent.", turn=5, source="shop"),
        message("agent", "It was sent.", turn=6),
        message("user", "Stop it.", turn=7),
        message("agent", "I can't.", turn=8),
    )
    assert found == [
        AgentMessage("shop", "d1", 5, "It was sent."),
        AgentMessage("", "d1", 6, "It was sent.", "Where is it?", ("get_order",)),
        AgentMessage("", "d1", 8, "I can't.", "Stop it.", ("get_order",), ("Where is it?",)),
    ]


@pytest.mark.parametrize(
    "result",
    [
        message("tool", "done", name="pay"),
        message("tool", None, name="pay", content="done"),
        message("tool", tool_call_id="c1", content={"ok": True}),
        message("tool", None, tool_results=[{"id": "c1", "content": "done"}]),
        message("agent", None, tool_results=[{"name": "pay", "content": "done"}]),
        message("user", "Pay!", tool_results=[{"name": "pay"}]),
    ],
)
@pytest.mark.parametrize("call", [{"id": "c1", "name": "pay"}, {"id": "c1", "function": {"name": "pay"}}])
def test_the_ways_in_which_a_tool_may_answer(result: dict[str, Any], call: dict[str, Any]) -> None:
    (found,) = messages(
        message("customer", "Pay!"),
        message("assistant", None, tool_calls=[call]),
        result,
        message("assistant", "Paid.", turn=4),
    )
    assert (found.turn, found.customer, found.calls) == (4, "Pay!", ("pay",))


def test_a_result_of_no_known_tool_proves_nothing_and_null_lists_are_empty() -> None:
    odd = message("tool", "done", tool_call_id="c9", tool_calls=None, tool_results=None)
    assert messages(odd, message("agent", "Paid.", tool_results=None))[0].calls == ()


def test_dialogues_may_be_interleaved_and_share_an_id_between_sources() -> None:
    found = messages(
        message("user", "One", dialogue="a"),
        message("user", "Two", dialogue="b"),
        message("user", "Three", dialogue="a", source="s"),
        *(message("agent", "Yes.", dialogue=name) for name in "ab"),
        message("agent", "Yes.", dialogue="a", source="s"),
    )
    assert [one.customer for one in found] == ["One", "Two", "Three"]


def test_the_customer_s_earlier_turns_are_kept_a_few_of_them() -> None:
    turns = [message("user", text) for text in ("One", "Two", "Three", "Four", "Five")]
    assert messages(*turns, message("agent", "Yes."))[0].earlier == ("Two", "Three", "Four")
    assert messages(message("agent", "Hello."))[0].earlier == ()


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        ("{", "not a recorded message: "),
        ('{"dialogue_id": "d1"}', "not a recorded message: Object missing required field `turn`"),
        (json.dumps(message("user", turn="one")), "not a recorded message: Expected `int`, got `str`"),  # type: ignore[arg-type]
        (json.dumps(message("robot")), "'role' is 'robot'; write one of agent, assistant, user, customer"),
        ("[" * 100_000, "not a recorded message"),
        ("[]", "not a recorded message"),
    ],
)
def test_a_broken_line_is_named_with_file_and_number(bad: str, told: str) -> None:
    good = json.dumps(message("user", "Hi")).encode()
    with pytest.raises(EvaluationError) as raised:
        list(agent_messages([(1, good), (3, bad.encode())], "talk.jsonl", answered_well))
    assert str(raised.value).startswith(f"talk.jsonl:3: {told}")


@given(st.lists(st.sampled_from([*_ROLES, "robot"]) | st.binary(max_size=9), max_size=5))
def test_any_line_is_read_or_refused_with_its_place(parts: list[str | bytes]) -> None:
    raw = [part if isinstance(part, bytes) else json.dumps(message(part, "x")).encode() for part in parts]
    readable = [part for part in parts if part in _ROLES]
    if len(readable) < len(parts):
        with pytest.raises(EvaluationError, match=r"^t:\d+: "):
            list(agent_messages(enumerate(raw, 1), "t", answered_well))
    else:
        found = list(agent_messages(enumerate(raw, 1), "t", answered_well))
        assert len(found) == sum(part in ("agent", "assistant") for part in parts)


def test_what_looks_like_a_message() -> None:
    assert is_message(json.dumps(message("user")).encode())
    assert is_message(b"{broken")  # for `agent_messages` to say
    assert not is_message(b'{"dialogue_id": "d1", "force": "none"}')
    assert not is_message(b"[]")


BUNDLE = built_in()
REPLIES = st.lists(
    st.sampled_from(
        ["Hello.", "Once you confirm, I will:", "- refund it", "- cancel it", "\n", "Yes!", "x" * 2500]
    ),
    max_size=9,
).map("\n".join)


@given(REPLIES)
def test_lines_are_read_with_what_the_gate_reads_them_with(text: str) -> None:
    gates, ours = TableReader(), TableReader()

    async def check() -> None:
        gate = Gate(MemoryLedger(), gates, CedarDecider(BUNDLE))
        said_so_far = [Message(Role.USER, "It broke."), Message(Role.USER, "Refund it.")]
        await gate.check(gate.exchange(said_so_far), text)

    asyncio.run(check())
    reply = msgspec.structs.replace(said(text, customer="Refund it."), earlier=("It broke.",))
    read_message(ours, reply)
    read_by_gate = [around(*one) for one in gates.asked if one[0]]
    assert read_by_gate == [around(*one) for one in ours.asked]


def around(text: str, context: ReadingContext) -> tuple[object, ...]:
    """What a line was read with, less the clock: recordings have none."""
    return text, context.governing, context.before, context.customer, context.calls, context.earlier


def test_the_committal_score_is_the_reader_s_own_or_follows_from_its_confidence() -> None:
    table = {"Done.": claim(Force.COMPLETED, confidence=700), "Hm.": claim(Force.UNKNOWN, confidence=0)}
    text = "Done. Hi. Hm."
    assert [one.committal for one in read_message(TableReader(table), said(text))] == [700, 100, 1000]
    assert [one.committal for one in read_message(ScoringReader(table), said(text))] == [5, 3, 3]


def test_a_piece_of_an_overlong_line_is_unread() -> None:
    reader = TableReader()
    found = read_message(reader, said("x" * 2500))
    assert {one.claim.force for one in found} == {Force.UNKNOWN}
    assert {one.committal for one in found} == {1000}
    assert reader.asked == []


def test_a_context_is_a_value() -> None:
    reader = TableReader()
    read_message(reader, said("One. Two."))
    assert reader.asked == [("One.", ReadingContext()), ("Two.", ReadingContext(before=("One.",)))]
