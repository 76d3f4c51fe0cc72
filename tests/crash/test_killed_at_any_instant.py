"""The gateway is killed under load and never had sent what the ledger lacks. `make proof` kills it 200 times."""

import sys
from pathlib import Path

import pytest

from answerable.adapters.sqlite_ledger import SqliteLedger
from answerable.apps.chain import Chain, assemble
from answerable.apps.gate import Gate, open_gate
from answerable.exchange import Message, Role
from answerable.receipts import CallBody, CallPrivate
from answerable.values import TraceId

sys.path.insert(0, str(Path(__file__).parents[2] / "proofs"))
import crash  # the proof and this test are one piece of code
import crash_stores

KILLS = crash.WHOLE_EVERY  # one of them with whole replies, and one of the database server


async def test_no_client_has_text_that_the_ledger_lacks(tmp_path: Path) -> None:
    tally = await crash.kill_again_and_again(KILLS, seed=8, folder=tmp_path)
    assert tally.problems == []
    assert tally.kills == KILLS
    assert tally.whole_kills > 0
    assert tally.cut > 0
    assert tally.lines_received > 0
    assert tally.calls_received > 0
    assert tally.verified == KILLS + 1


async def test_no_client_has_text_that_a_database_lacks_that_was_killed_too(tmp_path: Path) -> None:
    store = crash_stores.PostgresStore(tmp_path)
    try:
        tally = await crash.kill_again_and_again(KILLS, seed=8, folder=tmp_path, store=store)
    finally:
        store.close()
    assert tally.problems == []
    assert tally.kills == KILLS
    assert tally.store_kills == KILLS // 3
    assert tally.lines_received > 0
    assert tally.verified == KILLS + 1


# -- the proof itself would notice -------------------------------------------------


@pytest.fixture
async def chain(tmp_path: Path) -> Chain:
    async with open_gate(tmp_path / "ledger.db") as gate:
        exchange = gate.exchange([Message(Role.USER, "Where is it?")])
        await gate.check(exchange, "Order 7 was delivered on March 2. It will be replaced, I promise.")
        found = await _chain_of(gate, exchange.trace)
    assert len(found.lines) == 2
    return found


async def _chain_of(gate: Gate, trace: str) -> Chain:
    assert isinstance(gate.ledger, SqliteLedger)
    found = assemble(await gate.ledger.trace(TraceId(trace)))
    assert found is not None
    return found


def held(chain: Chain, text: str, *, complete: bool = False) -> crash.Received:
    return crash.Received(200, chain.trace, {0: text}, complete)


def test_it_notices_text_that_is_not_on_record(chain: Chain) -> None:
    released = "".join(crash.recorded(chain, 0))
    assert "Order 7" in released
    assert "I promise" not in released
    for size in range(len(released) + 1):
        assert crash.uncovered(held(chain, released[:size]), chain) == []
    assert crash.uncovered(held(chain, released, complete=True), chain) == []
    assert crash.uncovered(held(chain, released + "!"), chain)
    assert crash.uncovered(held(chain, released[1:]), chain)
    assert crash.uncovered(held(chain, released[:-1], complete=True), chain)
    assert crash.uncovered(held(chain, "Order 7 was delivered on March 2. It will be replaced"), chain)


def test_it_notices_a_trace_that_is_not_on_record(chain: Chain) -> None:
    assert crash.uncovered(held(chain, ""), None)


def test_it_notices_a_call_that_is_not_on_record(chain: Chain) -> None:
    call: crash.Call = (0, "call_1", "refund_order", '{"amount": 45}')
    got = crash.Received(200, chain.trace, {}, complete=False, calls=(call,))
    assert crash.uncovered(got, chain)
    chain.calls = [(CallBody(0, 0, "call_1", "refund_order"), CallPrivate('{"amount": 45}'))]
    assert crash.uncovered(got, chain) == []
    chain.calls = [(CallBody(0, 0, "call_1", "refund_order"), CallPrivate('{"amount": 4500}'))]
    assert crash.uncovered(got, chain)


def test_it_notices_a_missing_end(chain: Chain) -> None:
    released = "".join(crash.recorded(chain, 0))
    chain.reply = None
    assert crash.uncovered(held(chain, released), chain) == []
    assert crash.uncovered(held(chain, released, complete=True), chain)


STREAM = (
    'data: {"choices":[{"index":1,"delta":{"content":"Déjà "}}]}\n\n'
    'data: {"choices":[{"index":1,"delta":{"content":"\\"vu\\" 🌱"}}]}\n\n'
    'data: {"choices":[]}\n\ndata: [DONE]\n\n'
).encode()
WHOLE = '{"choices":[{"index":0,"message":{"role":"assistant","content":"Déjà \\"vu\\" 🌱"}}]}'.encode()


@pytest.mark.parametrize(("kind", "body"), [("text/event-stream", STREAM), ("application/json", WHOLE)])
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_it_reads_an_answer_that_breaks_off_anywhere(kind: str, body: bytes, size: int) -> None:
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    chunked = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in [*pieces, b""])
    head = f"HTTP/1.1 200 OK\r\nAnswerable-Trace: tr_1\r\nContent-Type: {kind}\r\n"
    answer = f"{head}Transfer-Encoding: chunked\r\n\r\n".encode() + chunked
    longest = ""
    for end in range(len(answer) + 1):
        got = crash.received(answer[:end])
        if got is None:
            continue
        assert got.trace == "tr_1"
        text = "".join(got.texts.values())
        assert text.startswith(longest)
        assert 'Déjà "vu" 🌱'.startswith(text)
        longest = text
        assert not got.complete or end >= len(answer) - 2
    assert longest == 'Déjà "vu" 🌱'
    plain = crash.received(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
    assert plain is not None
    assert plain.complete
