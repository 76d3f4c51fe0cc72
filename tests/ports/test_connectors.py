"""What every connector keeps to, against a real server each: nothing is called done that was not, nor the reverse."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from back_end_benches import ENVIRONMENT, SECRET, TABLE, Bench, bench

from answerable.actions import Done, NotDone, Outcome, Uncertain
from answerable.testing.postgres_server import PostgresServer

KINDS = ["http", "openapi", "grants", "mcp", "mcp-stdio", "sqlite", "postgres", "smtp"]
PATIENCE = 20.0
SHORT = 2.0

HOSTILE = [
    "../../admin",
    "..",
    "..\\..\\admin",
    "%2e%2e/%2fadmin",
    "W1?admin=1#x",
    "W1\r\nX-Admin: 1\r\n\r\nGET /admin HTTP/1.1",
    "W1\r\nBcc: all@example.com",
    "a\0b",
    "\ud800",
    "I\u202eN",
    "٣ ﷽ 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 \U0001f469\u200d\U0001f373",
    "'; DROP TABLE orders; --",
    "{order_id}",
    "x" * 40_000,
    "",
]


@pytest.fixture
async def on(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Bench]:
    def database() -> str:
        dsn: str = request.getfixturevalue("database")
        server: PostgresServer = request.getfixturevalue("postgres")
        server.sql(*TABLE, database=dsn.partition("@/")[2].partition("?")[0])
        return dsn

    with bench(request.param, tmp_path, database) as made:
        yield made
        await made.connector.close()


def each(*kinds: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("on", kinds or KINDS, indirect=True)


def said(outcome: Outcome) -> str:
    return repr(outcome)


def check(outcome: Outcome, done: int, *, certain: bool = False) -> None:
    """The rule that all rests on."""
    match outcome:
        case Done():
            assert done == 1 or certain, outcome
        case NotDone():
            assert done == 0, outcome
        case Uncertain():
            assert not certain, outcome


@each()
async def test_what_goes_well_is_done_once_and_answered(on: Bench) -> None:
    outcome = await on.connector.call(on.call(), PATIENCE)
    assert isinstance(outcome, Done), outcome
    assert isinstance(json.loads(outcome.result), dict)
    check(outcome, on.done("k-1"), certain=on.certain)


@each()
async def test_it_says_what_it_offers_and_that_nothing_is_wrong(on: Bench) -> None:
    assert on.tool in {one.name for one in await on.connector.tools()}
    assert await on.connector.problem() == ""


@each(*[kind for kind in KINDS if kind != "postgres"])
async def test_a_back_end_that_is_not_there_did_nothing_and_may_be_asked_again(on: Bench) -> None:
    on.stop()
    outcome = await on.connector.call(on.call(), PATIENCE)
    assert isinstance(outcome, NotDone), outcome
    assert outcome.again
    assert await on.connector.problem() != ""


async def test_a_database_that_is_not_there_did_nothing_and_may_be_asked_again(
    tmp_path: Path, postgres: PostgresServer, database: str
) -> None:
    with bench("postgres", tmp_path, lambda: database) as made:
        postgres.stop()
        outcome = await made.connector.call(made.call(), PATIENCE)
        assert isinstance(outcome, NotDone), outcome
        assert outcome.again
        assert await made.connector.problem() != ""
        await made.connector.close()


@each("http", "openapi", "grants", "mcp", "mcp-stdio", "smtp")
async def test_whatever_goes_wrong_nothing_is_called_done_that_was_not_nor_the_reverse(on: Bench) -> None:
    assert isinstance(await on.connector.call(on.call("k-0"), PATIENCE), Done)
    for number, fault in enumerate(on.faults):
        if on.name == "mcp" and fault.startswith("DIE"):
            continue  # it stays dead: below
        key = f"k-{fault}-{number}"
        on.fault(fault)
        seconds = SHORT if "SLOW" in fault else PATIENCE
        outcome = await on.connector.call(on.call(key), seconds)
        done = on.done(key)
        assert done == int(fault.endswith("_DONE")), fault
        check(outcome, done)
        if fault.startswith(("SLOW", "CUT", "GARBAGE", "HUGE", "FAILED", "DIE")):
            told_before = fault in ("CUT_BEFORE_TEXT", "SLOW_BEFORE_TEXT")
            assert isinstance(outcome, NotDone if told_before else Uncertain), (fault, outcome)
        if "REFUSED" in fault:
            assert isinstance(outcome, NotDone), (fault, outcome)
            assert not outcome.again, fault
        # The next one is not touched by it.
        assert isinstance(await on.connector.call(on.call(f"{key}-next"), PATIENCE), Done), fault


@each("mcp")
async def test_a_server_that_dies_half_way_leaves_it_uncertain_and_then_did_nothing(on: Bench) -> None:
    assert isinstance(await on.connector.call(on.call("k-0"), PATIENCE), Done)
    on.fault("DIE_DONE")
    outcome = await on.connector.call(on.call(), PATIENCE)
    assert isinstance(outcome, Uncertain)
    assert on.done("k-1") == 1
    outcome = await on.connector.call(on.call("k-2"), PATIENCE)
    assert isinstance(outcome, NotDone), outcome
    assert outcome.again


@each("mcp")
async def test_a_kept_session_whose_server_is_gone_says_that_nothing_was_sent(on: Bench) -> None:
    assert isinstance(await on.connector.call(on.call("k-0"), PATIENCE), Done)
    on.stop()
    outcome = await on.connector.call(on.call(), PATIENCE)
    check(outcome, on.done("k-1"))
    assert isinstance(outcome, NotDone), outcome


@each("http", "openapi", "grants")
async def test_a_call_that_was_done_and_not_answered_is_told_of_when_asked_and_done_once_when_tried_again(
    on: Bench,
) -> None:
    on.fault("CUT_DONE")
    assert isinstance(await on.connector.call(on.call(), PATIENCE), Uncertain)
    asked = await on.connector.query(on.call(), PATIENCE)
    assert isinstance(asked, Done)
    assert asked.reference == "X-0"
    assert await on.connector.call(on.call(), PATIENCE) == asked
    assert on.done("k-1") == 1


@each()
async def test_asking_after_a_call_that_never_came_is_uncertain_unless_declared_otherwise(on: Bench) -> None:
    assert isinstance(await on.connector.query(on.call("k-never"), PATIENCE), Uncertain)


@each()
async def test_hostile_arguments_stay_where_they_were_put(on: Bench) -> None:
    for number, text in enumerate(HOSTILE):
        key = f"h-{number}"
        given = {**json.loads(on.arguments), "reason": text}
        if on.name == "openapi":
            given["order_id"] = text
        if on.name == "smtp":
            given["order_id"] = text
        outcome = await on.connector.call(on.call(key, json.dumps(given)), PATIENCE)
        check(outcome, on.done(key), certain=on.certain)
        assert not isinstance(outcome, Uncertain), (text[:60], outcome)
        if isinstance(outcome, Done) and on.name in ("http", "openapi", "grants", "mcp", "mcp-stdio"):
            assert on.seen()[-1] == given, text[:60]
    assert isinstance(await on.connector.call(on.call("k-end"), PATIENCE), Done)
    if on.name == "smtp":
        [seen] = on.seen()
        assert set(seen["to"]) == {"noor@example.com"}
        allowed = {"From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Type"}
        allowed |= {"Content-Transfer-Encoding", "MIME-Version"}
        for heads in seen["heads"]:
            assert set(heads) <= allowed


@each()
async def test_arguments_that_are_none_do_nothing_or_arrive_as_they_are(on: Bench) -> None:
    bad = ['{"reason":', "[]", '{"a":1,"a":2}', '{"reason":1e999}', "{" * 5000, '{"reason":{"a":[1]}}']
    for number, arguments in enumerate(bad):
        outcome = await on.connector.call(on.call(f"k-{number}", arguments), PATIENCE)
        check(outcome, on.done(f"k-{number}"), certain=on.certain)
        if arguments != '{"reason":{"a":[1]}}' and on.name not in ("http", "grants"):
            assert isinstance(outcome, NotDone), arguments[:60]


@each()
async def test_a_tool_that_is_not_there_does_nothing(on: Bench) -> None:
    call = on.call()
    other = type(call)(call.action, "no_such_tool", call.arguments, call.key, call.grant)
    outcome = await on.connector.call(other, PATIENCE)
    if on.name in ("mcp", "mcp-stdio"):
        return  # our simulator takes any
    assert isinstance(outcome, NotDone)
    assert not outcome.again


@each("http", "openapi", "mcp", "mcp-stdio", "smtp")
async def test_the_credential_is_in_no_outcome_log_or_representation(
    on: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for fault in ("ECHO_DONE", "ECHO_REFUSED"):
        if fault not in on.faults:
            continue
        on.fault(fault)
        outcome = await on.connector.call(on.call(f"k-{fault}"), PATIENCE)
        check(outcome, on.done(f"k-{fault}"))
        told = (
            outcome.result
            if isinstance(outcome, Done)
            else outcome.said
            if isinstance(outcome, NotDone)
            else ""
        )
        if on.name != "smtp":
            assert "[credential]" in told, outcome
        for form in forms():
            assert form not in said(outcome)
    for form in forms():
        assert form not in caplog.text
        assert form not in repr(on.connector.__dict__)


def forms() -> list[str]:
    import base64  # noqa: PLC0415
    from urllib.parse import quote  # noqa: PLC0415

    plain = base64.b64encode(f"\0bot\0{SECRET}".encode()).decode()
    return [SECRET, quote(SECRET, safe=""), SECRET.replace("/", "\\/"), plain]


@each("http", "openapi", "mcp", "mcp-stdio", "smtp")
async def test_without_its_credential_nothing_is_sent(on: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(ENVIRONMENT, "BACK_END_TOKEN")
    outcome = await on.connector.call(on.call(), PATIENCE)
    assert isinstance(outcome, NotDone), outcome
    assert outcome.again
    assert on.done("k-1") == 0
    assert "BACK_END_TOKEN" in await on.connector.problem()


@each("http", "mcp", "mcp-stdio", "sqlite", "postgres", "smtp")
async def test_calls_at_once_do_not_take_each_other_s_answers(on: Bench) -> None:
    keys = [f"c-{number}" for number in range(12)]
    outcomes = await asyncio.gather(*(on.connector.call(on.call(key), PATIENCE) for key in keys))
    for key, outcome in zip(keys, outcomes, strict=True):
        assert isinstance(outcome, Done), outcome
        check(outcome, on.done(key), certain=on.certain)
        if on.name.startswith("mcp"):
            assert json.loads(outcome.result)["key"] == key


@each("http", "mcp", "mcp-stdio")
async def test_one_that_is_not_answered_does_not_take_the_others_with_it(on: Bench) -> None:
    assert isinstance(await on.connector.call(on.call("k-0"), PATIENCE), Done)
    on.fault("SLOW_DONE")
    slow = asyncio.create_task(on.connector.call(on.call("k-slow"), 2 * SHORT))
    while len(on.seen()) < 2 and not slow.done():
        await asyncio.sleep(0.02)
    others = await asyncio.gather(*(on.connector.call(on.call(f"k-{n}"), PATIENCE) for n in range(1, 4)))
    assert all(isinstance(one, Done) for one in others), others
    assert isinstance(await slow, Uncertain)


@each("sqlite", "postgres")
async def test_a_query_that_takes_too_long_is_ended(on: Bench) -> None:
    call = on.call()
    slow = type(call)(call.action, "slow", "{}", "k-1")
    outcome = await on.connector.call(slow, SHORT)
    assert isinstance(outcome, NotDone), outcome
    assert outcome.again
    assert isinstance(await on.connector.call(on.call(), PATIENCE), Done)


@each("sqlite", "postgres")
async def test_figures_come_back_exactly(on: Bench) -> None:
    outcome = await on.connector.call(on.call(), PATIENCE)
    assert isinstance(outcome, Done)
    expected: Any = {"order_id": "W1", "status": "delivered", "total": "45.50"}
    if on.name == "sqlite":
        expected["total"] = 45.5
    assert json.loads(outcome.result) == expected
    call = on.call()
    rows = await on.connector.call(type(call)(call.action, "all", "{}", "k"), PATIENCE)
    if on.name == "sqlite":
        assert isinstance(rows, Done), rows
        assert json.loads(rows.result)["rows"][1] == {"id": "W2", "items": "9007199254740993"}


@each("mcp", "mcp-stdio")
async def test_a_session_that_died_while_nobody_spoke_takes_no_act_with_it(
    on: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("answerable.adapters.connectors.mcp._IDLE_SECONDS", 0.0)
    assert isinstance(await on.connector.call(on.call("k-0"), PATIENCE), Done)
    on.crash()
    outcome = await on.connector.call(on.call(), PATIENCE)
    assert isinstance(outcome, Done), outcome
    assert on.done("k-1") == 1
