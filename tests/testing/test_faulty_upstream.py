"""Each fault does what its name says, seen in the bytes and by the official client."""

import http.client
import json
import re
import socket
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import openai
import pytest
from openai import OpenAI

from answerable.testing.broken_transfer import shards
from answerable.testing.faulty_upstream import HUGE, REPLY, RETRY_AFTER, faulty_upstream
from answerable.testing.serving import serve_in_thread

STALL = 0.3
MESSAGES: list[Any] = [{"role": "user", "content": "Where is my order?"}]


@pytest.fixture(scope="module")
def faulty() -> Iterator[str]:
    with serve_in_thread(faulty_upstream(stall=STALL)) as url:
        yield url


@pytest.fixture(scope="module")
def client(faulty: str) -> Iterator[OpenAI]:
    with OpenAI(base_url=f"{faulty}/v1", api_key="none", max_retries=0) as openai_client:
        yield openai_client


class Raw:
    """An answer as it came over the wire."""

    def __init__(self, url: str, fault: str, *, stream: bool) -> None:
        self.complete = True
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
        try:
            body = json.dumps({"model": fault, "messages": MESSAGES, "stream": stream})
            connection.request("POST", "/v1/chat/completions", body)
            started = time.monotonic()
            response = connection.getresponse()
            self.status = response.status
            self.first = time.monotonic() - started
            self.headers = {key.lower(): value for key, value in response.getheaders()}
            try:
                self.body = response.read()
            except http.client.IncompleteRead as cut:
                self.complete, self.body = False, cut.partial
            self.took = time.monotonic() - started
        finally:
            connection.close()

    @property
    def data(self) -> list[str]:
        """The data of each event, for streams of one `data: ` line each."""
        events = self.body.decode().removesuffix("\n\n").split("\n\n")
        return [event.removeprefix("data: ") for event in events]

    @property
    def chunks(self) -> list[dict[str, Any]]:
        return [json.loads(data) for data in self.data if data != "[DONE]"]

    @property
    def said(self) -> str:
        deltas = [choice["delta"] for chunk in self.chunks for choice in chunk["choices"]]
        return "".join(delta.get("content") or "" for delta in deltas)


def streamed(client: OpenAI, fault: str) -> str:
    chunks = client.chat.completions.create(model=fault, messages=MESSAGES, stream=True)
    return "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)


def whole(client: OpenAI, fault: str) -> str | None:
    return client.chat.completions.create(model=fault, messages=MESSAGES).choices[0].message.content


VALID_STREAMS = [
    "slow-first-byte",
    "slow-mid-stream",
    "event-cut-in-half",
    "no-content-type",
    "no-done",
    "unknown-fields",
    "role-each-chunk",
    "empty-choices-first",
    "reasoning-content",
]
BROKEN_WHOLES = {
    "cut-mid-stream",
    "malformed-json",
    "not-sse",
    "error-event",
    "no-content-type",
    "http-401",
    "http-429",
    "http-500-html",
    "too-many-choices",
    "thousand-choices",
    "wrong-types",
    "huge-event",
    "refusal",
    "two-tool-calls-interleaved",
    "endless",
}


@pytest.mark.parametrize("fault", VALID_STREAMS)
def test_a_rare_but_valid_stream_says_the_reply(client: OpenAI, fault: str) -> None:
    assert streamed(client, fault) == REPLY


def test_every_other_whole_answer_says_the_reply(client: OpenAI) -> None:
    names = {model.id for model in client.models.list()}
    assert names > BROKEN_WHOLES
    for fault in names - BROKEN_WHOLES:
        assert whole(client, fault) == REPLY, fault


def test_slow_first_byte(faulty: str) -> None:
    assert Raw(faulty, "slow-first-byte", stream=True).first >= STALL * 0.9
    assert Raw(faulty, "slow-first-byte", stream=False).first >= STALL * 0.9


@pytest.mark.parametrize("stream", [True, False])
def test_slow_mid_stream(faulty: str, *, stream: bool) -> None:
    raw = Raw(faulty, "slow-mid-stream", stream=stream)
    assert raw.took >= STALL * 0.9
    assert raw.complete


def test_cut_mid_stream_is_an_incomplete_transfer_in_mid_event(faulty: str) -> None:
    raw = Raw(faulty, "cut-mid-stream", stream=True)
    assert not raw.complete
    assert not raw.body.endswith(b"\n\n")
    assert b"finish_reason" in raw.body
    assert b"[DONE]" not in raw.body
    short = Raw(faulty, "cut-mid-stream", stream=False)
    assert not short.complete
    assert len(short.body) < int(short.headers["content-length"])


def test_cut_mid_stream_is_an_error_of_the_client(client: OpenAI) -> None:
    with pytest.raises(openai.APIConnectionError):
        streamed(client, "cut-mid-stream")
    with pytest.raises(openai.APIConnectionError):
        whole(client, "cut-mid-stream")


