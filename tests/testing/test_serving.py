import http.client
import socket
import threading
from urllib.parse import urlsplit

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from answerable.testing.serving import serve_in_thread
from answerable.values.errors import AnswerableError


async def hello(_: Request) -> PlainTextResponse:
    return PlainTextResponse("hello")


APP = Starlette(routes=[Route("/", hello)])


def get(url: str) -> bytes:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=5)
    try:
        connection.request("GET", "/")
        return connection.getresponse().read()
    finally:
        connection.close()


def test_it_answers_inside_the_block_and_not_after() -> None:
    before = threading.active_count()
    with serve_in_thread(APP) as url:
        assert url.startswith("http://127.0.0.1:")
        assert get(url) == b"hello"
    assert threading.active_count() == before
    with pytest.raises(ConnectionRefusedError):
        get(url)


def test_two_servers_side_by_side_and_a_port_of_ones_own() -> None:
    with serve_in_thread(APP) as first:
        port = urlsplit(first).port or 0
        with serve_in_thread(APP) as second:
            assert get(first) == get(second) == b"hello"
    with serve_in_thread(APP, port) as again:
        assert again == first
        assert get(again) == b"hello"


def test_a_port_that_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with (
            pytest.raises(AnswerableError, match=f"port {port} on 127.0.0.1 can't be used"),
            serve_in_thread(APP, port),
        ):
            pass


def test_an_app_that_fails_to_start() -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "no"})

    with pytest.raises(AnswerableError, match="did not start"), serve_in_thread(broken):
        pass
