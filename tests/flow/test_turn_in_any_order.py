"""Whatever happens to a reply, in whatever order and pieces: what a turn may and may not do."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from keyword_reading import COMPLETE, FORCES, OUTCOMES, WORDING, drafts, outputs, steps

from answerable.claims import Force
from answerable.exchange import ToolCall
from answerable.flow import (
    CONTENT,
    REFUSAL,
    CallArrived,
    ChoiceEnded,
    EndChoice,
    Event,
    ExtensionArrived,
    FrameArrived,
    Line,
    Mode,
    PassCall,
    PassExtension,
    PassFrame,
    ReplyEnded,
    Step,
    TextArrived,
    joined,
)
from answerable.receipts import (
    NOT_OFFERED,
    CallBody,
    CallPrivate,
    ExtensionBody,
    LineBody,
    LinePrivate,
    ReplyBody,
    ReplyPrivate,
)
from answerable.statements import Shape, Statement, split
from answerable.values import CallId

thorough = settings(max_examples=120, deadline=None)

pieces = st.sampled_from(
    [
        *(
            "I promise it. ",
            "It is done. ",
            "You are owed. ",
            "An offer. ",
            "garbled. ",
            "We ship. ",
            "Hello! ",
        ),
        *(
            "Dr. ",
            "3.",
            "5 days",
            " ",
            "\n",
            "\n\n",
            "- ",
            "1. ",
            "# ",
            "```\n",
            ":\n",
            "**",
            "é😀. ",
            ".",
            "?",
            "a" * 30,
        ),
    ]
)
texts = st.lists(pieces, max_size=6).map("".join)
choices = st.integers(0, 1)
tracks = st.sampled_from([CONTENT, REFUSAL])
arrivals = st.builds(TextArrived, choices, texts, tracks)
others = st.one_of(
    st.builds(
        lambda choice, index: CallArrived(choice, index, ToolCall(CallId(f"c{index}"), "tool", '{"a":1}')),
        choices,
        st.integers(0, 3),
    ),
    st.builds(ExtensionArrived, choices, st.just(("x",)), st.just('{"x":1}'), st.booleans(), st.booleans()),
    st.builds(FrameArrived, st.binary(max_size=3)),
    st.builds(ChoiceEnded, choices, st.sampled_from(["stop", "length", "tool_calls"])),
)
# Mostly text: what matters is what happens between the pieces of it.
happenings = st.integers(0, 9).flatmap(lambda number: arrivals if number < 7 else others)


@st.composite
def replies(draw: st.DrawFn) -> list[Event]:
    """Events in an order that the wire can bring: nothing of a choice comes after its end."""
    over: set[int] = set()
    found: list[Event] = []
    for event in draw(st.lists(happenings, min_size=1, max_size=14)):
        if isinstance(event, FrameArrived):
            found.append(event)
            continue
        assert not isinstance(event, ReplyEnded)
        if event.choice in over:
            continue
        if isinstance(event, ChoiceEnded):
            over.add(event.choice)
        found.append(event)
    sent = draw(st.none() | st.integers(0, 5))
    return [*found, ReplyEnded(draw(st.sampled_from(["complete", "client_left", "upstream_cut"])), sent=sent)]


modes = st.sampled_from(Mode)
limits = st.sampled_from([20, 2000])


def texts_of(events: list[Event]) -> dict[tuple[int, str], str]:
    found: dict[tuple[int, str], str] = {}
    for event in events:
        if isinstance(event, TextArrived):
            key = event.choice, event.track
            found[key] = found.get(key, "") + event.text
    return found


def lines_of(found: list[Step]) -> dict[tuple[int, str], list[Line]]:
    lines: dict[tuple[int, str], list[Line]] = {}
    for output in outputs(found):
        if isinstance(output, Line):
            lines.setdefault((output.choice, output.track), []).append(output)
    return lines


@thorough
@given(replies(), modes, limits)
def test_nothing_leaves_before_the_entry_that_holds_it(events: list[Event], mode: Mode, limit: int) -> None:
    for event, step in zip(events, steps(events, mode, limit), strict=True):
        kept = [draft for draft in step.drafts if isinstance(draft.body, LineBody)]
        lines = [output for output in step.outputs if isinstance(output, Line)]
        assert len(kept) == len(lines)
        for draft, line in zip(kept, lines, strict=True):
            body, words = draft.body, draft.private
            assert isinstance(body, LineBody)
            assert isinstance(words, LinePrivate)
            assert (body.choice, body.track, body.line) == (line.choice, line.track, line.statement.ordinal)
            assert (words.lead, words.text) == (line.statement.lead, line.statement.text)
            assert body.decision.outcome == line.decision.outcome.value
            assert body.decision.enforced == (mode is Mode.ENFORCE)
            # What is on record as released is what may be shown: no more, no less.
            released = "" if body.release is None else body.release.text or words.lead + words.text
            assert released == line.shown
            assert body.release is None or body.release.verbatim == line.verbatim
        others = [output for output in step.outputs if not isinstance(output, Line)]
        match event:
            case CallArrived(choice, index, call):
                assert others == [PassCall(choice, index, call)]
                [draft] = step.drafts
                # Nobody offered it: its name is the model's own word.
                assert draft.body == CallBody(choice, index, call.id, NOT_OFFERED)
                assert draft.private == CallPrivate(call.arguments, call.name)
            case ExtensionArrived(choice, fields, json, passed, rides):
                assert others == ([PassExtension(choice, json)] if passed and not rides else [])
                [draft] = step.drafts
                assert draft.body == ExtensionBody(choice, fields, passed)
            case FrameArrived(frame):
                assert (others, step.drafts) == ([PassFrame(frame)], [])
            case ChoiceEnded(choice, reason):
                assert step.outputs[-1] == EndChoice(choice, reason)
                assert len(others) == 1
            case _:
                assert others == []


@thorough
@given(replies(), modes, limits)
def test_lines_are_those_of_the_text_in_order_and_what_was_not_whole_is_never_shown(
    events: list[Event], mode: Mode, limit: int
) -> None:
    found = steps(events, mode, limit)
    lines = lines_of(found)
    ended = {event.choice for event in events if isinstance(event, ChoiceEnded)}
    reply = drafts(found)[-1].private
    unread = dict(reply.unread) if isinstance(reply, ReplyPrivate) else {}
    for key, text in texts_of(events).items():
        statements = [line.statement for line in lines.get(key, [])]
        whole = split(text, limit=limit)
        assert statements == whole[: len(statements)]
        if key[0] in ended:
            assert len(statements) == len(whole)
        taken = "".join(statement.lead + statement.text for statement in statements)
        assert text[len(taken) :] in unread.get(key[0], "")
    assert not unread.keys() & ended


def told(lines: list[Line]) -> list[str]:
    """What the customer should get for a track's lines, worked out another way."""
    found: list[str] = []
    last: str | None = None
    for line in lines:
        force = Force.UNKNOWN if line.statement.overlong else by_keyword(line.statement)
        outcome = OUTCOMES.get(force)
        if line.statement.shape is Shape.BLANK:
            found.append(line.statement.lead)
        elif outcome is None:
            found.append(line.statement.lead + line.statement.text)
            last = None
        else:
            words = WORDING[outcome].text
            found.append("" if words == last else line.statement.lead + words)
            last = words
    return found


