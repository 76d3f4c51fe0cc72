"""A credential goes where it belongs, a proof with exactly its request, and nothing to a server that isn't the one."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from answerable.actions import Done, NotDone, Uncertain
from answerable.adapters.connectors.credentials import Credential, Where
from answerable.adapters.connectors.http import HttpBackEnd, HttpConnector, QueryRoute
from answerable.adapters.connectors.routes import Route
from answerable.ports.connectors import BackEndCall, ShownGrant
from answerable.testing.back_end import BackEnd, Fault
from answerable.testing.https_endpoint import https_endpoint
from answerable.values import ActionId

SECRET = "the-secret-of-it"
ROUTES = {
    "refund": Route("refund", "POST", "/refund"),
    "replace": Route("replace", "PUT", "/replace/{id}"),
    "drop": Route("drop", "DELETE", "/drop/{id}"),
    "get": Route("get", "GET", "/get/{id}"),
}


@pytest.fixture
def back_end() -> Iterator[BackEnd]:
    made = BackEnd(repeatable=False)
    with made.serving():
        yield made


def connector(url: str, **changed: Any) -> HttpConnector:
    return HttpConnector("back", HttpBackEnd(url, ROUTES, **changed))


def call(tool: str, key: str = "k-1", grant: ShownGrant | None = None) -> BackEndCall:
    return BackEndCall(ActionId("ac_1"), tool, "{}" if tool == "refund" else '{"id":"7"}', key, grant)


@pytest.mark.parametrize(
    ("where", "name", "header", "expected"),
    [
        (Where.BEARER, "", "authorization", f"Bearer {SECRET}"),
        (Where.BASIC, "bot", "authorization", "Basic Ym90OnRoZS1zZWNyZXQtb2YtaXQ="),
        (Where.HEADER, "X-Api-Key", "x-api-key", SECRET),
        (Where.QUERY, "api_key", "", f"/refund?api_key={SECRET}"),
    ],
)
async def test_a_credential_goes_where_it_belongs_and_comes_back_nowhere(
    back_end: BackEnd, where: Where, name: str, header: str, expected: str
) -> None:
    one = connector(back_end.url, credential=Credential(where, lambda: SECRET, name))
    back_end.faults["refund"] = [Fault.ECHO_DONE]
    outcome = await one.call(call("refund"), 20)
    [request] = back_end.requests
    assert (request.headers[header] if header else request.target) == expected
    assert request.headers["idempotency-key"] == "k-1"
    assert isinstance(outcome, Done)
    assert "[credential]" in outcome.result
    assert SECRET not in outcome.result
    assert "Ym90On" not in outcome.result
    await one.close()


async def test_under_a_grant_the_request_is_the_one_that_is_checked(back_end: BackEnd) -> None:
    one = connector(back_end.url + "/shop", credential=Credential(Where.BEARER, lambda: SECRET), grants=False)
    await one.close()
    routes = {"refund": ROUTES["refund"], "get": ROUTES["get"]}
    one = HttpConnector(
        "back",
        HttpBackEnd(back_end.url, routes, grants=True, credential=Credential(Where.BEARER, lambda: SECRET)),
    )
    grant = ShownGrant("the-token", lambda method, url: f"{method} {url}")
    text = '{ "order_id" : "W1","amount":45.00 }'
    asked = BackEndCall(ActionId("ac_1"), "refund", text, "k-1", grant)
    assert isinstance(await one.call(asked, 20), Done)
    [request] = back_end.requests
    assert request.body.decode() == text
    assert request.headers["authorization"] == "DPoP the-token"
    assert request.headers["dpop"] == f"POST {back_end.url}/refund"
    assert SECRET not in json.dumps(request.headers)
    # A read goes by the credential; an act without a grant goes nowhere.
    await one.call(call("get"), 20)
    assert back_end.requests[-1].headers["authorization"] == f"Bearer {SECRET}"
    assert isinstance(await one.call(call("refund", "k-2"), 20), NotDone)
    assert back_end.done("k-2") == 0
    await one.close()


@pytest.mark.parametrize("tool", ["refund", "replace", "drop"])
@pytest.mark.parametrize("fault", [Fault.CUT_DONE, Fault.CUT])
async def test_a_request_is_sent_once_also_where_the_client_would_send_it_again(
    back_end: BackEnd, tool: str, fault: Fault
) -> None:
    one = connector(back_end.url)
    assert isinstance(await one.call(call(tool, "k-0"), 20), Done)  # the connection is kept
    back_end.faults[tool] = [fault]
    assert isinstance(await one.call(call(tool), 20), Uncertain)
    assert back_end.done("k-1") == int(fault.does_it)
    assert len(back_end.requests) == 2
    await one.close()


async def test_a_redirect_is_not_followed_and_says_nothing(back_end: BackEnd) -> None:
    one = connector(back_end.url, credential=Credential(Where.BEARER, lambda: SECRET))
    back_end.faults["refund"] = [Fault.REDIRECT, Fault.REDIRECT_DONE]
    for key in ("k-1", "k-2"):
        assert isinstance(await one.call(call("refund", key), 20), Uncertain)
    assert back_end.led_away == 0
    await one.close()


async def test_what_is_declared_to_mean_not_done_does(back_end: BackEnd) -> None:
    one = connector(back_end.url, not_done=frozenset({429, 503}))
    back_end.faults["refund"] = [Fault.UNAVAILABLE, Fault.BUSY]
    for key in ("k-1", "k-2"):
        outcome = await one.call(call("refund", key), 20)
        assert isinstance(outcome, NotDone)
        assert outcome.again
    await one.close()


async def test_an_act_that_is_not_known_is_not_done_where_the_back_end_declares_so(back_end: BackEnd) -> None:
    for absent, expected in ((True, NotDone), (False, Uncertain)):
        one = connector(back_end.url, query=QueryRoute("/acts/{key}", absent))
        assert isinstance(await one.query(call("refund", "../k"), 20), Uncertain)  # leads nowhere else
        assert isinstance(await one.query(call("refund"), 20), expected)
        await one.close()


@pytest.mark.parametrize("key", ["", "k\r\nX-Admin: 1", "k\0", "é", "k" * 300])
async def test_a_key_that_would_end_its_header_is_not_sent(back_end: BackEnd, key: str) -> None:
    one = connector(back_end.url)
    assert isinstance(await one.call(call("refund", key), 20), NotDone)
    assert back_end.requests == []
    await one.close()


async def test_a_server_whose_certificate_does_not_hold_is_sent_nothing(tmp_path: Path) -> None:
    with https_endpoint(tmp_path) as endpoint:
        url = endpoint.url.removesuffix("/keys")
        trusting, strict = connector(url, authorities=endpoint.authorities), connector(url)
        assert isinstance(await trusting.call(call("get"), 20), Done)
        assert await trusting.problem() == ""
        asked = len(endpoint.asked)
        outcome = await strict.call(call("get", "k-2"), 20)
        assert isinstance(outcome, NotDone), outcome
        assert outcome.again
        assert "certificate" in outcome.reason
        assert await strict.problem() != ""
        assert len(endpoint.asked) == asked
        await trusting.close()
        await strict.close()


async def test_a_name_that_nobody_knows_is_reached_by_nothing() -> None:
    one = connector("https://no-such-host.invalid")
    outcome = await one.call(call("refund"), 20)
    assert isinstance(outcome, NotDone), outcome
    assert outcome.again
    await one.close()
