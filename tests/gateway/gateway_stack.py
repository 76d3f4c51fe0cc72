"""A real gateway before a real upstream, both over HTTP, and the means to look at either side of it."""

import asyncio
import http.client
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import msgspec
from openai import OpenAI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from answerable.adapters.sqlite_ledger import SqliteLedger
from answerable.apps.chain import Chain, assemble
from answerable.apps.gateway.identity_settings import open_callers, open_tls
from answerable.apps.serve import build, tls_options
from answerable.apps.settings import Settings
from answerable.flow import Mode
from answerable.receipts import Entry, kind_name
from answerable.receipts.verifying import decode
from answerable.testing import completions
from answerable.testing.completions import Object, Stamp, choice, delta
from answerable.testing.event_stream import DONE, EventStream, event
from answerable.testing.serving import serve_in_thread
from answerable.values import TraceId
from answerable.wire.limits import Limits

HELLO: list[Any] = [{"role": "user", "content": "Where is my order?"}]
STAMP = Stamp.of("programmed", "reply")

Shown = tuple[int, str, str]
"""Choice, track, text: a piece of what a customer saw."""


class Answer(NamedTuple):
    """An HTTP answer, read to its end."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.body)

    @property
    def error(self) -> Any:
        """The error object. Fails where the answer is not an error in the protocol's shape."""
        assert self.headers["content-type"].startswith("application/json"), self
        found = self.json["error"]
        assert set(found) >= {"message", "type", "param", "code"}
        assert isinstance(found["message"], str)
        assert found["message"]
        return found

    @property
    def trace(self) -> str:
        return self.headers["answerable-trace"]

    @property
    def events(self) -> list[bytes]:
        return events(self.body)

    @property
    def chunks(self) -> list[Any]:
        return [msgspec.json.decode(data) for data in self.events if data != b"[DONE]"]

    @property
    def shown(self) -> list[Shown]:
        """Every piece of text that came, in order, whatever the form of the answer."""
        streamed = self.headers.get("content-type", "").startswith("text/event-stream")
        return pieces(self.chunks if streamed else [self.json])


@dataclass(slots=True)
class Stack:
    """A running gateway. `url` is what a client is given; `root` is the server itself."""

    root: str
    ledger: SqliteLedger

    @property
    def url(self) -> str:
        return f"{self.root}/v1"

    def client(self, **options: Any) -> OpenAI:
        return OpenAI(base_url=self.url, **{"api_key": "none", "max_retries": 0, "timeout": 20, **options})

    def post(self, path: str, body: Any, headers: Mapping[str, str] | None = None) -> Answer:
        data = body if isinstance(body, bytes) else msgspec.json.encode(body)
        return call(self.root, "POST", path, data, {"Content-Type": "application/json", **(headers or {})})

    def ask(self, *, model: str = "programmed", stream: bool = True, **fields: Any) -> Answer:
        """One chat completion over plain HTTP."""
        return self.post(
            "/v1/chat/completions", {"model": model, "messages": HELLO, "stream": stream, **fields}
        )

    def get(self, path: str, headers: Mapping[str, str] | None = None, method: str = "GET") -> Answer:
        return call(self.root, method, path, None, headers or {})

    def entries(self, trace: str) -> list[tuple[Entry, Any]]:
        """A trace's entries with their private parts, in order."""
        rows = asyncio.run(self.ledger.trace(TraceId(trace)))
        return [
            (decode(row.entry, row.seq), msgspec.json.decode(row.private) if row.private else None)
            for row in rows
        ]

    def chain(self, trace: str) -> Chain:
        chain = assemble(asyncio.run(self.ledger.trace(TraceId(trace))))
        assert chain is not None, "the ledger holds nothing of a trace that a client was told"
        return chain

    def last_trace(self) -> str:
        return asyncio.run(self.ledger.traces(1))[0]

    def ending(self, trace: str) -> str:
        reply = self.chain(trace).reply
        assert reply is not None
        return reply.ending

    def unread(self, trace: str) -> str:
        """The text that had come and was never shown because it never became a line."""
        private = [private for entry, private in self.entries(trace) if kind(entry) == "reply"]
        assert len(private) == 1
        return "".join(text for _, text in private[0]["unread"]) if private[0] else ""

    def released(self, trace: str) -> list[Shown]:
        """What the ledger says was to be shown, in the order of its entries."""
        return [
            (line.body.choice, line.body.track, line.shown)
            for line in self.chain(trace).lines
            if line.shown is not None
        ]

    def assert_on_record(self, answer: Answer) -> None:
        """Everything the client got is on record, in order and to the letter; a full reply is all of it."""
        released = self.released(answer.trace)
        if answer.headers.get("content-type", "").startswith("text/event-stream"):
            assert answer.shown == released[: len(answer.shown)]
            if answer.events[-1:] == [b"[DONE]"]:
                assert len(answer.shown) == len(released)
        else:
            assert joined(answer.shown) == joined(released)


@dataclass(slots=True)
class Asked:
    """A request as it reached the upstream."""

    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.body)


