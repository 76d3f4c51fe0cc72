"""What somebody tried against the whole house: each test is an attack, by a bot, a colleague or a stranger."""

import asyncio
import json
from collections.abc import AsyncGenerator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import msgspec
import pytest
from gateway_stack import Answer, chunk, whole
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from whole_house import AGREED, BOT, House, asks, beside, bot, house, read_order, until, user

from answerable.flow import Mode
from answerable.receipts import ApprovalBody, GrantBody, ReceiptBody
from answerable.roles import Role
from answerable.testing.browser import Browser, Page
from answerable.testing.event_stream import DONE, EventStream, event

MARK = "zebra.quagga@example.com"
REFUND = asks("refund_order", order_id="L-19004", amount=210.00, reason=f"broken, says {MARK}")
WAITS = "A colleague has to confirm the refund first."
NOTHING_NEW = "Is there anything else?"
DENIED = "A member of our team has looked at what you asked for, and it was not approved."


@pytest.fixture
def home(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path) as running:
        running.give("ruth", Role.APPROVER, amount="500.00 USD")
        running.give("rita", Role.APPROVER, amount="500.00 USD")
        yield running


@pytest.fixture(scope="module")
def waits(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house in which a refund waits, for tests that get nowhere."""
    with house(tmp_path_factory.mktemp("house")) as running:
        held(running)
        yield running


def refunds(asked: Any) -> Any:
    """The model asks for the refund; once it is told to wait, it says so."""
    last = asked.json["messages"][-1]
    if last["role"] == "tool" and last["content"].startswith("Held"):
        return whole({"role": "assistant", "content": WAITS})
    return whole({"role": "assistant", "content": None, "tool_calls": [REFUND]}, finish="tool_calls")


def held(home: House, conversation: str = "c-1") -> Answer:
    home.model.answer = refunds
    answer = home.say(AGREED, conversation)
    assert answer.json["answerable"]["acts"][0]["outcome"] == "hold", answer.body
    home.model.answer = lambda _: whole({"role": "assistant", "content": NOTHING_NEW})
    return answer


def waiting(browser: Browser) -> Any:
    [one] = browser.ask("/approvals/").json["approvals"]
    return browser.ask(f"/approvals/{one['approval']}").json


def answered(home: House, browser: Browser, verb: str, **more: str) -> str:
    """Answer the one that waits, and wait until it is over."""
    one = waiting(browser)
    place = f"/approvals/{one['approval']}"
    said = home.send(browser, f"{place}/{verb}", binds=one["binds"], **more)
    assert said.status == 200, said.text
    over = ("denied", "withdrawn", "used")
    until(lambda: browser.ask(place).json["phase"] in over)
    until(lambda: browser.ask(place).json["phase"] != "used" or browser.ask(place).json["result"])
    return str(one["approval"])


def said_to(home: House, customer: str, at: Any = None, text: str = "Any news?") -> str:
    body = {
        "model": "m",
        "messages": [user(text)],
        "metadata": {"conversation_id": "c-1", "customer_id": customer, "assurance": "aal1"},
    }
    answer = (at or home.stack).post("/v1/chat/completions", body, {"Authorization": f"Bearer {home.svid()}"})
    return str(answer.json["choices"][0]["message"]["content"])


def test_another_customer_under_the_same_conversations_id_hears_nothing_of_it(home: House) -> None:
    held(home)
    answered(home, home.signed_in("ruth"), "approve")
    assert said_to(home, "c-9999") == NOTHING_NEW
    assert said_to(home, "c-1519").startswith("A member of our team has approved what you asked for")


def test_a_gateway_that_only_observes_puts_no_words_before_replies(home: House) -> None:
    held(home)
    answered(home, home.signed_in("ruth"), "deny")
    with beside(home, mode=Mode.OBSERVE) as observing:
        assert [said_to(home, "c-1519", observing, text) for text in ("News?", "And now?")] == [
            NOTHING_NEW
        ] * 2
    assert said_to(home, "c-1519").startswith(DENIED)


def test_no_error_and_no_page_names_a_file_of_the_gateway(
    home: House, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    held(home)
    ruth = home.signed_in("ruth")
    (tmp_path / "ledger.db.approvals").rename(tmp_path / "aside")
    found: list[Answer | Page] = [
        home.stack.get("/readyz"),
        home.get("/v1/conversations/c-1/outcomes"),
        home.say([user("Any news?")]),
        ruth.ask("/approvals/"),
        ruth.ask("/approvals/ap_1"),
        ruth.get("/approvals/ap_1"),
    ]
    assert [one.status for one in found] == [503] * len(found)
    for one in found:
        assert str(tmp_path).encode() not in one.body
        assert b"ledger.db" not in one.body
    (tmp_path / "ledger.db").rename(tmp_path / "aside too")
    ready = home.stack.get("/readyz")
    assert "ledger" in ready.json["failing"]
    assert str(tmp_path).encode() not in ready.body
    assert str(tmp_path) in caplog.text, "its owner finds it in the log"


def test_what_somebody_wrote_is_in_no_store_and_no_log_once_it_is_settled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("answerable.apps.assembly._TIDY_SECONDS", 0.1)
    with house(tmp_path) as home:
        home.give("ruth", Role.APPROVER, amount="500.00 USD")
        trace = held(home).trace
        answered(home, home.signed_in("ruth"), "approve", reason=f"I asked {MARK}")
        stores = [path for path in tmp_path.iterdir() if path.name.startswith("ledger.db")]
        assert {"ledger.db.approvals", "ledger.db.actions"} <= {path.name for path in stores}
        until(lambda: not [path for path in stores if path.exists() and MARK.encode() in path.read_bytes()])
        entries = home.stack.entries(trace)
        assert sum(MARK in json.dumps(private) for _, private in entries) > 1
        for entry, _ in entries:
            assert MARK not in msgspec.json.encode(entry).decode()
    assert MARK not in caplog.text


def test_two_gateways_over_one_ledger_take_one_answer_and_do_the_act_once(home: House) -> None:
    trace = held(home).trace
    ruth, rita = home.signed_in("ruth"), home.signed_in("rita")
    one, tokens = waiting(ruth), {id(who): home.csrf(who) for who in (ruth, rita)}
    with beside(home) as second:
        for who in (ruth, rita):
            who.cookies[urlsplit(second.root).netloc] = dict(who.cookies[urlsplit(home.url).netloc])

        def answer(asked: tuple[Browser, str, str]) -> int:
            who, root, verb = asked
            place = f"{root}/approvals/{one['approval']}/{verb}"
            return who.post(place, sends={"binds": one["binds"]}, X_Answerable_CSRF=tokens[id(who)]).status

        tries = [(who, root, "approve") for who in (ruth, rita) for root in (home.url, second.root)] * 3
        with ThreadPoolExecutor(len(tries)) as pool:
            statuses = list(pool.map(answer, tries))
        until(lambda: ruth.ask(f"/approvals/{one['approval']}").json["result"] == "done")
    bodies = [entry.body for entry, _ in home.stack.entries(trace)]
    assert statuses.count(200) == 1
    assert set(statuses) <= {200, 403, 409}
    assert len([body for body in bodies if isinstance(body, ReceiptBody)]) == 1
    assert len([body for body in bodies if isinstance(body, GrantBody) and body.event == "consumed"]) == 1
    assert {body.by for body in bodies if isinstance(body, ApprovalBody) and body.event == "approved"} < {
        home.person("ruth"),
        home.person("rita"),
    }


def test_whatever_is_answered_at_once_what_is_on_record_is_what_happens(home: House) -> None:
    trace = held(home).trace
    ruth, rita = home.signed_in("ruth"), home.signed_in("rita")
    one, tokens = waiting(ruth), {id(who): home.csrf(who) for who in (ruth, rita)}
    less = json.dumps({"order_id": "L-19004", "amount": 105.00, "reason": "broken"})

    def answer(asked: tuple[Browser, str]) -> int:
        who, verb = asked
        form = {} if verb == "withdraw" else {"binds": one["binds"]}
        form |= {"arguments": less} if verb == "change" else {}
        place = f"/approvals/{one['approval']}/{verb}"
        return who.post(place, sends=form, X_Answerable_CSRF=tokens[id(who)]).status

    tries = [(who, verb) for verb in ("approve", "deny", "change", "withdraw") for who in (ruth, rita)]
    with ThreadPoolExecutor(len(tries)) as pool:
        assert set(pool.map(answer, tries)) <= {200, 403, 409}
    phase = until(
        lambda: (
            (found := ruth.ask(f"/approvals/{one['approval']}").json)["phase"] not in ("open", "approved")
            and (found["phase"] != "used" or found["result"])
            and found["phase"]
        )
    )
    bodies = [entry.body for entry, _ in home.stack.entries(trace)]
    events = [
        body.event
        for body in bodies
        if isinstance(body, ApprovalBody) and body.event not in ("told", "refused")
    ]
    receipts = [body.outcome for body in bodies if isinstance(body, ReceiptBody)]
    assert events[-1] == phase
    assert receipts == (["done"] if phase == "used" else [])


def test_a_stream_that_had_begun_ends_with_an_error_where_people_can_not_be_asked(
    home: House, tmp_path: Path
) -> None:
    async def parts() -> AsyncGenerator[bytes, None]:
        yield event(chunk({"role": "assistant", "content": "One moment, please.\n\nI am looking.\n\n"}))
        await asyncio.sleep(0.5)
        (tmp_path / "ledger.db.approvals").rename(tmp_path / "aside")
        yield event(chunk({"tool_calls": [{**REFUND, "index": 0}]}))
        yield event(chunk({}, finish="tool_calls")) + DONE

    home.model.answer = lambda _: EventStream(parts())
    answer = home.say(AGREED, stream=True)
    assert answer.status == 200, answer.body
    assert answer.chunks[-1]["error"]["code"] == "store_unavailable"
    assert str(tmp_path).encode() not in answer.body
    assert home.stack.ending(answer.trace) == "approvals_unavailable"


@pytest.mark.parametrize("subject", ["rut\u04bb", "r\u00fcth", "ruth\u200b", "\uff52uth"])
def test_nobody_has_an_id_that_looks_like_anothers(waits: House, subject: str) -> None:
    home = waits
    assert home.signed_in(subject).ask("/operators/whoami").status == 401
    root = home.signed_in("root")
    form = {"operator": home.person(subject), "role": "approver", "reason": "new", "csrf": home.csrf(root)}
    assert root.post("/operators/roles/give", form).status == 400


@pytest.mark.parametrize("path", ["/approvals/", "/approvals/ap_1", "/operators/roles", "/log/checkpoint"])
def test_a_stranger_and_a_bot_read_no_page_of_the_companys_people(waits: House, path: str) -> None:
    assert waits.stack.get(path).status == 401
    if not path.startswith("/log"):
        assert waits.get(path).status == 401


@pytest.mark.parametrize(
    "path",
    [
        "/approvalsX",
        "//approvals/",
        "/APPROVALS/",
        "/mcp/../approvals/",
        "/approvals/../v1/models",
        "/oauth/",
        "/x",
    ],
)
def test_a_path_written_otherwise_leads_nowhere(waits: House, path: str) -> None:
    assert waits.get(path).status == 404


SPELLINGS = [
    "c-1%2f..%2fc-1",
    "%2e%2e/c-1",
    "c-1%00",
    "c-1/",
    "C-1",
    "c-1%20",
    "x" * 8000,
    "%ff",
    "c-1/outcomes",
]


def test_a_conversation_by_another_spelling_of_its_name_is_another_conversation(home: House) -> None:
    held(home)
    answered(home, home.signed_in("ruth"), "deny")
    for name in SPELLINGS:
        assert home.outcomes(name) == [], name
    assert (
        home.say([*AGREED, bot(WAITS), user("Any news?")])
        .json["choices"][0]["message"]["content"]
        .startswith(DENIED)
    )


def test_a_tool_that_would_have_to_be_approved_says_no_file_where_nobody_can_be_asked(tmp_path: Path) -> None:
    toolgate = tmp_path / "toolgate.yaml"
    toolgate.write_text(f"workloads:\n  {BOT}:\n    connectors: [shop]\n")

    async def refund(home: House) -> Any:
        meta: Any = {"answerable/conversation": "c-1", "answerable/customer_id": "c-1519"}
        headers = {"Authorization": f"Bearer {home.svid()}"}
        async with (
            httpx2.AsyncClient(headers=headers, timeout=20) as http,
            Client(streamable_http_client(f"{home.url}/mcp", http_client=http)) as client,
        ):
            await client.call_tool("get_order", {"order_id": "L-19004"}, meta=meta)
            (tmp_path / "ledger.db.approvals").rename(tmp_path / "aside")
            given = {"order_id": "L-19004", "amount": 210.00, "reason": "broken"}
            return await client.call_tool("refund_order", given, meta=meta)

    with house(tmp_path, toolgate=toolgate) as home:
        home.model.answer = lambda _: whole({"role": "assistant", "content": NOTHING_NEW})
        said = [AGREED[0], *AGREED[-2:]]
        assert home.say(said).status == 200
        answer = asyncio.run(refund(home))
        assert answer.is_error
        assert "nobody can be asked now" in str(answer.content)
        assert str(tmp_path) not in f"{answer.content} {answer.structured_content}"


ORDERS = [
    {
        "order_id": "L-19004",
        "status": MARK,
        "total": MARK,
        "days_since_delivery": MARK,
        "items": [{"name": MARK}],
    },
    {"order_id": MARK, "status": "delivered", "total": 210.0},
]
GIVEN: list[dict[str, Any]] = [
    {"order_id": "L-19004", "amount": MARK, "reason": MARK},
    {"order_id": "L-19004", "amount": [MARK], "reason": MARK},
    {"order_id": "L-19004", "amount": {MARK: MARK}, "reason": MARK},
    {"order_id": MARK, "amount": 210.0, "reason": MARK},
    {MARK: MARK},
]


def insists(call: Any) -> Any:
    """The model asks for that, and is sorry where it may not."""

    def answer(request: Any) -> Any:
        if request.json["messages"][-1].get("tool_call_id") == "call_1":
            return whole({"role": "assistant", "content": f"Sorry, {MARK}."})
        return whole({"role": "assistant", "content": None, "tool_calls": [call]}, finish="tool_calls")

    return answer


def test_no_reason_quotes_what_somebody_said_where_nothing_is_ever_erased(home: House) -> None:
    talks = [AGREED] + [
        [user(f"I am {MARK}."), *read_order(order), bot(f"Refund {MARK}?"), user("Yes.")] for order in ORDERS
    ]
    asked = [
        asks(tool, **given) for tool in ("refund_order", "change_shipping", "apply_code") for given in GIVEN
    ]
    for number, (talk, call) in enumerate((talk, call) for talk in talks for call in asked):
        home.model.answer = insists(call)
        answer = home.say(talk, f"c-{number}")
        assert answer.status == 200, answer.body
        for entry, _ in home.stack.entries(answer.trace):
            assert MARK not in msgspec.json.encode(entry).decode()
