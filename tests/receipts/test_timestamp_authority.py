"""An authority is asked over HTTP; one that is slow, refuses or talks of something else is told."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route
from time_stamping import Authority, query

from answerable.adapters.timestamp_authority import ask_timestamp, read_authorities
from answerable.receipts.timestamps import MOST_BYTES, check_timestamp
from answerable.testing.serving import serve_in_thread
from answerable.values.errors import LedgerUnavailable, ProofError, SettingsError

CONTENT = b"answerable evidence v1\n"
REPLY = "application/timestamp-reply"
Answer = Callable[[Request], Awaitable[Response]]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority") / "a")


@contextmanager
def serving(answer: Answer) -> Iterator[str]:
    with serve_in_thread(Starlette(routes=[Route("/tsr", answer, methods=["POST"])])) as base:
        yield f"{base}/tsr"


def always(content: bytes, kind: str = REPLY, status: int = 200) -> Answer:
    async def answer(_: Request) -> Response:
        return Response(content, status, media_type=kind)

    return answer


async def refused(answer: Answer, words: str, kind: type[Exception] = LedgerUnavailable) -> None:
    with serving(answer) as url, pytest.raises(kind, match=words):
        await ask_timestamp(url, CONTENT)


async def test_an_authority_is_asked_as_the_rfc_says_and_its_timestamp_holds(authority: Authority) -> None:
    asked: list[Request] = []

    async def answer(request: Request) -> Response:
        asked.append(request)
        return Response(authority.reply(await request.body()), media_type=REPLY)

    with serving(answer) as url:
        raw = await ask_timestamp(url, CONTENT)
    assert check_timestamp(raw, CONTENT, [authority.root]).authority == "CN=Test TSA"
    [request] = asked
    assert request.headers["content-type"] == "application/timestamp-query"
    assert CONTENT not in await request.body()


async def test_an_answer_in_two_parts_is_read_whole(authority: Authority) -> None:
    async def answer(request: Request) -> Response:
        raw = authority.reply(await request.body())

        async def parts() -> AsyncIterator[bytes]:
            yield raw[:100]
            await asyncio.sleep(0.05)
            yield raw[100:]

        return StreamingResponse(parts(), media_type=REPLY)

    with serving(answer) as url:
        raw = await ask_timestamp(url, CONTENT)
    assert check_timestamp(raw, CONTENT, [authority.root])  # type: ignore[truthy-bool]


async def test_an_earlier_answer_sent_again_is_told(authority: Authority) -> None:
    await refused(always(authority.stamp(CONTENT)), "its nonce is not the one that was sent", ProofError)


async def test_an_answer_over_other_bytes_is_told(authority: Authority) -> None:
    await refused(always(authority.stamp(b"else")), "over other bytes", ProofError)


async def test_an_authority_that_says_no_is_told(tmp_path: Path) -> None:
    picky = Authority(tmp_path / "picky", digests="sha512")

    async def answer(request: Request) -> Response:
        return Response(picky.reply(await request.body()), media_type=REPLY)

    await refused(answer, "gave no timestamp, but said 'rejected'", ProofError)


async def test_an_authority_that_answers_with_a_page_or_an_error_is_told() -> None:
    async def page(_: Request) -> Response:
        return HTMLResponse("<h1>Welcome</h1>")

    async def elsewhere(_: Request) -> Response:
        return RedirectResponse("http://169.254.169.254/", 307)

    await refused(page, "answered with 'text/html', not a timestamp")
    await refused(elsewhere, "answered with status 307")
    await refused(always(b"", status=503), "answered with status 503")
    await refused(always(b""), "can't be read", ProofError)
    await refused(always(b"<h1>Welcome</h1>"), "can't be read", ProofError)


async def test_an_answer_that_never_ends_is_cut() -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield bytes(4096)
            await asyncio.sleep(0)

    async def answer(_: Request) -> Response:
        return StreamingResponse(endless(), media_type=REPLY)

    await refused(answer, f"answered with more than {MOST_BYTES} bytes")


async def test_an_authority_that_is_slow_is_not_waited_for() -> None:
    async def answer(_: Request) -> Response:
        await asyncio.Event().wait()
        raise AssertionError

    with serving(answer) as url, pytest.raises(LedgerUnavailable, match=r"no answer in 0\.2 seconds"):
        await ask_timestamp(url, CONTENT, seconds=0.2)


async def test_an_authority_that_is_not_there_is_told_without_what_is_secret_in_its_url() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://somebody:hunter2@127.0.0.1:{taken.getsockname()[1]}/tsr?key=hunter2"
        with pytest.raises(LedgerUnavailable, match="can't be reached") as found:
            await ask_timestamp(url, CONTENT)
    assert "hunter2" not in str(found.value)


@pytest.mark.parametrize("url", ["", "tsa.example", "ftp://tsa.example", "https://", "http://a:hunter2@[::1"])
async def test_what_is_no_url_is_told(url: str) -> None:
    with pytest.raises(SettingsError, match="named by its URL") as found:
        await ask_timestamp(url, CONTENT)
    assert "hunter2" not in str(found.value)


def test_certificates_are_read_from_a_file(authority: Authority, tmp_path: Path) -> None:
    assert read_authorities(authority.folder / "root.pem") == (authority.root,)
    with pytest.raises(SettingsError, match="can't be read"):
        read_authorities(tmp_path / "none.pem")


def test_the_query_is_one_that_openssl_reads(authority: Authority) -> None:
    authority.write("query", query(CONTENT))
    authority.openssl("ts", "-query", "-in", "query", "-text")
