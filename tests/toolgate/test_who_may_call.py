"""A caller is the workload that it proves to be; its session is its own; strangers learn nothing but where to ask."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from joserfc.jwk import ECKey
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client
from tool_stack import EARNED, REFUND, TALK, served

from answerable.adapters.identity.issuers import customer_issuers
from answerable.apps.gateway.callers import Callers
from answerable.apps.gateway.customers import Customers
from answerable.apps.toolgate.allowed import Allowed, Share
from answerable.identity import Proof, Workload
from answerable.testing.authorities import token
from answerable.testing.shop_connector import ShopConnector
from answerable.values import WorkloadId
from answerable.wire.limits import Limits

KEYS = {"bot": "bot-key-of-24-characters", "other": "other-key-of-24-characters"}
BOT = Workload(WorkloadId("insecure_key:bot"), Proof.INSECURE_KEY)
MAY = Allowed(
    {
        BOT.id: Share(frozenset({"shop"})),
        "insecure_key:other": Share(frozenset({"shop"}), frozenset({"get_order"})),
    },
    authorization_servers=("https://idp.shop.example",),
)
OPENING = {
    "jsonrpc": "2.0", "id": 1, "method": "initialize",
    "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}},
}  # fmt: skip
ACCEPT = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}


def bearer(name: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {KEYS[name]}"}


@asynccontextmanager
async def client_of(url: str, name: str) -> AsyncIterator[Client]:
    async with (
        create_mcp_http_client(headers=bearer(name)) as http,
        Client(streamable_http_client(f"{url}/mcp", http_client=http)) as client,
    ):
        yield client


async def post(
    url: str, body: Any, headers: Mapping[str, str] | None = None, method: str = "POST"
) -> tuple[int, Mapping[str, str], bytes]:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    async with (
        aiohttp.ClientSession() as session,
        session.request(
            method, f"{url}/mcp", data=data or None, headers={**ACCEPT, **(headers or {})}
        ) as answer,
    ):
        return answer.status, answer.headers, await answer.read()


async def test_a_stranger_is_told_where_to_read_what_is_taken_and_nothing_else(tmp_path: Path) -> None:
    async with served(tmp_path, callers=Callers(KEYS), may=MAY) as (url, stack):
        where = f"{url}/.well-known/oauth-protected-resource/mcp"
        for headers, error in (({}, ""), ({"Authorization": "Bearer nobody"}, ', error="invalid_token"')):
            status, answer, body = await post(url, OPENING, headers)
            assert status == 401
            assert answer["WWW-Authenticate"] == f'Bearer resource_metadata="{where}"{error}'
            assert b"get_order" not in body
        async with aiohttp.ClientSession() as session, session.get(where) as found:
            assert await found.json() == {
                "resource": f"{url}/mcp",
                "bearer_methods_supported": ["header"],
                "resource_name": "Answerable tool gate",
                "authorization_servers": ["https://idp.shop.example"],
            }
        assert stack.shop.asked == []


async def test_each_workload_sees_and_uses_its_own_tools_alone(tmp_path: Path) -> None:
    async with served(tmp_path, callers=Callers(KEYS), may=MAY) as (url, _):
        async with client_of(url, "bot") as client:
            assert {tool.name for tool in (await client.list_tools()).tools} == {"get_order", "refund_order"}
        async with client_of(url, "other") as client:
            assert {tool.name for tool in (await client.list_tools()).tools} == {"get_order"}
            with pytest.raises(Exception, match="there is no tool 'refund_order' for this workload"):
                await client.call_tool("refund_order", dict(REFUND))


async def test_a_session_of_another_workload_is_not_there(tmp_path: Path) -> None:
    async with served(tmp_path, callers=Callers(KEYS), may=MAY) as (url, _):
        status, answer, _ = await post(url, OPENING, bearer("bot"))
        assert status == 200
        session = {"Mcp-Session-Id": answer["Mcp-Session-Id"], "MCP-Protocol-Version": "2025-06-18"}
        listing = {"jsonrpc": "2.0", "id": 2, "method": "tools/list", "params": {}}
        ready = {"jsonrpc": "2.0", "method": "notifications/initialized"}
        assert (await post(url, ready, bearer("bot") | session))[0] == 202
        for method in ("POST", "GET", "DELETE"):
            body = listing if method == "POST" else b""
            assert (await post(url, body, bearer("other") | session, method))[0] == 404, method
        assert (await post(url, listing, session))[0] == 401
        status, _, body = await post(url, listing, bearer("bot") | session)
        assert (status, b"refund_order" in body) == (200, True)


async def test_words_of_a_conversation_of_another_workload_count_for_nothing(tmp_path: Path) -> None:
    may = Allowed({f"insecure_key:{name}": Share(frozenset({"shop"})) for name in KEYS})
    meta: Any = {"answerable/conversation": TALK}
    async with served(tmp_path, callers=Callers(KEYS), may=may) as (url, stack):
        await stack.say(*EARNED, workload=BOT)
        async with client_of(url, "other") as client:
            await client.call_tool("get_order", {"order_id": "L-1"}, meta=meta)
            refused = await client.call_tool("refund_order", dict(REFUND), meta=meta)
            assert refused.structured_content["outcome"] == "refused"
            assert "never put to the customer" in refused.structured_content["because"]
        async with client_of(url, "bot") as client:
            refused = await client.call_tool("refund_order", dict(REFUND), meta=meta)
            assert "has not been read" in refused.structured_content["missing"][0]
        assert stack.shop.done == []


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 421),
        ({"Host": "127.0.0.1.evil.example:80"}, 421),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Content-Type": "text/plain"}, 400),
    ],
)
async def test_a_page_in_somebody_s_browser_can_t_call(
    tmp_path: Path, headers: dict[str, str], status: int
) -> None:
    async with served(tmp_path) as (url, stack):
        assert (await post(url, OPENING, headers))[0] == status
        assert stack.shop.asked == []


async def test_a_body_is_bounded_before_anything_reads_it(tmp_path: Path) -> None:
    async with served(tmp_path, limits=Limits(body_bytes=2000)) as (url, _):
        status, _, body = await post(url, OPENING | {"x": "y" * 3000})
        assert (status, json.loads(body)["error"]["message"]) == (413, "the body is larger than 2000 bytes")


@pytest.fixture
def login(tmp_path: Path) -> tuple[Customers, ECKey]:
    key = ECKey.generate_key("P-256")
    (tmp_path / "keys.json").write_text(json.dumps({"keys": [{**key.as_dict(private=False), "kid": "k1"}]}))
    (tmp_path / "issuers.yaml").write_text(
        "- issuer: https://login.shop.example\n  audience: support-chat\n  keys: keys.json\n  assurance: {otp: aal2}\n"
    )
    return Customers(customer_issuers(tmp_path / "issuers.yaml")), key


def assertion(key: ECKey, customer: str) -> str:
    from datetime import UTC, datetime  # noqa: PLC0415

    now = int(datetime.now(UTC).timestamp())
    claims = {"iss": "https://login.shop.example", "aud": "support-chat", "sub": customer, "acr": "otp"}
    return token(key, "k1", claims={**claims, "iat": now, "exp": now + 600})


async def test_who_the_customer_is_rests_on_a_signature(
    tmp_path: Path, login: tuple[Customers, ECKey]
) -> None:
    customers, key = login
    async with served(tmp_path, customers=customers) as (url, stack), Client(f"{url}/mcp") as client:
        meta: Any = {"answerable/conversation": TALK, "answerable/customer": assertion(key, "c-7")}
        found = await client.call_tool("get_order", {"order_id": "L-1"}, meta=meta)
        [(exchange, private), *_] = await stack.entries(found.structured_content["trace"])
        assert private["customer"] == "c-7"
        assert exchange.body.customer_proof == "https://login.shop.example"  # type: ignore[union-attr]
        assert exchange.body.assurance == 2  # type: ignore[union-attr]
        forged = ECKey.generate_key("P-256")
        meta["answerable/customer"] = assertion(forged, "c-7")
        refused = await client.call_tool("get_order", {"order_id": "L-1"}, meta=meta)
        assert refused.is_error
        assert refused.structured_content["field"] == "_meta.answerable/customer"
        assert len(stack.shop.asked) == 1


async def test_records_of_one_customer_count_for_no_other(tmp_path: Path) -> None:
    async with served(tmp_path) as (url, stack), Client(f"{url}/mcp") as client:
        await stack.say(*EARNED)

        def meta(customer: str) -> Any:
            return {"answerable/conversation": TALK, "answerable/customer_id": customer}

        await client.call_tool("get_order", {"order_id": "L-1"}, meta=meta("c-1"))
        refused = await client.call_tool("refund_order", dict(REFUND), meta=meta("c-2"))
        assert "has not been read" in refused.structured_content["missing"][0]
        done = await client.call_tool("refund_order", dict(REFUND), meta=meta("c-1"))
        assert done.structured_content["outcome"] == "done"


async def test_the_page_that_anybody_may_read_names_no_back_end(tmp_path: Path) -> None:
    now = [0.0]
    async with served(tmp_path, monotonic=lambda: now[0]) as (url, stack), aiohttp.ClientSession() as session:
        async with session.get(f"{url}/readyz") as answer:
            assert await answer.json() == {"ready": True, "failing": {}}
        stack.shop.unreachable = True
        now[0] = 5
        async with session.get(f"{url}/readyz") as answer:
            assert answer.status == 503
            assert (await answer.json())["failing"] == {"back ends": "some can't be used; the log says which"}


class Watched(ShopConnector):
    """A back end that counts how often it is asked whether it can be used."""

    looks = 0

    async def problem(self) -> str:
        self.looks += 1
        await asyncio.sleep(0)
        return await super().problem()


async def test_strangers_who_ask_whether_it_is_ready_do_not_ask_the_back_ends(tmp_path: Path) -> None:
    now, shop = [0.0], Watched()

    async def ready(url: str, session: aiohttp.ClientSession) -> int:
        async with session.get(f"{url}/readyz") as answer:
            return answer.status

    async with (
        served(tmp_path, shop=shop, monotonic=lambda: now[0]) as (url, _),
        aiohttp.ClientSession() as session,
    ):
        before = shop.looks
        assert set(await asyncio.gather(*(ready(url, session) for _ in range(20)))) == {200}
        shop.unreachable = True
        now[0] = 4.9
        assert await ready(url, session) == 200
        assert shop.looks == before + 1
        now[0] = 5
        assert set(await asyncio.gather(*(ready(url, session) for _ in range(20)))) == {503}
        assert shop.looks == before + 2
