"""An act is decided on what is known; what is not known, or not sure, refuses."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from answerable.adapters.bundle_files import from_folder, pack_files
from answerable.decisions import ActDecider, ActDecision, ActOutcome, Situation, acts, parse
from answerable.dialogue import talk_of
from answerable.exchange import Message, Role, ToolCall
from answerable.findings import succeeded
from answerable.records import Book
from answerable.values import CallId
from answerable.values.errors import BundleError

STORE = Path(__file__).parents[2] / "packs" / "store"
STARTER = Path(acts.__file__).parents[1] / "apps" / "pack" / "starter"
BUNDLE = from_folder(STORE)
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ORDER = {
    "order_id": "L-1", "status": "delivered", "total": 45.0, "days_since_delivery": 3,
    "items": [{"name": "Blue planter"}],
}  # fmt: skip
ASK = "Would you like me to refund $45.00 for the Blue planter in order L-1?"


def read(name: str, result: Any, at: int, **arguments: Any) -> list[Message]:
    call = ToolCall(CallId(f"c{at}"), name, msgspec.json.encode(arguments).decode())
    text = result if isinstance(result, str) else msgspec.json.encode(result).decode()
    return [Message(Role.ASSISTANT, "", (call,)), Message(Role.TOOL, text, answers=call.id)]


def decide(*said: Message, name: str = "refund_order", bundle: Any = BUNDLE, **arguments: Any) -> ActDecision:
    arguments = {"order_id": "L-1", "amount": 45.0, "currency": "USD", "reason": "damaged"} | arguments
    talk = talk_of(said, succeeded)
    answers = [(call.outcome, call.succeeded) for call in talk.calls]
    book = Book.read(answers, bundle.records, frozenset(bundle.actions))
    call = ToolCall(CallId("act"), name, msgspec.json.encode(arguments).decode())
    return ActDecider(bundle).decide(call, Situation(talk, book, NOW))


def earned(order: Any = None) -> list[Message]:
    return [
        Message(Role.USER, "My planter is broken."),
        *read("get_order", order or ORDER, 1, order_id="L-1"),
        Message(Role.ASSISTANT, ASK),
        Message(Role.USER, "Yes, please."),
    ]


def test_an_earned_act_is_permitted_and_names_who_stands_behind_it() -> None:
    decision = decide(*earned())
    assert decision.outcome is ActOutcome.PERMIT
    assert [policy.owner for policy in decision.policies] == ["Mira Lindqvist"]
    assert decision.bundle == BUNDLE.digest


@pytest.mark.parametrize(
    ("order", "words"),
    [
        (ORDER | {"total": "a lot"}, "read the order"),
        (ORDER | {"status": 7}, "is not text"),
        ("{broken", "has not been read"),
        ("x" * 2_000_000, "has not been read"),
        ([1, 2, 3], "has not been read"),
    ],
)
def test_an_answer_that_cannot_be_read_refuses_and_says_what_is_unknown(order: Any, words: str) -> None:
    decision = decide(*earned(order))
    assert decision.outcome is ActOutcome.REFUSE
    assert words in decision.missing[0]


def test_two_answers_that_differ_refuse_until_they_agree() -> None:
    other = ORDER | {"status": "shipped"}
    unsure = decide(*earned(), *read("get_order", other, 2, order_id="L-1"))
    assert unsure.outcome is ActOutcome.REFUSE
    assert "call get_order for it again" in unsure.instead[0]
    sure = decide(*earned(other), *read("get_order", other, 2, order_id="L-1"))
    assert sure.outcome is ActOutcome.PERMIT


def test_a_large_refund_waits_for_a_person_by_name() -> None:
    decision = decide(*earned(ORDER | {"total": 450.0}), amount=450.0)
    assert (decision.outcome, decision.route) == (ActOutcome.HOLD, "support-lead")


def test_more_than_was_paid_is_refused_with_what_would_be_allowed() -> None:
    decision = decide(*earned(), amount=46.0)
    assert decision.outcome is ActOutcome.REFUSE
    assert "at most what get_order shows" in decision.instead[0]


@pytest.mark.parametrize("arguments", ["[1]", "no json", "{" * 10_000, '"x"'])
def test_arguments_that_are_no_object_are_refused(arguments: str) -> None:
    call = ToolCall(CallId("act"), "refund_order", arguments)
    decision = ActDecider(BUNDLE).decide(call, Situation(talk_of([], succeeded), Book(), NOW))
    assert decision.outcome is ActOutcome.REFUSE


def changed(**files: str) -> Any:
    names = {"policies": "policies.cedar", "actions": "actions.yaml"}
    found = pack_files(STORE)
    return parse(found | {names[key]: text.encode() for key, text in files.items()})


def test_an_erroring_forbid_holds_although_cedar_would_skip_it() -> None:
    """Cedar answers Allow where a forbid errors; an overflow is such an error."""
    text = (STORE / "policies.cedar").read_text()
    overflow = """
    @id("overflows") @owner("x") @because("x") @outcome("refuse")
    forbid (principal, action == Action::"refund_order", resource)
    when { context.amount * 9223372036854775807 > 0 && context.amount > 1 };
    """
    decision = decide(*earned(), bundle=changed(policies=text + overflow))
    assert decision.outcome is ActOutcome.HOLD
    assert decision.errors


def test_an_irreversible_act_that_nobody_could_approve_is_refused_not_held() -> None:
    actions = (STORE / "actions.yaml").read_text().replace("  route: support-lead\n", "", 1)
    decision = decide(*earned(ORDER | {"total": 450.0}), amount=450.0, bundle=changed(actions=actions))
    assert decision.outcome is ActOutcome.REFUSE
    assert "nobody is named who could approve it" in decision.because


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("reversible: false", "reversible: no-idea", "can the act be undone"),
        ("record: Order", "record: Ordr", "no record 'Ordr'"),
        ("subjects: [refund]", "subjects: [refunds]", "'refunds' is no subject; write one of"),
        ("from: args.amount", "from: 'args.amount ||'", "no JMESPath expression"),
        ("type: cents", "type: cent", "is no type"),
        ("consent:\n    about: [refund, money back]", "consent:\n    abuot: [x]", "'abuot' is unknown"),
    ],
)
def test_a_typo_in_actions_names_the_place_and_the_remedy(old: str, new: str, words: str) -> None:
    text = (STORE / "actions.yaml").read_text()
    assert old in text
    with pytest.raises(BundleError, match="refund_order") as raised:
        changed(actions=text.replace(old, new, 1))
    assert words in str(raised.value)


def test_a_policy_that_does_not_fit_the_facts_is_named() -> None:
    text = (
        (STORE / "policies.cedar").read_text().replace("context.amount > 10000", 'context.amount > "a lot"')
    )
    with pytest.raises(BundleError, match="large-refunds-wait"):
        changed(policies=text)


@pytest.mark.parametrize(
    ("value", "forms"),
    [
        (40.0, {"40", "40.00", "40.0"}),
        (4.5, {"4.5", "4.50"}),
        (1200, {"1200", "1200.00", "1,200", "1,200.00"}),
        ("Max", {"Max"}),
        (True, {"True"}),
    ],
)
def test_a_number_may_be_named_as_people_write_it(value: object, forms: set[str]) -> None:
    assert set(acts._forms([value, None])) == forms


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("shows: [args.order_id]", "shows: [amount]", "consent.shows: 'amount' asks for 'amount'"),
        ("from: args.amount", "from: arg.amount", "asks for 'arg', which is not known there; known are args"),
        ("id: args.order_id", "id: order.order_id", "resource: 'order.order_id' asks for 'order'"),
    ],
)
def test_an_expression_that_would_find_nothing_is_an_error(old: str, new: str, words: str) -> None:
    files = pack_files(STARTER)
    text = files["actions.yaml"].decode()
    assert old in text, text
    with pytest.raises(BundleError, match=re.escape(words)):
        parse(files | {"actions.yaml": text.replace(old, new, 1).encode()})
