"""The gate in-process: nothing comes back that the ledger does not hold, and every ending is on record."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import answerable
from answerable import Gate, open_gate
from answerable.adapters.bundle_files import built_in
from answerable.adapters.sqlite_ledger import SqliteLedger
from answerable.adapters.world import new_trace
from answerable.apps.chain import Chain, assemble
from answerable.claims import RuleReader
from answerable.decisions import CedarDecider, Outcome
from answerable.exchange import Exchange, Message, Role, ToolCall, ToolSpec
from answerable.flow import CallArrived, ChoiceEnded, Event, Line, Mode, ReplyEnded, TextArrived
from answerable.ports import Ledger
from answerable.receipts import Draft
from answerable.testing.memory_ledger import MemoryLedger
from answerable.values import AssuranceLevel, CallId, ConversationId, CustomerId, TraceId, WorkloadId
from answerable.values.errors import LedgerUnavailable, UpstreamCut

ASKED = (Message(Role.USER, "Where is my refund?"),)
REPLY = "Thanks for waiting. I've refunded $45.00 to your card. Anything else?"
SHOWN = "Thanks for waiting. There is no confirmation of that in our system yet. Anything else?"
DECIDER = CedarDecider(built_in())


def gate_over(ledger: Ledger, mode: Mode = Mode.ENFORCE) -> Gate:
    return Gate(ledger, RuleReader(), DECIDER, mode=mode)


class Faults:
    """Fails the appends of the given numbers, before or after they are kept."""

    def __init__(self, *numbers: int, when: str = "before") -> None:
        self.numbers = set(numbers)
        self._when = when
        self._count = -1

    def __call__(self, when: str) -> None:
        self._count += when == "before"
        if when == self._when and self._count in self.numbers:
            raise OSError("no disk today")


async def chain_of(ledger: Ledger, trace: TraceId) -> Chain:
    found = assemble(await ledger.trace(trace))
    assert found is not None
    return found


async def deltas(*texts: str) -> AsyncIterator[str]:
    for text in texts:
        yield text
        await asyncio.sleep(0)


async def take(lines: AsyncIterator[Line], seen: list[str]) -> None:
    """Consume a stream as a host would, keeping what was seen up to a failure."""
    async for line in lines:
        seen.append(line.shown)


def words(text: str) -> AsyncIterator[str]:
    return deltas(*re.findall(r"\S+\s*", text))


# -- the whole way -----------------------------------------------------------------------


async def test_the_gate_opens_as_its_docstring_says(tmp_path: Path) -> None:
    async with open_gate(tmp_path / "var" / "ledger.db") as gate:
        verdict = await gate.check(gate.exchange(ASKED), "Your refund is approved.")
        assert verdict.text == "There is no confirmation of that in our system yet."
        [line] = verdict.lines
        assert line.decision.outcome is Outcome.REVISE
        chain = await chain_of(gate.ledger, verdict.trace)
        assert chain.lines[0].shown == verdict.text
        assert chain.reply is not None
        assert (chain.reply.ending, chain.reply.sent) == ("complete", 1)
    ledger = SqliteLedger(tmp_path / "var" / "ledger.db")
    assert await ledger.verify() == 3
    await ledger.close()


async def test_a_closed_gate_lets_nothing_through(tmp_path: Path) -> None:
    async with open_gate(tmp_path / "ledger.db") as gate:
        asked = gate.exchange(ASKED)
    with pytest.raises(LedgerUnavailable):
        await gate.check(asked, "Hello.")


def test_the_gate_is_the_packages_own() -> None:
    assert answerable.Gate is Gate
    with pytest.raises(AttributeError, match="has no attribute 'Gates'"):
        answerable.Gates  # noqa: B018


async def test_a_line_that_an_act_shows_is_released_and_the_same_line_without_it_is_not() -> None:
    gate = gate_over(MemoryLedger())
    call = ToolCall(CallId("c1"), "refund_order", '{"amount": 45.00}')
    said = (
        *ASKED,
        Message(Role.ASSISTANT, "", (call,)),
        Message(Role.TOOL, '{"refunded": 45.00}', answers=call.id),
    )
    assert (await gate.check(gate.exchange(said), REPLY)).text == REPLY
    assert (await gate.check(gate.exchange(ASKED), REPLY)).text == SHOWN
    assert (await gate.check(gate.exchange((*ASKED, said[2])), REPLY)).text == SHOWN


async def test_observing_lets_everything_through_and_records_what_would_have_been() -> None:
    ledger = MemoryLedger()
    gate = gate_over(ledger, Mode.OBSERVE)
    verdict = await gate.check(gate.exchange(ASKED), REPLY)
    assert verdict.text == REPLY
    chain = await chain_of(ledger, verdict.trace)
    assert [line.body.decision.outcome for line in chain.lines] == ["release", "revise", "release"]
    assert not any(line.body.decision.enforced for line in chain.lines)


def test_an_exchange_holds_what_it_is_given() -> None:
    now = datetime(2026, 1, 31, tzinfo=UTC)
    gate = Gate(
        MemoryLedger(), RuleReader(), DECIDER, clock=lambda: now, new_trace=lambda: TraceId("tr_given")
    )
    said = (
        Message(Role.SYSTEM, "Be kind."),
        Message(Role.DEVELOPER, "Be brief."),
        *ASKED,
        Message(Role.ASSISTANT, "", (ToolCall(CallId("c1"), "get_order", "{}"),)),
        Message(Role.TOOL, "{}", answers=CallId("c1")),
    )
    asked = gate.exchange(
        iter(said),
        workload=WorkloadId("bot"),
        tools=[ToolSpec("get_order")],
        conversation=ConversationId("conv"),
        customer=CustomerId("c-1188"),
        assurance=AssuranceLevel.AAL1,
    )
    assert (asked.trace, asked.asked_at, asked.workload) == ("tr_given", now, "bot")
    assert asked.published == ("Be kind.", "Be brief.")
    assert [outcome.call.name for outcome in asked.outcomes] == ["get_order"]
    assert (asked.customer, asked.assurance, asked.tools) == ("c-1188", 1, (ToolSpec("get_order"),))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, len(REPLY)), max_size=8), st.booleans())
async def test_checked_at_once_or_streamed_in_any_pieces_a_reply_comes_out_the_same(
    cuts: list[int], empty: bool
) -> None:
    ends = sorted({0, len(REPLY), *cuts})
    pieces = [REPLY[start:end] for start, end in pairwise(ends)]
    gate = gate_over(MemoryLedger())
    asked = gate.exchange(ASKED)
    streamed = [line async for line in gate.stream(asked, deltas(*(["", *pieces] if empty else pieces)))]
    checked = await gate.check(gate.exchange(ASKED), REPLY)
    assert streamed == list(checked.lines)
    assert "".join(line.shown for line in streamed) == checked.text == SHOWN


async def test_a_streamed_line_comes_before_the_reply_has_ended() -> None:
    gate = gate_over(MemoryLedger())
    more = asyncio.Event()

    async def slow() -> AsyncIterator[str]:
        yield "We ship today. And"
        await more.wait()
        yield " tomorrow."

    async with aclosing(gate.stream(gate.exchange(ASKED), slow())) as lines:  # type: ignore[type-var]
        assert (await anext(lines)).shown == "We ship today."
        more.set()
        assert [line.shown async for line in lines] == [" And tomorrow."]


# -- a ledger that fails -------------------------------------------------------------------


@pytest.mark.parametrize("when", ["before", "after"])
async def test_where_the_exchange_can_not_be_recorded_nothing_of_the_reply_comes_back(when: str) -> None:
    gate = gate_over(MemoryLedger(Faults(0, when=when)))
    gated = gate.begin(gate.exchange(ASKED))
    with pytest.raises(LedgerUnavailable):
        await gated.feed([TextArrived(0, "Hello. Bye.")])
    with pytest.raises(LedgerUnavailable):
        await gated.begun()
    with pytest.raises(LedgerUnavailable):
        await gated.feed([ChoiceEnded(0, "stop")])


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("failing", [1, 2, 3])
async def test_after_a_failed_append_nothing_more_of_the_reply_is_ever_shown(failing: int, when: str) -> None:
    ledger = MemoryLedger(Faults(failing, when=when))
    gate = gate_over(ledger)
    gated = gate.begin(gate.exchange(ASKED))
    seen: list[str] = []
    failures = 0
    for number in range(6):
        try:
            outputs = await gated.feed([TextArrived(0, f"Line {number} is here. ")])
        except LedgerUnavailable:
            failures += 1
        else:
            seen += [output.shown for output in outputs if isinstance(output, Line)]
    assert failures == 1
    assert "".join(seen).split() == " ".join(f"Line {number} is here." for number in range(len(seen))).split()
    assert len(seen) < failing
    await gated.end(ReplyEnded("ledger_unavailable", sent=len(seen)))
    reply = (await chain_of(ledger, gated.trace)).reply
    assert reply is not None
    assert (reply.ending, reply.sent) == ("ledger_unavailable", len(seen))
    assert await ledger.verify() == len(ledger.rows)


@pytest.mark.parametrize("failing", range(3))
async def test_check_gives_the_whole_verdict_or_none(failing: int) -> None:
    gate = gate_over(MemoryLedger(Faults(failing)))
    asked = gate.exchange(ASKED)
    if failing < 2:
        with pytest.raises(LedgerUnavailable):
            await gate.check(asked, REPLY)
    else:
        assert (await gate.check(asked, REPLY)).text == SHOWN


async def test_a_stream_stops_where_the_ledger_fails_and_says_so_on_record_when_it_can() -> None:
    ledger = MemoryLedger(Faults(2))
    gate = gate_over(ledger)
    asked = gate.exchange(ASKED)
    seen: list[str] = []
    texts = deltas("One is here. ", "Two is here. ", "Three is here. ", "x")
    with pytest.raises(LedgerUnavailable):
        await take(gate.stream(asked, texts), seen)
    assert seen == ["One is here."]
    reply = (await chain_of(ledger, asked.trace)).reply
    assert reply is not None
    assert (reply.ending, reply.sent) == ("ledger_unavailable", 1)


async def test_a_ledger_that_stays_away_stops_the_stream_all_the_same() -> None:
    gate = gate_over(MemoryLedger(Faults(*range(1, 99))))
    seen: list[str] = []
    with pytest.raises(LedgerUnavailable):
        await take(gate.stream(gate.exchange(ASKED), words(REPLY)), seen)
    assert seen == []


async def test_a_reply_that_nobody_goes_on_with_is_no_unhandled_error() -> None:
    gate = gate_over(MemoryLedger(Faults(0)))
    gate.begin(gate.exchange(ASKED))
    await asyncio.sleep(0.01)


async def test_a_text_that_can_not_be_written_down_is_not_shown() -> None:
    ledger = MemoryLedger()
    gate = gate_over(ledger)
    with pytest.raises(LedgerUnavailable):
        await gate.check(gate.exchange(ASKED), "Hello \ud800. Bye.")
    with pytest.raises(LedgerUnavailable):
        await gate.check(gate.exchange([Message(Role.USER, "\udfff")]), "Hello.")
    assert (await gate.check(gate.exchange(ASKED), "Hello.")).text == "Hello."


class Watched(MemoryLedger):
    """Knows what was durable when, and can be held up."""

    def __init__(self) -> None:
        super().__init__()
        self.open = asyncio.Event()

    async def append(self, drafts: Sequence[Draft]) -> list[str]:
        await self.open.wait()
        return await super().append(drafts)


async def test_no_output_comes_back_while_its_entry_is_on_its_way() -> None:
    ledger = Watched()
    gate = gate_over(ledger)
    gated = gate.begin(gate.exchange(ASKED))
    feeding = asyncio.ensure_future(gated.feed([TextArrived(0, "Hello. Bye.")]))
    await asyncio.sleep(0.01)
    assert not feeding.done()
    ledger.open.set()
    assert [output.shown for output in await feeding if isinstance(output, Line)] == ["Hello."]
    assert len(ledger.rows) == 2


async def test_a_feed_that_was_given_up_is_recorded_and_nothing_after_it_is_shown() -> None:
    ledger = Watched()
    gate = gate_over(ledger)
    gated = gate.begin(gate.exchange(ASKED))
    feeding = asyncio.ensure_future(gated.feed([TextArrived(0, "One is here. Two")]))
    await asyncio.sleep(0.01)
    feeding.cancel()
    with pytest.raises(asyncio.CancelledError):
        await feeding
    ledger.open.set()
    assert await gated.feed([TextArrived(0, " is here. Three")]) == []
    await gated.end(ReplyEnded("client_left", sent=0))
    chain = await chain_of(ledger, gated.trace)
    assert chain.reply is not None
    assert (chain.reply.ending, chain.reply.sent) == ("client_left", 0)


# -- how it ended ----------------------------------------------------------------------------


async def test_an_ending_is_recorded_once() -> None:
    ledger = MemoryLedger()
    gate = gate_over(ledger)
    gated = gate.begin(gate.exchange(ASKED))
    await gated.feed([TextArrived(0, "Hello."), ChoiceEnded(0, "stop"), ReplyEnded("complete")])
    await gated.end(ReplyEnded("client_left"))
    await gated.end(ReplyEnded("client_left"))
    chain = await chain_of(ledger, gated.trace)
    assert [kind for _, kind, _ in chain.entries] == ["exchange", "line", "reply"]


async def test_an_ending_that_could_not_be_recorded_can_be_recorded_later() -> None:
    ledger = MemoryLedger(Faults(1))
    gate = gate_over(ledger)
    gated = gate.begin(gate.exchange(ASKED))
    with pytest.raises(LedgerUnavailable):
        await gated.feed([TextArrived(0, "Hello."), ChoiceEnded(0, "stop"), ReplyEnded("complete")])
    await gated.end(ReplyEnded("ledger_unavailable", sent=0))
    reply = (await chain_of(ledger, gated.trace)).reply
    assert reply is not None
    assert (reply.ending, reply.sent) == ("ledger_unavailable", 0)


@pytest.mark.parametrize("taken", [0, 1, 2, 3])
async def test_a_consumer_that_stops_early_is_recorded_as_having_left_with_what_it_got(taken: int) -> None:
    ledger = MemoryLedger()
    gate = gate_over(ledger)
    asked = gate.exchange(ASKED)
    seen: list[Line] = []
    async with aclosing(gate.stream(asked, words("One is here. Two is here. Three is here. Four"))) as lines:  # type: ignore[type-var]
        while len(seen) < taken:
            seen.append(await anext(lines))
    if not taken:
        assert await ledger.trace(asked.trace) == []  # never asked for, so never begun
        return
    reply = (await chain_of(ledger, asked.trace)).reply
    assert reply is not None
    assert (reply.ending, reply.sent) == ("client_left", taken)


async def test_lines_that_show_nothing_are_not_counted_as_sent() -> None:
    ledger = MemoryLedger()
    gate = gate_over(ledger)
    asked = gate.exchange(ASKED)
    text = "I've refunded it. I've also cancelled it. Bye."
    seen = [line async for line in gate.stream(asked, words(text))]
    assert [bool(line.shown) for line in seen] == [True, False, True]
    reply = (await chain_of(ledger, asked.trace)).reply
    assert reply is not None
    assert (reply.ending, reply.sent) == ("complete", 2)


class Odd(Exception):
    """Not one of ours."""


@pytest.mark.parametrize(
    ("error", "ending", "detail"),
    [
        (UpstreamCut("stopped in the middle"), "upstream_cut", "stopped in the middle"),
        (Odd("with a customer's words in it"), "upstream_error", "Odd"),
    ],
)
async def test_a_source_that_fails_is_not_recorded_as_a_client_that_left(
    error: Exception, ending: str, detail: str
) -> None:
    async def failing() -> AsyncIterator[str]:
        yield "One is here. Two"
        raise error

    ledger = MemoryLedger()
    gate = gate_over(ledger)
    asked = gate.exchange(ASKED)
    seen: list[str] = []
    with pytest.raises(type(error)):
        await take(gate.stream(asked, failing()), seen)
    assert seen == ["One is here."]
    reply = (await chain_of(ledger, asked.trace)).reply
    assert reply is not None
    assert (reply.ending, reply.detail, reply.sent) == (ending, detail, 1)
    [choice] = reply.choices
    assert choice.unread == len(" Two")


async def test_a_task_that_is_cancelled_in_the_middle_of_a_stream_leaves_an_ending(tmp_path: Path) -> None:
    async with open_gate(tmp_path / "ledger.db") as gate:
        asked = gate.exchange(ASKED)
        got = asyncio.Event()

        async def endless() -> AsyncIterator[str]:
            yield "One is here. Two"
            await asyncio.Event().wait()

        async def consume() -> None:
            async with aclosing(gate.stream(asked, endless())) as lines:  # type: ignore[type-var]
                async for _ in lines:
                    got.set()

        consuming = asyncio.ensure_future(consume())
        await got.wait()
        await asyncio.sleep(0.01)
        consuming.cancel()
        with pytest.raises(asyncio.CancelledError):
            await consuming
        reply = (await chain_of(gate.ledger, asked.trace)).reply
        assert reply is not None
        assert (reply.ending, reply.sent) == ("client_left", 1)


# -- faults at random ----------------------------------------------------------------------------


def run(
    feeds: Iterable[list[Event]], hook: Callable[[str], None]
) -> tuple[list[str], MemoryLedger, Exchange]:
    async def play() -> tuple[list[str], MemoryLedger, Exchange]:
        ledger = MemoryLedger(hook)
        gate = gate_over(ledger)
        asked = gate.exchange(ASKED)
        gated = gate.begin(asked)
        seen: list[str] = []
        for events in feeds:
            try:
                outputs = await gated.feed(events)
            except LedgerUnavailable:
                continue  # the worst of drivers: it goes on as if nothing had been
            seen += [output.shown for output in outputs if isinstance(output, Line) and output.shown]
        return seen, ledger, asked

    return asyncio.run(play())


@settings(max_examples=80, deadline=None)
@given(st.sets(st.integers(0, 8), max_size=4), st.sampled_from(["before", "after"]), st.booleans())
def test_whatever_fails_what_was_shown_is_on_record_in_order_and_without_a_gap(
    failing: set[int], when: str, with_calls: bool
) -> None:
    feeds: list[list[Event]] = [
        [TextArrived(0, f"Line {number} is here. I've refunded it. ")] for number in range(5)
    ]
    if with_calls:
        feeds.insert(2, [CallArrived(0, 0, ToolCall(CallId("c"), "refund_order", "{}"))])
    feeds.append([ChoiceEnded(0, "stop"), ReplyEnded("complete")])
    seen, ledger, asked = run(feeds, Faults(*failing, when=when))
    chain = assemble([row for row in ledger.rows if asked.trace in row.entry.decode()])
    recorded = [line.shown for line in chain.lines if line.shown] if chain else []
    assert seen == recorded[: len(seen)]


def test_trace_ids_differ_and_can_be_read_out() -> None:
    ids = {new_trace() for _ in range(500)}
    assert len(ids) == 500
    assert all(len(one) == 29 and one.startswith("tr_") and not set("ilou") & set(one[3:]) for one in ids)
