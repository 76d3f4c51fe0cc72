"""Every bound holds: what is too large, too many or too slow is refused, and nothing grows without end."""

import asyncio
import http.client
import socket
import threading
import time
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import pytest
from gateway_stack import HELLO, Answer, Asked, Programmed, Stack, chunk, either, gateway, joined, whole
from starlette.responses import Response
from test_client_leaves import knock, reply_of_the_last, soon

from answerable.flow import Mode
from answerable.testing.event_stream import EventStream, event
from answerable.wire.limits import Limits

SMALL = Limits(
    body_bytes=20_000,
    messages=5,
    choices=3,
    line_characters=200,
    event_bytes=4_000,
    reply_bytes=30_000,
    body_seconds=0.4,
    reply_seconds=0.8,
)


@pytest.fixture(scope="module")
def upstream() -> Programmed:
    return Programmed()


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, upstream: Programmed) -> Iterator[Stack]:
    ledger = tmp_path_factory.mktemp("limits") / "ledger.db"
    with gateway(upstream.app, ledger, limits=SMALL) as running:
        yield running


def error_code(answer: Answer) -> str:
    return str((answer.chunks[-1]["error"] if answer.status == 200 else answer.error)["code"])


def test_a_body_announced_as_too_large_is_refused_unread(stack: Stack) -> None:
    answer = stack.ask(user="x" * 20_000)
    assert answer.status == 413
    assert answer.error["code"] == "request_too_large"


def test_a_body_that_turns_out_too_large_is_refused(stack: Stack) -> None:
    connection = http.client.HTTPConnection(urlsplit(stack.root).netloc, timeout=10)
    connection.request(
        "POST", "/v1/chat/completions", iter([b'{"model": "'] + [b"x" * 1000] * 30), encode_chunked=True,
        headers={"Transfer-Encoding": "chunked"},
    )  # fmt: skip
    response = connection.getresponse()
    assert response.status == 413
    assert msgspec.json.decode(response.read())["error"]["code"] == "request_too_large"
    connection.close()


def test_a_false_announcement_of_a_small_body_is_no_way_in(stack: Stack) -> None:
    answer = stack.post("/v1/check", b"x" * 20_001, {"Content-Length": "20001"})
    assert answer.status == 413


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/check"])
def test_too_many_messages(stack: Stack, path: str) -> None:
    body = {"model": "m", "messages": HELLO * 6} | ({"reply": "Hi."} if path == "/v1/check" else {})
    answer = stack.post(path, body)
    assert answer.status == 400
    assert answer.error["param"] == "messages"


@pytest.mark.parametrize("n", [0, -1, 4, 1000, 10**30])
def test_more_choices_than_the_gate_takes(stack: Stack, n: int) -> None:
    answer = stack.ask(n=n) if n < 2**60 else stack.post(
        "/v1/chat/completions", b'{"model":"m","messages":[{"role":"user","content":"x"}],"n":%d}' % n
    )  # fmt: skip
    assert answer.status == 400
    assert answer.error["param"] == "n"


