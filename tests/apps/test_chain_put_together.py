"""The chain of a trace, put together again from its entries."""

import pytest

from answerable.adapters.bundle_files import built_in
from answerable.apps.chain import Chain, assemble
from answerable.apps.gate import Gate
from answerable.claims import RuleReader
from answerable.decisions import CedarDecider
from answerable.exchange import Message, Role, ToolCall
from answerable.flow import CallArrived, ChoiceEnded, ExtensionArrived, ReplyEnded, TextArrived
from answerable.receipts import Opened, called
from answerable.testing.memory_ledger import MemoryLedger
from answerable.values import CallId, CustomerId, TraceId
from answerable.values.errors import LedgerBroken


async def recorded() -> list[Opened]:
    ledger = MemoryLedger()
    gate = Gate(ledger, RuleReader(), CedarDecider(built_in()), new_trace=lambda: TraceId("tr_chain"))
    asked = gate.exchange([Message(Role.USER, "Refund me.")], customer=CustomerId("c-1188"))
    gated = gate.begin(asked)
    await gated.feed([TextArrived(0, "Hello. I've refunded it. I've cancelled it. Bye.")])
    await gated.feed([CallArrived(0, 0, ToolCall(CallId("c1"), "refund_order", '{"amount":45}'))])
    await gated.feed([ExtensionArrived(0, ("x",), '{"x":1}', passed=False)])
    await gated.feed([ChoiceEnded(0, "stop"), ReplyEnded("complete")])
    return await ledger.trace(asked.trace)


def whole(rows: list[Opened]) -> Chain:
    chain = assemble(rows)
    assert chain is not None
    return chain


async def test_a_chain_goes_from_the_question_to_what_the_customer_saw() -> None:
    chain = whole(await recorded())
    assert chain.trace == "tr_chain"
    assert chain.asked is not None
    assert (chain.asked.customer, chain.asked.messages[0].text) == ("c-1188", "Refund me.")
    assert [line.shown for line in chain.lines] == [
        "Hello.",
        " There is no confirmation of that in our system yet.",
        None,
        " Bye.",
    ]
    [(call, arguments)] = chain.calls
    assert called(call, arguments) == "refund_order (not offered)"
    assert arguments is not None
    assert arguments.arguments == '{"amount":45}'
    assert chain.reply is not None
    assert chain.reply.ending == "complete"


async def test_a_chain_names_every_entry_with_its_number_kind_and_leaf() -> None:
    rows = await recorded()
    kinds = ["exchange", "line", "line", "line", "call", "extension", "line", "reply"]
    expected = [(row.seq, kind, row.leaf) for row, kind in zip(rows, kinds, strict=True)]
    assert whole(rows).entries == expected


async def test_where_the_words_were_erased_the_chain_still_stands_and_says_so() -> None:
    chain = whole([row._replace(salt=None, private=None) for row in await recorded()])
    assert chain.asked is None
    assert [line.shown for line in chain.lines] == [
        "(erased)",
        " There is no confirmation of that in our system yet.",
        None,
        "(erased)",
    ]
    assert [arguments for _, arguments in chain.calls] == [None]
    assert [line.body.decision.outcome for line in chain.lines] == ["release", "revise", "revise", "release"]


async def test_a_reply_that_never_ended_has_no_ending() -> None:
    chain = whole((await recorded())[:-1])
    assert chain.reply is None


async def test_entries_without_their_exchange_are_no_chain() -> None:
    rows = await recorded()
    assert assemble([]) is None
    assert assemble(rows[1:]) is None


@pytest.mark.parametrize("garbage", [b"", b"{", b'{"text": 1}', b"\xff\xfe", b"[" * 5000, b'{"lead":"\xff"}'])
async def test_a_private_part_or_an_entry_that_can_not_be_read_is_a_broken_ledger(garbage: bytes) -> None:
    rows = await recorded()
    with pytest.raises(LedgerBroken, match=r"entry 1: its private part can't be read"):
        assemble([rows[0], rows[1]._replace(private=garbage)])
    with pytest.raises(LedgerBroken, match=r"entry 1 can't be read"):
        assemble([rows[0], rows[1]._replace(entry=garbage)])
