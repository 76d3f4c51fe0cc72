"""A turn, case by case: what a customer gets, and what is written down."""

import json
from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keyword_reading import (
    BUNDLE,
    COMPLETE,
    NOW,
    KeywordReader,
    TableDecider,
    drafts,
    exchange,
    outputs,
    steps,
    turn,
)

from answerable.claims import Claim, Force, ReadingContext, RuleReader
from answerable.claims.unread import unread
from answerable.decisions import Outcome
from answerable.exchange import ContextItem, Exchange, History, Message, Role, ToolCall, ToolOutcome, ToolSpec
from answerable.findings import Support
from answerable.flow import (
    CONTENT,
    REFUSAL,
    CallArrived,
    ChoiceEnded,
    Event,
    Line,
    Mode,
    ReplyEnded,
    TextArrived,
    Turn,
)
from answerable.flow.turn import prompt_digest
from answerable.receipts import (
    CallBody,
    CallPrivate,
    ChoiceBody,
    ExchangeBody,
    ExchangePrivate,
    LineBody,
    ReplyBody,
    ReplyPrivate,
    called,
)
from answerable.statements import Shape
from answerable.values import (
    AssuranceLevel,
    CallId,
    ConversationId,
    CustomerId,
    Digest,
    RequestId,
    TraceId,
    WorkloadId,
)


def said(*texts: str, mode: Mode = Mode.ENFORCE, limit: int = 2000) -> list[Line]:
    events: list[Event] = [*(TextArrived(0, text) for text in texts), ChoiceEnded(0, "stop"), COMPLETE]
    return [output for output in outputs(steps(events, mode, limit)) if isinstance(output, Line)]


def shown(text: str, mode: Mode = Mode.ENFORCE) -> str:
    return "".join(line.shown for line in said(text, mode=mode))


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("Hello. We ship today.", "Hello. We ship today."),
        ("Hello. I promise it. Bye.", "Hello. Other words. Bye."),
        ("You are owed. Bye.", "Please wait. Bye."),
        ("It is done. Bye.", "Nothing to say. Bye."),
        ("I promise it. I promise that. Bye.", "Other words. Bye."),
        ("I promise it. An offer. Bye.", "Other words. Bye."),
        ("I promise it. You are owed. I promise it.", "Other words. Please wait. Other words."),
        ("I promise it. Well. I promise it.", "Other words. Well. Other words."),
        ("- I promise it.\n- We ship.\n", "- Other words.\n- We ship.\n"),
        ("- I promise it.\n- I promise that.\n- We ship.\n", "- Other words.\n- We ship.\n"),
        ("# I promise it\n\nWe ship.", "# Other words.\n\nWe ship."),
        ("I promise it.", "Other words."),
        ("I promise it.\n\n", "Other words.\n\n"),
        ("", ""),
        ("  \n ", "  \n "),
    ],
)
def test_what_a_customer_sees_of_a_reply(text: str, seen: str) -> None:
    assert shown(text) == seen
    assert shown(text, Mode.OBSERVE) == text


def test_white_space_at_the_end_does_not_make_the_same_words_come_twice() -> None:
    found = said("I promise it.\n" + "\n" * 50 + "I promise that.", limit=20)
    assert Shape.BLANK in [line.statement.shape for line in found]
    assert "".join(line.shown for line in found).count("Other words.") == 1


class ReadsNothing(KeywordReader):
    """Can make nothing of anything."""

    def read(self, text: str, context: ReadingContext) -> Claim:
        return unread(self.version, "nothing")


def test_white_space_alone_passes_though_nobody_can_read_it() -> None:
    fed = turn(reader=ReadsNothing())
    step = fed.feed(TextArrived(0, "Hello.\n\n"), NOW)
    step.join(fed.feed(ChoiceEnded(0, "stop"), NOW))
    assert [output.shown for output in step.outputs if isinstance(output, Line)] == [
        "Nothing to say.",
        "\n\n",
    ]


def test_observing_records_what_would_have_been() -> None:
    found = steps([TextArrived(0, "I promise it."), ChoiceEnded(0, "stop"), COMPLETE], Mode.OBSERVE)
    body = drafts(found)[0].body
    assert isinstance(body, LineBody)
    assert (body.decision.outcome, body.decision.wording, body.decision.enforced) == (
        "revise",
        "other",
        False,
    )
    assert body.release is not None
    assert (body.release.verbatim, body.release.text) == (True, None)


def test_a_suppressed_line_is_on_record_with_nothing_released() -> None:
    found = steps([TextArrived(0, "I promise it. I promise that."), ChoiceEnded(0, "stop"), COMPLETE])
    bodies = [draft.body for draft in drafts(found) if isinstance(draft.body, LineBody)]
    assert [body.release is None for body in bodies] == [False, True]
    reply = drafts(found)[-1].body
    assert isinstance(reply, ReplyBody)
    assert (reply.sent, reply.choices) == (1, (ChoiceBody(0, "stop", 2, 0, 2, 0),))


