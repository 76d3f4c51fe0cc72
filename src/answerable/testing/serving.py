"""Serve an app over real HTTP from a thread, for as long as a `with` block lasts."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from answerable.values.errors import AnswerableError

_START_WITHIN = 10.0
_STOP_WITHIN = 10.0
_OPEN_REQUESTS_GET = 1.0


class _Server(uvicorn.Server):
    """Ends the moment it is told to. uvicorn looks ten times a second, and a test waits for that twice a server."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._told: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None

    def end(self) -> None:
        """From any thread."""
        self.should_exit = True
        if self._told is not None:
            loop, told = self._told
            with suppress(RuntimeError):  # the loop is closed: it has ended by itself
                loop.call_soon_threadsafe(told.set)

    async def main_loop(self) -> None:
        told = asyncio.Event()
        self._told = asyncio.get_running_loop(), told
        tick = 0
        while not await self.on_tick(tick):
            tick += 1
            with suppress(TimeoutError):
                await asyncio.wait_for(told.wait(), 0.1)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:  # noqa: ARG002 – uvicorn's
        for server in self.servers:
            server.close()
        state = self.server_state
        for connection in list(state.connections):
            connection.shutdown()
        give_up = time.monotonic() + _OPEN_REQUESTS_GET
        while (state.connections or state.tasks) and time.monotonic() < give_up:  # noqa: ASYNC110 – uvicorn's sets
            await asyncio.sleep(0.002)
        for task in state.tasks:
            task.cancel()
        await self.lifespan.shutdown()


@contextmanager
def serve_in_thread(app: ASGIApp, port: int = 0, **options: Any) -> Iterator[str]:
    """Yield the base URL (`http://127.0.0.1:PORT`, no slash) of a server that already answers.

    Port 0 takes a free one; `options` are uvicorn's: with a `ssl_context_factory` the URL is https.
    On the way out open requests get a second to end and are then cancelled. Raises AnswerableError
    where the port is taken or the server does not come up.
    """
    listener = _listen(port)
    server = _Server(
        uvicorn.Config(
            app,
            log_config=None,
            log_level="critical",
            access_log=False,
            lifespan="auto",
            ws="none",
            **options,
        )
    )

    def run() -> None:
        with suppress(SystemExit):  # how uvicorn gives up where the app fails to start
            server.run(sockets=[listener])

    thread = threading.Thread(target=run, name="serve-in-thread", daemon=True)
    thread.start()
    try:
        give_up = time.monotonic() + _START_WITHIN
        while not server.started:
            if not thread.is_alive() or time.monotonic() > give_up:
                raise AnswerableError("the server did not start: run the app by itself to see why")
            time.sleep(0.002)
        scheme = "https" if server.config.is_ssl else "http"
        yield f"{scheme}://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.end()
        thread.join(_STOP_WITHIN)
        listener.close()


def _listen(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
    except OSError as error:
        listener.close()
        raise AnswerableError(f"port {port} on 127.0.0.1 can't be used: {error.strerror}") from error
    return listener
