"""The same stack with the gate taken out: Starlette, aiohttp client, uvicorn; bytes in, bytes out."""

import argparse
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route


def build(upstream: str) -> Starlette:
    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        app.state.session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=1000), timeout=aiohttp.ClientTimeout(total=600)
        )
        yield
        await app.state.session.close()

    async def chat(request: Request) -> Response:
        body = await request.body()
        response = await request.app.state.session.post(
            f"{upstream}/chat/completions", data=body, headers={"Content-Type": "application/json"}
        )

        async def relay() -> AsyncIterator[bytes]:
            async for chunk in response.content.iter_any():
                yield chunk
            response.release()

        return StreamingResponse(relay(), media_type=response.headers["Content-Type"])

    return Starlette(routes=[Route("/v1/chat/completions", chat, methods=["POST"])], lifespan=lifespan)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--upstream", required=True)
    given = parser.parse_args()
    uvicorn.run(build(given.upstream), port=given.port, log_level="critical", access_log=False, ws="none")
