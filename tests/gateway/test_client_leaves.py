"""A client that goes away stops the upstream, and the ledger says that it left."""

import asyncio
import socket
import time
from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import pytest
from gateway_stack import HELLO, Programmed, Stack, chunk, gateway

from answerable.flow import Mode
from answerable.receipts import ReplyBody
from answerable.testing.event_stream import EventStream, event
from answerable.testing.faulty_upstream import faulty_upstream


def request_bytes(*, stream: bool, model: str) -> bytes:
    body = msgspec.json.encode({"model": model, "messages": HELLO, "stream": stream})
    return (
        b"POST /v1/chat/completions HTTP/1.1\r\nHost: gate\r\nContent-Type: application/json\r\n"
        b"Content-Length: %d\r\n\r\n" % len(body) + body
    )


def knock(stack: Stack, *, stream: bool, model: str = "endless") -> socket.socket:
    """A client that has asked and now waits."""
    address = urlsplit(stack.root)
    client = socket.socket()
    client.settimeout(10)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 * 1024)
    client.connect((address.hostname, address.port))
    client.sendall(request_bytes(stream=stream, model=model))
    return client


def soon(happened: Callable[[], bool], within: float = 5) -> bool:
    give_up = time.monotonic() + within
    while time.monotonic() < give_up:
        if happened():
            return True
        time.sleep(0.01)
    return False


def reply_of_the_last(stack: Stack) -> ReplyBody:
    def written() -> bool:
        traces = asyncio.run(stack.ledger.traces(1))
        return bool(traces) and stack.chain(traces[0]).reply is not None

    assert soon(written), "no ending on record"
    reply = stack.chain(stack.last_trace()).reply
    assert reply is not None
    return reply


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
def test_a_client_that_leaves_before_the_first_byte_cancels_the_upstream(
    tmp_path: Path, *, stream: bool
) -> None:
    upstream = faulty_upstream()
    with gateway(upstream, tmp_path / "ledger.db") as stack:
        client = knock(stack, stream=stream)
        assert soon(lambda: upstream.state.endless_parts > 0)
        client.close()
        assert upstream.state.client_gone.wait(5), "the upstream was left running"
        reply = reply_of_the_last(stack)
        assert reply.ending == "client_left"
        assert all(choice.verbatim == 0 for choice in reply.choices)


def test_a_client_that_leaves_in_the_middle_cancels_the_upstream(tmp_path: Path) -> None:
    upstream = faulty_upstream()
    with gateway(upstream, tmp_path / "ledger.db", mode=Mode.OBSERVE) as stack:
        client = knock(stack, stream=True)
        assert client.recv(4096).startswith(b"HTTP/1.1 200")
        client.close()
        assert upstream.state.client_gone.wait(5), "the upstream was left running"
        assert reply_of_the_last(stack).ending == "client_left"


def test_a_client_that_leaves_while_the_upstream_thinks_is_recorded_and_the_upstream_let_go(
    tmp_path: Path,
) -> None:
    with gateway(faulty_upstream(stall=3), tmp_path / "ledger.db") as stack:
        client = knock(stack, stream=True, model="slow-first-byte")
        assert soon(lambda: stack.get("/healthz").status == 200)
        time.sleep(0.2)
        started = time.monotonic()
        client.close()
        reply = reply_of_the_last(stack)
        assert reply.ending == "client_left"
        assert time.monotonic() - started < 2


def test_lines_handed_over_before_the_client_left_are_counted(tmp_path: Path) -> None:
    async def slowly() -> AsyncGenerator[bytes, None]:
        yield event(chunk({"content": "Order L-100 has shipped. And "}))
        await forever.wait()

    forever = asyncio.Event()
    upstream = Programmed(lambda _: EventStream(slowly()))
    with gateway(upstream.app, tmp_path / "ledger.db") as stack:
        client = knock(stack, stream=True)
        got = b""
        while b"has shipped." not in got:
            got += client.recv(4096)
        client.close()
        reply = reply_of_the_last(stack)
        assert (reply.ending, reply.sent) == ("client_left", 1)
        assert stack.unread(stack.last_trace()).strip() == "And"


def test_a_client_that_leaves_in_the_middle_of_its_body_harms_nobody(tmp_path: Path) -> None:
    upstream = Programmed()
    with gateway(upstream.app, tmp_path / "ledger.db") as stack:
        address = urlsplit(stack.root)
        client = socket.create_connection((address.hostname, address.port), timeout=10)
        client.sendall(request_bytes(stream=True, model="x")[:-10])
        client.close()
        assert stack.ask().status == 200
        assert len(upstream.asked) == 1
