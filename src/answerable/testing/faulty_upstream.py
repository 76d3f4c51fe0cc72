"""An OpenAI-compatible upstream that goes wrong in one named way: the model's name is the fault.

The reply behind every fault is the same, `REPLY`, so what is missing or changed
can be told by comparison. `faults` says what each does.
"""

import asyncio
import threading
from collections.abc import AsyncGenerator

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from answerable.testing import completions
from answerable.testing.event_stream import EventStream, event
from answerable.testing.faults import HUGE, REPLY, RETRY_AFTER, Fault, content_chunk, faults

__all__ = ["HUGE", "REPLY", "RETRY_AFTER", "faulty_upstream"]


class _Asked(msgspec.Struct):
    model: str
    stream: bool | None = None


def faulty_upstream(*, stall: float = 5.0) -> Starlette:
    """An app with one model for each fault (GET /v1/models lists them).

    `stall` is the length in seconds of the silences of the slow faults. On
    `app.state`, about the fault `endless`: `endless_parts` counts what was
    handed to the server, so a test can see back-pressure; `client_gone` is a
    threading.Event, set once a client went away.
    """
    app = Starlette()
    app.state.endless_parts = 0
    app.state.client_gone = threading.Event()

    async def endless(opening: bytes, part: bytes) -> AsyncGenerator[bytes, None]:
        yield opening
        while True:
            await asyncio.sleep(0)
            app.state.endless_parts += 1
            yield part

    known = faults(stall)
    gone = app.state.client_gone.set
    known["endless"] = Fault(
        lambda: EventStream(endless(b"", event(content_chunk("and on "))), at_end=gone),
        lambda: EventStream(endless(b'{"id": "', b"x" * 1024), at_end=gone, media_type="application/json"),
    )

    async def models(_: Request) -> Response:
        return completions.answer(completions.model_list(sorted(known)))

    async def complete(request: Request) -> Response:
        try:
            asked = msgspec.json.decode(await request.body(), type=_Asked)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            return completions.refusal(400, f"the body could not be read: {error}")
        fault = known.get(asked.model)
        if fault is None:
            message = f"the fault '{asked.model}' is not known: see /v1/models"
            return completions.refusal(404, message, code="model_not_found", param="model")
        await asyncio.sleep(fault.silence)
        return fault.stream() if asked.stream else fault.whole()

    app.router.routes.extend(
        [
            Route("/v1/models", models),
            Route("/v1/chat/completions", complete, methods=["POST"]),
        ]
    )
    return app