def by_keyword(statement: Statement) -> Force:
    return next((FORCES[word] for word in FORCES if word in statement.text), Force.INFORMATIONAL)


@thorough
@given(replies(), limits)
def test_a_line_that_is_not_released_is_replaced_and_the_same_words_come_once_in_a_run(
    events: list[Event], limit: int
) -> None:
    for lines in lines_of(steps(events, Mode.ENFORCE, limit)).values():
        assert [line.shown for line in lines] == told(lines)


@thorough
@given(replies(), limits)
def test_observing_shows_every_whole_line_as_written_and_decides_as_enforcing_would(
    events: list[Event], limit: int
) -> None:
    observed, enforced = (lines_of(steps(events, mode, limit)) for mode in (Mode.OBSERVE, Mode.ENFORCE))
    for key, lines in observed.items():
        assert texts_of(events)[key].startswith("".join(line.shown for line in lines))
        assert all(line.verbatim for line in lines)
        same = [(line.statement, line.claim, line.finding, line.decision) for line in enforced[key]]
        assert [(line.statement, line.claim, line.finding, line.decision) for line in lines] == same


@thorough
@given(replies(), modes, limits)
def test_events_joined_give_the_same_outputs_and_entries_as_events_one_by_one(
    events: list[Event], mode: Mode, limit: int
) -> None:
    fewer = list(joined(events))
    assert len(fewer) <= len(events)
    for one, other in pairwise(fewer):
        if isinstance(one, TextArrived) and isinstance(other, TextArrived):
            assert (one.choice, one.track) != (other.choice, other.track)
    apart, together = steps(events, mode, limit), steps(fewer, mode, limit)
    assert outputs(together) == outputs(apart)
    assert [(draft.body, draft.private) for draft in drafts(together)] == [
        (draft.body, draft.private) for draft in drafts(apart)
    ]