def test_each_track_of_a_choice_has_its_own_run_of_words_and_both_are_finished() -> None:
    events: list[Event] = [
        TextArrived(0, "I promise it. ", CONTENT),
        TextArrived(0, "I promise it. ", REFUSAL),
        TextArrived(0, "Bye", CONTENT),
        TextArrived(0, "Sorry", REFUSAL),
        ChoiceEnded(0, "stop"),
        COMPLETE,
    ]
    lines = [output for output in outputs(steps(events)) if isinstance(output, Line)]
    seen = [(line.track, line.statement.ordinal, line.shown) for line in lines]
    assert sorted(seen) == [
        (CONTENT, 0, "Other words."),
        (CONTENT, 1, " Bye"),
        (REFUSAL, 0, "Other words."),
        (REFUSAL, 1, " Sorry"),
    ]


def test_an_overlong_line_is_unknown_whatever_the_reader_would_say() -> None:
    reader = KeywordReader()
    fed = turn(limit=30, reader=reader)
    step = fed.feed(TextArrived(0, "We ship " + "very " * 20 + "soon. Bye."), NOW)
    step.join(fed.feed(ChoiceEnded(0, "stop"), NOW))
    lines = [output for output in step.outputs if isinstance(output, Line)]
    overlong = [line for line in lines if line.statement.overlong]
    assert len(overlong) > 2
    assert {(line.claim.force, line.claim.because) for line in overlong} == {(Force.UNKNOWN, ("overlong",))}
    assert {line.decision.outcome for line in overlong} == {Outcome.WITHHOLD}
    assert "".join(line.shown for line in lines) == "Nothing to say. Bye."
    assert all("very" not in text for text, _ in reader.contexts)


def test_text_that_was_cut_off_is_recorded_as_unread_and_never_shown() -> None:
    events: list[Event] = [
        TextArrived(0, "We ship. I prom"),
        TextArrived(1, "Hel"),
        TextArrived(1, "no w", REFUSAL),
        ReplyEnded("upstream_cut", "stopped", sent=1),
    ]
    found = steps(events)
    assert [o.shown for o in outputs(found) if isinstance(o, Line)] == ["We ship."]
    last = drafts(found)[-1]
    assert last.private == ReplyPrivate(((0, " I prom"), (1, "Helno w")))
    assert last.body == ReplyBody(
        "upstream_cut", "stopped", None, None,
        (ChoiceBody(0, None, 1, 1, 0, 7), ChoiceBody(1, None, 0, 0, 0, 7)), 1, None,
    )  # fmt: skip


def test_a_reply_that_said_nothing_has_an_ending_and_nothing_private() -> None:
    [draft] = drafts(steps([COMPLETE]))
    assert draft.body == ReplyBody("complete", "", "up-1", "m-1", (), 0, '{"n":1}')
    assert draft.private is None


def test_a_line_is_read_with_what_stands_before_it_in_its_own_text_only() -> None:
    reader = KeywordReader()
    fed = turn(reader=reader)
    for event in (
        TextArrived(1, "Elsewhere. "),
        TextArrived(0, "One. Two. Three. Four. Five:\n- item"),
        ChoiceEnded(0, "stop"),
    ):
        fed.feed(event, NOW)
    read = dict(reader.contexts)
    assert read["item"].governing == "Five:"
    assert read["item"].before == ("Two.", "Three.", "Four.", "Five:")
    assert read["item"].customer == "Where is my refund?"
    assert read["One."].before == ()


def test_only_calls_that_succeeded_are_told_to_the_reader() -> None:
    asked = exchange()
    outcomes = tuple(
        ToolOutcome(ToolCall(CallId(name), name, "{}"), result)
        for name, result in (("get_order", "{}"), ("cancel_order", "Error: no"), ("refund_order", "done"))
    )
    reader = KeywordReader()
    fed = Turn(
        Exchange(asked.trace, asked.asked_at, asked.workload, asked.model, asked.messages, outcomes=outcomes),
        reader, TableDecider(), Mode.ENFORCE,
    )  # fmt: skip
    fed.feed(TextArrived(0, "Hello."), NOW)
    fed.feed(ChoiceEnded(0, "stop"), NOW)
    assert reader.contexts[-1][1].calls == ("refund_order",)


