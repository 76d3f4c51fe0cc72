"""A back end over HTTP that goes wrong as it is told, and counts how often each call was really done.

    back_end = BackEnd()
    back_end.faults["refund_order"] = [Fault.CUT_DONE]       # the next call; after that all goes well
    with back_end.serving() as url:
        ...                                                  # POST /refund_order, Idempotency-Key: k-1
        assert back_end.done("k-1") == 1

A tool is the first segment of the path. `GET /acts/KEY` says what became of a call, once it was done.
It speaks HTTP by hand, so that it can hang up at any point.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

from answerable.testing.listening import listening

Answer = Callable[[Mapping[str, Any]], Any]
"""What a tool answers, by its arguments."""
_MOST_BODY = 1 << 20
_HUGE_PART = b"x" * 65536
_OK = 200


class Fault(Enum):
    """What goes wrong. Those that end in DONE do it first."""

    REFUSED = "status 422, as for an act that may not be"
    BUSY = "status 429"
    UNAVAILABLE = "status 503 with Retry-After"
    IN_PROGRESS = "status 409: the same key is under way"
    CONFLICT = "status 409 for any other reason"
    FAILED = "status 500"
    FAILED_DONE = "status 500, and it is done"
    ACCEPTED = "status 202, and it is not done"
    CUT = "hangs up without an answer"
    CUT_DONE = "hangs up, and it is done"
    CUT_BODY_DONE = "hangs up in the middle of the answer"
    SLOW = "says nothing for as long as the caller waits"
    SLOW_DONE = "does it, and says nothing"
    SLOW_BODY_DONE = "does it, and sends an answer that does not end"
    GARBAGE_DONE = "answers with what is no JSON"
    NOT_TEXT_DONE = "answers with bytes that are no UTF-8"
    EMPTY_DONE = "answers with nothing at all, which is an answer"
    HUGE_DONE = "answers without an end, as fast as it can"
    REDIRECT = "status 307 to a place that counts who comes"
    REDIRECT_DONE = "status 303, as after a form"
    ECHO_DONE = "answers with all that it was sent, headers too"
    ECHO_REFUSED = "status 400 with all that it was sent"
    NOT_HTTP = "answers in no HTTP"

    @property
    def does_it(self) -> bool:
        return self.name.endswith("DONE")


@dataclass(frozen=True)
class Received:
    """A request, as it came."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def tool(self) -> str:
        return unquote(self.target.partition("?")[0].split("/")[1])


