"""The questions of a dispute, asked at the command line: who was promised what, under which policy, and where is it?"""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from command_runner import run

from answerable.adapters.sqlite_ledger import SqliteLedger
from answerable.apps.gate import open_gate
from answerable.apps.ledger.lookup_commands import amount_range
from answerable.exchange import ContextItem, Message, Role
from answerable.receipts import Draft, Erased, ErasureBody
from answerable.receipts.facet import Amount
from answerable.values import ConversationId, CustomerId
from answerable.values.errors import LedgerUnavailable, SettingsError

Find = Callable[..., list[dict[str, object]]]


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """Two customers, at the real gate."""
    path = tmp_path / "l.db"

    async def talk() -> None:
        async with open_gate(path) as gate:
            for customer, order, reply in (
                ("ada", "W1234", "Your order is on its way. I will refund you $150.00 today."),
                ("bo", "W9876", "Returns are possible within 30 days."),
            ):
                exchange = gate.exchange(
                    [Message(Role.USER, f"Where is my order {order}?")],
                    context=[ContextItem("returns policy", "Items can be returned within 30 days.")],
                    customer=CustomerId(customer),
                    conversation=ConversationId(f"talk-of-{customer}"),
                )
                await gate.check(exchange, reply)

    asyncio.run(talk())
    return path


@pytest.fixture
def find(ledger: Path) -> Find:
    def found(*arguments: object, code: int = 0) -> list[dict[str, object]]:
        told = run("ledger", "find", "--ledger", ledger, "--json", *arguments, code=code)
        return json.loads(told)["found"]  # type: ignore[no-any-return]

    return found


def test_a_customer_is_found_with_what_they_asked(find: Find) -> None:
    [one] = find("--customer", "ada")
    assert (one["kind"], one["said"]) == ("exchange", "Where is my order W1234?")
    assert find("--customer", "ad", code=1) == []


def test_a_promise_is_found_by_order_subject_and_amount(find: Find) -> None:
    asked = ("--subject", "refund", "--amount", "100-250", "--currency", "usd")
    for question in ((*asked, "--order", "#w-1234"), (*asked, "--customer", "ada"), asked):
        [one] = find(*question)
        assert "I will refund you $150.00 today." in str(one["said"])
        assert one["line"] == 1
        assert str(one["about"]).endswith("refund")
        assert one["outcome"] != "release"
    assert find(*asked, "--order", "W9876", code=1) == []
    assert find("--subject", "refund", "--amount", "-149.99", "--currency", "USD", code=1) == []


def test_what_was_decided_is_found_by_policy_outcome_approver_and_words(find: Find) -> None:
    [stopped] = find("--subject", "refund")
    policies = stopped["policies"]
    assert isinstance(policies, list)
    [policy] = policies
    assert [one["seq"] for one in find("--policy", policy, "--outcome", stopped["outcome"])] == [
        stopped["seq"]
    ]
    assert stopped["seq"] in [one["seq"] for one in find("--words", policy)]
    assert find("--words", "on its way", code=1) == []
    assert find("--approver", "Nobody", code=1) == []


def test_the_table_names_the_trace_that_show_takes(ledger: Path) -> None:
    told = run("ledger", "find", "--ledger", ledger, "--subject", "refund")
    [trace] = {word for word in told.split() if word.startswith("tr_")}
    assert "I will refund you" in " ".join(told.split())
    assert "line 1" in told
    assert "I will refund you" in run("show", trace, "--ledger", ledger)


def test_answers_are_read_on_page_by_page(ledger: Path) -> None:
    pages: list[int] = []
    more: list[object] = []
    while True:
        told = json.loads(
            run("ledger", "find", "--ledger", ledger, "--limit", 1, "--json", *more, code=len(pages) == 2)
        )
        pages += [one["seq"] for one in told["found"]]
        if told["before"] is None:
            break
        more = ["--before", told["before"]]
    assert len(pages) == 2
    assert pages == sorted(pages, reverse=True)
    assert f"read on with --before {pages[0]}" in run("ledger", "find", "--ledger", ledger, "--limit", 1)
    assert "nothing in this ledger" in run("ledger", "find", "--ledger", ledger, "--customer", "eve", code=1)