def test_a_body_that_comes_too_slowly(stack: Stack) -> None:
    address = urlsplit(stack.root)
    with socket.create_connection((address.hostname, address.port), timeout=10) as client:
        client.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nHost: gate\r\nContent-Length: 100\r\n\r\n{")
        got = client.recv(4096)
    assert got.startswith(b"HTTP/1.1 400")
    assert b"did not arrive within 0.4 seconds" in got


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
def test_a_line_too_long_to_be_read_is_withheld_whole(
    stack: Stack, upstream: Programmed, *, stream: bool
) -> None:
    harmless = "and the weather is fine " * 10
    long = f"Well {harmless}so we approved your refund of $500 {harmless}and that is it."
    upstream.answer = either(f"Hello there. {long} Goodbye now.", 16)
    answer = stack.ask(stream=stream)
    text = joined(answer.shown)[0, "content"]
    stack.assert_on_record(answer)
    assert text.startswith("Hello there.")
    assert "weather" not in text
    assert "500" not in text
    assert "that is it" not in text


def test_an_event_that_never_ends(stack: Stack, upstream: Programmed) -> None:
    upstream.answer = lambda _: EventStream(pour(b'data: {"id": "', b"x" * 500))
    answer = stack.ask()
    assert answer.status == 502
    assert error_code(answer) == "upstream_malformed"


async def pour(first: bytes, part: bytes, pause: float = 0) -> AsyncGenerator[bytes, None]:
    yield first
    while True:
        yield part
        await asyncio.sleep(pause)


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
def test_a_reply_that_never_ends(stack: Stack, upstream: Programmed, *, stream: bool) -> None:
    line = event(chunk({"content": "Thank you for waiting. "}))
    upstream.answer = lambda _: (
        EventStream(pour(line, line))
        if stream
        else EventStream(pour(b'{"id": "', b"x" * 500), media_type="application/json")
    )
    answer = stack.ask(stream=stream)
    assert error_code(answer) == "upstream_malformed"
    assert stack.ending(answer.trace) == "upstream_malformed"
    if stream:
        stack.assert_on_record(answer)


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
def test_a_reply_that_takes_too_long(stack: Stack, upstream: Programmed, *, stream: bool) -> None:
    line = event(chunk({"content": "Thank you for waiting. "}))
    upstream.answer = lambda _: (
        EventStream(pour(line, line, 0.1))
        if stream
        else EventStream(pour(b'{"id": "', b"x", 0.1), media_type="application/json")
    )
    started = time.monotonic()
    answer = stack.ask(stream=stream)
    assert error_code(answer) == "upstream_timeout"
    assert time.monotonic() - started < 3
    assert stack.ending(answer.trace) == "upstream_timeout"


def test_one_reply_more_than_may_be_under_way_is_told_to_come_back(tmp_path: Path) -> None:
    let_go = threading.Event()

    def answer(asked: Asked) -> Response:
        async def wait() -> AsyncGenerator[bytes, None]:
            await asyncio.to_thread(let_go.wait)
            yield event(chunk({"content": "Here I am."}, finish="stop"))

        return EventStream(wait())

    upstream = Programmed(answer)
    with gateway(upstream.app, tmp_path / "ledger.db", limits=Limits(replies=2)) as stack:
        waiting = [knock(stack, stream=True) for _ in range(2)]
        assert soon(lambda: len(upstream.asked) == 2)
        refused = stack.ask()
        assert refused.status == 503
        assert refused.headers["retry-after"] == "1"
        assert refused.error["type"] == "gate_error"
        let_go.set()
        for client in waiting:
            assert client.recv(65536).startswith(b"HTTP/1.1 200")
            client.close()
        assert soon(lambda: stack.ask().status == 200)


def test_a_client_that_does_not_read_holds_the_upstream_back_and_is_given_up(tmp_path: Path) -> None:
    poured, gone = [0], threading.Event()
    part = event(chunk({"content": "and on " * 3_000}))

    async def endless() -> AsyncGenerator[bytes, None]:
        while True:
            poured[0] += 1
            yield part
            await asyncio.sleep(0)

    upstream = Programmed(lambda _: EventStream(endless(), at_end=gone.set))
    limits = Limits(send_seconds=1.5, reply_bytes=1 << 40)
    with gateway(upstream.app, tmp_path / "ledger.db", limits=limits, mode=Mode.OBSERVE) as stack:
        client = knock(stack, stream=True)  # and never reads

        def stands_still() -> bool:
            before = poured[0]
            time.sleep(0.3)
            return before > 10 and poured[0] == before

        assert soon(stands_still, 20), "the upstream was never held back"
        assert len(part) * poured[0] < 64 * 1024 * 1024
        assert gone.wait(10), "the client was never given up"
        assert reply_of_the_last(stack).ending == "client_stalled"
        client.close()
        assert stack.get("/healthz").status == 200


def test_a_whole_reply_to_a_client_that_does_not_read_is_given_up(tmp_path: Path) -> None:
    upstream = Programmed(lambda _: whole({"content": "x" * 12_000_000}))
    limits = Limits(send_seconds=0.3, replies=1)
    with gateway(upstream.app, tmp_path / "ledger.db", limits=limits, mode=Mode.OBSERVE) as stack:
        client = knock(stack, stream=False)
        assert soon(lambda: len(upstream.asked) == 1)
        assert soon(lambda: stack.ask(stream=True).status != 503, 20), "its place was never given free"
        client.close()