class Programmed:
    """An upstream that answers as it was last told, and keeps what it was asked."""

    def __init__(self, answer: Callable[[Asked], Response] | None = None) -> None:
        self.answer = answer or (lambda _: said("Your order is on its way."))
        self.asked: list[Asked] = []

    @property
    def app(self) -> Starlette:
        async def complete(request: Request) -> Response:
            asked = Asked(dict(request.headers), await request.body())
            self.asked.append(asked)
            return self.answer(asked)

        async def models(request: Request) -> Response:
            self.asked.append(Asked(dict(request.headers), b""))
            return completions.answer(completions.model_list(["programmed"]))

        return Starlette(
            routes=[
                Route("/v1/chat/completions", complete, methods=["POST"]),
                Route("/v1/models", models),
            ]
        )


@contextmanager
def gateway(upstream: ASGIApp, ledger: Path, **options: Any) -> Iterator[Stack]:
    """The gateway as `answerable serve` wires it, before this upstream, for as long as the block lasts."""
    with (
        serve_in_thread(upstream) as root,
        gateway_to(int(root.rpartition(":")[2]), ledger, **options) as running,
    ):
        yield running


@contextmanager
def gateway_to(
    port: int,
    ledger: Path,
    *,
    limits: Limits | None = None,
    mode: Mode = Mode.ENFORCE,
    upstream_key: str | None = None,
    insecure_client_keys: Path | None = None,
    bundle: Path | None = None,
    bundles: Path | None = None,
    witnesses: Path | None = None,
    on_commit: Callable[[str], None] | None = None,
    **more: Any,
) -> Iterator[Stack]:
    """The gateway before whatever listens on a port of this machine."""
    store = SqliteLedger(ledger, on_commit=on_commit)
    try:
        settings = Settings(
            upstream=f"http://127.0.0.1:{port}/v1",
            ledger=str(ledger),
            witnesses=witnesses,
            mode=mode,
            upstream_key=upstream_key,
            insecure_client_keys=insecure_client_keys,
            bundle=bundle,
            bundles=bundles,
            insecure_unsigned_bundles=True,
            limits=limits or Limits(),
            **more,
        )
        callers = open_callers(settings)
        tls = tls_options(open_tls(settings, callers.trust))
        with serve_in_thread(build(settings, store, callers=callers), **tls) as root:
            yield Stack(root, store)
    finally:
        asyncio.run(store.close())


Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[Any, Any, None]]


@contextmanager
def raw_upstream(handle: Handler) -> Iterator[int]:
    """The port of a server that writes what no ASGI server would."""
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(asyncio.start_server(handle, "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def end() -> None:
        server.close()
        await server.wait_closed()
        mine = asyncio.current_task()
        for task in asyncio.all_tasks():
            if task is not mine:
                task.cancel()

    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        asyncio.run_coroutine_threadsafe(end(), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as one:
        return int(one.getsockname()[1])


def call(root: str, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
    connection = http.client.HTTPConnection(urlsplit(root).netloc, timeout=20)
    try:
        connection.request(method, path, body, dict(headers))
        response = connection.getresponse()
        found = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, found, response.read())
    finally:
        connection.close()


def events(body: bytes) -> list[bytes]:
    """The data of a stream that the gate wrote: one `data` line an event, nothing else."""
    found = body.split(b"\n\n")
    assert found.pop() == b"", "the gate's last event is not whole"
    assert all(one.startswith(b"data: ") for one in found)
    return [one.removeprefix(b"data: ") for one in found]


def pieces(objects: list[Any]) -> list[Shown]:
    """Texts that a customer may be shown, from chunks or whole completions, in order."""
    return [
        (one["index"], track, text)
        for found in objects
        for one in found.get("choices", ())
        for track in ("content", "refusal")
        if (text := (one.get("delta") or one.get("message") or {}).get(track))
    ]


def joined(shown: list[Shown]) -> dict[tuple[int, str], str]:
    """The whole text of each choice and track."""
    texts: dict[tuple[int, str], str] = {}
    for index, track, text in shown:
        texts[index, track] = texts.get((index, track), "") + text
    return texts


def kind(entry: Entry) -> str:
    return kind_name(entry.body)


def chunk(part: Object, *, index: int = 0, finish: str | None = None, **extra: Any) -> Object:
    return STAMP.chunk([delta(index, part, finish=finish)], **extra)


def script(text: str, size: int) -> list[Object]:
    """The chunks of a whole reply, `size` characters in each."""
    parts = [text[at : at + size] for at in range(0, len(text), size)]
    return [
        chunk({"role": "assistant", "content": "", "refusal": None}),
        *(chunk({"content": part}) for part in parts),
        chunk({}, finish="stop"),
    ]


def stream_of(*parts: bytes, headers: Mapping[str, str] | None = None) -> Response:
    """An event stream of these bytes, each in a write of its own."""

    async def play() -> Any:
        for part in parts:
            yield part
            await asyncio.sleep(0)

    response = EventStream(play())
    for name, value in (headers or {}).items():
        response.headers[name] = value
    return response


def streamed(*objects: Object) -> Response:
    return stream_of(*(event(one) for one in objects), DONE)


def whole(message: Object, **options: Any) -> Response:
    return completions.answer(STAMP.completion([choice(0, message, **options)]))


def said(text: str, size: int = 4) -> Response:
    return streamed(*script(text, size))


def either(text: str, size: int = 4) -> Callable[[Asked], Response]:
    """The same text to a request of either form."""
    return lambda asked: said(text, size) if asked.json.get("stream") else whole({"content": text})
