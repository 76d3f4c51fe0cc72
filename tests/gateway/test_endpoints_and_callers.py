"""Who may call, what travels on to the upstream and what stays, and the endpoints beside the main one."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from gateway_stack import HELLO, Programmed, Stack, either, free_port, gateway, gateway_to

from answerable.apps.gateway.callers import read_keys
from answerable.values.errors import SettingsError

KEY = "gate-key-of-the-web-shop"
OTHER = "gate-key-of-the-phone-app"
UPSTREAM_KEY = "sk-upstream-credential"
CHAT = "/v1/chat/completions"


@pytest.fixture(scope="module")
def upstream() -> Programmed:
    return Programmed(either("Order L-100 has shipped. Your refund of $500 has been approved."))


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, upstream: Programmed) -> Iterator[Stack]:
    with gateway(upstream.app, tmp_path_factory.mktemp("open") / "ledger.db") as running:
        yield running


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory, upstream: Programmed) -> Iterator[Stack]:
    """A gateway with client keys and a credential of its own for the upstream."""
    folder = tmp_path_factory.mktemp("closed")
    keys = folder / "keys"
    keys.write_text(f"# who may call\n\nweb-shop:{KEY}\nphone-app: {OTHER}\n")
    with gateway(
        upstream.app, folder / "ledger.db", insecure_client_keys=keys, upstream_key=UPSTREAM_KEY
    ) as running:
        yield running


# -- callers ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer wrong-key-altogether"},
        {"Authorization": "Bearer "},
        {"Authorization": KEY},
        {"Authorization": f"Basic {KEY}"},
        {"Authorization": f"Bearer {KEY[:-1]}"},
        {"Authorization": "Bearer caf\xe9"},
        {"api-key": KEY},
    ],
)
@pytest.mark.parametrize("path", [CHAT, "/v1/check", "/v1/models"])
def test_without_a_known_key_nothing_is_served(
    closed: Stack, upstream: Programmed, path: str, headers: dict[str, str]
) -> None:
    before = len(upstream.asked)
    if path == "/v1/models":
        answer = closed.get(path, headers)
    else:
        answer = closed.post(path, {"model": "m", "messages": HELLO, "reply": "x"}, headers)
    assert answer.status == 401
    assert answer.error["code"] == "invalid_api_key"
    assert KEY not in answer.body.decode()
    assert len(upstream.asked) == before


@pytest.mark.parametrize(("key", "workload"), [(KEY, "web-shop"), (OTHER, "phone-app")])
@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
def test_a_known_key_is_served_as_its_workload_and_stays_at_the_gate(
    closed: Stack, upstream: Programmed, key: str, workload: str, scheme: str
) -> None:
    answer = closed.post(
        CHAT,
        {"model": "m", "messages": HELLO},
        {"Authorization": f"{scheme} {key}", "api-key": key},
    )
    assert answer.status == 200
    found = closed.chain(answer.trace).exchange
    assert (found.workload, found.identity) == (f"insecure_key:{workload}", "insecure_key")
    seen = upstream.asked[-1]
    assert seen.headers["authorization"] == f"Bearer {UPSTREAM_KEY}"
    assert key not in str(seen)
    assert closed.get("/v1/models", {"Authorization": f"Bearer {key}"}).status == 200
    assert key not in str(upstream.asked[-1])


def test_an_open_gateway_passes_the_callers_own_credential_on(stack: Stack, upstream: Programmed) -> None:
    answer = stack.post(CHAT, {"model": "m", "messages": HELLO}, {"Authorization": "Bearer sk-own"})
    assert upstream.asked[-1].headers["authorization"] == "Bearer sk-own"
    found = stack.chain(answer.trace).exchange
    assert (found.workload, found.identity) == ("insecure_open", "insecure_open")


def test_keys_alone_do_not_put_the_gates_key_on_the_upstreams_wire(
    tmp_path: Path, upstream: Programmed
) -> None:
    keys = tmp_path / "keys"
    keys.write_text(f"web-shop:{KEY}")
    with gateway(upstream.app, tmp_path / "ledger.db", insecure_client_keys=keys) as stack:
        stack.post(CHAT, {"model": "m", "messages": HELLO}, {"Authorization": f"Bearer {KEY}"})
        assert "authorization" not in upstream.asked[-1].headers


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "names no workload"),
        ("# nobody\n", "names no workload"),
        ("web-shop\n", "line 1"),
        ("\n:a-key-of-good-length\n", "line 2"),
        ("web-shop:short\n", "at least 16 characters"),
    ],
)
def test_a_key_file_that_cannot_be_used_says_where(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "keys"
    file.write_text(text)
    with pytest.raises(SettingsError, match=said):
        read_keys(file)
    with pytest.raises(SettingsError, match="can't be read"):
        read_keys(tmp_path / "none")


# -- what travels on ----------------------------------------------------------------------------


def test_a_body_with_nothing_for_the_gate_goes_on_byte_for_byte(stack: Stack, upstream: Programmed) -> None:
    body = (
        b' {"model" : "m",\n"messages":[ {"content":"Gr\\u00fc\\u00dfe \xf0\x9f\x8c\xb1","role":"user"} ] , '
    )
    body += b'"x":1.50e1, "big": 123456789012345678901234567890, "metadata":{"z":"1","a":"2"}}\n'
    assert stack.post(CHAT, body).status == 200
    assert upstream.asked[-1].body == body


NAMES = [
    ("request_id", "request"),
    ("conversation_id", "conversation"),
    ("customer_id", "customer"),
    ("assurance", "assurance_level"),
]


@pytest.mark.parametrize("spelling", [0, 1])
def test_names_for_the_gate_stay_and_the_hosts_own_metadata_travels_on(
    stack: Stack, upstream: Programmed, spelling: int
) -> None:
    request, conversation, customer, assurance = (names[spelling] for names in NAMES)
    given = {request: "r-1", conversation: f"v-{spelling}", customer: "c-1", assurance: "AAL2"}
    answer = stack.ask(metadata={**given, "team": "support", "shift": "night"}, stream=False, seed=7)
    assert upstream.asked[-1].json == {
        "model": "programmed",
        "messages": HELLO,
        "stream": False,
        "seed": 7,
        "metadata": {"team": "support", "shift": "night"},
    }
    chain = stack.chain(answer.trace)
    assert (chain.exchange.request, chain.exchange.conversation) == ("r-1", f"v-{spelling}")
    assert chain.exchange.assurance == 2
    assert chain.asked is not None
    assert chain.asked.customer == "c-1"


def test_metadata_that_was_all_for_the_gate_leaves_no_trace(stack: Stack, upstream: Programmed) -> None:
    stack.ask(metadata={"customer": "c-1"})
    assert "metadata" not in upstream.asked[-1].json


@pytest.mark.parametrize(
    "ours", [{"context": [{"source": "published/refunds", "text": "A secret source."}]}, {}, None]
)
def test_the_gates_own_field_never_reaches_the_upstream(
    stack: Stack, upstream: Programmed, ours: Any
) -> None:
    answer = stack.ask(answerable=ours)
    assert answer.status == 200
    assert "answerable" not in upstream.asked[-1].json
    assert b"secret source" not in upstream.asked[-1].body
    asked = stack.chain(answer.trace).asked
    assert asked is not None
    assert asked.context == ((("published/refunds", "A secret source."),) if ours else ())


def test_headers_of_this_connection_stay_and_the_hosts_own_travel_on(
    stack: Stack, upstream: Programmed
) -> None:
    stack.post(
        CHAT,
        {"model": "m", "messages": HELLO},
        {
            "OpenAI-Organization": "org-1",
            "X-Shop": "north",
            "Cookie": "session=1",
            "X-Forwarded-For": "10.0.0.1",
            "Accept-Encoding": "gzip",
            "Expect": "",
        },
    )
    seen = upstream.asked[-1].headers
    assert seen["openai-organization"] == "org-1"
    assert seen["x-shop"] == "north"
    assert seen["accept-encoding"] == "identity"
    assert not {"cookie", "x-forwarded-for", "expect"} & set(seen)


# -- the other endpoints --------------------------------------------------------------------------


def test_a_check_says_what_may_be_shown_and_records_it(stack: Stack) -> None:
    reply = "Order L-100 has shipped. I've refunded $45.00 to your card."
    told = stack.post(
        "/v1/check",
        {
            "reply": reply,
            "messages": HELLO,
            "model": "elsewhere",
            "metadata": {"customer": "c-9", "request": "r-9"},
            "context": [{"source": "s", "text": "Orders ship in two days."}],
            "tools": [{"type": "function", "function": {"name": "refund_order"}}],
        },
    )
    assert told.status == 200
    verdict = told.json
    assert verdict["trace"] == told.trace
    assert verdict["released"] is False
    assert verdict["mode"] == "enforce"
    assert "refunded" not in verdict["text"]
    assert [line["text"] for line in verdict["lines"]] == reply.replace(". ", ".|").split("|")
    assert "".join(line["shown"] for line in verdict["lines"]) == verdict["text"]
    chain = stack.chain(told.trace)
    assert "".join(text for _, _, text in stack.released(told.trace)) == verdict["text"]
    assert (chain.exchange.model, chain.exchange.request) == ("elsewhere", "r-9")
    assert (chain.exchange.sources, chain.exchange.tools) == (("s",), ("refund_order",))
    assert stack.ending(told.trace) == "complete"


def test_a_check_decides_as_the_gateway_does(stack: Stack, upstream: Programmed) -> None:
    reply = "Order L-100 has shipped. Your refund of $500 has been approved."
    upstream.answer = either(reply)
    asked = stack.ask(stream=False)
    told = stack.post("/v1/check", {"reply": reply, "messages": HELLO})
    assert told.json["text"] == asked.json["choices"][0]["message"]["content"]


@pytest.mark.parametrize("reply", ["", " ", "\n\n"])
def test_a_check_of_nothing_is_released(stack: Stack, reply: str) -> None:
    told = stack.post("/v1/check", {"reply": reply})
    assert told.json["released"] is True
    assert told.json["text"] == reply


def test_the_gate_is_alive_and_ready(stack: Stack) -> None:
    assert stack.get("/healthz").json == {"status": "ok"}
    assert stack.get("/readyz").json == {"ready": True, "failing": {}}


def test_the_gate_is_alive_and_not_ready_without_its_upstream(tmp_path: Path) -> None:
    with gateway_to(free_port(), tmp_path / "ledger.db") as stack:
        assert stack.get("/healthz").status == 200
        ready = stack.get("/readyz")
        assert ready.status == 503
        assert ready.json["ready"] is False
        assert set(ready.json["failing"]) == {"upstream"}
        models = stack.get("/v1/models")
        assert models.status == 502
        assert models.error["code"] == "upstream_unreachable"


def test_keys_are_not_asked_for_by_a_probe(closed: Stack) -> None:
    assert closed.get("/healthz").status == 200
    assert closed.get("/readyz").status == 200


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/completions", "/v1/chat/completions/", "/v1/embeddings"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_is_not_there_is_said_in_the_protocols_shape(stack: Stack, path: str, method: str) -> None:
    answer = stack.get(path, method=method)
    assert answer.status == 404
    assert answer.error["type"] == "invalid_request_error"
    assert path in answer.error["message"]


@pytest.mark.parametrize(
    ("path", "method", "allowed"),
    [
        (CHAT, "GET", "POST"),
        (CHAT, "DELETE", "POST"),
        ("/v1/check", "GET", "POST"),
        ("/v1/models", "POST", "GET"),
        ("/healthz", "PUT", "GET"),
    ],
)
def test_a_wrong_method_is_said_in_the_protocols_shape(
    stack: Stack, path: str, method: str, allowed: str
) -> None:
    answer = stack.get(path, method=method)
    assert answer.status == 405
    assert answer.error["type"] == "invalid_request_error"
    assert allowed in answer.headers["allow"]


def test_two_requests_never_share_a_trace(stack: Stack) -> None:
    traces = {stack.ask().trace for _ in range(20)}
    assert len(traces) == 20


def test_the_ledger_of_all_this_holds(stack: Stack) -> None:
    stack.ask()
    assert asyncio.run(stack.ledger.verify()) >= 3
