"""`answerable ledger witness`: cosign other people's checkpoints over HTTP (C2SP tlog-witness)."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from answerable.adapters.witness_file import WitnessFile
from answerable.ledger.witness import LARGEST_REQUEST, Answer, witness
from answerable.signing import SigningKey
from answerable.values.errors import LedgerUnavailable

_SIZE = "text/x.tlog.size"


def witness_app(state: WitnessFile, signer: SigningKey, now: Callable[[], datetime]) -> Starlette:
    """The witness's one route. Requests are answered one after another: each depends on the state before."""
    turn = asyncio.Lock()

    async def add_checkpoint(request: Request) -> Response:
        raw = bytearray()
        async for chunk in request.stream():
            raw += chunk
            if len(raw) > LARGEST_REQUEST:
                return PlainTextResponse("the request is too large\n", 413)
        async with turn:
            found = witness(bytes(raw), state.logs.values(), signer, now())
            if found.state is not None:
                try:
                    await asyncio.to_thread(state.keep, found.state)
                except LedgerUnavailable as error:
                    return PlainTextResponse(f"{error}\n", 503)
        kind = _SIZE if found.answer is Answer.CONFLICT else "text/plain"
        return PlainTextResponse(found.body, int(found.answer), media_type=kind)

    async def healthy(_: Request) -> Response:
        return PlainTextResponse("ok\n")

    return Starlette(
        routes=[
            Route("/add-checkpoint", add_checkpoint, methods=["POST"]),
            Route("/healthz", healthy, methods=["GET"]),
        ]
    )
