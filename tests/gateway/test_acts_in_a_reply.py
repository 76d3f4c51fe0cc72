"""Acts that a model asks for: a permitted one passes, a stopped one goes back with the reason."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from gateway_stack import Answer, Asked, Programmed, Stack, chunk, gateway, joined, streamed, whole
from starlette.responses import Response

from answerable.flow import Mode
from answerable.receipts import ActDecisionPart, CallBody, LineBody, decode
from answerable.values import TraceId

PACK = Path(__file__).parents[2] / "packs" / "retail"
ORDER = {
    "order_id": "#W10",
    "user_id": "ana_1",
    "items": [{"name": "Lamp", "product_id": "p1", "item_id": "i1", "price": 20.5, "options": {}}],
    "status": "pending",
    "payment_history": [{"transaction_type": "payment", "amount": 20.5, "payment_method_id": "card_1"}],
}


def asks(name: str, **arguments: Any) -> dict[str, Any]:
    function = {"name": name, "arguments": msgspec.json.encode(arguments).decode()}
    return {"id": f"call_{name}", "type": "function", "function": function}


def done(name: str, result: Any, **arguments: Any) -> list[Any]:
    call = asks(name, **arguments)
    text = result if isinstance(result, str) else msgspec.json.encode(result).decode()
    return [
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": call["id"], "content": text},
    ]


def user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}


def bot(text: str) -> dict[str, Any]:
    return {"role": "assistant", "content": text}


CANCEL = asks("cancel_pending_order", order_id="#W10", reason="no longer needed")
READ: list[Any] = [
    user("Cancel my lamp, please, I no longer need it. I'm ana@example.com."),
    *done("find_user_id_by_email", "ana_1", email="ana@example.com"),
    *done("get_order_details", ORDER, order_id="#W10"),
]
EARNED: list[Any] = [
    *READ,
    bot("To cancel order #W10 (Lamp) because it is no longer needed, please confirm with yes."),
    user("Yes, please."),
]
SPOKEN = "Could you confirm that you want to cancel order #W10?"


class Model:
    """Asks for an act; after a refusal it goes on as it was told to."""

    def __init__(self, *turns: list[dict[str, Any]] | str) -> None:
        self.turns = list(turns)
        self.asked: list[Any] = []

    def __call__(self, asked: Asked) -> Response:
        self.asked.append(asked.json)
        turn = self.turns.pop(0) if len(self.turns) > 1 else self.turns[0]
        if isinstance(turn, str):
            message: dict[str, Any] = {"role": "assistant", "content": turn}
            reason = "stop"
        else:
            message, reason = {"role": "assistant", "content": None, "tool_calls": turn}, "tool_calls"
        if not asked.json.get("stream"):
            return whole(message, finish=reason)
        calls = [{**call, "index": at} for at, call in enumerate(message.get("tool_calls", []))]
        part = {"tool_calls": calls} if calls else {"content": message["content"]}
        return streamed(chunk({"role": "assistant", "content": ""}), chunk(part), chunk({}, finish=reason))


@pytest.fixture
def upstream() -> Programmed:
    return Programmed()


@pytest.fixture
def stack(tmp_path: Path, upstream: Programmed) -> Iterator[Stack]:
    with gateway(upstream.app, tmp_path / "ledger.db", bundle=PACK) as running:
        yield running


def calls_of(answer: Answer) -> list[str]:
    """The acts that the client is to run."""
    found: list[str] = []
    for one in answer.chunks if "event-stream" in answer.headers["content-type"] else [answer.json]:
        for choice in one.get("choices", ()):
            part = choice.get("delta") or choice.get("message") or {}
            found += [call["function"]["name"] for call in part.get("tool_calls", ())]
    return found


def acts_of(answer: Answer) -> list[Any]:
    if "event-stream" in answer.headers["content-type"]:
        return [one["answerable"]["act"] for one in answer.chunks if "act" in one.get("answerable", {})]
    return list(answer.json["answerable"]["acts"])


def finishes(answer: Answer) -> list[str]:
    if "event-stream" in answer.headers["content-type"]:
        return [c["finish_reason"] for one in answer.chunks for c in one["choices"] if c["finish_reason"]]
    return [choice["finish_reason"] for choice in answer.json["choices"]]


def recorded(stack: Stack, answer: Answer) -> tuple[CallBody, ActDecisionPart]:
    [body] = [e.body for e, _ in stack.entries(answer.trace) if isinstance(e.body, CallBody)]
    assert body.decision is not None
    return body, body.decision


@pytest.mark.parametrize("stream", [True, False])
def test_a_permitted_act_passes_with_the_id_of_its_decision(
    stack: Stack, upstream: Programmed, stream: bool
) -> None:
    upstream.answer = Model([CANCEL])
    answer = stack.ask(messages=EARNED, stream=stream)
    assert calls_of(answer) == ["cancel_pending_order"]
    assert finishes(answer) == ["tool_calls"]
    [act] = acts_of(answer)
    assert (act["outcome"], act["passed"]) == ("permit", True)
    rows = asyncio.run(stack.ledger.trace(TraceId(answer.trace)))
    [leaf] = [row.leaf for row in rows if isinstance(decode(row.entry, row.seq).body, CallBody)]
    assert act["decision"] == {"trace": answer.trace, "digest": f"sha256:{leaf}"}
    assert act["policies"] == ["acts-on-orders"]


@pytest.mark.parametrize(
    "arguments",
    [
        '{"order_id":"#W10","order_id":"#W11","reason":"no longer needed"}',
        '{"order_id":"#W10","reason":"no longer needed","amount":9007199254740993}',
        '{"order_id":"#W10","reason":"no longer \\u202eneeded"}',
        '{"order_id":"#W10","reason":"no longer needed\\u0000"}',
        '{"order_id":"#W10","reason":"no longer needed\\ud800"}',
    ],
    ids=["a name twice", "an integer no double holds", "reordered text", "a NUL", "half a surrogate pair"],
)
def test_an_act_whose_arguments_two_programs_may_read_differently_is_refused(
    stack: Stack, upstream: Programmed, arguments: str
) -> None:
    odd = {**CANCEL, "function": {"name": "cancel_pending_order", "arguments": arguments}}
    upstream.answer = Model([odd], SPOKEN)
    answer = stack.ask(messages=EARNED)
    assert calls_of(answer) == []
    _, decision = recorded(stack, answer)
    assert decision.outcome == "refuse"
    assert "in one way only" in decision.because


@pytest.mark.parametrize("stream", [True, False])
def test_a_refused_act_never_reaches_the_client_and_the_model_hears_what_is_allowed(
    stack: Stack, upstream: Programmed, stream: bool
) -> None:
    upstream.answer = model = Model([CANCEL], SPOKEN)
    answer = stack.ask(messages=READ, stream=stream)
    assert calls_of(answer) == []
    assert joined(answer.shown) == {(0, "content"): SPOKEN}
    assert finishes(answer) == ["stop"]
    spoken, told = model.asked[1]["messages"][-2:]
    assert spoken["tool_calls"] == [CANCEL]
    assert told["tool_call_id"] == CANCEL["id"]
    assert "has not agreed" in told["content"]
    assert "ask the customer to confirm" in told["content"]
    [act] = acts_of(answer)
    assert (act["outcome"], act["passed"]) == ("refuse", False)
    stack.assert_on_record(answer)


def test_a_refused_act_is_on_record_with_the_policy_that_refused_it(
    stack: Stack, upstream: Programmed
) -> None:
    upstream.answer = Model([CANCEL], SPOKEN)
    answer = stack.ask(messages=READ)
    body, decision = recorded(stack, answer)
    assert not body.passed
    assert decision.outcome == "refuse"
    assert [policy.id for policy in decision.policies] == ["confirmed-by-the-customer"]


def test_an_act_on_a_record_that_was_not_read_is_refused_with_the_way_to_read_it(
    stack: Stack, upstream: Programmed
) -> None:
    upstream.answer = model = Model([CANCEL], SPOKEN)
    stack.ask(messages=[user("Cancel order #W10.")], stream=False)
    assert "Order has not been read; call get_order_details" in model.asked[1]["messages"][-1]["content"]


@pytest.mark.parametrize("stream", [True, False])
def test_a_model_that_insists_is_asked_twice_more_and_then_not_heard(
    stack: Stack, upstream: Programmed, stream: bool
) -> None:
    upstream.answer = model = Model([CANCEL])
    answer = stack.ask(messages=READ, stream=stream)
    assert len(model.asked) == 3
    assert model.asked[2]["tool_choice"] == "none"
    assert calls_of(answer) == []
    assert finishes(answer) == ["stop"]
    assert joined(answer.shown) == {
        (0, "content"): "A member of our team needs to look at that before anyone confirms it."
    }
    stack.assert_on_record(answer)


def test_an_act_beside_a_refused_one_does_not_run_alone(stack: Stack, upstream: Programmed) -> None:
    read = asks("get_product_details", product_id="p1")
    upstream.answer = model = Model([read, CANCEL], SPOKEN)
    answer = stack.ask(messages=READ, stream=False)
    assert calls_of(answer) == []
    told = {one["tool_call_id"]: one["content"] for one in model.asked[1]["messages"][-2:]}
    assert told[read["id"]].startswith("Not run")


def test_reads_pass_undecided(stack: Stack, upstream: Programmed) -> None:
    upstream.answer = Model([asks("get_order_details", order_id="#W10")])
    answer = stack.ask(messages=[user("Where is #W10?")])
    assert calls_of(answer) == ["get_order_details"]
    assert acts_of(answer) == []


def test_an_act_that_the_bundle_does_not_know_is_refused(stack: Stack, upstream: Programmed) -> None:
    upstream.answer = model = Model([asks("delete_account", user_id="ana_1")], SPOKEN)
    answer = stack.ask(messages=READ)
    assert calls_of(answer) == []
    assert "no act of this bundle" in model.asked[1]["messages"][-1]["content"]


def test_text_before_a_refused_act_stays_and_the_next_try_goes_on_behind_it(
    stack: Stack, upstream: Programmed
) -> None:
    tries = iter(
        [
            streamed(
                chunk({"role": "assistant", "content": "Let me check your order. "}),
                chunk({"tool_calls": [{**CANCEL, "index": 0}]}),
                chunk({}, finish="tool_calls"),
            ),
            streamed(chunk({"role": "assistant", "content": SPOKEN}), chunk({}, finish="stop")),
        ]
    )
    upstream.answer = lambda _: next(tries)
    answer = stack.ask(messages=READ)
    assert joined(answer.shown) == {(0, "content"): f"Let me check your order. {SPOKEN}"}
    lines = [e.body.line for e, _ in stack.entries(answer.trace) if isinstance(e.body, LineBody)]
    assert lines == sorted(set(lines))
    assert len({one["id"] for one in answer.chunks if "id" in one}) == 1
    stack.assert_on_record(answer)


def test_in_observe_mode_a_refused_act_goes_on_and_is_recorded_as_refused(
    tmp_path: Path, upstream: Programmed
) -> None:
    upstream.answer = Model([CANCEL])
    with gateway(upstream.app, tmp_path / "ledger.db", bundle=PACK, mode=Mode.OBSERVE) as stack:
        answer = stack.ask(messages=READ)
        assert calls_of(answer) == ["cancel_pending_order"]
        body, decision = recorded(stack, answer)
        assert body.passed
        assert (decision.outcome, decision.enforced) == ("refuse", False)


def test_a_yes_of_an_earlier_turn_still_counts_when_only_its_digest_is_sent_anew(
    stack: Stack, upstream: Programmed
) -> None:
    """The conversation is recorded once; facts of the talk come from all of it."""
    upstream.answer = Model("Could you confirm that you want to cancel order #W10 (Lamp)?")
    stack.ask(messages=READ, metadata={"conversation": "c-1"})
    upstream.answer = Model([CANCEL])
    later = [*READ, bot("Could you confirm that you want to cancel order #W10 (Lamp)?"), user("Yes.")]
    answer = stack.ask(messages=later, metadata={"conversation": "c-1"})
    assert calls_of(answer) == ["cancel_pending_order"]