def test_instants_are_dates_or_instants(find: Find) -> None:
    assert len(find("--since", "2026-01-01")) == 2
    assert find("--until", "2026-01-01T00:00:00Z", code=1) == []
    with pytest.raises(SettingsError, match="--since is 'yesterday', which is no instant"):
        find("--since", "yesterday")
    with pytest.raises(SettingsError, match="--until is '2026-01-01T00:00:00', which is no instant"):
        find("--until", "2026-01-01T00:00:00")


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (("--subject", "refnd"), "'refnd' is no subject of a line; write one of none, refund"),
        (("--outcome", "released"), "'released' is no outcome; write one of release, revise"),
        (("--amount", "5"), "name the amount's currency"),
        (("--currency", "USD"), "--currency needs an --amount"),
        (("--customer", ""), "'customer' has 0 characters"),
        (("--words", "!"), "has no word to look for"),
        (("--amount", "9-5", "--currency", "USD"), "lower end is above its upper end"),
    ],
)
def test_a_question_that_can_not_be_asked_is_said_to_be_none(
    find: Find, question: tuple[str, ...], words: str
) -> None:
    with pytest.raises(SettingsError, match=words):
        find(*question)


def test_amounts_are_read_into_minor_units() -> None:
    assert amount_range("100-250", "usd") == Amount(10_000, 25_000, "USD")
    assert amount_range("99.50", "EUR") == Amount(9950, 9950, "EUR")
    assert amount_range("-250", "USD") == Amount(0, 25_000, "USD")
    assert amount_range("100-", "JPY") == Amount(100, 2**53 - 1, "JPY")
    assert amount_range(None, None) is None
    for text in ("-", "", "a", "1-b", "1.234", "NaN", "Infinity", "1e99", "1-2-3"):
        with pytest.raises(SettingsError, match=r"is no amount"):
            amount_range(text, "USD")


def test_an_erased_customer_is_not_found_and_the_line_says_that_it_was_erased(
    ledger: Path, find: Find
) -> None:
    assert find("--customer", "ada")

    async def erase() -> None:
        opened = SqliteLedger(ledger)
        keys = tuple(opened.keys.of_subjects({"customer:ada"}))
        at = "2026-11-30T00:00:00.000000Z"
        await opened.append([Draft("er_1", at, ErasureBody(keys, "Ruth", "asked by letter", "request"))])
        opened.keys.destroy(keys, Erased(at, "Ruth", "er_1"))
        await opened.close()

    asyncio.run(erase())
    assert find("--customer", "ada", code=1) == []
    assert find("--order", "W1234", code=1) == []
    [line] = find("--conversation", "talk-of-ada", "--subject", "refund")
    assert line["said"] == "(erased)"
    [erasure] = find("--words", "letter")
    assert erasure["said"] == "1 keys destroyed by Ruth: asked by letter"


def test_an_index_is_made_again(ledger: Path, find: Find) -> None:
    told = run("ledger", "reindex", "--ledger", ledger)
    assert told == "7 entries are indexed\n"
    assert len(find("--customer", "ada")) == 1
    with pytest.raises(LedgerUnavailable, match="there is no ledger at"):
        run("ledger", "reindex", "--ledger", ledger.with_name("none.db"))


def test_evidence_of_a_conversation_is_chosen_by_the_index(ledger: Path, tmp_path: Path) -> None:
    public = run("key", "new", "answerable/log-1", "--output", tmp_path / "log.key").strip()
    run("ledger", "export", "--ledger", ledger, "--conversation", "talk-of-ada", "--key", tmp_path / "log.key", "-o",
        tmp_path / "e.zip")  # fmt: skip
    told = json.loads(run("verify", tmp_path / "e.zip", "--key", public, "--json"))
    assert told["of"] == "conversation talk-of-ada"
    assert told["entries"] == 4
