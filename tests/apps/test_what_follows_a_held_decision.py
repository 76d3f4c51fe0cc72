"""People are asked before anybody is told that they are, and the customer hears what they answered once."""

from collections.abc import Sequence

import pytest

from answerable import Gate
from answerable.adapters.bundle_files import built_in
from answerable.apps.chain import assemble
from answerable.claims import RuleReader
from answerable.decisions import CedarDecider, Outcome
from answerable.exchange import Exchange, Message, Role
from answerable.flow import ChoiceEnded, Line, Mode, News, Output, ReplyEnded, StopCall, TextArrived
from answerable.testing.memory_ledger import MemoryLedger
from answerable.values import ApprovalId
from answerable.values.errors import ApprovalsUnavailable

ASKED = (Message(Role.USER, "Where is my refund?"),)
HELD = "You are entitled to a full refund of $45.00."
NEWS = (
    News(ApprovalId("ap_1"), "We can refund $20.00."),
    News(ApprovalId("ap_2"), "It was not approved."),
)


class People:
    """Notes what it is asked, and looks at what is on record by then."""

    def __init__(self, ledger: MemoryLedger, *, away: bool = False) -> None:
        self.asked: list[Line | StopCall] = []
        self.heard: list[ApprovalId] = []
        self._ledger, self._away = ledger, away

    async def held(self, exchange: Exchange, held: Sequence[Line | StopCall]) -> None:
        if self._away:
            raise ApprovalsUnavailable("the store of approvals is away")
        leaves = {row.leaf for row in await self._ledger.trace(exchange.trace)}
        assert {one.entry for one in held} <= leaves
        self.asked += held

    async def news(self, exchange: Exchange) -> Sequence[News]:
        del exchange
        return [one for one in NEWS if one.approval not in self.heard]

    async def told(self, exchange: Exchange, approvals: Sequence[ApprovalId]) -> None:
        shown = assemble(await self._ledger.trace(exchange.trace))
        assert shown is not None
        because = " ".join(line.body.decision.because for line in shown.lines)
        assert all(one in because for one in approvals)
        self.heard += approvals


def gate_with(people: People, ledger: MemoryLedger, mode: Mode = Mode.ENFORCE) -> Gate:
    return Gate(ledger, RuleReader(), CedarDecider(built_in()), mode=mode, follow_up=people)


async def reply(
    gate: Gate, *texts: str, choices: int = 1, news: Sequence[News] = (), structured: bool = False
) -> list[Output]:
    exchange = gate.exchange(ASKED)
    if structured:
        exchange = Exchange(
            **{name: getattr(exchange, name) for name in exchange.__dataclass_fields__} | {"structured": True}
        )
    gated = gate.begin(exchange, news=news)
    outputs: list[Output] = []
    for at in range(choices):
        for text in texts:
            outputs += await gated.feed([TextArrived(at, text)])
        outputs += await gated.feed([ChoiceEnded(at, "stop")])
    await gated.feed([ReplyEnded("complete")])
    return outputs


def shown(outputs: Sequence[Output], choice: int = 0) -> str:
    return "".join(one.shown for one in outputs if isinstance(one, Line) and one.choice == choice)


def held_lines(outputs: Sequence[Output]) -> list[Line]:
    return [one for one in outputs if isinstance(one, Line) and one.decision.outcome is Outcome.HOLD]


async def test_people_are_asked_about_a_held_line_by_the_entry_that_it_stands_in() -> None:
    ledger = MemoryLedger()
    people = People(ledger)
    outputs = await reply(gate_with(people, ledger), "Hello. ", HELD)
    waiting = held_lines(outputs)
    assert waiting
    assert people.asked == waiting
    assert all(len(line.entry) == 64 for line in waiting)


async def test_nothing_is_shown_of_a_reply_whose_held_line_nobody_could_be_asked_about() -> None:
    ledger = MemoryLedger()
    people = People(ledger, away=True)
    with pytest.raises(ApprovalsUnavailable):
        await reply(gate_with(people, ledger), HELD)


async def test_nobody_is_asked_in_observe_mode_where_everything_goes_out() -> None:
    ledger = MemoryLedger()
    people = People(ledger)
    await reply(gate_with(people, ledger, Mode.OBSERVE), HELD)
    assert people.asked == []


async def test_news_stand_before_the_replys_first_line_and_are_told_once_they_are_on_record() -> None:
    ledger = MemoryLedger()
    people = People(ledger)
    gate = gate_with(people, ledger)
    outputs = await reply(gate, "Hel", "lo. Anything", " else?", news=NEWS)
    assert shown(outputs) == "We can refund $20.00.\n\nIt was not approved.\n\nHello. Anything else?"
    lines = [one for one in outputs if isinstance(one, Line)]
    assert [line.statement.ordinal for line in lines] == [0, 1, 2, 3]
    assert [line.statement.start for line in lines] == [0, 0, 0, 7]
    assert people.heard == [one.approval for one in NEWS]
    assert await gate.news(gate.exchange(ASKED)) == []


async def test_every_choice_of_a_reply_tells_the_news() -> None:
    ledger = MemoryLedger()
    people = People(ledger)
    outputs = await reply(gate_with(people, ledger), "Hello.", choices=2, news=NEWS[:1])
    assert [shown(outputs, at) for at in (0, 1)] == ["We can refund $20.00.\n\nHello."] * 2
    assert people.heard == ["ap_1"]


async def test_news_wait_for_a_reply_that_says_something_in_plain_words() -> None:
    ledger = MemoryLedger()
    people = People(ledger)
    gate = gate_with(people, ledger)
    assert shown(await reply(gate, news=NEWS)) == ""
    assert shown(await reply(gate, '{"text":"Hello."}', news=NEWS, structured=True)) == '{"text":"Hello."}'
    assert people.heard == []


async def test_the_same_words_about_several_things_are_said_once_and_all_of_them_count_as_told() -> None:
    ledger = MemoryLedger()
    people = People(ledger)
    both = News(ApprovalId("ap_1"), "It was not approved.", (ApprovalId("ap_2"),))
    outputs = await reply(gate_with(people, ledger), "Hello.", news=[both])
    assert shown(outputs) == "It was not approved.\n\nHello."
    assert people.heard == ["ap_1", "ap_2"]