def test_ends_mid_stream_is_a_whole_transfer_of_half_a_reply(faulty: str) -> None:
    raw = Raw(faulty, "ends-mid-stream", stream=True)
    assert raw.complete
    assert raw.said
    assert raw.said != REPLY
    assert REPLY.startswith(raw.said)
    assert all(c["choices"][0]["finish_reason"] is None for c in raw.chunks)
    assert raw.data[-1] != "[DONE]"


def test_ends_mid_event(faulty: str) -> None:
    raw = Raw(faulty, "ends-mid-event", stream=True)
    assert raw.complete
    assert not raw.body.endswith(b"\n")


def test_event_cut_in_half_arrives_in_pieces_inside_characters(faulty: str) -> None:
    where = urlsplit(faulty)
    body = json.dumps({"model": "event-cut-in-half", "messages": MESSAGES, "stream": True}).encode()
    request = b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body)
    with socket.create_connection((where.hostname or "", where.port or 0), timeout=10) as raw:
        raw.sendall(request + body)
        received = b""
        while not received.endswith(b"0\r\n\r\n"):
            received += raw.recv(65536)
    parts = [part for part in re.split(rb"\r\n[0-9a-f]+\r\n", received.partition(b"\r\n\r\n")[2]) if part]
    assert any(part[0] & 0b1100_0000 == 0b1000_0000 for part in parts)
    assert len(parts) > 50


def test_shards_cut_inside_every_character_and_lose_nothing() -> None:
    data = "abcdefgh é€🌱 ijkl".encode()
    cut = list(shards(data, 4))
    assert b"".join(cut) == data
    assert max(map(len, cut)) <= 4
    assert sum(part[0] & 0b1100_0000 == 0b1000_0000 for part in cut) == 1 + 2 + 3


def test_malformed_json(faulty: str) -> None:
    raw = Raw(faulty, "malformed-json", stream=True)
    with pytest.raises(json.JSONDecodeError):
        _ = raw.chunks
    assert raw.data[-1] == "[DONE]"
    with pytest.raises(json.JSONDecodeError):
        json.loads(Raw(faulty, "malformed-json", stream=False).body)


@pytest.mark.parametrize("stream", [True, False])
def test_not_sse(faulty: str, *, stream: bool) -> None:
    raw = Raw(faulty, "not-sse", stream=stream)
    assert raw.status == 200
    assert raw.headers["content-type"].startswith("text/html")
    assert raw.body.startswith(b"<!doctype html>")


def test_error_event(faulty: str, client: OpenAI) -> None:
    raw = Raw(faulty, "error-event", stream=True)
    assert raw.status == 200
    assert json.loads(raw.data[-1])["error"]["code"] == "overloaded"
    with pytest.raises(openai.APIError, match="overloaded"):
        streamed(client, "error-event")
    with pytest.raises(openai.InternalServerError):
        whole(client, "error-event")


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("http-401", openai.AuthenticationError),
        ("http-429", openai.RateLimitError),
        ("http-500-html", openai.InternalServerError),
    ],
)
def test_refusals(client: OpenAI, fault: str, error: type[openai.APIStatusError], *, stream: bool) -> None:
    with pytest.raises(error) as caught:
        streamed(client, fault) if stream else whole(client, fault)
    headers = caught.value.response.headers
    assert headers.get("retry-after") == (RETRY_AFTER if fault == "http-429" else None)
    assert headers["content-type"].startswith("text/html" if fault == "http-500-html" else "application/json")


def test_too_many_choices(faulty: str) -> None:
    assert Raw(faulty, "too-many-choices", stream=True).chunks[0]["choices"][0]["index"] == 999
    body = json.loads(Raw(faulty, "too-many-choices", stream=False).body)
    assert body["choices"][0]["index"] == 999
    assert len(Raw(faulty, "thousand-choices", stream=True).chunks[0]["choices"]) == 1000
    assert len(json.loads(Raw(faulty, "thousand-choices", stream=False).body)["choices"]) == 1000


def test_wrong_types(faulty: str) -> None:
    assert Raw(faulty, "wrong-types", stream=True).chunks[1]["choices"][0]["delta"]["content"] == 42
    body = json.loads(Raw(faulty, "wrong-types", stream=False).body)
    assert body["choices"][0]["message"]["content"] == 42


def test_huge_event(faulty: str) -> None:
    assert max(map(len, Raw(faulty, "huge-event", stream=True).body.split(b"\n"))) > HUGE
    assert len(Raw(faulty, "huge-event", stream=False).body) > HUGE


@pytest.mark.parametrize("stream", [True, False])
def test_no_content_type(faulty: str, *, stream: bool) -> None:
    raw = Raw(faulty, "no-content-type", stream=stream)
    assert "content-type" not in raw.headers
    assert raw.complete


def test_crlf_and_comments(faulty: str) -> None:
    raw = Raw(faulty, "crlf-and-comments", stream=True)
    assert raw.body.startswith(b"\xef\xbb\xbf:")
    assert raw.body.count(b"\n") == raw.body.count(b"\r\n")
    *events, done = dispatched(raw.body.decode())
    assert all("\n" in data for data in events)
    deltas = [json.loads(data)["choices"][0]["delta"] for data in events]
    assert "".join(delta.get("content", "") for delta in deltas) == REPLY
    assert done == "[DONE]"


