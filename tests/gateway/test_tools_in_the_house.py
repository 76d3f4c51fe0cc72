"""A bot's tools through the gateway's own MCP endpoint: the real shop, its grants, and people for what is too much."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from gateway_stack import whole
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from whole_house import BOT, House, bot, house, until, user

from answerable.receipts import GrantBody, ReceiptBody
from answerable.roles import Role
from answerable.values.errors import SettingsError

META = {"answerable/conversation": "c-7"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("house")
    toolgate = folder / "toolgate.yaml"
    toolgate.write_text(f"workloads:\n  {BOT}:\n    connectors: [shop]\n")
    with house(folder, toolgate=toolgate) as running:
        running.give("ruth", Role.APPROVER, amount="500.00 USD")
        yield running


def with_client(home: House, use: Callable[[Any], Awaitable[Any]], workload: str = "bot") -> Any:
    async def run() -> Any:
        headers = {"Authorization": f"Bearer {home.svid(workload)}"}
        async with (
            httpx2.AsyncClient(headers=headers, timeout=20) as http,
            Client(streamable_http_client(f"{home.url}/mcp", http_client=http)) as client,
        ):
            return await use(client)

    return asyncio.run(run())


def agreed(home: House, talk: str, order: str, thing: str, amount: str) -> dict[str, str]:
    """The customer and the bot have talked, by the gateway's record."""
    home.model.answer = lambda _: whole({"role": "assistant", "content": "One moment, please."})
    said = [
        user(f"The {thing} of order {order} is broken. I want my money back."),
        bot(f"Shall I refund ${amount} for the {thing} of order {order}?"),
        user("Yes, go ahead."),
    ]
    assert home.say(said, talk).status == 200
    return {"answerable/conversation": talk, "answerable/customer_id": "c-1519"}


def test_a_workload_sees_the_shops_tools_and_another_sees_none(home: House) -> None:
    async def names(client: Any) -> set[str]:
        return {tool.name for tool in (await client.list_tools()).tools}

    assert {"get_order", "refund_order"} <= with_client(home, names)
    assert with_client(home, names, "stranger") == set()


def test_a_client_sees_what_an_act_takes_and_what_does_not_fit_is_refused_before_anything(
    home: House,
) -> None:
    meta = {"answerable/conversation": "c-misfit"}

    async def use(client: Any) -> Any:
        [refund] = [tool for tool in (await client.list_tools()).tools if tool.name == "refund_order"]
        answers = [
            await client.call_tool("refund_order", given, meta=meta)
            for given in ({"order_id": "L-22871"}, {"order_id": "L-22871", "amount": "lots"},
                          {"order_id": "L-22871", "amount": 89, "account": "mine"})
        ]  # fmt: skip
        return refund.input_schema, answers

    schema, answers = with_client(home, use)
    assert schema["properties"]["amount"] == {"type": "number"}
    assert sorted(schema["required"]) == ["amount", "order_id"]
    for answer in answers:
        assert answer.is_error
        assert (answer.structured_content["outcome"], answer.structured_content["trace"]) == ("refused", None)
    assert "amount" in answers[0].content[0].text
    assert home.outcomes("c-misfit") == []


def test_a_permitted_act_is_done_at_the_shop_under_a_grant_that_the_shop_used_up(home: House) -> None:
    meta = agreed(home, "c-lamp", "L-22871", "Arc floor lamp", "89.00")

    async def refund(client: Any) -> Any:
        await client.call_tool("get_order", {"order_id": "L-22871"}, meta=meta)
        given = {"order_id": "L-22871", "amount": 89.00, "reason": "broken"}
        return await client.call_tool("refund_order", given, meta=meta)

    answer = with_client(home, refund)
    assert not answer.is_error, answer.content
    facts = answer.structured_content
    bodies = [entry.body for entry, _ in home.stack.entries(facts["trace"])]
    assert [one.event for one in bodies if isinstance(one, GrantBody)] == ["issued", "consumed"]
    assert [one.outcome for one in bodies if isinstance(one, ReceiptBody)] == ["done"]


def test_what_is_too_much_waits_for_somebody_and_is_done_once_they_say_so(home: House) -> None:
    meta = agreed(home, "c-bench", "L-19004", "Garden bench", "210.00")

    async def refund(client: Any) -> Any:
        await client.call_tool("get_order", {"order_id": "L-19004"}, meta=meta)
        given = {"order_id": "L-19004", "amount": 210.00, "reason": "broken"}
        return await client.call_tool("refund_order", given, meta=meta)

    answer = with_client(home, refund)
    assert answer.is_error
    facts = answer.structured_content
    assert (facts["outcome"], facts["route"]) == ("held", "support-lead")
    ruth = home.signed_in("ruth")
    shown = ruth.ask(f"/approvals/{facts['approval']}").json
    assert home.send(ruth, f"/approvals/{facts['approval']}/approve", binds=shown["binds"]).status == 200
    [outcome] = until(lambda: home.outcomes("c-bench"))
    assert outcome["outcome"] == "done"
    again = with_client(home, refund)
    assert not again.is_error
    assert again.structured_content["repeats"] == facts["trace"]
    assert ruth.ask("/approvals/").json["approvals"] == []


def test_the_metadata_of_the_protected_resource_is_shown_and_a_stranger_is_pointed_to_it(home: House) -> None:
    assert home.stack.get("/.well-known/oauth-protected-resource/mcp").status == 200
    refused = home.stack.post("/mcp", {"jsonrpc": "2.0", "id": 1, "method": "tools/list"})
    assert refused.status == 401
    assert "resource_metadata" in refused.headers["www-authenticate"]


def test_what_waits_and_what_was_asked_is_in_one_ledger(home: House) -> None:
    assert asyncio.run(home.ledger.verify()) > 0
    assert Path(home.folder / "ledger.db.actions").exists()


def test_a_gate_that_asks_for_a_sign_in_that_nobody_could_show_does_not_start(tmp_path: Path) -> None:
    toolgate = tmp_path / "toolgate.yaml"
    toolgate.write_text(
        f"workloads: {{'{BOT}': {{connectors: [shop]}}}}\nneeds: {{get_order: {{assurance: aal1}}}}\n"
    )
    with (
        pytest.raises(SettingsError, match="'get_order' is for customers who have signed in"),
        house(tmp_path / "house", toolgate=toolgate),
    ):
        pass
