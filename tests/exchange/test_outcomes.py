"""Calls and results are paired by id; a result that pairs with nothing proves nothing."""

from hypothesis import given, settings
from hypothesis import strategies as st

from answerable.exchange import Message, Role, ToolCall, ToolOutcome, outcomes
from answerable.values import CallId


def call(identifier: str, arguments: str = "{}") -> ToolCall:
    return ToolCall(CallId(identifier), "refund_order", arguments)


def asked(*calls: ToolCall, role: Role = Role.ASSISTANT) -> Message:
    return Message(role, "", calls)


def result(identifier: str | None, text: str = "ok", role: Role = Role.TOOL) -> Message:
    return Message(role, text, answers=None if identifier is None else CallId(identifier))


def test_results_are_paired_by_id_in_the_order_in_which_they_came() -> None:
    one, other = call("a"), call("b")
    found = outcomes((asked(one, other), result("b", "second"), result("a", "first")))
    assert found == (ToolOutcome(other, "second"), ToolOutcome(one, "first"))


def test_a_result_without_a_call_is_left_out() -> None:
    assert outcomes((result("a"), asked(call("b")), result(None), result("A"))) == ()


def test_a_result_that_comes_before_its_call_is_left_out() -> None:
    assert outcomes((result("a", "early"), asked(call("a")))) == ()


def test_a_second_result_for_one_call_is_left_out() -> None:
    found = outcomes((asked(call("a")), result("a", "first"), result("a", "second")))
    assert [one.result for one in found] == ["first"]


def test_an_id_used_again_after_its_result_is_another_call() -> None:
    early, late = call("a", '{"n":1}'), call("a", '{"n":2}')
    found = outcomes((asked(early), result("a", "1"), asked(late), result("a", "2")))
    assert found == (ToolOutcome(early, "1"), ToolOutcome(late, "2"))


def test_an_id_used_twice_before_a_result_makes_one_outcome_and_not_two() -> None:
    early, late = call("a", '{"n":1}'), call("a", '{"n":2}')
    assert outcomes((asked(early, late), result("a"), result("a"))) == (ToolOutcome(late, "ok"),)


def test_a_call_in_the_customers_own_message_is_no_call() -> None:
    for role in (Role.USER, Role.SYSTEM, Role.DEVELOPER, Role.TOOL):
        assert outcomes((asked(call("a"), role=role), result("a"))) == ()


def test_a_result_in_anybody_elses_message_is_no_result() -> None:
    for role in (Role.USER, Role.ASSISTANT, Role.SYSTEM):
        assert outcomes((asked(call("a")), result("a", role=role))) == ()


messages = st.lists(
    st.one_of(
        st.builds(lambda names: asked(*map(call, names)), st.lists(st.sampled_from("abc"), max_size=3)),
        st.builds(result, st.sampled_from("abc"), st.text(max_size=3)),
        st.just(Message(Role.USER, "hello")),
    ),
    max_size=12,
)


@settings(deadline=None)
@given(messages, st.data())
def test_a_conversation_heard_in_two_parts_has_the_same_outcomes(
    said: list[Message], data: st.DataObject
) -> None:
    cut = data.draw(st.integers(0, len(said)))
    waiting: dict[str, ToolCall] = {}
    parts = outcomes(tuple(said[:cut]), waiting) + outcomes(tuple(said[cut:]), waiting)
    assert parts == outcomes(tuple(said))


@settings(deadline=None)
@given(messages)
def test_no_call_has_more_outcomes_than_it_was_made(said: list[Message]) -> None:
    made = [one.id for message in said for one in message.tool_calls]
    found = [one.call.id for one in outcomes(tuple(said))]
    assert all(found.count(identifier) <= made.count(identifier) for identifier in set(found))
