"""Deliver a streamed reply: read, decide, make durable, send; in that order, one read at a time.

Nothing is read from the upstream while the client has not taken what it was
sent: the wait for `send` is the back-pressure.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress

from starlette.types import Send

from answerable.apps.gate import GatedReply
from answerable.apps.gateway.errors import said as said_of
from answerable.flow import CallArrived, Event, ExtensionArrived, Line, Output, ReplyEnded, SendBack
from answerable.ports import UpstreamReply
from answerable.values.errors import (
    AnswerableError,
    ApprovalError,
    LedgerError,
    UpstreamCut,
    UpstreamError,
    UpstreamMalformed,
    UpstreamTimeout,
)
from answerable.wire.limits import Limits
from answerable.wire.requests import ChatRequest
from answerable.wire.server_sent_events import DONE, EventReader, event
from answerable.wire.stream import StreamTranslator, UpstreamSaidError


@asynccontextmanager
async def within(deadline: float, limits: Limits) -> AsyncIterator[None]:
    """Bound a part of a reply by the reply's deadline (the event loop's clock). Raises UpstreamTimeout."""
    try:
        async with asyncio.timeout_at(deadline):
            yield
    except TimeoutError:
        raise UpstreamTimeout(f"the reply took longer than {limits.reply_seconds:g} seconds") from None


AskAgain = Callable[[SendBack], Awaitable[UpstreamReply]]
"""Asks the model once more after acts of its reply were stopped. Raises UpstreamError."""


def send_back(outputs: Sequence[Output]) -> SendBack | None:
    """What is to go back to the model, if anything is."""
    return next((output for output in outputs if isinstance(output, SendBack)), None)


class ClientStalled(AnswerableError):
    """The client took longer to accept a line than it may."""


class StreamDelivery:
    """One streamed reply to one client."""

    def __init__(
        self, gated: GatedReply, chat: ChatRequest, send: Send, limits: Limits, *, enforced: bool
    ) -> None:
        self.deadline = asyncio.get_running_loop().time() + limits.reply_seconds
        self._gated = gated
        self._limits = limits
        self._send_raw = send
        self._reader = EventReader(limits.event_bytes)
        self._translator = StreamTranslator(gated.trace, chat.choices, enforced=enforced)
        self._headers: Mapping[str, str] = {}
        self._sent = 0
        self._started = False
        self._over = False
        self._back: SendBack | None = None
        self._acts = False

    async def run(self, upstream: UpstreamReply, headers: Mapping[str, str], *, again: AskAgain) -> None:
        """Deliver the reply to its end, good or bad, and record which it was.

        The answer begins with the first thing there is to say. What fails before
        that is raised, so the caller gets a plain HTTP error: UpstreamError, LedgerError.
        """
        if upstream.content_type and upstream.content_type != "text/event-stream":
            raise UpstreamMalformed(
                f"the upstream answered a streamed request with '{upstream.content_type[:80]}'"
            )
        self._headers = headers
        ending, detail, last = "gate_defect", "", b""
        said: Event | None = None
        try:
            async with within(self.deadline, self._limits):
                await self._relay(upstream)
                while self._back is not None:
                    await self._ask_again(again, self._back)
        except UpstreamSaidError as error:
            said = ExtensionArrived(-1, ("error",), error.error, passed=True, rides=True)
            ending, detail, last = error.code, str(error), event(b'{"error":' + error.error.encode() + b"}")
        except (UpstreamError, LedgerError, ApprovalError) as error:
            ending = _ending(error)
            detail = str(error)
            if not self._started:
                raise
            last = event(said_of(error)[1])
        except asyncio.CancelledError:
            ending = "client_left"
            raise
        except ClientStalled as error:
            ending, detail = "client_stalled", str(error)
        finally:
            if not self._over:
                await asyncio.shield(asyncio.ensure_future(self._break_off(ending, detail, last, said)))

    async def _ask_again(self, again: AskAgain, back: SendBack) -> None:
        """The next try of a reply whose acts were stopped, in the same stream to the client."""
        self._back = None
        self._translator = self._translator.again()
        self._reader = EventReader(self._limits.event_bytes)
        upstream = await again(back)
        try:
            await self._relay(upstream)
        finally:
            await upstream.close()

    async def _relay(self, upstream: UpstreamReply) -> None:
        size = 0
        async for chunk in upstream.chunks():
            size += len(chunk)
            if size > self._limits.reply_bytes:
                raise UpstreamMalformed(
                    f"the upstream's reply is larger than {self._limits.reply_bytes} bytes"
                )
            await self._take(chunk)
            if self._over or self._back is not None:
                return
        if not self._translator.complete:
            raise UpstreamCut("the upstream stopped in the middle of its reply")
        await self._end([])

    async def _take(self, chunk: bytes) -> None:
        """Everything that one read brought is one durable step: several lines, one commit."""
        found = self._reader.feed(chunk)
        over = DONE in found
        if over:
            del found[found.index(DONE) :]
        events: list[Event] = []
        try:
            events.extend(self._translator.take(found))
        except UpstreamError:
            # What came before a chunk that can't be read was sound, and the record should have it.
            await self._step(events, over=False)
            raise
        if over:
            await self._end(events)
        else:
            await self._step(events, over=False)

    async def _end(self, events: list[Event]) -> None:
        """The end of a reply that ended well, unless acts of it were stopped: then it goes on."""
        events += self._translator.ended()
        if self._acts or any(isinstance(event, CallArrived) for event in events):
            await self._step(events, over=False)
            events = []
        if self._back is None:
            translator = self._translator
            ended = _ended(translator, "complete", "", None)
            await self._step([*events, ended], over=True)

    async def _step(self, events: list[Event], *, over: bool) -> None:
        if not events:
            return
        self._acts = self._acts or any(isinstance(event, CallArrived) for event in events)
        outputs = await self._gated.feed(events)
        self._back = self._back or send_back(outputs)
        self._over = over
        data, lines = self._render(outputs)
        if over:
            await self._send(data + event(DONE), more=False)
        elif data:
            await self._send(data, more=True)
            self._sent += lines

    def _render(self, outputs: list[Output]) -> tuple[bytes, int]:
        rendered = [(self._translator.render(output), isinstance(output, Line)) for output in outputs]
        data = b"".join(event(chunk) for chunk, _ in rendered if chunk is not None)
        return data, sum(is_line for chunk, is_line in rendered if chunk is not None)

    async def _send(self, data: bytes, *, more: bool) -> None:
        try:
            async with asyncio.timeout(self._limits.send_seconds):
                if not self._started:
                    await self._start()
                await self._send_raw({"type": "http.response.body", "body": data, "more_body": more})
        except TimeoutError:
            raise ClientStalled(
                f"the client took nothing for {self._limits.send_seconds:g} seconds"
            ) from None

    async def _start(self) -> None:
        self._started = True
        kept = [
            (k.lower().encode(), v.encode("latin-1"))
            for k, v in self._headers.items()
            if k.lower() != "content-type"
        ]
        kept += [(b"content-type", b"text/event-stream; charset=utf-8"), (b"cache-control", b"no-cache")]
        await self._send_raw({"type": "http.response.start", "status": 200, "headers": kept})

    async def _break_off(self, ending: str, detail: str, last: bytes, said: Event | None) -> None:
        """Record a bad ending, then say it: the order that holds everywhere. Raises LedgerError."""
        translator = self._translator
        ended = _ended(translator, ending, detail, self._sent)
        try:
            if before := [*translator.broken_off(), *([said] if said else [])]:
                await self._gated.feed(before)
            await self._gated.end(ended)
        except LedgerError as error:
            if not self._started:
                raise
            last = event(said_of(error)[1])
        if last:
            with suppress(ClientStalled):  # it took nothing of the reply either; the connection goes
                await self._send(last, more=False)


def _ending(error: UpstreamError | LedgerError | ApprovalError) -> str:
    match error:
        case UpstreamError():
            return error.code
        case LedgerError():
            return "ledger_unavailable"
        case _:
            return "approvals_unavailable"


def _ended(translator: StreamTranslator, ending: str, detail: str, sent: int | None) -> ReplyEnded:
    upstream_id, model, usage = translator.upstream_id, translator.model, translator.usage
    return ReplyEnded(ending, detail, upstream_id, model, usage, sent, translator.fingerprint)