def test_the_exchange_is_recorded_with_who_asked_under_which_rules() -> None:
    asked = Exchange(
        trace=TraceId("tr_1"),
        asked_at=NOW,
        workload=WorkloadId("bot"),
        model="m",
        messages=(Message(Role.USER, "Refund me", answers=None),),
        request=RequestId("req"),
        conversation=ConversationId("conv"),
        customer=CustomerId("c-1188"),
        assurance=AssuranceLevel.AAL2,
        context=(ContextItem("published/refunds", "Refunds take 5 days."),),
        tools=(ToolSpec("refund_order"),),
        published=("Be kind.",),
        history=History(TraceId("tr_0"), 4, Digest("sha256:x")),
    )
    fed = Turn(asked, KeywordReader(), TableDecider(), Mode.ENFORCE)
    [draft] = fed.begin(NOW).drafts
    body, private = draft.body, draft.private
    assert isinstance(body, ExchangeBody)
    assert isinstance(private, ExchangePrivate)
    assert (draft.trace, draft.at) == ("tr_1", "2026-01-31T09:30:00.000000Z")
    assert (body.assurance, body.messages, body.tools) == (2, 1, ("refund_order",))
    assert (body.bundle, body.bundle_name) == (BUNDLE.digest, BUNDLE.manifest.name)
    assert (body.bundle_author, body.bundle_approver) == (BUNDLE.manifest.author, None)
    assert (body.mode, body.reader, body.prompt) == ("enforce", "keywords-1", prompt_digest(asked))
    assert body.history is not None
    assert (body.history.trace, body.history.count) == ("tr_0", 4)
    assert (private.customer, private.messages[0].text) == ("c-1188", "Refund me")
    assert private.context == (("published/refunds", "Refunds take 5 days."),)


def test_two_prompts_have_one_name_only_if_they_are_the_same() -> None:
    def named(*published: str) -> str:
        asked = exchange()
        return prompt_digest(
            Exchange(asked.trace, NOW, asked.workload, asked.model, asked.messages, published=published)
        )

    prompts = [(), ("",), ("a",), ("a", "b"), ("b", "a"), ("ab",), ("a\0b",), ("a", ""), ("\ud800",)]
    assert len({named(*prompt) for prompt in prompts}) == len(prompts)


def test_entries_bear_the_instant_that_was_passed_in() -> None:
    fed = turn()
    east = datetime(2026, 1, 31, 12, tzinfo=timezone(timedelta(hours=2)))
    assert fed.begin(east).drafts[0].at == "2026-01-31T10:00:00.000000Z"
    later = fed.feed(ReplyEnded("complete"), datetime(2026, 1, 31, 11, 0, 0, 5, tzinfo=UTC))
    assert later.drafts[0].at == "2026-01-31T11:00:00.000005Z"


def test_text_after_the_end_of_its_choice_is_refused_and_not_shown() -> None:
    fed = turn()
    fed.feed(TextArrived(0, "Bye"), NOW)
    fed.feed(ChoiceEnded(0, "stop"), NOW)
    with pytest.raises(ValueError, match="after the reply was finished"):
        fed.feed(TextArrived(0, "I promise it."), NOW)


def test_calls_of_a_choice_keep_their_place_between_its_lines() -> None:
    call = ToolCall(CallId("c1"), "refund_order", "{}")
    events: list[Event] = [
        TextArrived(0, "We ship. One mom"),
        CallArrived(0, 0, call),
        TextArrived(0, "ent. "),
        ChoiceEnded(0, "tool_calls"),
    ]
    kinds = [type(output).__name__ for output in outputs(steps(events))]
    assert kinds == ["Line", "PassCall", "Line", "Line", "EndChoice"]
    held = [type(draft.body).__name__ for draft in drafts(steps(events))]
    assert held == ["LineBody", "CallBody", "LineBody", "LineBody"]


def test_a_word_of_the_models_own_in_the_place_of_an_acts_name_is_not_public_for_ever() -> None:
    fed = turn()
    own = ToolCall(CallId("c1"), "pay_ada_lund", "{}")
    [draft] = fed.feed(CallArrived(0, 0, own), NOW).drafts
    assert b"ada" not in msgspec.json.encode(draft.body)
    assert draft.private == CallPrivate("{}", "pay_ada_lund")
    assert isinstance(draft.body, CallBody)
    assert called(draft.body, draft.private) == "pay_ada_lund (not offered)"
    assert called(draft.body, None) == "not offered"


def test_the_name_of_an_act_that_was_offered_is_public_and_one_of_before_is_still_read() -> None:
    fed = turn(tools=(ToolSpec("refund_order"),))
    [draft] = fed.feed(CallArrived(0, 0, ToolCall(CallId("c1"), "refund_order", "{}")), NOW).drafts
    assert (draft.body, draft.private) == (CallBody(0, 0, "c1", "refund_order"), CallPrivate("{}"))
    before = CallBody(0, 0, "c1", "pay_ada_lund")
    assert called(before, CallPrivate("{}")) == called(before, None) == "pay_ada_lund"