@dataclass
class BackEnd:
    """What a test turns and reads. With `repeatable` a key is done once, however often it comes."""

    repeatable: bool = True
    answers: dict[str, Answer] = field(default_factory=dict)
    faults: dict[str, list[Fault]] = field(default_factory=dict)
    requests: list[Received] = field(default_factory=list)
    led_away: int = 0
    """How many followed a redirect."""
    url: str = ""
    _done: Counter[str] = field(default_factory=Counter)
    _kept: dict[str, bytes] = field(default_factory=dict)

    def done(self, key: str) -> int:
        """How often the act of that key was really done."""
        return self._done[key]

    @property
    def acts(self) -> int:
        """How many acts were done, of any key."""
        return sum(self._done.values())

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Yield the base URL; afterwards nobody listens there."""
        with listening(self._connected) as port:
            self.url = f"http://127.0.0.1:{port}"
            yield self.url

    # -- one connection ------------------------------------------------------------

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while (request := await _read(reader)) is not None:
            self.requests.append(request)
            if not await self._answer(request, writer):
                return

    async def _answer(self, request: Received, writer: asyncio.StreamWriter) -> bool:
        """Answer; False where the connection is over."""
        if request.tool == "elsewhere":
            self.led_away += 1
        if request.method == "GET" and request.tool == "acts":
            kept = self._kept.get(unquote(request.target.rpartition("/")[2]))
            _send(writer, _OK if kept else 404, kept or b'{"error":"no such act"}')
            await writer.drain()
            return True
        waiting = self.faults.get(request.tool)
        fault = waiting.pop(0) if waiting else None
        result = self._do(request) if fault is None or fault.does_it else b""
        return await self._faulty(fault, request, result, writer)

    def _do(self, request: Received) -> bytes:
        """Do the act, or with `repeatable` answer as the first time."""
        key = request.headers.get("idempotency-key", "")
        if self.repeatable and key in self._kept:
            return self._kept[key]
        arguments = json.loads(request.body) if request.body.startswith(b"{") else {}
        answer = self.answers.get(request.tool)
        told = answer(arguments) if answer else {"status": "success", "reference": f"X-{self.acts}"}
        result = json.dumps(told).encode()
        if request.method != "GET":
            self._done[key] += 1
            self._kept[key] = result
        return result

    async def _faulty(
        self, fault: Fault | None, request: Received, result: bytes, writer: asyncio.StreamWriter
    ) -> bool:
        if fault in _PLAIN:
            status, body, header = _PLAIN[fault]
            headers = [f"{header}{self.url}/elsewhere" if header == _LOCATION else header] if header else []
            _send(writer, status, body, *headers)
            await writer.drain()
            return True
        heard = {"headers": request.headers, "target": request.target, "body": request.body.decode("latin-1")}
        match fault:
            case None:
                _send(writer, _OK, result)
            case Fault.ECHO_DONE:
                _send(writer, _OK, json.dumps(heard).encode())
            case Fault.ECHO_REFUSED:
                _send(writer, 400, json.dumps(heard).encode())
            case Fault.CUT_BODY_DONE:
                _send(writer, _OK, result[: len(result) // 2], length=len(result))
            case Fault.SLOW_BODY_DONE:
                _send(writer, _OK, result[:1], length=len(result))
            case Fault.HUGE_DONE:
                _send(writer, _OK, b'{"a":"', length=1 << 40)
            case Fault.NOT_HTTP:
                writer.write(b"SSH-2.0-OpenSSH_9.2\r\n")
            case _:
                pass
        await writer.drain()
        while fault is Fault.HUGE_DONE:
            writer.write(_HUGE_PART)
            await writer.drain()
        if fault in (Fault.SLOW, Fault.SLOW_DONE, Fault.SLOW_BODY_DONE):
            await asyncio.sleep(3600)
        return fault not in (Fault.CUT, Fault.CUT_DONE, Fault.CUT_BODY_DONE, Fault.NOT_HTTP)


_LOCATION = "Location: "
_PLAIN: dict[Fault | None, tuple[int, bytes, str]] = {
    Fault.REFUSED: (422, b'{"error":"not that one"}', ""),
    Fault.BUSY: (429, b'{"error":"slow down"}', "Retry-After: 1"),
    Fault.UNAVAILABLE: (503, b'{"error":"back soon"}', "Retry-After: 1"),
    Fault.IN_PROGRESS: (409, b'{"error":"request_in_progress"}', ""),
    Fault.CONFLICT: (409, b'{"error":"already cancelled"}', ""),
    Fault.FAILED: (500, b"<h1>oh</h1>", ""),
    Fault.FAILED_DONE: (500, b"<h1>oh</h1>", ""),
    Fault.ACCEPTED: (202, b'{"status":"queued"}', ""),
    Fault.GARBAGE_DONE: (_OK, b"<html>welcome</html>", ""),
    Fault.NOT_TEXT_DONE: (_OK, b'{"a":"\xff"}', ""),
    Fault.EMPTY_DONE: (_OK, b"", ""),
    Fault.REDIRECT: (307, b"", _LOCATION),
    Fault.REDIRECT_DONE: (303, b"", _LOCATION),
}


def _send(
    writer: asyncio.StreamWriter, status: int, body: bytes, *headers: str, length: int | None = None
) -> None:
    head = [
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
        "Content-Type: application/json",
        f"Content-Length: {len(body) if length is None else length}",
        *headers,
    ]
    writer.write("\r\n".join([*head, "", ""]).encode() + body)


async def _read(reader: asyncio.StreamReader) -> Received | None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.decode("latin-1").split("\r\n")[:-2]
    method, target, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    length = int(headers.get("content-length", "0"))
    if length > _MOST_BODY:
        return None
    return Received(method, target, headers, await reader.readexactly(length))
