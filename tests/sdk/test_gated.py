"""A gated function is made once, where it was called, and only when that was decided and recorded."""

import asyncio
import contextvars
import decimal
import inspect
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from answerable.adapters.bundle_files import from_folder
from answerable.adapters.sqlite_ledger import SqliteLedger
from answerable.apps.sdk import LocalTools, gated, open_tools, told
from answerable.apps.toolgate.running import Held
from answerable.receipts import kind_name
from answerable.receipts.verifying import decode
from answerable.values import ApprovalId
from answerable.values.errors import ActionHeld, ActionRefused, ActionUncertain, InvalidRequest, SettingsError

STORE = from_folder(Path(__file__).parents[2] / "packs" / "store")
ORDERS: dict[str, dict[str, Any]] = {
    "L-1": {"order_id": "L-1", "status": "delivered", "total": 45.0, "items": [{"name": "Blue planter"}]},
    "L-9": {"order_id": "L-9", "status": "delivered", "total": 450.0, "items": [{"name": "Garden bench"}]},
}
EARNED = [
    {"role": "user", "content": "My planter from order L-1 is broken."},
    {"role": "assistant", "content": "Would you like me to refund the Blue planter in order L-1?"},
    {"role": "user", "content": "Yes, please."},
]
DONE: list[tuple[str, float, str]] = []


@gated
def get_order(order_id: str) -> dict[str, Any]:
    """Look an order up."""
    return ORDERS[order_id]


@gated
def refund_order(order_id: str, amount: float, currency: str = "USD", *, reason: str = "") -> dict[str, bool]:
    """Pay money back."""
    DONE.append((order_id, amount, threading.current_thread().name))
    return {"ok": True}


@pytest.fixture
def tools(tmp_path: Path) -> Iterator[LocalTools]:
    DONE.clear()
    with open_tools(tmp_path / "ledger.db", bundle=STORE) as opened:
        yield opened


def kinds(ledger: Path) -> list[str]:
    async def read() -> list[str]:
        store = SqliteLedger(ledger)
        try:
            assert await store.verify()
            [trace, *_] = await store.traces(1)
            return [kind_name(decode(row.entry, row.seq).body) for row in await store.trace(trace)]
        finally:
            await store.close()

    return asyncio.run(read())


def test_an_earned_act_is_done_once_in_the_caller_s_own_thread_and_is_on_record(
    tools: LocalTools, tmp_path: Path
) -> None:
    with tools.conversation("c-1", customer="c-81", messages=EARNED):
        assert get_order("L-1") is ORDERS["L-1"]
        assert refund_order("L-1", 45, reason="damaged") == {"ok": True}
        assert refund_order("L-1", amount=45.0, reason="damaged") == {"ok": True}, "done already"
    assert [("L-1", 45, threading.current_thread().name)] == DONE
    tools.close()
    found = kinds(tmp_path / "ledger.db")
    assert found == ["exchange", "call", "reply"], "the repeat, which was not done"


def test_it_keeps_its_name_signature_and_words() -> None:
    assert refund_order.__name__ == "refund_order"
    assert refund_order.__doc__ == "Pay money back."
    assert list(inspect.signature(refund_order).parameters) == ["order_id", "amount", "currency", "reason"]


def test_what_is_missing_is_said_and_nothing_is_done(tools: LocalTools) -> None:
    with tools.conversation("c-1", messages=EARNED):
        with pytest.raises(ActionRefused, match="call get_order for it first"):
            refund_order("L-1", 45)
        assert "call get_order for it first" in told(refund_order, "L-1", 45)
    assert DONE == []


def test_without_a_conversation_nothing_is_called() -> None:
    with pytest.raises(ActionRefused, match=r"call it within tools\.conversation"):
        refund_order("L-1", 45)


def test_what_waits_for_a_person_names_the_approval(tmp_path: Path) -> None:
    opened: list[Held] = []

    async def open_approval(held: Held) -> ApprovalId:
        opened.append(held)
        return ApprovalId("ap_1")

    talk = [
        EARNED[0],
        {"role": "assistant", "content": "Would you like me to refund the Garden bench in order L-9?"},
        EARNED[2],
    ]
    with (
        open_tools(tmp_path / "l.db", bundle=STORE, open_approval=open_approval) as tools,
        tools.conversation("c-1", messages=talk),
    ):
        get_order("L-9")
        with pytest.raises(ActionHeld, match="approved by a person") as held:
            refund_order("L-9", 450)
    assert held.value.approval == "ap_1"
    assert opened[0].intent.action == "refund_order"


def permitting(tool: str) -> Any:
    """The shop's bundle with one act more, which is always permitted."""
    from answerable.adapters.bundle_files import pack_files  # noqa: PLC0415
    from answerable.decisions import parse  # noqa: PLC0415

    files = pack_files(Path(__file__).parents[2] / "packs" / "store")
    files["actions.yaml"] += f"\n{tool}:\n  subjects: [other]\n  reversible: true\n".encode()
    policy = (
        '@id("ok") @owner("Mira Lindqvist") @because("it may") '
        f'permit (principal, action == Action::"{tool}", resource);'
    )
    files["policies.cedar"] += policy.encode()
    return parse(files)


