"""The central promise, over HTTP: what a client got is what the ledger holds, and it is the same however it came."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from gateway_stack import Programmed, Stack, either, gateway, joined

from answerable.flow import Mode
from answerable.testing.scenario_files import load_scenarios
from answerable.testing.script import Call, Say, Script
from answerable.testing.script_upstream import script_upstream

SCENARIOS = load_scenarios()
CHUNKS = (1, 3, 7, 64)


@pytest.fixture(scope="module")
def stacks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[int, Stack]]:
    """A gateway before an upstream of each size of chunk."""
    folder = tmp_path_factory.mktemp("chunks")
    with (
        gateway(script_upstream(SCENARIOS, chunk=1), folder / "1.db") as one,
        gateway(script_upstream(SCENARIOS, chunk=3), folder / "3.db") as three,
        gateway(script_upstream(SCENARIOS, chunk=7), folder / "7.db") as seven,
        gateway(script_upstream(SCENARIOS, chunk=64), folder / "64.db") as many,
    ):
        yield dict(zip(CHUNKS, (one, three, seven, many), strict=True))


def requests_of(script: Script) -> Iterator[dict[str, Any]]:
    """One request for each reply of a script, with the model's own earlier words as history."""
    messages: list[dict[str, Any]] = [{"role": "system", "content": script.system}] if script.system else []
    fields: dict[str, Any] = {"model": script.id, "metadata": dict(script.metadata)}
    if script.tools:
        fields["tools"] = list(script.tools)
    if script.context:
        fields["answerable"] = {"context": [{"source": c.source, "text": c.text} for c in script.context]}
    for turn in script.turns:
        if turn.customer:
            messages.append({"role": "user", "content": turn.customer})
        for step in turn.steps:
            yield {**fields, "messages": list(messages)}
            messages.append(as_message(step))
            if isinstance(step, Call):
                messages += [
                    {"role": "tool", "tool_call_id": one.call.id, "content": one.result} for one in step.calls
                ]


def as_message(step: Say | Call) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": step.text}
    if isinstance(step, Call):
        message["tool_calls"] = [
            {
                "id": one.call.id,
                "type": "function",
                "function": {"name": one.call.name, "arguments": one.call.arguments},
            }
            for one in step.calls
        ]
    return message


def decisions(stack: Stack, trace: str) -> list[Any]:
    return [
        (line.body.track, line.body.line, line.body.statement, line.body.decision, line.shown)
        for line in stack.chain(trace).lines
    ]


@pytest.mark.parametrize("scenario", sorted(SCENARIOS))
def test_a_scenario_shows_only_what_is_on_record_and_the_same_in_every_form(
    stacks: dict[int, Stack], scenario: str
) -> None:
    for fields in requests_of(SCENARIOS[scenario]):
        first = stacks[CHUNKS[0]]
        whole = first.ask(**fields, stream=False)
        assert whole.status == 200, whole.body
        first.assert_on_record(whole)
        for stack in stacks.values():
            answer = stack.ask(**fields)
            assert answer.events[-1] == b"[DONE]"
            stack.assert_on_record(answer)
            assert joined(answer.shown) == joined(whole.shown)
            assert decisions(stack, answer.trace) == decisions(first, whole.trace)
            reply = stack.chain(answer.trace).reply
            assert reply is not None
            assert reply.sent == len(answer.shown)


MARKDOWN = """# Your order

- Order L-100 has **shipped**.
- We have approved a refund of $500.
  1. It will be on your card tomorrow, guaranteed.
  2. Usually it takes 3 to 5 business days.

| item | price |
| --- | --- |
| planter | 45,00 € 🌱 |

> You are entitled to a free upgrade… *always*!

Is there anything else? 👩‍👩‍👧 Tschüß – 再見。您的退款已經批准。"""


@pytest.mark.parametrize("mode", list(Mode))
def test_marked_up_text_of_many_alphabets_comes_out_alike_in_every_form(tmp_path: Path, mode: Mode) -> None:
    upstream = Programmed()
    with gateway(upstream.app, tmp_path / "ledger.db", mode=mode) as stack:
        upstream.answer = either(MARKDOWN)
        whole = stack.ask(stream=False)
        stack.assert_on_record(whole)
        for size in (*CHUNKS, 5000):
            upstream.answer = either(MARKDOWN, size)
            answer = stack.ask()
            stack.assert_on_record(answer)
            assert joined(answer.shown) == joined(whole.shown)
            assert decisions(stack, answer.trace) == decisions(stack, whole.trace)
        if mode is Mode.OBSERVE:
            assert joined(whole.shown) == {(0, "content"): MARKDOWN}
            assert any(not line.body.decision.enforced for line in stack.chain(whole.trace).lines)


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
def test_choices_side_by_side_keep_apart_and_each_is_on_record(
    stacks: dict[int, Stack], *, stream: bool
) -> None:
    fields = next(requests_of(SCENARIOS["shipping-false"]))
    for stack in stacks.values():
        answer = stack.ask(**fields, n=3, stream=stream)
        stack.assert_on_record(answer)
        texts = joined(answer.shown)
        assert set(texts) <= {(index, "content") for index in range(3)}
        assert len(set(texts.values())) <= 1


def test_each_streamed_line_carries_its_own_verdict(stacks: dict[int, Stack]) -> None:
    fields = list(requests_of(SCENARIOS["refund-true"]))[-1]
    answer = stacks[7].ask(**fields)
    lines = [one["answerable"]["line"] for one in answer.chunks if "answerable" in one]
    on_record = [line.body for line in stacks[7].chain(answer.trace).lines if line.shown is not None]
    assert [(line["line"], line["outcome"]) for line in lines] == [
        (body.line, body.decision.outcome) for body in on_record
    ]
    assert {one["answerable"]["trace"] for one in answer.chunks if "answerable" in one} == {answer.trace}
