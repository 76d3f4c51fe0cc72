"""POST /v1/chat/completions: the gate on the wire.

1. Read the body within limits; take it apart; know the caller.
2. Record the exchange while the upstream is asked.
3. Per read from the upstream: events, one durable step, then the outputs of it.
4. Record how it ended, whatever ended it.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from answerable.apps.gate import Gate, GatedReply
from answerable.apps.gateway.bodies import read_body
from answerable.apps.gateway.conversations import Conversations, Heard
from answerable.apps.gateway.customers import Customers, Known
from answerable.apps.gateway.departures import until_client_leaves
from answerable.apps.gateway.errors import said as said_of
from answerable.apps.gateway.headers import TRACE, client_headers, upstream_headers
from answerable.apps.gateway.peer_certificates import certificates_of
from answerable.apps.gateway.streaming import AskAgain, StreamDelivery, send_back, within
from answerable.exchange import Exchange
from answerable.flow import CallArrived, Mode, Output, ReplyEnded, SendBack
from answerable.identity import Workload
from answerable.ports import Decider, Upstream, UpstreamReply
from answerable.ports.callers import Shown, WorkloadAuthenticator
from answerable.values.errors import (
    AnswerableError,
    LedgerError,
    Overloaded,
    UpstreamError,
    UpstreamMalformed,
    UpstreamRefused,
)
from answerable.wire.errors import ErrorBody, ErrorReply
from answerable.wire.follow_up import follow_up
from answerable.wire.limits import Limits
from answerable.wire.requests import ChatRequest, parse_request
from answerable.wire.verdicts import Verdict
from answerable.wire.whole import WholeReply

OWN_DEFECT = "the gate met a defect of its own and released nothing more; its log has the details"
_PIECE_BYTES = 64 * 1024
_RETRIES = 2


class ChatEndpoint:
    """The endpoint's parts that outlive a request."""

    def __init__(
        self,
        gate: Gate,
        upstream: Upstream,
        callers: WorkloadAuthenticator,
        customers: Customers,
        limits: Limits,
        upstream_key: str | None,
    ) -> None:
        self.gate = gate
        self.upstream = upstream
        self.limits = limits
        self._callers = callers
        self._customers = customers
        self._key = upstream_key
        self._conversations = Conversations()
        self._under_way = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        if self._under_way >= self.limits.replies:
            error = Overloaded(f"{self._under_way} replies are already under way; try again in a second")
            await _error(error, {"Retry-After": "1"})(scope, receive, send)
            return
        self._under_way += 1
        try:
            await self._answer(request, receive, send)
        except AnswerableError as error:
            await _error(error, {})(scope, receive, send)
        except Exception:
            with suppress(RuntimeError):  # the server's answer where a reply had begun: it is cut off
                await plain_error(500, OWN_DEFECT)(scope, receive, send)
            raise  # to the server's log
        finally:
            self._under_way -= 1

    async def _answer(self, request: Request, receive: Receive, send: Send) -> None:
        workload = await self._callers.authenticate(shown_by(request))
        chat = parse_request(await read_body(request, self.limits), self.limits)
        known = await self._customers.known(chat.names)
        headers = upstream_headers(request.headers, key=self._key, pass_authorization=self._callers.open)
        reply = self._reply(request.scope, receive, send, chat, workload, known, headers)
        await until_client_leaves(receive, reply)

    async def _reply(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        chat: ChatRequest,
        workload: Workload,
        known: Known,
        headers: Mapping[str, str],
    ) -> None:
        gated, heard, decider = await self._begin(chat, workload, known)
        delivery = StreamDelivery(gated, chat, send, self.limits, enforced=self.enforced)
        try:
            upstream = await self._ask(chat, headers, delivery.deadline)
            try:
                await self._begun(gated, chat, workload, heard, decider)
                passed_on = client_headers(upstream.headers, gated.trace)
                if chat.streamed:
                    await delivery.run(upstream, passed_on, again=self._again(chat, headers))
                else:
                    ask = self._again(chat, headers)
                    body = await self._whole(upstream, gated, chat, delivery.deadline, ask)
                    await self._send(body, passed_on, send)
            finally:
                await upstream.close()
        except UpstreamRefused as refused:
            await gated.end(ReplyEnded(refused.code, f"status {refused.status}"))
            passed_on = client_headers(refused.headers, gated.trace)
            await Response(refused.body, refused.status, headers=passed_on)(scope, receive, send)
        except UpstreamError as error:
            await gated.end(ReplyEnded(error.code, str(error)))
            await _error(error, {TRACE: gated.trace})(scope, receive, send)
        except asyncio.CancelledError:
            # The client is gone; say so on record before this task goes too.
            left = gated.end(ReplyEnded("client_left", "the client went away before the reply was sent"))
            await asyncio.shield(asyncio.ensure_future(left))
            raise
        except LedgerError:
            raise
        except Exception as error:
            await gated.end(ReplyEnded("gate_defect", type(error).__name__))
            raise

    async def _ask(self, chat: ChatRequest, headers: Mapping[str, str], deadline: float) -> UpstreamReply:
        async with within(deadline, self.limits):
            return await self.upstream.complete(chat.forward, headers)

    def _again(self, chat: ChatRequest, headers: Mapping[str, str]) -> AskAgain:
        """What asks the model once more, each time with all that came before."""
        forward = chat.forward

        async def ask(back: SendBack) -> UpstreamReply:
            nonlocal forward
            forward = follow_up(forward, back)
            return await self.upstream.complete(forward, headers)

        return ask

    async def _begin(
        self, chat: ChatRequest, workload: Workload, known: Known
    ) -> tuple[GatedReply, Heard, Decider]:
        names = known.names
        key = (workload.id, names.conversation) if names.conversation else None
        heard = self._conversations.hear(key, chat.raw_messages)
        exchange = Exchange(
            trace=self.gate.new_trace(),
            asked_at=self.gate.clock(),
            workload=workload.id,
            model=chat.model,
            messages=heard.messages,
            request=names.request,
            conversation=names.conversation,
            customer=names.customer,
            assurance=names.assurance,
            context=chat.context,
            tools=chat.tools,
            published=heard.published,
            outcomes=heard.outcomes,
            history=heard.history,
            structured=chat.structured,
            said_before=heard.said_before,
            earlier=heard.earlier,
            identity=workload.proof,
            customer_proof=known.proof,
            version=names.version,
        )
        # With several choices a client compares answers to one question; none of them is asked anew.
        retries = _RETRIES if chat.choices == 1 else 0
        decider = heard.decider or self.gate.decider
        news = await self.gate.news(exchange)
        return self.gate.begin(exchange, retries=retries, decider=decider, news=news), heard, decider

    async def _begun(
        self, gated: GatedReply, chat: ChatRequest, workload: Workload, heard: Heard, decider: Decider
    ) -> None:
        """The exchange is durable: later turns may refer to it."""
        await gated.begun()
        if chat.names.conversation:
            self._conversations.keep((workload.id, chat.names.conversation), gated.trace, heard, decider)

    async def _whole(
        self,
        upstream: UpstreamReply,
        gated: GatedReply,
        chat: ChatRequest,
        deadline: float,
        again: AskAgain,
    ) -> bytes:
        """A reply in one piece: everything decided and durable in one step, then written.

        Where acts of it were stopped, the model is asked again, a step for each try.
        """
        outputs: list[Output] = []
        reply = await self._read_whole(upstream, chat, deadline)
        while True:
            ended = ReplyEnded(
                "complete", "", reply.upstream_id, reply.model, reply.usage, fingerprint=reply.fingerprint
            )
            acts = any(isinstance(event, CallArrived) for event in reply.events)
            outputs += await gated.feed(reply.events if acts else [*reply.events, ended])
            back = send_back(outputs[-1:])
            if back is None:
                break
            async with within(deadline, self.limits):
                upstream = await again(back)
            try:
                reply = await self._read_whole(upstream, chat, deadline)
            finally:
                await upstream.close()
        if acts:
            await gated.feed([ended])
        verdict = Verdict(gated.trace, self.gate.mode.value, gated.bundle, [])
        return reply.render(outputs, verdict)

    async def _read_whole(self, upstream: UpstreamReply, chat: ChatRequest, deadline: float) -> WholeReply:
        body = bytearray()
        async with within(deadline, self.limits):
            async for chunk in upstream.chunks():
                body += chunk
                if len(body) > self.limits.reply_bytes:
                    raise UpstreamMalformed(
                        f"the upstream's reply is larger than {self.limits.reply_bytes} bytes"
                    )
        return WholeReply(bytes(body), chat.choices)

    async def _send(self, body: bytes, headers: Mapping[str, str], send: Send) -> None:
        """In pieces: a client that does not read holds up a piece of the reply, and not for long."""
        kept = {name: value for name, value in headers.items() if name.lower() != "content-type"}
        response = Response(body, headers=kept, media_type="application/json")
        start = {"type": "http.response.start", "status": 200, "headers": response.raw_headers}
        pieces = range(0, len(body), _PIECE_BYTES)
        try:
            async with asyncio.timeout(self.limits.send_seconds):
                await send(start)
            for at in pieces:
                piece = body[at : at + _PIECE_BYTES]
                async with asyncio.timeout(self.limits.send_seconds):
                    await send({"type": "http.response.body", "body": piece, "more_body": at != pieces[-1]})
        except TimeoutError:
            return  # the server breaks off an answer that was not finished

    @property
    def enforced(self) -> bool:
        """Do decisions bind?"""
        return self.gate.mode is Mode.ENFORCE


def shown_by(request: Request) -> Shown:
    """What a caller shows of itself."""
    return Shown(request.headers.get("authorization"), certificates_of(request.scope))


def plain_error(status: int, message: str, headers: Mapping[str, str] | None = None) -> Response:
    """An error that has no class of its own, in the protocol's shape."""
    kind = "gate_error" if status >= 500 else "invalid_request_error"  # noqa: PLR2004
    body = msgspec.json.encode(ErrorReply(ErrorBody(message, kind)))
    return Response(body, status, headers, media_type="application/json")


def _error(error: AnswerableError, headers: Mapping[str, str]) -> Response:
    status, body = said_of(error)
    return Response(body, status, headers=dict(headers), media_type="application/json")