def dispatched(text: str) -> list[str]:
    """The data of the events that the standard dispatches (WHATWG HTML section 9.2.6)."""
    events = []
    for block in text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n\n"):
        fields = [line.split(":", 1) for line in block.split("\n") if ":" in line]
        data = [value.removeprefix(" ") for name, value in fields if name == "data"]
        if data:
            events.append("\n".join(data))
    return events


def test_no_done(faulty: str) -> None:
    raw = Raw(faulty, "no-done", stream=True)
    assert raw.chunks[-1]["choices"][0]["finish_reason"] == "stop"
    assert raw.data[-1] != "[DONE]"
    assert raw.complete


def test_unknown_fields(faulty: str) -> None:
    for chunk in Raw(faulty, "unknown-fields", stream=True).chunks:
        choice = chunk["choices"][0]
        assert chunk["x_vendor"] == choice["x_vendor"] == choice["delta"]["x_vendor"]
    body = json.loads(Raw(faulty, "unknown-fields", stream=False).body)
    assert body["x_vendor"] == body["choices"][0]["x_vendor"] == body["choices"][0]["message"]["x_vendor"]


def test_role_each_chunk(faulty: str) -> None:
    chunks = Raw(faulty, "role-each-chunk", stream=True).chunks
    assert all(chunk["choices"][0]["delta"]["role"] == "assistant" for chunk in chunks[:-1])


def test_empty_choices_first(faulty: str) -> None:
    first, *_ = Raw(faulty, "empty-choices-first", stream=True).chunks
    assert first["choices"] == []
    assert "prompt_filter_results" in first
    assert "prompt_filter_results" in json.loads(Raw(faulty, "empty-choices-first", stream=False).body)


def test_reasoning_content(faulty: str) -> None:
    deltas = [c["choices"][0]["delta"] for c in Raw(faulty, "reasoning-content", stream=True).chunks]
    assert "".join(d.get("reasoning_content", "") for d in deltas).startswith("The customer asks")
    body = json.loads(Raw(faulty, "reasoning-content", stream=False).body)
    assert body["choices"][0]["message"]["reasoning_content"]


def test_refusal(client: OpenAI) -> None:
    chunks = list(client.chat.completions.create(model="refusal", messages=MESSAGES, stream=True))
    assert "".join(c.choices[0].delta.refusal or "" for c in chunks).strip() == "I can't help with that."
    assert not any(c.choices[0].delta.content for c in chunks)
    message = client.chat.completions.create(model="refusal", messages=MESSAGES).choices[0].message
    assert (message.content, message.refusal) == (None, "I can't help with that.")


def test_two_tool_calls_interleaved(client: OpenAI) -> None:
    fault = "two-tool-calls-interleaved"
    made: dict[int, str] = {0: "", 1: ""}
    order = []
    for chunk in client.chat.completions.create(model=fault, messages=MESSAGES, stream=True):
        for part in chunk.choices[0].delta.tool_calls or []:
            assert part.function is not None
            made[part.index] += part.function.arguments or ""
            order.append(part.index)
    assert order[:6] == [0, 1, 0, 1, 0, 1]
    message = client.chat.completions.create(model=fault, messages=MESSAGES).choices[0].message
    expected = [call.function.arguments for call in message.tool_calls or [] if call.type == "function"]
    assert [made[0], made[1]] == expected
    assert json.loads(made[0]) == {"order_id": "L-100"}


@pytest.mark.parametrize("stream", [True, False])
def test_endless_notices_that_the_client_went_away(*, stream: bool) -> None:
    app = faulty_upstream()
    with serve_in_thread(app) as url:
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
        body = json.dumps({"model": "endless", "messages": MESSAGES, "stream": stream})
        connection.request("POST", "/v1/chat/completions", body)
        response = connection.getresponse()
        assert len(response.read(5000)) == 5000
        assert not app.state.client_gone.is_set()
        response.close()
        connection.close()
        assert app.state.client_gone.wait(5)
        assert app.state.endless_parts > 1


def test_endless_feels_back_pressure() -> None:
    app = faulty_upstream()
    with serve_in_thread(app) as url:
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
        connection.request("POST", "/v1/chat/completions", json.dumps({"model": "endless", "stream": False}))
        response = connection.getresponse()
        before = -1
        give_up = time.monotonic() + 10
        while before != app.state.endless_parts:
            assert time.monotonic() < give_up
            before = app.state.endless_parts
            time.sleep(0.3)
        response.close()
        connection.close()


def test_an_unknown_fault(client: OpenAI) -> None:
    with pytest.raises(openai.NotFoundError, match="the fault 'no-such' is not known"):
        streamed(client, "no-such")


def test_a_request_it_cannot_read(faulty: str) -> None:
    connection = http.client.HTTPConnection(urlsplit(faulty).netloc, timeout=10)
    connection.request("POST", "/v1/chat/completions", b"{")
    response = connection.getresponse()
    assert response.status == 400
    assert "could not be read" in json.loads(response.read())["error"]["message"]
    connection.close()