def test_a_line_without_anything_to_check_has_no_finding_in_its_entry() -> None:
    found = steps([TextArrived(0, "Hello. I promise it."), ChoiceEnded(0, "stop")])
    bodies = [draft.body for draft in drafts(found) if isinstance(draft.body, LineBody)]
    assert [body.finding is None for body in bodies] == [True, False]
    lines = [output for output in outputs(found) if isinstance(output, Line)]
    assert [line.finding.support for line in lines] == [Support.UNCHECKED, Support.UNSUPPORTED]


# -- a reply that was asked for as JSON ---------------------------------------------------


def structured(text: str, limit: int = 2000) -> str:
    """What a customer's program gets of a reply in JSON."""
    events: list[Event] = [TextArrived(0, text), ChoiceEnded(0, "stop"), COMPLETE]
    found = outputs(steps(events, limit=limit, structured=True))
    return "".join(output.shown for output in found if isinstance(output, Line))


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ('{"a": "We ship.", "n": 5}', '{"a": "We ship.", "n": 5}'),
        ('{"a": "I promise it.", "b": "We ship."}', '{"a": "Other words.", "b": "We ship."}'),
        (
            '{"a": "I promise it.", "b": "I promise that."}',
            '{"a": "Other words.", "b": "Other words."}',
        ),
        ('{"a": "I pro\\u006dise it."}', '{"a": "Other words."}'),
    ],
)
def test_a_reply_in_json_stays_json_with_other_words_in_it(text: str, seen: str) -> None:
    assert json.loads(structured(text)) == json.loads(seen)


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("I promise it.", "Other words."),
        ("I promise it. We ship.", "Other words. We ship."),
        ('I promise it. {"a": 1}', 'Other words. {"a": 1}'),
        ('{"a": "We ship."} I promise it.', '{"a": "We ship."} Other words.'),
        ('{"a": 1}\nIt is done.\n', '{"a": 1}\nNothing to say.\n'),
        ('```json\n{"a": "I promise it."}\n```', '```json\n{"a": "Other words."}\n```'),
        ('{"a": I promise it}', '{"a": Other words.'),
        ('// I promise it.\n{"a": 1}', 'Other words.\n{"a": 1}'),
        ("{'a': 'I promise it.'}", "{Other words."),
        ('{"a": truepromise}', '{"a": Other words.'),
        ('"We ship."I promise it.', '"We ship."Other words.'),
        ('{"a": 1.5e-3, "b": [true, false, null, -2]}', '{"a": 1.5e-3, "b": [true, false, null, -2]}'),
    ],
)
def test_words_outside_the_strings_of_a_reply_in_json_are_read_like_any_others(text: str, seen: str) -> None:
    assert structured(text) == seen


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "promise ",
                "it is done. ",
                "promise",
                '"',
                "{",
                "}",
                ":",
                ",",
                " ",
                "\\",
                "1",
                "true",
                "```",
                "\n",
                "é",
            ]
        ),
        max_size=12,
    ).map("".join),
    st.sampled_from([20, 2000]),
)
def test_no_promise_passes_anywhere_in_what_is_not_even_json(text: str, limit: int) -> None:
    seen = structured(text, limit)
    assert "promise" not in seen
    assert "done" not in seen


json_texts = st.lists(
    st.sampled_from(["I promise it. ", "It is done.", "We ship. ", "\n", '"', "\\", "é😀", "\x07", "a" * 25]),
    max_size=4,
).map("".join)
json_values = st.recursive(
    json_texts | st.integers() | st.booleans() | st.none(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b"]), inner, max_size=2)
    ),
    max_leaves=6,
)


@settings(max_examples=120, deadline=None)
@given(json_values, st.booleans(), st.sampled_from([20, 2000]))
def test_no_promise_passes_in_any_string_of_a_reply_in_json_and_it_parses_still(
    value: object, ascii_only: bool, limit: int
) -> None:
    seen = structured(json.dumps(value, ensure_ascii=ascii_only), limit)
    json.loads(seen)
    assert "promise" not in seen
    assert "done" not in seen


def test_a_line_in_json_is_held_against_the_facts_as_it_reads_and_not_as_it_is_escaped() -> None:
    asked = exchange(structured=True)
    rule = "You can return your items within 30 days of delivery."
    asked = Exchange(
        asked.trace, NOW, asked.workload, asked.model, asked.messages, published=(rule,), structured=True
    )
    fed = Turn(asked, RuleReader(), TableDecider(), Mode.ENFORCE)
    text = json.dumps({"answer": "As a\nGold member you can return your items within 30 days of delivery."})
    step = fed.feed(TextArrived(0, text), NOW)
    step.join(fed.feed(ChoiceEnded(0, "stop"), NOW))
    reasons = [output.finding.because for output in step.outputs if isinstance(output, Line)]
    assert "no record shows that the customer is 'gold'" in reasons
