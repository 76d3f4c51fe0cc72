"""Serve an app over real HTTP from a thread, for as long as a `with` block lasts."""

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


@contextmanager
def serve_in_thread(app: ASGIApp, port: int = 0, **options: Any) -> Iterator[str]:
    """Yield the base URL (`http://127.0.0.1:PORT`, no slash) of a server that already answers.

    Port 0 takes a free one; `options` are uvicorn's: with a `ssl_context_factory` the URL is https.
    On the way out open requests get a second to end and are then cancelled. Raises AnswerableError
    where the port is taken or the server does not come up.
    """
    listener = _listen(port)
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            log_config=None,
            log_level="critical",
            access_log=False,
            lifespan="auto",
            ws="none",
            timeout_graceful_shutdown=1,
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
        server.should_exit = True
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