@thorough
@given(texts, st.lists(st.integers(0, 200), max_size=6), modes, limits, tracks)
def test_the_same_text_gives_the_same_lines_and_entries_in_every_chunking(
    text: str, cuts: list[int], mode: Mode, limit: int, track: str
) -> None:
    ends = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
    chunks = [text[start:end] for start, end in pairwise(ends)] or [""]
    rest: list[Event] = [ChoiceEnded(0, "stop"), COMPLETE]
    whole = steps([TextArrived(0, text, track), *rest], mode, limit)
    cut = steps([*(TextArrived(0, chunk, track) for chunk in chunks), *rest], mode, limit)
    letters = steps([*(TextArrived(0, letter, track) for letter in text or [""]), *rest], mode, limit)
    for other in (cut, letters):
        assert outputs(other) == outputs(whole)
        assert [(draft.body, draft.private) for draft in drafts(other)] == [
            (draft.body, draft.private) for draft in drafts(whole)
        ]


@thorough
@given(replies(), modes, limits)
def test_the_replys_own_entry_counts_what_went_before(events: list[Event], mode: Mode, limit: int) -> None:
    found = steps(events, mode, limit)
    [body] = [draft.body for draft in drafts(found) if isinstance(draft.body, ReplyBody)]
    lines = [output for output in outputs(found) if isinstance(output, Line)]
    ended = events[-1]
    assert isinstance(ended, ReplyEnded)
    assert body.sent == (sum(bool(line.shown) for line in lines) if ended.sent is None else ended.sent)
    assert [choice.choice for choice in body.choices] == sorted(choice.choice for choice in body.choices)
    for choice in body.choices:
        of_it = [line for line in lines if line.choice == choice.choice]
        assert choice.lines == len(of_it) == choice.verbatim + choice.replaced
        assert choice.verbatim == sum(line.verbatim for line in of_it)
    assert {line.choice for line in lines} <= {choice.choice for choice in body.choices}
    reasons = {event.choice: event.reason for event in events if isinstance(event, ChoiceEnded)}
    assert {choice.choice: choice.finish for choice in body.choices if choice.finish} == reasons


@thorough
@given(replies(), modes)
def test_choices_and_tracks_do_not_touch_each_other(events: list[Event], mode: Mode) -> None:
    together = lines_of(steps(events, mode))
    for key in texts_of(events):
        alone = [
            event
            for event in events
            if (isinstance(event, TextArrived) and (event.choice, event.track) == key)
            or (isinstance(event, ChoiceEnded) and event.choice == key[0])
        ]
        assert lines_of(steps([*alone, COMPLETE], mode)).get(key, []) == together.get(key, [])