@pytest.mark.parametrize("means", ["uncertain", "not_done"])
def test_an_exception_means_what_was_declared(tmp_path: Path, means: str) -> None:
    calls: list[int] = []

    @gated(raises_mean=means)
    def send_note(text: str) -> None:
        calls.append(1)
        raise ConnectionError(text)

    with open_tools(tmp_path / "l.db", bundle=permitting("send_note")) as tools, tools.conversation("c-1"):
        if means == "not_done":
            for _ in range(2):
                with pytest.raises(ConnectionError, match="hello"):
                    send_note("hello")
            assert len(calls) == 2
        else:
            with pytest.raises(ActionUncertain, match="not known whether this was done") as lost:
                send_note("hello")
            assert isinstance(lost.value.__cause__, ConnectionError)
            with pytest.raises(ActionRefused, match="nobody knows yet whether it was done"):
                send_note("hello")
            assert len(calls) == 1


async def test_an_async_function_runs_in_its_caller_s_task(tmp_path: Path) -> None:
    mine: contextvars.ContextVar[str] = contextvars.ContextVar("mine")

    @gated
    async def send_note(text: str) -> str:
        """Send it."""
        await asyncio.sleep(0)
        return f"{text} by {mine.get()} in {asyncio.current_task() is here}"

    with open_tools(tmp_path / "l.db", bundle=permitting("send_note")) as tools:
        here = asyncio.current_task()
        mine.set("me")
        with tools.conversation("c-1"):
            assert await send_note("a") == "a by me in True"

            async def apart(text: str) -> str:
                return await send_note(text)

            answers = await asyncio.gather(*[apart(f"n{number}") for number in range(8)])
            assert answers == [f"n{number} by me in False" for number in range(8)]


async def test_who_leaves_before_it_began_has_nothing_done_and_within_it_is_uncertain(tmp_path: Path) -> None:
    entered, calls = asyncio.Event(), []

    @gated
    async def send_note(text: str) -> None:
        calls.append(text)
        entered.set()
        await asyncio.Event().wait()

    with open_tools(tmp_path / "l.db", bundle=permitting("send_note")) as tools, tools.conversation("c-1"):
        task = asyncio.create_task(send_note("a"))
        await entered.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        early = asyncio.create_task(send_note("b"))
        await asyncio.sleep(0)
        early.cancel()
        with pytest.raises(asyncio.CancelledError):
            await early
        with pytest.raises((ActionUncertain, ActionRefused), match=r"not known whether|nobody knows yet"):
            await send_note("a")
    assert calls == ["a"]


def test_the_same_act_from_many_threads_at_once_is_done_once(tools: LocalTools) -> None:
    with tools.conversation("c-1", messages=EARNED):
        get_order("L-1")
        with ThreadPoolExecutor(8) as pool:
            running = [pool.submit(contextvars.copy_context().run, refund_order, "L-1", 45) for _ in range(8)]
            assert [one.result() for one in running] == [{"ok": True}] * 8
    assert len(DONE) == 1


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (decimal.Decimal("1.2"), "'amount' of 'refund_order' is a Decimal"),
        (float("nan"), "the number nan"),
        ([{1: 2}], "the name 1, which is no text"),
        (object(), "is a object"),
        (2**60, "beyond 2\\^53"),
        ("\u202e54", "U\\+202E, which reorders the text"),
    ],
)
def test_arguments_that_are_no_json_are_refused_in_words_that_help(
    tools: LocalTools, amount: Any, words: str
) -> None:
    with tools.conversation("c-1"), pytest.raises(InvalidRequest, match=words):
        refund_order("L-1", amount)


def test_arguments_that_could_be_misread_are_on_record_as_a_refused_call(
    tools: LocalTools, tmp_path: Path
) -> None:
    with tools.conversation("c-1"), pytest.raises(InvalidRequest):
        refund_order("L-1", 45, reason="\u202e54")
    tools.close()
    assert kinds(tmp_path / "ledger.db") == ["exchange", "call", "reply"]
    assert DONE == []


def test_a_wrong_call_is_a_type_error_as_always(tools: LocalTools) -> None:
    with tools.conversation("c-1"), pytest.raises(TypeError, match="missing a required argument"):
        refund_order("L-1")  # type: ignore[call-arg]


def test_what_can_be_no_tool_is_said_when_it_is_declared() -> None:
    def by_place(*ids: str) -> None: ...

    with pytest.raises(SettingsError, match="by its place alone"):
        gated(by_place)
    with pytest.raises(SettingsError, match="write 'not_done' or 'uncertain'"):
        gated(raises_mean="maybe")(test_what_can_be_no_tool_is_said_when_it_is_declared)
    with pytest.raises(SettingsError, match="no parameter 'session' to hide"):
        gated(hidden=["session"])(lambda order_id: order_id)


def test_what_is_hidden_is_no_part_of_the_act(tmp_path: Path) -> None:
    class Notes:
        sent: list[str]

        def __init__(self) -> None:
            self.sent = []

        @gated(hidden=["session"])
        def send_note(self, text: str, session: object) -> None:
            self.sent.append(text)

    notes = Notes()
    with open_tools(tmp_path / "l.db", bundle=permitting("send_note")) as tools, tools.conversation("c-1"):
        notes.send_note("hello", object())
    assert notes.sent == ["hello"]
